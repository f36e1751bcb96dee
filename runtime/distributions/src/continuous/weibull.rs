//! The Weibull distribution.

use super::tail::probability;
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::gamma::log_gamma1p;
use borel_math::logarithm::log1mexp;
use std::f64::consts::EULER_GAMMA;

distribution! {
    /// The Weibull distribution, of lifetimes whose hazard rises or falls as a power of age.
    ///
    /// The density is (alpha / sigma) (x / sigma)^(alpha - 1) exp(-(x / sigma)^alpha) for x >= 0, and
    /// P(X > x) = exp(-(x / sigma)^alpha). The mean is sigma Γ(1 + 1 / alpha), the variance
    /// sigma² (Γ(1 + 2 / alpha) - Γ(1 + 1 / alpha)²), the median sigma log(2)^(1 / alpha), the entropy
    /// 0.5772 (1 - 1 / alpha) + log(sigma / alpha) + 1 (with Euler's constant).
    ///
    /// As in Stan; SciPy's weibull_min has c = alpha and scale = sigma; JAGS takes sigma^(-alpha) instead of sigma. The hazard is
    /// (alpha / sigma) (x / sigma)^(alpha - 1): for alpha < 1 what has lasted lasts longer, alpha = 1 is Exponential(1 / sigma), for
    /// alpha > 1 things wear out. It is the law of the smallest of many lifetimes. A unit that still lives at t contributes
    /// log P(X > t): Censored(Weibull(..), 0, t).
    ///
    /// Source: Weibull, "A statistical distribution function of wide applicability", Journal of Applied Mechanics 18 (1951).
    ///
    ///     model lifetime(hours: [Real] = [310, 520, 140]) {
    ///       let alpha ~ Gamma(4, 2)
    ///       let sigma ~ LogNormal(log(300), 1)
    ///       for t in hours { observe t ~ Weibull(alpha, sigma) }
    ///       return alpha
    ///     }
    pub struct Weibull: f64, Continuous {
        /// shape: 1 + the power of age in the hazard, none
        alpha: f64 => Positive,
        /// scale: the age that 37 % survive, in the units of x
        sigma: f64 => Positive,
    }
}

/// log(x / sigma), also where the quotient under- or overflows.
#[inline]
pub(super) fn log_ratio(x: f64, sigma: f64) -> f64 {
    let ratio = x / sigma;
    if ratio.is_normal() { ratio.ln() } else { x.ln() - sigma.ln() }
}

/// The variance of the power t of a standard exponential, over the square of its mean.
pub(super) fn relative_variance(t: f64) -> f64 {
    (log_gamma1p(2.0 * t) - 2.0 * log_gamma1p(t)).exp_m1()
}

impl Weibull {
    /// log (x / sigma)^alpha.
    fn log_power(&self, x: f64) -> f64 {
        self.alpha * log_ratio(x, self.sigma)
    }
}

impl Scalar for Weibull {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.sigma * random::exponential(stream).powf(1.0 / self.alpha)
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        self.alpha.ln() - self.sigma.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x < 0.0 || x == f64::INFINITY {
            return f64::NEG_INFINITY;
        }
        let log = log_ratio(x, self.sigma);
        let power = if self.alpha == 1.0 { 0.0 } else { (self.alpha - 1.0) * log };
        normaliser + power - (self.alpha * log).exp()
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if x < 0.0 || x == f64::INFINITY {
            return out.fill(0.0);
        }
        let log = log_ratio(x, self.sigma);
        let excess = (self.alpha * log).exp_m1();
        let power = gradient::product(self.alpha - 1.0, log).exp();
        out.copy_from_slice(&[
            gradient::quotient(self.alpha - 1.0, x) - self.alpha / self.sigma * power,
            1.0 / self.alpha - gradient::product(log, excess),
            self.alpha * excess / self.sigma,
        ]);
    }

    fn mean(&self) -> f64 {
        self.sigma * log_gamma1p(1.0 / self.alpha).exp()
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        mean * mean * relative_variance(1.0 / self.alpha)
    }

    fn entropy(&self) -> f64 {
        EULER_GAMMA * (1.0 - 1.0 / self.alpha) + self.sigma.ln() - self.alpha.ln() + 1.0
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { -(-self.log_power(x).exp()).exp_m1() }
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { (-self.log_power(x).exp()).exp() }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return f64::NEG_INFINITY;
        }
        let log = self.log_power(x);
        if log < -40.0 { log } else { log1mexp(-log.exp()) }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { -self.log_power(x).exp() }
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        if x <= 0.0 || x == f64::INFINITY {
            return out.fill(0.0);
        }
        let log = log_ratio(x, self.sigma);
        let slope = gradient::exponential_log_slope(self.alpha * log, side);
        out.copy_from_slice(&[self.alpha * slope / x, gradient::product(log, slope), -self.alpha * slope / self.sigma]);
    }

    fn quantile(&self, p: f64) -> f64 {
        self.sigma * (-probability(p)).ln_1p().abs().powf(1.0 / self.alpha)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.sigma * probability(q).ln().abs().powf(1.0 / self.alpha)
    }
}
