//! The normal distribution: exp(-((x - mu) / sigma)^2 / 2) / (sigma sqrt(2 pi)).

use crate::{LOG_SQRT_TWO_PI, Scalar, Support, distribution, random};
use borel_abi::stream::Stream;

distribution! {
    /// The normal distribution.
    pub struct Normal: f64, Continuous {
        /// location: the mean
        mu: f64 => Finite,
        /// scale: the standard deviation
        sigma: f64 => Positive,
    }
}

impl Scalar for Normal {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Real
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.mu + self.sigma * random::normal(stream)
    }

    #[inline]
    fn log_density_given(&self, x: f64, _: f64) -> f64 {
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
