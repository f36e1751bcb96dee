//! The No-U-Turn sampler (Hoffman and Gelman, JMLR 2014), by the crate `nuts-rs`: multinomial sampling of trajectories, dual averaging of the
//! step size, and a metric that is diagonal or of low rank (Seyboldt, Carlson and Carpenter, "Preconditioning Hamiltonian Monte Carlo
//! by minimizing Fisher divergence", 2026). This file is all that knows of the crate.

use crate::chains::ChainOfDraws;
use crate::control::{ChainProgress, Control, Progress};
use crate::density::Density;
use crate::target::{Failure, Record, Target};
use borel_abi::stream::Stream;
use borel_abi::{ErrorKind, RuntimeError};
use nuts_rs::rand::rngs::SmallRng;
use nuts_rs::rand::{Rng, SeedableRng};
use nuts_rs::{Chain, CpuLogpFunc, CpuMath, CpuMathError, DiagNutsSettings, HasDims, LogpError, LowRankNutsSettings};
use nuts_rs::{SamplerStats, Settings};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::Ordering;

/// What distances are measured by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Metric {
    /// A diagonal matrix
    Diagonal,
    /// A diagonal matrix and the directions that it misses
    LowRank,
}

/// Up to this dimension the metric is of low rank where nothing is said: beyond it finding the directions costs more than it is worth.
pub const LOW_RANK_DIMENSION: usize = 300;

/// How far the trajectories go that only look for the posterior.
const APPROACH_DEPTH: u64 = 6;

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

/// One chain. Its draws depend on the seed and its number alone.
pub fn chain(
    mut density: Density,
    settings: &Nuts,
    seed: u64,
    number: u64,
    control: &Control<'_>,
) -> Result<ChainOfDraws, RuntimeError> {
    let suited = if density.dimension() <= LOW_RANK_DIMENSION { Metric::LowRank } else { Metric::Diagonal };
    match settings.metric.unwrap_or(suited) {
        Metric::Diagonal => diagonal(density, None, settings, seed, number, control),
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
            let arrived =
                diagonal(density.another()?, None, &approach, seed, number, &Control { progress: None, ..*control })?;
            if arrived.partial {
                return Ok(ChainOfDraws { partial: true, ..ChainOfDraws::default() });
            }
            let first = Some(arrived.points);
            let mut found = sample(&chosen, density, first, settings, seed, number, control, |stats| Figures {
                energy: stats.point.energy,
                saturated: stats.maxdepth_reached,
            })?;
            found.evaluations += arrived.evaluations;
            found.rejections += arrived.rejections;
            Ok(found)
        }
    }
}

fn diagonal(
    density: Density,
    first: Option<Vec<f64>>,
    settings: &Nuts,
    seed: u64,
    number: u64,
    control: &Control<'_>,
) -> Result<ChainOfDraws, RuntimeError> {
    let mut chosen = DiagNutsSettings {
        num_tune: settings.warmup as u64,
        num_draws: settings.draws as u64,
        maxdepth: settings.max_depth,
        ..DiagNutsSettings::default()
    };
    chosen.adapt_options.step_size_settings.target_accept = settings.target_acceptance;
    sample(&chosen, density, first, settings, seed, number, control, |stats| Figures {
        energy: stats.point.energy,
        saturated: stats.maxdepth_reached,
    })
}

/// What is read from the statistics of a draw.
struct Figures {
    energy: f64,
    saturated: bool,
}

type Statistics<'a, S> = <<S as Settings>::Chain<CpuMath<Function<'a>>> as SamplerStats<CpuMath<Function<'a>>>>::Stats;

#[allow(clippy::too_many_arguments, reason = "the settings of the crate and ours, and where it begins")]
fn sample<'a, S: Settings>(
    chosen: &S,
    density: Density,
    first: Option<Vec<f64>>,
    settings: &Nuts,
    seed: u64,
    number: u64,
    control: &Control<'a>,
    read: impl Fn(&Statistics<'a, S>) -> Figures,
) -> Result<ChainOfDraws, RuntimeError> {
    let start = std::time::Instant::now();
    let mut target = Target::new(density, control.stop);
    let stopped = || Ok(ChainOfDraws { partial: true, ..ChainOfDraws::default() });
    let first = match first.map_or_else(|| target.first_point(seed, number), Ok) {
        Ok(first) => first,
        Err(_) if control.stopped() => return stopped(),
        Err(error) => return Err(error),
    };
    let record = target.record.clone();
    // What ends a run otherwise is a fault of the settings, which are checked where they are made.
    let ended = |_| Record::take(&record.fatal).unwrap_or(RuntimeError::new(ErrorKind::Unreachable));
    let function = Function { dimension: first.len(), target };
    let mut random = SmallRng::seed_from_u64(Stream::derive(seed, number, u64::MAX).next_u64());
    let mut chain = chosen.new_chain(number, CpuMath::new(function), &mut random).map_err(ended)?;
    if let Err(error) = chain.set_position(&first) {
        return if control.stopped() { stopped() } else { Err(ended(error)) };
    }
    let mut found = ChainOfDraws::default();
    let total = settings.warmup + settings.draws;
    for draw in 0..total {
        if control.stopped() {
            found.partial = true;
            break;
        }
        let (point, _, statistics, progress) = match chain.expanded_draw() {
            Ok(drawn) => drawn,
            // In the middle of a trajectory.
            Err(_) if control.stopped() => {
                found.partial = true;
                break;
            }
            Err(error) => return Err(ended(error)),
        };
        if draw + 1 == settings.warmup {
            found.warmup_seconds = start.elapsed().as_secs_f64();
        }
        if draw >= settings.warmup {
            let figures = read(&statistics);
            found.points.extend_from_slice(&point);
            found.energies.push(figures.energy);
            found.divergences += u64::from(progress.diverging);
            found.saturated += u64::from(figures.saturated);
        }
        found.step_size = progress.step_size;
        control.tell(Progress {
            chain: Some(ChainProgress {
                chain: number as usize,
                divergences: found.divergences,
                step_size: progress.step_size,
                is_warmup: draw < settings.warmup,
            }),
            ..Progress::new(draw as u64 + 1, Some(total as u64))
        });
    }
    found.evaluations = record.evaluations.load(Ordering::Relaxed);
    found.rejections = record.rejections.load(Ordering::Relaxed);
    found.last = Record::take(&record.last);
    Ok(found)
}

/// The density as the crate wants it.
struct Function<'a> {
    dimension: usize,
    target: Target<'a>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Failure::Rejected => "rejected",
            Failure::Fatal => "ended",
        })
    }
}

impl std::error::Error for Failure {}

impl LogpError for Failure {
    fn is_recoverable(&self) -> bool {
        matches!(self, Failure::Rejected)
    }
}

impl HasDims for Function<'_> {
    fn dim_sizes(&self) -> HashMap<String, u64> {
        HashMap::from([("unconstrained_parameter".to_string(), self.dimension as u64)])
    }
}

impl CpuLogpFunc for Function<'_> {
    type LogpError = Failure;
    type FlowParameters = ();
    type ExpandedVector = ();

    fn dim(&self) -> usize {
        self.dimension
    }

    fn logp(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, Failure> {
        self.target.evaluate(position, gradient)
    }

    fn expand_vector<R: Rng + ?Sized>(&mut self, _: &mut R, _: &[f64]) -> Result<(), CpuMathError> {
        Ok(())
    }
}
