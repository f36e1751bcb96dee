//! true with probability p.

use crate::{Scalar, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::logarithm::{x_log_y, x_log1p_y};

distribution! {
    /// true with probability p.
    pub struct Bernoulli: bool, Finite {
        /// probability of true
        p: f64 => Probability,
    }
}

impl Scalar for Bernoulli {
    type Value = bool;

    fn support(&self) -> Support {
        Support::Booleans
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> bool {
        stream.uniform() < self.p
    }

    #[inline]
    fn log_density_given(&self, x: bool, _: f64) -> f64 {
        if x { self.p.ln() } else { (-self.p).ln_1p() }
    }

    fn mean(&self) -> f64 {
        self.p
    }

    fn variance(&self) -> f64 {
        self.p * (1.0 - self.p)
    }

    fn entropy(&self) -> f64 {
        -x_log_y(self.p, self.p) - x_log1p_y(1.0 - self.p, -self.p)
    }

    fn cdf(&self, x: bool) -> f64 {
        if x { 1.0 } else { 1.0 - self.p }
    }

    fn ccdf(&self, x: bool) -> f64 {
        if x { 0.0 } else { self.p }
    }

    fn log_cdf(&self, x: bool) -> f64 {
        if x { 0.0 } else { (-self.p).ln_1p() }
    }

    fn log_ccdf(&self, x: bool) -> f64 {
        if x { f64::NEG_INFINITY } else { self.p.ln() }
    }

    fn quantile(&self, p: f64) -> bool {
        p > 1.0 - self.p
    }

    fn quantile_ccdf(&self, q: f64) -> bool {
        self.p > q
    }
}
