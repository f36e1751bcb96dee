//! Poisson and binomial masses, as functions of reals, by their saddle-point forms (Loader, "Fast and accurate computation
//! of binomial probabilities", 2000): no difference of large log-gammas is taken, so the error stays near that of the
//! result however large the counts.

use crate::gamma::{lgamma, stirling_error};
use std::f64::consts::TAU;

/// Below this, log-gammas are so small that their differences lose nothing.
const SMALL: f64 = 10.0;

/// x log(x / mean) + mean - x for positive x and mean: half the deviance of a Poisson observation.
pub fn half_deviance(x: f64, mean: f64) -> f64 {
    let difference = x - mean;
    if difference.abs() < 0.1 * (x + mean) {
        return half_deviance_near(x, mean);
    }
    let ratio = x / mean;
    let log_ratio = if ratio.is_normal() { ratio.ln() } else { x.ln() - mean.ln() };
    x * log_ratio - difference
}

/// The same where x and mean are within a fifth of each other: log(x / mean) is 2 artanh(v), by its series.
fn half_deviance_near(x: f64, mean: f64) -> f64 {
    let v = 0.5 * (x - mean) / (0.5 * x + 0.5 * mean);
    let (square, mut power, mut sum) = (v * v, 2.0 * x * v, (x - mean) * v);
    // v is below 1 / 10: the twelfth term is below 1e-24 of the first.
    for j in 1..12 {
        power *= square;
        let next = sum + power / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// log(mean^x exp(-mean) / gamma(x + 1)) for x and mean of 0 or more.
pub fn log_poisson(x: f64, mean: f64) -> f64 {
    if x == 0.0 {
        return -mean;
    }
    if x < SMALL || !mean.is_normal() {
        return x * mean.ln() - mean - lgamma(x + 1.0);
    }
    -0.5 * (TAU * x).ln() - stirling_error(x) - half_deviance(x, mean)
}

/// log(y^shape exp(-y) / gamma(shape)) for a positive shape and y of 0 or more.
pub fn log_gamma_kernel(shape: f64, y: f64) -> f64 {
    if shape < SMALL {
        return shape * y.ln() - y - lgamma(shape);
    }
    log_poisson(shape, y) + shape.ln()
}

/// log(gamma(n + 1) / (gamma(x + 1) gamma(n - x + 1)) p^x q^(n - x)) for 0 < x < n, with `rest` = n - x and q = 1 - p, both
/// positive.
pub fn log_binomial(x: f64, rest: f64, p: f64, q: f64) -> f64 {
    let n = x + rest;
    let correction = stirling_error(n) - stirling_error(x) - stirling_error(rest);
    let deviance = half_deviance(x, n * p) + half_deviance(rest, n * q);
    correction - deviance - 0.5 * (TAU * x * (rest / n)).ln()
}
