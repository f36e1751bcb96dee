//! The Gumbel distribution of maxima.

use super::tail::probability;
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::logarithm::log1mexp;
use std::f64::consts::{EULER_GAMMA, PI};

distribution! {
    /// The Gumbel distribution, of the largest of many values with tails like an exponential's.
    ///
    /// The density is exp(-z - exp(-z)) / beta with z = (x - mu) / beta, on all reals, and P(X <= x) = exp(-exp(-z)). The mode is mu, the
    /// median mu - beta log(log 2), the mean mu + 0.5772 beta (Euler's constant), the variance beta² π² / 6, the entropy
    /// log(beta) + 1.5772.
    ///
    /// As in Stan; SciPy's gumbel_r. The tail is long above; for minima take the negative of a draw with -mu. The maximum of n exponentials
    /// with rate 1 is nearly Gumbel(log n, 1); the index of the largest of log(weight) + Gumbel(0, 1) is a draw from
    /// Categorical(weights); the difference of two is Logistic(0, beta).
    ///
    /// Source: Gumbel, Statistics of Extremes (1958); Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2 (1995),
    /// chapter 22.
    ///
    ///     model flood(levels: [Real] = [3.2, 4.1, 2.9, 5.3]) {
    ///       let mu ~ Normal(3, 2)
    ///       for level in levels { observe level ~ Gumbel(mu, 0.8) }
    ///       return mu
    ///     }
    pub struct Gumbel: f64, Continuous {
        /// location: the mode, in the units of x
        mu: f64 => Finite,
        /// scale, in the units of x
        beta: f64 => Positive,
    }
}

impl Gumbel {
    #[inline]
    fn standardised(&self, x: f64) -> f64 {
        (x - self.mu) / self.beta
    }
}

impl Scalar for Gumbel {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Real
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.mu - self.beta * random::exponential(stream).ln()
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        -self.beta.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        let z = self.standardised(x);
        let hazard = (-z).exp();
        if hazard == f64::INFINITY { f64::NEG_INFINITY } else { normaliser - z - hazard }
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        let z = self.standardised(x);
        out.copy_from_slice(&gradient::located(z, self.beta, (-z).exp_m1()));
    }

    fn mean(&self) -> f64 {
        self.mu + self.beta * EULER_GAMMA
    }

    fn variance(&self) -> f64 {
        (self.beta * PI) * (self.beta * PI) / 6.0
    }

    fn entropy(&self) -> f64 {
        self.beta.ln() + EULER_GAMMA + 1.0
    }

    fn cdf(&self, x: f64) -> f64 {
        self.log_cdf(x).exp()
    }

    fn ccdf(&self, x: f64) -> f64 {
        -self.log_cdf(x).exp_m1()
    }

    fn log_cdf(&self, x: f64) -> f64 {
        -(-self.standardised(x)).exp()
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        let z = self.standardised(x);
        if z > 40.0 { -z } else { log1mexp(-(-z).exp()) }
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        // X is at most x where a standard exponential is at least exp(-z).
        let z = self.standardised(x);
        let slope = -gradient::exponential_log_slope(-z, side.other());
        out.copy_from_slice(&gradient::located_mass(z, self.beta, slope));
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mu - self.beta * (-probability(p).ln()).ln()
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.mu - self.beta * (-(-probability(q)).ln_1p()).ln()
    }
}
