//! Owen's T function.

use crate::coefficients::LEGENDRE_40;
use crate::normal::{ccdf, exp_half_square};
use std::f64::consts::TAU;

/// T(h, a) = P(X > h, 0 < Y < a X) for independent standard normals and a >= 0; odd in a, even in h. For |a| <= 1 by Gauss's
/// rule on Owen's integral (method T5 of Patefield and Tandy, "Fast and accurate calculation of Owen's T function", 2000) cut
/// where its integrand ends, for larger a by Owen's reflection. All terms of the sum are positive: within 1e-14 relatively.
pub fn owens_t(h: f64, a: f64) -> f64 {
    let (h, size) = (h.abs(), a.abs());
    if h.is_nan() || a.is_nan() {
        return f64::NAN;
    }
    let value = if size <= 1.0 { integral(h, size) } else { reflected(h, size) };
    value.copysign(a)
}

/// T(h, a) + T(a h, 1 / a) = (Q(h) + Q(a h)) / 2 - Q(h) Q(a h), with Q the upper tail (Owen 1956, 2.3).
fn reflected(h: f64, a: f64) -> f64 {
    if h == 0.0 {
        return a.atan() / TAU;
    }
    let (near, far) = (ccdf(h), ccdf(a * h));
    0.5 * near + far * (0.5 - near) - integral(a * h, a.recip())
}

/// The integral of exp(-h^2 (1 + x^2) / 2) / (1 + x^2) from 0 to a <= 1, over 2 pi.
fn integral(h: f64, a: f64) -> f64 {
    // From here on the result is 0.
    let h = h.min(40.0);
    // Beyond (h x)^2 / 2 = 45 the integrand is below 1e-19 of its value at 0.
    let end = if a * h > 9.5 { 9.5 / h } else { a };
    let square = -0.5 * h * h;
    let sum: f64 = LEGENDRE_40
        .iter()
        .map(|&(node, weight)| {
            let x = end * node;
            weight * (square * x * x).exp() / (1.0 + x * x)
        })
        .sum();
    exp_half_square(h) * end * sum / TAU
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert!((owens_t(0.0, 1.0) - 0.125).abs() < 1e-16);
        assert!((owens_t(1.0, f64::INFINITY) - 0.5 * ccdf(1.0)).abs() < 1e-16);
        assert_eq!((owens_t(f64::INFINITY, 2.0), owens_t(2.0, 0.0)), (0.0, 0.0));
        assert!((owens_t(0.3, -0.4) + owens_t(-0.3, 0.4)).abs() < 1e-17);
    }
}
