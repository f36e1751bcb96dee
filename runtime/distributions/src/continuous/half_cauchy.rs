//! The absolute value of a Cauchy(0, sigma).

use super::cauchy::{log_angle, slope, slope_above, tangent};
use super::tail::probability;
use crate::{Scalar, Side, Support, distribution, gradient};
use borel_abi::stream::Stream;
use borel_math::logarithm::log1p_square;
use std::f64::consts::{FRAC_2_PI, LN_2, PI};

distribution! {
    /// The half-Cauchy distribution, of the absolute value of a Cauchy(0, sigma).
    ///
    /// The density is 2 / (π sigma (1 + (x / sigma)²)) for x >= 0. The median is sigma; mean and variance are infinite. The
    /// distribution function is (2/π) atan(x / sigma), the entropy log(2π sigma).
    ///
    /// A prior of scales that commits itself to little: half of its mass lies above sigma, a sixteenth above 10 sigma. It is
    /// HalfStudentT(1, sigma); in Stan it is cauchy(0, sigma) with a lower bound of 0. The horseshoe prior of sparse regression
    /// gives one to the scale of every coefficient. If its tail wanders off with few data, HalfStudentT(3, sigma) is tamer.
    ///
    /// Source: Gelman, "Prior distributions for variance parameters in hierarchical models", Bayesian Analysis 1 (2006); Polson and
    /// Scott, "On the half-Cauchy prior for a global scale parameter", Bayesian Analysis 7 (2012).
    ///
    ///     model shrunken(y: Real = 2.2) {
    ///       let tau ~ HalfCauchy(1)
    ///       let effect ~ Normal(0, tau)
    ///       observe y ~ Normal(effect, 1)
    ///       return effect
    ///     }
    pub struct HalfCauchy: f64, Continuous {
        /// scale of the underlying Cauchy, and the median, in the units of x
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
        self.sigma * (0.5 * PI * stream.uniform()).tan()
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        FRAC_2_PI.ln() - self.sigma.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x < 0.0 {
            return f64::NEG_INFINITY;
        }
        normaliser - log1p_square(x / self.sigma)
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if x < 0.0 {
            return out.fill(0.0);
        }
        let [slope, _, by_sigma] = gradient::located(x / self.sigma, self.sigma, slope(x / self.sigma));
        out.copy_from_slice(&[slope, by_sigma]);
    }

    fn mean(&self) -> f64 {
        f64::INFINITY
    }

    fn variance(&self) -> f64 {
        f64::INFINITY
    }

    fn entropy(&self) -> f64 {
        (2.0 * PI).ln() + self.sigma.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { FRAC_2_PI * x.atan2(self.sigma) }
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { FRAC_2_PI * self.sigma.atan2(x) }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            f64::NEG_INFINITY
        } else if x < self.sigma {
            LN_2 + log_angle(x, self.sigma)
        } else {
            (-self.ccdf(x)).ln_1p()
        }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x < self.sigma { (-self.cdf(x)).ln_1p() } else { LN_2 + log_angle(self.sigma, x) }
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        if x <= 0.0 {
            return out.fill(0.0);
        }
        let z = x / self.sigma;
        let slope = if side == Side::Below { 1.0 / ((1.0 + z * z) * z.atan()) } else { slope_above(z) };
        let [slope, _, by_sigma] = gradient::located_mass(z, self.sigma, slope);
        out.copy_from_slice(&[slope, by_sigma]);
    }

    fn quantile(&self, p: f64) -> f64 {
        self.sigma * tangent(probability(p))
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        if q > 0.5 { self.quantile(1.0 - q) } else { self.sigma / tangent(probability(q)) }
    }
}
