//! The uniform distribution: 1 / (upper - lower) for lower <= x <= upper.

use crate::{Kind, ParameterError, Scalar};
use crate::{finite, require};
use borel_abi::stream::Stream;
use std::f64::consts::LN_2;

/// Uniform(lower, upper).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Uniform {
    /// The lower bound.
    pub lower: f64,
    /// The upper bound, above the lower.
    pub upper: f64,
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

    fn check(&self) -> Result<(), ParameterError> {
        finite(Kind::Uniform, 0, self.lower)?;
        require(self.upper > self.lower && self.upper.is_finite(), Kind::Uniform, 1, self.upper)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        let (width, u) = (self.upper - self.lower, stream.uniform());
        if width.is_finite() { self.lower + width * u } else { self.lower * (1.0 - u) + self.upper * u }
    }

    #[inline]
    fn log_density(&self, x: f64) -> f64 {
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
}
