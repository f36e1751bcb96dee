//! The Rayleigh distribution.

use super::tail::probability;
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::logarithm::log1mexp;
use borel_math::normal::exp_half_square;
use std::f64::consts::{EULER_GAMMA, FRAC_PI_2, LN_2};

distribution! {
    /// The Rayleigh distribution, of the length of a vector of two independent normals.
    ///
    /// The density is (x / sigma²) exp(-(x / sigma)² / 2) for x >= 0, and P(X > x) = exp(-(x / sigma)² / 2). The mode is sigma, the mean
    /// sigma √(π/2), the variance sigma² (4 - π) / 2, the median sigma √(2 log 2), the entropy
    /// 1 + log(sigma / √2) + 0.2886 (half of Euler's constant).
    ///
    /// As in Stan, SciPy (scale) and MATLAB: sigma is the standard deviation of the two normals. It is Weibull(2, sigma √2), and its
    /// square over sigma² is ChiSquared(2).
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1 (1994), chapter 18.
    ///
    ///     model wind(speeds: [Real] = [4.2, 7.9, 5.5]) {
    ///       let sigma ~ HalfNormal(10)
    ///       for speed in speeds { observe speed ~ Rayleigh(sigma) }
    ///       return sigma
    ///     }
    pub struct Rayleigh: f64, Continuous {
        /// scale: the mode, in the units of x
        sigma: f64 => Positive,
    }
}

impl Scalar for Rayleigh {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.sigma * (2.0 * random::exponential(stream)).sqrt()
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        -2.0 * self.sigma.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        if x < 0.0 || x == f64::INFINITY {
            return f64::NEG_INFINITY;
        }
        let z = x / self.sigma;
        normaliser + x.ln() - 0.5 * z * z
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if x < 0.0 || x == f64::INFINITY {
            return out.fill(0.0);
        }
        let z = x / self.sigma;
        out.copy_from_slice(&[1.0 / x - z / self.sigma, (z * z - 2.0) / self.sigma]);
    }

    fn mean(&self) -> f64 {
        self.sigma * FRAC_PI_2.sqrt()
    }

    fn variance(&self) -> f64 {
        self.sigma * self.sigma * (2.0 - FRAC_PI_2)
    }

    fn entropy(&self) -> f64 {
        1.0 + self.sigma.ln() - 0.5 * LN_2 + 0.5 * EULER_GAMMA
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { -self.log_ccdf(x).exp_m1() }
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { exp_half_square(x / self.sigma) }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return f64::NEG_INFINITY;
        }
        let z = x / self.sigma;
        if z < 1e-9 { 2.0 * (x.ln() - self.sigma.ln()) - LN_2 } else { log1mexp(-0.5 * z * z) }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        let z = x / self.sigma;
        -0.5 * z * z
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        if x <= 0.0 || x == f64::INFINITY {
            return out.fill(0.0);
        }
        // Half the square of z is a standard exponential.
        let slope = 2.0 * gradient::exponential_log_slope(2.0 * (x / self.sigma).ln() - LN_2, side);
        out.copy_from_slice(&[slope / x, -slope / self.sigma]);
    }

    fn quantile(&self, p: f64) -> f64 {
        self.sigma * (-2.0 * (-probability(p)).ln_1p()).sqrt()
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.sigma * (-2.0 * probability(q).ln()).sqrt()
    }
}
