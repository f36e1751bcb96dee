//! The beta distribution: x^(a - 1) (1 - x)^(b - 1) / B(a, b) for 0 <= x <= 1.

use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::gamma::digamma;
use borel_math::gamma::log_beta;
use borel_math::incomplete::{beta_p, beta_p_inverse, beta_q, beta_q_inverse, log_beta_p, log_beta_q};
use borel_math::logarithm::{inv_logit, x_log_y, x_log1p_y};
use borel_math::saddle::log_binomial;

distribution! {
    /// The beta distribution with mean a / (a + b).
    pub struct Beta: f64, Continuous {
        /// first shape
        a: f64 => Positive,
        /// second shape
        b: f64 => Positive,
    }
}

impl Scalar for Beta {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Interval(0.0, 1.0)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        // The ratio of gammas, in logarithms so that small shapes do not give 0 / 0.
        let (x, y) = (random::log_gamma(stream, self.a), random::log_gamma(stream, self.b));
        inv_logit(x - y)
    }

    #[inline]
    fn log_density_given(&self, x: f64, _: f64) -> f64 {
        if !(0.0..=1.0).contains(&x) {
            return if x.is_nan() { f64::NAN } else { f64::NEG_INFINITY };
        }
        if self.a.min(self.b) >= 10.0 && x > 0.0 && x < 1.0 {
            let scale = (self.a / (self.a + self.b) * self.b).ln();
            return log_binomial(self.a, self.b, x, 1.0 - x) + scale - x.ln() - (-x).ln_1p();
        }
        x_log_y(self.a - 1.0, x) + x_log1p_y(self.b - 1.0, -x) - log_beta(self.a, self.b)
    }

    fn mean(&self) -> f64 {
        self.a / (self.a + self.b)
    }

    fn variance(&self) -> f64 {
        let total = self.a + self.b;
        self.a * self.b / (total * total * (total + 1.0))
    }

    fn entropy(&self) -> f64 {
        let (a, b) = (self.a, self.b);
        log_beta(a, b) - (a - 1.0) * digamma(a) - (b - 1.0) * digamma(b) + (a + b - 2.0) * digamma(a + b)
    }

    fn cdf(&self, x: f64) -> f64 {
        beta_p(self.a, self.b, x.clamp(0.0, 1.0))
    }

    fn ccdf(&self, x: f64) -> f64 {
        beta_q(self.a, self.b, x.clamp(0.0, 1.0))
    }

    fn log_cdf(&self, x: f64) -> f64 {
        log_beta_p(self.a, self.b, x.clamp(0.0, 1.0))
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        log_beta_q(self.a, self.b, x.clamp(0.0, 1.0))
    }

    fn quantile(&self, p: f64) -> f64 {
        beta_p_inverse(self.a, self.b, p)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        beta_q_inverse(self.a, self.b, q)
    }
}
