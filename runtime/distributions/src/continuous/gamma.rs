//! The gamma distribution: rate^shape x^(shape - 1) exp(-rate x) / gamma(shape) for x > 0.

use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::gamma::digamma;
use borel_math::incomplete::{gamma_p, gamma_p_inverse, gamma_q, gamma_q_inverse, log_gamma_p, log_gamma_q};
use borel_math::{gamma::lgamma, logarithm::x_log_y, saddle::log_gamma_kernel};

distribution! {
    /// The gamma distribution with mean shape / rate.
    pub struct Gamma: f64, Continuous {
        /// shape
        shape: f64 => Positive,
        /// inverse scale
        rate: f64 => Positive,
    }
}

impl Scalar for Gamma {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        if self.shape >= 1.0 {
            return random::gamma(stream, self.shape) / self.rate;
        }
        // Divided in logarithms: a draw too small for a double may not be so after the division.
        (random::log_gamma(stream, self.shape) - self.rate.ln()).exp()
    }

    #[inline]
    fn log_density_given(&self, x: f64, _: f64) -> f64 {
        if x < 0.0 || x == f64::INFINITY {
            return f64::NEG_INFINITY;
        }
        let y = self.rate * x;
        if y.is_normal() {
            return log_gamma_kernel(self.shape, y) - x.ln();
        }
        self.shape * self.rate.ln() - lgamma(self.shape) + x_log_y(self.shape - 1.0, x) - y
    }

    fn mean(&self) -> f64 {
        self.shape / self.rate
    }

    fn variance(&self) -> f64 {
        self.shape / (self.rate * self.rate)
    }

    fn entropy(&self) -> f64 {
        self.shape - self.rate.ln() + lgamma(self.shape) + (1.0 - self.shape) * digamma(self.shape)
    }

    fn cdf(&self, x: f64) -> f64 {
        gamma_p(self.shape, self.rate * x.max(0.0))
    }

    fn ccdf(&self, x: f64) -> f64 {
        gamma_q(self.shape, self.rate * x.max(0.0))
    }

    fn log_cdf(&self, x: f64) -> f64 {
        log_gamma_p(self.shape, self.rate * x.max(0.0))
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        log_gamma_q(self.shape, self.rate * x.max(0.0))
    }

    fn quantile(&self, p: f64) -> f64 {
        gamma_p_inverse(self.shape, p) / self.rate
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        gamma_q_inverse(self.shape, q) / self.rate
    }
}
