//! The density y^shape exp(-y) / (gamma(shape) x), where y is rate x (the gamma distributions) or scale / x (their inverses),
//! and the tails and quantiles of y, also where y itself underflows.

use crate::random;
use borel_abi::stream::Stream;
use borel_math::gamma::{lgamma, log_gamma1p, log_less_digamma, stirling_error};
use borel_math::incomplete::{gamma_p, gamma_p_inverse, gamma_q, gamma_q_inverse, log_gamma_p, log_gamma_q};
use borel_math::saddle::half_deviance;
use std::f64::consts::TAU;

/// From this shape on the density is computed in its saddle-point form, which is free of cancellation.
pub(super) const LARGE: f64 = 10.0;

/// Below exp of this, P(Y <= y) is y^shape / gamma(shape + 1) to rounding.
const LOG_TINY: f64 = -40.0;

/// What the log density needs of the shape, and of the logarithm of the rate or the scale.
pub(super) fn normaliser(shape: f64, log_rate: f64) -> f64 {
    if shape < LARGE { shape * log_rate - lgamma(shape) } else { 0.5 * (shape / TAU).ln() - stirling_error(shape) }
}

/// Whether y is rate x or scale / x.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Direction {
    /// y = rate x
    Direct,
    /// y = scale / x
    Inverse,
}

/// The log density at a positive, finite x. `log_rate` is asked for where y underflowed only.
#[inline]
pub(super) fn log_density(
    direction: Direction,
    shape: f64,
    (x, y): (f64, f64),
    log_rate: impl FnOnce() -> f64,
    normaliser: f64,
) -> f64 {
    let exponent = if direction == Direction::Direct { shape - 1.0 } else { -shape - 1.0 };
    if shape < LARGE {
        return normaliser + exponent * x.ln() - y;
    }
    if y.is_normal() {
        return normaliser - half_deviance(shape, y) - x.ln();
    }
    shape * log_rate() - lgamma(shape) + exponent * x.ln() - y
}

/// The derivative of the log density in the shape, log y - digamma(shape), with log y.
#[inline]
pub(super) fn by_shape(shape: f64, y: f64, log_y: impl FnOnce() -> f64) -> f64 {
    let ratio = y / shape;
    let log_ratio = if ratio.is_normal() { ratio.ln() } else { log_y() - shape.ln() };
    log_ratio + log_less_digamma(shape)
}

/// P(Y <= y), with log y.
#[inline]
pub(super) fn below(shape: f64, y: f64, log_y: impl FnOnce() -> f64) -> f64 {
    if underflows(y) { (shape * log_y() - log_gamma1p(shape)).exp() } else { gamma_p(shape, y) }
}

/// P(Y > y), with log y.
#[inline]
pub(super) fn above(shape: f64, y: f64, log_y: impl FnOnce() -> f64) -> f64 {
    if underflows(y) { -(shape * log_y() - log_gamma1p(shape)).exp_m1() } else { gamma_q(shape, y) }
}

/// log P(Y <= y), with log y.
#[inline]
pub(super) fn log_below(shape: f64, y: f64, log_y: impl FnOnce() -> f64) -> f64 {
    if underflows(y) { shape * log_y() - log_gamma1p(shape) } else { log_gamma_p(shape, y) }
}

/// log P(Y > y), with log y.
#[inline]
pub(super) fn log_above(shape: f64, y: f64, log_y: impl FnOnce() -> f64) -> f64 {
    if underflows(y) { above(shape, y, log_y).ln() } else { log_gamma_q(shape, y) }
}

fn underflows(y: f64) -> bool {
    y < f64::MIN_POSITIVE
}

/// The logarithm of the y with P(Y <= y) = p.
pub(super) fn log_quantile(shape: f64, p: f64) -> f64 {
    let tiny = (p.ln() + log_gamma1p(shape)) / shape;
    if tiny < LOG_TINY { tiny } else { gamma_p_inverse(shape, p).ln() }
}

/// The logarithm of the y with P(Y > y) = q.
pub(super) fn log_quantile_above(shape: f64, q: f64) -> f64 {
    let tiny = ((-q).ln_1p() + log_gamma1p(shape)) / shape;
    if tiny < LOG_TINY { tiny } else { gamma_q_inverse(shape, q).ln() }
}

/// The y with P(Y <= y) = p, over a rate (or a scale over it).
pub(super) fn quantile(direction: Direction, shape: f64, rate: f64, p: f64) -> f64 {
    let y = gamma_p_inverse(shape, p);
    if y > LOG_TINY.exp() || y.is_nan() {
        return placed(direction, rate, y);
    }
    placed_logarithm(direction, rate.ln(), log_quantile(shape, p))
}

/// The y with P(Y > y) = q, over a rate (or a scale over it).
pub(super) fn quantile_above(direction: Direction, shape: f64, rate: f64, q: f64) -> f64 {
    let y = gamma_q_inverse(shape, q);
    if y > LOG_TINY.exp() || y.is_nan() {
        return placed(direction, rate, y);
    }
    placed_logarithm(direction, rate.ln(), log_quantile_above(shape, q))
}

/// A draw of y, over a rate (or a scale over it).
#[inline]
pub(super) fn sample(direction: Direction, shape: f64, rate: f64, stream: &mut Stream) -> f64 {
    if shape >= 1.0 {
        return placed(direction, rate, random::gamma(stream, shape));
    }
    let (factor, log) = random::gamma_parts(stream, shape);
    if log > -600.0 {
        return placed(direction, rate, factor * log.exp());
    }
    // Divided in logarithms: a draw too small for a double may not be so after the division.
    placed_logarithm(direction, rate.ln(), factor.ln() + log)
}

#[inline]
fn placed(direction: Direction, rate: f64, y: f64) -> f64 {
    if direction == Direction::Direct { y / rate } else { rate / y }
}

#[inline]
pub(super) fn placed_logarithm(direction: Direction, log_rate: f64, log_y: f64) -> f64 {
    if direction == Direction::Direct { (log_y - log_rate).exp() } else { (log_rate - log_y).exp() }
}
