//! The Poisson distribution: rate^x exp(-rate) / x!.

use super::search::smallest;
use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::incomplete::{gamma_p, gamma_q, log_gamma_p, log_gamma_q};
use borel_math::normal;
use borel_math::{gamma::log_factorial, logarithm::x_log_y, saddle::log_poisson};

distribution! {
    /// The Poisson distribution.
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
        // There is no sampler for a rate of 0, nor for one above the largest value.
        let beyond = if self.rate > 1.0 { i64::MAX } else { 0 };
        rand_distr::Poisson::new(self.rate).map_or(beyond, |d| random::draw(&d, stream) as i64)
    }

    #[inline]
    fn log_density_given(&self, x: i64, _: f64) -> f64 {
        if x < 0 {
            return f64::NEG_INFINITY;
        }
        if x > 20 {
            return log_poisson(x as f64, self.rate);
        }
        x_log_y(x as f64, self.rate) - self.rate - log_factorial(x)
    }

    fn mean(&self) -> f64 {
        self.rate
    }

    fn variance(&self) -> f64 {
        self.rate
    }

    fn entropy(&self) -> f64 {
        f64::NAN
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

    fn quantile(&self, p: f64) -> i64 {
        smallest(
            |x| self.cdf(x) >= p,
            0,
            i64::MAX,
            (self.mean() + normal::quantile(p) * self.variance().sqrt()) as i64,
            p,
        )
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        smallest(
            |x| self.ccdf(x) <= q,
            0,
            i64::MAX,
            (self.mean() + normal::quantile_ccdf(q) * self.variance().sqrt()) as i64,
            q,
        )
    }
}
