//! Poisson counts with more zeros.

use super::zeros::Inflated;
use super::{poisson, tails};
use crate::{Poisson, Scalar, Side, Support, distribution};
use borel_abi::stream::Stream;

distribution! {
    /// A count that is 0 with probability theta, and else a Poisson variable.
    ///
    /// The mass is theta + (1 - theta) exp(-rate) at 0, and (1 - theta) rate^x exp(-rate) / x! at x = 1, 2, ... The support is 0, 1,
    /// 2, ...
    ///
    /// theta is the probability of a structural zero: of a case that cannot have events; 0 and 1 are allowed. rate is the number of
    /// events expected of all others. Neither has a unit. The mean is (1 - theta) rate and the variance (1 - theta) rate
    /// (1 + theta rate). The entropy has no closed form (NaN).
    ///
    /// Stan's manual writes this as a mixture, `log_mix(theta, ...)`; there and here theta is the weight of the zeros. A zero may come
    /// from either part, so that theta is not the share of zeros. Where the counts also scatter, ZeroInflatedNegativeBinomial.
    ///
    /// Source: Lambert, Zero-inflated Poisson regression, with an application to defects in manufacturing, Technometrics 34 (1992).
    ///
    ///     model fishing(caught: [Int] = [0, 0, 0, 5, 0, 3]) {
    ///       let idle ~ Beta(1, 1)
    ///       let rate ~ Gamma(2, 0.5)
    ///       observe caught ~ ZeroInflatedPoisson(idle, rate)
    ///       return idle
    ///     }
    pub struct ZeroInflatedPoisson: i64, Countable {
        /// probability of a structural zero
        theta: f64 => Probability,
        /// mean of the others
        rate: f64 => NonNegative,
    }
}

impl ZeroInflatedPoisson {
    fn inflated(&self) -> Inflated<Poisson> {
        Inflated { theta: self.theta, counts: Poisson { rate: self.rate } }
    }
}

impl Scalar for ZeroInflatedPoisson {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(0, None)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> i64 {
        self.inflated().sample(stream)
    }

    /// log(rate).
    #[inline]
    fn normaliser(&self) -> f64 {
        self.rate.ln()
    }

    #[inline]
    fn log_density_given(&self, x: i64, normaliser: f64) -> f64 {
        self.inflated().log_mass(x, poisson::log_mass(x, self.rate, normaliser))
    }

    #[inline]
    fn gradient(&self, x: i64, out: &mut [f64]) {
        self.inflated().gradient(x, out);
    }

    fn mean(&self) -> f64 {
        (1.0 - self.theta) * self.rate
    }

    fn variance(&self) -> f64 {
        (1.0 - self.theta) * self.rate * (1.0 + self.theta * self.rate)
    }

    fn cdf(&self, x: i64) -> f64 {
        self.inflated().cdf(x)
    }

    fn ccdf(&self, x: i64) -> f64 {
        self.inflated().ccdf(x)
    }

    fn log_cdf(&self, x: i64) -> f64 {
        self.inflated().log_cdf(x)
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        self.inflated().log_ccdf(x)
    }

    fn mass_gradient(&self, x: i64, side: Side, out: &mut [f64]) {
        self.inflated().mass_gradient(x, side, out);
    }

    fn quantile(&self, p: f64) -> i64 {
        tails::quantile(self, p, self.inflated().guess(p))
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        tails::quantile_ccdf(self, q, self.inflated().guess_ccdf(q))
    }
}
