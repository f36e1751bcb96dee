//! Methods that are written in the language: a root that gives a population, finished executions with their log weights, which are the
//! draws.

#![allow(unsafe_code)]

use crate::chains::{ChainOfDraws, Sampled, joined};
use crate::collect::Collector;
use crate::compiled::{Captured, CompiledModel, View};
use crate::control::Control;
use crate::model::Model;
use crate::particles::Format;
use crate::run::{Job, Outcome, join_repeats, seed_of};
use crate::team::on_threads;
use crate::weights::{log_add, normalise};
use borel_abi::batch::{Batch, IMPOSSIBLE};
use borel_abi::object;
use borel_abi::stream::Stream;
use borel_abi::{ErrorKind, Host, RuntimeError, Worker};
use borel_posterior::Draws;

/// What a root of this kind gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Library {
    /// Weighted executions, whose mean weight is an estimate of the evidence
    Population,
    /// The draws of a Markov chain after a warmup; so many chains are run
    Chains {
        /// How many chains
        count: usize,
        /// How many draws have been thrown away
        warmup: usize,
        /// How many draws each gives, unless it is stopped
        draws: usize,
    },
}

/// What one run has given.
struct Found {
    draws: Draws,
    log_weights: Vec<f64>,
    live_objects: usize,
}

/// Runs it.
pub(crate) fn infer(
    job: &Job,
    host: &Host,
    library: Library,
    (seed, threads, repeats): (u64, usize, usize),
    control: &Control<'_>,
) -> Result<Outcome, RuntimeError> {
    match library {
        Library::Population => populations(job, host, (seed, repeats), control),
        Library::Chains { count, warmup, draws } => {
            let numbers: Vec<u64> = (0..count as u64).collect();
            let found = on_threads(threads, numbers, |(_, number)| {
                chain(run(job, host, &mut Stream::derive(seed, number, u64::MAX - 3)), draws)
            })?;
            let mut outcome = joined(found, warmup)?;
            outcome.diagnostics = vec![("chains", count as f64), ("warmup", warmup as f64)];
            Ok(outcome)
        }
    }
}

/// A chain that was interrupted has no draws; others may have ended.
fn chain(found: Result<Found, RuntimeError>, wanted: usize) -> Result<Sampled, RuntimeError> {
    let (draws, live_objects, partial) = match found {
        Ok(found) => {
            let is_short = found.draws.weights.len() < wanted;
            (found.draws, found.live_objects, is_short)
        }
        Err(error) if error.kind == ErrorKind::Interrupted => (Draws::new(), 0, true),
        Err(error) => return Err(error),
    };
    let energies = vec![f64::NAN; draws.weights.len()];
    Ok(Sampled { chain: ChainOfDraws { energies, partial, ..ChainOfDraws::default() }, draws, live_objects })
}

fn populations(
    job: &Job,
    host: &Host,
    (seed, repeats): (u64, usize),
    control: &Control<'_>,
) -> Result<Outcome, RuntimeError> {
    let (mut total, mut evidences) = (Outcome::default(), Vec::new());
    for repetition in 0..repeats.max(1) {
        if repetition > 0 && control.stopped() {
            total.partial = true;
            break;
        }
        let found = run(job, host, &mut Stream::derive(seed_of(seed, repetition), 0, u64::MAX - 3))?;
        let log_sum = found.log_weights.iter().fold(f64::NEG_INFINITY, |sum, weight| log_add(sum, *weight));
        let log_evidence = log_sum - (found.log_weights.len() as f64).ln();
        if repetition == 0 {
            let squares: f64 = found.draws.weights.iter().map(|weight| weight * weight).sum();
            let count = found.log_weights.len() as f64;
            total.diagnostics = vec![("executions", count), ("effective_sample_size", 1.0 / squares)];
        }
        join_repeats(&mut total, &mut evidences, found.draws, log_evidence);
        total.live_objects += found.live_objects;
        total.partial |= control.stopped();
    }
    total.draws.arrange();
    Ok(total)
}

/// Runs the root once.
fn run(job: &Job, host: &Host, stream: &mut Stream) -> Result<Found, RuntimeError> {
    let captured = Captured::Environment(job.environment.clone());
    let model = CompiledModel::new(&job.module, job.root, captured, View::Simulate, host);
    let model = model.ok_or(RuntimeError::new(ErrorKind::Refused))?;
    let mut worker = model.worker();
    let mut particles = model.begin(&mut worker, 1)?;
    model.advance(&mut worker, &mut particles, stream, &mut [0.0])?;
    let words = &particles.get(0)[model.format().start()..];
    // SAFETY: the root gives a record of a batch and of its log weights, in this order.
    let found = unsafe { collect(worker.get(), words[0] as *mut u64, object::reals(words[1] as *const u64), host) };
    model.discard(&mut worker, &mut particles);
    let (draws, log_weights) = found?;
    Ok(Found { draws, log_weights, live_objects: worker.get().live_objects() })
}

/// The variables of the executions of a batch.
///
/// # Safety
/// The object is a live batch of this worker.
unsafe fn collect(
    worker: &mut Worker,
    batch: *mut u64,
    log_weights: &[f64],
    host: &Host,
) -> Result<(Draws, Vec<f64>), RuntimeError> {
    let module = worker.module().clone();
    // SAFETY: by the contract.
    let layout = unsafe { worker.layouts()[object::layout_of(batch) as usize].batch.clone() };
    let layout = layout.ok_or(RuntimeError::new(ErrorKind::Unreachable))?;
    let machine = if layout.is_traced { &module.traced } else { &module.step };
    let machine = machine.as_ref().ok_or(RuntimeError::new(ErrorKind::Unreachable))?;
    let format = Format::of_machine(&module, machine, layout.result);
    if !log_weights.is_empty() && log_weights.iter().all(|weight| *weight == f64::NEG_INFINITY) {
        return Err(RuntimeError::new(ErrorKind::ZeroWeight));
    }
    let mut draws = Draws::new();
    draws.weights = normalise(log_weights);
    let mut collector = Collector::new(&module, &host.scopes, layout.result);
    // SAFETY: by the contract; the worker is at rest.
    unsafe {
        let batch = Batch::of(batch, &layout);
        for index in 0..batch.count() {
            let words = batch.particle(index);
            if draws.weights[index] > 0.0 && words[crate::particles::STATE] != IMPOSSIBLE {
                collector.particle(&format, words, index as u32, &mut draws);
            }
        }
    }
    Ok((draws, log_weights.to_vec()))
}
