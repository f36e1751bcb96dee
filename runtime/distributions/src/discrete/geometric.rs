//! The number of failures before the first success: p (1 - p)^x.

use super::search::smallest;
use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::logarithm::x_log1p_y;
use borel_math::logarithm::{log1mexp, x_log_y};

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

    fn entropy(&self) -> f64 {
        -(x_log1p_y(1.0 - self.p, -self.p) + x_log_y(self.p, self.p)) / self.p
    }

    fn cdf(&self, x: i64) -> f64 {
        if x < 0 { 0.0 } else { -x_log1p_y(x as f64 + 1.0, -self.p).exp_m1() }
    }

    fn ccdf(&self, x: i64) -> f64 {
        if x < 0 { 1.0 } else { x_log1p_y(x as f64 + 1.0, -self.p).exp() }
    }

    fn log_cdf(&self, x: i64) -> f64 {
        if x < 0 { f64::NEG_INFINITY } else { log1mexp(x_log1p_y(x as f64 + 1.0, -self.p)) }
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        if x < 0 { 0.0 } else { x_log1p_y(x as f64 + 1.0, -self.p) }
    }

    fn quantile(&self, p: f64) -> i64 {
        smallest(|x| self.cdf(x) >= p, 0, i64::MAX, ((-p).ln_1p() / (-self.p).ln_1p()) as i64, p)
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        smallest(|x| self.ccdf(x) <= q, 0, i64::MAX, (q.ln() / (-self.p).ln_1p()) as i64, q)
    }
}
