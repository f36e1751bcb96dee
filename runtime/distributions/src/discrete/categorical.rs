//! An index by its probability: P(x) = probs[x] for x = 0, 1, ..

use super::search::smallest;
use crate::{Scalar, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::logarithm::x_log_y;

distribution! {
    /// An index by its probability.
    pub struct Categorical<'a>: i64, Finite {
        /// probabilities of 0, 1, ..
        probs: &'a [f64] => Simplex,
    }
}

impl Scalar for Categorical<'_> {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(0, Some(self.probs.len() as i64 - 1))
    }

    fn sample(&self, stream: &mut Stream) -> i64 {
        let mut left = stream.uniform() * self.probs.iter().sum::<f64>();
        let mut last = 0;
        for (i, &p) in self.probs.iter().enumerate() {
            if p > 0.0 {
                last = i;
                if left < p {
                    break;
                }
                left -= p;
            }
        }
        last as i64
    }

    fn log_density_given(&self, x: i64, _: f64) -> f64 {
        usize::try_from(x).ok().and_then(|i| self.probs.get(i)).map_or(f64::NEG_INFINITY, |p| p.ln())
    }

    fn mean(&self) -> f64 {
        self.probs.iter().enumerate().map(|(i, p)| i as f64 * p).sum()
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        self.probs.iter().enumerate().map(|(i, p)| (i as f64 - mean) * (i as f64 - mean) * p).sum()
    }

    fn entropy(&self) -> f64 {
        -self.probs.iter().map(|p| x_log_y(*p, *p)).sum::<f64>()
    }

    fn cdf(&self, x: i64) -> f64 {
        self.probs.iter().take(usize::try_from(x.saturating_add(1)).unwrap_or(0)).sum::<f64>().min(1.0)
    }

    fn ccdf(&self, x: i64) -> f64 {
        self.probs.iter().skip(usize::try_from(x.saturating_add(1)).unwrap_or(0)).sum::<f64>().min(1.0)
    }

    fn log_cdf(&self, x: i64) -> f64 {
        self.cdf(x).ln()
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        self.ccdf(x).ln()
    }

    fn quantile(&self, p: f64) -> i64 {
        smallest(|x| self.cdf(x) >= p, 0, self.probs.len() as i64 - 1, 0, p)
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        smallest(|x| self.ccdf(x) <= q, 0, self.probs.len() as i64 - 1, 0, q)
    }
}
