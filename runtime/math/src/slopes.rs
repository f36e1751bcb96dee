//! Derivatives of special functions that no combination of the others gives.

use crate::difference::derivative;
use crate::gamma::{lgamma, log_beta};
use crate::special::Special;
use crate::zeta::{hurwitz_zeta, zeta, zeta_log_derivative};
use crate::{bessel, incomplete};

impl Special {
    /// The derivative with respect to an argument, of the functions whose derivative [`Special`] has no name for; NaN of others. With
    /// respect to shapes and orders by extrapolated differences, to a relative 1e-8.
    ///
    /// ```
    /// use borel_math::special::Special;
    /// // P(1, x) = 1 - exp(-x)
    /// assert!((Special::GammaP.slope(1, &[1.0, 2.0]) - (-2f64).exp()).abs() < 1e-15);
    /// ```
    pub fn slope(self, argument: usize, arguments: &[f64]) -> f64 {
        let by_difference = |room: f64| {
            let at = |value: f64| {
                let mut moved = arguments.to_vec();
                moved[argument] = value;
                self.call(&moved)
            };
            derivative(at, arguments[argument], room)
        };
        match (self, argument, arguments) {
            (Special::Trigamma, 0, [x]) => -2.0 * hurwitz_zeta(3.0, *x),
            (Special::Zeta, 0, [s]) => zeta(*s) * zeta_log_derivative(*s),
            (Special::GammaP, 0, [a, x]) => of_smaller(incomplete::gamma_p, incomplete::gamma_q, *a, *x),
            (Special::GammaQ, 0, [a, x]) => -of_smaller(incomplete::gamma_p, incomplete::gamma_q, *a, *x),
            (Special::GammaP, 1, [a, x]) => gamma_density(*a, *x),
            (Special::GammaQ, 1, [a, x]) => -gamma_density(*a, *x),
            (Special::IncompleteBeta, 2, [a, b, x]) => {
                ((a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - log_beta(*a, *b)).exp()
            }
            (Special::IncompleteBeta, ..) => by_difference(arguments[argument]),
            (Special::LogBesselK, 1, [nu, x]) => {
                // K' = -(K at nu - 1 + K at nu + 1) / 2
                let ratio = |order: f64| (bessel::log_k(order, *x) - bessel::log_k(*nu, *x)).exp();
                -0.5 * (ratio(nu - 1.0) + ratio(nu + 1.0))
            }
            (Special::LogBesselK, 0, [nu, _]) => by_difference(1.0 + nu.abs()),
            _ => f64::NAN,
        }
    }
}

/// The derivative of the first function, which is 1 less the second, with respect to the shape: by the smaller of the two, which has more
/// digits.
fn of_smaller(lower: fn(f64, f64) -> f64, upper: fn(f64, f64) -> f64, a: f64, x: f64) -> f64 {
    if lower(a, x) <= 0.5 { derivative(|a| lower(a, x), a, a) } else { -derivative(|a| upper(a, x), a, a) }
}

fn gamma_density(a: f64, x: f64) -> f64 {
    ((a - 1.0) * x.ln() - x - lgamma(a)).exp()
}

#[cfg(test)]
mod tests {
    use crate::special::Special;

    /// By mpmath 1.4 at 30 digits: diff(f, x).
    #[test]
    fn slopes_are_derivatives() {
        let table: [(Special, usize, &[f64], f64); 11] = [
            (Special::Trigamma, 0, &[0.7], -6.434_992_874_190_922),
            (Special::Zeta, 0, &[2.5], -0.387_341_950_326_21),
            (Special::GammaP, 0, &[2.5, 1.2], -0.215_170_246_690_680_5),
            (Special::GammaP, 1, &[2.5, 1.2], 0.297_839_497_882_596_7),
            (Special::GammaQ, 0, &[2.5, 7.0], 0.021_723_057_738_324_14),
            (Special::GammaQ, 1, &[0.4, 0.1], -1.623_969_138_374_018),
            (Special::IncompleteBeta, 0, &[2.0, 3.5, 0.3], -0.257_157_321_314_739_5),
            (Special::IncompleteBeta, 1, &[2.0, 3.5, 0.3], 0.123_738_660_265_905_9),
            (Special::IncompleteBeta, 2, &[2.0, 3.5, 0.3], 1.937_077_126_433_018),
            (Special::LogBesselK, 1, &[1.3, 0.8], -2.141_522_189_607_123),
            (Special::LogBesselK, 0, &[1.3, 0.8], 1.030_060_150_977_421),
        ];
        for (special, argument, arguments, expected) in table {
            let found = special.slope(argument, arguments);
            let error = (found / expected - 1.0).abs();
            assert!(error < 1e-9, "{special:?} {argument} at {arguments:?}: {found}, not {expected}");
        }
        assert!(Special::Erf.slope(0, &[1.0]).is_nan());
    }
}
