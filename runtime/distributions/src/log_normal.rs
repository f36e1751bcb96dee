//! The exponential of a Normal(mu, sigma): density Normal(log x; mu, sigma) / x for x > 0.

use crate::{Kind, ParameterError, Scalar};
use crate::{LOG_SQRT_TWO_PI, finite, positive, random};
use borel_abi::stream::Stream;

/// LogNormal(mu, sigma).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LogNormal {
    /// The mean of the logarithm.
    pub mu: f64,
    /// The standard deviation of the logarithm, positive.
    pub sigma: f64,
}

impl Scalar for LogNormal {
    type Value = f64;

    fn check(&self) -> Result<(), ParameterError> {
        finite(Kind::LogNormal, 0, self.mu)?;
        positive(Kind::LogNormal, 1, self.sigma)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        (self.mu + self.sigma * random::normal(stream)).exp()
    }

    #[inline]
    fn log_density(&self, x: f64) -> f64 {
        if x <= 0.0 || x == f64::INFINITY {
            return f64::NEG_INFINITY;
        }
        let log = x.ln();
        let z = (log - self.mu) / self.sigma;
        -0.5 * z * z - log - self.sigma.ln() - LOG_SQRT_TWO_PI
    }

    fn mean(&self) -> f64 {
        (self.mu + 0.5 * self.sigma * self.sigma).exp()
    }

    fn variance(&self) -> f64 {
        (self.sigma * self.sigma).exp_m1() * (2.0 * self.mu + self.sigma * self.sigma).exp()
    }
}
