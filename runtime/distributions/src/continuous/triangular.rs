//! The triangular distribution.

use super::tail::{log_mass, probability};
use crate::{Declared, Kind, ParameterError, Scalar, Side, Support, distribution, gradient};
use borel_abi::stream::Stream;
use std::f64::consts::LN_2;

distribution! {
    /// The triangular distribution, of a quantity of which the least, the most likely and the largest value are known.
    ///
    /// The density rises linearly from 0 at lower to 2 / (upper - lower) at mode, and falls linearly to 0 at upper. With a = mode - lower,
    /// b = upper - mode, the mean is (lower + mode + upper) / 3, the variance (a² + a b + b²) / 18, the entropy
    /// 1/2 + log((upper - lower) / 2); P(X <= mode) = a / (a + b).
    ///
    /// The mode may be at either end. SciPy's triang takes c = a / (a + b), loc = lower, scale = upper - lower; Stan has none. The sum of
    /// two Uniform(0, 1) is Triangular(0, 1, 2). It is used for the judgements of experts, of costs and durations; a Beta with the same
    /// mode, moved and stretched, has no corner.
    ///
    /// Source: Kotz and van Dorp, Beyond Beta (2004), chapter 1.
    ///
    ///     model duration(seen: Real = 12) {
    ///       let days ~ Triangular(5, 8, 20)
    ///       observe seen ~ Normal(days, 2)
    ///       return days
    ///     }
    pub struct Triangular: f64, Continuous {
        /// lower bound, in the units of x
        lower: f64 => Finite,
        /// most likely value, in the units of x
        mode: f64 => AtLeast,
        /// upper bound, above the lower one, in the units of x
        upper: f64 => AtLeast,
    }
}

impl Triangular {
    fn width(&self) -> f64 {
        self.upper - self.lower
    }

    /// The same turned round.
    fn mirrored(&self) -> Triangular {
        Triangular { lower: -self.upper, mode: -self.mode, upper: -self.lower }
    }

    /// The gradient of the log density up to the mode.
    fn rise(&self, x: f64) -> [f64; 4] {
        let (distance, a, width) = (x - self.lower, self.mode - self.lower, self.width());
        [1.0 / distance, 1.0 / width - (self.mode - x) / distance / a, -1.0 / a, -1.0 / width]
    }

    /// The gradient of log P(X <= x) up to the mode.
    fn rise_of_mass(&self, x: f64) -> [f64; 4] {
        let (distance, a, width) = (x - self.lower, self.mode - self.lower, self.width());
        [2.0 / distance, 1.0 / a + 1.0 / width - 2.0 / distance, -1.0 / a, -1.0 / width]
    }
}

/// A gradient of what was turned round.
fn turned([slope, by_lower, by_mode, by_upper]: [f64; 4]) -> [f64; 4] {
    [-slope, -by_upper, -by_mode, -by_lower]
}

impl Scalar for Triangular {
    type Value = f64;

    fn check(&self) -> Result<(), ParameterError> {
        self.check_domains()?;
        if self.upper > self.lower {
            return Ok(());
        }
        Err(ParameterError { kind: Kind::Triangular, parameter: 2, found: self.upper })
    }

    fn support(&self) -> Support {
        Support::Interval(self.lower, self.upper)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.quantile(stream.uniform())
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        LN_2 - self.width().ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x < self.lower || x > self.upper {
            return f64::NEG_INFINITY;
        }
        if x < self.mode {
            normaliser + ((x - self.lower) / (self.mode - self.lower)).ln()
        } else if x > self.mode {
            normaliser + ((self.upper - x) / (self.upper - self.mode)).ln()
        } else {
            normaliser + if x.is_nan() { x } else { 0.0 }
        }
    }

    fn gradient(&self, x: f64, out: &mut [f64]) {
        if !(x >= self.lower && x <= self.upper) {
            return out.fill(if x.is_nan() { x } else { 0.0 });
        }
        let is_rising = x < self.mode || self.mode == self.upper;
        out.copy_from_slice(&if is_rising { self.rise(x) } else { turned(self.mirrored().rise(-x)) });
    }

    fn mean(&self) -> f64 {
        self.lower + (self.mode - self.lower) / 3.0 + self.width() / 3.0
    }

    fn variance(&self) -> f64 {
        let (a, b) = (self.mode - self.lower, self.upper - self.mode);
        (a * a + a * b + b * b) / 18.0
    }

    fn entropy(&self) -> f64 {
        0.5 - LN_2 + self.width().ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= self.lower || x >= self.upper {
            return f64::from(x >= self.upper);
        }
        let (a, b) = (self.mode - self.lower, self.upper - self.mode);
        if x <= self.mode {
            let distance = x - self.lower;
            return distance / a * (distance / self.width());
        }
        // a and the trapezium between the mode and x.
        (a + (x - self.mode) * (1.0 + (self.upper - x) / b)) / self.width()
    }

    fn ccdf(&self, x: f64) -> f64 {
        self.mirrored().cdf(-x)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        let below = self.cdf(x);
        if below < f64::MIN_POSITIVE && x > self.lower {
            // The square of the distance underflows.
            return 2.0 * (x - self.lower).ln() - (self.mode - self.lower).ln() - self.width().ln();
        }
        log_mass(below, self.ccdf(x))
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        self.mirrored().log_cdf(-x)
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        if !(x > self.lower && x < self.upper) {
            return out.fill(if x.is_nan() { x } else { 0.0 });
        }
        let is_rising = x <= self.mode;
        let (own, tail) = if is_rising {
            (Side::Below, self.rise_of_mass(x))
        } else {
            (Side::Above, turned(self.mirrored().rise_of_mass(-x)))
        };
        // Where the mass on one side grows, that on the other shrinks.
        let factor = if side == own { 1.0 } else { -gradient::share(own.log_mass(self, x), side.log_mass(self, x)) };
        out.copy_from_slice(&tail.map(|derivative| factor * derivative));
    }

    fn quantile(&self, p: f64) -> f64 {
        let p = probability(p);
        let (a, b) = (self.mode - self.lower, self.upper - self.mode);
        let share = a / self.width();
        if p <= share {
            return self.lower + (p * a).sqrt() * self.width().sqrt();
        }
        // The share of what is above the mode; near the mode 1 less the root would cancel.
        let above = (p - share) / (b / self.width());
        let root = (1.0 - above).max(0.0).sqrt();
        if above < 0.5 {
            self.mode + b * (above / (1.0 + root))
        } else {
            self.upper - (1.0 - p).sqrt() * (b.sqrt() * self.width().sqrt())
        }
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        -self.mirrored().quantile(q)
    }
}
