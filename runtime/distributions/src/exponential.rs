//! The exponential distribution: rate exp(-rate x) for x >= 0.

use crate::{Kind, ParameterError, Scalar};
use crate::{positive, random};
use borel_abi::stream::Stream;

/// Exponential(rate).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Exponential {
    /// The inverse of the mean, positive.
    pub rate: f64,
}

impl Scalar for Exponential {
    type Value = f64;

    fn check(&self) -> Result<(), ParameterError> {
        positive(Kind::Exponential, 0, self.rate)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        random::exponential(stream) / self.rate
    }

    #[inline]
    fn log_density(&self, x: f64) -> f64 {
        if x < 0.0 { f64::NEG_INFINITY } else { self.rate.ln() - self.rate * x }
    }

    fn mean(&self) -> f64 {
        1.0 / self.rate
    }

    fn variance(&self) -> f64 {
        1.0 / (self.rate * self.rate)
    }
}
