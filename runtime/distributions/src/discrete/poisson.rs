//! The Poisson distribution: rate^x exp(-rate) / x!.

use super::tails;
use super::terms::{SMALL, log_factorial_small};
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::incomplete::{gamma_p, gamma_q, log_gamma_p, log_gamma_q};
use borel_math::saddle::log_poisson;

distribution! {
    /// The number of events that happen independently of one another, where `rate` of them are expected.
    ///
    /// The mass at x is rate^x exp(-rate) / x!, on the support 0, 1, 2, ...
    ///
    /// rate is the expected number of events: events per time times the time that was watched, so without a unit. 0 is allowed, and
    /// gives 0 events. Mean and variance both are rate. The entropy has no closed form (NaN).
    ///
    /// Stan's `poisson`, R's Poisson(lambda). Where the logarithm of the rate is at hand, as in a regression, use PoissonLog. Counts
    /// that scatter more than their mean says are NegativeBinomial's; counts with more zeros, ZeroInflatedPoisson's. Rates up to 1e15
    /// and beyond keep all their digits: the mass is computed from a deviance, not from factorials.
    ///
    /// Source: Johnson, Kemp and Kotz, Univariate Discrete Distributions (2005), chapter 4; Loader, Fast and accurate computation of
    /// binomial probabilities (2000); draws by inversion and by PTRS (Hoermann 1993).
    ///
    ///     model arrivals(counts: [Int] = [3, 1, 4, 2, 2]) {
    ///       let rate ~ Gamma(2, 1)
    ///       observe counts ~ Poisson(rate)
    ///       return rate
    ///     }
    pub struct Poisson: i64, Countable {
        /// the mean
        rate: f64 => NonNegative,
    }
}

impl Scalar for Poisson {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(0, None)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> i64 {
        random::poisson(stream, self.rate)
    }

    /// log(rate).
    #[inline]
    fn normaliser(&self) -> f64 {
        self.rate.ln()
    }

    #[inline]
    fn log_density_given(&self, x: i64, normaliser: f64) -> f64 {
        log_mass(x, self.rate, normaliser)
    }

    #[inline]
    fn gradient(&self, x: i64, out: &mut [f64]) {
        if x < 0 {
            return out.fill(0.0);
        }
        out.copy_from_slice(&[0.0, gradient::quotient(x as f64, self.rate) - 1.0]);
    }

    fn mean(&self) -> f64 {
        self.rate
    }

    fn variance(&self) -> f64 {
        self.rate
    }

    fn cdf(&self, x: i64) -> f64 {
        if x < 0 { 0.0 } else { gamma_q(x as f64 + 1.0, self.rate) }
    }

    fn ccdf(&self, x: i64) -> f64 {
        if x < 0 { 1.0 } else { gamma_p(x as f64 + 1.0, self.rate) }
    }

    fn log_cdf(&self, x: i64) -> f64 {
        if x < 0 { f64::NEG_INFINITY } else { log_gamma_q(x as f64 + 1.0, self.rate) }
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        if x < 0 { 0.0 } else { log_gamma_p(x as f64 + 1.0, self.rate) }
    }

    fn mass_gradient(&self, x: i64, side: Side, out: &mut [f64]) {
        if !gradient::is_proper(self, x, side) {
            return out.fill(0.0);
        }
        let mass = gradient::share(self.log_density(x), side.log_mass(self, x));
        out.copy_from_slice(&[0.0, -side.sign() * mass]);
    }

    fn quantile(&self, p: f64) -> i64 {
        tails::quantile(self, p, tails::guess(self.rate, self.rate, self.rate.sqrt().recip(), p))
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        tails::quantile_ccdf(self, q, tails::guess_ccdf(self.rate, self.rate, self.rate.sqrt().recip(), q))
    }
}

/// The log mass at x, with the rate and its logarithm.
#[inline]
pub(super) fn log_mass(x: i64, rate: f64, log_rate: f64) -> f64 {
    match x {
        0 => -rate,
        1..=SMALL => x as f64 * log_rate - rate - log_factorial_small(x),
        x if x > 0 => log_poisson(x as f64, rate),
        _ => f64::NEG_INFINITY,
    }
}
