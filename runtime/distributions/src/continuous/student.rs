//! The standard Student's t distribution with nu degrees of freedom: what StudentT and HalfStudentT share.
//!
//! The mass outside of (-t, t) is I_x(nu / 2, 1 / 2) with x = nu / (nu + t²), and 1 - x = t² / (nu + t²): both are computed, so that
//! neither end loses digits. Where t² is more than 1e16 nu the first term of the series in x is the whole.

use super::tail::log_mass;
use crate::random;
use borel_abi::stream::Stream;
use borel_math::gamma::{digamma_step, digamma_step_less_log, log_beta, log_gamma_step, log_gamma1p};
use borel_math::incomplete::{
    beta_p_inverse, beta_p_of_pair, beta_q_inverse, beta_q_of_pair, log_beta_p_of_pair, log_beta_q_of_pair,
};
use borel_math::logarithm::{log1p_less, log1p_square};

/// Beyond this multiple of √nu the tail is its first term.
const FAR: f64 = 1e8;

/// log 1e8.
const LOG_FAR: f64 = 18.420_680_743_952_367;

/// The log density at 0.
pub(super) fn log_peak(nu: f64) -> f64 {
    // 1 / B(1/2, nu/2) keeps its accuracy for large nu, where the two gammas would cancel.
    -log_beta(0.5, 0.5 * nu) - 0.5 * nu.ln()
}

/// The log density at t, less that at 0.
#[inline]
pub(super) fn log_decay(nu: f64, t: f64) -> f64 {
    let ratio = t * t / nu;
    let log = if ratio < 1e300 { ratio.ln_1p() } else { log1p_square(t / nu.sqrt()) };
    -(0.5 * nu + 0.5) * log
}

/// The derivatives of the log density at t: in t, in nu, and, times the scale, in a scale of t.
#[inline]
pub(super) fn gradient(nu: f64, t: f64) -> [f64; 3] {
    // nu / (nu + t²), and the rest, of which neither loses digits.
    let (share, rest) = pair(nu, t);
    let slope = -(nu + 1.0) * if rest > 0.5 { rest / t } else { share * (t / nu) };
    // Of log(nu / (nu + t²)) + t² / (nu + t²), as of the digammas, the leading terms are taken off, which for large nu cancel.
    let decay = if rest < 0.5 { log1p_less(-rest) } else { rest - log1p_square(t / nu.sqrt()) };
    let peak = log1p_less(1.0 / nu) + digamma_step_less_log(0.5 * nu, 0.5);
    [slope, 0.5 * (peak + decay + rest / nu), nu * rest - share]
}

/// A draw.
#[inline]
pub(super) fn sample(nu: f64, stream: &mut Stream) -> f64 {
    let half = 0.5 * nu;
    if half >= 1.0 {
        return random::normal(stream) * (half / random::gamma(stream, half)).sqrt();
    }
    // The root of nu / chi-squared in logarithms, so that a small nu does not divide by 0.
    let root = (0.5 * (half.ln() - random::log_gamma(stream, half))).exp();
    random::normal(stream) * root
}

pub(super) fn entropy(nu: f64) -> f64 {
    (0.5 * nu + 0.5) * digamma_step(0.5 * nu, 0.5) - log_peak(nu)
}

/// x and 1 - x.
fn pair(nu: f64, t: f64) -> (f64, f64) {
    let ratio = t * (t / nu);
    (1.0 / (1.0 + ratio), if ratio > 1.0 { 1.0 / (1.0 + 1.0 / ratio) } else { ratio / (1.0 + ratio) })
}

/// t / √nu, where it is so large that the tail is its first term.
fn far(nu: f64, t: f64) -> Option<f64> {
    let ratio = t.abs() / nu.sqrt();
    (ratio > FAR).then_some(ratio)
}

/// log((nu / 2) B(nu / 2, 1 / 2)).
fn log_far_factor(nu: f64) -> f64 {
    let half = 0.5 * nu;
    if half <= 0.1 {
        // Of the order of nu: the logarithms of both factors would cancel.
        return log_gamma1p(half) - log_gamma_step(0.5, half);
    }
    half.ln() + log_beta(half, 0.5)
}

/// The mass outside of (-t, t).
pub(super) fn outside(nu: f64, t: f64) -> f64 {
    if far(nu, t).is_some() {
        return log_outside(nu, t).exp();
    }
    let (x, y) = pair(nu, t);
    beta_p_of_pair(0.5 * nu, 0.5, x, y)
}

/// The mass inside of (-t, t).
pub(super) fn inside(nu: f64, t: f64) -> f64 {
    if far(nu, t).is_some() {
        return -log_outside(nu, t).exp_m1();
    }
    let (x, y) = pair(nu, t);
    beta_q_of_pair(0.5 * nu, 0.5, x, y)
}

/// The logarithm of the mass outside of (-t, t).
pub(super) fn log_outside(nu: f64, t: f64) -> f64 {
    if let Some(ratio) = far(nu, t) {
        return -nu * ratio.ln() - log_far_factor(nu);
    }
    let (x, y) = pair(nu, t);
    log_beta_p_of_pair(0.5 * nu, 0.5, x, y)
}

/// The logarithm of the mass inside of (-t, t).
pub(super) fn log_inside(nu: f64, t: f64) -> f64 {
    if far(nu, t).is_some() {
        return log_mass(inside(nu, t), outside(nu, t));
    }
    let (x, y) = pair(nu, t);
    log_beta_q_of_pair(0.5 * nu, 0.5, x, y)
}

/// The t with the mass q outside of (-t, t).
pub(super) fn quantile_outside(nu: f64, q: f64) -> f64 {
    let log_ratio = -(q.ln() + log_far_factor(nu)) / nu;
    if log_ratio > LOG_FAR {
        return (0.5 * nu.ln() + log_ratio).exp();
    }
    let y = beta_q_inverse(0.5, 0.5 * nu, q);
    if y > 0.5 {
        let x = beta_p_inverse(0.5 * nu, 0.5, q);
        return (nu * ((1.0 - x) / x)).sqrt();
    }
    (nu * (y / (1.0 - y))).sqrt()
}

/// The t with the mass p inside of (-t, t).
pub(super) fn quantile_inside(nu: f64, p: f64) -> f64 {
    if p > 0.5 {
        // 1 - p is exact.
        return quantile_outside(nu, 1.0 - p);
    }
    let log_ratio = -((-p).ln_1p() + log_far_factor(nu)) / nu;
    if log_ratio > LOG_FAR {
        return (0.5 * nu.ln() + log_ratio).exp();
    }
    let y = beta_p_inverse(0.5, 0.5 * nu, p);
    if y > 0.5 {
        let x = beta_q_inverse(0.5 * nu, 0.5, p);
        return (nu * ((1.0 - x) / x)).sqrt();
    }
    (nu * (y / (1.0 - y))).sqrt()
}
