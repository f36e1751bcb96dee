//! Distributions over Reals: log densities and distribution functions against values to 20 digits (`data/continuous.csv`, made by
//! `data/continuous.py`) and against SciPy's (`data/continuous_scipy.csv`); quantiles invert the distribution functions; moments and
//! entropies equal their integrals.

#[path = "common/arguments.rs"]
mod arguments;
#[path = "common/quadrature.rs"]
mod quadrature;

use borel_distributions::{Argument, Kind, Scalar, Value, ValueKind, Visitor, check_value, visit};
use quadrature::{Coordinate, panel_masses};

/// What is asked of a distribution at a point.
#[derive(Debug)]
struct Found {
    log_density: f64,
    cdf: f64,
    ccdf: f64,
    log_cdf: f64,
    log_ccdf: f64,
}

/// A function of a distribution over Reals.
struct OfReals<F>(F);

impl<T, F: FnOnce(&dyn Reals) -> T> Visitor for OfReals<F> {
    type Output = Option<T>;
    fn scalar<D: Scalar>(self, d: D) -> Option<T> {
        Some(self.0(&d))
    }
    fn multivariate<D: borel_distributions::Multivariate>(self, _: D) -> Option<T> {
        None
    }
}

/// A distribution over Reals, whichever it is.
trait Reals {
    fn at(&self, x: f64) -> Found;
    fn log_density(&self, x: f64) -> f64;
    fn quantiles(&self, p: f64) -> (f64, f64);
    fn mean(&self) -> f64;
    fn variance(&self) -> f64;
    fn entropy(&self) -> f64;
}

impl<D: Scalar> Reals for D {
    fn at(&self, x: f64) -> Found {
        let x = real::<D>(x);
        Found {
            log_density: Scalar::log_density(self, x),
            cdf: self.cdf(x),
            ccdf: self.ccdf(x),
            log_cdf: self.log_cdf(x),
            log_ccdf: self.log_ccdf(x),
        }
    }

    fn log_density(&self, x: f64) -> f64 {
        Scalar::log_density(self, real::<D>(x))
    }

    fn quantiles(&self, p: f64) -> (f64, f64) {
        (number::<D>(self.quantile(p)), number::<D>(self.quantile_ccdf(p)))
    }

    fn mean(&self) -> f64 {
        Scalar::mean(self)
    }

    fn variance(&self) -> f64 {
        Scalar::variance(self)
    }

    fn entropy(&self) -> f64 {
        Scalar::entropy(self)
    }
}

fn real<D: Scalar>(x: f64) -> D::Value {
    borel_distributions::ScalarValue::unwrap(&Value::Real(x)).expect("a distribution over Reals")
}

fn number<D: Scalar>(x: D::Value) -> f64 {
    match borel_distributions::ScalarValue::wrap(x) {
        Value::Real(x) => x,
        other => panic!("not a Real: {other:?}"),
    }
}

/// A row of a table.
struct Row {
    text: String,
    kind: Kind,
    arguments: Vec<arguments::Owned>,
    x: f64,
    log_density: f64,
    log_cdf: f64,
    log_ccdf: f64,
    grade: String,
}

fn rows(table: &str) -> Vec<Row> {
    let number = |text: &str| -> f64 { text.parse().unwrap_or_else(|_| panic!("not a number: {text}")) };
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let [name, settings, x, log_density, log_cdf, log_ccdf, grade] = fields[..] else {
            panic!("not a row: {line}")
        };
        let kind = arguments::kind(name);
        Row {
            text: line.into(),
            kind,
            arguments: arguments::arguments(kind, settings),
            x: number(x),
            log_density: number(log_density),
            log_cdf: number(log_cdf),
            log_ccdf: number(log_ccdf),
            grade: grade.into(),
        }
    };
    table.lines().skip(1).map(row).collect()
}

impl Row {
    fn ask<T>(&self, question: impl FnOnce(&dyn Reals) -> T) -> T {
        let borrowed = arguments::borrow(&self.arguments);
        assert_eq!(check_value(self.kind, &borrowed), Ok(()), "{}", self.text);
        visit(self.kind, &borrowed, OfReals(question)).flatten().unwrap_or_else(|| panic!("{}", self.text))
    }

    /// The error allowed: relative, and absolute for logarithms below 1.
    fn tolerance(&self) -> f64 {
        match self.grade.as_str() {
            "body" => 1e-13,
            "extreme" => 1e-11,
            "scipy" => 1e-10,
            other => panic!("no grade {other}"),
        }
    }
}

/// The error in units of its tolerance; infinite where only one of the two values is.
fn excess(found: f64, expected: f64, tolerance: f64, least: f64) -> f64 {
    if found == expected {
        return 0.0;
    }
    let error = (found - expected).abs() / (tolerance * expected.abs().max(least));
    if error.is_nan() { f64::INFINITY } else { error }
}

/// The failures of a row: the log density and the logarithms of the masses, absolutely where they are below 1 in size but never
/// worse than the masses themselves, and the masses relatively.
fn failures(row: &Row) -> Vec<String> {
    let found = row.ask(|d| d.at(row.x));
    let tolerance = row.tolerance();
    let least = |log: f64| if log > -1e-3 { 0.0 } else { 1.0 };
    let mass = |log: f64| (log.exp(), if log < -708.0 { 1e-300 } else { 0.0 });
    let ((below, tiny), (above, small)) = (mass(row.log_cdf), mass(row.log_ccdf));
    let checks = [
        ("log density", found.log_density, row.log_density, 1.0),
        ("log cdf", found.log_cdf, row.log_cdf, least(row.log_cdf)),
        ("log ccdf", found.log_ccdf, row.log_ccdf, least(row.log_ccdf)),
        ("cdf", found.cdf, below, tiny),
        ("ccdf", found.ccdf, above, small),
    ];
    let failure = |(what, found, expected, least): (&str, f64, f64, f64)| {
        // The exponential of a large logarithm magnifies its rounding, here in the reference.
        let size = if what.ends_with("cdf") && least == 0.0 { 1.0 + expected.abs().ln().abs() / 200.0 } else { 1.0 };
        let excess = excess(found, expected, tolerance * size, least);
        (excess > 1.0).then(|| format!("{}: {what} {found:?}, not {expected:?}, {excess:.3} tolerances away", row.text))
    };
    checks.into_iter().filter_map(failure).collect()
}

fn assert_none(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn distribution_functions_equal_their_references() {
    let rows = rows(include_str!("data/continuous.csv"));
    assert_none(&rows.iter().flat_map(failures).collect::<Vec<_>>());
    for kind in Kind::ALL.iter().filter(|kind| kind.entry().value == ValueKind::Real) {
        assert!(rows.iter().any(|row| row.kind == *kind), "{kind:?} has no row");
    }
}

#[test]
fn distribution_functions_equal_those_of_scipy() {
    assert_none(&rows(include_str!("data/continuous_scipy.csv")).iter().flat_map(failures).collect::<Vec<_>>());
}

/// The quantile of the mass below a point is the point, within the rounding of the mass and of the quantile.
#[test]
fn quantiles_invert_the_distribution_functions() {
    let mut wrong = Vec::new();
    for row in rows(include_str!("data/continuous.csv")) {
        let inside = row.log_cdf.max(row.log_ccdf) < -1e-12 && row.log_density.is_finite();
        let spread = row.ask(|d| d.quantiles(0.25).0.abs().max(d.quantiles(0.75).0.abs()));
        for (log_mass, is_below) in [(row.log_cdf, true), (row.log_ccdf, false)] {
            if !inside || log_mass < -700.0 {
                continue;
            }
            let found =
                row.ask(|d| if is_below { d.quantiles(log_mass.exp()).0 } else { d.quantiles(log_mass.exp()).1 });
            // What the mass itself is known to, over the density.
            let rounding = (3e-16 + 2e-16 * log_mass.abs()) * (log_mass - row.log_density).exp();
            let error =
                (found - row.x).abs() / (row.tolerance() * row.x.abs() + 4.0 * rounding + 1e-15 * spread.min(1e300));
            if !(error <= 1.0 || found == row.x) {
                let side = if is_below { "below" } else { "above" };
                wrong.push(format!("{}: found {found:?} by the mass {side}, {error:.3} tolerances away", row.text));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn probabilities_only_have_quantiles() {
    for row in rows(include_str!("data/continuous.csv")).iter().filter(|row| row.grade == "body") {
        for p in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            let (below, above) = row.ask(|d| d.quantiles(p));
            assert!(below.is_nan() && above.is_nan(), "{} at {p}: {below} {above}", row.text);
        }
        let ends = row.ask(|d| (d.quantiles(0.0), d.quantiles(1.0)));
        let lowest = visit(row.kind, &arguments::borrow(&row.arguments), OfReals(|_: &dyn Reals| ())).flatten();
        assert!(lowest.is_some());
        assert!(ends.0.0 == ends.1.1 && ends.0.1 == ends.1.0 && ends.0.0 < ends.0.1, "{}: {ends:?}", row.text);
    }
}

/// Beyond all numbers nothing is left, and NaN stays NaN.
#[test]
fn ends_of_the_line() {
    for row in rows(include_str!("data/continuous.csv")).iter().filter(|row| row.grade == "body") {
        let (low, high) = row.ask(|d| (d.at(f64::NEG_INFINITY), d.at(f64::INFINITY)));
        assert_eq!((low.cdf, low.ccdf, high.cdf, high.ccdf), (0.0, 1.0, 1.0, 0.0), "{}", row.text);
        let logs = (low.log_cdf, low.log_ccdf, high.log_cdf, high.log_ccdf);
        assert_eq!(logs, (f64::NEG_INFINITY, 0.0, 0.0, f64::NEG_INFINITY), "{}", row.text);
        assert_eq!((low.log_density, high.log_density), (f64::NEG_INFINITY, f64::NEG_INFINITY), "{}", row.text);
        let nan = row.ask(|d| d.at(f64::NAN));
        let all = [nan.log_density, nan.cdf, nan.ccdf, nan.log_cdf, nan.log_ccdf];
        assert!(all.iter().all(|x| x.is_nan()), "{}: {nan:?}", row.text);
    }
}

/// A distribution with moments, and the coordinates that hold all of its mass but 1e-13.
struct Case {
    name: &'static str,
    arguments: &'static [f64],
    coordinate: Coordinate,
    range: (f64, f64),
}

fn case(name: &'static str, arguments: &'static [f64], coordinate: Coordinate, range: (f64, f64)) -> Case {
    Case { name, arguments, coordinate, range }
}

fn cases() -> Vec<Case> {
    use Coordinate::{Exp, Line, Logistic, Sinh};
    let unit = Line(0.0, 1.0);
    vec![
        case("Normal", &[1.0, 2.0], Line(1.0, 2.0), (-12.0, 12.0)),
        case("HalfNormal", &[2.0], Line(0.0, 2.0), (0.0, 12.0)),
        case("LogNormal", &[0.5, 0.7], Exp, (-9.0, 11.0)),
        case("StudentT", &[7.0, 1.0, 2.0], Sinh(1.0, 2.0), (-10.0, 10.0)),
        case("StudentT", &[1e7, 0.0, 1.0], unit, (-12.0, 12.0)),
        case("HalfStudentT", &[7.0, 2.0], Sinh(0.0, 2.0), (0.0, 10.0)),
        case("Cauchy", &[1.0, 2.0], Sinh(1.0, 2.0), (-45.0, 45.0)),
        case("HalfCauchy", &[2.0], Sinh(0.0, 2.0), (0.0, 45.0)),
        case("Exponential", &[0.2], Exp, (-40.0, 6.0)),
        case("Gamma", &[0.5, 2.0], Exp, (-80.0, 4.0)),
        case("Gamma", &[12.0, 0.1], Exp, (-2.0, 7.0)),
        case("Gamma", &[1e8, 1.0], Line(1e8, 1e4), (-9.0, 9.0)),
        case("InverseGamma", &[6.0, 2.0], Exp, (-5.0, 10.0)),
        case("InverseGamma", &[40.0, 2.0], Exp, (-6.0, 1.0)),
        case("Beta", &[0.5, 2.0], Logistic, (-80.0, 25.0)),
        case("Beta", &[3.0, 2.5], Logistic, (-20.0, 20.0)),
        case("Beta", &[20.0, 30.0], Logistic, (-6.0, 6.0)),
        case("Beta", &[2.0, 1e5], Exp, (-40.0, -5.0)),
        case("BetaProportion", &[0.3, 9.0], Logistic, (-20.0, 20.0)),
        case("Uniform", &[-3.0, 2.5], Line(-3.0, 5.5), (0.0, 1.0)),
        case("Laplace", &[0.0, 2.0], unit, (-100.0, 100.0)),
        case("Logistic", &[1.0, 2.0], Line(1.0, 2.0), (-45.0, 45.0)),
        case("Gumbel", &[1.0, 2.0], Line(1.0, 2.0), (-5.0, 45.0)),
        case("ChiSquared", &[5.0], Exp, (-16.0, 6.0)),
        case("InverseChiSquared", &[11.0], Exp, (-6.0, 8.0)),
        case("ScaledInverseChiSquared", &[13.0, 2.0], Exp, (-3.0, 8.0)),
        case("Weibull", &[1.5, 2.0], Exp, (-25.0, 4.0)),
        case("Frechet", &[5.0, 2.0], Exp, (-2.0, 12.0)),
        case("Pareto", &[1.0, 5.0], Exp, (0.0, 12.0)),
        case("ParetoType2", &[0.0, 2.0, 5.0], Sinh(0.0, 2.0), (0.0, 12.0)),
        case("Rayleigh", &[2.0], Exp, (-20.0, 3.0)),
        case("VonMises", &[0.0, 1.5], unit, (-std::f64::consts::PI, std::f64::consts::PI)),
        case("VonMises", &[0.0, 1e4], Line(0.0, 0.01), (-12.0, 12.0)),
        case("SkewNormal", &[1.0, 2.0, 3.0], Line(1.0, 2.0), (-10.0, 10.0)),
        case("SkewNormal", &[1.0, 2.0, -0.4], Line(1.0, 2.0), (-10.0, 10.0)),
        case("ExpModNormal", &[1.0, 2.0, 0.7], unit, (-20.0, 60.0)),
        case("AsymmetricLaplace", &[0.0, 1.0, 0.5], unit, (-25.0, 75.0)),
        case("SkewDoubleExponential", &[0.0, 1.0, 0.25], unit, (-25.0, 75.0)),
        case("Triangular", &[0.0, 1.0, 4.0], unit, (0.0, 4.0)),
        case("Wiener", &[1.0, 0.0, 0.5, 0.0], Sinh(0.0, 0.01), (-8.0, 8.0)),
        case("Wiener", &[1.5, 0.0, 0.3, 1.2], Sinh(0.0, 0.01), (-8.0, 8.0)),
        case("Wiener", &[1.5, 0.0, 0.6, -0.2], Sinh(0.0, 0.01), (-9.0, 9.0)),
    ]
}

impl Case {
    fn ask<T>(&self, question: impl FnOnce(&dyn Reals) -> T) -> T {
        let arguments: Vec<Argument<'_>> = self.arguments.iter().map(|x| Argument::Real(*x)).collect();
        visit(arguments::kind(self.name), &arguments, OfReals(question)).flatten().expect("arguments that fit")
    }

    /// The integral of the density times a function of a point and its log density.
    fn integral(&self, f: impl Fn(f64, f64) -> f64) -> f64 {
        let part = |sign: f64| -> f64 {
            let term = |x: f64| {
                let log = self.ask(|d| d.log_density(x));
                let value = f(x, log) * sign;
                if value > 0.0 { log + value.ln() } else { f64::NEG_INFINITY }
            };
            panel_masses(term, self.coordinate, self.range, 3000).iter().sum()
        };
        part(1.0) - part(-1.0)
    }
}

fn assert_close(found: f64, expected: f64, scale: f64, name: &str) {
    assert!((found - expected).abs() <= 1e-9 * scale, "{name}: found {found:?}, not {expected:?}");
}

#[test]
fn moments_and_entropies_equal_their_integrals() {
    for case in cases() {
        let name = format!("{} {:?}", case.name, case.arguments);
        let (mean, variance, entropy) = case.ask(|d| (d.mean(), d.variance(), d.entropy()));
        assert_close(case.integral(|_, _| 1.0), 1.0, 1.0, &format!("mass of {name}"));
        if variance.is_finite() {
            let deviation = variance.sqrt();
            assert_close(mean, case.integral(|x, _| x), deviation.max(mean.abs()), &format!("mean of {name}"));
            let square = case.integral(|x, _| (x - mean) * (x - mean));
            assert_close(variance, square, variance, &format!("variance of {name}"));
        }
        if !entropy.is_nan() {
            let sum = case.integral(|_, log| if log == f64::NEG_INFINITY { 0.0 } else { -log });
            assert_close(entropy, sum, 1.0 + entropy.abs(), &format!("entropy of {name}"));
        }
    }
}

/// The derivative of the distribution function is the density.
#[test]
fn densities_are_the_slopes_of_distribution_functions() {
    for case in cases() {
        for k in 1..20 {
            let p = f64::from(k) / 20.0;
            let [before, x, after] = [p - 0.04, p, p + 0.04].map(|p| case.ask(|d| d.quantiles(p).0));
            let step = 1e-2 * (x - before).min(after - x);
            let at = |x: f64| case.ask(|d| (d.at(x).cdf, d.log_density(x).exp()));
            let (left, right) = (at(x - step), at(x + step));
            // Simpson's rule, whose error is of the fourth order of the step.
            let area = step / 3.0 * (left.1 + 4.0 * at(x).1 + right.1);
            let kink = match case.name {
                // (Between the times at the two boundaries, the density of Wiener is 0.)
                "Laplace" | "AsymmetricLaplace" | "SkewDoubleExponential" | "Wiener" => 0.0,
                "Triangular" => 1.0,
                _ => f64::INFINITY,
            };
            if (x - kink).abs() <= step {
                continue;
            }
            let error = (right.0 - left.0 - area).abs() / area;
            assert!(error < 1e-9, "{} {:?} at {x}: {error}", case.name, case.arguments);
        }
    }
}
