//! The number of successes in n trials: choose(n, x) p^x (1 - p)^(n - x).

use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::gamma::log_choose;
use borel_math::logarithm::{x_log_y, x_log1p_y};
use borel_math::saddle::log_binomial;

distribution! {
    /// The number of successes in n trials.
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
        rand_distr::Binomial::new(self.n.max(0) as u64, self.p).map_or(0, |d| random::draw(&d, stream) as i64)
    }

    #[inline]
    fn log_density_given(&self, x: i64, _: f64) -> f64 {
        if x < 0 || x > self.n {
            return f64::NEG_INFINITY;
        }
        let (successes, failures) = (x as f64, (self.n - x) as f64);
        if self.n > 20 && x > 0 && x < self.n && self.p > 0.0 && self.p < 1.0 {
            return log_binomial(successes, failures, self.p, 1.0 - self.p);
        }
        log_choose(self.n, x) + x_log_y(successes, self.p) + x_log1p_y(failures, -self.p)
    }

    fn mean(&self) -> f64 {
        self.n as f64 * self.p
    }

    fn variance(&self) -> f64 {
        self.n as f64 * self.p * (1.0 - self.p)
    }
}
