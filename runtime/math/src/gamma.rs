//! The gamma function and its relatives.

use crate::coefficients::{DIGAMMA_NEAR_ROOT, DIGAMMA_ROOT, LEGENDRE_6, LOG_GAMMA1P};
use std::f64::consts::{EULER_GAMMA, PI};

/// log |gamma(x)| (libm: Sun's algorithm, within 2 ulp).
#[inline]
pub fn lgamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The factorials that a double holds exactly.
const FACTORIALS: [f64; 23] = {
    let mut table = [1.0; 23];
    let mut n = 1;
    while n < table.len() {
        table[n] = table[n - 1] * n as f64;
        n += 1;
    }
    table
};

/// log(n!), from a table for small n; NaN for negative n.
#[inline]
pub fn log_factorial(n: i64) -> f64 {
    match usize::try_from(n) {
        Ok(small) if small < FACTORIALS.len() => FACTORIALS[small].ln(),
        Ok(_) => lgamma(n as f64 + 1.0),
        Err(_) => f64::NAN,
    }
}

/// log of the binomial coefficient; NaN unless 0 <= k <= n.
pub fn log_choose(n: i64, k: i64) -> f64 {
    if k < 0 || k > n {
        return f64::NAN;
    }
    if n < FACTORIALS.len() as i64 {
        return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
    }
    if k == 0 || k == n {
        return 0.0;
    }
    let (k, rest) = (k as f64, (n - k) as f64);
    -(n as f64).ln_1p() - log_beta(k + 1.0, rest + 1.0)
}

/// log of the beta function: with Stirling's corrections where an argument is large, so that the leading terms do not
/// cancel (DiDonato and Morris 1992).
pub fn log_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if large < LARGE {
        return lgamma(small) + (lgamma(large) - lgamma(small + large));
    }
    if small < LARGE {
        return lgamma(small) + log_gamma_ratio(large, small);
    }
    let correction = stirling(small) + stirling(large) - stirling(small + large);
    let ratio = small / large;
    LOG_SQRT_TAU - 0.5 * large.ln() + correction + (small - 0.5) * (ratio / (1.0 + ratio)).ln() - large * ratio.ln_1p()
}

/// log(gamma(x) / gamma(x + step)) for a large x and a smaller step.
fn log_gamma_ratio(x: f64, step: f64) -> f64 {
    let correction = stirling(x) - stirling(x + step);
    correction - (x + step - 0.5) * (step / x).ln_1p() - step * (x.ln() - 1.0)
}

/// lgamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2) for positive x.
pub fn stirling_error(x: f64) -> f64 {
    if x >= LARGE { stirling(x) } else { lgamma(x) - ((x - 0.5) * x.ln() - x + LOG_SQRT_TAU) }
}

/// From here on the eight terms of [`stirling`] are exact to rounding.
const LARGE: f64 = 10.0;

/// log(2 pi) / 2.
const LOG_SQRT_TAU: f64 = 0.918_938_533_204_672_8;

/// The same for x >= 10 (Abramowitz and Stegun 6.1.40).
fn stirling(x: f64) -> f64 {
    let y = 1.0 / (x * x);
    let terms = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
        -3617.0 / 122_400.0,
    ];
    terms.iter().rev().fold(0.0, |sum, term| sum * y + term) / x
}

/// The derivative of lgamma; NaN at its poles, 0, -1, ..: near the positive root by the root's own expansion, else by
/// recurrence up to 10 and the asymptotic series (Abramowitz and Stegun 6.3.18). Within 1e-15 of max(1, |digamma|), and
/// relatively so for x > 0.
pub fn digamma(x: f64) -> f64 {
    if x <= 0.0 {
        // The poles lie at the integers, where the tangent is not exactly 0.
        return if x == x.floor() { f64::NAN } else { digamma(1.0 - x) - PI / tan_pi(x) };
    }
    if (1.0..=2.0).contains(&x) {
        return digamma_near_root(x);
    }
    let (mut x, mut shift) = (x, 0.0);
    while x < LARGE {
        shift -= 1.0 / x;
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let terms = [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32_760.0, 1.0 / 12.0];
    shift + x.ln() - 0.5 / x - y * terms.iter().rev().fold(0.0, |sum, term| sum * y + term)
}

/// digamma for x in [1, 2].
fn digamma_near_root(x: f64) -> f64 {
    let [(high, low)] = DIGAMMA_ROOT;
    let t = 2.0 * x - 3.0;
    ((x - high) - low) * DIGAMMA_NEAR_ROOT.iter().rev().fold(0.0, |sum, c| sum * t + c)
}

/// tan(pi x), with the period taken off exactly.
fn tan_pi(x: f64) -> f64 {
    (PI * (x - x.round())).tan()
}

/// The derivative of digamma; infinite at its poles, 0, -1, ..: recurrence up to 12, then the asymptotic series (Abramowitz
/// and Stegun 6.4.12). Within 1e-15, relatively.
pub fn trigamma(x: f64) -> f64 {
    if x <= 0.0 {
        if x == x.floor() {
            return f64::INFINITY;
        }
        let sine = (PI * (x - x.round())).sin();
        return (PI / sine) * (PI / sine) - trigamma(1.0 - x);
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < 12.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let terms =
        [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0, 7.0 / 6.0, -3617.0 / 510.0];
    let series = terms.iter().rev().fold(0.0, |sum, term| sum * y + term);
    sum + (1.0 / x + (0.5 * y + series * y / x))
}

/// lgamma(1 + x) for x > -1, relatively accurate near its root 0.
pub fn log_gamma1p(x: f64) -> f64 {
    if x.abs() > 0.5 {
        return lgamma(1.0 + x);
    }
    let series = LOG_GAMMA1P.iter().rev().fold(0.0, |sum, c| sum * x + c);
    if x.abs() < 1e-2 {
        // Here -log1p(x) and x (1 - gamma) would cancel in part: -log1p(x) + x is of second order.
        return x * (x * (series + log1p_remainder(x)) - EULER_GAMMA);
    }
    -x.ln_1p() + x * (1.0 - EULER_GAMMA + x * series)
}

/// (x - log(1 + x)) / x^2 for |x| < 1/100.
fn log1p_remainder(x: f64) -> f64 {
    (2..12).rev().fold(0.0, |sum, k| 1.0 / f64::from(k) - sum * x)
}

/// lgamma(x + step) - lgamma(x) for x > 0 and 0 <= step <= x / 5, relatively accurate for the smallest step: the integral of
/// digamma, by Gauss's rule with six nodes, whose error is below 22^-12.
pub fn log_gamma_step(x: f64, step: f64) -> f64 {
    step * LEGENDRE_6.iter().map(|&(node, weight)| weight * digamma(x + step * node)).sum::<f64>()
}

/// From here on the asymptotic series of digamma is exact to rounding.
const DIGAMMA_LARGE: f64 = 10.0;

/// log(x) - 1 / (2 x) - digamma(x) for x >= 10, without the cancellation of its terms (Abramowitz and Stegun 6.3.18).
pub fn digamma_remainder(x: f64) -> f64 {
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
    let y = 1.0 / (x * x);
    y * TERMS.iter().rev().fold(0.0, |sum, term| sum * y + term)
}

/// log(x) - digamma(x) for x > 0: positive, and about 1 / (2 x) for large x.
pub fn log_less_digamma(x: f64) -> f64 {
    if x < DIGAMMA_LARGE { x.ln() - digamma(x) } else { 0.5 / x + digamma_remainder(x) }
}

/// digamma(x + step) - digamma(x) for x > 0 and step >= 0, relatively accurate for the smallest step and for the largest x.
pub fn digamma_step(x: f64, step: f64) -> f64 {
    if x >= DIGAMMA_LARGE {
        return (step / x).ln_1p() + digamma_step_less_log(x, step);
    }
    if step <= 0.2 * x {
        // The integral of trigamma, by Gauss's rule with six nodes, whose error is below 22^-12.
        return step * LEGENDRE_6.iter().map(|&(node, weight)| weight * trigamma(x + step * node)).sum::<f64>();
    }
    digamma(x + step) - digamma(x)
}

/// digamma(x + step) - digamma(x) - log(1 + step / x): what is left of the step for large x, of the order of step / x^2.
pub fn digamma_step_less_log(x: f64, step: f64) -> f64 {
    if x < DIGAMMA_LARGE {
        return digamma_step(x, step) - (step / x).ln_1p();
    }
    let end = x + step;
    0.5 * (step / x) / end + digamma_remainder(x) - digamma_remainder(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    // 50-digit values rounded to double.
    #[test]
    fn known_values() {
        let close = |a: f64, b: f64| assert!((a - b).abs() <= 4e-15 * b.abs().max(1e-3), "{a} {b}");
        close(lgamma(0.5), 0.572_364_942_924_700_1);
        close(lgamma(1e-3), 6.907_178_885_383_854);
        close(digamma(1.0), -0.577_215_664_901_532_9);
        close(digamma(1e-3), -1_000.575_571_931_810_3);
        close(digamma(0.25), -4.227_453_533_376_265);
        close(log_beta(2.0, 3.0), -(12.0f64.ln()));
        close(log_beta(1e6, 1e6), -1_386_300.003_362_921);
        close(log_factorial(20), 42.335_616_460_753_485);
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() <= 2e-14, "{a} {b}");
        near(digamma_step(1e-3, 1e-9), 0.0010000006425341947);
        near(digamma_step(3.5, 1e-7), 3.303577506900324e-08);
        near(digamma_step(0.3, 7.0), 5.420344557838119);
        near(digamma_step(1e8, 3.0), 2.9999999700000005e-08);
        near(digamma_step_less_log(5e5, 0.5), 9.999996666666667e-13);
        near(log_less_digamma(1e6), 5.000000833333334e-07);
        near(log_less_digamma(0.01), 95.95571527188058);
    }
}
