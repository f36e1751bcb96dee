//! The exponential distribution: rate exp(-rate x) for x >= 0.

use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;

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

    #[inline]
    fn log_density_given(&self, x: f64, _: f64) -> f64 {
        if x < 0.0 { f64::NEG_INFINITY } else { self.rate.ln() - self.rate * x }
    }

    fn mean(&self) -> f64 {
        1.0 / self.rate
    }

    fn variance(&self) -> f64 {
        1.0 / (self.rate * self.rate)
    }
}
