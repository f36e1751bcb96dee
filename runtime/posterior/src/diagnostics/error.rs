//! Monte Carlo standard errors.

use super::{all, ess_mean, ess_quantile, is_valid, mapped, mean, slices, sorted, variance};
use borel_math::incomplete::beta_p_inverse;

/// Of the mean, in the units of the draws.
pub fn mcse_mean(chains: &[&[f64]]) -> f64 {
    if is_valid(chains) { (variance(all(chains)) / ess_mean(chains)).sqrt() } else { f64::NAN }
}

/// Of the standard deviation, by the delta method from that of the variance.
pub fn mcse_sd(chains: &[&[f64]]) -> f64 {
    if !is_valid(chains) {
        return f64::NAN;
    }
    let center = mean(all(chains));
    let squares = mapped(chains, |x| (x - center) * (x - center));
    let squares = slices(&squares);
    let second = mean(all(&squares));
    let fourth = mean(all(&squares).map(|square| square * square));
    ((fourth - second * second) / ess_mean(&squares) / second / 4.0).sqrt()
}

/// Of a quantile: half the distance of the draws between which it lies with the probability of one standard error to either side.
pub fn mcse_quantile(chains: &[&[f64]], probability: f64) -> f64 {
    let size = ess_quantile(chains, probability);
    if size.is_nan() {
        return f64::NAN;
    }
    let values = sorted(chains);
    let (a, b) = (size * probability + 1.0, size * (1.0 - probability) + 1.0);
    let place = |p: f64| beta_p_inverse(a, b, p) * values.len() as f64 - 1.0;
    let low = place(0.158_655_3).max(0.0).floor() as usize;
    let high = place(0.841_344_7).min(values.len() as f64 - 1.0).ceil() as usize;
    0.5 * (values[high] - values[low])
}
