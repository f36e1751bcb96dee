//! The number of successes in n trials: choose(n, x) p^x (1 - p)^(n - x).

use super::tails;
use super::terms::{SMALL, log_factorial_small, log_term};
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::incomplete::{beta_p_of_pair, beta_q_of_pair, log_beta_p_of_pair, log_beta_q_of_pair};

distribution! {
    /// The number of successes in n independent trials that succeed with probability p each.
    ///
    /// The mass at x is C(n, x) p^x (1 - p)^(n - x), where C(n, x) = n! / (x! (n - x)!) counts the ways to choose which trials
    /// succeed. The support is 0, 1, ..., n.
    ///
    /// n is a number of trials, 0 or more; p is a probability, 0 and 1 included; neither has a unit. The mean is n p and the
    /// variance n p (1 - p). The entropy has no closed form (NaN).
    ///
    /// Stan's `binomial`, with the same arguments in the same order; R writes Binomial(size, prob). For log odds in place of p there
    /// is BinomialLogit; for a p that varies between groups of trials, BetaBinomial. Few successes in very many trials are as good
    /// as Poisson(n p). Counts up to 9e15 keep all their digits: the mass is computed from deviances, not from factorials.
    ///
    /// Source: Johnson, Kemp and Kotz, Univariate Discrete Distributions (2005), chapter 3; Loader, Fast and accurate computation of
    /// binomial probabilities (2000); draws by inversion and by BTPE (Kachitvichyanukul and Schmeiser 1988).
    ///
    ///     model survey(yes: Int = 52, asked: Int = 80) {
    ///       let share ~ Beta(1, 1)
    ///       observe yes ~ Binomial(asked, share)
    ///       return share
    ///     }
    pub struct Binomial: i64, Finite {
        /// number of trials
        n: i64 => NonNegative,
        /// probability of success
        p: f64 => Probability,
    }
}

impl Scalar for Binomial {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(0, Some(self.n))
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> i64 {
        random::binomial(stream, self.n, self.p, 1.0 - self.p)
    }

    /// For small n: log(n!), and n times the logarithm of what is likelier, success or failure.
    #[inline]
    fn normaliser(&self) -> f64 {
        if self.n > SMALL {
            return 0.0;
        }
        let likely = if self.p > 0.5 { self.p.ln() } else { (-self.p).ln_1p() };
        log_factorial_small(self.n) + self.n as f64 * likely
    }

    #[inline]
    fn log_density_given(&self, x: i64, normaliser: f64) -> f64 {
        if x < 0 || x > self.n {
            return f64::NEG_INFINITY;
        }
        let rest = self.n - x;
        if self.n > SMALL {
            return log_term(x as f64, rest as f64, self.p, 1.0 - self.p);
        }
        let odds = self.p / (1.0 - self.p);
        let (count, odds) = if self.p > 0.5 { (rest, 1.0 / odds) } else { (x, odds) };
        let unlikely = if count == 0 { 0.0 } else { count as f64 * odds.ln() };
        normaliser - log_factorial_small(x) - log_factorial_small(rest) + unlikely
    }

    #[inline]
    fn gradient(&self, x: i64, out: &mut [f64]) {
        if x < 0 || x > self.n {
            return out.fill(0.0);
        }
        let (successes, failures) = (x as f64, (self.n - x) as f64);
        let by_p = gradient::quotient(successes, self.p) - gradient::quotient(failures, 1.0 - self.p);
        out.copy_from_slice(&[0.0, by_p]);
    }

    fn mean(&self) -> f64 {
        self.n as f64 * self.p
    }

    fn variance(&self) -> f64 {
        self.n as f64 * self.p * (1.0 - self.p)
    }

    fn cdf(&self, x: i64) -> f64 {
        Count { n: self.n, p: self.p, q: 1.0 - self.p }.cdf(x)
    }

    fn ccdf(&self, x: i64) -> f64 {
        Count { n: self.n, p: self.p, q: 1.0 - self.p }.ccdf(x)
    }

    fn log_cdf(&self, x: i64) -> f64 {
        Count { n: self.n, p: self.p, q: 1.0 - self.p }.log_cdf(x)
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        Count { n: self.n, p: self.p, q: 1.0 - self.p }.log_ccdf(x)
    }

    fn mass_gradient(&self, x: i64, side: Side, out: &mut [f64]) {
        if !gradient::is_proper(self, x, side) {
            return out.fill(0.0);
        }
        let mass = gradient::share(self.log_density(x), side.log_mass(self, x));
        let by_p = -side.sign() * (self.n - x) as f64 * gradient::quotient(mass, 1.0 - self.p);
        out.copy_from_slice(&[0.0, by_p]);
    }

    fn quantile(&self, p: f64) -> i64 {
        let skewness = (1.0 - 2.0 * self.p) / self.variance().sqrt();
        tails::quantile(self, p, tails::guess(self.mean(), self.variance(), skewness, p))
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        let skewness = (1.0 - 2.0 * self.p) / self.variance().sqrt();
        tails::quantile_ccdf(self, q, tails::guess_ccdf(self.mean(), self.variance(), skewness, q))
    }
}

/// The tails of a binomial, as incomplete beta functions (Abramowitz and Stegun 26.5.24).
#[derive(Clone, Copy)]
pub(super) struct Count {
    pub n: i64,
    pub p: f64,
    pub q: f64,
}

impl Count {
    pub fn cdf(self, x: i64) -> f64 {
        self.tail(x, 0.0, 1.0, beta_q_of_pair)
    }

    pub fn ccdf(self, x: i64) -> f64 {
        self.tail(x, 1.0, 0.0, beta_p_of_pair)
    }

    pub fn log_cdf(self, x: i64) -> f64 {
        self.tail(x, f64::NEG_INFINITY, 0.0, log_beta_q_of_pair)
    }

    pub fn log_ccdf(self, x: i64) -> f64 {
        self.tail(x, 0.0, f64::NEG_INFINITY, log_beta_p_of_pair)
    }

    fn tail(self, x: i64, before: f64, after: f64, beta: fn(f64, f64, f64, f64) -> f64) -> f64 {
        match x {
            x if x < 0 => before,
            x if x >= self.n => after,
            x => beta(x as f64 + 1.0, (self.n - x) as f64, self.p, self.q),
        }
    }
}
