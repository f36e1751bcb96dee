//! The absolute value of a Cauchy(0, sigma): density 2 / (pi sigma (1 + (x / sigma)^2)) for x >= 0.

use crate::{Scalar, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::logarithm::log1p_square;
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2, PI};

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

    fn normaliser(&self) -> f64 {
        FRAC_2_PI.ln() - self.sigma.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x < 0.0 {
            return f64::NEG_INFINITY;
        }
        let z = x / self.sigma;
        normaliser - log1p_square(z)
    }

    fn mean(&self) -> f64 {
        f64::INFINITY
    }

    fn variance(&self) -> f64 {
        f64::NAN
    }

    fn entropy(&self) -> f64 {
        (2.0 * PI * self.sigma).ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        FRAC_2_PI * (x.max(0.0) / self.sigma).atan()
    }

    fn ccdf(&self, x: f64) -> f64 {
        FRAC_2_PI * f64::atan2(1.0, x.max(0.0) / self.sigma)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        let (own, other) = (self.cdf(x), self.ccdf(x));
        if other < 0.5 { (-other).ln_1p() } else { own.ln() }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        let (own, other) = (self.ccdf(x), self.cdf(x));
        if other < 0.5 { (-other).ln_1p() } else { own.ln() }
    }

    fn quantile(&self, p: f64) -> f64 {
        self.sigma * if p <= 0.5 { (FRAC_PI_2 * p).tan() } else { (FRAC_PI_2 * (1.0 - p)).tan().recip() }
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.sigma * if q <= 0.5 { (FRAC_PI_2 * q).tan().recip() } else { (FRAC_PI_2 * (1.0 - q)).tan() }
    }
}
