//! The uniform distribution on an interval.

use super::tail::{log_mass, probability};
use crate::{Scalar, Side, Support, distribution};
use borel_abi::stream::Stream;
use std::f64::consts::LN_2;

distribution! {
    /// The uniform distribution on an interval, all of whose points are alike.
    ///
    /// The density is 1 / (upper - lower) for lower <= x <= upper. The mean is the middle (lower + upper) / 2, the variance
    /// (upper - lower)² / 12, the entropy log(upper - lower).
    ///
    /// The parameters are the ends, as in Stan and R; SciPy takes loc = lower and scale = upper - lower. As a prior it forbids all
    /// that is outside: choose the ends where they are limits by nature, such as those of an angle or a probability, and a Normal
    /// where they are only guesses. It is not without information: uniform on a standard deviation is not uniform on the variance.
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2 (1995), chapter 26.
    ///
    ///     model position(seen: Real = 4.2) {
    ///       let x ~ Uniform(0, 10)
    ///       observe seen ~ Normal(x, 0.5)
    ///       return x
    ///     }
    pub struct Uniform: f64, Continuous {
        /// lower bound, in the units of x
        lower: f64 => Finite,
        /// upper bound, in the units of x
        upper: f64 => Above,
    }
}

impl Uniform {
    /// The logarithm of the width, which itself overflows for the widest intervals.
    fn log_width(&self) -> f64 {
        let width = self.upper - self.lower;
        if width.is_finite() { width.ln() } else { (0.5 * self.upper - 0.5 * self.lower).ln() + LN_2 }
    }

    /// The share of the interval from `from` to `to`.
    fn share(&self, from: f64, to: f64) -> f64 {
        ((0.5 * to - 0.5 * from) / (0.5 * self.upper - 0.5 * self.lower)).clamp(0.0, 1.0)
    }

    /// The logarithm of such a share, given the share outside of it, also where it underflows.
    fn log_share(&self, (from, to): (f64, f64), outside: f64) -> f64 {
        let share = self.share(from, to);
        if share < f64::MIN_POSITIVE && from < to {
            (to - from).ln() - self.log_width()
        } else {
            log_mass(share, outside)
        }
    }

    /// The point with a share of u below it and of 1 - u above it.
    #[inline]
    fn at(&self, u: f64) -> f64 {
        let width = self.upper - self.lower;
        if width.is_finite() { self.lower + width * u } else { self.lower * (1.0 - u) + self.upper * u }
    }
}

impl Scalar for Uniform {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Interval(self.lower, self.upper)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.at(stream.uniform())
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        -self.log_width()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x < self.lower || x > self.upper {
            f64::NEG_INFINITY
        } else if x.is_nan() {
            f64::NAN
        } else {
            normaliser
        }
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if x < self.lower || x > self.upper {
            return out.fill(0.0);
        }
        let density = 1.0 / (self.upper - self.lower);
        out.copy_from_slice(&[if x.is_nan() { x } else { 0.0 }, density, -density]);
    }

    fn mean(&self) -> f64 {
        0.5 * self.lower + 0.5 * self.upper
    }

    fn variance(&self) -> f64 {
        let width = self.upper - self.lower;
        width * width / 12.0
    }

    fn entropy(&self) -> f64 {
        self.log_width()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.share(self.lower, x)
    }

    fn ccdf(&self, x: f64) -> f64 {
        self.share(x, self.upper)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.log_share((self.lower, x), self.ccdf(x))
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        self.log_share((x, self.upper), self.cdf(x))
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        if x <= self.lower || x >= self.upper {
            return out.fill(0.0);
        }
        let (below, above, density) = (x - self.lower, self.upper - x, 1.0 / (self.upper - self.lower));
        out.copy_from_slice(&match side {
            Side::Below => [1.0 / below, -(above / below) * density, -density],
            Side::Above => [-1.0 / above, density, (below / above) * density],
        });
    }

    fn quantile(&self, p: f64) -> f64 {
        let p = probability(p);
        if p == 1.0 { self.upper } else { self.at(p) }
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        let (q, width) = (probability(q), self.upper - self.lower);
        if q == 1.0 {
            self.lower
        } else if width.is_finite() {
            self.upper - width * q
        } else {
            self.upper * (1.0 - q) + self.lower * q
        }
    }
}
