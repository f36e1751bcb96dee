//! The absolute value of a Normal(0, sigma): density 2 exp(-(x / sigma)^2 / 2) / (sigma sqrt(2 pi)) for x >= 0.

use crate::{LOG_SQRT_TWO_PI, Scalar, Support, distribution, random};
use borel_abi::stream::Stream;

distribution! {
    /// The absolute value of a Normal(0, sigma).
    pub struct HalfNormal: f64, Continuous {
        /// scale of the underlying normal
        sigma: f64 => Positive,
    }
}

impl Scalar for HalfNormal {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.sigma * random::normal(stream).abs()
    }

    #[inline]
    fn log_density_given(&self, x: f64, _: f64) -> f64 {
        if x < 0.0 {
            return f64::NEG_INFINITY;
        }
        let z = x / self.sigma;
        std::f64::consts::LN_2 - 0.5 * z * z - self.sigma.ln() - LOG_SQRT_TWO_PI
    }

    fn mean(&self) -> f64 {
        self.sigma * std::f64::consts::FRAC_2_PI.sqrt()
    }

    fn variance(&self) -> f64 {
        self.sigma * self.sigma * (1.0 - std::f64::consts::FRAC_2_PI)
    }
}
