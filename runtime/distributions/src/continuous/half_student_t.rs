//! The absolute value of a StudentT(nu, 0, sigma).

use super::student;
use crate::{Scalar, Side, Support, distribution, gradient};
use borel_abi::stream::Stream;
use std::f64::consts::LN_2;

distribution! {
    /// The half-t distribution, of the absolute value of a StudentT(nu, 0, sigma).
    ///
    /// The density is 2 Γ((nu + 1) / 2) / (Γ(nu / 2) √(nu π) sigma) (1 + (x / sigma)² / nu)^(-(nu + 1) / 2) for x >= 0. The mean is
    /// 2 sigma √(nu / π) Γ((nu + 1) / 2) / (Γ(nu / 2) (nu - 1)) for nu > 1, infinite otherwise; the second moment is
    /// sigma² nu / (nu - 2) for nu > 2, and for smaller nu the variance is infinite. nu = 1 is HalfCauchy(sigma); as nu grows it
    /// becomes HalfNormal(sigma).
    ///
    /// A prior of scales, as of the standard deviation between groups: flat near 0, and with a tail that lets the data speak where
    /// sigma was chosen too small. Stan writes the same as student_t(nu, 0, sigma) with a lower bound of 0; brms takes nu = 3.
    ///
    /// Source: Gelman, "Prior distributions for variance parameters in hierarchical models", Bayesian Analysis 1 (2006).
    ///
    ///     model between_groups(means: [Real] = [0.2, 1.9, -1.1]) {
    ///       let tau ~ HalfStudentT(3, 2.5)
    ///       for mean in means { observe mean ~ Normal(0, tau) }
    ///       return tau
    ///     }
    pub struct HalfStudentT: f64, Continuous {
        /// degrees of freedom: how heavy the tail is, none
        nu: f64 => Positive,
        /// scale of the underlying t distribution, in the units of x
        sigma: f64 => Positive,
    }
}

impl Scalar for HalfStudentT {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        (self.sigma * student::sample(self.nu, stream)).abs()
    }

    fn normaliser(&self) -> f64 {
        LN_2 + student::log_peak(self.nu) - self.sigma.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x < 0.0 {
            return f64::NEG_INFINITY;
        }
        normaliser + student::log_decay(self.nu, x / self.sigma)
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if x < 0.0 {
            return out.fill(0.0);
        }
        let [slope, by_nu, by_scale] = student::gradient(self.nu, x / self.sigma);
        out.copy_from_slice(&[slope / self.sigma, by_nu, by_scale / self.sigma]);
    }

    fn mean(&self) -> f64 {
        if self.nu <= 1.0 {
            return f64::INFINITY;
        }
        2.0 * self.sigma * (student::log_peak(self.nu)).exp() * (self.nu / (self.nu - 1.0))
    }

    fn variance(&self) -> f64 {
        let nu = self.nu;
        if nu <= 2.0 {
            return f64::INFINITY;
        }
        let mean = self.mean() / self.sigma;
        self.sigma * self.sigma * (nu / (nu - 2.0) - mean * mean)
    }

    fn entropy(&self) -> f64 {
        student::entropy(self.nu) - LN_2 + self.sigma.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { student::inside(self.nu, x / self.sigma) }
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x < 0.0 { 1.0 } else { student::outside(self.nu, x / self.sigma) }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x < 0.0 { f64::NEG_INFINITY } else { student::log_inside(self.nu, x / self.sigma) }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { student::log_outside(self.nu, x / self.sigma) }
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let Some(slope) = gradient::slope_within(self, x, side) else { return out.fill(0.0) };
        let by_nu = gradient::by_differences(self, x, side, 0);
        out.copy_from_slice(&[slope, by_nu, -gradient::product(x / self.sigma, slope)]);
    }

    fn quantile(&self, p: f64) -> f64 {
        self.sigma * student::quantile_inside(self.nu, p)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.sigma * student::quantile_outside(self.nu, q)
    }
}
