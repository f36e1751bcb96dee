//! The normal distribution.

use crate::{LOG_SQRT_TWO_PI, Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::normal;

distribution! {
    /// The normal distribution, of sums of many small influences.
    ///
    /// The density is 1 / (sigma √(2π)) exp(-z² / 2) with z = (x - mu) / sigma, on all reals. Mean and median are mu, the variance
    /// is sigma², the entropy log(sigma √(2πe)).
    ///
    /// The second parameter is the standard deviation, as in Stan, SciPy and R; BUGS and JAGS take the precision 1 / sigma²
    /// instead, and textbooks write N(mu, sigma²) with the variance. Two thirds of the mass are within sigma of the mean, 95 % within
    /// 2 sigma, and all but 6e-7 within 5 sigma: an outlier pulls the mean strongly. Where data may contain some, see StudentT.
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1 (1994), chapter 13.
    ///
    ///     model mean_height(heights: [Real] = [1.71, 1.65, 1.82]) {
    ///       let mu ~ Normal(1.7, 0.3)
    ///       for height in heights { observe height ~ Normal(mu, 0.1) }
    ///       return mu
    ///     }
    pub struct Normal: f64, Continuous {
        /// location: the mean, in the units of x
        mu: f64 => Finite,
        /// scale: the standard deviation, in the units of x
        sigma: f64 => Positive,
    }
}

impl Normal {
    #[inline]
    fn standardised(&self, x: f64) -> f64 {
        (x - self.mu) / self.sigma
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
    fn normaliser(&self) -> f64 {
        -self.sigma.ln() - LOG_SQRT_TWO_PI
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        let z = self.standardised(x);
        -0.5 * z * z + normaliser
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        let z = self.standardised(x);
        out.copy_from_slice(&gradient::located(z, self.sigma, -z));
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
        normal::cdf(self.standardised(x))
    }

    fn ccdf(&self, x: f64) -> f64 {
        normal::ccdf(self.standardised(x))
    }

    fn log_cdf(&self, x: f64) -> f64 {
        normal::log_cdf(self.standardised(x))
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        normal::log_ccdf(self.standardised(x))
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let (z, sign) = (self.standardised(x), side.sign());
        out.copy_from_slice(&gradient::located_mass(z, self.sigma, sign * normal::hazard(-sign * z)));
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mu + self.sigma * normal::quantile(p)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.mu + self.sigma * normal::quantile_ccdf(q)
    }
}
