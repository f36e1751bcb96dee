//! Entropies of gamma and beta distributions, without the cancellation of log-gammas and digammas of large shapes.

use borel_math::gamma::{digamma, digamma_remainder, digamma_step, lgamma, log_beta, stirling_error};
use std::f64::consts::TAU;

/// From here on the asymptotic series of digamma is exact to rounding.
const LARGE: f64 = 10.0;

/// The entropy of a gamma variable with rate 1.
pub(super) fn of_gamma(shape: f64) -> f64 {
    if shape < LARGE {
        return shape + lgamma(shape) + (1.0 - shape) * digamma(shape);
    }
    0.5 * (TAU * shape).ln() + 0.5 - 0.5 / shape + stirling_error(shape) + (shape - 1.0) * digamma_remainder(shape)
}

/// The entropy of the inverse of a gamma variable with rate 1.
pub(super) fn of_inverse_gamma(shape: f64) -> f64 {
    if shape < LARGE {
        return shape + lgamma(shape) - (1.0 + shape) * digamma(shape);
    }
    0.5 * TAU.ln() - 1.5 * shape.ln()
        + 0.5
        + 0.5 / shape
        + stirling_error(shape)
        + (shape + 1.0) * digamma_remainder(shape)
}

/// The entropy of a beta variable.
pub(super) fn of_beta(a: f64, b: f64) -> f64 {
    if a.min(b) < LARGE {
        return log_beta(a, b) + (a - 1.0) * digamma_step(a, b) + (b - 1.0) * digamma_step(b, a);
    }
    let n = a + b;
    let logarithms = 0.5 * (TAU * a / n * (b / n) / n).ln();
    let stirling = stirling_error(a) + stirling_error(b) - stirling_error(n);
    let rests = (a - 1.0) * digamma_remainder(a) + (b - 1.0) * digamma_remainder(b) - (n - 2.0) * digamma_remainder(n);
    logarithms + 0.5 - 0.5 / a - 0.5 / b + 1.0 / n + stirling + rests
}
