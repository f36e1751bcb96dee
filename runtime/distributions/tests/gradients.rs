//! Derivatives of log densities and of logarithms of masses against differences, for every distribution of the catalogue.
//!
//! Differences are central, at three steps, extrapolated; the step shrinks until two orders of extrapolation agree, and how far they are
//! apart is what a derivative may be off, beside a relative 1e-7. Where differences say nothing (next to the ends of supports, where
//! the log density is large and rounded), the comparison is left out; these must be few.

#[path = "common/settings.rs"]
mod settings;

use borel_abi::stream::Stream;
use borel_distributions::*;
use settings::SETTINGS;

const PROBABILITIES: [f64; 6] = [1e-6, 0.02, 0.3, 0.5, 0.9, 1.0 - 1e-6];

/// A derivative and how far it may be off.
fn derivative(f: impl Fn(f64) -> f64, at: f64, room: f64) -> (f64, f64) {
    let central = |step: f64| (f(at + step) - f(at - step)) / ((at + step) - (at - step));
    let mut best = (f64::NAN, f64::INFINITY);
    let mut step = 0.125 * room;
    for _ in 0..18 {
        let (first, second, third) = (central(step), central(0.5 * step), central(0.25 * step));
        let (early, late) = ((4.0 * second - first) / 3.0, (4.0 * third - second) / 3.0);
        let found = (16.0 * late - early) / 15.0;
        let rounding = 4.0 * f64::EPSILON * f(at).abs() / step;
        let error = (found - late).abs() + rounding;
        if error < best.1 {
            best = (found, error);
        }
        step *= 0.3;
    }
    best
}

#[derive(Default)]
struct Tally {
    compared: usize,
    left_out: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn compare(&mut self, what: &dyn Fn() -> String, found: f64, (expected, error): (f64, f64)) {
        let scale = expected.abs().max(found.abs());
        if error > 1e-4 * scale && error > 1e-6 {
            self.left_out += 1;
            return;
        }
        self.compared += 1;
        let is_near = (found - expected).abs() <= 1e-7 * scale + 4.0 * error + 1e-9;
        if !is_near {
            self.wrong.push(format!("{}: {found:?}, not {expected:?} (within {error:e})", what()));
        }
    }

    fn end(&self) {
        assert!(self.wrong.is_empty(), "{} wrong:\n{}", self.wrong.len(), self.wrong.join("\n"));
        assert!(self.left_out * 5 < self.compared, "{} left out of {}", self.left_out, self.compared);
    }
}

/// How far a parameter can be moved within its domain.
fn room(domain: Domain, value: f64) -> f64 {
    match domain {
        Domain::Probability | Domain::OpenProbability | Domain::PositiveProbability => value.min(1.0 - value),
        Domain::AboveOne => value - 1.0,
        Domain::Positive | Domain::NonNegative => value,
        _ => 1.0 + value.abs(),
    }
}

/// An argument that owns its array.
#[derive(Clone, Debug)]
enum Owned {
    Real(f64),
    Int(i64),
    Array(Vec<f64>),
    Matrix(Vec<f64>, usize, usize),
}

impl Owned {
    fn new(kind: ParameterKind, text: &str) -> Owned {
        let number = |text: &str| text.parse::<f64>().expect("a number");
        match kind {
            ParameterKind::Real => Owned::Real(number(text)),
            ParameterKind::Int => Owned::Int(number(text) as i64),
            _ => Owned::Array(text.split(',').map(number).collect()),
        }
    }

    fn borrow(&self) -> Argument<'_> {
        match self {
            Owned::Real(x) => Argument::Real(*x),
            Owned::Int(n) => Argument::Int(*n),
            Owned::Array(xs) => Argument::RealArray(xs),
            Owned::Matrix(xs, rows, columns) => Argument::Matrix(xs, *rows, *columns),
        }
    }

    fn reals(&mut self) -> &mut [f64] {
        match self {
            Owned::Real(x) => std::slice::from_mut(x),
            Owned::Int(_) => &mut [],
            Owned::Array(xs) | Owned::Matrix(xs, ..) => xs,
        }
    }
}

fn borrowed(arguments: &[Owned]) -> Vec<Argument<'_>> {
    arguments.iter().map(Owned::borrow).collect()
}

/// What of a distribution over numbers is differentiated: its logarithm is.
#[derive(Clone, Copy, Debug)]
enum Part {
    Density,
    MassBelow,
    MassAbove,
}

fn of_number(kind: ValueKind, x: f64) -> Value {
    match kind {
        ValueKind::Int => Value::Int(x as i64),
        ValueKind::Bool => Value::Bool(x != 0.0),
        _ => Value::Real(x),
    }
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Real(x) => *x,
        Value::Int(n) => *n as f64,
        Value::Bool(b) => f64::from(u8::from(*b)),
        _ => f64::NAN,
    }
}

/// A function of a distribution at the value with a probability, moved by something.
struct Evaluate {
    part: Part,
    x: f64,
}

impl Visitor for Evaluate {
    type Output = f64;
    fn scalar<D: Scalar>(self, d: D) -> f64 {
        let x = D::Value::unwrap(&of_number(D::Value::KIND, self.x)).expect("a value of its kind");
        match self.part {
            Part::Density => d.log_density(x),
            Part::MassBelow => d.log_cdf(x),
            Part::MassAbove => d.log_ccdf(x),
        }
    }
    fn multivariate<D: Multivariate>(self, _: D) -> f64 {
        f64::NAN
    }
}

/// The value, its support, and the derivatives there.
struct Differentiate {
    part: Part,
    probability: f64,
}

impl Visitor for Differentiate {
    type Output = (f64, (f64, f64), Vec<f64>);
    fn scalar<D: Scalar>(self, d: D) -> Self::Output {
        let x = d.quantile(self.probability);
        let mut out = vec![f64::NAN; 1 + d.gradient_length()];
        match self.part {
            Part::Density => d.gradient(x, &mut out),
            Part::MassBelow => d.log_cdf_gradient(x, &mut out),
            Part::MassAbove => d.log_ccdf_gradient(x, &mut out),
        }
        (number(&x.wrap()), d.support().bounds(), out)
    }
    fn multivariate<D: Multivariate>(self, _: D) -> Self::Output {
        (f64::NAN, (0.0, 0.0), Vec::new())
    }
}

fn numbers(part: Part) {
    let mut tally = Tally::default();
    for (name, settings) in SETTINGS {
        let kind = Kind::from_name(name).expect("a distribution");
        let parameters = kind.entry().parameters;
        for setting in *settings {
            let texts = setting.split(' ');
            let arguments: Vec<Owned> = texts.zip(parameters).map(|(text, p)| Owned::new(p.kind, text)).collect();
            for probability in PROBABILITIES {
                let visitor = Differentiate { part, probability };
                let (x, (lower, upper), found) =
                    visit(kind, &borrowed(&arguments), visitor).expect("arguments that fit");
                let value_at = |arguments: &[Owned], x: f64| {
                    visit(kind, &borrowed(arguments), Evaluate { part, x }).unwrap_or(f64::NAN)
                };
                let value = value_at(&arguments, x);
                if !value.is_finite() || value == 0.0 {
                    continue;
                }
                let what = |which: &str| format!("{name} {setting} {part:?} at {x:?} by {which}");
                if kind.entry().value == ValueKind::Real {
                    let room = (x - lower).min(upper - x).min(1.0 + x.abs());
                    if room > 0.0 {
                        let expected = derivative(|x| value_at(&arguments, x), x, room);
                        tally.compare(&|| what("value"), found[0], expected);
                    }
                } else {
                    assert_eq!(found[0], 0.0, "{}", what("value"));
                }
                let mut index = 0;
                for (position, parameter) in parameters.iter().enumerate() {
                    let count = arguments[position].clone().reals().len();
                    for element in 0..count {
                        index += 1;
                        let at = arguments[position].clone().reals()[element];
                        // Probabilities are moved so that their sum stays: what lies beside has no meaning.
                        let last = (parameter.domain == Domain::Simplex).then_some(count - 1);
                        let moved = |to: f64| {
                            let mut arguments = arguments.clone();
                            arguments[position].reals()[element] = to;
                            if let Some(last) = last {
                                arguments[position].reals()[last] += at - to;
                            }
                            value_at(&arguments, x)
                        };
                        let slope = found[index] - last.map_or(0.0, |last| found[index + last - element]);
                        let room = room(parameter.domain, at).min(0.9 * (x - lower).abs().max(1e-3));
                        if room > 0.0 {
                            let expected = derivative(moved, at, room);
                            tally.compare(&|| what(&format!("{}[{element}]", parameter.name)), slope, expected);
                        }
                    }
                }
                assert_eq!(index + 1, found.len());
            }
        }
    }
    tally.end();
}

#[test]
fn of_log_densities() {
    numbers(Part::Density);
}

#[test]
fn of_log_masses_below() {
    numbers(Part::MassBelow);
}

#[test]
fn of_log_masses_above() {
    numbers(Part::MassAbove);
}

/// A draw, its log density and the derivatives there.
struct AtDraw<'a> {
    seed: u64,
    value: Option<&'a [f64]>,
}

impl Visitor for AtDraw<'_> {
    type Output = (Vec<f64>, f64, Vec<f64>);
    fn scalar<D: Scalar>(self, _: D) -> Self::Output {
        (Vec::new(), f64::NAN, Vec::new())
    }
    fn multivariate<D: Multivariate>(self, d: D) -> Self::Output {
        let mut elements = vec![D::Element::default(); d.shape().count()];
        match self.value {
            Some(value) => {
                let value = match d.shape() {
                    Shape::Array(_) => Value::RealArray(value.to_vec()),
                    Shape::Matrix(rows, columns) => Value::Matrix(value.to_vec(), rows, columns),
                };
                match D::Element::unwrap(&value, d.shape()) {
                    Some(given) => elements.copy_from_slice(given),
                    // Counts are those of the draw.
                    None => d.sample(&mut Stream::new(self.seed), &mut elements),
                }
            }
            None => d.sample(&mut Stream::new(self.seed), &mut elements),
        }
        let of_value = if D::ENTRY.value == ValueKind::IntArray { 0 } else { elements.len() };
        let mut out = vec![f64::NAN; of_value + d.gradient_length()];
        d.gradient(&elements, &mut out);
        let log_density = d.log_density(&elements);
        let numbers = match D::Element::wrap(elements, d.shape()) {
            Value::RealArray(xs) | Value::Matrix(xs, ..) => xs,
            _ => Vec::new(),
        };
        (numbers, log_density, out)
    }
}

/// What moves together with an element of a matrix, and whether it may be moved.
#[derive(Clone, Copy, PartialEq)]
enum Ties {
    Free,
    Symmetric,
    /// The elements below the diagonal
    Lower,
    /// The same, and the diagonal so that rows keep their length
    Factor,
    /// Symmetric with ones on the diagonal
    Correlation,
    /// The last element is what is left of 1
    Simplex,
}

/// The change of the elements when one is moved, as a direction; none if it is not to be moved.
fn direction(ties: Ties, x: &[f64], n: usize, k: usize) -> Option<Vec<f64>> {
    let (i, j) = (k / n.max(1), k % n.max(1));
    let mut to = vec![0.0; x.len()];
    to[k] = 1.0;
    match ties {
        Ties::Free => {}
        Ties::Symmetric => to[j * n + i] = 1.0,
        Ties::Lower if j > i => return None,
        Ties::Lower => {}
        Ties::Factor if j >= i => return None,
        Ties::Factor => to[i * n + i] = -x[k] / x[i * n + i],
        Ties::Correlation if i == j => return None,
        Ties::Correlation => to[j * n + i] = 1.0,
        Ties::Simplex if k + 1 == x.len() => return None,
        Ties::Simplex => to[x.len() - 1] = -1.0,
    }
    Some(to)
}

#[test]
fn of_arrays_and_matrices() {
    let mut tally = Tally::default();
    let square =
        |n: usize, f: &dyn Fn(usize, usize) -> f64| Owned::Matrix((0..n * n).map(|k| f(k / n, k % n)).collect(), n, n);
    let covariance = |n: usize| square(n, &|i, j| if i == j { 1.5 + i as f64 } else { 0.4 / (1.0 + (i + j) as f64) });
    let scaled = |n: usize| square(n, &|i, j| 10f64.powi(3 * (i + j) as i32 - 3) * if i == j { 1.0 } else { 0.3 });
    let factor = |n: usize| {
        square(n, &|i, j| {
            if i == j {
                1.2
            } else if j < i {
                0.3
            } else {
                0.0
            }
        })
    };
    let array = |n: usize| Owned::Array((0..n).map(|i| 0.3 * i as f64 - 0.2).collect());
    let positive = |n: usize| Owned::Array((0..n).map(|i| 0.7 + 0.9 * i as f64).collect());
    let mut cases: Vec<(Kind, Vec<Owned>, Ties, Vec<Ties>)> = Vec::new();
    use Ties::{Correlation, Factor, Free, Lower, Simplex, Symmetric};
    for n in [1, 2, 4] {
        let means = Owned::Matrix((0..2 * n).map(|k| 0.1 * k as f64).collect(), 2, n);
        cases.extend([
            (Kind::Dirichlet, vec![positive(n)], Simplex, vec![Free]),
            (Kind::DirichletMultinomial, vec![Owned::Int(9), positive(n)], Free, vec![Free, Free]),
            (Kind::MvNormal, vec![array(n), covariance(n)], Free, vec![Free, Symmetric]),
            (Kind::MvNormal, vec![array(n), scaled(n.min(2))], Free, vec![Free, Symmetric]),
            (Kind::MvNormalCholesky, vec![array(n), factor(n)], Free, vec![Free, Lower]),
            (Kind::MvNormalPrecision, vec![array(n), covariance(n)], Free, vec![Free, Symmetric]),
            (Kind::MvStudentT, vec![Owned::Real(3.5), array(n), covariance(n)], Free, vec![Free, Free, Symmetric]),
            (Kind::MvStudentTCholesky, vec![Owned::Real(3.5), array(n), factor(n)], Free, vec![Free, Free, Lower]),
            (Kind::Wishart, vec![Owned::Real(n as f64 + 2.5), covariance(n)], Symmetric, vec![Free, Symmetric]),
            (Kind::InverseWishart, vec![Owned::Real(n as f64 + 2.5), covariance(n)], Symmetric, vec![Free, Symmetric]),
            (Kind::LKJ, vec![Owned::Int(n as i64), Owned::Real(1.7)], Correlation, vec![Free, Free]),
            (Kind::LKJCholesky, vec![Owned::Int(n as i64), Owned::Real(1.7)], Factor, vec![Free, Free]),
            (Kind::MatrixNormal, vec![means, covariance(2), covariance(n)], Free, vec![Free, Symmetric, Symmetric]),
            (
                Kind::GaussianRandomWalk,
                vec![Owned::Int(n as i64), Owned::Real(0.4), Owned::Real(-0.1), Owned::Real(0.7)],
                Free,
                vec![Free; 4],
            ),
            (
                Kind::Ar,
                vec![Owned::Int(2 * n as i64), Owned::Array(vec![0.4, -0.3]), Owned::Real(0.7)],
                Free,
                vec![Free; 3],
            ),
        ]);
    }
    for (kind, arguments, ties_of_value, ties) in cases {
        if arguments.iter().any(|a| matches!(a, Owned::Matrix(xs, n, _) if xs.len() == 4 && *n == 2))
            && kind == Kind::MvNormal
        {
            // The badly scaled one has two rows, and so must the mean.
            if let Owned::Array(mu) = &arguments[0]
                && mu.len() != 2
            {
                continue;
            }
        }
        let (x, value, found) =
            visit(kind, &borrowed(&arguments), AtDraw { seed: 7, value: None }).expect("arguments that fit");
        assert!(value.is_finite(), "{kind:?} {arguments:?}");
        let density = |arguments: &[Owned], x: &[f64]| {
            visit(kind, &borrowed(arguments), AtDraw { seed: 7, value: Some(x) }).map_or(f64::NAN, |found| found.1)
        };
        let step = |to: &[f64], direction: &[f64], h: f64| -> Vec<f64> {
            to.iter().zip(direction).map(|(x, d)| x + h * d).collect()
        };
        let side = |n: usize, count: usize, value: ValueKind| match value {
            ValueKind::Matrix => (count as f64).sqrt() as usize,
            _ => n,
        };
        let of_value = if kind.entry().value == ValueKind::IntArray { 0 } else { x.len() };
        for k in 0..of_value {
            let n = side(x.len(), x.len(), kind.entry().value);
            let Some(direction) = direction(ties_of_value, &x, n, k) else { continue };
            let slope: f64 = found.iter().zip(&direction).map(|(g, d)| g * d).sum();
            let room = 0.2 * x[k].abs().max(0.05);
            let expected = derivative(|h| density(&arguments, &step(&x, &direction, h)), 0.0, room);
            tally.compare(&|| format!("{kind:?} {arguments:?} at {x:?} by element {k}"), slope, expected);
        }
        let mut first = of_value;
        for (position, ties) in ties.iter().enumerate() {
            let own = arguments[position].clone().reals().to_vec();
            let n = if let Owned::Matrix(_, _, columns) = arguments[position] { columns } else { own.len() };
            for k in 0..own.len() {
                let Some(direction) = direction(*ties, &own, n, k) else { continue };
                let slope: f64 = found[first..].iter().zip(&direction).map(|(g, d)| g * d).sum();
                let moved = |h: f64| {
                    let mut arguments = arguments.clone();
                    arguments[position].reals().copy_from_slice(&step(&own, &direction, h));
                    density(&arguments, &x)
                };
                let room = 0.2 * own[k].abs().max(0.05 * own.iter().fold(0.0, |m: f64, x| m.max(x.abs())).min(1.0));
                let expected = derivative(moved, 0.0, room);
                tally.compare(&|| format!("{kind:?} {arguments:?} by parameter {position}, {k}"), slope, expected);
            }
            first += own.len();
        }
        assert_eq!(first, found.len(), "{kind:?}");
    }
    tally.end();
}

#[test]
fn of_counts_by_their_probabilities() {
    let (x, probs) = ([3, 0, 4], [0.25, 0.25, 0.5]);
    let mut found = [0.0; 3];
    Multinomial { n: 7, probs: &probs }.gradient(&x, &mut found);
    assert_eq!(found, [12.0, 0.0, 8.0]);
}

#[test]
fn nothing_comes_of_what_is_no_covariance() {
    let sigma = Matrix { rows: 2, columns: 2, elements: &[1.0, 2.0, 2.0, 1.0] };
    let mut out = [0.0; 8];
    MvNormal { mu: &[0.0, 0.0], sigma }.gradient(&[0.1, 0.2], &mut out);
    assert!(out.iter().all(|x| x.is_nan()));
}
