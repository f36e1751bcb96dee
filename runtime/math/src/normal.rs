//! The standard normal distribution function and its logarithm.

/// P(Z <= x) by the complementary error function, accurate in the lower tail.
#[inline]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// log P(Z <= x): by the asymptotic series of Mills' ratio below -37, where the function itself underflows.
pub fn normal_log_cdf(x: f64) -> f64 {
    if x > 0.0 {
        return (-normal_cdf(-x)).ln_1p();
    }
    if x > -37.0 {
        return normal_cdf(x).ln();
    }
    let y = 1.0 / (x * x);
    let series = 1.0 - y * (1.0 - 3.0 * y * (1.0 - 5.0 * y * (1.0 - 7.0 * y)));
    -0.5 * x * x - 0.5 * std::f64::consts::TAU.ln() - (-x).ln() + series.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails() {
        assert!((normal_cdf(-10.0) / 7.619_853_024_160_527e-24 - 1.0).abs() < 1e-13);
        assert!((normal_log_cdf(-40.0) / -804.608_442_013_75 - 1.0).abs() < 1e-12);
        assert!((normal_log_cdf(-36.9) - normal_log_cdf(-37.1) - 0.2 * 37.027).abs() < 1e-3);
        assert_eq!(normal_cdf(0.0), 0.5);
    }
}
