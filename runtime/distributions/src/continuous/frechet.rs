//! The Fréchet distribution of maxima.

use super::tail::probability;
use super::weibull::{log_ratio, relative_variance};
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::gamma::log_gamma1p;
use borel_math::logarithm::log1mexp;
use std::f64::consts::EULER_GAMMA;

distribution! {
    /// The Fréchet distribution, of the largest of many values with tails like a power.
    ///
    /// The density is (alpha / sigma) (x / sigma)^(-alpha - 1) exp(-(x / sigma)^(-alpha)) for x > 0, and
    /// P(X <= x) = exp(-(x / sigma)^(-alpha)). The mean is sigma Γ(1 - 1 / alpha) for alpha > 1, the variance
    /// sigma² (Γ(1 - 2 / alpha) - Γ(1 - 1 / alpha)²) for alpha > 2, both infinite otherwise; the median is
    /// sigma log(2)^(-1 / alpha), the entropy 1 + 0.5772 (1 + 1 / alpha) + log(sigma / alpha) (with Euler's constant).
    ///
    /// As in Stan; SciPy's invweibull has c = alpha and scale = sigma. 1 / X is Weibull(alpha, 1 / sigma), log X is
    /// Gumbel(log sigma, 1 / alpha). alpha is the power of the tail: P(X > x) falls as x^(-alpha).
    ///
    /// Source: Fréchet, "Sur la loi de probabilité de l'écart maximum", Annales de la Société Polonaise de Mathématique 6 (1927);
    /// Coles, An Introduction to Statistical Modeling of Extreme Values (2001).
    ///
    ///     model largest_claim(claims: [Real] = [3.1, 12, 5.4]) {
    ///       let alpha ~ Gamma(4, 1)
    ///       for claim in claims { observe claim ~ Frechet(alpha, 4) }
    ///       return alpha
    ///     }
    pub struct Frechet: f64, Continuous {
        /// shape: the power of the upper tail, none
        alpha: f64 => Positive,
        /// scale: the point with 37 % of the mass below, in the units of x
        sigma: f64 => Positive,
    }
}

impl Frechet {
    /// log (x / sigma)^(-alpha).
    fn log_power(&self, x: f64) -> f64 {
        -self.alpha * log_ratio(x, self.sigma)
    }
}

impl Scalar for Frechet {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.sigma * random::exponential(stream).powf(-1.0 / self.alpha)
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        self.alpha.ln() - self.sigma.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x <= 0.0 || x == f64::INFINITY {
            return f64::NEG_INFINITY;
        }
        let log = log_ratio(x, self.sigma);
        let power = (-self.alpha * log).exp();
        if power == f64::INFINITY { f64::NEG_INFINITY } else { normaliser - (self.alpha + 1.0) * log - power }
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if x <= 0.0 || x == f64::INFINITY {
            return out.fill(0.0);
        }
        let log = log_ratio(x, self.sigma);
        let excess = (-self.alpha * log).exp_m1();
        out.copy_from_slice(&[
            (self.alpha * excess - 1.0) / x,
            1.0 / self.alpha + gradient::product(log, excess),
            -self.alpha * excess / self.sigma,
        ]);
    }

    fn mean(&self) -> f64 {
        if self.alpha > 1.0 { self.sigma * log_gamma1p(-1.0 / self.alpha).exp() } else { f64::INFINITY }
    }

    fn variance(&self) -> f64 {
        if self.alpha <= 2.0 {
            return f64::INFINITY;
        }
        let mean = self.mean();
        mean * mean * relative_variance(-1.0 / self.alpha)
    }

    fn entropy(&self) -> f64 {
        1.0 + EULER_GAMMA * (1.0 + 1.0 / self.alpha) + self.sigma.ln() - self.alpha.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { (-self.log_power(x).exp()).exp() }
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { -(-self.log_power(x).exp()).exp_m1() }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { f64::NEG_INFINITY } else { -self.log_power(x).exp() }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        let log = self.log_power(x);
        if log < -40.0 { log } else { log1mexp(-log.exp()) }
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        if x <= 0.0 || x == f64::INFINITY {
            return out.fill(0.0);
        }
        // X is at most x where a standard exponential is at least (x / sigma)^(-alpha).
        let log = log_ratio(x, self.sigma);
        let slope = gradient::exponential_log_slope(-self.alpha * log, side.other());
        out.copy_from_slice(&[
            -self.alpha * slope / x,
            -gradient::product(log, slope),
            self.alpha * slope / self.sigma,
        ]);
    }

    fn quantile(&self, p: f64) -> f64 {
        self.sigma * probability(p).ln().abs().powf(-1.0 / self.alpha)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.sigma * (-probability(q)).ln_1p().abs().powf(-1.0 / self.alpha)
    }
}
