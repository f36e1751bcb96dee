//! Draws against the masses of bins, by Pearson's chi-squared test. The seeds are fixed; for other seeds, all the tests
//! together would fail by chance once in a million runs.

#[path = "common/quadrature.rs"]
mod quadrature;

use borel_abi::stream::Stream;
use borel_distributions::*;
use quadrature::{Coordinate, panel_masses};
use std::fmt::Debug;

const DRAWS: usize = 200_000;

/// The rate of false alarms of one comparison: 1e-6 divided by a bound of how many there are (Bonferroni).
const LEVEL: f64 = 1e-6 / 400.0;

/// The least mass of a bin: 500 draws are expected in it.
const FINE: f64 = 0.0025;

/// The least mass of a bin of the second comparison, which finds wrong shapes and scales that many bins would hide.
const COARSE: f64 = 0.04;

/// The stream of a comparison, another for every name.
fn stream(name: &str) -> Stream {
    Stream::derive(20_260, name.bytes().fold(0, |key, b| key * 31 % 1_000_003 + u64::from(b)), 0)
}

/// P(X > x) for a chi-squared variable.
fn chi_squared_tail(x: f64, degrees: usize) -> f64 {
    let law = Gamma { shape: 0.5 * degrees as f64, rate: 0.5 };
    let width = 20.0 * (2.0 * degrees as f64).sqrt() + 200.0;
    panel_masses(|x| law.log_density(x), Coordinate::Line(0.0, 1.0), (x, x + width), 400).iter().sum()
}

/// Compares counts with their masses, which sum to 1: as they are, and joined to coarser bins.
fn compare(name: &str, counts: &[u64], masses: &[f64]) {
    let sum: f64 = masses.iter().sum();
    assert!((sum - 1.0).abs() < 1e-7, "{name}: masses sum to {sum}");
    compare_bins(name, counts, masses);
    let bins = join(masses, COARSE);
    let starts = [0].into_iter().chain(bins.iter().map(|bin| bin.0));
    let joined: Vec<u64> = starts.zip(&bins).map(|(start, bin)| counts[start..bin.0].iter().sum()).collect();
    compare_bins(name, &joined, &bins.iter().map(|bin| bin.1).collect::<Vec<f64>>());
}

fn compare_bins(name: &str, counts: &[u64], masses: &[f64]) {
    let total: u64 = counts.iter().sum();
    let mut statistic = 0.0;
    for (&count, &mass) in counts.iter().zip(masses) {
        assert!(mass > 0.0 || count == 0, "{name}: draws where there is no mass");
        if mass > 0.0 {
            let expected = mass * total as f64;
            statistic += (count as f64 - expected).powi(2) / expected;
        }
    }
    let degrees = masses.iter().filter(|mass| **mass > 0.0).count().saturating_sub(1);
    if degrees > 0 {
        let tail = chi_squared_tail(statistic, degrees);
        assert!(tail > LEVEL, "{name}: chi-squared {statistic:.1} with {degrees} degrees of freedom, tail {tail:.1e}");
    }
}

/// Neighbouring masses joined until each bin has the least mass: the number of masses before the end of each bin, and its mass.
/// What is left over joins the last bin.
fn join(masses: &[f64], least: f64) -> Vec<(usize, f64)> {
    let mut bins: Vec<(usize, f64)> = Vec::new();
    let mut sum = 0.0;
    for (i, mass) in masses.iter().enumerate() {
        sum += mass;
        if sum >= least {
            bins.push((i + 1, sum));
            sum = 0.0;
        }
    }
    match bins.last_mut() {
        Some(last) => *last = (masses.len(), last.1 + sum),
        None => bins.push((masses.len(), sum)),
    }
    bins
}

/// Where the quadrature goes.
#[derive(Clone, Copy)]
struct Range {
    coordinate: Coordinate,
    from: f64,
    to: f64,
    /// The share of the mass outside of the range that lies below it.
    below: f64,
}

fn range(coordinate: Coordinate, from: f64, to: f64) -> Range {
    Range { coordinate, from, to, below: 0.5 }
}

/// Compares draws of a continuous distribution with the masses of bins.
fn continuous(name: &str, law: &impl Scalar<Value = f64>, range: Range, mut draw: impl FnMut(&mut Stream) -> f64) {
    const PANELS: usize = 4000;
    let Range { coordinate, from, to, below } = range;
    let mut masses = panel_masses(|x| law.log_density(x), coordinate, (from, to), PANELS);
    let outside = 1.0 - masses.iter().sum::<f64>();
    assert!(outside > -1e-8, "{name}: {outside} of the mass is outside of the range");
    masses[0] += below * outside;
    masses[PANELS - 1] += (1.0 - below) * outside;
    let bins = join(&masses, FINE);
    let edge = |end: usize| coordinate.value(from + (to - from) * end as f64 / PANELS as f64);
    let edges: Vec<f64> = bins[..bins.len() - 1].iter().map(|(end, _)| edge(*end)).collect();
    let mut counts = vec![0; bins.len()];
    let mut stream = stream(name);
    for _ in 0..DRAWS {
        let x = draw(&mut stream);
        assert!(!x.is_nan(), "{name}: NaN");
        counts[edges.partition_point(|edge| *edge <= x)] += 1;
    }
    compare(name, &counts, &bins.iter().map(|bin| bin.1).collect::<Vec<f64>>());
}

fn reals<D: Scalar<Value = f64> + Debug>(d: D, range: Range) {
    assert_eq!(d.check(), Ok(()));
    continuous(&format!("{d:?}"), &d, range, |stream| d.sample(stream));
}

/// Compares draws with the masses from `from` to `to`, outside of which there is next to none.
fn integers<D: Scalar<Value = i64> + Debug>(d: D, from: i64, to: i64) {
    let name = format!("{d:?}");
    assert_eq!(d.check(), Ok(()));
    let masses: Vec<f64> = (from..=to).map(|x| d.log_density(x).exp()).collect();
    let bins = join(&masses, FINE);
    let ends: Vec<i64> = bins[..bins.len() - 1].iter().map(|(end, _)| from + *end as i64).collect();
    let mut counts = vec![0; bins.len()];
    let mut stream = stream(&name);
    for _ in 0..DRAWS {
        let x = d.sample(&mut stream);
        assert!(d.log_density(x) > f64::NEG_INFINITY, "{name}: {x} is outside of the support");
        counts[ends.partition_point(|end| *end <= x)] += 1;
    }
    compare(&name, &counts, &bins.iter().map(|bin| bin.1).collect::<Vec<f64>>());
}

#[test]
fn normals() {
    for (mu, sigma) in [(0.0, 1.0), (123_456_789.0, 1e-4), (-1e10, 1e10)] {
        reals(Normal { mu, sigma }, range(Coordinate::Line(mu, sigma), -8.0, 8.0));
    }
    reals(HalfNormal { sigma: 2.5 }, range(Coordinate::Line(0.0, 2.5), 0.0, 8.0));
    reals(LogNormal { mu: 1.0, sigma: 0.5 }, range(Coordinate::Exp, -4.0, 6.0));
    reals(LogNormal { mu: 0.0, sigma: 80.0 }, range(Coordinate::Exp, -600.0, 600.0));
}

#[test]
fn heavy_tails() {
    // Draws of the smallest nu are beyond the largest double half of the time.
    for (nu, reach) in [(1e-3, 709.0), (0.5, 80.0), (1.0, 40.0), (2.5, 20.0), (30.0, 8.0), (1e6, 4.0)] {
        reals(StudentT { nu, mu: 1.0, sigma: 2.0 }, range(Coordinate::Sinh(1.0, 2.0), -reach, reach));
    }
    reals(Cauchy { mu: -2.0, sigma: 0.5 }, range(Coordinate::Sinh(-2.0, 0.5), -30.0, 30.0));
    reals(HalfCauchy { sigma: 0.5 }, range(Coordinate::Sinh(0.0, 0.5), 0.0, 30.0));
}

#[test]
fn gammas() {
    reals(Exponential { rate: 0.1 }, range(Coordinate::Exp, -40.0, 6.0));
    // Nearly half of the mass of the shape 1e-3 is below the least double: a draw is 0 there, and there only. Divided by a
    // small rate, the same mass is above it.
    for (shape, rate, to) in [(1e-3, 1.0, 5.0), (1e-3, 1e-300, 696.0), (0.02, 3.0, 5.0), (0.3, 1.0, 5.0)] {
        reals(Gamma { shape, rate }, Range { below: 1.0, ..range(Coordinate::Exp, -744.0, to) });
    }
    for (shape, rate) in [(0.999, 1.0), (1.0, 2.0), (1.5, 10.0), (30.0, 0.1)] {
        reals(Gamma { shape, rate }, range(Coordinate::Exp, -40.0, 8.0));
    }
    reals(Gamma { shape: 1e8, rate: 1.0 }, range(Coordinate::Line(1e8, 1e4), -8.0, 8.0));
    reals(InverseGamma { shape: 1e-3, scale: 1.0 }, Range { below: 0.0, ..range(Coordinate::Exp, -5.0, 709.0) });
    for (shape, scale) in [(0.5, 1.0), (3.0, 2.0), (50.0, 100.0)] {
        reals(InverseGamma { shape, scale }, range(Coordinate::Exp, -6.0, 60.0));
    }
    reals(InverseGamma { shape: 1e8, scale: 1e8 }, range(Coordinate::Line(1.0, 1e-4), -8.0, 8.0));
}

/// The range for a Beta with small shapes; beyond it, both tails are powers.
fn beta_range(a: f64, b: f64) -> Range {
    let (from, to) = (-700.0, 20.0);
    let tail = |reach: f64, shape: f64| ((-reach * shape).exp() / shape).max(f64::MIN_POSITIVE);
    let (below, above) = (tail(-from, a), tail(to, b));
    Range { below: below / (below + above), ..range(Coordinate::Logistic, from, to) }
}

#[test]
fn betas() {
    for (a, b) in [(1.0, 1.0), (0.5, 0.5), (2.0, 5.0), (1e-3, 1e-3), (1e-3, 1e5), (1e5, 1e-3), (0.01, 3.0), (9.0, 12.0)]
    {
        reals(Beta { a, b }, beta_range(a, b));
    }
    reals(Beta { a: 1e5, b: 1e5 }, range(Coordinate::Line(0.5, 0.5 / 2e5f64.sqrt()), -8.0, 8.0));
    reals(Beta { a: 2.0, b: 1e9 }, range(Coordinate::Exp, -40.0, -16.0));
}

#[test]
fn uniforms() {
    reals(Uniform { lower: -3.0, upper: 5.0 }, range(Coordinate::Line(-3.0, 8.0), 0.0, 1.0));
    reals(Uniform { lower: -1.5e308, upper: 1.5e308 }, range(Coordinate::Line(0.0, 1.5e308), -1.0, 1.0));
}

#[test]
fn booleans() {
    for p in [0.0, 1e-3, 0.5, 0.9, 1.0] {
        let name = format!("Bernoulli {p}");
        let mut stream = stream(&name);
        let hits = (0..DRAWS).filter(|_| Bernoulli { p }.sample(&mut stream)).count() as u64;
        compare(&name, &[DRAWS as u64 - hits, hits], &[1.0 - p, p]);
    }
}

#[test]
fn binomials() {
    for (n, p) in [(0, 0.5), (1, 0.3), (10, 0.3), (40, 0.97), (100, 0.05), (1000, 0.5), (50, 0.0), (50, 1.0)] {
        integers(Binomial { n, p }, 0, n);
    }
    integers(Binomial { n: 1_000_000_000, p: 0.3 }, 299_880_000, 300_120_000);
    integers(Binomial { n: 1_000_000_000, p: 1e-9 }, 0, 40);
    integers(Binomial { n: 1_000_000_000, p: 1.0 - 1e-9 }, 999_999_960, 1_000_000_000);
    integers(Binomial { n: 1_000_000_000_000, p: 5e-12 }, 0, 60);
    integers(Binomial { n: 1_000_000_000_000, p: 1e-9 }, 700, 1300);
}

#[test]
fn counts() {
    for (rate, to) in [(0.0, 5), (1e-3, 20), (1.0, 40), (11.9, 80), (12.1, 80), (80.0, 200), (1e3, 1400)] {
        integers(Poisson { rate }, 0, to);
    }
    integers(Poisson { rate: 1e8 }, 99_920_000, 100_080_000);
    for (p, to) in [(1.0, 5), (0.9, 40), (0.3, 120), (0.001, 40_000)] {
        integers(Geometric { p }, 0, to);
    }
}

/// Draws of a Geometric with small p, in bins of equal mass but for rounding.
#[test]
fn long_waits() {
    const BINS: usize = 100;
    for p in [1e-10f64, 1e-16] {
        let name = format!("Geometric {p}");
        let log_failure = (-p).ln_1p();
        let end = |bin: usize| ((-(bin as f64) / BINS as f64).ln_1p() / log_failure).floor();
        let below = |x: f64| -(x * log_failure).exp_m1();
        let mut stream = stream(&name);
        let ends: Vec<f64> = (1..BINS).map(end).collect();
        let mut counts = vec![0; BINS];
        for _ in 0..DRAWS {
            let x = Geometric { p }.sample(&mut stream) as f64;
            counts[ends.partition_point(|end| *end <= x)] += 1;
        }
        let cumulated: Vec<f64> = ends.iter().map(|end| below(*end)).chain([1.0]).collect();
        let masses: Vec<f64> = (0..BINS).map(|i| cumulated[i] - if i > 0 { cumulated[i - 1] } else { 0.0 }).collect();
        compare(&name, &counts, &masses);
    }
    assert_eq!(Geometric { p: 1e-300 }.sample(&mut Stream::new(1)), i64::MAX);
    assert_eq!(Poisson { rate: 1e30 }.sample(&mut Stream::new(1)), i64::MAX);
}

#[test]
fn indices() {
    let many: Vec<f64> = (0..300).map(|i| f64::from(i) / 44_850.0).collect();
    for probs in [&[0.2, 0.5, 0.3][..], &[0.0, 0.7, 0.0, 0.3, 0.0], &[1.0], &many] {
        let name = format!("Categorical of {}", probs.len());
        let mut stream = stream(&name);
        let mut counts = vec![0; probs.len()];
        (0..DRAWS).for_each(|_| counts[Categorical { probs }.sample(&mut stream) as usize] += 1);
        compare(&name, &counts, probs);
    }
    for (lower, upper) in [(1, 6), (-1000, 1000), (4, 4)] {
        integers(DiscreteUniform { lower, upper }, lower, upper);
    }
    let d = DiscreteUniform { lower: i64::MIN, upper: i64::MAX };
    let (mut stream, mut counts) = (stream("every integer"), [0; 64]);
    (0..DRAWS).for_each(|_| counts[(d.sample(&mut stream) >> 58) as usize & 63] += 1);
    compare("every integer", &counts, &[1.0 / 64.0; 64]);
}

/// Compares a function of the draws of vectors with a distribution.
fn statistic(
    name: &str,
    d: &impl Multivariate<Element = f64>,
    law: impl Scalar<Value = f64>,
    range: Range,
    f: impl Fn(&[f64]) -> f64,
) {
    assert_eq!(d.check(), Ok(()));
    let mut x = vec![0.0; d.shape().count()];
    continuous(name, &law, range, |stream| {
        d.sample(stream, &mut x);
        f(&x)
    });
}

#[test]
fn simplices() {
    for alpha in [[1.0, 1.0, 1.0], [1e-3, 1e-3, 1e-3], [0.3, 5.0, 1e-3], [1e5, 1.0, 10.0]] {
        let d = Dirichlet { alpha: &alpha };
        let total: f64 = alpha.iter().sum();
        for (i, &a) in alpha.iter().enumerate() {
            let law = Beta { a, b: total - a };
            statistic(&format!("element {i} of {d:?}"), &d, law, beta_range(a, total - a), |x| {
                let sum: f64 = x.iter().sum();
                assert!((sum - 1.0).abs() < 1e-12 && x.iter().all(|x| *x >= 0.0), "{x:?}");
                x[i]
            });
        }
    }
    // Two elements together: their share of one another is a Beta too.
    let d = Dirichlet { alpha: &[0.7, 3.0, 2.0, 40.0] };
    statistic("a share", &d, Beta { a: 0.7, b: 3.0 }, beta_range(0.7, 3.0), |x| x[0] / (x[0] + x[1]));
}

#[test]
fn multivariate_normals() {
    let (mu, sigma) = ([1e3, -2.0, 0.5], [1e-4, 9e-3, 0.0, 9e-3, 1.0, 30.0, 0.0, 30.0, 1e4]);
    let d = MvNormal { mu: &mu, sigma: Matrix { rows: mu.len(), columns: mu.len(), elements: &sigma } };
    for weights in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [-90.0, 1.0, 0.0], [100.0, -2.0, 0.01]] {
        let mean: f64 = (0..3).map(|i| weights[i] * mu[i]).sum();
        let variance: f64 = (0..9).map(|k| weights[k / 3] * weights[k % 3] * sigma[k]).sum();
        let law = Normal { mu: mean, sigma: variance.sqrt() };
        let place = range(Coordinate::Line(mean, law.sigma), -8.0, 8.0);
        statistic(&format!("{weights:?} of a MvNormal"), &d, law, place, |x| (0..3).map(|i| weights[i] * x[i]).sum());
    }
}
