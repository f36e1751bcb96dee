//! The skew-normal distribution.
//!
//! On the side to which it leans the tail is a sum of positive terms (Owen's T). On the other side that sum would cancel, and the
//! density, whose logarithm is concave, is integrated instead, relative to its value at the point.

use super::tail::{Logarithm, NEGLIGIBLE, Search, integral, invert, probability, reach};
use crate::{LOG_SQRT_TWO_PI, Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::error::erf;
use borel_math::{normal, owens_t};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI, LN_2, PI};

distribution! {
    /// The skew-normal distribution, a normal that leans to one side.
    ///
    /// The density is (2 / omega) φ(z) Φ(alpha z) with z = (x - xi) / omega, on all reals, where φ and Φ are density and distribution
    /// function of Normal(0, 1). With delta = alpha / √(1 + alpha²) the mean is xi + omega delta √(2/π), the variance
    /// omega² (1 - 2 delta² / π). The entropy has no closed form (NaN).
    ///
    /// As in Stan and in Azzalini's work; SciPy's skewnorm has a = alpha. alpha = 0 is Normal(xi, omega), and as alpha grows it becomes the
    /// half-normal above xi; the skewness never exceeds 0.9953. xi is neither mean nor mode. A draw is
    /// xi + omega (delta |u| + √(1 - delta²) v) with independent standard normals u and v.
    ///
    /// Source: Azzalini, "A class of distributions which includes the normal ones", Scandinavian Journal of Statistics 12 (1985).
    ///
    ///     model leaning(xs: [Real] = [0.2, 1.9, 0.7, 3.1]) {
    ///       let alpha ~ Normal(0, 3)
    ///       for x in xs { observe x ~ SkewNormal(0, 2, alpha) }
    ///       return alpha
    ///     }
    pub struct SkewNormal: f64, Continuous {
        /// location, in the units of x
        xi: f64 => Finite,
        /// scale, in the units of x
        omega: f64 => Positive,
        /// shape: where it leans to, none
        alpha: f64 => Finite,
    }
}

/// P(Z <= z) for a shape of 0 or more.
fn below(z: f64, alpha: f64) -> f64 {
    if z < 0.0 {
        return log_integral(z, alpha, -1.0).exp();
    }
    // With Owen's reflection the differences of Φ(z) - 2 T(z, alpha) are gone.
    erf(z * FRAC_1_SQRT_2) * normal::cdf(alpha * z) + 2.0 * owens_t(alpha * z, alpha.recip())
}

/// P(Z > z) for a shape of 0 or more.
fn above(z: f64, alpha: f64) -> f64 {
    if z < 0.0 { 1.0 - below(z, alpha) } else { normal::ccdf(z) + 2.0 * owens_t(z, alpha) }
}

fn log_below(z: f64, alpha: f64) -> f64 {
    if z < 0.0 {
        return log_integral(z, alpha, -1.0);
    }
    let above = above(z, alpha);
    if above < 0.5 { (-above).ln_1p() } else { below(z, alpha).ln() }
}

fn log_above(z: f64, alpha: f64) -> f64 {
    if z > 5.0 {
        return log_integral(z, alpha, 1.0);
    }
    let below = below(z, alpha);
    if below < 0.5 { (-below).ln_1p() } else { above(z, alpha).ln() }
}

/// The logarithm of the integral of the density from z on, downwards or upwards (direction -1 or 1), away from the mode.
fn log_integral(z: f64, alpha: f64, direction: f64) -> f64 {
    let at_z = normal::log_cdf(alpha * z);
    if at_z == f64::NEG_INFINITY || z.is_infinite() || z.is_nan() {
        return if z.is_nan() { z } else { f64::NEG_INFINITY };
    }
    let relative = |s: f64| {
        let t = z + direction * s;
        normal::log_cdf(alpha * t) - at_z - (z.abs() + 0.5 * s) * s
    };
    let curvature = if direction < 0.0 { 1.0 + alpha * alpha } else { 1.0 };
    let start = NEGLIGIBLE / (curvature * z.abs() + (0.5 * NEGLIGIBLE * curvature).sqrt());
    let end = reach(relative, start, f64::INFINITY);
    let area = integral(|s| relative(s).exp(), (0.0, end), 4);
    LN_2 - LOG_SQRT_TWO_PI - 0.5 * z * z + at_z + area.ln()
}

impl SkewNormal {
    #[inline]
    fn standardised(&self, x: f64) -> f64 {
        (x - self.xi) / self.omega
    }

    fn delta(&self) -> f64 {
        self.alpha / 1f64.hypot(self.alpha)
    }

    fn standard_log_density(&self, z: f64) -> f64 {
        LN_2 - LOG_SQRT_TWO_PI - 0.5 * z * z + normal::log_cdf(self.alpha * z)
    }

    fn standard_log_cdf(&self, z: f64) -> f64 {
        if self.alpha < 0.0 { log_above(-z, -self.alpha) } else { log_below(z, self.alpha) }
    }

    fn standard_log_ccdf(&self, z: f64) -> f64 {
        if self.alpha < 0.0 { log_below(-z, -self.alpha) } else { log_above(z, self.alpha) }
    }

    /// The z with a given logarithm of the mass below it, or above it.
    fn solve(&self, log_mass: f64, is_below: bool) -> f64 {
        if log_mass == f64::NEG_INFINITY {
            return if is_below { log_mass } else { f64::INFINITY };
        }
        let f = |z: f64| {
            let value = if is_below { self.standard_log_cdf(z) } else { self.standard_log_ccdf(z) };
            let slope = (self.standard_log_density(z) - value).exp();
            Logarithm { value, slope: if is_below { slope } else { -slope } }
        };
        let start = (self.delta() * FRAC_2_PI.sqrt(), 1.0);
        invert(f, log_mass, Search { rises: is_below, bounds: (f64::NEG_INFINITY, f64::INFINITY), start })
    }
}

impl Scalar for SkewNormal {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Real
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        let other = random::normal(stream) / 1f64.hypot(self.alpha);
        self.xi + self.omega * (self.delta() * random::normal(stream).abs() + other)
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        LN_2 - LOG_SQRT_TWO_PI - self.omega.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        let z = self.standardised(x);
        if z.is_infinite() {
            return f64::NEG_INFINITY;
        }
        normaliser - 0.5 * z * z + normal::log_cdf(self.alpha * z)
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        let z = self.standardised(x);
        if z.is_infinite() {
            return out.fill(0.0);
        }
        let hazard = normal::hazard(-self.alpha * z);
        let [slope, by_xi, by_omega] = gradient::located(z, self.omega, gradient::product(self.alpha, hazard) - z);
        out.copy_from_slice(&[slope, by_xi, by_omega, gradient::product(z, hazard)]);
    }

    fn mean(&self) -> f64 {
        self.xi + self.omega * self.delta() * FRAC_2_PI.sqrt()
    }

    fn variance(&self) -> f64 {
        let delta = self.delta();
        self.omega * self.omega * (1.0 - FRAC_2_PI * delta * delta)
    }

    fn cdf(&self, x: f64) -> f64 {
        let z = self.standardised(x);
        if z.is_infinite() {
            return f64::from(z > 0.0);
        }
        if self.alpha < 0.0 { above(-z, -self.alpha) } else { below(z, self.alpha) }
    }

    fn ccdf(&self, x: f64) -> f64 {
        let z = self.standardised(x);
        if z.is_infinite() {
            return f64::from(z < 0.0);
        }
        if self.alpha < 0.0 { below(-z, -self.alpha) } else { above(z, self.alpha) }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        let z = self.standardised(x);
        if z.is_infinite() { self.cdf(x).ln() } else { self.standard_log_cdf(z) }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        let z = self.standardised(x);
        if z.is_infinite() { self.ccdf(x).ln() } else { self.standard_log_ccdf(z) }
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let Some(slope) = gradient::slope_within(self, x, side) else { return out.fill(0.0) };
        let z = self.standardised(x);
        // Owen's T, by which alpha enters, has an elementary derivative.
        let curvature = 1.0 + self.alpha * self.alpha;
        let log_derivative = -0.5 * z * z * curvature - (PI * curvature).ln();
        let by_alpha = -side.sign() * gradient::share(log_derivative, side.log_mass(self, x));
        out.copy_from_slice(&[slope, -slope, -gradient::product(z, slope), by_alpha]);
    }

    fn quantile(&self, p: f64) -> f64 {
        let p = probability(p);
        let z = if p > 0.5 { self.solve((1.0 - p).ln(), false) } else { self.solve(p.ln(), true) };
        self.xi + self.omega * z
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        let q = probability(q);
        let z = if q > 0.5 { self.solve((1.0 - q).ln(), true) } else { self.solve(q.ln(), false) };
        self.xi + self.omega * z
    }
}
