//! The normal distribution: exp(-((x - mu) / sigma)^2 / 2) / (sigma sqrt(2 pi)).

use crate::{LOG_SQRT_TWO_PI, Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::normal;

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

    fn normaliser(&self) -> f64 {
        -self.sigma.ln() - LOG_SQRT_TWO_PI
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        let z = (x - self.mu) / self.sigma;
        normaliser - 0.5 * z * z
    }

    fn mean(&self) -> f64 {
        self.mu
    }

    fn variance(&self) -> f64 {
        self.sigma * self.sigma
    }

    fn entropy(&self) -> f64 {
        0.5 + LOG_SQRT_TWO_PI + self.sigma.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        normal::cdf((x - self.mu) / self.sigma)
    }

    fn ccdf(&self, x: f64) -> f64 {
        normal::ccdf((x - self.mu) / self.sigma)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        normal::log_cdf((x - self.mu) / self.sigma)
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        normal::log_ccdf((x - self.mu) / self.sigma)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mu + self.sigma * normal::quantile(p)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.mu + self.sigma * normal::quantile_ccdf(q)
    }
}
