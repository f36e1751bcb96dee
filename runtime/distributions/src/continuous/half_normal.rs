//! The absolute value of a Normal(0, sigma).

use crate::{LOG_SQRT_TWO_PI, Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::{error, normal};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI, LN_2, SQRT_2};

distribution! {
    /// The half-normal distribution, of the absolute value of a Normal(0, sigma).
    ///
    /// The density is 2 / (sigma √(2π)) exp(-(x / sigma)² / 2) for x >= 0. The mean is sigma √(2/π), about 0.8 sigma, the median
    /// 0.674 sigma, the variance sigma² (1 - 2/π), the entropy log(sigma √(πe/2)).
    ///
    /// sigma is the scale of the normal that is folded, not the standard deviation of the result; Stan writes the same as a normal with
    /// a lower bound of 0. It is the usual prior of a scale of which one knows the order of magnitude: 95 % of its mass lie below
    /// 2 sigma. Where much larger values must stay possible, see HalfStudentT and HalfCauchy.
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1 (1994), chapter 13.
    ///
    ///     model spread(xs: [Real] = [0.2, -1.4, 0.7]) {
    ///       let sigma ~ HalfNormal(2)
    ///       for x in xs { observe x ~ Normal(0, sigma) }
    ///       return sigma
    ///     }
    pub struct HalfNormal: f64, Continuous {
        /// scale of the underlying normal, in the units of x
        sigma: f64 => Positive,
    }
}

impl Scalar for HalfNormal {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.sigma * random::normal(stream).abs()
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        LN_2 - LOG_SQRT_TWO_PI - self.sigma.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x < 0.0 {
            return f64::NEG_INFINITY;
        }
        let z = x / self.sigma;
        -0.5 * z * z + normaliser
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if x < 0.0 {
            return out.fill(0.0);
        }
        let z = x / self.sigma;
        out.copy_from_slice(&[-z / self.sigma, (z * z - 1.0) / self.sigma]);
    }

    fn mean(&self) -> f64 {
        self.sigma * FRAC_2_PI.sqrt()
    }

    fn variance(&self) -> f64 {
        self.sigma * self.sigma * (1.0 - FRAC_2_PI)
    }

    fn entropy(&self) -> f64 {
        0.5 + LOG_SQRT_TWO_PI - LN_2 + self.sigma.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { error::erf(x / self.sigma * FRAC_1_SQRT_2) }
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x < 0.0 { 1.0 } else { 2.0 * normal::ccdf(x / self.sigma) }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x < self.sigma { self.cdf(x).ln() } else { (-self.ccdf(x)).ln_1p() }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x < self.sigma { (-self.cdf(x)).ln_1p() } else { LN_2 + normal::log_ccdf(x / self.sigma) }
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        if x <= 0.0 {
            return out.fill(0.0);
        }
        let z = x / self.sigma;
        let slope = match side {
            Side::Below => 2.0 * normal::density(z) / error::erf(z * FRAC_1_SQRT_2),
            Side::Above => -normal::hazard(z),
        };
        out.copy_from_slice(&[slope / self.sigma, -gradient::product(z, slope) / self.sigma]);
    }

    fn quantile(&self, p: f64) -> f64 {
        if p > 0.5 { self.quantile_ccdf(1.0 - p) } else { self.sigma * (SQRT_2 * error::erf_inverse(positive(p))) }
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        if q > 0.5 { self.quantile(1.0 - q) } else { self.sigma * normal::quantile_ccdf(0.5 * q) }
    }
}

/// NaN for negative numbers, of which the error function has an inverse too.
fn positive(p: f64) -> f64 {
    if p < 0.0 { f64::NAN } else { p }
}
