//! The normal distribution: exp(-((x - mu) / sigma)^2 / 2) / (sigma sqrt(2 pi)).

use crate::{Kind, ParameterError, Scalar};
use crate::{LOG_SQRT_TWO_PI, finite, positive, random};
use borel_abi::stream::Stream;

/// Normal(mu, sigma).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Normal {
    /// The mean.
    pub mu: f64,
    /// The standard deviation, positive.
    pub sigma: f64,
}

impl Scalar for Normal {
    type Value = f64;

    fn check(&self) -> Result<(), ParameterError> {
        finite(Kind::Normal, 0, self.mu)?;
        positive(Kind::Normal, 1, self.sigma)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.mu + self.sigma * random::normal(stream)
    }

    #[inline]
    fn log_density(&self, x: f64) -> f64 {
        let z = (x - self.mu) / self.sigma;
        -0.5 * z * z - self.sigma.ln() - LOG_SQRT_TWO_PI
    }

    fn mean(&self) -> f64 {
        self.mu
    }

    fn variance(&self) -> f64 {
        self.sigma * self.sigma
    }
}
