//! How far to trust draws: diagnostics of Markov chains and of their energies, and predictive accuracy.
//!
//! Chains are slices of one length, one for each chain. What cannot be said (fewer than four draws, values that are not finite) is NaN.
//! Definitions are those of Vehtari, Gelman, Simpson, Carpenter and Buerkner, "Rank-normalization, folding, and localization: an
//! improved R-hat for assessing convergence of MCMC" (Bayesian Analysis 16, 2021), as ArviZ computes them.

mod autocovariance;
mod effective;
mod error;
mod predictive;
mod ranks;
mod reduction;
mod smoothing;

pub use effective::{ess_bulk, ess_mean, ess_quantile, ess_sd, ess_tail};
pub use error::{mcse_mean, mcse_quantile, mcse_sd};
pub use predictive::{Predictive, loo, waic};
pub use reduction::r_hat;
pub use smoothing::{Smoothed, good_shape, smooth};

/// Fewer draws than this say nothing of a chain.
const FEW: usize = 4;

/// Whether chains can be diagnosed: of one length, not too short, of finite numbers.
fn is_valid(chains: &[&[f64]]) -> bool {
    let length = chains.first().map_or(0, |chain| chain.len());
    length >= FEW && chains.iter().all(|chain| chain.len() == length && chain.iter().all(|x| x.is_finite()))
}

/// The halves of each chain; of an odd number of draws the middle one is left out.
fn halves<'a>(chains: &[&'a [f64]]) -> Vec<&'a [f64]> {
    let half = |chain: &&'a [f64]| {
        let half = chain.len() / 2;
        [&chain[..half], &chain[chain.len() - half..]]
    };
    let (first, second): (Vec<_>, Vec<_>) = chains.iter().map(|chain| half(chain).into()).unzip();
    [first, second].concat()
}

/// A function of each draw.
fn mapped(chains: &[&[f64]], f: impl Fn(f64) -> f64) -> Vec<Vec<f64>> {
    chains.iter().map(|chain| chain.iter().map(|x| f(*x)).collect()).collect()
}

fn slices(chains: &[Vec<f64>]) -> Vec<&[f64]> {
    chains.iter().map(Vec::as_slice).collect()
}

fn mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = values.clone().count();
    values.sum::<f64>() / count as f64
}

/// The variance, divided by one less than the number of values.
fn variance(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let (mean, count) = (mean(values.clone()), values.clone().count());
    values.map(|x| (x - mean) * (x - mean)).sum::<f64>() / (count as f64 - 1.0)
}

fn all<'a>(chains: &'a [&'a [f64]]) -> impl Iterator<Item = f64> + Clone + 'a {
    chains.iter().flat_map(|chain| chain.iter().copied())
}

/// All draws in ascending order.
fn sorted(chains: &[&[f64]]) -> Vec<f64> {
    let mut values: Vec<f64> = all(chains).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The quantile of sorted values, between the two that it lies between (R's type 7).
fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let place = probability * (sorted.len() as f64 - 1.0);
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    let share = place - below as f64;
    sorted[below] * (1.0 - share) + sorted[above] * share
}

/// The estimated Bayesian fraction of missing information of a chain, from its energies: how far the energy moves between draws, compared
/// with how far it has to. Below 0.3 the chain may not reach the tails (Betancourt, "Diagnosing suboptimal cotangent
/// disintegrations in Hamiltonian Monte Carlo", 2016, equation 14).
///
/// ```
/// let energies = [1.0, 3.0, 2.0, 5.0];
/// let expected = (4.0 + 1.0 + 9.0) / 3.0 / (8.75 / 3.0);
/// assert!((borel_posterior::diagnostics::e_bfmi(&energies) - expected).abs() < 1e-12);
/// ```
pub fn e_bfmi(energies: &[f64]) -> f64 {
    let moves = mean(energies.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)));
    moves / variance(energies.iter().copied())
}
