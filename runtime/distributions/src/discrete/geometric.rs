//! The number of failures before the first success: p (1 - p)^x.

use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::logarithm::x_log1p_y;

distribution! {
    /// The number of failures before the first success.
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

    #[inline]
    fn log_density_given(&self, x: i64, _: f64) -> f64 {
        if x < 0 { f64::NEG_INFINITY } else { self.p.ln() + x_log1p_y(x as f64, -self.p) }
    }

    fn mean(&self) -> f64 {
        (1.0 - self.p) / self.p
    }

    fn variance(&self) -> f64 {
        (1.0 - self.p) / (self.p * self.p)
    }
}
