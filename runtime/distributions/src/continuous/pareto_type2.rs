//! The Pareto distribution of the second kind.

use super::tail::probability;
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::logarithm::log1mexp;

distribution! {
    /// The Pareto distribution of the second kind, a tail like a power that begins at its location.
    ///
    /// The density is (alpha / lambda) (1 + (x - mu) / lambda)^(-alpha - 1) for x >= mu, and
    /// P(X > x) = (1 + (x - mu) / lambda)^(-alpha). The mean is mu + lambda / (alpha - 1) for alpha > 1, the variance
    /// lambda² alpha / ((alpha - 1)² (alpha - 2)) for alpha > 2, both infinite otherwise; the entropy is
    /// log(lambda / alpha) + 1 / alpha + 1.
    ///
    /// As Stan's pareto_type_2; with mu = 0 it is the Lomax distribution (SciPy's lomax, c = alpha, scale = lambda), and the generalised
    /// Pareto distribution of extreme-value theory with shape 1 / alpha and scale lambda / alpha. ParetoType2(m, m, alpha) is
    /// Pareto(m, alpha). It is an exponential whose rate is Gamma(alpha, lambda).
    ///
    /// Source: Lomax, "Business failures", Journal of the American Statistical Association 49 (1954); Arnold, Pareto Distributions (1983).
    ///
    ///     model losses(xs: [Real] = [0.3, 1.9, 7.2]) {
    ///       let alpha ~ Gamma(3, 1)
    ///       for x in xs { observe x ~ ParetoType2(0, 2, alpha) }
    ///       return alpha
    ///     }
    pub struct ParetoType2: f64, Continuous {
        /// location: the least value, in the units of x
        mu: f64 => Finite,
        /// scale, in the units of x
        lambda: f64 => Positive,
        /// shape: the power of the tail, none
        alpha: f64 => Positive,
    }
}

impl ParetoType2 {
    /// log(1 + (x - mu) / lambda).
    #[inline]
    fn log_ratio(&self, x: f64) -> f64 {
        let distance = x - self.mu;
        let ratio = distance / self.lambda;
        if ratio < f64::MAX { ratio.ln_1p() } else { distance.ln() - self.lambda.ln() }
    }
}

impl Scalar for ParetoType2 {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Above(self.mu)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.mu + self.lambda * (random::exponential(stream) / self.alpha).exp_m1()
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        self.alpha.ln() - self.lambda.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x < self.mu { f64::NEG_INFINITY } else { normaliser - (self.alpha + 1.0) * self.log_ratio(x) }
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if x < self.mu {
            return out.fill(0.0);
        }
        let distance = x - self.mu;
        let total = self.lambda + distance;
        let slope = -(self.alpha + 1.0) / total;
        out.copy_from_slice(&[
            slope,
            -slope,
            (self.alpha * (distance / total) - self.lambda / total) / self.lambda,
            1.0 / self.alpha - self.log_ratio(x),
        ]);
    }

    fn mean(&self) -> f64 {
        if self.alpha > 1.0 { self.mu + self.lambda / (self.alpha - 1.0) } else { f64::INFINITY }
    }

    fn variance(&self) -> f64 {
        if self.alpha > 2.0 {
            let ratio = self.lambda / (self.alpha - 1.0);
            ratio * ratio * (self.alpha / (self.alpha - 2.0))
        } else {
            f64::INFINITY
        }
    }

    fn entropy(&self) -> f64 {
        self.lambda.ln() - self.alpha.ln() + 1.0 / self.alpha + 1.0
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= self.mu { 0.0 } else { -(-self.alpha * self.log_ratio(x)).exp_m1() }
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x <= self.mu { 1.0 } else { (-self.alpha * self.log_ratio(x)).exp() }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x <= self.mu { f64::NEG_INFINITY } else { log1mexp(-self.alpha * self.log_ratio(x)) }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x <= self.mu { 0.0 } else { -self.alpha * self.log_ratio(x) }
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        if x <= self.mu {
            return out.fill(0.0);
        }
        let (distance, log) = (x - self.mu, self.log_ratio(x));
        let exponential = gradient::exponential_slope(self.alpha * log, side);
        let slope = exponential * self.alpha / (self.lambda + distance);
        out.copy_from_slice(&[
            slope,
            -slope,
            -gradient::product(slope, distance) / self.lambda,
            gradient::product(exponential, log),
        ]);
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mu + self.lambda * (-(-probability(p)).ln_1p() / self.alpha).exp_m1()
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.mu + self.lambda * (-probability(q).ln() / self.alpha).exp_m1()
    }
}
