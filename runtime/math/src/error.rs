//! The error function and its relatives, on all doubles.
//!
//! The complementary function rests on one expansion: (1 + 2 x) erfcx(x) is smooth on [0, inf], and a polynomial of degree 24
//! in (x - 4) / (x + 4) gives it to 2e-17 (Shepherd and Laframboise, "Chebyshev approximation of (1 + 2 x) exp(x^2) erfc(x)",
//! 1981). Errors: `erfcx`, `erf` and `erfc` are within 4 ulp as long as the result is a normal number.

use crate::coefficients::ERFCX;
use crate::normal;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x (libm: Sun's algorithm, within 1 ulp).
#[inline]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// 1 - erf(x), accurate where erf(x) is near 1 (libm: Sun's algorithm, within 1 ulp).
#[inline]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// exp(x^2) erfc(x), which neither underflows nor overflows for x > -26; infinite for smaller x.
#[inline]
pub fn erfcx(x: f64) -> f64 {
    if x >= 0.0 {
        return scaled(x);
    }
    2.0 * exp_square(x) - scaled(-x)
}

/// [`erfcx`] for x >= 0, in a form that vectorises.
#[inline(always)]
pub fn scaled(x: f64) -> f64 {
    // The quotient is undefined for an infinite x; NaN passes.
    let finite = if x > 1e300 { 1e300 } else { x };
    polynomial((finite - 4.0) / (finite + 4.0)) / (1.0 + 2.0 * x)
}

/// In three parts, which a processor evaluates side by side and a compiler unrolls.
#[inline(always)]
fn polynomial(t: f64) -> f64 {
    let fourth = (t * t) * (t * t);
    let eighth = fourth * fourth;
    part::<0, 8>(t) + eighth * (part::<8, 8>(t) + eighth * part::<16, 9>(t))
}

/// The polynomial of `COUNT` coefficients from one on.
#[inline(always)]
fn part<const FROM: usize, const COUNT: usize>(t: f64) -> f64 {
    let mut sum = ERFCX[FROM + COUNT - 1];
    let mut i = COUNT - 1;
    while i > 0 {
        i -= 1;
        sum = sum * t + ERFCX[FROM + i];
    }
    sum
}

/// exp(x^2), with the rounding error of the square corrected.
#[inline]
pub fn exp_square(x: f64) -> f64 {
    let (square, rest) = split_square(x);
    square.exp() * (1.0 + rest)
}

/// exp(-x^2), with the rounding error of the square corrected.
#[inline]
pub fn exp_minus_square(x: f64) -> f64 {
    let (square, rest) = split_square(x);
    (-square).exp() * (1.0 - rest)
}

/// x^2 = square + rest, exactly for |x| in [1e-150, 1e150]; the rest is 0 for larger squares.
#[inline(always)]
pub fn split_square(x: f64) -> (f64, f64) {
    let (square, rest) = split_product(x, x);
    if square < 1e300 { (square, rest) } else { (square, 0.0) }
}

/// x y = product + rest, exactly unless one of them overflows or underflows (Veltkamp and Dekker 1971).
#[inline(always)]
pub fn split_product(x: f64, y: f64) -> (f64, f64) {
    let product = x * y;
    // The high half of the digits, by masking: no overflow.
    let high = |x: f64| f64::from_bits(x.to_bits() & 0xffff_ffff_f800_0000);
    let (a, b) = (high(x), high(y));
    let (c, d) = (x - a, y - b);
    (product, ((a * b - product) + a * d + c * b) + c * d)
}

/// The inverse of [`erf`], for x in [-1, 1]; NaN outside.
pub fn erf_inverse(x: f64) -> f64 {
    if x.abs() < 1e-8 {
        // The next term is x^3 pi / 12 of this one: below half an ulp.
        return x / FRAC_2_SQRT_PI;
    }
    if x.abs() > 0.5 {
        return x.signum() * erfc_inverse(1.0 - x.abs());
    }
    // The quantile is that of (1 + x) / 2, whose rounding a step of Newton in erf itself repairs.
    let start = normal::quantile(0.5 + 0.5 * x) * FRAC_1_SQRT_2;
    newton(start, |t| (erf(t) - x) / FRAC_2_SQRT_PI)
}

/// The inverse of [`erfc`], for x in [0, 2]; NaN outside.
pub fn erfc_inverse(x: f64) -> f64 {
    if x > 0.5 && x < 1.5 {
        return erf_inverse(1.0 - x);
    }
    normal::quantile_ccdf(0.5 * x) * FRAC_1_SQRT_2
}

/// Two steps, each with the term of second order (Halley), from a start within 1e-15 absolutely.
fn newton(start: f64, residual: impl Fn(f64) -> f64) -> f64 {
    (0..2).fold(start, |t, _| {
        let step = residual(t) * exp_square(t);
        t - step / (1.0 + step * t)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends() {
        assert_eq!((erfcx(f64::INFINITY), erfcx(0.0), erfcx(f64::NEG_INFINITY)), (0.0, 1.0, f64::INFINITY));
        assert_eq!((erf_inverse(1.0), erf_inverse(-1.0), erf_inverse(0.0)), (f64::INFINITY, f64::NEG_INFINITY, 0.0));
        assert_eq!((erfc_inverse(0.0), erfc_inverse(2.0), erfc_inverse(1.0)), (f64::INFINITY, f64::NEG_INFINITY, 0.0));
        assert!(erf_inverse(1.5).is_nan() && erfc_inverse(-0.1).is_nan() && erfcx(f64::NAN).is_nan());
    }
}
