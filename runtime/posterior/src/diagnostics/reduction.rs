//! The potential scale reduction.

use super::ranks::normal_scores;
use super::{all, halves, is_valid, mapped, mean, quantile, slices, sorted, variance};

/// Split rank-normalised R-hat: how much wider all chains together are than each by itself, for the places of the draws and, folded
/// about the median, for their spread; the larger of the two. Above 1.01 the chains have not mixed. NaN of a single chain.
///
/// ```
/// use borel_posterior::diagnostics::r_hat;
/// let apart: [&[f64]; 2] = [&[0.1, 0.2, 0.3, 0.2, 0.1, 0.3], &[5.1, 5.2, 5.3, 5.2, 5.1, 5.3]];
/// assert!(r_hat(&apart) > 1.5);
/// ```
pub fn r_hat(chains: &[&[f64]]) -> f64 {
    if chains.len() < 2 || !is_valid(chains) {
        return f64::NAN;
    }
    let halves = halves(chains);
    let places = plain(&slices(&normal_scores(&halves)));
    let median = quantile(&sorted(&halves), 0.5);
    let folded = mapped(&halves, |x| (x - median).abs());
    let spread = plain(&slices(&normal_scores(&slices(&folded))));
    // Not f64::max, which forgets NaN.
    if places.is_nan() || spread.is_nan() { f64::NAN } else { places.max(spread) }
}

/// The square root of the variance of all over that within chains (equations 1 to 4).
fn plain(chains: &[&[f64]]) -> f64 {
    let draws = chains.first().map_or(0.0, |chain| chain.len() as f64);
    let means: Vec<f64> = chains.iter().map(|chain| mean(chain.iter().copied())).collect();
    let between = draws * variance(means.iter().copied());
    let within = mean(chains.iter().map(|chain| variance(chain.iter().copied())));
    let is_constant = all(chains).zip(all(chains).skip(1)).all(|(a, b)| a == b);
    if is_constant { f64::NAN } else { ((between / within + draws - 1.0) / draws).sqrt() }
}
