//! The exponential and the logarithm in a form that vectorises: no branches, no tables, no calls.
//!
//! std's functions are calls into the C library, which a loop over a slice pays one by one. These are straight lines of
//! additions, multiplications, one division and selections, and cost a fraction of it in a loop ([`crate::slices`]). A fused
//! multiplication is never used, so that every machine gives the same bits. Errors: within 1 ulp (`exp`, `ln`) and 2 ulp
//! (`exp_m1`, `ln_1p`) of the true value, on all doubles, subnormal results included.
//!
//! Reductions and the series of the logarithm are those of Sun's fdlibm (Tang 1990 for the error analysis).

// Constants are written with all the digits that they were computed with.
#![allow(clippy::excessive_precision)]

use std::f64::consts::LOG2_E;

/// log 2 in two parts, the first with 32 trailing zeros: its products with exponents are exact.
const LN_2_HIGH: f64 = 6.931_471_803_691_238_16e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_70e-10;

/// Adding this rounds to an integer, which then stands in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// 2^52, whose low bits hold a non-negative integer after an `or`.
const INTEGER: f64 = 4_503_599_627_370_496.0;

/// sqrt(1/2), truncated to the exponent and 20 bits: where a mantissa wraps.
const HALF_ROOT: u64 = 0x3fe6_a09e << 32;

/// The integer in the low bits of a sum with [`ROUNDER`], as a power of two; for integers in [-1022, 1023].
#[inline(always)]
fn power_of_two(rounded: f64) -> f64 {
    f64::from_bits((rounded.to_bits().wrapping_add(1023)) << 52)
}

/// x = n log 2 + (high - low): n, n as the low bits of a double, high, low.
#[inline(always)]
fn reduce(x: f64) -> (f64, f64, f64, f64) {
    let rounded = x * LOG2_E + ROUNDER;
    let n = rounded - ROUNDER;
    (n, rounded, x - n * LN_2_HIGH, n * LN_2_LOW)
}

/// exp(r) - 1 - r for |r| <= 0.35: Taylor's series to the order 13, whose remainder is below 1e-17 of the result.
#[inline(always)]
fn exp_tail(r: f64) -> f64 {
    const COEFFICIENTS: [f64; 12] = {
        let mut table = [0.0; 12];
        let (mut factorial, mut n) = (1.0, 0);
        while n < 12 {
            factorial *= n as f64 + 2.0;
            table[n] = 1.0 / factorial;
            n += 1;
        }
        table
    };
    r * r * COEFFICIENTS.iter().rev().fold(0.0, |sum, c| sum * r + c)
}

/// exp(x).
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    // Beyond these the result is 0 or infinite, and the exponent would leave its bits. NaN passes.
    let x = if x < -750.0 { -750.0 } else { x };
    let x = if x > 710.0 { 710.0 } else { x };
    let (n, _, high, low) = reduce(x);
    let r = high - low;
    let series = 1.0 + (high + (exp_tail(r) - low));
    // In two steps, so that each is a normal number.
    let half = n * 0.5 + ROUNDER;
    let rest = n - (half - ROUNDER) + ROUNDER;
    series * power_of_two(half) * power_of_two(rest)
}

/// exp(x) - 1.
#[inline(always)]
pub fn exp_m1(x: f64) -> f64 {
    let given = x;
    let x = if x < -50.0 { -50.0 } else { x };
    let x = if x > 710.0 { 710.0 } else { x };
    let (n, _, high, low) = reduce(x);
    let r = high - low;
    let series = high + (exp_tail(r) - low);
    let half = n * 0.5 + ROUNDER;
    let (first, second) = (power_of_two(half), power_of_two(n - (half - ROUNDER) + ROUNDER));
    // 2^n (exp(r) - 1) + (2^n - 1); the factor that may overflow comes last.
    let value = (first * series + (first - second.recip())) * second;
    // The smallest numbers are their own images: the series would lose them, and the sign of 0.
    if given.abs() < 1e-18 { given } else { value }
}

/// A positive normal x as 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)): k and 1 + f.
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
    // The offset keeps the exponent positive: unsigned shifts vectorise.
    let shifted = x.to_bits().wrapping_sub(HALF_ROOT).wrapping_add(1024 << 52);
    let k = f64::from_bits((shifted >> 52) | INTEGER.to_bits()) - (INTEGER + 1024.0);
    let mantissa = (shifted & 0x000f_ffff_ffff_ffff).wrapping_add(HALF_ROOT);
    (k, f64::from_bits(mantissa))
}

/// log(1 + f) + k log 2 + correction.
#[inline(always)]
fn combine(k: f64, f: f64, correction: f64) -> f64 {
    const COEFFICIENTS: [f64; 7] = [
        6.666_666_666_666_735_13e-1,
        3.999_999_999_940_941_908e-1,
        2.857_142_874_366_239_149e-1,
        2.222_219_843_214_978_396e-1,
        1.818_357_216_161_805_012e-1,
        1.531_383_769_920_937_332e-1,
        1.479_819_860_511_658_591e-1,
    ];
    let s = f / (2.0 + f);
    let z = s * s;
    let series = z * COEFFICIENTS.iter().rev().fold(0.0, |sum, c| sum * z + c);
    let half_square = 0.5 * f * f;
    k * LN_2_HIGH - ((half_square - (s * (half_square + series) + (k * LN_2_LOW + correction))) - f)
}

/// log(x); NaN for negative x.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let small = x < f64::MIN_POSITIVE;
    let (scaled, shift) = if small { (x * 2f64.powi(54), 54.0) } else { (x, 0.0) };
    let (k, mantissa) = split(scaled);
    let value = combine(k - shift, mantissa - 1.0, 0.0);
    special(x, value)
}

/// The value, but for 0, negative numbers, infinity and NaN.
#[inline(always)]
fn special(x: f64, value: f64) -> f64 {
    let value = if x == 0.0 { f64::NEG_INFINITY } else { value };
    let value = if x < 0.0 { f64::NAN } else { value };
    // Infinity and NaN are their own images.
    if x < f64::INFINITY { value } else { x }
}

/// log(1 + x); NaN for x < -1.
#[inline(always)]
pub fn ln_1p(x: f64) -> f64 {
    let u = 1.0 + x;
    // What the sum has lost; for large x of no account.
    let lost = if x < 1e10 { (x - (u - 1.0)) / u } else { 0.0 };
    let (k, mantissa) = split(u);
    let value = combine(k, mantissa - 1.0, lost);
    // The smallest numbers are their own images, the sign of 0 included.
    if x.abs() < 1e-18 { x } else { special(u, value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_values() {
        assert_eq!((exp(f64::INFINITY), exp(f64::NEG_INFINITY), exp(0.0)), (f64::INFINITY, 0.0, 1.0));
        assert_eq!((exp_m1(f64::INFINITY), exp_m1(f64::NEG_INFINITY), exp_m1(0.0)), (f64::INFINITY, -1.0, 0.0));
        assert_eq!(
            (ln(f64::INFINITY), ln(0.0), ln(1.0), ln(-0.0)),
            (f64::INFINITY, f64::NEG_INFINITY, 0.0, f64::NEG_INFINITY)
        );
        assert_eq!((ln_1p(f64::INFINITY), ln_1p(-1.0), ln_1p(0.0)), (f64::INFINITY, f64::NEG_INFINITY, 0.0));
        assert!(ln(-1.0).is_nan() && ln_1p(-2.0).is_nan());
        assert!([exp, exp_m1, ln, ln_1p].iter().all(|f| f(f64::NAN).is_nan()));
    }
}
