//! The number of successes in n trials with the log odds alpha.

use super::binomial::Count;
use super::tails;
use super::terms::{SMALL, log_factorial_small, log_term};
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::gamma::log_choose;
use borel_math::logarithm::{inv_logit, softplus};

distribution! {
    /// The number of successes in n independent trials whose log odds of success are alpha.
    ///
    /// The mass at x is C(n, x) p^x (1 - p)^(n - x) with p = 1 / (1 + exp(-alpha)); that is C(n, x) exp(alpha x) / (1 + exp(alpha))^n.
    /// The support is 0, 1, ..., n.
    ///
    /// n is a number of trials, 0 or more, without a unit. alpha = log(p / (1 - p)) is in nats, any finite number; 0 is p = 1/2. The
    /// mean is n p and the variance n p (1 - p). The entropy has no closed form (NaN).
    ///
    /// This is Stan's `binomial_logit`: the likelihood of a logistic regression on grouped counts. It is Binomial(n, inv_logit(alpha))
    /// without the rounding of p to 0 or 1.
    ///
    /// Source: McCullagh and Nelder, Generalized Linear Models (1989), chapter 4.
    ///
    ///     model seeds(sprouted: [Int] = [10, 23, 5], planted: [Int] = [39, 62, 51]) {
    ///       let mu ~ Normal(0, 1.5)
    ///       let spread ~ HalfNormal(1)
    ///       for i in 0..len(sprouted) {
    ///         let plate ~ Normal(mu, spread)
    ///         observe sprouted[i] ~ BinomialLogit(planted[i], plate)
    ///       }
    ///       return inv_logit(mu)
    ///     }
    pub struct BinomialLogit: i64, Finite {
        /// number of trials
        n: i64 => NonNegative,
        /// log odds of success
        alpha: f64 => Finite,
    }
}

impl BinomialLogit {
    fn count(&self) -> Count {
        Count { n: self.n, p: inv_logit(self.alpha), q: inv_logit(-self.alpha) }
    }

    fn skewness(&self) -> f64 {
        let count = self.count();
        (count.q - count.p) / self.variance().sqrt()
    }

    /// What both forms say of large n, where only the likelier of the two probabilities is a double.
    fn log_mass_large(&self, x: i64) -> f64 {
        let Count { n, p, q } = self.count();
        if p.min(q) >= f64::MIN_POSITIVE {
            return log_term(x as f64, (n - x) as f64, p, q);
        }
        let unlikely = if self.alpha > 0.0 { n - x } else { x };
        if unlikely == 0 { 0.0 } else { log_choose(n, x) - unlikely as f64 * self.alpha.abs() }
    }
}

impl Scalar for BinomialLogit {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(0, Some(self.n))
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> i64 {
        random::binomial(stream, self.n, inv_logit(self.alpha), inv_logit(-self.alpha))
    }

    /// For small n: log(n!), and n times the logarithm of what is likelier, success or failure.
    #[inline]
    fn normaliser(&self) -> f64 {
        if self.n > SMALL {
            return 0.0;
        }
        log_factorial_small(self.n) - self.n as f64 * softplus(-self.alpha.abs())
    }

    #[inline]
    fn log_density_given(&self, x: i64, normaliser: f64) -> f64 {
        if x < 0 || x > self.n {
            return f64::NEG_INFINITY;
        }
        if self.n > SMALL {
            return self.log_mass_large(x);
        }
        let rest = self.n - x;
        let unlikely = if self.alpha > 0.0 { rest } else { x };
        normaliser - log_factorial_small(x) - log_factorial_small(rest) - unlikely as f64 * self.alpha.abs()
    }

    #[inline]
    fn gradient(&self, x: i64, out: &mut [f64]) {
        if x < 0 || x > self.n {
            return out.fill(0.0);
        }
        let (successes, failures) = (x as f64, (self.n - x) as f64);
        let by_alpha = if self.alpha > 0.0 {
            self.n as f64 * inv_logit(-self.alpha) - failures
        } else {
            successes - self.n as f64 * inv_logit(self.alpha)
        };
        out.copy_from_slice(&[0.0, by_alpha]);
    }

    fn mean(&self) -> f64 {
        self.n as f64 * inv_logit(self.alpha)
    }

    fn variance(&self) -> f64 {
        self.n as f64 * inv_logit(self.alpha) * inv_logit(-self.alpha)
    }

    fn cdf(&self, x: i64) -> f64 {
        self.count().cdf(x)
    }

    fn ccdf(&self, x: i64) -> f64 {
        self.count().ccdf(x)
    }

    fn log_cdf(&self, x: i64) -> f64 {
        self.count().log_cdf(x)
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        self.count().log_ccdf(x)
    }

    fn mass_gradient(&self, x: i64, side: Side, out: &mut [f64]) {
        if !gradient::is_proper(self, x, side) {
            return out.fill(0.0);
        }
        let mass = gradient::share(self.log_density(x), side.log_mass(self, x));
        out.copy_from_slice(&[0.0, -side.sign() * (self.n - x) as f64 * inv_logit(self.alpha) * mass]);
    }

    fn quantile(&self, p: f64) -> i64 {
        tails::quantile(self, p, tails::guess(self.mean(), self.variance(), self.skewness(), p))
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        tails::quantile_ccdf(self, q, tails::guess_ccdf(self.mean(), self.variance(), self.skewness(), q))
    }
}
