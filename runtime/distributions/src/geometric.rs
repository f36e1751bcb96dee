//! The number of failures before the first success: p (1 - p)^x.

use crate::{Kind, ParameterError, Scalar};
use crate::{random, require};
use borel_abi::stream::Stream;
use borel_math::logarithm::x_log1p_y;

/// Geometric(p).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Geometric {
    /// The probability of success, above 0.
    pub p: f64,
}

impl Scalar for Geometric {
    type Value = i64;

    fn check(&self) -> Result<(), ParameterError> {
        require(self.p > 0.0 && self.p <= 1.0, Kind::Geometric, 0, self.p)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> i64 {
        if self.p >= 1.0 {
            return 0;
        }
        // The whole part of an exponential of rate -log(1 - p).
        (random::exponential(stream) / -(-self.p).ln_1p()) as i64
    }

    #[inline]
    fn log_density(&self, x: i64) -> f64 {
        if x < 0 { f64::NEG_INFINITY } else { self.p.ln() + x_log1p_y(x as f64, -self.p) }
    }

    fn mean(&self) -> f64 {
        (1.0 - self.p) / self.p
    }

    fn variance(&self) -> f64 {
        (1.0 - self.p) / (self.p * self.p)
    }
}
