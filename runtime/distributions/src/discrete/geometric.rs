//! The number of failures before the first success: p (1 - p)^x.

use super::tails;
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::logarithm::{log1mexp, x_log1p_y};

distribution! {
    /// The number of failures before the first success, in trials that succeed with probability p each.
    ///
    /// The mass at x is p (1 - p)^x, on the support 0, 1, 2, ...; P(X > x) = (1 - p)^(x + 1).
    ///
    /// p is a probability above 0, without a unit; with p = 1 there is no failure. The mean is (1 - p) / p and the variance
    /// (1 - p) / p². The entropy is (-p log p - (1 - p) log(1 - p)) / p nats. What is still to come does not depend on how many
    /// failures there were: it is the exponential distribution of whole numbers.
    ///
    /// As in R, the failures are counted; some books, and SciPy's `geom`, count the trials, which is one more. The number of
    /// failures before several successes is NegativeBinomialRate(successes, p / (1 - p)).
    ///
    /// Source: Johnson, Kemp and Kotz, Univariate Discrete Distributions (2005), section 5.2.
    ///
    ///     model attempts(failures: [Int] = [0, 3, 1]) {
    ///       let p ~ Beta(1, 1)
    ///       observe failures ~ Geometric(p)
    ///       return p
    ///     }
    pub struct Geometric: i64, Countable {
        /// probability of success
        p: f64 => PositiveProbability,
    }
}

impl Scalar for Geometric {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(0, None)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> i64 {
        if self.p >= 1.0 {
            return 0;
        }
        // The whole part of an exponential of rate -log(1 - p).
        (random::exponential(stream) / -(-self.p).ln_1p()) as i64
    }

    /// log(1 - p).
    #[inline]
    fn normaliser(&self) -> f64 {
        (-self.p).ln_1p()
    }

    #[inline]
    fn log_density_given(&self, x: i64, normaliser: f64) -> f64 {
        if x > 0 {
            return self.p.ln() + x as f64 * normaliser;
        }
        if x < 0 { f64::NEG_INFINITY } else { self.p.ln() }
    }

    #[inline]
    fn gradient(&self, x: i64, out: &mut [f64]) {
        if x < 0 {
            return out.fill(0.0);
        }
        out.copy_from_slice(&[0.0, 1.0 / self.p - gradient::quotient(x as f64, 1.0 - self.p)]);
    }

    fn mean(&self) -> f64 {
        (1.0 - self.p) / self.p
    }

    fn variance(&self) -> f64 {
        (1.0 - self.p) / self.p / self.p
    }

    fn entropy(&self) -> f64 {
        -self.p.ln() - x_log1p_y(1.0 - self.p, -self.p) / self.p
    }

    fn cdf(&self, x: i64) -> f64 {
        if x < 0 { 0.0 } else { -self.log_ccdf(x).exp_m1() }
    }

    fn ccdf(&self, x: i64) -> f64 {
        self.log_ccdf(x).exp()
    }

    fn log_cdf(&self, x: i64) -> f64 {
        if x < 0 { f64::NEG_INFINITY } else { log1mexp(self.log_ccdf(x)) }
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        if x < 0 { 0.0 } else { (x as f64 + 1.0) * (-self.p).ln_1p() }
    }

    fn mass_gradient(&self, x: i64, side: Side, out: &mut [f64]) {
        if !gradient::is_proper(self, x, side) {
            return out.fill(0.0);
        }
        let trials = x as f64 + 1.0;
        let by_p = match side {
            Side::Below => trials * gradient::share(x_log1p_y(x as f64, -self.p), self.log_cdf(x)),
            Side::Above => -trials / (1.0 - self.p),
        };
        out.copy_from_slice(&[0.0, by_p]);
    }

    fn quantile(&self, p: f64) -> i64 {
        tails::quantile(self, p, ((-p).ln_1p() / (-self.p).ln_1p()).ceil() - 1.0)
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        tails::quantile_ccdf(self, q, (q.ln() / (-self.p).ln_1p()).ceil() - 1.0)
    }
}
