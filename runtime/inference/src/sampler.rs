//! Chains of the crate `nuts-rs`, and how it sees a density. This file, [`crate::nuts`] and [`crate::mclmc`] are all that know of the crate.

use crate::chains::ChainOfDraws;
use crate::control::{ChainProgress, Control, Progress};
use crate::density::Density;
use crate::target::{Failure, Record, Target};
use borel_abi::stream::Stream;
use borel_abi::{ErrorKind, RuntimeError};
use nuts_rs::rand::rngs::SmallRng;
use nuts_rs::rand::{Rng, SeedableRng};
use nuts_rs::{Chain, CpuLogpFunc, CpuMath, CpuMathError, HasDims, LogpError};
use nuts_rs::{SamplerStats, Settings};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::Ordering;

/// What is read from the statistics of a draw.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// The energy.
    pub energy: f64,
    /// Whether the trajectory was as long as it may be.
    pub saturated: bool,
}

type Statistics<'a, S> = <<S as Settings>::Chain<CpuMath<Function<'a>>> as SamplerStats<CpuMath<Function<'a>>>>::Stats;

/// Where a chain begins.
#[derive(Clone, Debug)]
pub struct Start {
    /// The point; none: a random one.
    pub point: Option<Vec<f64>>,
    /// Which of the random points.
    pub number: u64,
    /// Whether there is no other start, so that a chain goes on although it is stuck.
    pub is_last: bool,
}

impl Start {
    /// At a random point, without another one.
    pub const ONLY: Start = Start { point: None, number: 0, is_last: true };
}

/// A chain is stuck if this percentage of the trajectories in the second half of its warmup diverged,
const STUCK: usize = 90;

/// which has to be this long.
const SHORTEST: usize = 20;

/// One chain, with the settings of the crate. Its draws depend on the seed, its number and where it begins alone. It ends with its warmup
/// where it is stuck and there are other starts.
pub fn sample<'a, S: Settings>(
    chosen: &S,
    density: Density,
    start: Start,
    (seed, number): (u64, u64),
    control: &Control<'a>,
    read: impl Fn(&Statistics<'a, S>) -> Figures,
) -> Result<ChainOfDraws, RuntimeError> {
    let begin = std::time::Instant::now();
    let (warmup, draws) = (chosen.hint_num_tune(), chosen.hint_num_draws());
    let mut target = Target::new(density, control.stop);
    let stopped = || Ok(ChainOfDraws { partial: true, ..ChainOfDraws::default() });
    let Start { point, number: start, is_last } = start;
    let first = match point.map_or_else(|| target.first_point(seed, number, start), Ok) {
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
    let total = warmup + draws;
    // How many trajectories have diverged in the second half of the warmup.
    let mut late_divergences = 0;
    for draw in 0..total {
        if control.stopped() {
            found.partial = true;
            break;
        }
        if draw == warmup && !is_last && warmup >= SHORTEST && late_divergences > STUCK * (warmup / 2) / 100 {
            found.stuck = true;
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
        late_divergences += usize::from(progress.diverging && (warmup / 2..warmup).contains(&draw));
        if draw + 1 == warmup {
            found.warmup_seconds = begin.elapsed().as_secs_f64();
        }
        if draw >= warmup {
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
                is_warmup: draw < warmup,
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
pub struct Function<'a> {
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
