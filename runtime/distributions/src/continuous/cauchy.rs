//! The Cauchy distribution: 1 / (pi sigma (1 + ((x - mu) / sigma)^2)).

use crate::{Scalar, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::logarithm::log1p_square;
use std::f64::consts::PI;

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

    fn normaliser(&self) -> f64 {
        -PI.ln() - self.sigma.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        let z = (x - self.mu) / self.sigma;
        normaliser - log1p_square(z)
    }

    fn mean(&self) -> f64 {
        f64::NAN
    }

    fn variance(&self) -> f64 {
        f64::NAN
    }

    fn entropy(&self) -> f64 {
        (4.0 * PI * self.sigma).ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        f64::atan2(1.0, -(x - self.mu) / self.sigma) / PI
    }

    fn ccdf(&self, x: f64) -> f64 {
        f64::atan2(1.0, (x - self.mu) / self.sigma) / PI
    }

    fn log_cdf(&self, x: f64) -> f64 {
        let (own, other) = (self.cdf(x), self.ccdf(x));
        if other < 0.5 { (-other).ln_1p() } else { own.ln() }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        let (own, other) = (self.ccdf(x), self.cdf(x));
        if other < 0.5 { (-other).ln_1p() } else { own.ln() }
    }

    fn quantile(&self, p: f64) -> f64 {
        if p <= 0.5 { self.mu - self.sigma / (PI * p).tan() } else { self.mu + self.sigma / (PI * (1.0 - p)).tan() }
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        if q <= 0.5 { self.mu + self.sigma / (PI * q).tan() } else { self.mu - self.sigma / (PI * (1.0 - q)).tan() }
    }
}
