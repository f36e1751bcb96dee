//! The inverse of a Gamma(shape, rate = scale): scale^shape x^(-shape - 1) exp(-scale / x) / gamma(shape) for x > 0.

use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::gamma::digamma;
use borel_math::incomplete::{gamma_p, gamma_p_inverse, gamma_q, gamma_q_inverse, log_gamma_p, log_gamma_q};
use borel_math::{gamma::lgamma, saddle::log_gamma_kernel};

distribution! {
    /// The inverse of a Gamma(shape, rate = scale).
    pub struct InverseGamma: f64, Continuous {
        /// shape
        shape: f64 => Positive,
        /// scale
        scale: f64 => Positive,
    }
}

impl Scalar for InverseGamma {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        (self.scale.ln() - random::log_gamma(stream, self.shape)).exp()
    }

    #[inline]
    fn log_density_given(&self, x: f64, _: f64) -> f64 {
        if x <= 0.0 || x == f64::INFINITY {
            return f64::NEG_INFINITY;
        }
        let y = self.scale / x;
        if y.is_normal() {
            return log_gamma_kernel(self.shape, y) - x.ln();
        }
        self.shape * self.scale.ln() - lgamma(self.shape) - (self.shape + 1.0) * x.ln() - y
    }

    fn mean(&self) -> f64 {
        if self.shape > 1.0 { self.scale / (self.shape - 1.0) } else { f64::INFINITY }
    }

    fn variance(&self) -> f64 {
        if self.shape > 2.0 {
            let mean = self.scale / (self.shape - 1.0);
            mean * mean / (self.shape - 2.0)
        } else {
            f64::INFINITY
        }
    }

    fn entropy(&self) -> f64 {
        self.shape + self.scale.ln() + lgamma(self.shape) - (1.0 + self.shape) * digamma(self.shape)
    }

    fn cdf(&self, x: f64) -> f64 {
        gamma_q(self.shape, self.scale / x.max(0.0))
    }

    fn ccdf(&self, x: f64) -> f64 {
        gamma_p(self.shape, self.scale / x.max(0.0))
    }

    fn log_cdf(&self, x: f64) -> f64 {
        log_gamma_q(self.shape, self.scale / x.max(0.0))
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        log_gamma_p(self.shape, self.scale / x.max(0.0))
    }

    fn quantile(&self, p: f64) -> f64 {
        self.scale / gamma_q_inverse(self.shape, p)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.scale / gamma_p_inverse(self.shape, q)
    }
}
