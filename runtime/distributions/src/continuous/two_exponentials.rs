//! An exponential distribution to either side of 0, with another scale on each: what AsymmetricLaplace and SkewDoubleExponential
//! share. It is the difference of two independent exponentials, and the mass of a side is as its scale.

use super::tail::{log_mass, probability};
use crate::gradient::{Side, product};
use crate::random;
use borel_abi::stream::Stream;

/// The means of the distances from 0.
#[derive(Clone, Copy)]
pub(super) struct TwoExponentials {
    pub below: f64,
    pub above: f64,
}

impl TwoExponentials {
    /// The mass below 0.
    fn mass_below(self) -> f64 {
        1.0 / (1.0 + self.above / self.below)
    }

    /// The mass above 0.
    fn mass_above(self) -> f64 {
        1.0 / (1.0 + self.below / self.above)
    }

    /// The same turned round.
    pub fn mirrored(self) -> TwoExponentials {
        TwoExponentials { below: self.above, above: self.below }
    }

    /// The logarithm of the density at x, less that at 0.
    #[inline]
    pub fn log_decay(self, x: f64) -> f64 {
        // Either scale may have underflowed to 0, or overflowed.
        if x == 0.0 {
            0.0
        } else if x.is_infinite() {
            f64::NEG_INFINITY
        } else if x < 0.0 {
            x / self.below
        } else {
            -x / self.above
        }
    }

    /// The derivative of [`TwoExponentials::log_decay`], at the corner 0.
    #[inline]
    pub fn slope(self, x: f64) -> f64 {
        if x == 0.0 {
            0.0
        } else if x < 0.0 {
            1.0 / self.below
        } else {
            -1.0 / self.above
        }
    }

    #[inline]
    pub fn sample(self, stream: &mut Stream) -> f64 {
        self.above * random::exponential(stream) - self.below * random::exponential(stream)
    }

    pub fn mean(self) -> f64 {
        self.above - self.below
    }

    pub fn variance(self) -> f64 {
        self.above * self.above + self.below * self.below
    }

    /// P(X > x).
    pub fn ccdf(self, x: f64) -> f64 {
        if x >= 0.0 {
            return self.mass_above() * (-x / self.above).exp();
        }
        if x > -self.below {
            // Where next to all of the mass is below 0, 1 less it would leave nothing.
            return self.mass_above() - self.mass_below() * (x / self.below).exp_m1();
        }
        1.0 - self.mass_below() * (x / self.below).exp()
    }

    /// log P(X > x).
    pub fn log_ccdf(self, x: f64) -> f64 {
        if x >= 0.0 {
            return log_mass(self.mass_above(), self.mass_below()) - x / self.above;
        }
        log_mass(self.ccdf(x), self.mass_below() * (x / self.below).exp())
    }

    /// The derivatives of the logarithm of the mass on a side of x: in x, and in the logarithms of the scales below and above.
    pub fn mass_gradient(self, x: f64, side: Side) -> [f64; 3] {
        if side == Side::Below {
            let [slope, by_below, by_above] = self.mirrored().mass_gradient(-x, Side::Above);
            return [-slope, by_above, by_below];
        }
        if x >= 0.0 {
            return [-1.0 / self.above, -self.mass_below(), self.mass_below() + x / self.above];
        }
        // The mass below x, over that above it.
        let odds = self.mass_below() * (x / self.below).exp() / self.ccdf(x);
        [-odds / self.below, -product(odds, self.mass_above() - x / self.below), odds * self.mass_above()]
    }

    /// The x with P(X > x) = q.
    pub fn quantile_ccdf(self, q: f64) -> f64 {
        let q = probability(q);
        let mass = self.mass_above();
        if q <= mass {
            return -self.above * (q / mass).ln();
        }
        // What is above x and below 0, as a share of all that is below 0.
        let share = (q - mass) / self.mass_below();
        if share < 0.5 {
            return self.below * (-share).ln_1p();
        }
        self.below * ((1.0 - q) / self.mass_below()).ln()
    }
}
