//! The Cauchy distribution: 1 / (pi sigma (1 + ((x - mu) / sigma)^2)).

use crate::{Kind, ParameterError, Scalar};
use crate::{finite, positive};
use borel_abi::stream::Stream;
use borel_math::logarithm::log1p_square;

/// Cauchy(mu, sigma).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cauchy {
    /// The location: the median.
    pub mu: f64,
    /// The scale, positive.
    pub sigma: f64,
}

impl Scalar for Cauchy {
    type Value = f64;

    fn check(&self) -> Result<(), ParameterError> {
        finite(Kind::Cauchy, 0, self.mu)?;
        positive(Kind::Cauchy, 1, self.sigma)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.mu + self.sigma * (std::f64::consts::PI * (stream.uniform() - 0.5)).tan()
    }

    #[inline]
    fn log_density(&self, x: f64) -> f64 {
        let z = (x - self.mu) / self.sigma;
        -std::f64::consts::PI.ln() - self.sigma.ln() - log1p_square(z)
    }

    fn mean(&self) -> f64 {
        f64::NAN
    }

    fn variance(&self) -> f64 {
        f64::NAN
    }
}
