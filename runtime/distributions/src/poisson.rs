//! The Poisson distribution: rate^x exp(-rate) / x!.

use crate::{Kind, ParameterError, Scalar};
use crate::{random, require};
use borel_abi::stream::Stream;
use borel_math::{gamma::log_factorial, logarithm::x_log_y, saddle::log_poisson};

/// Poisson(rate).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Poisson {
    /// The mean, 0 or positive.
    pub rate: f64,
}

impl Scalar for Poisson {
    type Value = i64;

    fn check(&self) -> Result<(), ParameterError> {
        require(self.rate >= 0.0 && self.rate.is_finite(), Kind::Poisson, 0, self.rate)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> i64 {
        // There is no sampler for a rate of 0, nor for one above the largest value.
        let beyond = if self.rate > 1.0 { i64::MAX } else { 0 };
        rand_distr::Poisson::new(self.rate).map_or(beyond, |d| random::draw(&d, stream) as i64)
    }

    #[inline]
    fn log_density(&self, x: i64) -> f64 {
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
