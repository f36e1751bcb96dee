//! The Cauchy distribution: 1 / (pi sigma (1 + ((x - mu) / sigma)^2)).

use crate::{Scalar, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::logarithm::log1p_square;

distribution! {
    /// The Cauchy distribution.
    pub struct Cauchy: f64, Continuous {
        /// location: the median
        mu: f64 => Finite,
        /// scale
        sigma: f64 => Positive,
    }
}

impl Scalar for Cauchy {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Real
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.mu + self.sigma * (std::f64::consts::PI * (stream.uniform() - 0.5)).tan()
    }

    #[inline]
    fn log_density_given(&self, x: f64, _: f64) -> f64 {
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
