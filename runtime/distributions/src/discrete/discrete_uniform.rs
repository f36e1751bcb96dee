//! The integers from lower to upper, both included, with equal probability.

use super::search::smallest;
use crate::{Scalar, Support, distribution};
use borel_abi::stream::Stream;

distribution! {
    /// The integers from lower to upper, both included.
    pub struct DiscreteUniform: i64, Finite {
        /// smallest value
        lower: i64 => Finite,
        /// largest value
        upper: i64 => AtLeast,
    }
}

impl DiscreteUniform {
    /// The number of values, from the exact difference: two large bounds may be one double.
    fn count(&self) -> f64 {
        self.upper.wrapping_sub(self.lower) as u64 as f64 + 1.0
    }
}

impl Scalar for DiscreteUniform {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(self.lower, Some(self.upper))
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> i64 {
        let count = (self.upper.wrapping_sub(self.lower) as u64).wrapping_add(1);
        let bits = stream.next_u64();
        // Multiply and shift; the bias is below count / 2^64. A count of 2^64 wraps to 0: every word is a value.
        let offset = if count == 0 { bits } else { ((u128::from(bits) * u128::from(count)) >> 64) as u64 };
        self.lower.wrapping_add(offset as i64)
    }

    #[inline]
    fn log_density_given(&self, x: i64, _: f64) -> f64 {
        if x < self.lower || x > self.upper {
            return f64::NEG_INFINITY;
        }
        -self.count().ln()
    }

    fn mean(&self) -> f64 {
        0.5 * (self.lower as f64 + self.upper as f64)
    }

    fn variance(&self) -> f64 {
        let count = self.count();
        (count * count - 1.0) / 12.0
    }

    fn entropy(&self) -> f64 {
        self.count().ln()
    }

    fn cdf(&self, x: i64) -> f64 {
        if x < self.lower {
            0.0
        } else if x >= self.upper {
            1.0
        } else {
            (x.wrapping_sub(self.lower) as u64 as f64 + 1.0) / self.count()
        }
    }

    fn ccdf(&self, x: i64) -> f64 {
        if x < self.lower {
            1.0
        } else if x >= self.upper {
            0.0
        } else {
            self.upper.wrapping_sub(x) as u64 as f64 / self.count()
        }
    }

    fn log_cdf(&self, x: i64) -> f64 {
        self.cdf(x).ln()
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        self.ccdf(x).ln()
    }

    fn quantile(&self, p: f64) -> i64 {
        smallest(|x| self.cdf(x) >= p, self.lower, self.upper, self.lower.saturating_add((p * self.count()) as i64), p)
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        smallest(|x| self.ccdf(x) <= q, self.lower, self.upper, self.upper.saturating_sub((q * self.count()) as i64), q)
    }
}
