//! The integers from lower to upper, both included, with equal probability.

use super::tails;
use crate::{Scalar, Side, Support, distribution};
use borel_abi::stream::Stream;

distribution! {
    /// The integers from lower to upper, both included, each with the same probability.
    ///
    /// The mass at x is 1 / (upper - lower + 1), on the support lower, lower + 1, ..., upper.
    ///
    /// lower and upper are any integers, upper at least lower, in the units of x. The mean is (lower + upper) / 2 and the variance
    /// ((upper - lower + 1)² - 1) / 12. The entropy is log(upper - lower + 1) nats, the largest on that support.
    ///
    /// Stan's `discrete_range`. In Python's and SciPy's `randint` the upper end is left out; here it belongs to the support, so that
    /// DiscreteUniform(1, 6) is a die.
    ///
    /// Source: Johnson, Kemp and Kotz, Univariate Discrete Distributions (2005), section 6.10.1.
    ///
    ///     model tanks(largest: Int = 60) {
    ///       let made ~ DiscreteUniform(1, 1000)
    ///       observe largest ~ DiscreteUniform(1, made)
    ///       return made
    ///     }
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
        distance(self.lower, self.upper) + 1.0
    }
}

/// to - from.
fn distance(from: i64, to: i64) -> f64 {
    to.wrapping_sub(from) as u64 as f64
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

    /// The log mass.
    #[inline]
    fn normaliser(&self) -> f64 {
        -self.count().ln()
    }

    #[inline]
    fn log_density_given(&self, x: i64, normaliser: f64) -> f64 {
        if x < self.lower || x > self.upper { f64::NEG_INFINITY } else { normaliser }
    }

    #[inline]
    fn gradient(&self, _: i64, out: &mut [f64]) {
        // No parameter is a Real.
        out[0] = 0.0;
    }

    fn mean(&self) -> f64 {
        0.5 * (self.lower as f64 + self.upper as f64)
    }

    fn variance(&self) -> f64 {
        let count = self.count();
        (count - 1.0) * (count + 1.0) / 12.0
    }

    fn entropy(&self) -> f64 {
        self.count().ln()
    }

    fn cdf(&self, x: i64) -> f64 {
        match x {
            x if x < self.lower => 0.0,
            x if x >= self.upper => 1.0,
            x => (distance(self.lower, x) + 1.0) / self.count(),
        }
    }

    fn ccdf(&self, x: i64) -> f64 {
        match x {
            x if x < self.lower => 1.0,
            x if x >= self.upper => 0.0,
            x => distance(x, self.upper) / self.count(),
        }
    }

    fn log_cdf(&self, x: i64) -> f64 {
        let (cdf, ccdf) = (self.cdf(x), self.ccdf(x));
        if cdf > 0.5 { (-ccdf).ln_1p() } else { cdf.ln() }
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        let (cdf, ccdf) = (self.cdf(x), self.ccdf(x));
        if ccdf > 0.5 { (-cdf).ln_1p() } else { ccdf.ln() }
    }

    fn mass_gradient(&self, _: i64, _: Side, out: &mut [f64]) {
        out[0] = 0.0;
    }

    fn quantile(&self, p: f64) -> i64 {
        tails::quantile(self, p, self.lower as f64 + (p * self.count()).ceil() - 1.0)
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        tails::quantile_ccdf(self, q, self.upper as f64 - (q * self.count()).floor())
    }
}
