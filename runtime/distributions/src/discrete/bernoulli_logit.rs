//! true with the log odds alpha.

use crate::{Scalar, Side, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::logarithm::{inv_logit, log_inv_logit, log1m_inv_logit};

distribution! {
    /// true with log odds alpha: a coin whose probability of true is 1 / (1 + exp(-alpha)).
    ///
    /// The mass is 1 / (1 + exp(-alpha)) at true and 1 / (1 + exp(alpha)) at false; false counts as less than true. The support is
    /// {false, true}.
    ///
    /// alpha = log(p / (1 - p)) is the log odds of true, in nats: 0 is a fair coin, and one more multiplies the odds by e. Any
    /// finite number will do. With p for the probability of true, the mean is p and the variance p (1 - p), as numbers 0 and 1.
    ///
    /// This is Stan's `bernoulli_logit`: the likelihood of a logistic regression. It is Bernoulli(inv_logit(alpha)), but no digits
    /// are lost where that probability rounds to 0 or 1: the log mass of the unlikely outcome goes on as -|alpha|.
    ///
    /// Source: Cox, The regression analysis of binary sequences, JRSS B 20 (1958); McCullagh and Nelder, Generalized Linear Models
    /// (1989), chapter 4.
    ///
    ///     model regression(dose: [Real] = [-1, 0, 1, 2], dead: [Bool] = [false, false, true, true]) {
    ///       let intercept ~ Normal(0, 2)
    ///       let slope ~ Normal(0, 2)
    ///       for i in 0..len(dose) {
    ///         observe dead[i] ~ BernoulliLogit(intercept + slope * dose[i])
    ///       }
    ///       return slope
    ///     }
    pub struct BernoulliLogit: bool, Finite {
        /// log odds of true
        alpha: f64 => Finite,
    }
}

impl Scalar for BernoulliLogit {
    type Value = bool;

    fn support(&self) -> Support {
        Support::Booleans
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> bool {
        stream.uniform() < inv_logit(self.alpha)
    }

    /// log(1 + exp(-|alpha|)): both masses are this and a multiple of alpha.
    #[inline]
    fn normaliser(&self) -> f64 {
        (-self.alpha.abs()).exp().ln_1p()
    }

    #[inline]
    fn log_density_given(&self, x: bool, normaliser: f64) -> f64 {
        let against = if x { -self.alpha } else { self.alpha };
        -(against.max(0.0) + normaliser)
    }

    #[inline]
    fn gradient(&self, x: bool, out: &mut [f64]) {
        out.copy_from_slice(&[0.0, if x { inv_logit(-self.alpha) } else { -inv_logit(self.alpha) }]);
    }

    fn mean(&self) -> f64 {
        inv_logit(self.alpha)
    }

    fn variance(&self) -> f64 {
        inv_logit(self.alpha) * inv_logit(-self.alpha)
    }

    fn entropy(&self) -> f64 {
        // The log mass of what is likely is next to 0, and that of the other times its mass goes to 0.
        let unlikely = inv_logit(-self.alpha.abs());
        let product = if unlikely == 0.0 { 0.0 } else { unlikely * self.alpha.abs() };
        product + self.normaliser()
    }

    fn cdf(&self, x: bool) -> f64 {
        if x { 1.0 } else { inv_logit(-self.alpha) }
    }

    fn ccdf(&self, x: bool) -> f64 {
        if x { 0.0 } else { inv_logit(self.alpha) }
    }

    fn log_cdf(&self, x: bool) -> f64 {
        if x { 0.0 } else { log1m_inv_logit(self.alpha) }
    }

    fn log_ccdf(&self, x: bool) -> f64 {
        if x { f64::NEG_INFINITY } else { log_inv_logit(self.alpha) }
    }

    fn mass_gradient(&self, x: bool, side: Side, out: &mut [f64]) {
        let by_alpha = if x { 0.0 } else { -side.sign() * inv_logit(side.sign() * self.alpha) };
        out.copy_from_slice(&[0.0, by_alpha]);
    }

    fn quantile(&self, p: f64) -> bool {
        p <= 1.0 && p > inv_logit(-self.alpha)
    }

    fn quantile_ccdf(&self, q: f64) -> bool {
        q >= 0.0 && q < inv_logit(self.alpha)
    }
}
