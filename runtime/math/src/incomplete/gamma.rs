//! The incomplete gamma function.
//!
//! Where the shape is large and the argument near it, by Temme's uniform expansion ("The asymptotic expansion of the
//! incomplete gamma functions", 1979); below the mean by the power series, above by Legendre's continued fraction (DiDonato
//! and Morris, "Computation of the incomplete gamma function ratios and their inverse", 1986). For all positive shapes and
//! arguments of 0 or more: within 1e-13 in the body and 1e-12 in the far tails, relatively; NaN outside.

use super::newton::solve;
use super::{Scaled, Tails};
use crate::coefficients::TEMME;
use crate::error::scaled;
use crate::gamma::{log_gamma1p, stirling_error};
use crate::normal::quantile_ccdf;
use crate::saddle::half_deviance;
use std::f64::consts::TAU;

/// From this shape on the uniform expansion is exact to rounding.
const LARGE_SHAPE: f64 = 20.0;

/// Within this part of the shape around it.
const NEAR: f64 = 0.38;

/// P(a, x): the integral of t^(a - 1) exp(-t) from 0 to x, over gamma(a).
pub fn gamma_p(a: f64, x: f64) -> f64 {
    tails(a, x).lower()
}

/// Q(a, x) = 1 - P(a, x).
pub fn gamma_q(a: f64, x: f64) -> f64 {
    tails(a, x).upper()
}

/// log P(a, x).
pub fn log_gamma_p(a: f64, x: f64) -> f64 {
    tails(a, x).log_lower()
}

/// log Q(a, x).
pub fn log_gamma_q(a: f64, x: f64) -> f64 {
    tails(a, x).log_upper()
}

/// The x with P(a, x) = p, for p in [0, 1]; NaN outside.
pub fn gamma_p_inverse(a: f64, p: f64) -> f64 {
    if p > 0.5 { upper_inverse(a, 1.0 - p) } else { lower_inverse(a, p) }
}

/// The x with Q(a, x) = q, for q in [0, 1]; NaN outside.
pub fn gamma_q_inverse(a: f64, q: f64) -> f64 {
    if q > 0.5 { lower_inverse(a, 1.0 - q) } else { upper_inverse(a, q) }
}

fn tails(a: f64, x: f64) -> Tails {
    if a.is_nan() || x.is_nan() || a <= 0.0 || a == f64::INFINITY || x < 0.0 {
        return Tails::UNDEFINED;
    }
    if x == 0.0 {
        return Tails::Lower(Scaled::ZERO);
    }
    if x == f64::INFINITY {
        return Tails::Upper(Scaled::ZERO);
    }
    if a >= LARGE_SHAPE && (x - a).abs() <= NEAR * a {
        return uniform_expansion(a, x);
    }
    if a < 1.0 && x < 1.1 {
        return Tails::Both(power_series(a, x), Scaled::of(small_shape_upper(a, x)));
    }
    if x < a + 1.0 { Tails::Lower(power_series(a, x)) } else { Tails::Upper(continued_fraction(a, x)) }
}

/// x^a exp(-x) / gamma(a + 1).
fn kernel(a: f64, x: f64) -> Scaled {
    if a >= 10.0 {
        return Scaled { log: -half_deviance(a, x), factor: (-stirling_error(a)).exp() / (TAU * a).sqrt() };
    }
    let (power, exponential) = (x.powf(a), (-x).exp());
    if power.is_normal() && exponential.is_normal() && (power * exponential).is_normal() {
        return Scaled::of(power * exponential / libm::tgamma(1.0 + a));
    }
    Scaled { log: a * x.ln() - x - log_gamma1p(a), factor: 1.0 }
}

/// P: 6.5.29 of Abramowitz and Stegun, all of whose terms are positive.
fn power_series(a: f64, x: f64) -> Scaled {
    let (mut term, mut sum, mut n) = (1.0, 1.0, a);
    while term > 1e-17 * sum {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    kernel(a, x).times(sum)
}

/// Q: 6.5.31 of Abramowitz and Stegun, its even part, by Lentz's algorithm.
fn continued_fraction(a: f64, x: f64) -> Scaled {
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1e300, b.recip());
    let (mut h, mut i) = (d, 0.0);
    while i < 1e4 {
        i += 1.0;
        let numerator = -i * (i - a);
        b += 2.0;
        d = (numerator * d + b).recip();
        c = b + numerator / c;
        let factor = c * d;
        h *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    kernel(a, x).times(a * h)
}

/// Q for a < 1 and small x, as 1 - x^a / gamma(1 + a) plus what the alternating series (6.5.4 and 6.5.29 of Abramowitz and
/// Stegun) takes off: nothing cancels but what is small beside the result.
fn small_shape_upper(a: f64, x: f64) -> f64 {
    let exponent = a * x.ln() - log_gamma1p(a);
    let (mut power, mut sum, mut n) = (1.0f64, 0.0, 0.0);
    while power.abs() > 1e-18 && n < 60.0 {
        n += 1.0;
        power *= -x / n;
        sum -= power / (a + n);
    }
    a * sum * exponent.exp() - exponent.exp_m1()
}

/// (1.4) and (1.5) of Temme, with the factor exp(-a eta^2 / 2) taken out of both terms.
fn uniform_expansion(a: f64, x: f64) -> Tails {
    let deviance = half_deviance(a, x);
    let eta = (2.0 * deviance / a).sqrt().copysign(x - a);
    let normal = 0.5 * scaled(deviance.sqrt());
    let correction = temme_sum(a, eta) / (TAU * a).sqrt();
    let tail = |factor| Scaled { log: -deviance, factor };
    if x < a { Tails::Lower(tail(normal - correction)) } else { Tails::Upper(tail(normal + correction)) }
}

/// The sum of C_k(eta) / a^k.
fn temme_sum(a: f64, eta: f64) -> f64 {
    let (mut power, mut sum) = (1.0, 0.0);
    for row in TEMME {
        sum += power * row.iter().rev().fold(0.0, |sum, c| sum * eta + c);
        power /= a;
        if power < 1e-16 {
            break;
        }
    }
    sum
}

/// The inverse of P for p <= 1/2.
fn lower_inverse(a: f64, p: f64) -> f64 {
    if !in_domain(a, p) {
        return f64::NAN;
    }
    if p == 0.0 {
        return 0.0;
    }
    // P(a, x) < x^a / gamma(a + 1): this start is below the solution.
    let below = ((p.ln() + log_gamma1p(a)) / a).exp();
    let start = if a > 0.5 { below.max(wilson_hilferty(a, -quantile_ccdf(p))) } else { below };
    solve(start, p, 1.0, 50.0, |x| (tails(a, x).lower_scaled(), kernel(a, x).times(a)))
}

/// The inverse of Q for q <= 1/2.
fn upper_inverse(a: f64, q: f64) -> f64 {
    if !in_domain(a, q) {
        return f64::NAN;
    }
    if q == 0.0 {
        return f64::INFINITY;
    }
    let start = if a > 0.5 {
        wilson_hilferty(a, quantile_ccdf(q))
    } else {
        // Q(a, x) is near x^(a - 1) exp(-x) / gamma(a) for large x, and above 1 - x^a / gamma(a + 1) always.
        let tail = -(q.ln() + log_gamma1p(a) - a.ln());
        let body = (((-q).ln_1p() + log_gamma1p(a)) / a).exp();
        if tail > 1.5 { (tail - (1.0 - a) * tail.ln()).max(0.5) } else { body }
    };
    // The logarithm of Q falls like -x: a longer step upwards would take many to come back.
    solve(start.max(f64::MIN_POSITIVE), q, -1.0, 1.0, |x| {
        (tails(a, x).mirrored().lower_scaled(), kernel(a, x).times(a))
    })
}

fn in_domain(a: f64, p: f64) -> bool {
    a > 0.0 && a < f64::INFINITY && (0.0..=1.0).contains(&p)
}

/// The quantile of the gamma distribution at a normal quantile, roughly (Wilson and Hilferty 1931).
fn wilson_hilferty(a: f64, z: f64) -> f64 {
    let root = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * a.sqrt());
    a * root.max(1e-3).powi(3)
}
