//! The Cauchy distribution.

use super::tail::probability;
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::logarithm::log1p_square;
use std::f64::consts::PI;

distribution! {
    /// The Cauchy distribution, whose tails are so heavy that it has no mean.
    ///
    /// The density is 1 / (π sigma (1 + z²)) with z = (x - mu) / sigma, on all reals. The median is mu and half of the mass is within
    /// sigma of it; mean and variance do not exist, and the average of many draws is distributed as a single one. The distribution
    /// function is 1/2 + atan(z) / π, the entropy log(4π sigma).
    ///
    /// It is StudentT(1, mu, sigma), the ratio of two independent normals, and the shape of a spectral line (there also called
    /// Lorentz or Breit-Wigner). As a prior it says "near mu within sigma, but I may be quite wrong"; Gelman and others (2008)
    /// take Cauchy(0, 2.5) for the coefficients of a logistic regression.
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1 (1994), chapter 16.
    ///
    ///     model coefficient(y: Real = 2.2) {
    ///       let slope ~ Cauchy(0, 2.5)
    ///       observe y ~ Normal(slope, 1)
    ///       return slope
    ///     }
    pub struct Cauchy: f64, Continuous {
        /// location: the median, in the units of x
        mu: f64 => Finite,
        /// scale: half of the distance of the quartiles, in the units of x
        sigma: f64 => Positive,
    }
}

/// log(atan2(a, b) / π) for a > 0 and b of 0 or more, also where the quotient underflows.
pub(super) fn log_angle(a: f64, b: f64) -> f64 {
    let angle = a.atan2(b) / PI;
    if angle > f64::MIN_POSITIVE { angle.ln() } else { a.ln() - b.ln() - PI.ln() }
}

/// tan(π p / 2) for p from 0 to 1, where both halves keep their digits.
pub(super) fn tangent(p: f64) -> f64 {
    if p > 0.5 { 1.0 / (0.5 * PI * (1.0 - p)).tan() } else { (0.5 * PI * p).tan() }
}

/// The derivative of the log density in z.
#[inline]
pub(super) fn slope(z: f64) -> f64 {
    if z.abs() > 1.0 { -2.0 / (z + 1.0 / z) } else { -2.0 * z / (1.0 + z * z) }
}

/// The derivative of log P(Z > z) in z.
pub(super) fn slope_above(z: f64) -> f64 {
    if z == f64::INFINITY {
        return 0.0;
    }
    let angle = 1f64.atan2(z);
    // z times the angle is near 1 for large z.
    if z > 1.0 { -1.0 / ((z + 1.0 / z) * (z * angle)) } else { -1.0 / ((1.0 + z * z) * angle) }
}

impl Cauchy {
    #[inline]
    fn standardised(&self, x: f64) -> f64 {
        (x - self.mu) / self.sigma
    }

    /// P(X > mu + distance).
    fn above(&self, distance: f64) -> f64 {
        self.sigma.atan2(distance) / PI
    }

    fn log_above(&self, distance: f64) -> f64 {
        if distance > 0.0 { log_angle(self.sigma, distance) } else { (-self.above(-distance)).ln_1p() }
    }

    /// The z with P(Z > z) = q.
    fn standard(q: f64) -> f64 {
        let q = probability(q);
        let from_median = 1.0 - 2.0 * q;
        if from_median.abs() < 0.5 { tangent(from_median.abs()).copysign(from_median) } else { (PI * q).tan().recip() }
    }
}

impl Scalar for Cauchy {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Real
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        // The ratio of two normals.
        self.mu + self.sigma * (random::normal(stream) / random::normal(stream))
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        -PI.ln() - self.sigma.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        normaliser - log1p_square(self.standardised(x))
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        let z = self.standardised(x);
        out.copy_from_slice(&gradient::located(z, self.sigma, slope(z)));
    }

    fn mean(&self) -> f64 {
        f64::NAN
    }

    fn variance(&self) -> f64 {
        f64::NAN
    }

    fn entropy(&self) -> f64 {
        (4.0 * PI).ln() + self.sigma.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.above(self.mu - x)
    }

    fn ccdf(&self, x: f64) -> f64 {
        self.above(x - self.mu)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.log_above(self.mu - x)
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        self.log_above(x - self.mu)
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let (z, sign) = (self.standardised(x), side.sign());
        out.copy_from_slice(&gradient::located_mass(z, self.sigma, -sign * slope_above(-sign * z)));
    }

    fn quantile(&self, p: f64) -> f64 {
        if p > 0.5 { self.quantile_ccdf(1.0 - p) } else { self.mu - self.sigma * Cauchy::standard(p) }
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        if q > 0.5 { self.quantile(1.0 - q) } else { self.mu + self.sigma * Cauchy::standard(q) }
    }
}
