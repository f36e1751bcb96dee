//! The number of successes in n trials: choose(n, x) p^x (1 - p)^(n - x).

use super::search::smallest;
use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::gamma::log_choose;
use borel_math::incomplete::{beta_p, beta_q, log_beta_p, log_beta_q};
use borel_math::logarithm::{x_log_y, x_log1p_y};
use borel_math::normal;
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

    fn entropy(&self) -> f64 {
        f64::NAN
    }

    fn cdf(&self, x: i64) -> f64 {
        if x < 0 {
            0.0
        } else if x >= self.n {
            1.0
        } else {
            beta_q((x + 1) as f64, (self.n - x) as f64, self.p)
        }
    }

    fn ccdf(&self, x: i64) -> f64 {
        if x < 0 {
            1.0
        } else if x >= self.n {
            0.0
        } else {
            beta_p((x + 1) as f64, (self.n - x) as f64, self.p)
        }
    }

    fn log_cdf(&self, x: i64) -> f64 {
        if x < 0 {
            f64::NEG_INFINITY
        } else if x >= self.n {
            0.0
        } else {
            log_beta_q((x + 1) as f64, (self.n - x) as f64, self.p)
        }
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        if x < 0 {
            0.0
        } else if x >= self.n {
            f64::NEG_INFINITY
        } else {
            log_beta_p((x + 1) as f64, (self.n - x) as f64, self.p)
        }
    }

    fn quantile(&self, p: f64) -> i64 {
        smallest(
            |x| self.cdf(x) >= p,
            0,
            self.n,
            (self.mean() + normal::quantile(p) * self.variance().sqrt()) as i64,
            p,
        )
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        smallest(
            |x| self.ccdf(x) <= q,
            0,
            self.n,
            (self.mean() + normal::quantile_ccdf(q) * self.variance().sqrt()) as i64,
            q,
        )
    }
}
