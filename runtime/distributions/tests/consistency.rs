//! What the functions of one distribution say of each other, for every distribution over numbers in the catalogue: the
//! distribution function is the integral of the density, quantiles invert it from both tails, moments and entropy are those of the
//! density, and draws fall where it says (chi-squared with 64 bins; over all distributions one false alarm in a million seeds).

#[path = "common/settings.rs"]
mod settings;

use borel_abi::stream::Stream;
use borel_distributions::*;
use settings::SETTINGS;

/// An argument.
enum Owned {
    Real(f64),
    Int(i64),
    Array(Vec<f64>),
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
        }
    }
}

/// A distribution over numbers, its values as doubles.
struct Law<'d> {
    name: &'d str,
    discrete: bool,
    boolean: bool,
    log_density: Box<dyn Fn(f64) -> f64 + 'd>,
    /// log P(X <= x), log P(X > x)
    logs: [Box<dyn Fn(f64) -> f64 + 'd>; 2],
    /// P(X <= x), P(X > x)
    tails: [Box<dyn Fn(f64) -> f64 + 'd>; 2],
    /// By the probability below, by that above
    quantiles: [Box<dyn Fn(f64) -> f64 + 'd>; 2],
    mean: f64,
    variance: f64,
    entropy: f64,
    sample: Box<dyn Fn(&mut Stream) -> f64 + 'd>,
}

impl<'d> Law<'d> {
    fn of<D: Scalar>(name: &'d str, d: &'d D) -> Law<'d> {
        Law {
            name,
            discrete: D::Value::KIND != ValueKind::Real,
            boolean: D::Value::KIND == ValueKind::Bool,
            log_density: Box::new(|x| d.log_density(from_number(x))),
            logs: [Box::new(|x| d.log_cdf(from_number(x))), Box::new(|x| d.log_ccdf(from_number(x)))],
            tails: [Box::new(|x| d.cdf(from_number(x))), Box::new(|x| d.ccdf(from_number(x)))],
            quantiles: [Box::new(|p| to_number(d.quantile(p))), Box::new(|q| to_number(d.quantile_ccdf(q)))],
            mean: d.mean(),
            variance: d.variance(),
            entropy: d.entropy(),
            sample: Box::new(|stream| to_number(d.sample(stream))),
        }
    }

    /// The density; at a pole 0, so that integrals step over it.
    fn density(&self, x: f64) -> f64 {
        let density = (self.log_density)(x).exp();
        if density.is_finite() { density } else { 0.0 }
    }
}

fn from_number<V: ScalarValue>(x: f64) -> V {
    let value = match V::KIND {
        ValueKind::Real => Value::Real(x),
        ValueKind::Bool => Value::Bool(x != 0.0),
        _ => Value::Int(x as i64),
    };
    V::unwrap(&value).expect("a value of the kind")
}

fn to_number<V: ScalarValue>(value: V) -> f64 {
    match value.wrap() {
        Value::Real(x) => x,
        Value::Bool(b) => f64::from(u8::from(b)),
        Value::Int(n) => n as f64,
        other => panic!("{other:?} is no number"),
    }
}

/// Checks every distribution over numbers with its settings.
fn each(check: fn(&Law<'_>) -> Result<(), String>) {
    struct Visit<'a>(&'a str, fn(&Law<'_>) -> Result<(), String>);
    impl Visitor for Visit<'_> {
        type Output = Result<(), String>;
        fn scalar<D: Scalar>(self, d: D) -> Self::Output {
            (self.1)(&Law::of(self.0, &d)).map_err(|problem| format!("{}: {problem}", self.0))
        }
        fn multivariate<D: Multivariate>(self, _: D) -> Self::Output {
            Ok(())
        }
    }
    let mut problems = Vec::new();
    for &kind in Kind::ALL.iter().filter(|kind| !kind.entry().value.is_multivariate()) {
        let name = kind.entry().name;
        let settings = SETTINGS.iter().find(|(known, _)| *known == name);
        let (_, settings) = settings.unwrap_or_else(|| panic!("{name} has no settings here"));
        for setting in *settings {
            let kinds = kind.entry().parameters.iter().map(|parameter| parameter.kind);
            let owned: Vec<Owned> = kinds.zip(setting.split(' ')).map(|(kind, text)| Owned::new(kind, text)).collect();
            let arguments: Vec<Argument<'_>> = owned.iter().map(Owned::borrow).collect();
            let name = format!("{name}({setting})");
            assert_eq!(check_value(kind, &arguments), Ok(()), "{name}");
            problems.extend(visit(kind, &arguments, Visit(&name, check)).expect("arguments that fit").err());
        }
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

fn ensure(holds: bool, problem: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(problem()) }
}

const PROBABILITIES: [f64; 17] =
    [1e-300, 1e-100, 1e-30, 1e-12, 1e-8, 1e-5, 1e-3, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.99999, 1.0 - 1e-9];

/// The probability at a quantile is the one asked for, up to what the rounding of the quantile does.
#[test]
fn quantiles_invert_the_distribution_function() {
    each(|law| {
        for side in [0, 1] {
            for p in PROBABILITIES {
                let x = (law.quantiles[side])(p);
                ensure(!x.is_nan(), || format!("the quantile at {p} (side {side}) is NaN"))?;
                let at = |x: f64| (law.tails[side])(x);
                let found = at(x);
                if law.discrete {
                    // The smallest x with P(X <= x) >= p, or with P(X > x) <= q.
                    let slack = 1e-12 * p.max(1e-3 * (1.0 - p));
                    let (enough, before) = if side == 0 {
                        (found >= p - slack, at(x - 1.0) < p + slack)
                    } else {
                        (found <= p + slack, at(x - 1.0) > p - slack)
                    };
                    let lowest = law.boolean && x == 0.0 || law.density(x - 1.0) == 0.0;
                    ensure(enough && (before || lowest), || format!("quantile({p}), side {side}, is {x}: {found}"))?;
                } else if x.is_finite() && x.abs() > 1e-300 {
                    // The rounding of the quantile, where the distribution function is steep or doubles are far apart.
                    let rounding = 2e-12 * x.abs() * law.density(x);
                    let (a, b) = (at(x.next_down().next_down()), at(x.next_up().next_up()));
                    let between = a.min(b) <= p && p <= a.max(b);
                    ensure(between || (found - p).abs() <= 1e-11 * p + rounding, || {
                        format!("quantile({p:e}), side {side}, is {x:?}, where the probability is {found:e}")
                    })?;
                }
            }
        }
        Ok(())
    });
}

/// Nodes and weights of Gauss and Legendre, 10 on [-1, 1] (Abramowitz and Stegun, table 25.4).
const GAUSS: [(f64, f64); 5] = [
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_87),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];

fn gauss(f: &dyn Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    half * GAUSS.iter().map(|(node, weight)| weight * (f(middle - half * node) + f(middle + half * node))).sum::<f64>()
}

/// Halves intervals until the two estimates agree.
fn integral(f: &dyn Fn(f64) -> f64, from: f64, to: f64, whole: f64, tolerance: f64, depth: u32) -> f64 {
    let middle = 0.5 * (from + to);
    let (left, right) = (gauss(f, from, middle), gauss(f, middle, to));
    if depth == 0 || (left + right - whole).abs() <= tolerance {
        return left + right;
    }
    integral(f, from, middle, left, 0.5 * tolerance, depth - 1)
        + integral(f, middle, to, right, 0.5 * tolerance, depth - 1)
}

/// On a logarithmic scale where the range has several.
fn integrate(f: &dyn Fn(f64) -> f64, from: f64, to: f64, tolerance: f64) -> f64 {
    if from > 0.0 && to > 8.0 * from {
        let f = |t: f64| f(t.exp()) * t.exp();
        let (from, to) = (from.ln(), to.ln());
        return integral(&f, from, to, gauss(&f, from, to), tolerance, 9);
    }
    integral(f, from, to, gauss(f, from, to), tolerance, 9)
}

/// Edges of panels for integrals: quantiles from both ends.
fn panels(law: &Law<'_>) -> Vec<f64> {
    let small = [1e-13, 1e-11, 1e-9, 1e-7, 1e-5, 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5];
    let mut edges: Vec<f64> = small.iter().map(|p| (law.quantiles[0])(*p)).collect();
    edges.extend(small.iter().rev().skip(1).map(|q| (law.quantiles[1])(*q)));
    edges.dedup();
    edges
}

/// Not where a quantile is out of the range of doubles.
fn usable(law: &Law<'_>, pair: &[f64]) -> bool {
    (law.tails[0])(pair[0]) > 0.0 && pair[0].is_finite() && pair[1].is_finite()
}

/// Between two points the distribution function grows by the integral of the density.
#[test]
fn the_distribution_function_is_the_integral_of_the_density() {
    each(|law| {
        if law.discrete {
            return masses_add_up(law);
        }
        for pair in panels(law).windows(2).filter(|pair| usable(law, pair)) {
            let side = usize::from((law.tails[0])(pair[1]) > 0.5);
            let mass = ((law.tails[side])(pair[1]) - (law.tails[side])(pair[0])).abs();
            let found = integrate(&|x| law.density(x), pair[0], pair[1], 1e-11 * mass);
            // The edges are doubles: where they are coarse for the distribution, so is the mass between them.
            let rounding = f64::EPSILON * (pair[0].abs() * law.density(pair[0]) + pair[1].abs() * law.density(pair[1]));
            let pole = pair.iter().any(|x| (law.log_density)(*x) == f64::INFINITY);
            let rounding = if pole { 0.1 * mass } else { 4.0 * rounding };
            ensure((found - mass).abs() <= 2e-9 * mass + rounding, || {
                format!(
                    "between {:?} and {:?} the density integrates to {found:e}, the mass is {mass:e}",
                    pair[0], pair[1]
                )
            })?;
        }
        Ok(())
    });
}

/// From the first to the last value that has mass.
fn range(law: &Law<'_>) -> (f64, f64) {
    ((law.quantiles[0])(1e-15), (law.quantiles[1])(1e-15))
}

fn masses_add_up(law: &Law<'_>) -> Result<(), String> {
    let (first, last) = range(law);
    let mut x = first;
    while x <= last {
        let mass = law.density(x);
        if x > first {
            let side = usize::from((law.tails[0])(x) > 0.5);
            let step = ((law.tails[side])(x) - (law.tails[side])(x - 1.0)).abs();
            let size = (law.tails[side])(x).max((law.tails[side])(x - 1.0));
            ensure((step - mass).abs() <= 1e-11 * size, || format!("at {x} the mass is {mass:e}, the step {step:e}"))?;
        }
        let logs = ((law.logs[0])(x).exp(), (law.logs[1])(x).exp());
        let tails = ((law.tails[0])(x), (law.tails[1])(x));
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-11 * b;
        ensure(close(logs.0, tails.0) && close(logs.1, tails.1) && close(tails.0 + tails.1, 1.0), || {
            format!("at {x} the tails are {tails:?}, by their logarithms {logs:?}")
        })?;
        // A few thousand values are enough.
        x += ((last - first) / 4000.0).floor().max(1.0);
        if x > first + 1.0 && (last - first) > 4000.0 {
            x = x.floor();
        }
    }
    Ok(())
}

#[test]
fn logarithms_of_probabilities_are_those_of_the_probabilities() {
    each(|law| {
        for edge in panels(law) {
            for side in [0, 1] {
                let (log, probability) = ((law.logs[side])(edge), (law.tails[side])(edge));
                let error = (log - probability.ln()).abs();
                let fits = probability == 0.0 || error <= 1e-11 * (1.0 + log.abs());
                ensure(fits, || format!("at {edge:?} the logarithm is {log:?}, the probability {probability:?}"))?;
            }
        }
        Ok(())
    });
}

/// The expectation of a function, nearly all of it.
fn expectation(law: &Law<'_>, f: &dyn Fn(f64) -> f64) -> f64 {
    if law.discrete {
        let (first, last) = range(law);
        return (0..=(last - first) as i64).map(|i| first + i as f64).map(|x| law.density(x) * f(x)).sum();
    }
    let edges = panels(law);
    let edges = edges.windows(2).filter(|pair| usable(law, pair));
    edges.map(|pair| integrate(&|x| law.density(x) * f(x), pair[0], pair[1], 1e-11)).sum()
}

/// Those of heavy tails converge too slowly to be seen.
#[test]
fn moments_and_entropy_are_those_of_the_density() {
    each(|law| {
        let (mean, variance) = (law.mean, law.variance);
        if variance.is_finite() {
            let found = expectation(law, &|x| x - mean) - mean * (1.0 - expectation(law, &|_| 1.0)).max(0.0);
            let tolerance = 1e-8 * (variance.sqrt() + mean.abs() * 1e-3) + 1e-12 * mean.abs();
            // Cauchy and Schwarz bound what the tails beyond 1e-13 can add.
            let tails = 1e-6 * variance.sqrt();
            ensure(found.abs() <= tolerance + tails, || format!("the mean is {mean:?}, off by {found:e}"))?;
            let fourth = expectation(law, &|x| ((x - mean) / variance.sqrt().max(f64::MIN_POSITIVE)).powi(4));
            if variance > 0.0 && fourth < 100.0 {
                let found = expectation(law, &|x| (x - mean) * (x - mean));
                ensure((found / variance - 1.0).abs() < 1e-5, || {
                    format!("the variance is {variance:?}, found {found:?}")
                })?;
            }
        }
        // Where mass is out of the range of doubles, so is its share of the entropy.
        let whole = (expectation(law, &|_| 1.0) - 1.0).abs() < 1e-8;
        if whole && !law.entropy.is_nan() {
            let found = expectation(law, &|x| if law.density(x) == 0.0 { 0.0 } else { -(law.log_density)(x) });
            ensure((found - law.entropy).abs() < 1e-6 * (1.0 + found.abs()), || {
                format!("the entropy is {:?}, found {found:?}", law.entropy)
            })?;
        }
        Ok(())
    });
}

const DRAWS: usize = 1_000_000;
const BINS: usize = 64;

/// Draws fall into bins between quantiles as their masses say.
#[test]
fn draws_follow_the_distribution_function() {
    each(|law| {
        let mut edges: Vec<f64> = (1..BINS).map(|i| (law.quantiles[0])(i as f64 / BINS as f64)).collect();
        edges.dedup();
        let masses: Vec<f64> = (0..=edges.len())
            .map(|i| {
                let below = if i == 0 { 0.0 } else { (law.tails[0])(edges[i - 1]) };
                let until = if i == edges.len() { 1.0 } else { (law.tails[0])(edges[i]) };
                until - below
            })
            .collect();
        let key = law.name.bytes().fold(0, |key: u64, b| key.wrapping_mul(31).wrapping_add(u64::from(b)));
        let mut stream = Stream::derive(7, key, 0);
        let mut counts = vec![0u64; masses.len()];
        for _ in 0..DRAWS {
            let x = (law.sample)(&mut stream);
            ensure(x.is_finite(), || format!("a draw of {x}"))?;
            counts[edges.partition_point(|edge| *edge < x)] += 1;
        }
        let (mut statistic, mut degrees) = (0.0, -1.0);
        let (mut rest, mut rest_mass) = (0.0, 0.0);
        for (&count, &mass) in counts.iter().zip(&masses) {
            let expected = mass * DRAWS as f64;
            if expected < 20.0 {
                rest += count as f64;
                rest_mass += expected;
            } else {
                statistic += (count as f64 - expected).powi(2) / expected;
                degrees += 1.0;
            }
        }
        if rest_mass > 0.0 || rest > 0.0 {
            ensure(rest <= rest_mass + 8.0 * rest_mass.sqrt() + 20.0, || {
                format!("{rest} draws where {rest_mass:.1} belong")
            })?;
        }
        if degrees < 1.0 {
            return Ok(());
        }
        // 1e-6 over at most 200 comparisons.
        let tail = borel_math::incomplete::gamma_q(0.5 * degrees, 0.5 * statistic);
        ensure(tail > 5e-9, || format!("chi-squared {statistic:.1} with {degrees} degrees of freedom, tail {tail:.1e}"))
    });
}
