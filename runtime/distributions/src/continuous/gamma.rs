//! The gamma distribution.

use super::gamma_kernel::{self, Direction::Direct};
use super::{entropy, tail::probability};
use crate::{Scalar, Side, Support, distribution, gradient};
use borel_abi::stream::Stream;
use borel_math::logarithm::x_log_y;

distribution! {
    /// The gamma distribution, of a positive quantity whose mean and spread are free.
    ///
    /// The density is rate^shape x^(shape - 1) exp(-rate x) / Γ(shape) for x > 0. The mean is shape / rate, the variance shape / rate²,
    /// so that the coefficient of variation is 1 / √shape; the mode is (shape - 1) / rate for shape >= 1, and below that the density is
    /// infinite at 0. The entropy is shape - log(rate) + log Γ(shape) + (1 - shape) ψ(shape).
    ///
    /// The second parameter is the inverse scale, as in Stan (alpha, beta), BUGS and R's default; SciPy and NumPy take scale = 1 / rate.
    /// Gamma(1, r) is Exponential(r), Gamma(k, r) the time until the k-th event of a Poisson process, Gamma(nu / 2, 1/2) is
    /// ChiSquared(nu). It is the conjugate prior of the rate of Poisson and Exponential and of the precision of a Normal. For given mean m
    /// and standard deviation s write Gamma((m / s)², m / s²).
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1 (1994), chapter 17; sampler: Marsaglia and Tsang, "A
    /// simple method for generating gamma variables", ACM TOMS 26 (2000).
    ///
    ///     model waiting(t: Real = 3.1) {
    ///       let rate ~ Gamma(2, 0.5)
    ///       observe t ~ Exponential(rate)
    ///       return rate
    ///     }
    pub struct Gamma: f64, Continuous {
        /// shape: how concentrated it is, none
        shape: f64 => Positive,
        /// inverse scale, per unit of x
        rate: f64 => Positive,
    }
}

impl Gamma {
    fn log_y(&self, x: f64) -> f64 {
        self.rate.ln() + x.ln()
    }
}

impl Scalar for Gamma {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        gamma_kernel::sample(Direct, self.shape, self.rate, stream)
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        gamma_kernel::normaliser(self.shape, self.rate.ln())
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        let log = x.ln();
        if log.is_finite() && self.shape < gamma_kernel::LARGE {
            return normaliser + (self.shape - 1.0) * log - self.rate * x;
        }
        if x > 0.0 && x < f64::INFINITY {
            return gamma_kernel::log_density(Direct, self.shape, (x, self.rate * x), || self.rate.ln(), normaliser);
        }
        if x == 0.0 {
            return x_log_y(self.shape - 1.0, 0.0) + if self.shape == 1.0 { normaliser } else { 0.0 };
        }
        if x.is_nan() { f64::NAN } else { f64::NEG_INFINITY }
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if x < 0.0 || x == f64::INFINITY {
            return out.fill(0.0);
        }
        out.copy_from_slice(&[
            gradient::quotient(self.shape - 1.0, x) - self.rate,
            gamma_kernel::by_shape(self.shape, self.rate * x, || self.log_y(x)),
            self.shape / self.rate - x,
        ]);
    }

    fn mean(&self) -> f64 {
        self.shape / self.rate
    }

    fn variance(&self) -> f64 {
        self.shape / self.rate / self.rate
    }

    fn entropy(&self) -> f64 {
        entropy::of_gamma(self.shape) - self.rate.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { gamma_kernel::below(self.shape, self.rate * x, || self.log_y(x)) }
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 1.0 } else { gamma_kernel::above(self.shape, self.rate * x, || self.log_y(x)) }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { f64::NEG_INFINITY } else { gamma_kernel::log_below(self.shape, self.rate * x, || self.log_y(x)) }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { gamma_kernel::log_above(self.shape, self.rate * x, || self.log_y(x)) }
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let Some(slope) = gradient::slope_within(self, x, side) else { return out.fill(0.0) };
        let by_shape = gradient::by_differences(self, x, side, 0);
        out.copy_from_slice(&[slope, by_shape, x / self.rate * slope]);
    }

    fn quantile(&self, p: f64) -> f64 {
        gamma_kernel::quantile(Direct, self.shape, self.rate, probability(p))
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        gamma_kernel::quantile_above(Direct, self.shape, self.rate, probability(q))
    }
}
