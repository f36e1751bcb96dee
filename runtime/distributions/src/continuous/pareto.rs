//! The Pareto distribution.

use super::tail::probability;
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::logarithm::log1mexp;

distribution! {
    /// The Pareto distribution, a power law above a least value.
    ///
    /// The density is alpha y_min^alpha / x^(alpha + 1) for x >= y_min, and P(X > x) = (y_min / x)^alpha. The mean is
    /// alpha y_min / (alpha - 1) for alpha > 1, the variance alpha y_min² / ((alpha - 1)² (alpha - 2)) for alpha > 2, both infinite
    /// otherwise; the median is y_min 2^(1 / alpha), the entropy log(y_min / alpha) + 1 / alpha + 1.
    ///
    /// As in Stan; SciPy's pareto has b = alpha and scale = y_min. log(X / y_min) is Exponential(alpha), and what is above any higher
    /// bound has the same law with that bound. With alpha = 1.16 a fifth of the people own four fifths of the wealth. A tail that begins at 0
    /// is ParetoType2.
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1 (1994), chapter 20 (Pareto of the first kind).
    ///
    ///     model city_sizes(sizes: [Real] = [120, 340, 2100]) {
    ///       let alpha ~ Gamma(2, 1)
    ///       for size in sizes { observe size ~ Pareto(100, alpha) }
    ///       return alpha
    ///     }
    pub struct Pareto: f64, Continuous {
        /// scale: the least value, in the units of x
        y_min: f64 => Positive,
        /// shape: the power of the tail, none
        alpha: f64 => Positive,
    }
}

impl Pareto {
    /// log(x / y_min), also where it is near 0.
    #[inline]
    fn log_ratio(&self, x: f64) -> f64 {
        if x < 2.0 * self.y_min { ((x - self.y_min) / self.y_min).ln_1p() } else { x.ln() - self.y_min.ln() }
    }
}

impl Scalar for Pareto {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Above(self.y_min)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.y_min * (random::exponential(stream) / self.alpha).exp()
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        self.alpha.ln() - self.y_min.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x < self.y_min { f64::NEG_INFINITY } else { normaliser - (self.alpha + 1.0) * self.log_ratio(x) }
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if x < self.y_min {
            return out.fill(0.0);
        }
        out.copy_from_slice(&[-(self.alpha + 1.0) / x, self.alpha / self.y_min, 1.0 / self.alpha - self.log_ratio(x)]);
    }

    fn mean(&self) -> f64 {
        if self.alpha > 1.0 { self.y_min * (self.alpha / (self.alpha - 1.0)) } else { f64::INFINITY }
    }

    fn variance(&self) -> f64 {
        if self.alpha > 2.0 {
            let ratio = self.y_min / (self.alpha - 1.0);
            ratio * ratio * (self.alpha / (self.alpha - 2.0))
        } else {
            f64::INFINITY
        }
    }

    fn entropy(&self) -> f64 {
        self.y_min.ln() - self.alpha.ln() + 1.0 / self.alpha + 1.0
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= self.y_min { 0.0 } else { -(-self.alpha * self.log_ratio(x)).exp_m1() }
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x <= self.y_min { 1.0 } else { (-self.alpha * self.log_ratio(x)).exp() }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x <= self.y_min { f64::NEG_INFINITY } else { log1mexp(-self.alpha * self.log_ratio(x)) }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x <= self.y_min { 0.0 } else { -self.alpha * self.log_ratio(x) }
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        if x <= self.y_min {
            return out.fill(0.0);
        }
        let log = self.log_ratio(x);
        let slope = gradient::exponential_slope(self.alpha * log, side);
        out.copy_from_slice(&[slope * self.alpha / x, -slope * self.alpha / self.y_min, gradient::product(slope, log)]);
    }

    fn quantile(&self, p: f64) -> f64 {
        self.y_min * (-(-probability(p)).ln_1p() / self.alpha).exp()
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.y_min * (-probability(q).ln() / self.alpha).exp()
    }
}
