//! Derivatives of the log densities of traces: by the gradient of the density view, whose point are the choices of a trace.

#![allow(unsafe_code)]

use super::part::{count, numbers, parts};
use super::trace::all_choices;
use super::{Running, root_of};
use crate::entry::Waiting;
use crate::particles::STATE;
use borel_abi::batch::{Batch, Choices};
use borel_abi::module::{DONE, Run};
use borel_abi::object;
use borel_abi::point::Point;
use borel_abi::{ErrorKind, RuntimeError, Worker};

/// For each execution the derivatives with respect to its choices of the log density of all that it has chosen and scored: NaN where there is none.
///
/// # Safety
/// The batch is live.
pub(super) unsafe fn gradients(worker: &mut Worker, batch: Batch) -> Result<Vec<Vec<f64>>, RuntimeError> {
    // SAFETY: by the contract; compiled code that runs now has the context to itself.
    unsafe {
        let (running, all) = all_choices(worker, batch.object()).map_err(RuntimeError::new)?;
        let waiting = Waiting::take(worker.ctx());
        let memory = (waiting.memo, waiting.mems);
        let rows = all.into_iter().enumerate().map(|(index, choices)| {
            let environment = *batch.environment(index) as *const u64;
            let root = root_of(&running.module, environment).map_err(RuntimeError::new)?;
            match root.gradient {
                Some(run) if batch.particle(index)[STATE] == DONE => {
                    gradient(&running, worker, (run, environment), memory, choices)
                }
                _ => Ok(vec![f64::NAN; count(choices)]),
            }
        });
        let rows = rows.collect();
        waiting.restore(worker.ctx());
        rows
    }
}

/// Of one execution.
unsafe fn gradient(
    running: &Running,
    worker: &mut Worker,
    (run, environment): (Run, *const u64),
    memory: (*mut u64, i64),
    choices: Choices<'_>,
) -> Result<Vec<f64>, RuntimeError> {
    // SAFETY: the values of the choices are alive, as are the environment and the derivatives while the code runs; its closure captures pointers only.
    unsafe {
        let mut point = Point::default();
        for choice in choices.iter() {
            let site = i64::from(running.module.draws[choice.draw() as usize].site);
            point.add(site, numbers(choice).unwrap_or(&[f64::from_bits(choice.word())]));
        }
        *worker.point() = point;
        let mut derivatives = vec![0.0; worker.point().values().len()];
        worker.begin_gradient(&mut derivatives);
        (worker.ctx().memo, worker.ctx().mems) = memory;
        object::retain(memory.0 as u64);
        let ended = worker.enter(move |ctx| run(ctx, environment, std::ptr::null_mut()));
        let (position, log_density) = (worker.ctx().position, worker.ctx().log_weight);
        let memo = std::mem::replace(&mut worker.ctx().memo, std::ptr::null_mut());
        worker.release(memo as u64);
        match ended {
            Ok(()) if worker.point().is_read(position) && log_density.is_finite() => {}
            Err(error) if matches!(error.kind, ErrorKind::Interrupted | ErrorKind::OutOfMemory { .. }) => {
                return Err(error);
            }
            // Beyond the support, or other choices than those of the trace.
            _ => derivatives.fill(f64::NAN),
        }
        let reals = parts(choices).zip(derivatives);
        Ok(reals.map(|(part, derivative)| if part.is_free(running) { derivative } else { f64::NAN }).collect())
    }
}
