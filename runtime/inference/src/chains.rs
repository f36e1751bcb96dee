//! Several Markov chains, and the draws that their points stand for.

use crate::control::Control;
use crate::densities::{Densities, Recorded};
use crate::density::Density;
use crate::hmc::{self, Hmc};
use crate::mclmc::{self, Mclmc};
use crate::mh::{self, Mh};
use crate::nuts::{self, Nuts};
use crate::run::{Job, Outcome};
use crate::team::on_threads;
use borel_abi::{ErrorKind, Host, RuntimeError};
use borel_posterior::Draws;
use borel_posterior::diagnostics::e_bfmi;

/// What a chain has come to.
#[derive(Clone, Debug, Default)]
pub struct ChainOfDraws {
    /// The points after the warmup, one after the other.
    pub points: Vec<f64>,
    /// The energy of each.
    pub energies: Vec<f64>,
    /// How many trajectories diverged after the warmup.
    pub divergences: u64,
    /// How many trajectories had the greatest depth after the warmup.
    pub saturated: u64,
    /// The step size after the warmup.
    pub step_size: f64,
    /// Evaluations of the gradient.
    pub evaluations: u64,
    /// Those that were rejected.
    pub rejections: u64,
    /// The last error that made one be rejected.
    pub last: Option<RuntimeError>,
    /// How long the warmup took, in seconds.
    pub warmup_seconds: f64,
    /// Whether it was stopped before its end.
    pub partial: bool,
    /// Whether it ended with its warmup, in which it came to a place that it did not get away from.
    pub stuck: bool,
}

impl ChainOfDraws {
    /// Counts the evaluations of another chain as its own.
    pub(crate) fn add_work_of(&mut self, other: &ChainOfDraws) {
        self.evaluations += other.evaluations;
        self.rejections += other.rejections;
    }
}

/// A chain, with its draws.
pub(crate) struct Sampled {
    pub(crate) chain: ChainOfDraws,
    pub(crate) draws: Draws,
    pub(crate) live_objects: usize,
}

/// Runs NUTS.
pub fn nuts(densities: &Densities<'_>, settings: &Nuts, control: &Control<'_>) -> Result<Outcome, RuntimeError> {
    run(densities, settings.chains, settings.warmup, |density, number| {
        nuts::chain(density, settings, densities.seed, number, control)
    })
}

/// Runs Hamiltonian Monte Carlo with trajectories of one length.
pub fn hmc(densities: &Densities<'_>, settings: &Hmc, control: &Control<'_>) -> Result<Outcome, RuntimeError> {
    run(densities, settings.chains, settings.warmup, |density, number| {
        hmc::chain(density, settings, densities.seed, number, control)
    })
}

/// Runs microcanonical Langevin Monte Carlo.
pub fn mclmc(densities: &Densities<'_>, settings: &Mclmc, control: &Control<'_>) -> Result<Outcome, RuntimeError> {
    run(densities, settings.chains, settings.warmup, |density, number| {
        mclmc::chain(density, settings, densities.seed, number, control)
    })
}

/// Runs Metropolis-Hastings.
pub fn mh(
    job: &Job,
    host: &Host,
    settings: &Mh,
    (seed, threads): (u64, usize),
    control: &Control<'_>,
) -> Result<Outcome, RuntimeError> {
    let numbers: Vec<u64> = (0..settings.chains as u64).collect();
    let found = on_threads(threads, numbers, |(_, number)| mh::chain(job, host, settings, (seed, number), control))?;
    let proposals: u64 = found.iter().map(|one| one.proposals).sum();
    let accepted: u64 = found.iter().map(|one| one.accepted).sum();
    let moves: u64 = found.iter().map(|one| one.moves).sum();
    let rejection = found.iter().find_map(|one| one.rejection.clone());
    let sampled = found.into_iter().map(|one| {
        let energies = vec![f64::NAN; one.draws.weights.len()];
        let warmup_seconds = one.warmup_seconds;
        let chain = ChainOfDraws { energies, warmup_seconds, partial: one.partial, ..ChainOfDraws::default() };
        Sampled { chain, draws: one.draws, live_objects: one.live_objects }
    });
    let mut outcome = joined(sampled.collect(), settings.warmup)?;
    outcome.diagnostics = vec![
        ("chains", settings.chains as f64),
        ("warmup", settings.warmup as f64),
        ("proposals", proposals as f64),
        ("acceptance_rate", accepted as f64 / proposals.max(1) as f64),
        ("moves", moves as f64),
    ];
    outcome.rejection = rejection;
    Ok(outcome)
}

fn run(
    densities: &Densities<'_>,
    chains: usize,
    warmup: usize,
    sample: impl Fn(Density, u64) -> Result<ChainOfDraws, RuntimeError> + Send + Sync,
) -> Result<Outcome, RuntimeError> {
    let sampled = densities.each(chains, |(number, density)| {
        let mut chain = sample(density, number as u64)?;
        let Recorded { draws, count, live_objects } = densities.record(&chain.points)?;
        chain.partial |= count < chain.energies.len();
        chain.energies.truncate(count);
        Ok(Sampled { chain, draws, live_objects })
    })?;
    joined(sampled, warmup)
}

/// How many draws of each chain are kept: chains that were stopped end where others do, so that they can be compared, and those that had
/// hardly begun are left out where more draws remain so.
fn common_length(sampled: &[Sampled]) -> usize {
    let mut lengths: Vec<usize> = sampled.iter().map(|one| one.chain.energies.len()).collect();
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    let best = (1..=lengths.len()).max_by_key(|count| count * lengths[count - 1]);
    best.map_or(0, |count| lengths[count - 1])
}

/// The chains together, each with the same share; an error if there are no draws yet.
pub(crate) fn joined(sampled: Vec<Sampled>, warmup: usize) -> Result<Outcome, RuntimeError> {
    let mut outcome = Outcome::default();
    let shortest = common_length(&sampled);
    let sum = |f: fn(&ChainOfDraws) -> f64| sampled.iter().map(|one| f(&one.chain)).sum::<f64>();
    outcome.diagnostics = vec![
        ("chains", sampled.len() as f64),
        ("warmup", warmup as f64),
        ("divergences", sum(|chain| chain.divergences as f64)),
        ("saturated_tree_depth", sum(|chain| chain.saturated as f64)),
        ("step_size", sum(|chain| chain.step_size) / sampled.len() as f64),
        ("gradient_evaluations", sum(|chain| chain.evaluations as f64)),
        ("rejected_evaluations", sum(|chain| chain.rejections as f64)),
    ];
    outcome.warmup_seconds = sampled.iter().map(|one| one.chain.warmup_seconds).reduce(f64::max);
    outcome.partial = sampled.iter().any(|one| one.chain.partial);
    outcome.rejection = sampled.iter().find_map(|one| one.chain.last.clone());
    outcome.energies = sampled
        .iter()
        .filter(|one| one.chain.energies.len() >= shortest)
        .map(|one| one.chain.energies[..shortest].to_vec())
        .collect();
    outcome.live_objects = sampled.iter().map(|one| one.live_objects).sum();
    if let Some(least) = outcome.energies.iter().map(|energies| e_bfmi(energies)).reduce(f64::min) {
        // Methods without energies have none.
        outcome.diagnostics.extend(least.is_finite().then_some(("e_bfmi", least)));
    }
    if shortest == 0 {
        return Err(RuntimeError::new(ErrorKind::Interrupted));
    }
    for one in sampled.iter().filter(|one| one.chain.energies.len() >= shortest) {
        outcome.draws.chains += 1;
        outcome.draws.merge(&one.draws.first(shortest), 1.0 / outcome.draws.chains as f64);
    }
    outcome.draws.arrange();
    Ok(outcome)
}
