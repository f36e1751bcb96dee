//! The beta distribution.

use super::{entropy, tail::probability};
use crate::{Scalar, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::gamma::{digamma_step, log_beta, stirling_error};
use borel_math::incomplete::{beta_p, beta_p_inverse, beta_q, beta_q_inverse, log_beta_p, log_beta_q};
use borel_math::logarithm::{inv_logit, x_log_y, x_log1p_y};
use borel_math::saddle::half_deviance;
use std::f64::consts::TAU;

distribution! {
    /// The beta distribution, of a share or a probability.
    ///
    /// The density is x^(a - 1) (1 - x)^(b - 1) / B(a, b) for 0 <= x <= 1, where B(a, b) = Γ(a) Γ(b) / Γ(a + b). The mean is a / (a + b),
    /// the variance a b / ((a + b)² (a + b + 1)); for a, b > 1 there is a mode at (a - 1) / (a + b - 2), for shapes below 1 the density is
    /// infinite at that end. The entropy is log B(a, b) - (a - 1) ψ(a) - (b - 1) ψ(b) + (a + b - 2) ψ(a + b).
    ///
    /// The same parameters as in Stan (alpha, beta), SciPy (a, b) and R (shape1, shape2); BetaProportion takes mean and precision instead.
    /// As a prior of a probability it is worth a successes and b failures, and k successes in n trials make Beta(a + k, b + n - k) of it.
    /// Beta(1, 1) is Uniform(0, 1), Beta(1/2, 1/2) Jeffreys' prior; x / (x + y) is Beta(a, b) for independent x ~ Gamma(a, 1), y ~ Gamma(b, 1).
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2 (1995), chapter 25.
    ///
    ///     model success(successes: Int = 7, trials: Int = 10) {
    ///       let p ~ Beta(2, 2)
    ///       observe successes ~ Binomial(trials, p)
    ///       return p
    ///     }
    pub struct Beta: f64, Continuous {
        /// first shape: weight of 1, none
        a: f64 => Positive,
        /// second shape: weight of 0, none
        b: f64 => Positive,
    }
}

impl Beta {
    /// Whether both shapes are so large that the density is computed in its saddle-point form.
    #[inline]
    fn is_large(&self) -> bool {
        self.a.min(self.b) >= 10.0
    }
}

impl Scalar for Beta {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Interval(0.0, 1.0)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        if self.a.min(self.b) >= 1.0 {
            let (x, y) = (random::gamma(stream, self.a), random::gamma(stream, self.b));
            return x / (x + y);
        }
        // The ratio of gammas, in logarithms so that small shapes do not give 0 / 0.
        let (x, log_x) = random::gamma_parts(stream, self.a);
        let (y, log_y) = random::gamma_parts(stream, self.b);
        inv_logit((x / y).ln() + (log_x - log_y))
    }

    fn normaliser(&self) -> f64 {
        let (a, b) = (self.a, self.b);
        if !self.is_large() {
            return -log_beta(a, b);
        }
        // (Loader 2000), with what does not depend on x.
        let n = a + b;
        stirling_error(n) - stirling_error(a) - stirling_error(b) + 0.5 * (a * (b / n) / TAU).ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        let (log, log_rest) = (x.ln(), (-x).ln_1p());
        let is_inside = (log + log_rest).is_finite();
        if is_inside && !self.is_large() {
            return (a - 1.0) * log + (b - 1.0) * log_rest + normaliser;
        }
        if !(0.0..=1.0).contains(&x) {
            return if x.is_nan() { f64::NAN } else { f64::NEG_INFINITY };
        }
        if is_inside {
            let (n, rest) = (a + b, 1.0 - x);
            return normaliser - half_deviance(a, n * x) - half_deviance(b, n * rest) - log - log_rest;
        }
        x_log_y(a - 1.0, x) + x_log1p_y(b - 1.0, -x) + normaliser
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        if !(0.0..=1.0).contains(&x) {
            return out.fill(if x.is_nan() { x } else { 0.0 });
        }
        let (a, b) = (self.a, self.b);
        out.copy_from_slice(&[
            gradient::quotient(a - 1.0, x) - gradient::quotient(b - 1.0, 1.0 - x),
            x.ln() + digamma_step(a, b),
            (-x).ln_1p() + digamma_step(b, a),
        ]);
    }

    fn mean(&self) -> f64 {
        self.a / (self.a + self.b)
    }

    fn variance(&self) -> f64 {
        let total = self.a + self.b;
        self.a / total * (self.b / total) / (total + 1.0)
    }

    fn entropy(&self) -> f64 {
        entropy::of_beta(self.a, self.b)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 || x >= 1.0 { f64::from(x >= 1.0) } else { beta_p(self.a, self.b, x) }
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 || x >= 1.0 { f64::from(x <= 0.0) } else { beta_q(self.a, self.b, x) }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x <= 0.0 || x >= 1.0 { self.cdf(x).ln() } else { log_beta_p(self.a, self.b, x) }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x <= 0.0 || x >= 1.0 { self.ccdf(x).ln() } else { log_beta_q(self.a, self.b, x) }
    }

    fn quantile(&self, p: f64) -> f64 {
        beta_p_inverse(self.a, self.b, probability(p))
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        beta_q_inverse(self.a, self.b, probability(q))
    }
}
