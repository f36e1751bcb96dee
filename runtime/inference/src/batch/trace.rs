//! Executions with traces: they advance on them, and are run again with other choices.
//!
//! An execution that is run again goes as far as it had gone before: to the same number of scores, or to its end if it had been run to that
//! by `finish`. With some choices set and others drawn, let r be what [`again`] gives: the log of the ratio of
//! the weights and of the densities of all choices that are kept or set. Then, for a proposal of values with log densities q(forth) and q(back), the
//! Metropolis-Hastings acceptance probability is min(1, exp(r + q(back) - q(forth))): what is drawn from its prior, and what is
//! dropped, cancels with the probability of that (Green 1995; Cusumano-Towner, Lew and Mansinghka 2020).

use super::part::{Part, count, part, parts};
use super::{Running, UNTRACED, allocate, begin, has_ended, info, makes_impossible, root_of, unique};
use borel_abi::batch::{self, Batch, Choices, IMPOSSIBLE, Stored};
use borel_abi::layout::builtin;
use borel_abi::object::{self, reals_mut};
use borel_abi::replay::Choice;
use borel_abi::{ErrorKind, RuntimeError, Worker};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::particles::{LOG_WEIGHT, STATE};

/// Runs one execution to its next score; gives what it gains.
///
/// # Safety
/// The batch is unique, and the replay of the worker is free for it.
pub(super) unsafe fn advance(
    running: &Running,
    worker: &mut Worker,
    batch: Batch,
    index: usize,
) -> Result<f64, RuntimeError> {
    // SAFETY: by the contract.
    unsafe {
        if has_ended(batch.particle(index)) {
            return Ok(0.0);
        }
        let trace = *batch.trace(index);
        let followed = Choices::of(batch::followed(trace));
        worker.replay().look_up_in(followed.iter().map(Stored::choice), Choices::of(trace).count());
        let gained = step(running, worker, batch, index, |_| false)?;
        keep_choices(worker, batch, index).map_err(RuntimeError::new)?;
        Ok(gained)
    }
}

/// Puts the choices that have been made into the trace of an execution; gives by how much the densities of kept ones have changed.
unsafe fn keep_choices(worker: &mut Worker, batch: Batch, index: usize) -> Result<f64, ErrorKind> {
    let mut made = Vec::new();
    let changes = worker.replay().take_labelled(&mut made);
    // SAFETY: the batch is unique; the trace is taken out of it and put back.
    unsafe {
        let trace = std::mem::replace(&mut *batch.trace(index), 0);
        *batch.trace(index) = worker.extend_trace(trace, &made)?;
    }
    Ok(changes.log_density)
}

/// One step of the machine; after some errors the execution is impossible.
unsafe fn step(
    running: &Running,
    worker: &mut Worker,
    batch: Batch,
    index: usize,
    forgives: impl Fn(&ErrorKind) -> bool,
) -> Result<f64, RuntimeError> {
    worker.ctx().path = 0;
    // SAFETY: the batch is unique.
    unsafe {
        let leaks = match running.run(worker, batch, index, 1) {
            Ok(()) => false,
            // It was left in the middle: what it had is left to the heap.
            Err(error)
                if (forgives(&error.kind) || makes_impossible(worker, &error)) && !worker.replay().is_exhausted() =>
            {
                batch.particle(index)[LOG_WEIGHT] = f64::NEG_INFINITY.to_bits();
                let ctx = worker.ctx();
                (ctx.trace, ctx.memo) = (std::ptr::null_mut(), std::ptr::null_mut());
                true
            }
            Err(error) => return Err(error),
        };
        Ok(running.settle(worker, batch, index, leaks))
    }
}

/// Which choices of an execution are to be others, and which.
pub(super) enum Other<'a> {
    /// These get these values
    Set(&'a [i64], &'a [f64]),
    /// These are drawn again
    Drawn(&'a [i64]),
}

impl Other<'_> {
    fn numbers(&self) -> &[i64] {
        match self {
            Other::Set(numbers, _) | Other::Drawn(numbers) => numbers,
        }
    }
}

/// Each execution again, with other choices; gives the log ratios of the densities.
///
/// # Safety
/// The object is a live batch that the caller owns.
pub(super) unsafe fn again(
    worker: &mut Worker,
    object: *mut u64,
    memory: (u64, u64),
    other: impl Fn(usize) -> Result<Other<'static>, ErrorKind>,
) -> Result<(Batch, *mut u64), RuntimeError> {
    // SAFETY: by the contract; the new batch is unique.
    unsafe {
        let running = Running::of(worker, object).map_err(RuntimeError::new)?;
        if !running.layout.is_traced {
            return Err(RuntimeError::new(ErrorKind::Message(UNTRACED.into())));
        }
        let old = Batch::of(object, &running.layout);
        let new = allocate(worker, running.layout_id, old.count()).map_err(RuntimeError::new)?;
        let array = worker.allocate_array(builtin::REALS.0, old.count()).map_err(RuntimeError::new)?;
        for (index, ratio) in reals_mut(array).iter_mut().enumerate() {
            let other = other(index).map_err(RuntimeError::new)?;
            if other.numbers().is_empty() {
                copy_one(&running, (old, new), index);
            } else {
                *ratio = one_again(&running, worker, (old, new), index, memory, &other)?;
            }
        }
        worker.release(object as u64);
        Ok((new, array))
    }
}

unsafe fn copy_one(running: &Running, (old, new): (Batch, Batch), index: usize) {
    // SAFETY: both are live, and the new one is unique.
    unsafe {
        std::ptr::copy_nonoverlapping(old.environment(index), new.environment(index), batch::PREFIX);
        let words = new.particle(index);
        words.copy_from_slice(old.particle(index));
        object::retain(*new.environment(index));
        object::retain(*new.trace(index));
        running.layout.pointers(words[STATE]).iter().for_each(|at| object::retain(words[*at as usize]));
    }
}

unsafe fn one_again(
    running: &Running,
    worker: &mut Worker,
    (old, new): (Batch, Batch),
    index: usize,
    memory: (u64, u64),
    other: &Other<'_>,
) -> Result<f64, RuntimeError> {
    // SAFETY: both are live, and the new one is unique.
    unsafe {
        let trace = *old.trace(index);
        let choices = Choices::of(trace);
        let Changed { kept, made } = changed(running, worker, choices, other).map_err(RuntimeError::new)?;
        let closure = *old.environment(index);
        let root = root_of(&running.module, closure as *const u64).map_err(RuntimeError::new)?;
        let start = root.traced_start.ok_or(RuntimeError::new(ErrorKind::Unreachable))?;
        object::retain(closure);
        *new.environment(index) = closure;
        let followed = batch::followed(trace);
        object::retain(followed);
        *new.trace(index) = worker.new_trace(followed).map_err(RuntimeError::new)?;
        if is_outside(choices, other) {
            new.particle(index).fill(0);
            new.particle(index)[STATE] = IMPOSSIBLE;
            *new.log_weight(index) = f64::NEG_INFINITY.to_bits();
            *new.time(index) = *old.time(index);
            made.iter().for_each(|object| worker.release(*object));
            return Ok(f64::NEG_INFINITY);
        }
        begin(new.particle(index), start, running.machine(), memory);
        worker.replay().look_up_in(kept.into_iter(), 0);
        let time = *old.time(index);
        let mut steps = 0;
        while steps < time && !has_ended(new.particle(index)) {
            // Values that are set may be none for what comes after them, as a scale of 0.
            step(running, worker, new, index, ErrorKind::is_numeric)?;
            steps += 1;
        }
        *new.time(index) = time;
        let difference = keep_choices(worker, new, index).map_err(RuntimeError::new)?;
        // What it has taken of them the trace owns.
        made.iter().for_each(|object| worker.release(*object));
        if new.particle(index)[STATE] == IMPOSSIBLE {
            return Ok(f64::NEG_INFINITY);
        }
        let ratio = f64::from_bits(*new.log_weight(index)) - f64::from_bits(*old.log_weight(index)) + difference;
        Ok(if ratio.is_nan() { f64::NEG_INFINITY } else { ratio })
    }
}

/// Whether the one choice that is set gets a value outside of its support, which is what it was, since nothing before it changes. Such an execution is not begun: where it came to
/// its end at that choice, what it had would be left to the heap.
fn is_outside(choices: Choices<'_>, other: &Other<'_>) -> bool {
    let Other::Set([number], [value]) = other else { return false };
    part(choices, *number).is_some_and(|part| {
        let label = part.stored.label();
        *value < label.lower || *value > label.upper
    })
}

/// What the new execution looks its own choices up among, and the arrays and matrices that were made for it.
#[derive(Default)]
struct Changed {
    kept: Vec<Choice>,
    made: Vec<u64>,
}

/// The choices with the changes that are asked for.
///
/// # Safety
/// The choices are live.
unsafe fn changed(
    running: &Running,
    worker: &mut Worker,
    choices: Choices<'_>,
    other: &Other<'_>,
) -> Result<Changed, ErrorKind> {
    let mut kept: Vec<Choice> = choices.iter().map(Stored::choice).collect();
    let mut dropped = Vec::new();
    let mut made: HashMap<usize, u64> = HashMap::new();
    // Where some are arrays, the numbers have to be counted: once.
    let listed: Vec<Part<'_>> = if choices.own_pointers() { parts(choices).collect() } else { Vec::new() };
    let find = |number: i64| match choices.own_pointers() {
        true => usize::try_from(number).ok().and_then(|at| listed.get(at).copied()),
        false => part(choices, number),
    };
    for (position, number) in other.numbers().iter().enumerate() {
        let out_of_bounds = || ErrorKind::OutOfBounds { index: *number, length: count(choices) as i64 };
        let part = find(*number).ok_or_else(out_of_bounds)?;
        let Other::Set(_, values) = other else {
            dropped.push(part.choice);
            continue;
        };
        let choice = &mut kept[part.choice];
        // Not known to have the density that it had.
        choice.parameters = 0;
        let word = part.word(running, values[position])?;
        if !part.stored.is_pointer() {
            choice.word = word;
            continue;
        }
        // SAFETY: by the contract; the copy is written by nobody else.
        unsafe {
            if let Entry::Vacant(entry) = made.entry(part.choice) {
                choice.word = worker.copy_numbers(choice.word as *const u64)? as u64;
                entry.insert(choice.word);
            }
            object::numbers_mut(choice.word as *mut u64)[part.element] = f64::from_bits(word);
        }
    }
    dropped.sort_unstable();
    dropped.dedup();
    for choice in dropped.into_iter().rev() {
        kept.remove(choice);
    }
    Ok(Changed { kept, made: made.into_values().collect() })
}

/// The executions of the first batch, which look up what they choose in the traces of the second; if that has one only, in it.
///
/// # Safety
/// Both are live batches, and the caller owns the first.
pub(super) unsafe fn follow(worker: &mut Worker, object: *mut u64, traces: *mut u64) -> Result<Batch, ErrorKind> {
    // SAFETY: by the contract.
    unsafe {
        let batch = unique(worker, object)?;
        let layout = info(worker, object::layout_of(batch.object()))?.clone();
        let other = info(worker, object::layout_of(traces))?.clone();
        if !layout.is_traced || !other.is_traced {
            return Err(ErrorKind::Message(UNTRACED.into()));
        }
        let traces = Batch::of(traces, &other);
        if traces.count() != batch.count() && traces.count() != 1 {
            return Err(ErrorKind::Lengths { left: batch.count() as i64, right: traces.count() as i64 });
        }
        for index in 0..batch.count() {
            let followed = *traces.trace(if traces.count() == 1 { 0 } else { index });
            object::retain(followed);
            let trace = std::mem::replace(&mut *batch.trace(index), 0);
            *batch.trace(index) = worker.following(trace, followed)?;
        }
        Ok(batch)
    }
}

/// How many choices the executions of two batches have in common, with the same values; the second may have one execution only.
///
/// # Safety
/// Both are live batches.
pub(super) unsafe fn shared(worker: &Worker, first: *mut u64, second: *mut u64) -> Result<Vec<i64>, ErrorKind> {
    // SAFETY: by the contract.
    let ((running, first), (_, second)) = unsafe { (all_choices(worker, first)?, all_choices(worker, second)?) };
    if second.len() != first.len() && second.len() != 1 {
        return Err(ErrorKind::Lengths { left: first.len() as i64, right: second.len() as i64 });
    }
    let key =
        |part: Part<'_>| (part.stored.address(), part.stored.draw(), part.element, part.value(&running).to_bits());
    let common = |(own, other): (&Choices<'_>, &Choices<'_>)| {
        let other: HashSet<(i64, u32, usize, u64)> = parts(*other).map(key).collect();
        parts(*own).filter(|part| other.contains(&key(*part))).count() as i64
    };
    Ok(first.iter().zip(second.iter().cycle()).map(common).collect())
}

/// The choices of each execution.
///
/// # Safety
/// The batch is live, as long as they are used.
pub(super) unsafe fn all_choices<'a>(
    worker: &Worker,
    object: *mut u64,
) -> Result<(Running, Vec<Choices<'a>>), ErrorKind> {
    // SAFETY: by the contract.
    unsafe {
        let running = Running::of(worker, object)?;
        if !running.layout.is_traced {
            return Err(ErrorKind::Message(UNTRACED.into()));
        }
        let batch = Batch::of(object, &running.layout);
        let all = (0..batch.count()).map(|index| Choices::of(*batch.trace(index))).collect();
        Ok((running, all))
    }
}
