//! Importance sampling from the prior: independent executions, weighted by their scores. The mean weight estimates the evidence
//! without bias.

use crate::control::Control;
use crate::model::{CHUNK, Model};
use crate::smc::{ChunkWeights, Population, Weighings, chunk_size, join_all};
use crate::team::Team;
use borel_abi::stream::Stream;
use borel_abi::{ErrorKind, RuntimeError};
use std::sync::atomic::{AtomicU64, Ordering};

/// Settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Importance {
    /// How many executions.
    pub draws: usize,
    /// The seed.
    pub seed: u64,
}

/// Runs executions to their ends. If the run is stopped, those chunks count that were through.
pub fn importance<M: Model>(
    model: &M,
    team: &mut Team<'_, M::Worker>,
    settings: &Importance,
    control: &Control<'_>,
) -> Result<Population<M>, RuntimeError> {
    let draws = settings.draws.max(1);
    let total = draws.div_ceil(CHUNK);
    let mut slots: Vec<Option<(M::Particles, ChunkWeights)>> = (0..total).map(|_| None).collect();
    let done = AtomicU64::new(0);
    let result = team.each(&mut slots, |_, worker, number, slot| {
        if !control.stopped() {
            let count = chunk_size(draws, number);
            *slot = run_chunk(model, worker, settings.seed, number, count, control)?;
            control.report(done.fetch_add(1, Ordering::Relaxed) + 1, Some(total as u64), None);
        }
        Ok(())
    });
    match result {
        Err(error) if error.kind != ErrorKind::Interrupted || slots.iter().all(Option::is_none) => Err(error),
        _ => {
            let (particles, chunks): (Vec<_>, Vec<_>) = slots.into_iter().flatten().unzip();
            population(particles, &chunks, draws)
        }
    }
}

/// Runs the executions of a chunk to their ends; none if the run is stopped before.
fn run_chunk<M: Model>(
    model: &M,
    worker: &mut M::Worker,
    seed: u64,
    number: usize,
    count: usize,
    control: &Control<'_>,
) -> Result<Option<(M::Particles, ChunkWeights)>, RuntimeError> {
    let (mut particles, mut chunk) = (model.begin(worker, count)?, ChunkWeights::new(count));
    let mut step = 0;
    while chunk.unfinished > 0 {
        if control.stopped() {
            model.discard(worker, &mut particles);
            return Ok(None);
        }
        step += 1;
        chunk.step(model, worker, &mut particles, &mut Stream::derive(seed, number as u64, step))?;
    }
    Ok(Some((particles, chunk)))
}

fn population<M: Model>(
    particles: Vec<M::Particles>,
    chunks: &[ChunkWeights],
    draws: usize,
) -> Result<Population<M>, RuntimeError> {
    let sum = join_all(chunks);
    if sum.sum == 0.0 {
        let kind = if chunks.is_empty() { ErrorKind::Interrupted } else { ErrorKind::ZeroWeight };
        return Err(RuntimeError { kind, site: chunks.iter().find_map(ChunkWeights::zero_site) });
    }
    let mut weights = Vec::new();
    for chunk in chunks {
        let factor = chunk.sum.factor(sum.largest);
        weights.extend(chunk.scaled.iter().map(|scaled| scaled * factor / sum.sum));
    }
    Ok(Population {
        log_evidence: sum.log_sum() - (weights.len() as f64).ln(),
        steps: 1,
        resamplings: 0,
        smallest_effective_sample_size: sum.effective_sample_size(),
        weighings: Weighings { count: 1, site: None },
        not_numbers: chunks.iter().map(|chunk| chunk.not_numbers).sum(),
        genealogy: Vec::new(),
        partial: weights.len() < draws,
        chunks: particles,
        weights,
    })
}
