//! An index by its probability: P(x) = probs[x] for x = 0, 1, ..

use super::tails;
use crate::{Scalar, Side, Support, distribution, gradient};
use borel_abi::stream::Stream;
use borel_math::logarithm::x_log_y;

distribution! {
    /// An index 0, 1, ... by its probability.
    ///
    /// The mass at x is probs[x], on the support 0, 1, ..., K - 1 for K probabilities. Indices begin with 0, as those of arrays do.
    ///
    /// probs are K probabilities, 0 included, whose sum is 1 within 1e-8; they have no unit. The mean is the sum of x probs[x] and
    /// the variance that of (x - mean)² probs[x], which say something only where the indices are more than names. The entropy is
    /// minus the sum of probs[x] log probs[x] nats.
    ///
    /// Stan's `categorical`, but for the values: Stan's begin with 1. Where unnormalised log probabilities are at hand, use
    /// CategoricalLogit; for counts of many such indices, Multinomial. A draw takes time in proportion to K.
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Discrete Multivariate Distributions (1997), chapter 35.
    ///
    ///     model die(rolls: [Int] = [0, 5, 5, 2, 5]) {
    ///       let faces ~ Dirichlet([1, 1, 1, 1, 1, 1])
    ///       observe rolls ~ Categorical(faces)
    ///       return faces[5]
    ///     }
    pub struct Categorical<'a>: i64, Finite {
        /// probabilities of 0, 1, ..
        probs: &'a [f64] => Simplex,
    }
}

impl Categorical<'_> {
    /// The probabilities up to x, and those after it.
    fn split(&self, x: i64) -> (&[f64], &[f64]) {
        let count = x.saturating_add(1).clamp(0, self.probs.len() as i64);
        self.probs.split_at(count as usize)
    }
}

impl Scalar for Categorical<'_> {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(0, Some(self.probs.len() as i64 - 1))
    }

    fn sample(&self, stream: &mut Stream) -> i64 {
        index_by_weight(self.probs.iter().copied(), stream)
    }

    #[inline]
    fn log_density_given(&self, x: i64, _: f64) -> f64 {
        self.probs.get(x as usize).map_or(f64::NEG_INFINITY, |p| p.ln())
    }

    #[inline]
    fn gradient(&self, x: i64, out: &mut [f64]) {
        out.fill(0.0);
        if let Some(p) = self.probs.get(x as usize) {
            out[1 + x as usize] = 1.0 / p;
        }
    }

    fn mean(&self) -> f64 {
        mean(self.probs.iter().copied())
    }

    fn variance(&self) -> f64 {
        variance(self.probs.iter().copied())
    }

    fn entropy(&self) -> f64 {
        -self.probs.iter().map(|p| x_log_y(*p, *p)).sum::<f64>()
    }

    fn cdf(&self, x: i64) -> f64 {
        let (up_to, after) = self.split(x);
        if after.is_empty() { 1.0 } else { up_to.iter().sum::<f64>().min(1.0) }
    }

    fn ccdf(&self, x: i64) -> f64 {
        let (up_to, after) = self.split(x);
        if up_to.is_empty() { 1.0 } else { after.iter().sum::<f64>().min(1.0) }
    }

    fn log_cdf(&self, x: i64) -> f64 {
        let (cdf, ccdf) = (self.cdf(x), self.ccdf(x));
        if cdf > 0.5 { (-ccdf).ln_1p() } else { cdf.ln() }
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        let (cdf, ccdf) = (self.cdf(x), self.ccdf(x));
        if ccdf > 0.5 { (-cdf).ln_1p() } else { ccdf.ln() }
    }

    fn mass_gradient(&self, x: i64, side: Side, out: &mut [f64]) {
        out.fill(0.0);
        if gradient::is_proper(self, x, side) {
            let (below, above) = out[1..].split_at_mut(self.split(x).0.len());
            let part = if side == Side::Below { below } else { above };
            part.fill((-side.log_mass(self, x)).exp());
        }
    }

    fn quantile(&self, p: f64) -> i64 {
        tails::quantile(self, p, 0.0)
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        tails::quantile_ccdf(self, q, 0.0)
    }
}

/// An index in proportion to weights of 0 or more.
pub(super) fn index_by_weight(weights: impl Iterator<Item = f64> + Clone, stream: &mut Stream) -> i64 {
    let mut left = stream.uniform() * weights.clone().sum::<f64>();
    let mut last = 0;
    for (i, weight) in weights.enumerate() {
        if left < weight {
            return i as i64;
        }
        left -= weight;
        if weight > 0.0 {
            last = i;
        }
    }
    // Only the rounding of the sum leads here.
    last as i64
}

/// The mean of 0, 1, .. with these probabilities.
pub(super) fn mean(probabilities: impl Iterator<Item = f64>) -> f64 {
    probabilities.enumerate().map(|(i, p)| i as f64 * p).sum()
}

/// The variance of 0, 1, .. with these probabilities.
pub(super) fn variance(probabilities: impl Iterator<Item = f64> + Clone) -> f64 {
    let mean = mean(probabilities.clone());
    probabilities.enumerate().map(|(i, p)| (i as f64 - mean) * (i as f64 - mean) * p).sum()
}
