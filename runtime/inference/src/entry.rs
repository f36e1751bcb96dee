//! The functions that compiled code calls for inference.

#![allow(unsafe_code)]

use crate::batch;
use crate::compiled::{Captured, CompiledModel, Handle, View};
use crate::control::Control;
use crate::distribution::{array_layout, sample_index};
use crate::enumerate::{Enumerate, ExactModel, enumerate};
use crate::importance::{Importance, importance};
use crate::mh;
use crate::particles::Format;
use crate::replay::Replay;
use crate::resample::Resampling;
use crate::smc::{Population, Smc, smc};
use crate::team::Team;
use borel_abi::ctx::or_raise;
use borel_abi::layout::{LayoutId, builtin};
use borel_abi::object::{self, reals};
use borel_abi::stream::Stream;
use borel_abi::value::slots;
use borel_abi::{Ctx, ErrorKind, RuntimeError, Worker, raise};
use std::ptr::null_mut;

/// Name and address of every function here.
pub fn symbols() -> Vec<(&'static str, *const u8)> {
    let own = [("borel_sample_index", borel_sample_index as *const u8), ("borel_infer", borel_infer as *const u8)];
    own.into_iter().chain(batch::symbols()).collect()
}

unsafe extern "C" fn borel_sample_index(ctx: *mut Ctx, site: i64, weights: *const u64) -> i64 {
    // SAFETY: called by compiled code with its context and a live `[Real]`.
    unsafe { or_raise(ctx, site, sample_index(reals(weights), Worker::of(ctx))) as i64 }
}

/// A method as compiled code has it.
#[derive(Clone, Copy)]
struct Method {
    kind: i64,
    count: i64,
    resampling: i64,
    threshold: f64,
    mass: f64,
}

unsafe extern "C" fn borel_infer(
    ctx: *mut Ctx,
    site: i64,
    closure: *const u64,
    kind: i64,
    count: i64,
    resampling: i64,
    threshold: f64,
    mass: f64,
) {
    // SAFETY: called by compiled code with its context and a live closure without parameters.
    unsafe {
        let method = Method { kind, count, resampling, threshold, mass };
        if let Err(error) = infer(ctx, closure, method) {
            // Everything else has been dropped; the message moves with the error.
            let site = error.site.map_or(site, i64::from);
            raise(ctx, site, error.kind)
        }
    }
}

/// What a context holds of the particle that waits for an inference; the particles of the inference use the same fields.
pub(crate) struct Waiting {
    log_weight: f64,
    trace: *mut u64,
    pub(crate) memo: *mut u64,
    scope: i64,
    pub(crate) mems: i64,
    input: i64,
    pending: *mut u64,
    path: i64,
    stream: Stream,
}

impl Waiting {
    pub(crate) fn take(ctx: &mut Ctx) -> Waiting {
        let waiting = Waiting {
            log_weight: ctx.log_weight,
            trace: ctx.trace,
            memo: ctx.memo,
            scope: ctx.scope,
            mems: ctx.mems,
            input: ctx.input,
            pending: ctx.pending,
            path: ctx.path,
            stream: ctx.stream.clone(),
        };
        (ctx.trace, ctx.memo, ctx.pending) = (null_mut(), null_mut(), null_mut());
        waiting
    }

    pub(crate) fn restore(self, ctx: &mut Ctx) {
        ctx.log_weight = self.log_weight;
        ctx.trace = self.trace;
        ctx.memo = self.memo;
        ctx.scope = self.scope;
        ctx.mems = self.mems;
        ctx.input = self.input;
        ctx.pending = self.pending;
        ctx.path = self.path;
        ctx.stream = self.stream;
    }
}

/// Infers within the worker that asks; leaves the draws, the weights and the log evidence in the results.
unsafe fn infer(ctx: *mut Ctx, closure: *const u64, method: Method) -> Result<(), RuntimeError> {
    // SAFETY: the worker is used through this pointer only, until the results are stored.
    unsafe {
        let worker = ctx as *mut Worker;
        let seed = (*worker).replay().take_seed().unwrap_or_else(|| (*ctx).stream.next_u64());
        let waiting = Waiting::take(&mut *ctx);
        let memory = (waiting.memo, waiting.mems);
        let result = run(worker, closure, method, seed, memory);
        waiting.restore(&mut *ctx);
        (&mut (*ctx).results)[..3].copy_from_slice(&result?);
        Ok(())
    }
}

/// Draws and weights as arrays in the worker's heap, and the bits of the log evidence.
unsafe fn run(
    worker: *mut Worker,
    closure: *const u64,
    method: Method,
    seed: u64,
    memory: (*mut u64, i64),
) -> Result<[u64; 3], RuntimeError> {
    // SAFETY: the closure is alive; its layout is the environment of its root.
    unsafe {
        let module = (*worker).module().clone();
        let layout = LayoutId(object::layout_of(closure));
        let root = module.roots.iter().position(|root| root.environment == layout && root.parameters.is_empty());
        let root = root.ok_or(RuntimeError::new(ErrorKind::Refused))?;
        let captured = Captured::Closure(closure);
        if method.kind == 0 {
            return run_exact(&mut *worker, root, captured, method, memory);
        }
        let host = (*worker).host().clone();
        if method.kind == 3 {
            let model = CompiledModel::new(&module, root, captured, View::Replay, &host);
            let model = model.ok_or(RuntimeError::new(ErrorKind::Refused))?.with_memory(memory.0, memory.1);
            return run_chain(worker, root, model, method, seed);
        }
        let model = CompiledModel::new(&module, root, captured, View::Step, &host);
        let model = model.ok_or(RuntimeError::new(ErrorKind::Refused))?.with_memory(memory.0, memory.1);
        let mut team = Team::single(Handle::Borrowed(worker));
        let population = sample(&model, &mut team, method, seed)?;
        let array = arrays(&mut *worker, root, model.format(), &population);
        let log_evidence = population.log_evidence;
        population.discard(&model, &mut team);
        let [draws, weights] = array.map_err(RuntimeError::new)?;
        Ok([draws, weights, log_evidence.to_bits()])
    }
}

/// The values of the draws of a chain within the worker, all with one weight.
unsafe fn run_chain(
    worker: *mut Worker,
    root: usize,
    model: CompiledModel,
    method: Method,
    seed: u64,
) -> Result<[u64; 3], RuntimeError> {
    let positive = |count: i64| {
        let given = usize::try_from(count).ok().filter(|count| *count > 0);
        given.ok_or(RuntimeError::new(ErrorKind::Negative(count)))
    };
    let (draws, thin, warmup) =
        (positive(method.count)?, positive(method.resampling)?, method.threshold.max(0.0) as usize);
    // SAFETY: the worker is used through this pointer and the replay, one after the other; what is on its heap stays there.
    unsafe {
        let format = model.format().clone();
        let own = std::mem::replace((*worker).replay(), borel_abi::replay::Replay::of((*worker).module()));
        let mut replay = Replay::within(model, worker)?;
        let found = mh::values(&mut replay, (draws, warmup, thin), &mut Stream::derive(seed, 0, 0));
        replay.live_objects();
        *(*worker).replay() = own;
        let found = found?;
        let weight = 1.0 / draws as f64;
        let weighted: Vec<(&[u64], f64)> = found.iter().map(|words| (words.as_slice(), weight)).collect();
        let array = make_arrays(&mut *worker, root, &format, &weighted);
        found.iter().for_each(|words| format.release(&mut *worker, words));
        let [draws, weights] = array.map_err(RuntimeError::new)?;
        Ok([draws, weights, f64::NAN.to_bits()])
    }
}

fn sample(
    model: &CompiledModel,
    team: &mut Team<'_, Handle>,
    method: Method,
    seed: u64,
) -> Result<Population<CompiledModel>, RuntimeError> {
    let count = usize::try_from(method.count).ok().filter(|count| *count > 0);
    let count = count.ok_or(RuntimeError::new(ErrorKind::Negative(method.count)))?;
    let control = Control::default();
    if method.kind == 1 {
        return importance(model, team, &Importance { draws: count, seed }, &control);
    }
    let resampling = Resampling::from_number(method.resampling).unwrap_or_default();
    let threshold = method.threshold;
    smc(model, team, &Smc { particles: count, resampling, threshold, seed, genealogy: false }, &control)
}

/// The results of the particles that have weight, and their weights.
unsafe fn arrays(
    worker: &mut Worker,
    root: usize,
    format: &Format,
    population: &Population<CompiledModel>,
) -> Result<[u64; 2], ErrorKind> {
    let particles = population.chunks.iter().flat_map(|chunk| (0..chunk.count()).map(|i| chunk.get(i)));
    let weighted = particles.zip(&population.weights).filter(|(_, weight)| **weight > 0.0);
    let weighted: Vec<(&[u64], f64)> = weighted.map(|(words, weight)| (words, *weight)).collect();
    // SAFETY: finished particles of this worker.
    unsafe { make_arrays(worker, root, format, &weighted) }
}

/// Arrays of results and weights.
unsafe fn make_arrays(
    worker: &mut Worker,
    root: usize,
    format: &Format,
    weighted: &[(&[u64], f64)],
) -> Result<[u64; 2], ErrorKind> {
    let module = worker.module().clone();
    let slots = slots(&module, module.roots[root].result);
    let layout = array_layout(worker.layouts(), &slots).ok_or(ErrorKind::Unreachable)?;
    let draws = worker.allocate_array(layout.0, weighted.len())?;
    let weights = worker.allocate_array(builtin::REALS.0, weighted.len())?;
    for (i, (words, weight)) in weighted.iter().enumerate() {
        let result = &words[format.start()..][..slots.len()];
        // SAFETY: both arrays have an element for each particle; its pointers get another owner.
        unsafe {
            for (k, (word, slot)) in result.iter().zip(&slots).enumerate() {
                if *slot == borel_abi::layout::Slot::Pointer {
                    object::retain(*word);
                }
                *draws.add(2 + i * slots.len() + k) = *word;
            }
            *weights.add(2 + i) = weight.to_bits();
        }
    }
    Ok([draws as u64, weights as u64])
}

/// Explores within the worker.
unsafe fn run_exact(
    worker: &mut Worker,
    root: usize,
    captured: Captured,
    method: Method,
    memory: (*mut u64, i64),
) -> Result<[u64; 3], RuntimeError> {
    let model = ExactModel::new(worker.module(), root, captured).ok_or(RuntimeError::new(ErrorKind::Refused))?;
    let model = model.with_memory(memory.0, memory.1);
    let settings = Enumerate { mass: method.mass, keep_trace: false, ..Enumerate::default() };
    let found = enumerate(&model, worker, &settings, &Control::default())?;
    let weights = found.weights.iter().copied();
    let weighted: Vec<(&[u64], f64)> = found.particles.iter().map(Vec::as_slice).zip(weights).collect();
    // SAFETY: finished particles of this worker.
    let array = unsafe { make_arrays(worker, root, model.format(), &weighted) };
    let log_evidence = found.log_evidence;
    found.discard(&model, worker);
    let [draws, weights] = array.map_err(RuntimeError::new)?;
    Ok([draws, weights, log_evidence.to_bits()])
}
