//! The Poisson distribution by the logarithm of its rate.

use super::poisson::log_mass;
use super::tails;
use crate::{Poisson, Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::gamma::lgamma;

distribution! {
    /// The number of events where exp(alpha) of them are expected: a Poisson variable by the logarithm of its rate.
    ///
    /// The mass at x is exp(alpha x - exp(alpha)) / x!, on the support 0, 1, 2, ...
    ///
    /// alpha is the logarithm of the expected number of events, in nats: one more multiplies the rate by e. Any finite number will do;
    /// below -745 the rate is 0 to a double, and the log masses go on. Mean and variance both are exp(alpha). The entropy has no
    /// closed form (NaN).
    ///
    /// This is Stan's `poisson_log`: the likelihood of a Poisson regression. It is Poisson(exp(alpha)); an exposure enters as its
    /// logarithm, added to alpha.
    ///
    /// Source: McCullagh and Nelder, Generalized Linear Models (1989), chapter 6.
    ///
    ///     model cases(year: [Real] = [0, 1, 2, 3], counts: [Int] = [2, 3, 6, 9]) {
    ///       let start ~ Normal(1, 1)
    ///       let growth ~ Normal(0, 0.5)
    ///       for i in 0..len(year) {
    ///         observe counts[i] ~ PoissonLog(start + growth * year[i])
    ///       }
    ///       return growth
    ///     }
    pub struct PoissonLog: i64, Countable {
        /// logarithm of the mean
        alpha: f64 => Finite,
    }
}

impl PoissonLog {
    fn poisson(&self) -> Poisson {
        Poisson { rate: self.alpha.exp() }
    }

    /// log P(X = x + 1), where the rate is too small for a double: all of the upper tail.
    fn log_next(&self, x: i64) -> f64 {
        (x as f64 + 1.0) * self.alpha - lgamma(x as f64 + 2.0)
    }
}

impl Scalar for PoissonLog {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(0, None)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> i64 {
        random::poisson(stream, self.alpha.exp())
    }

    /// exp(alpha).
    #[inline]
    fn normaliser(&self) -> f64 {
        self.alpha.exp()
    }

    #[inline]
    fn log_density_given(&self, x: i64, normaliser: f64) -> f64 {
        if normaliser == f64::INFINITY {
            return f64::NEG_INFINITY;
        }
        if x > 0 && normaliser < f64::MIN_POSITIVE {
            return self.log_next(x - 1);
        }
        log_mass(x, normaliser, self.alpha)
    }

    #[inline]
    fn gradient(&self, x: i64, out: &mut [f64]) {
        if x < 0 {
            return out.fill(0.0);
        }
        out.copy_from_slice(&[0.0, x as f64 - self.alpha.exp()]);
    }

    fn mean(&self) -> f64 {
        self.alpha.exp()
    }

    fn variance(&self) -> f64 {
        self.alpha.exp()
    }

    fn cdf(&self, x: i64) -> f64 {
        self.poisson().cdf(x)
    }

    fn ccdf(&self, x: i64) -> f64 {
        self.poisson().ccdf(x)
    }

    fn log_cdf(&self, x: i64) -> f64 {
        self.poisson().log_cdf(x)
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        let poisson = self.poisson();
        if x >= 0 && poisson.rate < f64::MIN_POSITIVE { self.log_next(x) } else { poisson.log_ccdf(x) }
    }

    fn mass_gradient(&self, x: i64, side: Side, out: &mut [f64]) {
        if !gradient::is_proper(self, x, side) {
            return out.fill(0.0);
        }
        let mass = gradient::share(self.log_density(x) + self.alpha, side.log_mass(self, x));
        out.copy_from_slice(&[0.0, -side.sign() * mass]);
    }

    fn quantile(&self, p: f64) -> i64 {
        let rate = self.alpha.exp();
        tails::quantile(self, p, tails::guess(rate, rate, rate.sqrt().recip(), p))
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        let rate = self.alpha.exp();
        tails::quantile_ccdf(self, q, tails::guess_ccdf(rate, rate, rate.sqrt().recip(), q))
    }
}
