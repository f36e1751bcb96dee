//! Effective sample sizes: how many independent draws would give estimates with the same error.

use super::autocovariance::mean_autocovariances;
use super::ranks::normal_scores;
use super::{all, halves, is_valid, mapped, mean, quantile, slices, sorted, variance};

/// Of the mean of the rank-normalised draws: whether their bulk is well explored. Below 100 for each chain estimates are not to be trusted.
///
/// ```
/// use borel_posterior::diagnostics::ess_bulk;
/// let chain: Vec<f64> = (0..1000).map(|i| f64::from(i * 7919 % 1009)).collect();
/// assert!(ess_bulk(&[&chain, &chain]) > 500.0);
/// ```
pub fn ess_bulk(chains: &[&[f64]]) -> f64 {
    if is_valid(chains) { size(&slices(&normal_scores(&halves(chains)))) } else { f64::NAN }
}

/// The smaller of those of the quantiles of 5 and 95 percent: whether the tails are well explored.
pub fn ess_tail(chains: &[&[f64]]) -> f64 {
    let (low, high) = (ess_quantile(chains, 0.05), ess_quantile(chains, 0.95));
    if low.is_nan() || high.is_nan() { f64::NAN } else { low.min(high) }
}

/// Of the mean.
pub fn ess_mean(chains: &[&[f64]]) -> f64 {
    if is_valid(chains) { size(&halves(chains)) } else { f64::NAN }
}

/// Of the standard deviation: that of the squared distances from the mean.
pub fn ess_sd(chains: &[&[f64]]) -> f64 {
    let center = mean(all(chains));
    ess_mean(&slices(&mapped(chains, |x| (x - center) * (x - center))))
}

/// Of a quantile: that of whether draws are below it.
pub fn ess_quantile(chains: &[&[f64]], probability: f64) -> f64 {
    if !is_valid(chains) {
        return f64::NAN;
    }
    let cut = quantile(&sorted(chains), probability);
    let below = mapped(chains, |x| f64::from(u8::from(x <= cut)));
    size(&halves(&slices(&below)))
}

/// All draws over the integrated autocorrelation time (equations 10 to 13), whose sum is cut off by Geyer's initial monotone sequence
/// ("Practical Markov chain Monte Carlo", Statistical Science 7, 1992). Antithetic chains may have more than draws, up
/// to the number of draws times its logarithm to base 10. That of constant draws is their number.
fn size(chains: &[&[f64]]) -> f64 {
    let (count, draws) = (chains.len() as f64, chains[0].len());
    let total = count * draws as f64;
    let (low, high) = all(chains).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
    if high - low < 1e-15 {
        return total;
    }
    let covariances = mean_autocovariances(chains);
    let within = covariances[0] * draws as f64 / (draws as f64 - 1.0);
    let between = if chains.len() > 1 { variance(chains.iter().map(|chain| mean(chain.iter().copied()))) } else { 0.0 };
    let whole = covariances[0] + between;
    let correlation = |lag: usize| 1.0 - (within - covariances[lag]) / whole;
    // Sums of an even lag and the next: positive, then not increasing.
    let (mut even, mut odd) = (1.0, correlation(1));
    let (mut least, mut sum) = (f64::INFINITY, 0.0);
    let mut lag = 1;
    while lag + 3 < draws && even + odd > 0.0 {
        least = least.min(even + odd);
        sum += least;
        (even, odd) = (correlation(lag + 1), correlation(lag + 2));
        lag += 2;
    }
    // Of the pair at the cut the first counts once, which improves antithetic chains.
    let last = if even + odd >= 0.0 { even } else { even.max(0.0) };
    let time = (-1.0 + 2.0 * sum + last).max(1.0 / total.log10());
    total / time
}
