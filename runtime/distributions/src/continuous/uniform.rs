//! The uniform distribution: 1 / (upper - lower) for lower <= x <= upper.

use crate::{Scalar, Support, distribution};
use borel_abi::stream::Stream;
use std::f64::consts::LN_2;

distribution! {
    /// The uniform distribution on an interval.
    pub struct Uniform: f64, Continuous {
        /// lower bound
        lower: f64 => Finite,
        /// upper bound
        upper: f64 => Above,
    }
}

impl Uniform {
    /// The logarithm of the width, which itself overflows for the widest intervals.
    fn log_width(&self) -> f64 {
        let width = self.upper - self.lower;
        if width.is_finite() { width.ln() } else { (0.5 * self.upper - 0.5 * self.lower).ln() + LN_2 }
    }
}

impl Scalar for Uniform {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Interval(self.lower, self.upper)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        let (width, u) = (self.upper - self.lower, stream.uniform());
        if width.is_finite() { self.lower + width * u } else { self.lower * (1.0 - u) + self.upper * u }
    }

    #[inline]
    fn log_density_given(&self, x: f64, _: f64) -> f64 {
        if x < self.lower || x > self.upper {
            f64::NEG_INFINITY
        } else if x.is_nan() {
            f64::NAN
        } else {
            -self.log_width()
        }
    }

    fn mean(&self) -> f64 {
        0.5 * (self.lower + self.upper)
    }

    fn variance(&self) -> f64 {
        let width = self.upper - self.lower;
        width * width / 12.0
    }

    fn entropy(&self) -> f64 {
        self.log_width()
    }

    fn cdf(&self, x: f64) -> f64 {
        ((x - self.lower) / (self.upper - self.lower)).clamp(0.0, 1.0)
    }

    fn ccdf(&self, x: f64) -> f64 {
        ((self.upper - x) / (self.upper - self.lower)).clamp(0.0, 1.0)
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
        self.lower * (1.0 - p) + self.upper * p
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.lower * q + self.upper * (1.0 - q)
    }
}
