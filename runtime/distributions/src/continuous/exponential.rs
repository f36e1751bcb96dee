//! The exponential distribution.

use super::tail::probability;
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::logarithm::log1mexp;

distribution! {
    /// The exponential distribution, of the time until something that may happen at any moment alike.
    ///
    /// The density is rate exp(-rate x) for x >= 0. The mean is 1 / rate, the variance 1 / rate², the median log(2) / rate, the entropy
    /// 1 - log(rate). What is left of the time does not depend on how long one has waited: P(X > s + t | X > s) = P(X > t).
    ///
    /// The parameter is the rate, as in Stan, R and BUGS; SciPy and NumPy take scale = 1 / rate. The times between the events of a
    /// Poisson process are exponential with its rate, and the sum of k of them is Gamma(k, rate). As a prior of a scale it has its mode
    /// at 0 and a tail that is lighter than that of HalfCauchy.
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1 (1994), chapter 19.
    ///
    ///     model arrivals(waits: [Real] = [0.4, 2.3, 1.1]) {
    ///       let rate ~ Gamma(1, 1)
    ///       for wait in waits { observe wait ~ Exponential(rate) }
    ///       return rate
    ///     }
    pub struct Exponential: f64, Continuous {
        /// the inverse of the mean, per unit of x
        rate: f64 => Positive,
    }
}

impl Scalar for Exponential {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        random::exponential(stream) / self.rate
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        self.rate.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x < 0.0 { f64::NEG_INFINITY } else { normaliser - self.rate * x }
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if x < 0.0 {
            return out.fill(0.0);
        }
        out.copy_from_slice(&[-self.rate, 1.0 / self.rate - x]);
    }

    fn mean(&self) -> f64 {
        1.0 / self.rate
    }

    fn variance(&self) -> f64 {
        1.0 / (self.rate * self.rate)
    }

    fn entropy(&self) -> f64 {
        1.0 - self.rate.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { -(-self.rate * x).exp_m1() }
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { (-self.rate * x).exp() }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { f64::NEG_INFINITY } else { log1mexp(-self.rate * x) }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { -self.rate * x }
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        if x <= 0.0 {
            return out.fill(0.0);
        }
        let slope = gradient::exponential_slope(self.rate * x, side);
        out.copy_from_slice(&[slope * self.rate, gradient::product(slope, x)]);
    }

    fn quantile(&self, p: f64) -> f64 {
        -(-probability(p)).ln_1p() / self.rate
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        -probability(q).ln() / self.rate
    }
}
