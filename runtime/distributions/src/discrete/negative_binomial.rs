//! The negative binomial distribution by its mean and dispersion.

use super::tails;
use super::terms::Waiting;
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;

distribution! {
    /// Counts that scatter more than Poisson ones: a Poisson variable whose rate is a Gamma with mean mu.
    ///
    /// The mass at x is C(x + phi - 1, x) (mu / (mu + phi))^x (phi / (mu + phi))^phi, with C(x + phi - 1, x) =
    /// Γ(x + phi) / (x! Γ(phi)), on the support 0, 1, 2, ...
    ///
    /// mu is the mean, 0 or more, a number of events and so without a unit. phi is the inverse of the dispersion, positive and without
    /// a unit: the variance is mu + mu² / phi, which a large phi makes that of Poisson(mu), and a small one as large as one likes. The
    /// entropy has no closed form (NaN).
    ///
    /// This is Stan's `neg_binomial_2`, and `size` and `mu` of R's dnbinom in the other order. As the number of failures before
    /// phi successes of probability p, the textbooks' form, mu is phi (1 - p) / p. The form by the shape and inverse scale of the
    /// Gamma is NegativeBinomialRate.
    ///
    /// Source: Greenwood and Yule, JRSS 83 (1920); Johnson, Kemp and Kotz, Univariate Discrete Distributions (2005), chapter 5.
    ///
    ///     model roaches(counts: [Int] = [0, 7, 3, 41, 1]) {
    ///       let mu ~ Gamma(2, 0.2)
    ///       let phi ~ Exponential(1)
    ///       observe counts ~ NegativeBinomial(mu, phi)
    ///       return mu
    ///     }
    pub struct NegativeBinomial: i64, Countable {
        /// the mean
        mu: f64 => NonNegative,
        /// inverse dispersion
        phi: f64 => Positive,
    }
}

impl NegativeBinomial {
    #[inline]
    pub(super) fn waiting(&self) -> Waiting {
        let total = self.mu + self.phi;
        Waiting { phi: self.phi, p: self.phi / total, q: self.mu / total }
    }
}

impl Scalar for NegativeBinomial {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(0, None)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> i64 {
        // Divided in logarithms where the draw may be too small for a double, but not so the rate.
        let rate = if self.phi >= 1.0 {
            random::gamma(stream, self.phi) / self.phi * self.mu
        } else {
            (random::log_gamma(stream, self.phi) - self.phi.ln() + self.mu.ln()).exp()
        };
        random::poisson(stream, rate)
    }

    /// For a small phi, phi log(phi / (mu + phi)) - log Γ(phi).
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
        let (count, total) = (x as f64, self.mu + self.phi);
        let by_mu = self.phi / total * (gradient::quotient(count, self.mu) - 1.0);
        out.copy_from_slice(&[0.0, by_mu, self.waiting().by_shape(count, (count - self.mu) / total)]);
    }

    fn mean(&self) -> f64 {
        self.mu
    }

    fn variance(&self) -> f64 {
        self.mu + self.mu * (self.mu / self.phi)
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
        let by_mu = -side.sign() * mass * ((x as f64 + self.phi) / (self.mu + self.phi));
        out.copy_from_slice(&[0.0, by_mu, gradient::by_differences(self, x, side, 1)]);
    }

    fn quantile(&self, p: f64) -> i64 {
        tails::quantile(self, p, tails::guess(self.mean(), self.variance(), self.waiting().skewness(), p))
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        tails::quantile_ccdf(self, q, tails::guess_ccdf(self.mean(), self.variance(), self.waiting().skewness(), q))
    }
}
