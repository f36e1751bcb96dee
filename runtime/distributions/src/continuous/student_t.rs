//! Student's t distribution: gamma((nu + 1) / 2) / (gamma(nu / 2) sqrt(nu pi) sigma) (1 + ((x - mu) / sigma)^2 / nu)^(-(nu + 1) / 2).

use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::gamma::digamma;
use borel_math::incomplete::{beta_p, beta_p_inverse, beta_q, beta_q_inverse, log_beta_p, log_beta_q};
use borel_math::{gamma::log_beta, logarithm::log1p_square};
use std::f64::consts::LN_2;

distribution! {
    /// Student's t distribution, located and scaled.
    pub struct StudentT: f64, Continuous {
        /// degrees of freedom
        nu: f64 => Positive,
        /// location
        mu: f64 => Finite,
        /// scale
        sigma: f64 => Positive,
    }
}

impl StudentT {
    /// log P(T > z) of the standard distribution, for z of 0 or above.
    fn log_upper(&self, z: f64) -> f64 {
        let ratio = z / self.nu.sqrt();
        let square = ratio * ratio;
        if square < 1.0 {
            log_beta_q(0.5, 0.5 * self.nu, square / (1.0 + square)) - LN_2
        } else {
            log_beta_p(0.5 * self.nu, 0.5, 1.0 / (1.0 + square)) - LN_2
        }
    }

    /// P(T <= z) of the standard distribution.
    fn below(&self, z: f64) -> f64 {
        let ratio = z / self.nu.sqrt();
        let square = ratio * ratio;
        if z > 0.0 {
            // Above one half: the tail is subtracted, which loses nothing.
            return 1.0 - self.below(-z);
        }
        if square < 1.0 {
            0.5 * beta_q(0.5, 0.5 * self.nu, square / (1.0 + square))
        } else {
            0.5 * beta_p(0.5 * self.nu, 0.5, 1.0 / (1.0 + square))
        }
    }

    /// log P(T <= z).
    fn log_below(&self, z: f64) -> f64 {
        if z > 0.0 { (-self.below(-z)).ln_1p() } else { self.log_upper(-z) }
    }

    /// The z with P(T > z) = q, for q up to one half.
    fn upper_quantile(&self, q: f64) -> f64 {
        let v = if q < 0.25 {
            beta_q_inverse(0.5, 0.5 * self.nu, 2.0 * q)
        } else {
            beta_p_inverse(0.5, 0.5 * self.nu, 1.0 - 2.0 * q)
        };
        if v < 0.5 {
            return (self.nu * (v / (1.0 - v))).sqrt();
        }
        let w = beta_p_inverse(0.5 * self.nu, 0.5, 2.0 * q);
        (self.nu * ((1.0 - w) / w)).sqrt()
    }
}

impl Scalar for StudentT {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Real
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        // The inverse root of chi-squared / nu, in logarithms so that a small nu does not divide by 0.
        let log_gamma = random::log_gamma(stream, 0.5 * self.nu);
        let root = (0.5 * ((0.5 * self.nu).ln() - log_gamma)).exp();
        self.mu + self.sigma * random::normal(stream) * root
    }

    fn normaliser(&self) -> f64 {
        // 1 / B(1/2, nu/2) keeps its accuracy for large nu, where the two gammas would cancel.
        -log_beta(0.5, 0.5 * self.nu) - 0.5 * self.nu.ln() - self.sigma.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        let z = (x - self.mu) / self.sigma;
        normaliser - 0.5 * (self.nu + 1.0) * log1p_square(z / self.nu.sqrt())
    }

    fn mean(&self) -> f64 {
        if self.nu > 1.0 { self.mu } else { f64::NAN }
    }

    fn variance(&self) -> f64 {
        if self.nu > 2.0 {
            self.sigma * self.sigma * self.nu / (self.nu - 2.0)
        } else if self.nu > 1.0 {
            f64::INFINITY
        } else {
            f64::NAN
        }
    }

    fn entropy(&self) -> f64 {
        let half = 0.5 * self.nu;
        (half + 0.5) * (digamma(half + 0.5) - digamma(half))
            + 0.5 * self.nu.ln()
            + log_beta(half, 0.5)
            + self.sigma.ln()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.below((x - self.mu) / self.sigma)
    }

    fn ccdf(&self, x: f64) -> f64 {
        self.below(-(x - self.mu) / self.sigma)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.log_below((x - self.mu) / self.sigma)
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        self.log_below(-(x - self.mu) / self.sigma)
    }

    fn quantile(&self, p: f64) -> f64 {
        if p <= 0.5 {
            self.mu - self.sigma * self.upper_quantile(p)
        } else {
            self.mu + self.sigma * self.upper_quantile(1.0 - p)
        }
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        if q <= 0.5 {
            self.mu + self.sigma * self.upper_quantile(q)
        } else {
            self.mu - self.sigma * self.upper_quantile(1.0 - q)
        }
    }
}
