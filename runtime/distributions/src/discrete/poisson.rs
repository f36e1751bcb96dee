//! The Poisson distribution: rate^x exp(-rate) / x!.

use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
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
}
