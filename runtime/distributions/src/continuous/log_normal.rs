//! The exponential of a Normal(mu, sigma).

use crate::{LOG_SQRT_TWO_PI, Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::normal;

distribution! {
    /// The log-normal distribution, of the exponential of a Normal(mu, sigma).
    ///
    /// The density is 1 / (x sigma √(2π)) exp(-z² / 2) with z = (log x - mu) / sigma, for x > 0. The median is exp(mu), the mean
    /// exp(mu + sigma² / 2), the variance (exp(sigma²) - 1) exp(2 mu + sigma²), the entropy mu + log(sigma √(2πe)).
    ///
    /// mu and sigma are mean and standard deviation of log x, as in Stan and R; SciPy's lognorm takes s = sigma and scale = exp(mu).
    /// It describes what many small factors multiply to, such as sizes, incomes and times. To say "x is 20, give or take a factor of
    /// 1.5", write LogNormal(log(20), log(1.5)).
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1 (1994), chapter 14.
    ///
    ///     model dose(concentration: Real = 3.1) {
    ///       let clearance ~ LogNormal(log(2), 0.4)
    ///       observe concentration ~ LogNormal(log(5 / clearance), 0.2)
    ///       return clearance
    ///     }
    pub struct LogNormal: f64, Continuous {
        /// mean of log x, none (a difference of mu by 1 is a factor e)
        mu: f64 => Finite,
        /// standard deviation of log x, none
        sigma: f64 => Positive,
    }
}

impl LogNormal {
    /// The standardised logarithm, -inf at 0 and below.
    #[inline]
    fn standardised(&self, x: f64) -> f64 {
        if x <= 0.0 { f64::NEG_INFINITY } else { (x.ln() - self.mu) / self.sigma }
    }
}

impl Scalar for LogNormal {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Positive
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        (self.mu + self.sigma * random::normal(stream)).exp()
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        -self.sigma.ln() - LOG_SQRT_TWO_PI
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        let log = x.ln();
        if !log.is_finite() {
            return if x.is_nan() { x } else { f64::NEG_INFINITY };
        }
        let z = (log - self.mu) / self.sigma;
        -0.5 * z * z - log + normaliser
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if x <= 0.0 || x == f64::INFINITY {
            return out.fill(0.0);
        }
        let z = self.standardised(x);
        out.copy_from_slice(&[-(1.0 + z / self.sigma) / x, z / self.sigma, (z * z - 1.0) / self.sigma]);
    }

    fn mean(&self) -> f64 {
        (self.mu + 0.5 * self.sigma * self.sigma).exp()
    }

    fn variance(&self) -> f64 {
        let square = self.sigma * self.sigma;
        square.exp_m1() * (2.0 * self.mu + square).exp()
    }

    fn entropy(&self) -> f64 {
        self.mu + 0.5 + LOG_SQRT_TWO_PI + self.sigma.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        normal::cdf(self.standardised(x))
    }

    fn ccdf(&self, x: f64) -> f64 {
        normal::ccdf(self.standardised(x))
    }

    fn log_cdf(&self, x: f64) -> f64 {
        normal::log_cdf(self.standardised(x))
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        normal::log_ccdf(self.standardised(x))
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        if x <= 0.0 || x == f64::INFINITY {
            return out.fill(0.0);
        }
        let (z, sign) = (self.standardised(x), side.sign());
        let [slope, by_mu, by_sigma] = gradient::located_mass(z, self.sigma, sign * normal::hazard(-sign * z));
        out.copy_from_slice(&[slope / x, by_mu, by_sigma]);
    }

    fn quantile(&self, p: f64) -> f64 {
        (self.mu + self.sigma * normal::quantile(p)).exp()
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        (self.mu + self.sigma * normal::quantile_ccdf(q)).exp()
    }
}
