//! Modified Bessel functions: I of orders 0 and 1, K of every real order, with logarithms that neither overflow nor underflow.

use crate::coefficients::{DEBYE, RECIPROCAL_GAMMA};
use crate::gamma::lgamma;
use std::f64::consts::{FRAC_PI_2, LN_2, PI, TAU};

/// From here on the asymptotic series of I is exact to rounding: its smallest term is exp(-2 x).
const ASYMPTOTIC: f64 = 20.0;

/// Up to here K is given by its power series.
const POWER_SERIES: f64 = 1.5;

/// From this order on the uniform expansion of K is exact to rounding.
const LARGE_ORDER: f64 = 30.0;

/// log I_0(x) for x >= 0: the power series (Abramowitz and Stegun 9.6.10) below 20, the asymptotic one (9.7.1) above. Within
/// 1e-15 relatively, also for the smallest x.
pub fn log_i0(x: f64) -> f64 {
    if x < ASYMPTOTIC { power_series(0.0, x).ln_1p() } else { x + (asymptotic_series(0.0, x) / (TAU * x).sqrt()).ln() }
}

/// log I_0(x) - x for x >= 0, which stays of the order of log x: the logarithm of what is left of I_0 without its exponential.
pub fn log_i0_scaled(x: f64) -> f64 {
    if x < ASYMPTOTIC { power_series(0.0, x).ln_1p() - x } else { (asymptotic_series(0.0, x) / (TAU * x).sqrt()).ln() }
}

/// log I_1(x) for x >= 0, as [`log_i0`].
pub fn log_i1(x: f64) -> f64 {
    if x < ASYMPTOTIC {
        return (0.5 * x).ln() + power_series(1.0, x).ln_1p();
    }
    x + (asymptotic_series(1.0, x) / (TAU * x).sqrt()).ln()
}

/// I_1(x) / I_0(x) for x >= 0: the mean resultant length of von Mises' distribution. Within 1e-15 relatively.
pub fn i1_over_i0(x: f64) -> f64 {
    if x < ASYMPTOTIC {
        return 0.5 * x * (1.0 + power_series(1.0, x)) / (1.0 + power_series(0.0, x));
    }
    asymptotic_series(1.0, x) / asymptotic_series(0.0, x)
}

/// I_n(x) n! (2 / x)^n - 1; NaN for negative x.
fn power_series(n: f64, x: f64) -> f64 {
    if x < 0.0 {
        return f64::NAN;
    }
    let y = 0.25 * x * x;
    let (mut term, mut sum, mut k) = (y / (1.0 + n), y / (1.0 + n), 1.0);
    while term > 1e-17 * sum {
        k += 1.0;
        term *= y / (k * (k + n));
        sum += term;
    }
    // NaN ends the loop at once, and stays.
    sum
}

/// I_n(x) exp(-x) sqrt(2 pi x) for large x.
fn asymptotic_series(n: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0f64, 1.0, 1.0);
    while term.abs() > 1e-17 && k < 40.0 {
        let odd = 2.0 * k - 1.0;
        term *= (odd * odd - 4.0 * n * n) / (8.0 * k * x);
        sum += term;
        k += 1.0;
    }
    sum
}

/// log K_nu(x) for x >= 0; infinite at x = 0, NaN outside. Temme's series and continued fraction ("On the
/// numerical evaluation of the modified Bessel function of the third kind", 1975) with the recurrence upwards, which is
/// stable; from order 30 on Debye's uniform expansion (Abramowitz and Stegun 9.7.8). Within 2e-15 of max(1, |log K|).
pub fn log_k(nu: f64, x: f64) -> f64 {
    let (log, factor) = scaled_k(nu, x);
    log + factor.ln()
}

/// K_nu(x), as [`log_k`]: within 1e-14 relatively below order 30, and beyond within that of its logarithm's size.
pub fn k(nu: f64, x: f64) -> f64 {
    let (log, factor) = scaled_k(nu, x);
    log.exp() * factor
}

/// A logarithm and a factor of moderate size, whose product with the exponential is K.
fn scaled_k(nu: f64, x: f64) -> (f64, f64) {
    // K of an order is K of its negative.
    let nu = nu.abs();
    if nu.is_nan() || x.is_nan() || x < 0.0 {
        return (f64::NAN, 1.0);
    }
    if x == 0.0 || x == f64::INFINITY {
        return (if x == 0.0 { f64::INFINITY } else { f64::NEG_INFINITY }, 1.0);
    }
    if nu > LARGE_ORDER {
        return uniform_expansion(nu, x);
    }
    if x < 1e-290 && nu >= 0.5 {
        // The first term alone; its successors might overflow.
        return (lgamma(nu) + nu * (LN_2 - x.ln()), 0.5);
    }
    let steps = (nu + 0.5).floor();
    let order = nu - steps;
    let (log, first, second) = if x < POWER_SERIES { small_argument(order, x) } else { continued_fraction(order, x) };
    recur(order, steps, x, (log, first, second / first))
}

/// Upwards from K_order and the ratio of K_(order + 1) to it, by 9.6.26 of Abramowitz and Stegun.
fn recur(order: f64, steps: f64, x: f64, (mut log, mut value, mut ratio): (f64, f64, f64)) -> (f64, f64) {
    let mut n = 1.0;
    while n <= steps {
        value *= ratio;
        if value > 1e150 {
            log += value.ln();
            value = 1.0;
        }
        ratio = 2.0 * (order + n) / x + ratio.recip();
        n += 1.0;
    }
    (log, value)
}

/// (0, K_order, K_(order + 1)) for |order| <= 1/2 and small x (Temme 1975, section 3).
fn small_argument(order: f64, x: f64) -> (f64, f64, f64) {
    let (square, log_ratio) = (order * order, LN_2 - x.ln());
    let sigma = order * log_ratio;
    let (even, odd) = reciprocal_gamma_parts(order);
    let sine = if order == 0.0 { 1.0 } else { PI * order / (PI * order).sin() };
    let shape = if sigma.abs() < 1e-8 { 1.0 } else { sigma.sinh() / sigma };
    let mut f = sine * (shape * log_ratio * even - sigma.cosh() * odd);
    // 1 / gamma(1 + order) and 1 / gamma(1 - order).
    let (plus, minus) = (even + order * odd, even - order * odd);
    let (mut p, mut q) = (0.5 * sigma.exp() / plus, 0.5 / (sigma.exp() * minus));
    let (mut c, mut sum, mut next_sum, mut i) = (1.0, f, p, 0.0);
    loop {
        i += 1.0;
        f = (i * f + p + q) / (i * i - square);
        c *= 0.25 * x * x / i;
        p /= i - order;
        q /= i + order;
        let (term, next_term) = (c * f, c * (p - i * f));
        sum += term;
        next_sum += next_term;
        if term.abs() <= 1e-17 * sum.abs() || i > 60.0 {
            return (0.0, sum, next_sum * 2.0 / x);
        }
    }
}

/// The even part of 1 / gamma(1 + z), and the odd part over z.
fn reciprocal_gamma_parts(z: f64) -> (f64, f64) {
    let square = z * z;
    let part = |from: usize| RECIPROCAL_GAMMA.iter().skip(from).step_by(2).rev().fold(0.0, |sum, c| sum * square + c);
    (part(0), part(1))
}

/// (-x, exp(x) K_order, exp(x) K_(order + 1)) for |order| <= 1/2 (Temme 1975, section 4, by Steed's algorithm).
fn continued_fraction(order: f64, x: f64) -> (f64, f64, f64) {
    let first = 0.25 - order * order;
    let mut b = 2.0 * (1.0 + x);
    let mut d = b.recip();
    let (mut h, mut difference) = (d, d);
    let (mut before, mut current) = (0.0, 1.0);
    let (mut q, mut c, mut a) = (first, first, -first);
    let mut sum = 1.0 + q * difference;
    let mut i = 1.0;
    while i < 500.0 {
        i += 1.0;
        a -= 2.0 * (i - 1.0);
        c = -a * c / i;
        let following = (before - b * current) / a;
        (before, current) = (current, following);
        q += c * following;
        b += 2.0;
        d = (b + a * d).recip();
        difference *= b * d - 1.0;
        h += difference;
        let term = q * difference;
        sum += term;
        if (term / sum).abs() < 1e-17 {
            break;
        }
    }
    let value = (FRAC_PI_2 / x).sqrt() / sum;
    (-x, value, value * (order + x + 0.5 - first * h) / x)
}

/// K for a large order.
fn uniform_expansion(nu: f64, x: f64) -> (f64, f64) {
    let z = x / nu;
    let root = z.hypot(1.0);
    let p = root.recip();
    let eta = root + (x.ln() - nu.ln()) - root.ln_1p();
    let (square, mut power, mut sum) = (p * p, 1.0, 0.0);
    for row in DEBYE {
        sum += power * row.iter().rev().fold(0.0, |sum, c| sum * square + c);
        power *= -p / nu;
    }
    (-nu * eta, (FRAC_PI_2 / nu / root).sqrt() * sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        // Half-integer orders are elementary.
        assert!((k(0.5, 2.0) / ((PI / 4.0).sqrt() * (-2f64).exp()) - 1.0).abs() < 1e-14);
        assert!((k(1.5, 1.0) / ((PI / 2.0).sqrt() * (-1f64).exp() * 2.0) - 1.0).abs() < 1e-14);
        assert_eq!((log_i0(0.0), i1_over_i0(0.0), log_i1(0.0)), (0.0, 0.0, f64::NEG_INFINITY));
        assert_eq!((k(1.0, 0.0), k(1.0, f64::INFINITY)), (f64::INFINITY, 0.0));
        assert_eq!(log_k(-1.3, 1.0), log_k(1.3, 1.0));
        assert!(log_i0(-1.0).is_nan() && log_k(1.0, -1.0).is_nan() && log_k(1.0, f64::NAN).is_nan());
        assert!((log_i0(19.999_999) - log_i0(20.000_001) + 2e-6 * i1_over_i0(20.0)).abs() < 1e-12);
    }
}
