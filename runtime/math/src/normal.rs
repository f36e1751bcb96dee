//! The standard normal distribution, both tails and their logarithms, on all doubles.
//!
//! In the tails all functions are exp(-z^2 / 2) times erfcx, with the square kept to twice the digits, so that their error
//! stays within a few ulp down to the smallest normal number.

use crate::error::{exp_minus_square, scaled, split_square};
use std::f64::consts::FRAC_1_SQRT_2;

/// log(2 pi) / 2.
const LOG_SQRT_TAU: f64 = 0.918_938_533_204_672_8;

/// sqrt(2 pi).
const SQRT_TAU: f64 = 2.506_628_274_631_000_7;

/// Beyond this both the density and the tail are 0.
const UNDERFLOW: f64 = 39.0;

/// The logarithm of the density.
#[inline]
pub fn log_density(z: f64) -> f64 {
    -0.5 * z * z - LOG_SQRT_TAU
}

/// exp(-z^2 / 2) sqrt(1 / (2 pi)).
#[inline]
pub fn density(z: f64) -> f64 {
    exp_half_square(z) / SQRT_TAU
}

/// exp(-z^2 / 2).
#[inline]
pub fn exp_half_square(z: f64) -> f64 {
    exp_half_square_by(z, f64::exp)
}

#[inline(always)]
fn exp_half_square_by(z: f64, exp: impl Fn(f64) -> f64) -> f64 {
    let (square, rest) = split_square(z);
    exp(-0.5 * square) * (1.0 - 0.5 * rest)
}

/// P(Z <= z).
#[inline]
pub fn cdf(z: f64) -> f64 {
    ccdf(-z)
}

/// P(Z > z).
#[inline]
pub fn ccdf(z: f64) -> f64 {
    cdf_by(-z, f64::exp)
}

/// P(Z <= z), with the exponential function given: a loop takes one that vectorises.
#[inline(always)]
pub fn cdf_by(z: f64, exp: impl Fn(f64) -> f64) -> f64 {
    let tail = upper_tail_by(z.abs(), exp);
    if z > 0.0 { 1.0 - tail } else { tail }
}

/// P(Z > z) for z >= 0.
#[inline]
fn upper_tail(z: f64) -> f64 {
    upper_tail_by(z, f64::exp)
}

#[inline(always)]
fn upper_tail_by(z: f64, exp: impl Fn(f64) -> f64) -> f64 {
    let z = if z > UNDERFLOW { UNDERFLOW } else { z };
    0.5 * exp_half_square_by(z, exp) * scaled(z * FRAC_1_SQRT_2)
}

/// log P(Z <= z).
#[inline]
pub fn log_cdf(z: f64) -> f64 {
    log_ccdf(-z)
}

/// log P(Z > z).
#[inline]
pub fn log_ccdf(z: f64) -> f64 {
    if z < 0.0 {
        return (-upper_tail(-z)).ln_1p();
    }
    if z == f64::INFINITY {
        return f64::NEG_INFINITY;
    }
    -0.5 * z * z + (0.5 * scaled(z * FRAC_1_SQRT_2)).ln()
}

/// The density over P(Z > z), on all doubles: the inverse of Mills' ratio.
#[inline]
pub fn hazard(z: f64) -> f64 {
    if z < 0.0 { density(z) / ccdf(z) } else { (0.5 * SQRT_TAU * scaled(z * FRAC_1_SQRT_2)).recip() }
}

/// `hazard(z)` - z, which is positive, and about 1 / z for large z: there by Laplace's continued fraction, 1 / (z + 2 / (z + ..))
/// (Abramowitz and Stegun 26.2.14).
pub fn hazard_excess(z: f64) -> f64 {
    if z > 3.0 {
        // It converges as exp(-c z sqrt(terms)).
        let terms = 20 + (800.0 / (z * z)) as u32;
        return (2..terms).rev().fold(z, |rest, k| z + f64::from(k) / rest).recip();
    }
    hazard(z) - z
}

/// The z with `cdf(z)` = p, for p in [0, 1]; NaN outside.
#[inline]
pub fn quantile(p: f64) -> f64 {
    // Not the negative: the median is 0, without a sign.
    0.0 - quantile_ccdf(p)
}

/// The z with `ccdf(z)` = q, for q in [0, 1]; NaN outside. Accurate for the smallest q.
pub fn quantile_ccdf(q: f64) -> f64 {
    if q > 0.5 {
        // 1 - q is exact.
        return -upper_quantile(1.0 - q);
    }
    upper_quantile(q)
}

/// The same for q <= 1/2.
fn upper_quantile(q: f64) -> f64 {
    if !(0.0..=0.5).contains(&q) {
        return f64::NAN;
    }
    if q == 0.0 {
        return f64::INFINITY;
    }
    if q > 0.25 {
        return central_quantile(q);
    }
    let log_q = q.ln();
    let mut z = start(log_q);
    for _ in 0..2 {
        // Halley's step on log ccdf, whose derivatives follow from Mills' ratio.
        let hazard = (0.5 * SQRT_TAU * scaled(z * FRAC_1_SQRT_2)).recip();
        let error = log_ccdf(z) - log_q;
        let step = error / hazard;
        z += step / (1.0 - 0.5 * step * (hazard - z));
    }
    // The last step on the function itself, where the rounding of the logarithm would show.
    let tail = upper_tail(z);
    if tail > f64::MIN_POSITIVE && q > 1e-290 { z + (tail - q) / density(z) } else { z }
}

/// The quantile near the median, from P(Z > z) = 1/2 - erf(z / sqrt 2) / 2 with 1/2 - q exact.
fn central_quantile(q: f64) -> f64 {
    let half = 0.5 - q;
    let mut z = half * SQRT_TAU;
    for _ in 0..4 {
        let step = (0.5 * libm::erf(z * FRAC_1_SQRT_2) - half) * SQRT_TAU / exp_minus_square(z * FRAC_1_SQRT_2);
        z -= step / (1.0 + 0.5 * step * z);
    }
    z
}

/// A rough quantile of the upper tail (Abramowitz and Stegun 26.2.23, within 4.5e-4).
fn start(log_q: f64) -> f64 {
    let t = (-2.0 * log_q).sqrt();
    let above = (0.010_328 * t + 0.802_853) * t + 2.515_517;
    let below = ((0.001_308 * t + 0.189_269) * t + 1.432_788) * t + 1.0;
    t - above / below
}

/// P(Z <= x).
#[inline]
pub fn normal_cdf(x: f64) -> f64 {
    cdf(x)
}

/// log P(Z <= x).
#[inline]
pub fn normal_log_cdf(x: f64) -> f64 {
    log_cdf(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hazards_on_all_doubles() {
        let close = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 4e-15, "{a} {b}");
        close(hazard(-30.0), 1.4736461348785476e-196);
        close(hazard(-1.0), 0.2875999709391784);
        close(hazard(0.5), 1.1410777703680646);
        close(hazard(3.0), 3.2830986549304364);
        close(hazard(60.0), 60.016657420241124);
        close(hazard_excess(-5.0), 5.000001486719941);
        close(hazard_excess(1.0), 0.5251352761609812);
        close(hazard_excess(2.9), 0.290315139542982);
        close(hazard_excess(3.1), 0.27619699022506716);
        close(hazard_excess(8.0), 0.12136811223611269);
        close(hazard_excess(60.0), 0.016657420241124928);
        assert_eq!((hazard(f64::INFINITY), hazard_excess(f64::INFINITY)), (f64::INFINITY, 0.0));
        assert!(hazard(f64::NAN).is_nan() && hazard_excess(f64::NAN).is_nan());
    }

    #[test]
    fn tails() {
        assert!((cdf(-10.0) / 7.619_853_024_160_527e-24 - 1.0).abs() < 1e-15);
        assert!((log_cdf(-40.0) / -804.608_442_013_75 - 1.0).abs() < 1e-12);
        assert_eq!((cdf(0.0), cdf(f64::INFINITY), cdf(f64::NEG_INFINITY)), (0.5, 1.0, 0.0));
        assert_eq!((quantile(0.0), quantile(0.5), quantile(1.0)), (f64::NEG_INFINITY, 0.0, f64::INFINITY));
        assert!(quantile(-0.1).is_nan() && quantile(1.1).is_nan() && quantile(f64::NAN).is_nan());
    }
}
