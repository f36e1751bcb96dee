//! The No-U-Turn sampler (Hoffman and Gelman, JMLR 2014), by the crate `nuts-rs`: multinomial sampling of trajectories, dual averaging of the
//! step size, and a metric that is diagonal or of low rank (Seyboldt, Carlson and Carpenter, "Preconditioning Hamiltonian Monte Carlo
//! by minimizing Fisher divergence", 2026).

use crate::chains::ChainOfDraws;
use crate::control::Control;
use crate::density::Density;
use crate::sampler::{Figures, Start, sample};
use borel_abi::RuntimeError;
use nuts_rs::{DiagNutsSettings, LowRankNutsSettings};

/// What distances are measured by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Metric {
    /// A diagonal matrix
    Diagonal,
    /// A diagonal matrix and the directions that it misses
    LowRank,
}

impl Metric {
    /// What suits a dimension.
    pub fn suited(dimension: usize) -> Metric {
        if dimension <= LOW_RANK_DIMENSION { Metric::LowRank } else { Metric::Diagonal }
    }
}

/// Up to this dimension the metric is of low rank where nothing is said: beyond it finding the directions costs more than it is worth.
pub const LOW_RANK_DIMENSION: usize = 300;

/// How far the trajectories go that only look for the posterior.
const APPROACH_DEPTH: u64 = 6;

/// How often a chain that is stuck begins anew.
const STARTS: u64 = 10;

/// Settings.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Nuts {
    /// The metric; none: of low rank up to [`LOW_RANK_DIMENSION`], else diagonal.
    pub metric: Option<Metric>,
    /// Draws of each chain after the warmup.
    pub draws: usize,
    /// Draws of each chain during which step size and metric are found, and which are thrown away.
    pub warmup: usize,
    /// How many chains.
    pub chains: usize,
    /// The acceptance probability that the step size is made for.
    pub target_acceptance: f64,
    /// A trajectory has less than 2 to this power steps.
    pub max_depth: u64,
}

/// One chain. Its draws depend on the seed and its number alone. If in its warmup it comes to a place where the density is so rough that it
/// never gets away, as at the edge of where a recursion explodes, it begins anew.
pub fn chain(
    mut density: Density,
    settings: &Nuts,
    seed: u64,
    number: u64,
    control: &Control<'_>,
) -> Result<ChainOfDraws, RuntimeError> {
    let mut before = ChainOfDraws::default();
    for number_of_start in 0.. {
        let start = Start { point: None, number: number_of_start, is_last: number_of_start + 1 == STARTS };
        let mut found = from_start(density.another()?, start, settings, (seed, number), control)?;
        found.add_work_of(&before);
        if !found.stuck {
            return Ok(found);
        }
        before = found;
    }
    Ok(before)
}

fn from_start(
    mut density: Density,
    start: Start,
    settings: &Nuts,
    (seed, number): (u64, u64),
    control: &Control<'_>,
) -> Result<ChainOfDraws, RuntimeError> {
    match settings.metric.unwrap_or(Metric::suited(density.dimension())) {
        Metric::Diagonal => diagonal(density, start, settings, (seed, number), control),
        Metric::LowRank => {
            let mut chosen = LowRankNutsSettings {
                num_tune: settings.warmup as u64,
                num_draws: settings.draws as u64,
                maxdepth: settings.max_depth,
                ..LowRankNutsSettings::default()
            };
            chosen.adapt_options.step_size_settings.target_accept = settings.target_acceptance;
            // From far away the gradients say little of the directions that matter near the posterior: a short chain with
            // a diagonal metric goes there first.
            let max_depth = settings.max_depth.min(APPROACH_DEPTH);
            let approach = Nuts { warmup: settings.warmup / 8, draws: 1, max_depth, ..*settings };
            let quiet = Control { progress: None, ..*control };
            let arrived = diagonal(density.another()?, start.clone(), &approach, (seed, number), &quiet)?;
            if arrived.partial || arrived.stuck {
                return Ok(ChainOfDraws { points: Vec::new(), energies: Vec::new(), ..arrived });
            }
            let there = Start { point: Some(arrived.points.clone()), ..start };
            let mut found = sample(&chosen, density, there, (seed, number), control, |stats| Figures {
                energy: stats.point.energy,
                saturated: stats.maxdepth_reached,
            })?;
            found.add_work_of(&arrived);
            Ok(found)
        }
    }
}

fn diagonal(
    density: Density,
    start: Start,
    settings: &Nuts,
    (seed, number): (u64, u64),
    control: &Control<'_>,
) -> Result<ChainOfDraws, RuntimeError> {
    let mut chosen = DiagNutsSettings {
        num_tune: settings.warmup as u64,
        num_draws: settings.draws as u64,
        maxdepth: settings.max_depth,
        ..DiagNutsSettings::default()
    };
    chosen.adapt_options.step_size_settings.target_accept = settings.target_acceptance;
    sample(&chosen, density, start, (seed, number), control, |stats| Figures {
        energy: stats.point.energy,
        saturated: stats.maxdepth_reached,
    })
}
