//! Student's t distribution, located and scaled.

use super::student;
use crate::{Scalar, Side, Support, distribution, gradient};
use borel_abi::stream::Stream;
use std::f64::consts::LN_2;

distribution! {
    /// Student's t distribution, a normal distribution with heavier tails.
    ///
    /// The density is Γ((nu + 1) / 2) / (Γ(nu / 2) √(nu π) sigma) (1 + z² / nu)^(-(nu + 1) / 2) with z = (x - mu) / sigma, on all
    /// reals. The median is mu, and so is the mean for nu > 1; the variance is sigma² nu / (nu - 2) for nu > 2, infinite for
    /// 1 < nu <= 2. For nu <= 1 there is no mean, and nu = 1 is the Cauchy distribution; as nu grows it becomes Normal(mu, sigma).
    ///
    /// The parameters come in the order of Stan: nu, mu, sigma. sigma is a scale, not the standard deviation; SciPy's t has df = nu,
    /// loc = mu, scale = sigma. A draw is a normal whose variance is itself drawn, from InverseGamma(nu / 2, nu sigma² / 2). With nu
    /// about 4 it makes a regression robust: far outliers hardly move its location.
    ///
    /// Source: Student, "The probable error of a mean", Biometrika 6 (1908); Johnson, Kotz and Balakrishnan, Continuous Univariate
    /// Distributions 2 (1995), chapter 28.
    ///
    ///     model robust_mean(xs: [Real] = [1.1, 0.8, 1.3, 25]) {
    ///       let mu ~ Normal(0, 10)
    ///       for x in xs { observe x ~ StudentT(4, mu, 0.5) }
    ///       return mu
    ///     }
    pub struct StudentT: f64, Continuous {
        /// degrees of freedom: how heavy the tails are, none
        nu: f64 => Positive,
        /// location: the median, in the units of x
        mu: f64 => Finite,
        /// scale, in the units of x
        sigma: f64 => Positive,
    }
}

impl StudentT {
    #[inline]
    fn standardised(&self, x: f64) -> f64 {
        (x - self.mu) / self.sigma
    }
}

/// P(T > t) of the standard distribution.
fn upper(nu: f64, t: f64) -> f64 {
    if t > 0.0 { 0.5 * student::outside(nu, t) } else { 1.0 - 0.5 * student::outside(nu, t) }
}

/// log P(T > t) of the standard distribution.
fn log_upper(nu: f64, t: f64) -> f64 {
    if t > 0.0 { student::log_outside(nu, t) - LN_2 } else { (-0.5 * student::outside(nu, t)).ln_1p() }
}

/// The t with P(T > t) = q.
fn upper_quantile(nu: f64, q: f64) -> f64 {
    if q > 0.5 { -student::quantile_outside(nu, 2.0 * (1.0 - q)) } else { student::quantile_outside(nu, 2.0 * q) }
}

impl Scalar for StudentT {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Real
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.mu + self.sigma * student::sample(self.nu, stream)
    }

    fn normaliser(&self) -> f64 {
        student::log_peak(self.nu) - self.sigma.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        normaliser + student::log_decay(self.nu, self.standardised(x))
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        let [slope, by_nu, by_scale] = student::gradient(self.nu, self.standardised(x));
        out.copy_from_slice(&[slope / self.sigma, by_nu, -slope / self.sigma, by_scale / self.sigma]);
    }

    fn mean(&self) -> f64 {
        if self.nu > 1.0 { self.mu } else { f64::NAN }
    }

    fn variance(&self) -> f64 {
        if self.nu > 2.0 {
            self.sigma * self.sigma * (self.nu / (self.nu - 2.0))
        } else if self.nu > 1.0 {
            f64::INFINITY
        } else {
            f64::NAN
        }
    }

    fn entropy(&self) -> f64 {
        student::entropy(self.nu) + self.sigma.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        upper(self.nu, -self.standardised(x))
    }

    fn ccdf(&self, x: f64) -> f64 {
        upper(self.nu, self.standardised(x))
    }

    fn log_cdf(&self, x: f64) -> f64 {
        log_upper(self.nu, -self.standardised(x))
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        log_upper(self.nu, self.standardised(x))
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let Some(slope) = gradient::slope_within(self, x, side) else { return out.fill(0.0) };
        let by_nu = gradient::by_differences(self, x, side, 0);
        out.copy_from_slice(&[slope, by_nu, -slope, -gradient::product(self.standardised(x), slope)]);
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mu - self.sigma * upper_quantile(self.nu, p)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.mu + self.sigma * upper_quantile(self.nu, q)
    }
}
