//! The zeta functions of Riemann and of Hurwitz, for s > 1.

/// B_2j / (2j)!, j = 1, 2, ..: the coefficients of Euler and Maclaurin's formula.
const BERNOULLI: [f64; 12] = [
    1.0 / 12.0,
    -1.0 / 720.0,
    1.0 / 30_240.0,
    -1.0 / 1_209_600.0,
    1.0 / 47_900_160.0,
    -691.0 / 1_307_674_368_000.0,
    1.0 / 74_724_249_600.0,
    -3617.0 / 10_670_622_842_880_000.0,
    43_867.0 / 5_109_094_217_170_944_000.0,
    -174_611.0 / 802_857_662_698_291_200_000.0,
    77_683.0 / 14_101_100_039_391_805_440_000.0,
    -236_364_091.0 / 1_693_824_136_731_743_669_452_800_000.0,
];

/// The terms summed before the formula takes over.
const TERMS: f64 = 16.0;

/// The sum of k^-s over k = 1, 2, .., for s > 1; infinite at 1, NaN below.
pub fn zeta(s: f64) -> f64 {
    hurwitz_zeta(s, 1.0)
}

/// The sum of (q + k)^-s over k = 0, 1, .., for s > 1 and q > 0; infinite at s = 1 and q = 0, NaN below. By Euler and
/// Maclaurin's formula (Abramowitz and Stegun 23.1.30), all of whose large terms are positive: within 4e-15 relatively.
pub fn hurwitz_zeta(s: f64, q: f64) -> f64 {
    if s.is_nan() || q.is_nan() || s < 1.0 || q < 0.0 {
        return f64::NAN;
    }
    if s == 1.0 || q == 0.0 {
        return f64::INFINITY;
    }
    // The formula needs a shift of the order of s; where s is large beside q, the sum itself ends early.
    let (mut sum, mut shifted) = (0.0, q);
    while shifted < TERMS.max(1.5 * s) {
        let term = shifted.powf(-s);
        sum += term;
        if term <= 1e-18 * sum {
            return sum;
        }
        shifted += 1.0;
    }
    sum + remainder(s, shifted)
}

/// The sum from a large q on.
fn remainder(s: f64, q: f64) -> f64 {
    let power = q.powf(-s);
    let (mut correction, mut factor) = (0.0, s / q);
    for (j, coefficient) in BERNOULLI.iter().enumerate() {
        let term = coefficient * factor;
        correction += term;
        if term.abs() < 1e-18 {
            break;
        }
        let step = 2.0 * j as f64 + 1.0;
        factor *= (s + step) / q * ((s + step + 1.0) / q);
    }
    q.powf(1.0 - s) / (s - 1.0) + power * (0.5 + correction)
}

/// The derivative of log zeta(s), for s > 1; -inf at 1, NaN below. By Euler and Maclaurin's formula for the sum of
/// log(k) k^-s, and its derivative in s (Abramowitz and Stegun 23.1.30), all of whose large terms are positive.
pub fn zeta_log_derivative(s: f64) -> f64 {
    if s.is_nan() || s < 1.0 {
        return f64::NAN;
    }
    if s == 1.0 {
        return f64::NEG_INFINITY;
    }
    let (mut sum, mut k) = (0.0, 2.0f64);
    while k < TERMS.max(1.5 * s) {
        let term = k.ln() * k.powf(-s);
        sum += term;
        if term <= 1e-18 * sum {
            return -sum / zeta(s);
        }
        k += 1.0;
    }
    let (log, mut correction, mut factor) = (k.ln(), 0.0, s / k);
    // The derivative of the logarithm of the rising factorial in each term.
    let mut logarithmic = 1.0 / s;
    for (j, coefficient) in BERNOULLI.iter().enumerate() {
        correction += coefficient * factor * (log - logarithmic);
        let step = s + 2.0 * j as f64 + 1.0;
        factor *= step / k * ((step + 1.0) / k);
        logarithmic += 1.0 / step + 1.0 / (step + 1.0);
    }
    let excess = s - 1.0;
    let integral = k.powf(-excess) * (log + 1.0 / excess) / excess;
    -(sum + integral + k.powf(-s) * (0.5 * log + correction)) / zeta(s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithmic_derivatives() {
        let close = |s: f64, expected: f64| assert!((zeta_log_derivative(s) / expected - 1.0).abs() < 4e-15, "{s}");
        close(1.0000001, -9999999.416945683);
        close(1.5, -1.5052353557882678);
        close(3.5, -0.10039564167664392);
        close(12.0, -0.0001713406812166717);
        close(60.0, -6.01209343238152e-19);
        assert!(zeta_log_derivative(0.5).is_nan() && zeta_log_derivative(1.0) == f64::NEG_INFINITY);
    }

    #[test]
    fn known_values() {
        assert!((zeta(2.0) / (std::f64::consts::PI.powi(2) / 6.0) - 1.0).abs() < 1e-15);
        assert_eq!((zeta(1.0), zeta(f64::INFINITY), hurwitz_zeta(3.0, 0.0)), (f64::INFINITY, 1.0, f64::INFINITY));
        assert!(zeta(0.5).is_nan() && zeta(f64::NAN).is_nan() && hurwitz_zeta(2.0, -1.0).is_nan());
    }
}
