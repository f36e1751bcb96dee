//! Entropies of gamma and beta distributions, without the cancellation of log-gammas and digammas of large shapes.

use borel_math::gamma::{digamma, lgamma, log_beta, stirling_error};
use std::f64::consts::TAU;

/// From here on the asymptotic series of digamma is exact to rounding.
const LARGE: f64 = 10.0;

/// log(a) - 1 / (2 a) - digamma(a) for a >= 10 (Abramowitz and Stegun 6.3.18).
fn digamma_rest(a: f64) -> f64 {
    const TERMS: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 120.0,
        1.0 / 252.0,
        -1.0 / 240.0,
        1.0 / 132.0,
        -691.0 / 32_760.0,
        1.0 / 12.0,
        -3617.0 / 8160.0,
    ];
    let y = 1.0 / (a * a);
    y * TERMS.iter().rev().fold(0.0, |sum, term| sum * y + term)
}

/// digamma(a + step) - digamma(a) for a positive step.
pub(super) fn digamma_step(a: f64, step: f64) -> f64 {
    if a < LARGE {
        return digamma(a + step) - digamma(a);
    }
    let end = a + step;
    (step / a).ln_1p() + 0.5 * (step / a) / end + digamma_rest(a) - digamma_rest(end)
}

/// The entropy of a gamma variable with rate 1.
pub(super) fn of_gamma(shape: f64) -> f64 {
    if shape < LARGE {
        return shape + lgamma(shape) + (1.0 - shape) * digamma(shape);
    }
    0.5 * (TAU * shape).ln() + 0.5 - 0.5 / shape + stirling_error(shape) + (shape - 1.0) * digamma_rest(shape)
}

/// The entropy of the inverse of a gamma variable with rate 1.
pub(super) fn of_inverse_gamma(shape: f64) -> f64 {
    if shape < LARGE {
        return shape + lgamma(shape) - (1.0 + shape) * digamma(shape);
    }
    0.5 * TAU.ln() - 1.5 * shape.ln() + 0.5 + 0.5 / shape + stirling_error(shape) + (shape + 1.0) * digamma_rest(shape)
}

/// The entropy of a beta variable.
pub(super) fn of_beta(a: f64, b: f64) -> f64 {
    if a.min(b) < LARGE {
        return log_beta(a, b) + (a - 1.0) * digamma_step(a, b) + (b - 1.0) * digamma_step(b, a);
    }
    let n = a + b;
    let logarithms = 0.5 * (TAU * a / n * (b / n) / n).ln();
    let stirling = stirling_error(a) + stirling_error(b) - stirling_error(n);
    let rests = (a - 1.0) * digamma_rest(a) + (b - 1.0) * digamma_rest(b) - (n - 2.0) * digamma_rest(n);
    logarithms + 0.5 - 0.5 / a - 0.5 / b + 1.0 / n + stirling + rests
}
