//! The absolute value of a Normal(0, sigma): density 2 exp(-(x / sigma)^2 / 2) / (sigma sqrt(2 pi)) for x >= 0.

use crate::{LOG_SQRT_TWO_PI, Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::error::{erf, erf_inverse};
use borel_math::normal;
use std::f64::consts::{FRAC_1_SQRT_2, LN_2, SQRT_2};

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

    fn normaliser(&self) -> f64 {
        LN_2 - self.sigma.ln() - LOG_SQRT_TWO_PI
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x < 0.0 {
            return f64::NEG_INFINITY;
        }
        let z = x / self.sigma;
        normaliser - 0.5 * z * z
    }

    fn mean(&self) -> f64 {
        self.sigma * std::f64::consts::FRAC_2_PI.sqrt()
    }

    fn variance(&self) -> f64 {
        self.sigma * self.sigma * (1.0 - std::f64::consts::FRAC_2_PI)
    }

    fn entropy(&self) -> f64 {
        0.5 + LOG_SQRT_TWO_PI - LN_2 + self.sigma.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        erf(x.max(0.0) / self.sigma * FRAC_1_SQRT_2)
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x < 0.0 { 1.0 } else { 2.0 * normal::ccdf(x / self.sigma) }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.cdf(x).ln()
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { LN_2 + normal::log_ccdf(x / self.sigma) }
    }

    fn quantile(&self, p: f64) -> f64 {
        self.sigma * SQRT_2 * erf_inverse(p)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.sigma * normal::quantile_ccdf(0.5 * q)
    }
}
