//! What the densities of the catalogue look like: some curves for each distribution over numbers.

use borel_distributions::{Argument, Kind, Multivariate, ParameterKind, Scalar, ValueKind, Visitor, visit};

/// A density or mass function to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The distribution with its arguments, as one writes it.
    pub label: String,
    /// Values, and the density or mass there.
    pub points: Vec<(f64, f64)>,
    /// Whether the values are apart from each other.
    pub discrete: bool,
}

/// How many points a curve has.
const POINTS: usize = 240;

/// The probability that is left out at each end.
const TAIL: f64 = 0.004;

/// Some curves of a distribution, over one range; none if there is no such distribution, or its values are no numbers.
///
///     let curves = borel::curves("Normal");
///     assert_eq!(curves[0].label, "Normal(0, 1)");
pub fn curves(name: &str) -> Vec<Curve> {
    let settings = SETTINGS.iter().find(|(known, _)| *known == name).map_or("", |(_, settings)| settings);
    let Some(kind) = Kind::from_name(name).filter(|_| !settings.is_empty()) else { return Vec::new() };
    let settings: Vec<Vec<Owned>> = settings.split(';').map(|setting| owned(kind, setting)).collect();
    let ranges = settings.iter().filter_map(|setting| visit(kind, &borrowed(setting), Range)).flatten();
    let range = ranges.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), (c, d)| (a.min(c), b.max(d)));
    let range =
        HIGHEST.iter().find(|(known, _)| *known == name).map_or(range, |(_, high)| (range.0, range.1.min(*high)));
    let curve = |setting: &Vec<Owned>| {
        let points = visit(kind, &borrowed(setting), Points(range))?;
        let discrete = kind.entry().value != ValueKind::Real;
        Some(Curve { label: label(name, setting), points, discrete })
    };
    settings.iter().filter_map(curve).collect()
}

/// Arguments of curves: settings separated by semicolons, arguments by blanks, elements of an array by commas.
const SETTINGS: &[(&str, &str)] = &[
    ("AsymmetricLaplace", "0 1 0.5;0 1 1;0 1 2"),
    ("Bernoulli", "0.3"),
    ("BernoulliLogit", "-1;1"),
    ("Beta", "0.5 0.5;2 2;2 5"),
    ("BetaBinomial", "20 2 2;20 5 15;20 0.5 0.5"),
    ("BetaProportion", "0.5 4;0.2 20"),
    ("Binomial", "20 0.5;20 0.1;40 0.5"),
    ("BinomialLogit", "20 0;20 -2"),
    ("Categorical", "0.2,0.5,0.3"),
    ("CategoricalLogit", "0,1,0.5"),
    ("Cauchy", "0 1;0 0.5;2 1"),
    ("ChiSquared", "1;3;8"),
    ("DiscreteUniform", "1 6"),
    ("ExpModNormal", "0 1 1;0 0.5 0.3"),
    ("Exponential", "1;0.5;2"),
    ("Frechet", "2 1;5 2"),
    ("Gamma", "1 1;2 1;9 3"),
    ("Geometric", "0.5;0.2"),
    ("Gumbel", "0 1;1 2"),
    ("HalfCauchy", "1;0.5"),
    ("HalfNormal", "1;2"),
    ("HalfStudentT", "3 1;10 2"),
    ("Hypergeometric", "10 20 30;5 10 5"),
    ("InverseChiSquared", "3;8"),
    ("InverseGamma", "2 1;3 3;8 8"),
    ("Laplace", "0 1;0 2;2 0.5"),
    ("LogNormal", "0 1;0 0.5;1 0.3"),
    ("Logistic", "0 1;0 2;2 0.5"),
    ("NegativeBinomial", "10 1;10 10;3 5"),
    ("NegativeBinomialRate", "2 0.5;8 1"),
    ("Normal", "0 1;0 2;-2 0.5"),
    ("OrderedLogistic", "0.5 -1,0,2"),
    ("OrderedProbit", "0.5 -1,0,2"),
    ("Pareto", "1 2;1 5"),
    ("ParetoType2", "0 1 2;0 2 5"),
    ("Poisson", "1;4;12"),
    ("PoissonLog", "0;2"),
    ("Rayleigh", "1;2"),
    ("ScaledInverseChiSquared", "4 1;10 2"),
    ("SkewDoubleExponential", "0 1 0.5;0 1 0.2"),
    ("SkewNormal", "0 1 4;0 1 -2;2 2 0"),
    ("StudentT", "1 0 1;4 0 1;30 0 1"),
    ("Triangular", "0 1 4;0 3 4"),
    ("Uniform", "0 1;-1 3"),
    ("VonMises", "0 1;1 4;0 0.2"),
    ("Weibull", "0.8 1;1.5 1;5 1"),
    ("Wiener", "1 0.3 0.5 0;2 0.3 0.5 1"),
    ("ZeroInflatedNegativeBinomial", "0.3 10 2"),
    ("ZeroInflatedPoisson", "0.3 4;0.6 8"),
    ("Zipf", "2;3"),
];

/// Where heavy tails are cut.
const HIGHEST: &[(&str, f64)] = &[
    ("Frechet", 8.0),
    ("HalfCauchy", 12.0),
    ("HalfStudentT", 12.0),
    ("InverseChiSquared", 4.0),
    ("InverseGamma", 6.0),
    ("Pareto", 6.0),
    ("ParetoType2", 6.0),
    ("ScaledInverseChiSquared", 14.0),
    ("Zipf", 12.0),
];

/// An argument.
enum Owned {
    Real(f64),
    Int(i64),
    Array(Vec<f64>),
}

fn owned(kind: Kind, setting: &str) -> Vec<Owned> {
    let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    let one = |(text, kind): (&str, ParameterKind)| match kind {
        ParameterKind::Int => Owned::Int(number(text) as i64),
        ParameterKind::Real => Owned::Real(number(text)),
        ParameterKind::RealArray | ParameterKind::Matrix => Owned::Array(text.split(',').map(number).collect()),
    };
    setting.split(' ').zip(kind.entry().parameters.iter().map(|parameter| parameter.kind)).map(one).collect()
}

fn borrowed(setting: &[Owned]) -> Vec<Argument<'_>> {
    setting.iter().map(Owned::borrow).collect()
}

impl Owned {
    fn borrow(&self) -> Argument<'_> {
        match self {
            Owned::Real(x) => Argument::Real(*x),
            Owned::Int(n) => Argument::Int(*n),
            Owned::Array(xs) => Argument::RealArray(xs),
        }
    }
}

fn label(name: &str, setting: &[Owned]) -> String {
    let one = |argument: &Owned| match argument {
        Owned::Real(x) => x.to_string(),
        Owned::Int(n) => n.to_string(),
        Owned::Array(xs) => format!("{xs:?}"),
    };
    format!("{name}({})", setting.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// A value as a number.
fn number(value: &borel_distributions::Value) -> f64 {
    use borel_distributions::Value;
    match value {
        Value::Real(x) => *x,
        Value::Int(n) => *n as f64,
        Value::Bool(b) => f64::from(u8::from(*b)),
        _ => f64::NAN,
    }
}

/// Between which values nearly all the mass is.
struct Range;

impl Visitor for Range {
    type Output = Option<(f64, f64)>;

    fn scalar<D: Scalar>(self, d: D) -> Self::Output {
        use borel_distributions::ScalarValue;
        Some((number(&d.quantile(TAIL).wrap()), number(&d.quantile_ccdf(TAIL).wrap())))
    }

    fn multivariate<D: Multivariate>(self, _: D) -> Self::Output {
        None
    }
}

/// The points of a curve over a range.
struct Points((f64, f64));

impl Visitor for Points {
    type Output = Vec<(f64, f64)>;

    fn scalar<D: Scalar>(self, d: D) -> Self::Output {
        use borel_distributions::{ScalarValue, Value};
        let (low, high) = self.0;
        let at = |value: Value| {
            let density = D::Value::unwrap(&value).map_or(f64::NAN, |x| d.log_density(x).exp());
            (number(&value), density)
        };
        let inside = |(_, density): &(f64, f64)| density.is_finite();
        match D::Value::KIND {
            ValueKind::Real => {
                let step = (high - low) / POINTS as f64;
                (0..=POINTS).map(|i| at(Value::Real(low + step * i as f64))).filter(inside).collect()
            }
            ValueKind::Bool => [false, true].map(|b| at(Value::Bool(b))).into(),
            _ => (low as i64..=high as i64).map(|n| at(Value::Int(n))).filter(inside).collect(),
        }
    }

    fn multivariate<D: Multivariate>(self, _: D) -> Self::Output {
        Vec::new()
    }
}
