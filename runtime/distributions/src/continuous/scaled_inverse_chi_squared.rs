//! nu sigma² over a ChiSquared(nu).

use super::gamma_kernel::{self, Direction::Inverse, placed_logarithm};
use super::inverse_gamma::{standard_deviation, standard_mean};
use super::{entropy, tail::probability};
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::gamma::log_less_digamma;
use borel_math::logarithm::log1p_less;

distribution! {
    /// The scaled inverse chi-squared distribution, of nu sigma² / y where y is ChiSquared(nu).
    ///
    /// The density is (nu/2)^(nu/2) sigma^nu x^(-nu/2 - 1) exp(-nu sigma² / (2x)) / Γ(nu/2) for x > 0: that of
    /// InverseGamma(nu / 2, nu sigma² / 2). The mean is sigma² nu / (nu - 2) for nu > 2, the variance
    /// 2 nu² sigma⁴ / ((nu - 2)² (nu - 4)) for nu > 4, both infinite otherwise; the mode is sigma² nu / (nu + 2).
    ///
    /// As in Stan. It is the posterior of the variance of a Normal with known mean, whose data are nu values with mean square
    /// sigma², under the prior 1 / variance; as a prior it is worth nu such observations. Note the units: x is a variance, sigma a standard
    /// deviation.
    ///
    /// Source: Gelman and others, Bayesian Data Analysis (3rd edition, 2013), appendix A and section 2.6.
    ///
    ///     model noise(xs: [Real] = [0.4, -1.2, 0.9]) {
    ///       let variance ~ ScaledInverseChiSquared(4, 1)
    ///       for x in xs { observe x ~ Normal(0, sqrt(variance)) }
    ///       return variance
    ///     }
    pub struct ScaledInverseChiSquared: f64, Continuous {
        /// degrees of freedom, none
        nu: f64 => Positive,
        /// scale, in the units of the root of x
        sigma: f64 => Positive,
    }
}

impl ScaledInverseChiSquared {
    #[inline]
    fn shape(&self) -> f64 {
        // Halving the least number would give 0.
        (0.5 * self.nu).max(f64::from_bits(1))
    }

    /// The logarithm of nu sigma² / 2, which itself may overflow.
    fn log_scale(&self) -> f64 {
        self.shape().ln() + 2.0 * self.sigma.ln()
    }

    /// nu sigma² / (2 x).
    #[inline]
    fn y(&self, x: f64) -> f64 {
        let ratio = self.sigma / x.sqrt();
        ratio * (ratio * self.shape())
    }

    fn log_y(&self, x: f64) -> f64 {
        self.log_scale() - x.ln()
    }
}

impl Scalar for ScaledInverseChiSquared {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        if self.nu >= 2.0 {
            let ratio = self.shape() / random::gamma(stream, self.shape());
            return self.sigma * ratio * self.sigma;
        }
        placed_logarithm(Inverse, self.log_scale(), random::log_gamma(stream, self.shape()))
    }

    fn normaliser(&self) -> f64 {
        gamma_kernel::normaliser(self.shape(), self.log_scale())
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x <= 0.0 || x == f64::INFINITY {
            return f64::NEG_INFINITY;
        }
        gamma_kernel::log_density(Inverse, self.shape(), (x, self.y(x)), || self.log_scale(), normaliser)
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if x <= 0.0 || x == f64::INFINITY {
            return out.fill(0.0);
        }
        let shape = self.shape();
        let root = self.sigma / x.sqrt();
        // y over the shape: of its logarithm the leading term is taken off, which for large nu cancels.
        let ratio = root * root;
        out.copy_from_slice(&[
            (self.y(x) - shape - 1.0) / x,
            0.5 * (log1p_less(ratio - 1.0) + log_less_digamma(shape)),
            2.0 * shape * (1.0 - ratio) / self.sigma,
        ]);
    }

    fn mean(&self) -> f64 {
        self.sigma * (self.shape() * standard_mean(self.shape())) * self.sigma
    }

    fn variance(&self) -> f64 {
        (self.sigma * (self.shape() * standard_deviation(self.shape())) * self.sigma).powi(2)
    }

    fn entropy(&self) -> f64 {
        entropy::of_inverse_gamma(self.shape()) + self.log_scale()
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { gamma_kernel::above(self.shape(), self.y(x), || self.log_y(x)) }
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { gamma_kernel::below(self.shape(), self.y(x), || self.log_y(x)) }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { f64::NEG_INFINITY } else { gamma_kernel::log_above(self.shape(), self.y(x), || self.log_y(x)) }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { gamma_kernel::log_below(self.shape(), self.y(x), || self.log_y(x)) }
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let Some(slope) = gradient::slope_within(self, x, side) else { return out.fill(0.0) };
        let by_nu = gradient::by_differences(self, x, side, 0);
        out.copy_from_slice(&[slope, by_nu, -2.0 * (x / self.sigma) * slope]);
    }

    fn quantile(&self, p: f64) -> f64 {
        self.at(gamma_kernel::quantile_above(Inverse, self.shape(), self.shape(), probability(p)), || {
            gamma_kernel::log_quantile_above(self.shape(), probability(p))
        })
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.at(gamma_kernel::quantile(Inverse, self.shape(), self.shape(), probability(q)), || {
            gamma_kernel::log_quantile(self.shape(), probability(q))
        })
    }
}

impl ScaledInverseChiSquared {
    /// sigma² times a ratio, or, where that overflows, by the logarithm of its denominator.
    fn at(&self, ratio: f64, log_y: impl FnOnce() -> f64) -> f64 {
        let x = self.sigma * ratio * self.sigma;
        if x.is_finite() || x.is_nan() { x } else { placed_logarithm(Inverse, self.log_scale(), log_y()) }
    }
}
