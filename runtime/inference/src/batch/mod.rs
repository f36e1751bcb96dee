//! What programs do with batches of suspended executions: the primitives that the inference of the standard library is made of.
//!
//! Each has a law. A batch stands for the measure (1/n) sum of exp(w_i) at the i-th execution, with the weights that a program keeps for it.
//!
//! - `spawn` gives n executions that have not begun: with weights 1, the program itself.
//! - `advance` runs each to its next score: with weights exp(w_i + g_i), where g_i is what it gives, the measure is the same in expectation.
//! - `select` and `join` copy, and draw nothing.
//! - `revise` and `redraw` run each execution again, and give what Metropolis-Hastings needs to know: see [`trace`].
//!
//! Those that draw take a seed from the stream of the program that calls them (in a trace, it is a choice).

#![allow(unsafe_code)]

mod entry;
mod gradient;
mod part;
mod trace;

pub(crate) use entry::symbols;

use crate::compiled::is_impossible;
use crate::entry::Waiting;
use borel_abi::batch::{Batch, FINISHED, IMPOSSIBLE, PREFIX};
use borel_abi::layout::{BatchLayout, LayoutId, builtin};
use borel_abi::module::{DONE, MEMO, Machine, Module, Root};
use borel_abi::object::{self, LayoutInfo, reals_mut};
use borel_abi::replay::Replay;
use borel_abi::stream::Stream;
use borel_abi::{Ctx, ErrorKind, RuntimeError, Worker};
use std::sync::Arc;

use crate::particles::{LOG_WEIGHT, MEMS, STATE};

/// What was not kept cannot be asked for.
const UNTRACED: &str = "these executions keep no traces: make them with `spawn_traced`";

/// A batch at work: its program, its layout.
struct Running {
    module: Arc<Module>,
    layout: Arc<BatchLayout>,
    layout_id: u32,
}

impl Running {
    /// Of a batch.
    ///
    /// # Safety
    /// The object is a live batch of this worker.
    unsafe fn of(worker: &Worker, object: *const u64) -> Result<Running, ErrorKind> {
        let module = worker.module().clone();
        // SAFETY: by the contract.
        let layout_id = unsafe { object::layout_of(object) };
        let layout = info(worker, layout_id)?.clone();
        let machine = if layout.is_traced { &module.traced } else { &module.step };
        machine.as_ref().ok_or(ErrorKind::Unreachable)?;
        Ok(Running { module, layout, layout_id })
    }

    /// The machine that runs its executions.
    fn machine(&self) -> &Machine {
        let machine = if self.layout.is_traced { &self.module.traced } else { &self.module.step };
        // It was there when this was made.
        machine.as_ref().unwrap_or_else(|| unreachable!("a batch without a machine"))
    }

    /// Runs executions, all with one environment, to their next suspensions.
    ///
    /// # Safety
    /// The batch is unique and as the machine left it; nothing else uses the worker.
    unsafe fn run(&self, worker: &mut Worker, batch: Batch, first: usize, count: usize) -> Result<(), RuntimeError> {
        let advance = self.machine().advance;
        // SAFETY: by the contract; the closure captures pointers only.
        unsafe {
            let environment = *batch.environment(first) as *const u64;
            let particles = batch.particles().add(self.layout.stride * first);
            worker.enter(move |ctx| advance(ctx, environment, particles, count as i64))
        }
    }

    /// Takes what an execution has gained out of its particle, and ends it if it has become impossible.
    ///
    /// # Safety
    /// The batch is unique.
    #[inline]
    unsafe fn settle(&self, worker: &mut Worker, batch: Batch, index: usize, leaks: bool) -> f64 {
        // SAFETY: by the contract.
        unsafe {
            let words = batch.particle(index);
            let gained = f64::from_bits(std::mem::replace(&mut words[LOG_WEIGHT], 0));
            let total = batch.log_weight(index);
            if gained > f64::NEG_INFINITY {
                *total = (f64::from_bits(*total) + gained).to_bits();
                return gained;
            }
            *total = f64::NEG_INFINITY.to_bits();
            self.end(worker, words, leaks);
            f64::NEG_INFINITY
        }
    }

    /// Ends an execution that has become impossible, or whose weight is no number.
    #[cold]
    unsafe fn end(&self, worker: &mut Worker, words: &mut [u64], leaks: bool) {
        if !leaks {
            // SAFETY: the particle owns what it refers to.
            unsafe { self.layout.pointers(words[STATE]).iter().for_each(|at| worker.release(words[*at as usize])) };
        }
        words.fill(0);
        words[STATE] = IMPOSSIBLE;
    }
}

fn info(worker: &Worker, layout: u32) -> Result<&Arc<BatchLayout>, ErrorKind> {
    let info: &LayoutInfo = &worker.layouts()[layout as usize];
    info.batch.as_ref().ok_or(ErrorKind::Unreachable)
}

/// A batch that nobody owns yet but the caller, its words 0.
fn allocate(worker: &mut Worker, layout: u32, count: usize) -> Result<Batch, ErrorKind> {
    let batch = reserve(worker, layout, count)?;
    let words = info(worker, layout)?.words(count) - 1;
    // SAFETY: a new object with that many words after its count.
    unsafe { std::ptr::write_bytes(batch.object().add(2), 0, words) };
    Ok(batch)
}

/// The same, its words undefined but for the count: all are written before anything else can see it.
fn reserve(worker: &mut Worker, layout: u32, count: usize) -> Result<Batch, ErrorKind> {
    let words = info(worker, layout)?.words(1).checked_mul(count).filter(|words| *words < 1 << 40);
    words.ok_or(ErrorKind::OutOfMemory { limit: usize::MAX })?;
    let words = info(worker, layout)?.words(count);
    let object = worker.allocate(layout, 8 + 8 * words)?;
    // SAFETY: a new object of that many words.
    unsafe {
        *object.add(1) = count as u64;
        Ok(Batch::of(object, info(worker, layout)?))
    }
}

/// The root of a closure.
///
/// # Safety
/// The closure is live.
unsafe fn root_of(module: &Module, closure: *const u64) -> Result<&Root, ErrorKind> {
    // SAFETY: by the contract.
    let layout = LayoutId(unsafe { object::layout_of(closure) });
    let root = module.roots.iter().find(|root| root.environment == layout && root.parameters.is_empty());
    root.ok_or(ErrorKind::Refused)
}

/// The words of an execution that has not begun.
fn begin(words: &mut [u64], start: u64, machine: &Machine, memory: (u64, u64)) {
    words.fill(0);
    words[STATE] = start;
    if machine.ambient {
        (words[MEMO as usize], words[MEMS]) = memory;
        // SAFETY: the table is that of the program that calls, which keeps it.
        unsafe { object::retain(memory.0) };
    }
}

/// So many executions of a closure that have not begun.
///
/// # Safety
/// The closure is live.
unsafe fn spawn(worker: &mut Worker, closure: *const u64, count: i64, is_traced: bool) -> Result<u64, ErrorKind> {
    let count = usize::try_from(count).map_err(|_| ErrorKind::Negative(count))?;
    let module = worker.module().clone();
    // SAFETY: by the contract; the batch is new.
    unsafe {
        let root = root_of(&module, closure)?;
        let (machine, start) =
            if is_traced { (&module.traced, root.traced_start) } else { (&module.step, root.step_start) };
        let parts = (root.batches[usize::from(is_traced)], machine.as_ref(), start);
        let (Some(layout), Some(machine), Some(start)) = parts else { return Err(ErrorKind::Refused) };
        let batch = allocate(worker, layout.0, count)?;
        let memory = (worker.ctx().memo as u64, worker.ctx().mems as u64);
        object::retain_times(closure as u64, count as u32);
        for index in 0..count {
            *batch.environment(index) = closure as u64;
            *batch.trace(index) = if is_traced { worker.new_trace(0)? } else { 0 };
            begin(batch.particle(index), start, machine, memory);
        }
        Ok(batch.object() as u64)
    }
}

/// The same batch, to be written.
///
/// # Safety
/// The object is a live batch that the caller owns.
unsafe fn unique(worker: &mut Worker, object: *mut u64) -> Result<Batch, ErrorKind> {
    // SAFETY: by the contract.
    unsafe {
        let layout = object::layout_of(object);
        if object::is_unique(object) {
            return Ok(Batch::of(object, info(worker, layout)?));
        }
        let count = *object.add(1) as usize;
        let copy = reserve(worker, layout, count)?;
        let words = info(worker, layout)?.words(count);
        std::ptr::copy_nonoverlapping(object.add(1), copy.object().add(1), words);
        retain_all(copy, info(worker, layout)?);
        worker.release(object as u64);
        Ok(copy)
    }
}

/// Runs something in the executions of a program that waits meanwhile: it has its own stream, weights and traces.
///
/// # Safety
/// The context is that of a worker in compiled code.
unsafe fn within<T>(
    ctx: *mut Ctx,
    run: impl FnOnce(&mut Worker, (u64, u64)) -> Result<T, RuntimeError>,
) -> Result<T, RuntimeError> {
    // SAFETY: by the contract; the worker is used by one of these at a time.
    unsafe {
        let worker = Worker::of(ctx);
        let seed = worker.replay().take_seed();
        let seed = seed.unwrap_or_else(|| worker.ctx().stream.next_u64());
        let waiting = Waiting::take(worker.ctx());
        worker.ctx().stream = Stream::derive(seed, 0, 0);
        let module = worker.module().clone();
        let nested = Replay::labelled(&module, worker.replay());
        let mut outer = std::mem::replace(worker.replay(), nested);
        let memory = (waiting.memo as u64, waiting.mems as u64);
        let result = run(worker, memory);
        let nested = std::mem::take(worker.replay());
        nested.give_back(&mut outer);
        *worker.replay() = outer;
        waiting.restore(worker.ctx());
        if worker.replay().is_exhausted() {
            // The whole execution ends here, and not that of the batch.
            worker.ctx().log_weight = f64::NEG_INFINITY;
        }
        result
    }
}

/// How many executions run before what they have gained is looked at, while it is at hand.
const CHUNK: usize = 256;

/// Each execution to its next score, or to its end; and what they gain, as an array.
///
/// # Safety
/// The object is a live batch that the caller owns.
unsafe fn advance(worker: &mut Worker, object: *mut u64) -> Result<(Batch, *mut u64), RuntimeError> {
    // SAFETY: by the contract, and the batch is unique from here on.
    unsafe {
        let batch = unique(worker, object).map_err(RuntimeError::new)?;
        let running = Running::of(worker, batch.object()).map_err(RuntimeError::new)?;
        let array = worker.allocate_array(builtin::REALS.0, batch.count()).map_err(RuntimeError::new)?;
        advance_once(&running, worker, batch, reals_mut(array))?;
        Ok((batch, array))
    }
}

/// See [`advance`]; adds what they gain.
unsafe fn advance_once(
    running: &Running,
    worker: &mut Worker,
    batch: Batch,
    gained: &mut [f64],
) -> Result<(), RuntimeError> {
    // SAFETY: the batch is unique.
    unsafe {
        let mut first = 0;
        while first < batch.count() {
            let environment = *batch.environment(first);
            let mut end = first + 1;
            if running.layout.is_traced {
                gained[first] += trace::advance(running, worker, batch, first)?;
                let time = batch.time(first);
                *time = (*time + 1).min(FINISHED);
            } else {
                let limit = batch.count().min(first + CHUNK);
                while end < limit && *batch.environment(end) == environment {
                    end += 1;
                }
                running.run(worker, batch, first, end - first)?;
                for (index, gained) in (first..end).zip(&mut gained[first..]) {
                    *gained += running.settle(worker, batch, index, false);
                }
            }
            first = end;
        }
        Ok(())
    }
}

/// Each execution to its end.
///
/// # Safety
/// As [`advance`].
unsafe fn finish(worker: &mut Worker, object: *mut u64) -> Result<(Batch, *mut u64), RuntimeError> {
    // SAFETY: by the contract, and the batch is unique from here on.
    unsafe {
        let batch = unique(worker, object).map_err(RuntimeError::new)?;
        let running = Running::of(worker, batch.object()).map_err(RuntimeError::new)?;
        let array = worker.allocate_array(builtin::REALS.0, batch.count()).map_err(RuntimeError::new)?;
        while !are_finished(batch) {
            advance_once(&running, worker, batch, reals_mut(array))?;
        }
        for index in 0..batch.count() {
            *batch.time(index) = FINISHED;
        }
        Ok((batch, array))
    }
}

/// Whether all have finished.
unsafe fn are_finished(batch: Batch) -> bool {
    // SAFETY: the batch is live, and nothing is written.
    (0..batch.count()).all(|index| unsafe { has_ended(batch.particle(index)) })
}

fn has_ended(words: &[u64]) -> bool {
    matches!(words[STATE], DONE | IMPOSSIBLE)
}

/// Adds a reference to everything that the executions of a batch refer to, which was copied from others.
///
/// # Safety
/// What they refer to is live.
unsafe fn retain_all(batch: Batch, layout: &BatchLayout) {
    // SAFETY: by the contract.
    unsafe {
        // Most have the environment of the one before.
        let (mut environment, mut times) = (0, 0);
        for index in 0..batch.count() {
            if *batch.environment(index) != environment {
                object::retain_times(environment, times);
                (environment, times) = (*batch.environment(index), 0);
            }
            times += 1;
        }
        object::retain_times(environment, times);
        if layout.is_traced {
            (0..batch.count()).for_each(|index| object::retain(*batch.trace(index)));
        }
        if layout.owns_pointers() {
            for index in 0..batch.count() {
                let words = batch.particle(index);
                layout.pointers(words[STATE]).iter().for_each(|at| object::retain(words[*at as usize]));
            }
        }
    }
}

/// The batches, which are of one kind, and how many executions those before each have.
///
/// # Safety
/// They are live.
unsafe fn in_a_row<const N: usize>(
    worker: &Worker,
    objects: [*mut u64; N],
) -> Result<([(Batch, usize); N], usize), ErrorKind> {
    // SAFETY: by the contract.
    unsafe {
        let layout = object::layout_of(objects[0]);
        if objects.iter().any(|object| object::layout_of(*object) != layout) {
            return Err(ErrorKind::Message("executions with traces are joined to others without".into()));
        }
        let info = info(worker, layout)?;
        let mut before = 0;
        let batches = objects.map(|object| {
            let batch = Batch::of(object, info);
            let first = before;
            before += batch.count();
            (batch, first)
        });
        Ok((batches, before))
    }
}

/// Copies of the executions with these numbers, which are counted through the batches.
///
/// # Safety
/// The batches are live.
unsafe fn select<const N: usize>(
    worker: &mut Worker,
    objects: [*mut u64; N],
    numbers: &[i64],
) -> Result<u64, ErrorKind> {
    // SAFETY: by the contract; the target is new.
    unsafe {
        let layout = object::layout_of(objects[0]);
        let (batches, length) = in_a_row(worker, objects)?;
        if let Some(wrong) = numbers.iter().find(|number| !(0..length as i64).contains(*number)) {
            return Err(ErrorKind::OutOfBounds { index: *wrong, length: length as i64 });
        }
        let find = |number: i64| {
            let found = batches.iter().rev().find(|(_, first)| *first <= number as usize);
            let (batch, first) = found.unwrap_or(&batches[0]);
            (batch, number as usize - first)
        };
        let target = reserve(worker, layout, numbers.len())?;
        for (index, number) in numbers.iter().enumerate() {
            let (batch, at) = find(*number);
            std::ptr::copy_nonoverlapping(batch.environment(at), target.environment(index), PREFIX);
        }
        for (index, number) in numbers.iter().enumerate() {
            let (batch, at) = find(*number);
            target.particle(index).copy_from_slice(batch.particle(at));
        }
        retain_all(target, info(worker, layout)?);
        Ok(target.object() as u64)
    }
}

/// The executions of two batches.
///
/// # Safety
/// Both are live.
unsafe fn join(worker: &mut Worker, first: *mut u64, second: *mut u64) -> Result<u64, ErrorKind> {
    // SAFETY: by the contract; the target is new and has room for both.
    unsafe {
        let layout = object::layout_of(first);
        let (batches, length) = in_a_row(worker, [first, second])?;
        let target = reserve(worker, layout, length)?;
        let stride = info(worker, layout)?.stride;
        for (batch, first) in batches.into_iter().filter(|(batch, _)| batch.count() > 0) {
            std::ptr::copy_nonoverlapping(batch.environment(0), target.environment(first), PREFIX * batch.count());
            let particles = target.particles().add(stride * first);
            std::ptr::copy_nonoverlapping(batch.particles(), particles, stride * batch.count());
        }
        retain_all(target, info(worker, layout)?);
        Ok(target.object() as u64)
    }
}

/// The values of finished executions, as an array.
///
/// # Safety
/// The batch is live.
unsafe fn results(worker: &mut Worker, object: *mut u64) -> Result<u64, ErrorKind> {
    // SAFETY: by the contract; the array has an element for each execution, whose pointers get another owner.
    unsafe {
        let running = Running::of(worker, object)?;
        let batch = Batch::of(object, &running.layout);
        let slots = borel_abi::value::slots(&running.module, running.layout.result);
        let layout = crate::distribution::array_layout(worker.layouts(), &slots).ok_or(ErrorKind::Unreachable)?;
        for index in 0..batch.count() {
            match batch.particle(index)[STATE] {
                DONE => {}
                IMPOSSIBLE => {
                    return Err(ErrorKind::Message(format!("execution {index} is impossible, and has no value")));
                }
                _ => return Err(ErrorKind::Message(format!("execution {index} has not finished"))),
            }
        }
        let array = worker.allocate_array(layout.0, batch.count())?;
        let start = borel_abi::module::frame_start(running.machine().ambient);
        for index in 0..batch.count() {
            let words = &batch.particle(index)[start..][..slots.len()];
            for (at, (word, slot)) in words.iter().zip(&slots).enumerate() {
                if *slot == borel_abi::layout::Slot::Pointer {
                    object::retain(*word);
                }
                *array.add(2 + index * slots.len() + at) = *word;
            }
        }
        Ok(array as u64)
    }
}

/// Whether an error of an execution makes it impossible, and is none of the program's.
fn makes_impossible(worker: &mut Worker, error: &RuntimeError) -> bool {
    is_impossible(error, worker.ctx().log_weight)
}
