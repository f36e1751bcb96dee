//! An index by its probability: P(x) = probs[x] for x = 0, 1, ..

use crate::{Kind, ParameterError, Scalar, require};
use borel_abi::stream::Stream;

/// Categorical(probs).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Categorical<'a> {
    /// The probabilities, which sum to 1 within 1e-8.
    pub probs: &'a [f64],
}

impl Scalar for Categorical<'_> {
    type Value = i64;

    fn check(&self) -> Result<(), ParameterError> {
        for &p in self.probs {
            require((0.0..=1.0 + 1e-8).contains(&p), Kind::Categorical, 0, p)?;
        }
        let total: f64 = self.probs.iter().sum();
        require((total - 1.0).abs() <= 1e-8, Kind::Categorical, 0, total)
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

    fn log_density(&self, x: i64) -> f64 {
        usize::try_from(x).ok().and_then(|i| self.probs.get(i)).map_or(f64::NEG_INFINITY, |p| p.ln())
    }

    fn mean(&self) -> f64 {
        self.probs.iter().enumerate().map(|(i, p)| i as f64 * p).sum()
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        self.probs.iter().enumerate().map(|(i, p)| (i as f64 - mean) * (i as f64 - mean) * p).sum()
    }
}
