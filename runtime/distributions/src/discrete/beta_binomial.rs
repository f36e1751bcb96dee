//! The number of successes in n trials whose probability is a Beta(alpha, beta).

use super::tails::{self, Tail, sum_of_ratios};
use super::terms::{SMALL, log_factorial_small, log_ratio, log_term, log_term_at_mode};
use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::gamma::{digamma_step, lgamma};
use borel_math::logarithm::inv_logit;

distribution! {
    /// The number of successes in n trials that share a probability of success drawn from Beta(alpha, beta).
    ///
    /// The mass at x is C(n, x) B(x + alpha, n - x + beta) / B(alpha, beta), where B is the beta function and C(n, x) the binomial
    /// coefficient. The support is 0, 1, ..., n.
    ///
    /// n is a number of trials, 0 or more. alpha and beta, positive and without a unit, are as many successes and failures as the
    /// prior is worth: large ones make it nearly Binomial(n, alpha / (alpha + beta)), small ones push the mass to 0 and n. With
    /// m = alpha / (alpha + beta) the mean is n m and the variance n m (1 - m) (alpha + beta + n) / (alpha + beta + 1). The entropy
    /// has no closed form (NaN).
    ///
    /// Stan's `beta_binomial`, in the same order. The cdf is a sum over one side of the support: it takes time in proportion to n
    /// where the mass is spread over all of it. The mass itself takes the same time for any n.
    ///
    /// Source: Skellam, A probability distribution derived from the binomial distribution by regarding the probability of success
    /// as variable between the sets of trials, JRSS B 10 (1948); Johnson, Kemp and Kotz (2005), section 6.9.2.
    ///
    ///     model litters(deaths: [Int] = [1, 0, 4, 2], size: [Int] = [10, 11, 12, 4]) {
    ///       let m ~ Beta(1, 1)
    ///       let worth ~ Gamma(2, 0.2)
    ///       for i in 0..len(deaths) {
    ///         observe deaths[i] ~ BetaBinomial(size[i], worth * m, worth * (1 - m))
    ///       }
    ///       return m
    ///     }
    pub struct BetaBinomial: i64, Finite {
        /// number of trials
        n: i64 => NonNegative,
        /// prior successes
        alpha: f64 => Positive,
        /// prior failures
        beta: f64 => Positive,
    }
}

/// Between these, log-gammas are small enough to be subtracted.
const LEAST_SHAPE: f64 = 1e-5;
const LARGEST_SHAPE: f64 = 10.0;

impl BetaBinomial {
    #[inline]
    fn is_small(&self) -> bool {
        let small = |shape: f64| (LEAST_SHAPE..LARGEST_SHAPE).contains(&shape);
        self.n <= SMALL && small(self.alpha) && small(self.beta)
    }

    /// log(C(n, x) B(x + alpha, rest + beta) / B(alpha, beta)) as two binomial masses over a third, which is at its mode: so all
    /// that could cancel is the deviances, which are positive.
    fn log_mass_large(&self, x: f64, rest: f64) -> f64 {
        let (a, b) = (x + self.alpha, rest + self.beta);
        let total = a + b;
        let (p, q) = (a / total, b / total);
        let masses = log_term(x, rest, p, q) + log_term(self.alpha, self.beta, p, q) - log_term_at_mode(a, b);
        masses + log_ratio(self.alpha, a) + log_ratio(self.beta, b) + log_ratio(total, self.alpha + self.beta)
    }

    fn tail(&self, x: i64) -> Tail {
        if x < 0 {
            return Tail::Lower(f64::NEG_INFINITY);
        }
        if x >= self.n {
            return Tail::Upper(f64::NEG_INFINITY);
        }
        // With a shape below 1 the masses may rise again towards the end: then no term can be left out.
        let at = x as f64;
        let down = || sum_of_ratios(x + 1, self.alpha >= 1.0, |i| 1.0 / self.step(at - i - 1.0));
        let up = || sum_of_ratios(self.n - x, self.beta >= 1.0, |i| self.step(at + 1.0 + i));
        let lower = || self.log_density(x) + down().ln();
        let upper = || self.log_density(x + 1) + up().ln();
        Tail::of((x as f64) < self.mean(), lower, upper)
    }

    /// P(X = k + 1) / P(X = k).
    fn step(&self, k: f64) -> f64 {
        let rest = self.n as f64 - k;
        (rest / (rest - 1.0 + self.beta)) * ((k + self.alpha) / (k + 1.0))
    }
}

impl Scalar for BetaBinomial {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(0, Some(self.n))
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> i64 {
        // The log odds of a Beta: neither the probability nor its complement rounds to 0 or 1.
        let odds = random::log_gamma(stream, self.alpha) - random::log_gamma(stream, self.beta);
        random::binomial(stream, self.n, inv_logit(odds), inv_logit(-odds))
    }

    /// For small n and shapes, all log-gammas of the parameters.
    #[inline]
    fn normaliser(&self) -> f64 {
        if !self.is_small() {
            return 0.0;
        }
        let sum = self.alpha + self.beta;
        log_factorial_small(self.n) - lgamma(self.n as f64 + sum) + lgamma(sum) - lgamma(self.alpha) - lgamma(self.beta)
    }

    #[inline]
    fn log_density_given(&self, x: i64, normaliser: f64) -> f64 {
        if x < 0 || x > self.n {
            return f64::NEG_INFINITY;
        }
        let (successes, failures) = (x as f64, (self.n - x) as f64);
        if !self.is_small() {
            return self.log_mass_large(successes, failures);
        }
        let coefficient = normaliser - log_factorial_small(x) - log_factorial_small(self.n - x);
        coefficient + lgamma(successes + self.alpha) + lgamma(failures + self.beta)
    }

    fn gradient(&self, x: i64, out: &mut [f64]) {
        if x < 0 || x > self.n {
            return out.fill(0.0);
        }
        let (successes, failures, sum) = (x as f64, (self.n - x) as f64, self.alpha + self.beta);
        let total = digamma_step(sum, self.n as f64);
        let by = |shape: f64, count: f64| digamma_step(shape, count) - total;
        out.copy_from_slice(&[0.0, by(self.alpha, successes), by(self.beta, failures)]);
    }

    fn mean(&self) -> f64 {
        self.n as f64 * (self.alpha / (self.alpha + self.beta))
    }

    fn variance(&self) -> f64 {
        let (n, sum) = (self.n as f64, self.alpha + self.beta);
        n * (self.alpha / sum) * (self.beta / sum) * ((sum + n) / (sum + 1.0))
    }

    fn cdf(&self, x: i64) -> f64 {
        self.tail(x).cdf()
    }

    fn ccdf(&self, x: i64) -> f64 {
        self.tail(x).ccdf()
    }

    fn log_cdf(&self, x: i64) -> f64 {
        self.tail(x).log_cdf()
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        self.tail(x).log_ccdf()
    }

    fn quantile(&self, p: f64) -> i64 {
        tails::quantile(self, p, tails::guess(self.mean(), self.variance(), 0.0, p))
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        tails::quantile_ccdf(self, q, tails::guess_ccdf(self.mean(), self.variance(), 0.0, q))
    }
}
