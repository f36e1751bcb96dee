//! true with probability p.

use crate::{Scalar, Support, distribution};
use borel_abi::stream::Stream;

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
}
