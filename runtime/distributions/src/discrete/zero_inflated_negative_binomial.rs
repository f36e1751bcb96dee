//! Negative binomial counts with more zeros.

use super::tails;
use super::zeros::Inflated;
use crate::{NegativeBinomial, Scalar, Side, Support, distribution};
use borel_abi::stream::Stream;

distribution! {
    /// A count that is 0 with probability theta, and else a negative binomial variable.
    ///
    /// The mass is theta + (1 - theta) f(0) at 0 and (1 - theta) f(x) at x = 1, 2, ..., where f is the mass of NegativeBinomial(mu, phi).
    /// The support is 0, 1, 2, ...
    ///
    /// theta is the probability of a structural zero: of a case that cannot have events; 0 and 1 are allowed. mu is the mean of all
    /// others and phi their inverse dispersion. None has a unit. The mean is (1 - theta) mu and the variance (1 - theta) mu
    /// (1 + theta mu + mu / phi). The entropy has no closed form (NaN).
    ///
    /// theta stands first, as in ZeroInflatedPoisson, which this is for large phi. A small phi too makes zeros: a few counts tell
    /// theta and phi apart badly, and a prior on phi away from 0 helps.
    ///
    /// Source: Greene, Accounting for excess zeros and sample selection in Poisson and negative binomial regression models (1994).
    ///
    ///     model visits(counts: [Int] = [0, 0, 12, 0, 1, 30, 0]) {
    ///       let never ~ Beta(1, 1)
    ///       let mu ~ Gamma(2, 0.2)
    ///       let phi ~ Gamma(2, 1)
    ///       observe counts ~ ZeroInflatedNegativeBinomial(never, mu, phi)
    ///       return never
    ///     }
    pub struct ZeroInflatedNegativeBinomial: i64, Countable {
        /// probability of a structural zero
        theta: f64 => Probability,
        /// mean of the others
        mu: f64 => NonNegative,
        /// inverse dispersion of the others
        phi: f64 => Positive,
    }
}

impl ZeroInflatedNegativeBinomial {
    fn inflated(&self) -> Inflated<NegativeBinomial> {
        Inflated { theta: self.theta, counts: NegativeBinomial { mu: self.mu, phi: self.phi } }
    }
}

impl Scalar for ZeroInflatedNegativeBinomial {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(0, None)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> i64 {
        self.inflated().sample(stream)
    }

    /// That of the counts.
    #[inline]
    fn normaliser(&self) -> f64 {
        self.inflated().counts.normaliser()
    }

    #[inline]
    fn log_density_given(&self, x: i64, normaliser: f64) -> f64 {
        let inflated = self.inflated();
        inflated.log_mass(x, inflated.counts.log_density_given(x, normaliser))
    }

    #[inline]
    fn gradient(&self, x: i64, out: &mut [f64]) {
        self.inflated().gradient(x, out);
    }

    fn mean(&self) -> f64 {
        (1.0 - self.theta) * self.mu
    }

    fn variance(&self) -> f64 {
        (1.0 - self.theta) * self.mu * (1.0 + self.theta * self.mu + self.mu / self.phi)
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
