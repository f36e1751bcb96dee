//! Student's t distribution: gamma((nu + 1) / 2) / (gamma(nu / 2) sqrt(nu pi) sigma) (1 + ((x - mu) / sigma)^2 / nu)^(-(nu + 1) / 2).

use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::{gamma::log_beta, logarithm::log1p_square};

distribution! {
    /// Student's t distribution, located and scaled.
    pub struct StudentT: f64, Continuous {
        /// degrees of freedom
        nu: f64 => Positive,
        /// location
        mu: f64 => Finite,
        /// scale
        sigma: f64 => Positive,
    }
}

impl Scalar for StudentT {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Real
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        // The inverse root of chi-squared / nu, in logarithms so that a small nu does not divide by 0.
        let log_gamma = random::log_gamma(stream, 0.5 * self.nu);
        let root = (0.5 * ((0.5 * self.nu).ln() - log_gamma)).exp();
        self.mu + self.sigma * random::normal(stream) * root
    }

    #[inline]
    fn log_density_given(&self, x: f64, _: f64) -> f64 {
        let z = (x - self.mu) / self.sigma;
        // 1 / B(1/2, nu/2) keeps its accuracy for large nu, where the two gammas would cancel.
        -log_beta(0.5, 0.5 * self.nu)
            - 0.5 * self.nu.ln()
            - self.sigma.ln()
            - 0.5 * (self.nu + 1.0) * log1p_square(z / self.nu.sqrt())
    }

    fn mean(&self) -> f64 {
        if self.nu > 1.0 { self.mu } else { f64::NAN }
    }

    fn variance(&self) -> f64 {
        if self.nu > 2.0 {
            self.sigma * self.sigma * self.nu / (self.nu - 2.0)
        } else if self.nu > 1.0 {
            f64::INFINITY
        } else {
            f64::NAN
        }
    }
}
