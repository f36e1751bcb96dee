//! The chi-squared distribution.

use crate::{Gamma, Scalar, Side, Support, distribution};
use borel_abi::stream::Stream;

distribution! {
    /// The chi-squared distribution, of the sum of nu squares of standard normals.
    ///
    /// The density is x^(nu/2 - 1) exp(-x/2) / (2^(nu/2) Γ(nu/2)) for x > 0: that of Gamma(nu / 2, 1 / 2). The mean is nu, the variance
    /// 2 nu, the entropy nu/2 + log(2 Γ(nu/2)) + (1 - nu/2) ψ(nu/2).
    ///
    /// As in Stan, SciPy (df) and R (df); nu need not be whole. If s² is the variance of n draws from Normal(mu, sigma), with divisor
    /// n - 1, then (n - 1) s² / sigma² is ChiSquared(n - 1).
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1 (1994), chapter 18.
    ///
    ///     model spread(sum_of_squares: Real = 7.3) {
    ///       let sigma ~ HalfNormal(3)
    ///       observe sum_of_squares / sigma ^ 2 ~ ChiSquared(4)
    ///       return sigma
    ///     }
    pub struct ChiSquared: f64, Continuous {
        /// degrees of freedom: the mean, none
        nu: f64 => Positive,
    }
}

impl ChiSquared {
    #[inline]
    fn base(&self) -> Gamma {
        // Halving the least number would give 0.
        Gamma { shape: (0.5 * self.nu).max(f64::from_bits(1)), rate: 0.5 }
    }
}

impl Scalar for ChiSquared {
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
