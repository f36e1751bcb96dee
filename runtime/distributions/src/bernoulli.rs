//! true with probability p.

use crate::probability;
use crate::{Kind, ParameterError, Scalar};
use borel_abi::stream::Stream;

/// Bernoulli(p).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bernoulli {
    /// The probability of true.
    pub p: f64,
}

impl Scalar for Bernoulli {
    type Value = bool;

    fn check(&self) -> Result<(), ParameterError> {
        probability(Kind::Bernoulli, 0, self.p)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> bool {
        stream.uniform() < self.p
    }

    #[inline]
    fn log_density(&self, x: bool) -> f64 {
        if x { self.p.ln() } else { (-self.p).ln_1p() }
    }

    fn mean(&self) -> f64 {
        self.p
    }

    fn variance(&self) -> f64 {
        self.p * (1.0 - self.p)
    }
}
