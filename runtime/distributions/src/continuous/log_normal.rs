//! The exponential of a Normal(mu, sigma): density Normal(log x; mu, sigma) / x for x > 0.

use crate::{LOG_SQRT_TWO_PI, Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::normal;

distribution! {
    /// The exponential of a Normal(mu, sigma).
    pub struct LogNormal: f64, Continuous {
        /// mean of the logarithm
        mu: f64 => Finite,
        /// standard deviation of the logarithm
        sigma: f64 => Positive,
    }
}

impl Scalar for LogNormal {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        (self.mu + self.sigma * random::normal(stream)).exp()
    }

    fn normaliser(&self) -> f64 {
        -self.sigma.ln() - LOG_SQRT_TWO_PI
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x <= 0.0 || x == f64::INFINITY {
            return f64::NEG_INFINITY;
        }
        let log = x.ln();
        let z = (log - self.mu) / self.sigma;
        normaliser - 0.5 * z * z - log
    }

    fn mean(&self) -> f64 {
        (self.mu + 0.5 * self.sigma * self.sigma).exp()
    }

    fn variance(&self) -> f64 {
        (self.sigma * self.sigma).exp_m1() * (2.0 * self.mu + self.sigma * self.sigma).exp()
    }

    fn entropy(&self) -> f64 {
        self.mu + 0.5 + LOG_SQRT_TWO_PI + self.sigma.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        normal::cdf((x.max(0.0).ln() - self.mu) / self.sigma)
    }

    fn ccdf(&self, x: f64) -> f64 {
        normal::ccdf((x.max(0.0).ln() - self.mu) / self.sigma)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        normal::log_cdf((x.max(0.0).ln() - self.mu) / self.sigma)
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        normal::log_ccdf((x.max(0.0).ln() - self.mu) / self.sigma)
    }

    fn quantile(&self, p: f64) -> f64 {
        (self.mu + self.sigma * normal::quantile(p)).exp()
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        (self.mu + self.sigma * normal::quantile_ccdf(q)).exp()
    }
}
