//! Functions around the logarithm that keep their accuracy where the naive form does not.

/// log(1 + exp(x)).
#[inline]
pub fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

/// 1 / (1 + exp(-x)).
#[inline]
pub fn inv_logit(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// log(p / (1 - p)) for p in [0, 1]; NaN outside. Near 1/2, where it is near 0, by the exact p - (1 - p).
#[inline]
pub fn logit(p: f64) -> f64 {
    if (0.3..0.7).contains(&p) {
        return ((2.0 * p - 1.0) / (1.0 - p)).ln_1p();
    }
    p.ln() - (-p).ln_1p()
}

/// log(1 - exp(x)) for x <= 0, NaN for x > 0 (Maechler 2012).
#[inline]
pub fn log1mexp(x: f64) -> f64 {
    if x > -std::f64::consts::LN_2 { (-x.exp_m1()).ln() } else { (-x.exp()).ln_1p() }
}

/// log(exp(a) - exp(b)) for a >= b; NaN for a < b.
#[inline]
pub fn log_diff_exp(a: f64, b: f64) -> f64 {
    if a == b && a.is_infinite() { if a > 0.0 { f64::NAN } else { a } } else { a + log1mexp(b - a) }
}

/// log(exp(a) + exp(b)).
#[inline]
pub fn log_add_exp(a: f64, b: f64) -> f64 {
    if a == b {
        return a + std::f64::consts::LN_2;
    }
    // The larger of the two, and NaN if one of them is.
    let largest = if a > b || a.is_nan() { a } else { b };
    largest + (-(a - b).abs()).exp().ln_1p()
}

/// log(1 / (1 + exp(-x))).
#[inline]
pub fn log_inv_logit(x: f64) -> f64 {
    -softplus(-x)
}

/// log(1 - 1 / (1 + exp(-x))).
#[inline]
pub fn log1m_inv_logit(x: f64) -> f64 {
    -softplus(x)
}

/// The logarithm of the sum of the exponentials; -inf for none.
pub fn log_sum_exp(xs: &[f64]) -> f64 {
    let largest = xs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest.is_infinite() {
        return if xs.iter().any(|x| x.is_nan()) { f64::NAN } else { largest };
    }
    largest + xs.iter().map(|x| (x - largest).exp()).sum::<f64>().ln()
}

/// x log(y), and 0 where x is 0.
#[inline]
pub fn x_log_y(x: f64, y: f64) -> f64 {
    if x == 0.0 && !y.is_nan() { 0.0 } else { x * y.ln() }
}

/// x log(1 + y), and 0 where x is 0.
#[inline]
pub fn x_log1p_y(x: f64, y: f64) -> f64 {
    if x == 0.0 && !y.is_nan() { 0.0 } else { x * y.ln_1p() }
}

/// log(1 + x^2), also where the square overflows.
#[inline]
pub fn log1p_square(x: f64) -> f64 {
    if x.abs() > 1e10 { 2.0 * x.abs().ln() } else { (x * x).ln_1p() }
}

/// log(1 + x) - x for x > -1, without cancellation near 0, where it is about -x^2 / 2: log(1 + x) is 2 artanh(v) for
/// v = x / (2 + x) (Abramowitz and Stegun 4.1.29).
pub fn log1p_less(x: f64) -> f64 {
    if !(-0.4..0.6).contains(&x) {
        return x.ln_1p() - x;
    }
    let v = x / (2.0 + x);
    let square = v * v;
    // The square is below 1 / 16: the fourteenth term is below 1e-17 of the first.
    let series = (1..15).rev().fold(0.0, |sum, k| sum * square + 1.0 / f64::from(2 * k + 1));
    2.0 * v * square * series - x * v
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log1p_less_loses_nothing() {
        let close = |x: f64, expected: f64| assert!((log1p_less(x) / expected - 1.0).abs() < 1e-15, "{x}");
        close(1e-9, -4.999999996666667e-19);
        close(-1e-3, -5.003335835335002e-07);
        close(-0.39, -0.10429632181478013);
        close(0.59, -0.12626598376785983);
        close(0.25, -0.026856448685790246);
        close(-0.9, -1.402585092994046);
        close(8.0, -5.802775422663781);
    }

    #[test]
    fn extremes() {
        assert_eq!(softplus(1e4), 1e4);
        assert_eq!(softplus(-800.0), 0.0);
        assert!((log1mexp(-1e-20) - (1e-20f64).ln()).abs() < 1e-12);
        assert_eq!(log_sum_exp(&[]), f64::NEG_INFINITY);
        assert!((log_sum_exp(&[1000.0, 1000.0]) - (1000.0 + std::f64::consts::LN_2)).abs() < 1e-12);
        assert!((inv_logit(logit(0.3)) - 0.3).abs() < 1e-15);
    }
}
