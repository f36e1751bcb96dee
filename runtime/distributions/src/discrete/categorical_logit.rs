//! An index by its unnormalised log probability.

use super::categorical::{index_by_weight, mean, variance};
use super::tails;
use crate::{Scalar, Side, Support, distribution, gradient};
use borel_abi::stream::Stream;
use borel_math::logarithm::log_sum_exp;

distribution! {
    /// An index 0, 1, ... by its log probability, up to a constant.
    ///
    /// The mass at x is exp(logits[x]) / (exp(logits[0]) + ... + exp(logits[K - 1])), on the support 0, 1, ..., K - 1.
    ///
    /// logits are K finite numbers in nats; adding the same to all changes nothing, so one of them is often fixed at 0. Mean and
    /// variance are those of the index as a number. The entropy is minus the sum of the masses times their logarithms.
    ///
    /// This is Stan's `categorical_logit` but for the values, which in Stan begin with 1: the likelihood of a multinomial (softmax)
    /// regression. It is Categorical(softmax(logits)), without its underflow to 0.
    ///
    /// Source: McFadden, Conditional logit analysis of qualitative choice behavior (1974).
    ///
    ///     model votes(choice: [Int] = [0, 2, 2, 1, 2]) {
    ///       let a ~ Normal(0, 2)
    ///       let b ~ Normal(0, 2)
    ///       observe choice ~ CategoricalLogit([0, a, b])
    ///       return b
    ///     }
    pub struct CategoricalLogit<'a>: i64, Finite {
        /// log probabilities of 0, 1, .., up to a constant
        logits: &'a [f64] => NonEmptyArray,
    }
}

impl CategoricalLogit<'_> {
    fn probabilities(&self) -> impl Iterator<Item = f64> + Clone + '_ {
        let total = self.normaliser();
        self.logits.iter().map(move |logit| (logit - total).exp())
    }

    /// The log probability of an empty, a full or another part of the logits.
    fn log_share(&self, part: &[f64]) -> f64 {
        if part.len() == self.logits.len() { 0.0 } else { (log_sum_exp(part) - self.normaliser()).min(0.0) }
    }

    /// The logits up to x, and those after it.
    fn split(&self, x: i64) -> (&[f64], &[f64]) {
        let count = x.saturating_add(1).clamp(0, self.logits.len() as i64);
        self.logits.split_at(count as usize)
    }
}

impl Scalar for CategoricalLogit<'_> {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(0, Some(self.logits.len() as i64 - 1))
    }

    fn sample(&self, stream: &mut Stream) -> i64 {
        let largest = self.logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        index_by_weight(self.logits.iter().map(|logit| (logit - largest).exp()), stream)
    }

    /// The logarithm of the sum of the exponentials.
    fn normaliser(&self) -> f64 {
        log_sum_exp(self.logits)
    }

    #[inline]
    fn log_density_given(&self, x: i64, normaliser: f64) -> f64 {
        self.logits.get(x as usize).map_or(f64::NEG_INFINITY, |logit| logit - normaliser)
    }

    #[inline]
    fn gradient(&self, x: i64, out: &mut [f64]) {
        out.fill(0.0);
        if x < 0 || x >= self.logits.len() as i64 {
            return;
        }
        let total = self.normaliser();
        out[1..].iter_mut().zip(self.logits).for_each(|(derivative, logit)| *derivative = -(logit - total).exp());
        out[1 + x as usize] = -(self.logits[x as usize] - total).exp_m1();
    }

    fn mean(&self) -> f64 {
        mean(self.probabilities())
    }

    fn variance(&self) -> f64 {
        variance(self.probabilities())
    }

    fn entropy(&self) -> f64 {
        let total = self.normaliser();
        super::entropy(self.logits.iter().map(|logit| logit - total))
    }

    fn cdf(&self, x: i64) -> f64 {
        self.log_cdf(x).exp()
    }

    fn ccdf(&self, x: i64) -> f64 {
        self.log_ccdf(x).exp()
    }

    fn log_cdf(&self, x: i64) -> f64 {
        self.log_share(self.split(x).0)
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        self.log_share(self.split(x).1)
    }

    fn mass_gradient(&self, x: i64, side: Side, out: &mut [f64]) {
        out.fill(0.0);
        if !gradient::is_proper(self, x, side) {
            return;
        }
        let (log_mass, total) = (side.log_mass(self, x), self.normaliser());
        let count = self.split(x).0.len();
        for (index, (derivative, logit)) in out[1..].iter_mut().zip(self.logits).enumerate() {
            // A logit of the part raises it and the whole, another the whole alone.
            let is_inside = (index < count) == (side == Side::Below);
            *derivative =
                if is_inside { -(logit - total - log_mass).exp() * log_mass.exp_m1() } else { -(logit - total).exp() };
        }
    }

    fn quantile(&self, p: f64) -> i64 {
        tails::quantile(self, p, 0.0)
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        tails::quantile_ccdf(self, q, 0.0)
    }
}
