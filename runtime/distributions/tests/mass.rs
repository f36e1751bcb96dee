//! Densities integrate to one, masses sum to one.

#[path = "common/quadrature.rs"]
mod quadrature;

use borel_distributions::*;
use quadrature::{Coordinate, panel_masses};

fn integral(log_density: impl Fn(f64) -> f64, coordinate: Coordinate, range: (f64, f64)) -> f64 {
    panel_masses(log_density, coordinate, range, 4000).iter().sum()
}

fn assert_one(total: f64, tolerance: f64, name: &str) {
    assert!((total - 1.0).abs() <= tolerance, "{name}: {total:.17}");
}

/// Checks the integral over a range of coordinates that leaves out less than 1e-12.
fn integrates<D: Scalar<Value = f64> + std::fmt::Debug>(d: D, coordinate: Coordinate, range: (f64, f64)) {
    assert_eq!(d.check(), Ok(()));
    assert_one(integral(|x| d.log_density(x), coordinate, range), 1e-11, &format!("{d:?}"));
}

#[test]
fn densities_integrate_to_one() {
    let wide = (-12.0, 12.0);
    for (mu, sigma) in [(0.0, 1.0), (-3e5, 2.0), (1.0, 1e-6)] {
        integrates(Normal { mu, sigma }, Coordinate::Line(mu, sigma), wide);
    }
    integrates(HalfNormal { sigma: 3.0 }, Coordinate::Line(0.0, 3.0), (0.0, 12.0));
    integrates(LogNormal { mu: 1.0, sigma: 2.0 }, Coordinate::Exp, (-24.0, 26.0));
    for nu in [0.3, 1.0, 4.0, 1e6] {
        integrates(StudentT { nu, mu: 1.0, sigma: 2.0 }, Coordinate::Sinh(1.0, 2.0), (-150.0, 150.0));
    }
    integrates(Cauchy { mu: -2.0, sigma: 0.5 }, Coordinate::Sinh(-2.0, 0.5), (-60.0, 60.0));
    integrates(HalfCauchy { sigma: 0.5 }, Coordinate::Sinh(0.0, 0.5), (0.0, 60.0));
    integrates(Exponential { rate: 0.01 }, Coordinate::Exp, (-30.0, 9.0));
    for (shape, rate) in [(0.05, 2.0), (1.0, 1.0), (9.99, 1.0), (10.0, 0.1), (300.0, 30.0)] {
        integrates(Gamma { shape, rate }, Coordinate::Exp, (-600.0 / (1.0 + shape), 8.0));
        integrates(InverseGamma { shape, scale: rate }, Coordinate::Exp, (-8.0, 600.0 / (1.0 + shape)));
    }
    integrates(Gamma { shape: 1e8, rate: 1.0 }, Coordinate::Line(1e8, 1e4), wide);
    // No b below 1: the mass next to 1 is more than the doubles there resolve.
    for (a, b) in [(1.0, 1.0), (0.5, 1.0), (2.0, 30.0), (10.0, 10.0), (1000.0, 20.0), (0.06, 2.0)] {
        integrates(Beta { a, b }, Coordinate::Logistic, (-30.0 / a.min(1.0), 32.0));
    }
    integrates(Beta { a: 1e6, b: 3e6 }, Coordinate::Line(0.25, 0.25e-3), (-9.0, 9.0));
    integrates(Uniform { lower: -3.0, upper: 5.0 }, Coordinate::Line(-3.0, 8.0), (0.0, 1.0));
}

/// Checks the sum of the masses from `from` to `to`, which leave out less than 1e-12.
fn sums<D: Scalar<Value = i64> + std::fmt::Debug>(d: D, from: i64, to: i64, tolerance: f64) {
    assert_eq!(d.check(), Ok(()));
    assert_one((from..=to).map(|x| d.log_density(x).exp()).sum(), tolerance, &format!("{d:?}"));
}

#[test]
fn masses_sum_to_one() {
    for (n, p) in [(0, 0.3), (1, 0.3), (20, 0.01), (21, 0.5), (100, 0.0), (100, 1.0), (1000, 0.97)] {
        sums(Binomial { n, p }, 0, n, 1e-13);
    }
    sums(Binomial { n: 1_000_000_000, p: 0.3 }, 299_880_000, 300_120_000, 1e-11);
    sums(Binomial { n: 1_000_000_000_000, p: 1e-12 }, 0, 40, 1e-13);
    for rate in [0.0, 1e-3, 1.0, 20.0, 150.0] {
        sums(Poisson { rate }, 0, 500, 1e-13);
    }
    sums(Poisson { rate: 1e8 }, 99_920_000, 100_080_000, 1e-11);
    for p in [1.0, 0.9, 0.01] {
        sums(Geometric { p }, 0, 4000, 1e-13);
    }
    sums(Categorical { probs: &[0.1, 0.0, 0.6, 0.3] }, -1, 5, 1e-15);
    sums(DiscreteUniform { lower: -7, upper: 12 }, -10, 20, 1e-15);
    for p in [0.0, 0.3, 1.0] {
        let d = Bernoulli { p };
        assert_one(d.log_density(false).exp() + d.log_density(true).exp(), 1e-15, "Bernoulli");
    }
}

/// The integral of a function of the plane, both coordinates on lines.
fn integral_of_two(f: impl Fn(f64, f64) -> f64, (from, to): (f64, f64), panels: usize) -> f64 {
    let line = Coordinate::Line(0.0, 1.0);
    let inner = |x: f64| panel_masses(|y| f(x, y), line, (from, to), panels).iter().sum::<f64>().ln();
    panel_masses(inner, line, (from, to), panels).iter().sum()
}

#[test]
fn densities_of_vectors_integrate_to_one() {
    let (mu, sigma) = ([1.0, -0.5], [2.0, 0.9, 0.9, 0.6]);
    let normal = |x: f64, y: f64| {
        MvNormal { mu: &mu, sigma: Matrix { rows: mu.len(), columns: mu.len(), elements: &sigma } }.log_density(&[x, y])
    };
    assert_one(integral_of_two(normal, (-14.0, 14.0), 120), 1e-11, "MvNormal");
    for alpha in [[1.0, 1.0, 1.0], [0.4, 2.0, 1.0], [12.0, 4.0, 7.0]] {
        let broken = |s: f64, t: f64| {
            let (u, v) = (Coordinate::Logistic.value(s), Coordinate::Logistic.value(t));
            let (rest_u, rest_v) = (Coordinate::Logistic.value(-s), Coordinate::Logistic.value(-t));
            let density = Dirichlet { alpha: &alpha }.log_density(&[u, rest_u * v, rest_u * rest_v]);
            density + (u * rest_u * rest_u * v * rest_v).ln()
        };
        assert_one(integral_of_two(broken, (-80.0, 32.0), 280), 1e-9, &format!("Dirichlet {alpha:?}"));
    }
}
