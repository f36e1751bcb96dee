//! The absolute value of a Cauchy(0, sigma): density 2 / (pi sigma (1 + (x / sigma)^2)) for x >= 0.

use crate::{Scalar, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::logarithm::log1p_square;

distribution! {
    /// The absolute value of a Cauchy(0, sigma).
    pub struct HalfCauchy: f64, Continuous {
        /// scale of the underlying Cauchy
        sigma: f64 => Positive,
    }
}

impl Scalar for HalfCauchy {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.sigma * (0.5 * std::f64::consts::PI * stream.uniform()).tan()
    }

    #[inline]
    fn log_density_given(&self, x: f64, _: f64) -> f64 {
        if x < 0.0 {
            return f64::NEG_INFINITY;
        }
        let z = x / self.sigma;
        std::f64::consts::FRAC_2_PI.ln() - self.sigma.ln() - log1p_square(z)
    }

    fn mean(&self) -> f64 {
        f64::INFINITY
    }

    fn variance(&self) -> f64 {
        f64::NAN
    }
}
