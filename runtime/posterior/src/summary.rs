//! Summaries of a variable from weighted draws, and how far to trust them.

use crate::diagnostics;
use crate::draws::{Column, Draws, Kind};

/// At most this many different values are listed with their probabilities.
const LARGEST_SUPPORT: usize = 20;

/// The quantiles that are given.
const LEVELS: [f64; 3] = [0.05, 0.5, 0.95];

/// What is known of a variable. A field is none where it has no meaning: a mean of labels, an error of an exact result.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Summary {
    /// The mean; of a Bool the probability that it is true.
    pub mean: Option<f64>,
    /// The standard deviation.
    pub sd: Option<f64>,
    /// The quantile of 5 percent.
    pub q5: Option<f64>,
    /// The median.
    pub q50: Option<f64>,
    /// The quantile of 95 percent.
    pub q95: Option<f64>,
    /// The Monte Carlo standard error of the mean.
    pub mcse_mean: Option<f64>,
    /// The same of the standard deviation, where there are chains.
    pub mcse_sd: Option<f64>,
    /// The same of the quantiles of 5, 50 and 95 percent.
    pub mcse_quantiles: [Option<f64>; 3],
    /// How many independent draws would give that error.
    pub ess_bulk: Option<f64>,
    /// The same for the quantiles of 5 and 95 percent (the smaller).
    pub ess_tail: Option<f64>,
    /// Potential scale reduction, where there are chains.
    pub r_hat: Option<f64>,
    /// The weight of the draws that have the variable, if not all have it.
    pub share: Option<f64>,
    /// The probabilities of the values of a discrete variable, if they are few, in their order; of labels the most probable
    /// ones, in that order.
    pub probabilities: Option<Vec<(String, f64)>>,
}

/// The values of a column with weights that sum to 1, in order of value.
struct Sorted {
    values: Vec<f64>,
    weights: Vec<f64>,
    origins: Vec<u32>,
    /// The places of those with weight, such that equal origins are together.
    by_origin: Vec<u32>,
}

/// Summarises a variable over the draws that have it.
pub fn summarise(draws: &Draws, column: &Column) -> Summary {
    let total: f64 = column.rows.iter().map(|row| draws.weights[*row as usize]).sum();
    // What only draws of weight zero lack, all have; weights sum to 1 up to rounding.
    let complete = column.rows.len() == draws.weights.len() || total > 1.0 - 1e-12 * draws.weights.len() as f64;
    let mut summary = Summary { share: (!complete).then_some(total), ..Summary::default() };
    if total.is_nan() || total <= 0.0 {
        return summary;
    }
    let sorted = sort(draws, column, total);
    if column.kind != Kind::Real {
        summary.probabilities = probabilities(column, &sorted);
    }
    if column.kind == Kind::Label {
        return summary;
    }
    let mean = mean(&sorted);
    if draws.weights.len() == 1 && !draws.exact {
        // A point that was looked for, such as a mode: it says nothing of a spread.
        summary.mean = Some(mean);
        return summary;
    }
    let variance = weighted_sum(&sorted, |x| (x - mean) * (x - mean));
    let quantiles = LEVELS.map(|level| quantile(&sorted, level));
    summary.mean = Some(mean);
    summary.sd = Some(variance.sqrt());
    [summary.q5, summary.q50, summary.q95] = quantiles.map(Some);
    if draws.chains > 0 {
        of_chains(&mut summary, draws, column);
    } else if !draws.exact {
        let error = variance_of_mean(&sorted, |x| x - mean);
        let size = effective_size(&sorted, |x| x);
        summary.ess_bulk = Some(size);
        summary.mcse_mean = Some(if error > 0.0 { error.sqrt() } else { (variance / size).sqrt() });
        let tail = |cut: f64| effective_size(&sorted, move |x| f64::from(u8::from(x <= cut)));
        summary.ess_tail = Some(tail(quantiles[0]).min(tail(quantiles[2])));
    }
    summary
}

/// What the chains say of a variable that all of them have: beside the diagnostics, standard deviation and quantiles are those of a sample.
fn of_chains(summary: &mut Summary, draws: &Draws, column: &Column) {
    let length = draws.weights.len() / draws.chains;
    if length == 0 || column.values.len() != draws.weights.len() {
        return;
    }
    let chains: Vec<&[f64]> = column.values.chunks_exact(length).collect();
    let known = |x: f64| x.is_finite().then_some(x);
    summary.mcse_mean = known(diagnostics::mcse_mean(&chains));
    summary.mcse_sd = known(diagnostics::mcse_sd(&chains));
    summary.mcse_quantiles = LEVELS.map(|level| known(diagnostics::mcse_quantile(&chains, level)));
    summary.ess_bulk = known(diagnostics::ess_bulk(&chains));
    summary.ess_tail = known(diagnostics::ess_tail(&chains));
    summary.r_hat = known(diagnostics::r_hat(&chains));
    let count = column.values.len() as f64;
    summary.sd = summary.sd.map(|sd| sd * (count / (count - 1.0)).sqrt());
}

fn sort(draws: &Draws, column: &Column, total: f64) -> Sorted {
    let mut order: Vec<usize> = (0..column.values.len()).collect();
    order.sort_by(|a, b| column.values[*a].total_cmp(&column.values[*b]));
    let origins: Vec<u32> = order.iter().map(|i| column.origins[*i]).collect();
    let weights: Vec<f64> = order.iter().map(|i| draws.weights[column.rows[*i] as usize] / total).collect();
    let mut by_origin: Vec<u32> = (0..order.len() as u32).filter(|i| weights[*i as usize] > 0.0).collect();
    by_origin.sort_unstable_by_key(|i| (origins[*i as usize], *i));
    Sorted { values: order.iter().map(|i| column.values[*i]).collect(), weights, origins, by_origin }
}

fn weighted_sum(sorted: &Sorted, function: impl Fn(f64) -> f64) -> f64 {
    let terms = sorted.values.iter().zip(&sorted.weights).filter(|(_, weight)| **weight > 0.0);
    terms.map(|(x, weight)| weight * function(*x)).sum()
}

/// The mean; of equal values exactly that value, so that their spread is zero.
fn mean(sorted: &Sorted) -> f64 {
    let mut present = sorted.values.iter().zip(&sorted.weights).filter(|(_, weight)| **weight > 0.0);
    let smallest = present.next().map_or(0.0, |(x, _)| *x);
    if smallest.is_finite() { smallest + weighted_sum(sorted, |x| x - smallest) } else { weighted_sum(sorted, |x| x) }
}

/// The smallest value whose cumulated weight reaches the level.
fn quantile(sorted: &Sorted, level: f64) -> f64 {
    let mut cumulated = 0.0;
    for (value, weight) in sorted.values.iter().zip(&sorted.weights) {
        cumulated += weight;
        // A little less than the level, so that rounding of equal weights does not move the median.
        if cumulated >= level - 1e-12 && *weight > 0.0 {
            return *value;
        }
    }
    sorted.values.last().copied().unwrap_or(f64::NAN)
}

/// The variance of a self-normalised weighted mean by the delta method: the sum over independent draws of (weight times
/// deviation) squared (Geweke 1989). Draws of one origin are not independent and enter as one, as the descendants of one
/// ancestor in Chan and Lai (2013), equation 2.19.
fn variance_of_mean(sorted: &Sorted, deviation: impl Fn(f64) -> f64) -> f64 {
    let term = |i: &u32| sorted.weights[*i as usize] * deviation(sorted.values[*i as usize]);
    let related = |a: &u32, b: &u32| sorted.origins[*a as usize] == sorted.origins[*b as usize];
    sorted.by_origin.chunk_by(related).map(|group| group.iter().map(term).sum::<f64>().powi(2)).sum()
}

/// The number of independent draws with the same error of the mean of a function; that of the weights where the function is
/// constant.
fn effective_size(sorted: &Sorted, function: impl Fn(f64) -> f64) -> f64 {
    let mean = weighted_sum(sorted, &function);
    let variance = weighted_sum(sorted, |x| (function(x) - mean).powi(2));
    let error = variance_of_mean(sorted, |x| function(x) - mean);
    let of_weights = 1.0 / variance_of_mean(sorted, |_| 1.0);
    let size = variance / error;
    if size.is_finite() && variance > 1e-300 { size.min(sorted.values.len() as f64) } else { of_weights }
}

fn probabilities(column: &Column, sorted: &Sorted) -> Option<Vec<(String, f64)>> {
    let mut result: Vec<(f64, f64)> = Vec::new();
    for (value, weight) in sorted.values.iter().zip(&sorted.weights) {
        if let Some((_, sum)) = result.last_mut().filter(|(last, _)| last == value) {
            *sum += weight;
        } else {
            result.push((*value, *weight));
        }
    }
    if column.kind == Kind::Label {
        result.sort_by(|a, b| b.1.total_cmp(&a.1));
        result.truncate(LARGEST_SUPPORT);
    }
    let listed = result.len() <= LARGEST_SUPPORT;
    listed.then(|| result.into_iter().map(|(value, sum)| (column.show(value), sum)).collect())
}
