//! The asymmetric Laplace distribution, by the mass below its location.

use super::two_exponentials::TwoExponentials;
use crate::{Scalar, Side, Support, distribution};
use borel_abi::stream::Stream;
use std::f64::consts::LN_2;

distribution! {
    /// The skew double exponential distribution, whose location is the quantile that one asks for.
    ///
    /// The density is (2 tau (1 - tau) / sigma) exp(-2 tau (x - mu) / sigma) for x >= mu, and
    /// (2 tau (1 - tau) / sigma) exp(-2 (1 - tau) (mu - x) / sigma) below. P(X <= mu) = tau. The mean is
    /// mu + sigma (1 - 2 tau) / (2 tau (1 - tau)), the variance sigma² (tau² + (1 - tau)²) / (2 tau (1 - tau))², the entropy
    /// 1 + log(sigma / (2 tau (1 - tau))).
    ///
    /// As in Stan. Its logarithm is the check function of quantile regression: the most probable mu of given data is their quantile
    /// at tau, so that a linear mu and tau = 0.9 make a regression of the 90 % quantile. tau = 1/2 is Laplace(mu, sigma); the same family
    /// with other parameters is AsymmetricLaplace.
    ///
    /// Source: Yu and Moyeed, "Bayesian quantile regression", Statistics and Probability Letters 54 (2001).
    ///
    ///     model high(xs: [Real] = [2.1, 3.3, 1.8, 4]) {
    ///       let level ~ Normal(0, 10)
    ///       for x in xs { observe x ~ SkewDoubleExponential(level, 1, 0.9) }
    ///       return level
    ///     }
    pub struct SkewDoubleExponential: f64, Continuous {
        /// location: the quantile at tau, in the units of x
        mu: f64 => Finite,
        /// scale, in the units of x
        sigma: f64 => Positive,
        /// the mass below mu, none
        tau: f64 => OpenProbability,
    }
}

impl SkewDoubleExponential {
    #[inline]
    fn sides(&self) -> TwoExponentials {
        let half = 0.5 * self.sigma;
        TwoExponentials { below: half / (1.0 - self.tau), above: half / self.tau }
    }

    #[inline]
    fn log_peak(&self) -> f64 {
        LN_2 + self.tau.ln() + (-self.tau).ln_1p() - self.sigma.ln()
    }
}

impl Scalar for SkewDoubleExponential {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Real
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.mu + self.sides().sample(stream)
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        self.log_peak()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        normaliser + self.sides().log_decay(x - self.mu)
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        let (sides, distance) = (self.sides(), x - self.mu);
        let slope = sides.slope(distance);
        let by_tau = 1.0 / self.tau - 1.0 / (1.0 - self.tau) - 2.0 * (distance / self.sigma);
        out.copy_from_slice(&[slope, -slope, -(1.0 + sides.log_decay(distance)) / self.sigma, by_tau]);
    }

    fn mean(&self) -> f64 {
        self.mu + self.sides().mean()
    }

    fn variance(&self) -> f64 {
        self.sides().variance()
    }

    fn entropy(&self) -> f64 {
        1.0 - self.log_peak()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.sides().mirrored().ccdf(self.mu - x)
    }

    fn ccdf(&self, x: f64) -> f64 {
        self.sides().ccdf(x - self.mu)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.sides().mirrored().log_ccdf(self.mu - x)
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        self.sides().log_ccdf(x - self.mu)
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let [slope, by_below, by_above] = self.sides().mass_gradient(x - self.mu, side);
        let by_tau = by_below / (1.0 - self.tau) - by_above / self.tau;
        out.copy_from_slice(&[slope, -slope, (by_below + by_above) / self.sigma, by_tau]);
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mu - self.sides().mirrored().quantile_ccdf(p)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.mu + self.sides().quantile_ccdf(q)
    }
}
