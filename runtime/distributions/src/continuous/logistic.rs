//! The logistic distribution.

use super::tail::probability;
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::logarithm::{inv_logit, log_inv_logit, logit};
use std::f64::consts::PI;

distribution! {
    /// The logistic distribution, whose distribution function is the logistic function.
    ///
    /// The density is exp(-z) / (sigma (1 + exp(-z))²) with z = (x - mu) / sigma, on all reals, and P(X <= x) = 1 / (1 + exp(-z)). Mean
    /// and median are mu, the variance is sigma² π² / 3, the entropy log(sigma) + 2.
    ///
    /// As in Stan, SciPy and R; sigma is a scale: the standard deviation is 1.81 sigma. It is the latent error of logistic regression: if
    /// y = 1 whenever mu + e > 0 with e ~ Logistic(0, 1), then y is Bernoulli with probability inv_logit(mu). Its tails are those of an
    /// exponential, heavier than the normal's.
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2 (1995), chapter 23.
    ///
    ///     model threshold(x: Real = 0.8) {
    ///       let mu ~ Normal(0, 2)
    ///       observe x ~ Logistic(mu, 0.5)
    ///       return mu
    ///     }
    pub struct Logistic: f64, Continuous {
        /// location: mean and median, in the units of x
        mu: f64 => Finite,
        /// scale, in the units of x
        sigma: f64 => Positive,
    }
}

impl Logistic {
    #[inline]
    fn standardised(&self, x: f64) -> f64 {
        (x - self.mu) / self.sigma
    }
}

impl Scalar for Logistic {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Real
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        // The log ratio of two exponentials: exact in both tails.
        self.mu + self.sigma * (random::exponential(stream) / random::exponential(stream)).ln()
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        -self.sigma.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        let distance = self.standardised(x).abs();
        normaliser - distance - 2.0 * (-distance).exp().ln_1p()
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        let z = self.standardised(x);
        out.copy_from_slice(&gradient::located(z, self.sigma, -(0.5 * z).tanh()));
    }

    fn mean(&self) -> f64 {
        self.mu
    }

    fn variance(&self) -> f64 {
        (self.sigma * PI) * (self.sigma * PI) / 3.0
    }

    fn entropy(&self) -> f64 {
        self.sigma.ln() + 2.0
    }

    fn cdf(&self, x: f64) -> f64 {
        inv_logit(self.standardised(x))
    }

    fn ccdf(&self, x: f64) -> f64 {
        inv_logit(-self.standardised(x))
    }

    fn log_cdf(&self, x: f64) -> f64 {
        log_inv_logit(self.standardised(x))
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        log_inv_logit(-self.standardised(x))
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let (z, sign) = (self.standardised(x), side.sign());
        out.copy_from_slice(&gradient::located_mass(z, self.sigma, sign * inv_logit(-sign * z)));
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mu + self.sigma * logit(probability(p))
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.mu - self.sigma * logit(probability(q))
    }
}
