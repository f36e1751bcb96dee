//! The negative binomial distribution by the shape and inverse scale of its Gamma.

use super::tails;
use super::terms::Waiting;
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;

distribution! {
    /// A Poisson variable whose rate is drawn from Gamma(alpha, beta).
    ///
    /// The mass at x is C(x + alpha - 1, x) (beta / (beta + 1))^alpha (1 / (beta + 1))^x, with C(x + alpha - 1, x) =
    /// Γ(x + alpha) / (x! Γ(alpha)), on the support 0, 1, 2, ...
    ///
    /// alpha is the shape and beta the inverse scale of the Gamma; both are positive and without a unit. The mean is alpha / beta and
    /// the variance alpha / beta · (1 + 1 / beta). The entropy has no closed form (NaN).
    ///
    /// This is Stan's `neg_binomial`. With p = beta / (beta + 1) it is the number of failures before alpha successes of probability p,
    /// which R writes dnbinom(x, size = alpha, prob = p). For regressions the form by mean and dispersion, NegativeBinomial, has
    /// parameters that mean something by themselves: here mu = alpha / beta and phi = alpha.
    ///
    /// Source: Greenwood and Yule, JRSS 83 (1920); Johnson, Kemp and Kotz, Univariate Discrete Distributions (2005), chapter 5.
    ///
    ///     model accidents(counts: [Int] = [0, 0, 2, 1, 0, 5]) {
    ///       let shape ~ Gamma(2, 1)
    ///       observe counts ~ NegativeBinomialRate(shape, 1)
    ///       return shape
    ///     }
    pub struct NegativeBinomialRate: i64, Countable {
        /// shape of the rate
        alpha: f64 => Positive,
        /// inverse scale of the rate
        beta: f64 => Positive,
    }
}

impl NegativeBinomialRate {
    #[inline]
    fn waiting(&self) -> Waiting {
        // Not 1 / (1 + 1 / beta), which the smallest beta would make 0.
        Waiting { phi: self.alpha, p: self.beta / (self.beta + 1.0), q: 1.0 / (self.beta + 1.0) }
    }
}

impl Scalar for NegativeBinomialRate {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(0, None)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> i64 {
        let rate = if self.alpha >= 1.0 {
            random::gamma(stream, self.alpha) / self.beta
        } else {
            (random::log_gamma(stream, self.alpha) - self.beta.ln()).exp()
        };
        random::poisson(stream, rate)
    }

    /// For a small alpha, alpha log(beta / (beta + 1)) - log Γ(alpha).
    #[inline]
    fn normaliser(&self) -> f64 {
        self.waiting().normaliser()
    }

    #[inline]
    fn log_density_given(&self, x: i64, normaliser: f64) -> f64 {
        self.waiting().log_mass(x, normaliser)
    }

    #[inline]
    fn gradient(&self, x: i64, out: &mut [f64]) {
        if x < 0 {
            return out.fill(0.0);
        }
        let (count, total) = (x as f64, self.beta + 1.0);
        let distance = (count / self.alpha * self.beta - 1.0) / total;
        let by_alpha = self.waiting().by_shape(count, distance) + distance;
        out.copy_from_slice(&[0.0, by_alpha, (self.alpha / self.beta - count) / total]);
    }

    fn mean(&self) -> f64 {
        self.alpha / self.beta
    }

    fn variance(&self) -> f64 {
        self.mean() + self.mean() / self.beta
    }

    fn cdf(&self, x: i64) -> f64 {
        self.waiting().cdf(x)
    }

    fn ccdf(&self, x: i64) -> f64 {
        self.waiting().ccdf(x)
    }

    fn log_cdf(&self, x: i64) -> f64 {
        self.waiting().log_cdf(x)
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        self.waiting().log_ccdf(x)
    }

    fn mass_gradient(&self, x: i64, side: Side, out: &mut [f64]) {
        if !gradient::is_proper(self, x, side) {
            return out.fill(0.0);
        }
        let mass = gradient::share(self.log_density(x), side.log_mass(self, x));
        let by_beta = side.sign() * mass * ((x as f64 + self.alpha) / (self.beta + 1.0) / self.beta);
        out.copy_from_slice(&[0.0, gradient::by_differences(self, x, side, 0), by_beta]);
    }

    fn quantile(&self, p: f64) -> i64 {
        tails::quantile(self, p, tails::guess(self.mean(), self.variance(), self.waiting().skewness(), p))
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        tails::quantile_ccdf(self, q, tails::guess_ccdf(self.mean(), self.variance(), self.waiting().skewness(), q))
    }
}
