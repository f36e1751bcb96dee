//! Weights as logarithms: sums, effective sample size.

/// Sums of exp(w) and exp(w)^2 of some log weights, scaled by their largest, so that they can be added up in any grouping.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightSum {
    /// The largest log weight.
    pub largest: f64,
    /// The sum of exp(w - largest).
    pub sum: f64,
    /// The sum of exp(w - largest)^2.
    pub squares: f64,
}

impl WeightSum {
    /// Of nothing.
    pub const EMPTY: WeightSum = WeightSum { largest: f64::NEG_INFINITY, sum: 0.0, squares: 0.0 };

    /// Of so many equal weights.
    pub fn equal(count: usize) -> WeightSum {
        WeightSum { largest: 0.0, sum: count as f64, squares: count as f64 }
    }

    /// What the weights scaled here are multiplied by where `largest` is the largest of more.
    pub fn factor(self, largest: f64) -> f64 {
        if self.largest == largest { 1.0 } else { (self.largest - largest).exp() }
    }

    /// Of these log weights (no NaN); exp(w - largest) is written to `scaled`.
    pub fn of(log_weights: &[f64], scaled: &mut [f64]) -> WeightSum {
        let largest = log_weights.iter().fold(f64::NEG_INFINITY, |largest, weight| largest.max(*weight));
        if largest == f64::NEG_INFINITY {
            scaled.fill(0.0);
            return WeightSum::EMPTY;
        }
        let mut result = WeightSum { largest, sum: 0.0, squares: 0.0 };
        for (weight, scaled) in log_weights.iter().zip(scaled) {
            // Infinite weights (a density of infinity) are equal to each other and beyond all others.
            *scaled = if *weight == largest { 1.0 } else { (weight - largest).exp() };
            result.sum += *scaled;
            result.squares += *scaled * *scaled;
        }
        result
    }

    /// The sums of both.
    pub fn join(self, other: WeightSum) -> WeightSum {
        let largest = self.largest.max(other.largest);
        if largest == f64::NEG_INFINITY {
            return WeightSum::EMPTY;
        }
        let (a, b) = (self.factor(largest), other.factor(largest));
        WeightSum { largest, sum: a * self.sum + b * other.sum, squares: a * a * self.squares + b * b * other.squares }
    }

    /// The logarithm of the sum of exp(w).
    pub fn log_sum(self) -> f64 {
        if self.sum == 0.0 { f64::NEG_INFINITY } else { self.largest + self.sum.ln() }
    }

    /// The effective sample size (Kong, Liu and Wong 1994): (sum of w)^2 / sum of w^2.
    pub fn effective_sample_size(self) -> f64 {
        if self.squares == 0.0 { 0.0 } else { self.sum * self.sum / self.squares }
    }
}

/// exp(w) divided by their sum; all 0 if they are.
pub fn normalise(log_weights: &[f64]) -> Vec<f64> {
    let mut weights = vec![0.0; log_weights.len()];
    let sum = WeightSum::of(log_weights, &mut weights).sum;
    if sum > 0.0 {
        weights.iter_mut().for_each(|weight| *weight /= sum);
    }
    weights
}

/// The logarithm of the sum of the exponentials of two numbers.
pub fn log_add(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if large.is_infinite() { large } else { large + (small - large).exp().ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_do_not_depend_on_the_grouping() {
        let logs = [-1000.0, -1001.5, f64::NEG_INFINITY, -999.0, 3.0 - 1000.0];
        let mut scaled = [0.0; 5];
        let whole = WeightSum::of(&logs, &mut scaled);
        let parts = WeightSum::of(&logs[..3], &mut scaled[..3]).join(WeightSum::of(&logs[3..], &mut scaled[3..]));
        assert!((whole.log_sum() - parts.log_sum()).abs() < 1e-12);
        assert!((whole.effective_sample_size() - parts.effective_sample_size()).abs() < 1e-12);
        assert_eq!(WeightSum::EMPTY.join(WeightSum::EMPTY), WeightSum::EMPTY);
        assert_eq!(WeightSum::of(&[0.0; 4], &mut scaled[..4]).effective_sample_size(), 4.0);
    }

    #[test]
    fn impossible_and_infinite_weights() {
        assert_eq!(normalise(&[f64::NEG_INFINITY, f64::NEG_INFINITY]), [0.0, 0.0]);
        assert_eq!(normalise(&[f64::INFINITY, 0.0, f64::INFINITY]), [0.5, 0.0, 0.5]);
        assert_eq!(log_add(f64::NEG_INFINITY, f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert!((log_add(0.0, 0.0) - 2f64.ln()).abs() < 1e-15);
    }
}
