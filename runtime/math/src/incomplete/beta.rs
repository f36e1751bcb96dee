//! The incomplete beta function.
//!
//! Below the mean by the power series, the continued fraction of DiDonato and Morris ("Significant digit computation of the
//! incomplete beta function ratios", 1992, equation 9) or their uniform expansion, above it by the mirrored function; the
//! factor before them by its saddle-point form. For all positive shapes and x in [0, 1]: within 1e-13 in the body and 1e-12 in the far tails,
//! relatively; NaN outside.
//!
//! The functions of a pair take x and y = 1 - x, for callers that know both to full relative accuracy.

use super::beta_uniform::expansion;
use super::newton::solve;
use super::{Scaled, Tails};
use crate::error::split_product;
use crate::gamma::{log_beta, log_gamma_step, log_gamma1p, stirling_error};
use crate::normal::quantile_ccdf;
use crate::saddle::half_deviance;
use std::f64::consts::TAU;

/// From these shapes on, and within this part of them around the mean, the uniform expansion is exact to rounding.
const LARGE_SHAPE: f64 = 100.0;
const NEAR: f64 = 0.03;

/// I_x(a, b): the integral of t^(a - 1) (1 - t)^(b - 1) from 0 to x, over beta(a, b).
pub fn beta_p(a: f64, b: f64, x: f64) -> f64 {
    beta_p_of_pair(a, b, x, 1.0 - x)
}

/// 1 - I_x(a, b).
pub fn beta_q(a: f64, b: f64, x: f64) -> f64 {
    beta_q_of_pair(a, b, x, 1.0 - x)
}

/// log I_x(a, b).
pub fn log_beta_p(a: f64, b: f64, x: f64) -> f64 {
    log_beta_p_of_pair(a, b, x, 1.0 - x)
}

/// log(1 - I_x(a, b)).
pub fn log_beta_q(a: f64, b: f64, x: f64) -> f64 {
    log_beta_q_of_pair(a, b, x, 1.0 - x)
}

/// I_x(a, b), with y = 1 - x.
pub fn beta_p_of_pair(a: f64, b: f64, x: f64, y: f64) -> f64 {
    tails(a, b, x, y).lower()
}

/// 1 - I_x(a, b), with y = 1 - x.
pub fn beta_q_of_pair(a: f64, b: f64, x: f64, y: f64) -> f64 {
    tails(a, b, x, y).upper()
}

/// log I_x(a, b), with y = 1 - x.
pub fn log_beta_p_of_pair(a: f64, b: f64, x: f64, y: f64) -> f64 {
    tails(a, b, x, y).log_lower()
}

/// log(1 - I_x(a, b)), with y = 1 - x.
pub fn log_beta_q_of_pair(a: f64, b: f64, x: f64, y: f64) -> f64 {
    tails(a, b, x, y).log_upper()
}

/// The x with I_x(a, b) = p, for p in [0, 1]; NaN outside.
pub fn beta_p_inverse(a: f64, b: f64, p: f64) -> f64 {
    let odds = if p > 0.5 { lower_inverse(b, a, 1.0 - p).recip() } else { lower_inverse(a, b, p) };
    probability(odds)
}

/// The x with 1 - I_x(a, b) = q, for q in [0, 1]; NaN outside.
pub fn beta_q_inverse(a: f64, b: f64, q: f64) -> f64 {
    let odds = if q > 0.5 { lower_inverse(a, b, 1.0 - q) } else { lower_inverse(b, a, q).recip() };
    probability(odds)
}

/// x from x / (1 - x).
fn probability(odds: f64) -> f64 {
    if odds > 1.0 { 1.0 / (1.0 + odds.recip()) } else { odds / (1.0 + odds) }
}

fn tails(a: f64, b: f64, x: f64, y: f64) -> Tails {
    let shapes = a > 0.0 && b > 0.0 && a < f64::INFINITY && b < f64::INFINITY;
    if !shapes || !(0.0..=1.0).contains(&x) || !(0.0..=1.0).contains(&y) {
        return Tails::UNDEFINED;
    }
    if x == 0.0 {
        return Tails::Lower(Scaled::ZERO);
    }
    if y == 0.0 {
        return Tails::Upper(Scaled::ZERO);
    }
    if a < 1.0 && b * x <= 1.0 && x <= 0.3 {
        return small_shape(a, b, x, y);
    }
    if b < 1.0 && a * y <= 1.0 && y <= 0.3 {
        return small_shape(b, a, y, x).mirrored();
    }
    // a / (a + b) - x, times a + b.
    let below_mean = if a > b { (a + b) * y - b } else { a - (a + b) * x };
    if below_mean >= 0.0 {
        Tails::Lower(lower(a, b, x, y, below_mean))
    } else {
        Tails::Upper(lower(b, a, y, x, -below_mean))
    }
}

/// I_x below the mean.
fn lower(a: f64, b: f64, x: f64, y: f64, below_mean: f64) -> Scaled {
    if (a + b) * x <= 0.7 * (a + 1.0) && x <= 0.7 {
        power_series(a, b, x, y)
    } else if a.min(b) > LARGE_SHAPE && below_mean <= NEAR * a.min(b) {
        uniform_expansion(a, b, x, y)
    } else {
        continued_fraction(a, b, x, y, below_mean)
    }
}

/// I_x near the mean, for large shapes.
fn uniform_expansion(a: f64, b: f64, x: f64, y: f64) -> Scaled {
    let deviance = deviance(a, b, x, y);
    Scaled { log: -deviance, factor: expansion(a, b, deviance) * stirling_factor(a, b) }
}

/// a log(a / (n x)) + b log(b / (n y)), where n = a + b. Its derivatives with respect to the logarithms of x and y grow like
/// the square root of the shapes: products and the complement count with what their rounding has lost, and the smaller of x
/// and y is taken to be exact.
fn deviance(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let lost = if a < b { a - (n - b) } else { b - (n - a) };
    let (x_rest, y_rest) = if x < y { (0.0, (1.0 - y) - x) } else { ((1.0 - x) - y, 0.0) };
    let part = |shape: f64, x: f64, rest: f64| {
        let (mean, error) = split_product(n, x);
        let correction = (mean - shape) / mean * (error + n * rest + lost * x);
        half_deviance(shape, mean) + if mean > 1e-290 { correction } else { 0.0 }
    };
    part(a, x, x_rest) + part(b, y, y_rest)
}

/// What Stirling's formula lacks of 1 / beta(a, b).
fn stirling_factor(a: f64, b: f64) -> f64 {
    (stirling_error(a + b) - stirling_error(a) - stirling_error(b)).exp()
}

/// x^a y^b / beta(a, b).
fn kernel(a: f64, b: f64, x: f64, y: f64) -> Scaled {
    if a > b {
        return kernel(b, a, y, x);
    }
    if b < 10.0 {
        return small_kernel(a, b, x, y);
    }
    if a < 1.0 {
        return Scaled { log: a * x.ln() + b * log_complement(x, y) - log_beta(a, b), factor: 1.0 };
    }
    Scaled { log: -deviance(a, b, x, y), factor: stirling_factor(a, b) * (a * (b / (a + b)) / TAU).sqrt() }
}

/// The same for a <= b < 10.
fn small_kernel(a: f64, b: f64, x: f64, y: f64) -> Scaled {
    let gamma = |z: f64| libm::tgamma(1.0 + z);
    let reciprocal_beta = a * (b / (a + b)) * (gamma(a + b) / (gamma(a) * gamma(b)));
    let powers = (x.powf(a), y.powf(b));
    let product = powers.0 * powers.1;
    if product.is_normal() && powers.0.is_normal() && powers.1.is_normal() {
        return Scaled::of(product * reciprocal_beta);
    }
    Scaled { log: a * x.ln() + b * log_complement(x, y), factor: reciprocal_beta }
}

/// log y, for y = 1 - x.
fn log_complement(x: f64, y: f64) -> f64 {
    if x < 0.5 { (-x).ln_1p() } else { y.ln() }
}

/// I_x: 26.5.4 of Abramowitz and Stegun, all of whose terms are positive.
fn power_series(a: f64, b: f64, x: f64, y: f64) -> Scaled {
    let (mut term, mut sum, mut n) = (1.0, 1.0, 0.0);
    while term > 1e-17 * sum && n < 1e5 {
        term *= (a + b + n) / (a + 1.0 + n) * x;
        sum += term;
        n += 1.0;
    }
    kernel(a, b, x, y).times(sum / a)
}

/// Both tails for a < 1 and b x <= 1: the upper one as 1 - x^a / (a beta(a, b)) less the rest of the series in x (26.5.4 with
/// the factor y^b expanded): nothing cancels but what is small beside the result.
fn small_shape(a: f64, b: f64, x: f64, y: f64) -> Tails {
    // log(a beta(a, b)), which is of the order of a.
    let log_beta = if a <= 0.2 * b {
        log_gamma1p(a) - log_gamma_step(b, a)
    } else {
        log_gamma1p(a) + log_gamma1p(b) - log_gamma1p(a + b) + (a / b).ln_1p()
    };
    let exponent = a * x.ln() - log_beta;
    let (mut power, mut sum, mut n) = (1.0f64, 0.0, 0.0);
    while power.abs() > 1e-18 && n < 100.0 {
        n += 1.0;
        power *= (n - b) / n * x;
        sum += power / (a + n);
    }
    let upper = -exponent.exp_m1() - a * sum * exponent.exp();
    Tails::Both(power_series(a, b, x, y), Scaled::of(upper))
}

/// I_x below the mean: equation 9 of DiDonato and Morris.
fn continued_fraction(a: f64, b: f64, x: f64, y: f64, below_mean: f64) -> Scaled {
    let (c, c0, c1) = (1.0 + below_mean, b / a, 1.0 + a.recip());
    let (mut p, mut s) = (1.0, a + 1.0);
    let (mut numerator, mut next_numerator) = (0.0, 1.0);
    let (mut denominator, mut next_denominator) = (1.0, c / c1);
    let (mut ratio, mut n) = (c1 / c, 0.0);
    while n < 1e6 {
        n += 1.0;
        let t = n / a;
        let w = n * (b - n) * x;
        let e = a / s;
        let alpha = (p * (p + c0) * e * e) * (w * x);
        let e = (t + 1.0) / (c1 + t + t);
        let beta = n + w / s + e * (c + n * (y + 1.0));
        p = t + 1.0;
        s += 2.0;
        (numerator, next_numerator) = (next_numerator, alpha * numerator + beta * next_numerator);
        (denominator, next_denominator) = (next_denominator, alpha * denominator + beta * next_denominator);
        let last = ratio;
        ratio = next_numerator / next_denominator;
        if (ratio - last).abs() <= 1e-16 * ratio {
            break;
        }
        numerator /= next_denominator;
        denominator /= next_denominator;
        next_numerator = ratio;
        next_denominator = 1.0;
    }
    kernel(a, b, x, y).times(ratio)
}

/// The odds of the x with I_x = p, for p <= 1/2.
fn lower_inverse(a: f64, b: f64, p: f64) -> f64 {
    let shapes = a > 0.0 && b > 0.0 && a < f64::INFINITY && b < f64::INFINITY;
    if !shapes || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 {
        return 0.0;
    }
    let start = if a >= 1.0 && b >= 1.0 { normal_start(a, b, p) } else { small_shape_start(a, b, p) };
    solve(start.clamp(1e-300, 1e300), p, 1.0, 50.0, |odds| {
        let (x, y) = (probability(odds), probability(odds.recip()));
        (tails(a, b, x, y).lower_scaled(), kernel(a, b, x, y))
    })
}

/// Rough odds from the normal quantile (26.5.22 of Abramowitz and Stegun).
fn normal_start(a: f64, b: f64, p: f64) -> f64 {
    let z = quantile_ccdf(p);
    let (u, v) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
    let h = 2.0 / (u + v);
    let lambda = (z * z - 3.0) / 6.0;
    let w = z * (h + lambda).max(0.0).sqrt() / h - (v - u) * (lambda + 5.0 / 6.0 - 2.0 / (3.0 * h));
    a / b * (-2.0 * w.clamp(-300.0, 300.0)).exp()
}

/// Rough odds from the powers of x and of 1 - x that the density is near 0 and near 1.
fn small_shape_start(a: f64, b: f64, p: f64) -> f64 {
    let near_zero = (a * (a / (a + b)).ln()).exp() / a;
    let near_one = (b * (b / (a + b)).ln()).exp() / b;
    let total = near_zero + near_one;
    if p < near_zero / total { ((a * total * p).ln() / a).exp() } else { (-(b * total * (1.0 - p)).ln() / b).exp() }
}
