//! The inverse of a ChiSquared(nu).

use crate::{InverseGamma, Scalar, Side, Support, distribution};
use borel_abi::stream::Stream;

distribution! {
    /// The inverse chi-squared distribution, of 1 / y where y is ChiSquared(nu).
    ///
    /// The density is x^(-nu/2 - 1) exp(-1 / (2x)) / (2^(nu/2) Γ(nu/2)) for x > 0: that of InverseGamma(nu / 2, 1 / 2). The mean is
    /// 1 / (nu - 2) for nu > 2, the variance 2 / ((nu - 2)² (nu - 4)) for nu > 4, both infinite otherwise; the entropy is
    /// nu/2 + log(Γ(nu/2) / 2) - (1 + nu/2) ψ(nu/2).
    ///
    /// As in Stan. With a scale, as it appears as the posterior of a variance, it is ScaledInverseChiSquared: some texts give that name's
    /// parameterisation, with mean 1 / (nu - 2) replaced by nu / (nu - 2), to this one.
    ///
    /// Source: Gelman and others, Bayesian Data Analysis (3rd edition, 2013), appendix A.
    ///
    ///     model precision(x: Real = 0.3) {
    ///       let variance ~ InverseChiSquared(5)
    ///       observe x ~ Normal(0, sqrt(variance))
    ///       return variance
    ///     }
    pub struct InverseChiSquared: f64, Continuous {
        /// degrees of freedom, none
        nu: f64 => Positive,
    }
}

impl InverseChiSquared {
    #[inline]
    fn base(&self) -> InverseGamma {
        // Halving the least number would give 0.
        InverseGamma { shape: (0.5 * self.nu).max(f64::from_bits(1)), scale: 0.5 }
    }
}

impl Scalar for InverseChiSquared {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.base().sample(stream)
    }

    fn normaliser(&self) -> f64 {
        self.base().normaliser()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        self.base().log_density_given(x, normaliser)
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        let mut base = [0.0; 3];
        self.base().gradient(x, &mut base);
        out.copy_from_slice(&[base[0], 0.5 * base[1]]);
    }

    fn mean(&self) -> f64 {
        self.base().mean()
    }

    fn variance(&self) -> f64 {
        self.base().variance()
    }

    fn entropy(&self) -> f64 {
        self.base().entropy()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.base().cdf(x)
    }

    fn ccdf(&self, x: f64) -> f64 {
        self.base().ccdf(x)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.base().log_cdf(x)
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        self.base().log_ccdf(x)
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let mut base = [0.0; 3];
        self.base().mass_gradient(x, side, &mut base);
        out.copy_from_slice(&[base[0], 0.5 * base[1]]);
    }

    fn quantile(&self, p: f64) -> f64 {
        self.base().quantile(p)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.base().quantile_ccdf(q)
    }
}
