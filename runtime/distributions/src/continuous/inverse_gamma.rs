//! The inverse of a Gamma(shape, rate = scale).

use super::gamma_kernel::{self, Direction::Inverse};
use super::{entropy, tail::probability};
use crate::{Scalar, Side, Support, distribution, gradient};
use borel_abi::stream::Stream;

distribution! {
    /// The inverse-gamma distribution, of 1 / y where y is gamma distributed.
    ///
    /// The density is scale^shape x^(-shape - 1) exp(-scale / x) / Γ(shape) for x > 0. The mean is scale / (shape - 1) for shape > 1, the
    /// variance scale² / ((shape - 1)² (shape - 2)) for shape > 2, both infinite otherwise; the mode is scale / (shape + 1). The entropy is
    /// shape + log(scale Γ(shape)) - (1 + shape) ψ(shape).
    ///
    /// If y is Gamma(shape, rate = scale), then 1 / y is InverseGamma(shape, scale), as in Stan (alpha, beta); SciPy's invgamma takes a and
    /// the same scale. It is the conjugate prior of the variance of a Normal. The once customary InverseGamma(0.001, 0.001) is not vague: it
    /// has a peak near 0 and tears small variances towards it (Gelman 2006); HalfNormal or HalfStudentT on the standard
    /// deviation are better choices.
    ///
    /// Source: Gelman and others, Bayesian Data Analysis (3rd edition, 2013), appendix A.
    ///
    ///     model noise(xs: [Real] = [0.4, -1.2, 0.9]) {
    ///       let variance ~ InverseGamma(3, 2)
    ///       for x in xs { observe x ~ Normal(0, sqrt(variance)) }
    ///       return variance
    ///     }
    pub struct InverseGamma: f64, Continuous {
        /// shape: how light the tail is, none
        shape: f64 => Positive,
        /// scale, in the units of x
        scale: f64 => Positive,
    }
}

impl InverseGamma {
    fn log_y(&self, x: f64) -> f64 {
        self.scale.ln() - x.ln()
    }
}

/// The mean of the inverse of a gamma variable with rate 1.
pub(super) fn standard_mean(shape: f64) -> f64 {
    if shape > 1.0 { 1.0 / (shape - 1.0) } else { f64::INFINITY }
}

/// Its standard deviation.
pub(super) fn standard_deviation(shape: f64) -> f64 {
    if shape > 2.0 { standard_mean(shape) / (shape - 2.0).sqrt() } else { f64::INFINITY }
}

impl Scalar for InverseGamma {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        gamma_kernel::sample(Inverse, self.shape, self.scale, stream)
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        gamma_kernel::normaliser(self.shape, self.scale.ln())
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x <= 0.0 || x == f64::INFINITY {
            return f64::NEG_INFINITY;
        }
        gamma_kernel::log_density(Inverse, self.shape, (x, self.scale / x), || self.scale.ln(), normaliser)
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if x <= 0.0 || x == f64::INFINITY {
            return out.fill(0.0);
        }
        let y = self.scale / x;
        out.copy_from_slice(&[
            (y - self.shape - 1.0) / x,
            gamma_kernel::by_shape(self.shape, y, || self.log_y(x)),
            self.shape / self.scale - 1.0 / x,
        ]);
    }

    fn mean(&self) -> f64 {
        self.scale * standard_mean(self.shape)
    }

    fn variance(&self) -> f64 {
        (self.scale * standard_deviation(self.shape)).powi(2)
    }

    fn entropy(&self) -> f64 {
        entropy::of_inverse_gamma(self.shape) + self.scale.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { gamma_kernel::above(self.shape, self.scale / x, || self.log_y(x)) }
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { gamma_kernel::below(self.shape, self.scale / x, || self.log_y(x)) }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { f64::NEG_INFINITY } else { gamma_kernel::log_above(self.shape, self.scale / x, || self.log_y(x)) }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { gamma_kernel::log_below(self.shape, self.scale / x, || self.log_y(x)) }
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let Some(slope) = gradient::slope_within(self, x, side) else { return out.fill(0.0) };
        let by_shape = gradient::by_differences(self, x, side, 0);
        out.copy_from_slice(&[slope, by_shape, -x / self.scale * slope]);
    }

    fn quantile(&self, p: f64) -> f64 {
        gamma_kernel::quantile_above(Inverse, self.shape, self.scale, probability(p))
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        gamma_kernel::quantile(Inverse, self.shape, self.scale, probability(q))
    }
}
