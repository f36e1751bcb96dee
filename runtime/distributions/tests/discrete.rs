//! Distributions over Ints and Bools against tables: 60-digit sums (`data/discrete.csv`, made by `data/discrete.py`) and SciPy
//! (`data/discrete_scipy.csv`). Quantiles at the jumps of the cdf, moments and entropies against sums, and what distributions say of
//! one another.

#[path = "common/arguments.rs"]
mod arguments;

use borel_distributions::*;
use std::fmt::Debug;

const TABLE: &str = include_str!("data/discrete.csv");
const SCIPY: &str = include_str!("data/discrete_scipy.csv");

/// A function of a distribution, at a value or a probability.
struct At<'a> {
    function: &'a str,
    text: &'a str,
    kind: Kind,
}

impl Visitor for At<'_> {
    type Output = f64;

    fn scalar<D: Scalar>(self, d: D) -> f64 {
        let x = || D::Value::unwrap(&arguments::value(self.kind, self.text)).expect("a value of the distribution");
        let p = || self.text.parse().expect("a probability");
        match self.function {
            "log_density" => d.log_density(x()),
            "cdf" => d.cdf(x()),
            "ccdf" => d.ccdf(x()),
            "log_cdf" => d.log_cdf(x()),
            "log_ccdf" => d.log_ccdf(x()),
            "mean" => d.mean(),
            "variance" => d.variance(),
            "quantile" => match d.quantile(p()).wrap() {
                Value::Int(x) => x as f64,
                other => panic!("{other:?}"),
            },
            other => panic!("no function {other}"),
        }
    }

    fn multivariate<D: Multivariate>(self, _: D) -> f64 {
        f64::NAN
    }
}

/// The error of a value in units of what is allowed: relative, and for logarithms absolute below 1.
fn excess(found: f64, expected: f64, function: &str, grade: &str) -> f64 {
    if found == expected {
        return 0.0;
    }
    let tolerance = match grade {
        "body" => 1e-13,
        "extreme" => 1e-11,
        "scipy" => 1e-11,
        other => panic!("no grade {other}"),
    };
    let floor = if function.starts_with("log") { 1.0 } else { 0.0 };
    // Far tails, and what is not a normal double, have the tolerance of extremes.
    let far = expected.abs() < 1e-20 || expected < -50.0;
    let tolerance = if far { f64::max(tolerance, 1e-11) } else { tolerance };
    let error = (found - expected).abs() / (tolerance * expected.abs().max(floor).max(f64::MIN_POSITIVE));
    if error.is_nan() { f64::INFINITY } else { error }
}

fn agree(table: &str) {
    let mut failures = Vec::new();
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [function, name, text, x, expected, grade] = fields[..] else { panic!("not a row: {line}") };
        let kind = arguments::kind(name);
        let owned = arguments::arguments(kind, text);
        let borrowed = arguments::borrow(&owned);
        assert_eq!(check_value(kind, &borrowed), Ok(()), "{line}");
        let found = visit(kind, &borrowed, At { function, text: x, kind }).expect("arguments of the distribution");
        let expected: f64 = expected.parse().expect("a number");
        let excess = excess(found, expected, function, grade);
        if excess > 1.0 {
            failures.push(format!("{line}: found {found:?}, {excess:.3} tolerances away"));
        }
    }
    assert!(failures.is_empty(), "{} rows:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn masses_and_tails_equal_their_references() {
    agree(TABLE);
}

#[test]
fn functions_equal_those_of_scipy() {
    agree(SCIPY);
}

/// Everything that can be said of a distribution by sums of its masses, from `from` to `to`, which leave out next to nothing.
fn sums<D: Scalar<Value = i64> + Debug>(d: D, from: i64, to: i64) {
    assert_eq!(d.check(), Ok(()));
    let name = format!("{d:?}");
    let masses: Vec<f64> = (from..=to).map(|x| d.log_density(x).exp()).collect();
    let close = |what: &str, found: f64, expected: f64, tolerance: f64| {
        let error = (found - expected).abs();
        assert!(error <= tolerance * expected.abs().max(1e-300), "{what} of {name}: {found:?}, not {expected:?}");
    };
    let total: f64 = masses.iter().sum();
    close("sum", total, 1.0, 2e-13);
    let values = || (from..=to).map(|x| x as f64).zip(&masses);
    let mean: f64 = values().map(|(x, m)| x * m).sum();
    let scale = mean.abs().max(d.variance().sqrt());
    assert!((d.mean() - mean).abs() <= 1e-11 * scale, "mean of {name}: {:?}, not {mean:?}", d.mean());
    close("variance", d.variance(), values().map(|(x, m)| (x - mean) * (x - mean) * m).sum(), 1e-10);
    if !d.entropy().is_nan() {
        let terms = (from..=to).map(|x| d.log_density(x)).filter(|log| *log > -700.0).map(|log| -log * log.exp());
        close("entropy", d.entropy(), terms.sum(), 1e-11);
    }
    let (mut below, mut log_below) = (0.0, f64::NEG_INFINITY);
    for (x, mass) in (from..=to).zip(&masses) {
        below += mass;
        assert!((d.cdf(x) - below).abs() < 3e-13, "cdf of {name} at {x}: {:?}, not {below:?}", d.cdf(x));
        assert!((d.cdf(x) + d.ccdf(x) - 1.0).abs() < 1e-13, "tails of {name} at {x}");
        for (log, value) in [(d.log_cdf(x), d.cdf(x)), (d.log_ccdf(x), d.ccdf(x))] {
            assert!(value < 1e-290 || (log - value.ln()).abs() <= 1e-12 * value.ln().abs().max(1.0), "{name} at {x}");
        }
        assert!(d.log_cdf(x) >= log_below - 1e-12, "{name} falls at {x}");
        log_below = d.log_cdf(x);
        jump(&d, x, *mass, &name);
    }
    assert_eq!((d.quantile(f64::NAN), d.quantile(-0.1), d.quantile(1.5)), (i64::MIN, i64::MIN, i64::MIN));
    assert_eq!((d.quantile_ccdf(f64::NAN), d.quantile_ccdf(1.5)), (i64::MIN, i64::MIN));
    let Support::Integers(first, last) = d.support() else { panic!("{name}") };
    assert_eq!((d.quantile(0.0), d.quantile_ccdf(1.0)), (first, first), "{name}");
    assert_eq!((d.quantile(1.0), d.quantile_ccdf(0.0)), (last.unwrap_or(i64::MAX), last.unwrap_or(i64::MAX)), "{name}");
}

/// The quantile at the jump at x is x, and a little above it, one more.
fn jump<D: Scalar<Value = i64>>(d: &D, x: i64, mass: f64, name: &str) {
    let (cdf, ccdf) = (d.cdf(x), d.ccdf(x));
    // (Below the normal doubles a part in 1e12 is less than the next double.)
    if mass > 1e-12 * cdf.min(1.0) && (f64::MIN_POSITIVE..1.0).contains(&cdf) {
        assert_eq!(d.quantile(cdf), x, "{name}: the quantile at its jump");
        let next = cdf * (1.0 + 1e-12);
        if d.log_density(x + 1).exp() > 1e-11 * cdf && next < 1.0 {
            assert_eq!(d.quantile(next), x + 1, "{name}: the quantile above its jump");
        }
    }
    if mass > 1e-11 * ccdf && (f64::MIN_POSITIVE..1.0).contains(&ccdf) {
        assert_eq!(d.quantile_ccdf(ccdf), x, "{name}: the upper quantile at its jump");
        if d.log_density(x + 1).exp() > 1e-11 * ccdf {
            assert_eq!(d.quantile_ccdf(ccdf * (1.0 - 1e-12)), x + 1, "{name}: the upper quantile below its jump");
        }
    }
}

#[test]
fn binomials_are_their_sums() {
    for (n, p) in [(0, 0.3), (1, 0.5), (7, 0.02), (40, 0.9), (41, 0.5), (300, 0.11), (30, 0.0), (30, 1.0)] {
        sums(Binomial { n, p }, 0, n);
    }
    for (n, alpha) in [(12, 0.0), (60, -3.0), (60, 30.0)] {
        sums(BinomialLogit { n, alpha }, 0, n);
    }
    for (n, alpha, beta) in
        [(0, 1.0, 1.0), (12, 0.3, 4.0), (40, 9.0, 9.9), (90, 0.1, 0.2), (90, 200.0, 30.0), (20, 1e8, 1e8)]
    {
        sums(BetaBinomial { n, alpha, beta }, 0, n);
    }
    for (n, a, b) in [(0, 3, 5), (4, 3, 5), (8, 3, 5), (60, 100, 30), (200, 1000, 3000), (1, 1, 0)] {
        sums(Hypergeometric { n, a, b }, (n - b).max(0), n.min(a));
    }
}

#[test]
fn counts_are_their_sums() {
    for rate in [0.0, 1e-4, 0.9, 15.0, 90.0] {
        sums(Poisson { rate }, 0, 300);
    }
    for alpha in [-2.0, 1.5, 4.0] {
        sums(PoissonLog { alpha }, 0, 300);
    }
    for p in [1.0, 0.7, 0.1] {
        sums(Geometric { p }, 0, 600);
    }
    for (mu, phi) in [(0.3, 0.2), (5.0, 1.0), (12.0, 9.0), (12.0, 1e6), (0.0, 2.0)] {
        sums(NegativeBinomial { mu, phi }, 0, 900);
    }
    for (alpha, beta) in [(0.5, 2.0), (8.0, 1.0)] {
        sums(NegativeBinomialRate { alpha, beta }, 0, 400);
    }
    for (theta, rate) in [(0.0, 2.0), (0.4, 6.0), (1.0, 3.0)] {
        sums(ZeroInflatedPoisson { theta, rate }, 0, 100);
    }
    sums(ZeroInflatedNegativeBinomial { theta: 0.25, mu: 3.0, phi: 2.0 }, 0, 300);
    sums(Zipf { s: 14.0 }, 1, 4000);
}

#[test]
fn grades_and_indices_are_their_sums() {
    sums(Categorical { probs: &[0.25, 0.5, 0.25] }, 0, 2);
    sums(CategoricalLogit { logits: &[-900.0, 0.0, 1.0, 0.25] }, 0, 3);
    for (eta, cutpoints) in [(0.0, &[0.0][..]), (0.7, &[-1.0, -0.99, 2.0]), (-8.0, &[-30.0, -9.0, -8.5, 4.0])] {
        sums(OrderedLogistic { eta, cutpoints }, 0, cutpoints.len() as i64);
        sums(OrderedProbit { eta, cutpoints }, 0, cutpoints.len() as i64);
    }
    sums(DiscreteUniform { lower: -4, upper: 11 }, -4, 11);
    sums(DiscreteUniform { lower: 3, upper: 3 }, 3, 3);
}

#[test]
fn tosses() {
    for (p, alpha) in [(0.25, -(3.0f64.ln())), (0.9, 9.0f64.ln())] {
        let (coin, logit) = (Bernoulli { p }, BernoulliLogit { alpha });
        for x in [false, true] {
            assert!((coin.log_density(x) - logit.log_density(x)).abs() < 1e-14);
            assert!((coin.cdf(x) - logit.cdf(x)).abs() < 1e-15);
        }
        assert!((coin.entropy() - logit.entropy()).abs() < 1e-15);
        assert_eq!(
            (coin.quantile(1.0 - p), coin.quantile(1.0 - p + 1e-12), coin.quantile(f64::NAN)),
            (false, true, false)
        );
        assert_eq!((coin.quantile_ccdf(p), coin.quantile_ccdf(p - 1e-12)), (false, true));
    }
    assert_eq!((Bernoulli { p: 1.0 }.entropy(), BernoulliLogit { alpha: 1e300 }.entropy()), (0.0, 0.0));
}

/// The same law said in two ways.
fn same<A: Scalar<Value = i64> + Debug, B: Scalar<Value = i64>>(a: A, b: B, xs: impl Iterator<Item = i64>) {
    for x in xs {
        for (one, other) in
            [(a.log_density(x), b.log_density(x)), (a.log_cdf(x), b.log_cdf(x)), (a.log_ccdf(x), b.log_ccdf(x))]
        {
            let error = (one - other).abs() / other.abs().max(1.0);
            assert!(one == other || error < 1e-12, "{a:?} at {x}: {one:?} and {other:?}");
        }
    }
}

#[test]
fn laws_that_are_one_another() {
    let alpha = 0.7f64;
    let p = 1.0 / (1.0 + (-alpha).exp());
    same(BinomialLogit { n: 90, alpha }, Binomial { n: 90, p }, -1..92);
    same(PoissonLog { alpha }, Poisson { rate: alpha.exp() }, -1..90);
    same(NegativeBinomialRate { alpha: 3.5, beta: 0.7 }, NegativeBinomial { mu: 5.0, phi: 3.5 }, -1..200);
    same(NegativeBinomial { mu: 4.0, phi: 1.0 }, Geometric { p: 0.2 }, -1..200);
    same(BetaBinomial { n: 30, alpha: 1.0, beta: 1.0 }, DiscreteUniform { lower: 0, upper: 30 }, -1..32);
    same(ZeroInflatedPoisson { theta: 0.0, rate: 3.0 }, Poisson { rate: 3.0 }, -1..60);
    let logits = [0.2f64, -1.0, 0.5];
    let total: f64 = logits.iter().map(|l| l.exp()).sum();
    let probs = logits.map(|l| l.exp() / total);
    same(CategoricalLogit { logits: &logits }, Categorical { probs: &probs }, -1..4);
    // In a large urn it does not matter whether what is drawn is put back.
    let (urn, coins) = (Hypergeometric { n: 20, a: 3 << 50, b: 5 << 50 }, Binomial { n: 20, p: 0.375 });
    same(urn, coins, -1..22);
}

#[test]
fn huge_parameters_keep_their_digits() {
    let median = |name: &str, x: i64, centre: i64| assert!((x - centre).abs() <= 2, "{name}: {x}");
    median("Poisson", Poisson { rate: 1e15 }.quantile(0.5), 1_000_000_000_000_000);
    median("Binomial", Binomial { n: 1_000_000_000_000_000, p: 0.5 }.quantile(0.5), 500_000_000_000_000);
    let d = Poisson { rate: 1e15 };
    let (low, high) = (d.quantile(1e-300), d.quantile_ccdf(1e-300));
    assert!(d.cdf(low) >= 1e-300 && d.cdf(low - 1) < 1e-300 && d.ccdf(high) <= 1e-300 && d.ccdf(high - 1) > 1e-300);
    assert_eq!(DiscreteUniform { lower: i64::MIN, upper: i64::MAX }.quantile(1.0), i64::MAX);
    assert_eq!(Geometric { p: 1e-300 }.quantile(0.5), i64::MAX);
}

#[test]
fn what_is_left_of_countable_supports() {
    for k in [0, 1, 5, 40] {
        let bound = upper_tail(Kind::Poisson, &[Argument::Real(3.0)], k);
        let sum: f64 = (k..200).map(|x| Poisson { rate: 3.0 }.log_density(x).exp()).sum();
        assert!((bound - sum).abs() <= 1e-13 * sum, "{k}: {bound} {sum}");
    }
    assert_eq!(upper_tail(Kind::Zipf, &[Argument::Real(2.0)], i64::MIN), 1.0);
    assert_eq!(upper_tail(Kind::Bernoulli, &[Argument::Real(0.5)], 1), 1.0);
}

#[test]
fn relations_between_parameters_are_checked() {
    let error = Hypergeometric { n: 9, a: 3, b: 5 }.check().expect_err("more draws than balls");
    assert_eq!(
        error.to_string(),
        "Hypergeometric: n must be 0 or positive, and at most the number of objects, found 9.0"
    );
    assert!(Zipf { s: 1.0 }.check().is_err());
    assert!(CategoricalLogit { logits: &[] }.check().is_err());
    assert!(OrderedProbit { eta: 0.0, cutpoints: &[1.0, 1.0] }.check().is_err());
}
