//! The Laplace distribution.

use super::tail::probability;
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use std::f64::consts::LN_2;

distribution! {
    /// The Laplace distribution, an exponential to both sides.
    ///
    /// The density is exp(-|x - mu| / sigma) / (2 sigma), on all reals, with a kink at mu, which is mean and median. The variance is
    /// 2 sigma², the entropy 1 + log(2 sigma).
    ///
    /// Stan's double_exponential; SciPy's laplace with loc and scale. The most probable mu of given data is their median, as the mean is for
    /// the normal: absolute deviations count instead of squares. As a prior of coefficients its most probable values are those of
    /// the lasso with penalty 1 / sigma. It is the difference of two independent Exponential(1 / sigma), and a normal whose variance is
    /// exponential with mean 2 sigma².
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2 (1995), chapter 24.
    ///
    ///     model sparse(y: Real = 1.7) {
    ///       let effect ~ Laplace(0, 0.5)
    ///       observe y ~ Normal(effect, 1)
    ///       return effect
    ///     }
    pub struct Laplace: f64, Continuous {
        /// location: mean and median, in the units of x
        mu: f64 => Finite,
        /// scale: the mean distance from mu, in the units of x
        sigma: f64 => Positive,
    }
}

impl Laplace {
    #[inline]
    fn standardised(&self, x: f64) -> f64 {
        (x - self.mu) / self.sigma
    }
}

/// P(Z > z).
fn above(z: f64) -> f64 {
    if z < 0.0 { 1.0 - 0.5 * z.exp() } else { 0.5 * (-z).exp() }
}

/// log P(Z > z).
fn log_above(z: f64) -> f64 {
    if z < 0.0 { (-0.5 * z.exp()).ln_1p() } else { -z - LN_2 }
}

/// The derivative of log P(Z > z).
fn slope_above(z: f64) -> f64 {
    if z < 0.0 { -1.0 / (2.0 * (-z).exp() - 1.0) } else { -1.0 }
}

/// The z with P(Z > z) = q.
fn quantile_above(q: f64) -> f64 {
    let q = probability(q);
    if q > 0.5 { (2.0 * (1.0 - q)).ln() } else { -(2.0 * q).ln() }
}

impl Scalar for Laplace {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Real
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        let distance = self.sigma * random::exponential(stream);
        if stream.next_u64() >> 63 == 0 { self.mu + distance } else { self.mu - distance }
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        -LN_2 - self.sigma.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        normaliser - self.standardised(x).abs()
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        let z = self.standardised(x);
        let slope = if z == 0.0 { 0.0 } else { -z.signum() };
        out.copy_from_slice(&gradient::located(z, self.sigma, slope));
    }

    fn mean(&self) -> f64 {
        self.mu
    }

    fn variance(&self) -> f64 {
        2.0 * self.sigma * self.sigma
    }

    fn entropy(&self) -> f64 {
        1.0 + LN_2 + self.sigma.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        above(-self.standardised(x))
    }

    fn ccdf(&self, x: f64) -> f64 {
        above(self.standardised(x))
    }

    fn log_cdf(&self, x: f64) -> f64 {
        log_above(-self.standardised(x))
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        log_above(self.standardised(x))
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let (z, sign) = (self.standardised(x), side.sign());
        out.copy_from_slice(&gradient::located_mass(z, self.sigma, -sign * slope_above(-sign * z)));
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mu - self.sigma * quantile_above(p)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.mu + self.sigma * quantile_above(q)
    }
}
