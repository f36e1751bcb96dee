//! The exponential distribution: rate exp(-rate x) for x >= 0.

use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::logarithm::log1mexp;

distribution! {
    /// The exponential distribution.
    pub struct Exponential: f64, Continuous {
        /// the inverse of the mean
        rate: f64 => Positive,
    }
}

impl Scalar for Exponential {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        random::exponential(stream) / self.rate
    }

    fn normaliser(&self) -> f64 {
        self.rate.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x < 0.0 { f64::NEG_INFINITY } else { normaliser - self.rate * x }
    }

    fn mean(&self) -> f64 {
        1.0 / self.rate
    }

    fn variance(&self) -> f64 {
        1.0 / (self.rate * self.rate)
    }

    fn entropy(&self) -> f64 {
        1.0 - self.rate.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        -(-self.rate * x.max(0.0)).exp_m1()
    }

    fn ccdf(&self, x: f64) -> f64 {
        (-self.rate * x.max(0.0)).exp()
    }

    fn log_cdf(&self, x: f64) -> f64 {
        log1mexp(-self.rate * x.max(0.0))
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        -self.rate * x.max(0.0)
    }

    fn quantile(&self, p: f64) -> f64 {
        -(-p).ln_1p() / self.rate
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        -q.ln() / self.rate
    }
}
