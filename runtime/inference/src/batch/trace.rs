//! Executions with traces: they advance on them, and are run again with other choices.
//!
//! An execution that is run again goes as far as it had gone before: to the same number of scores, or to its end if it had been run to that
//! by `finish`. With some choices set and others drawn, let r be what [`again`] gives: the log of the ratio of
//! the weights and of the densities of all choices that are kept or set. Then, for a proposal of values with log densities q(forth) and q(back), the
//! Metropolis-Hastings acceptance probability is min(1, exp(r + q(back) - q(forth))): what is drawn from its prior, and what is
//! dropped, cancels with the probability of that (Green 1995; Cusumano-Towner, Lew and Mansinghka 2020).

use super::{Running, UNTRACED, allocate, begin, has_ended, info, makes_impossible, root_of, unique};
use borel_abi::batch::{self, Batch, IMPOSSIBLE, Named};
use borel_abi::layout::builtin;
use borel_abi::object::{self, reals_mut};
use borel_abi::replay::Choice;
use borel_abi::{ErrorKind, RuntimeError, Worker};
use borel_distributions::{Kind, ValueKind};
use borel_posterior::names::choice_name;
use std::collections::{HashMap, HashSet};

use crate::particles::{LOG_WEIGHT, STATE};

/// What a choice is.
pub(super) fn value_kind(running: &Running, choice: &Choice) -> Option<ValueKind> {
    let draw = &running.module.draws[choice.draw as usize];
    draw.distribution.and_then(Kind::from_u32).map(|kind| kind.entry().value)
}

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
        let followed = batch::choices(batch::followed(trace));
        worker.replay().look_up_in(followed.iter().map(|named| named.choice), batch::length(trace));
        let gained = step(running, worker, batch, index)?;
        keep_choices(worker, batch, index).map_err(RuntimeError::new)?;
        Ok(gained)
    }
}

/// Puts the choices that have been made into the trace of an execution; gives by how much the densities of kept ones have changed.
unsafe fn keep_choices(worker: &mut Worker, batch: Batch, index: usize) -> Result<f64, ErrorKind> {
    let (made, changes) = worker.replay().take_labelled();
    // SAFETY: the batch is unique; the trace is taken out of it and put back.
    unsafe {
        let trace = std::mem::replace(&mut *batch.trace(index), 0);
        *batch.trace(index) = worker.extend_trace(trace, &made)?;
    }
    Ok(changes.log_density)
}

/// One step of the machine.
unsafe fn step(running: &Running, worker: &mut Worker, batch: Batch, index: usize) -> Result<f64, RuntimeError> {
    worker.ctx().path = 0;
    // SAFETY: the batch is unique.
    unsafe {
        let leaks = match running.run(worker, batch, index, 1) {
            Ok(()) => false,
            // It was left in the middle: what it had is left to the heap.
            Err(error) if makes_impossible(worker, &error) && !worker.replay().is_exhausted() => {
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
        let choices = batch::choices(trace);
        let kept = changed(running, &choices, other).map_err(RuntimeError::new)?;
        let closure = *old.environment(index);
        let root = root_of(&running.module, closure as *const u64).map_err(RuntimeError::new)?;
        let start = root.traced_start.ok_or(RuntimeError::new(ErrorKind::Unreachable))?;
        object::retain(closure);
        *new.environment(index) = closure;
        let followed = batch::followed(trace);
        object::retain(followed);
        *new.trace(index) = worker.new_trace(followed).map_err(RuntimeError::new)?;
        if is_outside(&choices, other) {
            new.particle(index).fill(0);
            new.particle(index)[STATE] = IMPOSSIBLE;
            *new.log_weight(index) = f64::NEG_INFINITY.to_bits();
            *new.time(index) = *old.time(index);
            return Ok(f64::NEG_INFINITY);
        }
        begin(new.particle(index), start, &running.machine, memory);
        worker.replay().look_up_in(kept.into_iter(), 0);
        let time = *old.time(index);
        let mut steps = 0;
        while steps < time && !has_ended(new.particle(index)) {
            step(running, worker, new, index)?;
            steps += 1;
        }
        *new.time(index) = time;
        let difference = keep_choices(worker, new, index).map_err(RuntimeError::new)?;
        if new.particle(index)[STATE] == IMPOSSIBLE {
            return Ok(f64::NEG_INFINITY);
        }
        let ratio = f64::from_bits(*new.log_weight(index)) - f64::from_bits(*old.log_weight(index)) + difference;
        Ok(if ratio.is_nan() { f64::NEG_INFINITY } else { ratio })
    }
}

/// Whether the one choice that is set gets a value outside of its support, which is what it was, since nothing before it changes. Such an execution is not begun: where it came to
/// its end at that choice, what it had would be left to the heap.
fn is_outside(choices: &[Named], other: &Other<'_>) -> bool {
    let Other::Set([number], [value]) = other else { return false };
    let choice = usize::try_from(*number).ok().and_then(|at| choices.get(at));
    choice.is_some_and(|named| *value < named.label.lower || *value > named.label.upper)
}

/// The choices that the new execution looks its own up among.
fn changed(running: &Running, choices: &[Named], other: &Other<'_>) -> Result<Vec<Choice>, ErrorKind> {
    let mut all: Vec<Option<Choice>> = choices.iter().map(|named| Some(named.choice)).collect();
    let length = all.len() as i64;
    for (position, number) in other.numbers().iter().enumerate() {
        let at = usize::try_from(*number).ok().filter(|at| *at < all.len());
        let at = at.ok_or(ErrorKind::OutOfBounds { index: *number, length })?;
        match other {
            Other::Drawn(_) => all[at] = None,
            Other::Set(_, values) => {
                let Some(choice) = &mut all[at] else { continue };
                // Not known to have the density that it had.
                choice.parameters = 0;
                choice.word = word(value_kind(running, choice), values[position])?;
            }
        }
    }
    Ok(all.into_iter().flatten().collect())
}

/// A number as the word of a choice.
fn word(kind: Option<ValueKind>, value: f64) -> Result<u64, ErrorKind> {
    let is_int = value == value.trunc() && value.abs() < 9e15;
    match kind {
        Some(ValueKind::Real) => Ok(value.to_bits()),
        Some(ValueKind::Int) if is_int => Ok(value as i64 as u64),
        Some(ValueKind::Bool) if value == 0.0 || value == 1.0 => Ok(value as u64),
        Some(ValueKind::Int | ValueKind::Bool) => Err(ErrorKind::NotAnInt(value)),
        _ => Err(ErrorKind::Message(
            "only choices of Reals, Ints and Bools can be given values: draw this one again".into(),
        )),
    }
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
    let (first, second) = unsafe { (all_choices(worker, first)?.1, all_choices(worker, second)?.1) };
    if second.len() != first.len() && second.len() != 1 {
        return Err(ErrorKind::Lengths { left: first.len() as i64, right: second.len() as i64 });
    }
    let key = |named: &Named| (named.choice.address, named.choice.draw, named.choice.word);
    let common = |(own, other): (&Vec<Named>, &Vec<Named>)| {
        let other: HashSet<(i64, u32, u64)> = other.iter().map(key).collect();
        own.iter().filter(|named| other.contains(&key(named))).count() as i64
    };
    Ok(first.iter().zip(second.iter().cycle()).map(common).collect())
}

/// The choices of each execution.
///
/// # Safety
/// The batch is live.
pub(super) unsafe fn all_choices(worker: &Worker, object: *mut u64) -> Result<(Running, Vec<Vec<Named>>), ErrorKind> {
    // SAFETY: by the contract.
    unsafe {
        let running = Running::of(worker, object)?;
        if !running.layout.is_traced {
            return Err(ErrorKind::Message(UNTRACED.into()));
        }
        let batch = Batch::of(object, &running.layout);
        let all = (0..batch.count()).map(|index| batch::choices(*batch.trace(index))).collect();
        Ok((running, all))
    }
}

/// What choices are called.
pub(super) struct Names<'a> {
    worker: &'a Worker,
    known: HashMap<(i64, i64, i64), String>,
}

impl<'a> Names<'a> {
    pub(super) fn new(worker: &'a Worker) -> Names<'a> {
        Names { worker, known: HashMap::new() }
    }

    /// The name of a choice; empty if it has none.
    pub(super) fn of(&mut self, named: &Named) -> String {
        let label = named.label;
        if label.choice < 0 {
            return String::new();
        }
        let worker = self.worker;
        let key = (label.scope, label.choice, label.index);
        let name = self.known.entry(key).or_insert_with(|| {
            choice_name(worker.module(), &worker.host().scopes, label.scope, label.choice, label.index)
        });
        if label.ordinal < 0 { name.clone() } else { format!("{name}[{}]", label.ordinal) }
    }
}

/// Whether a name is that of a choice, or that of a whole of which it is a part.
pub(super) fn is_called(name: &str, wanted: &str) -> bool {
    let rest = name.strip_prefix(wanted);
    wanted.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
}

/// One of the numbers that there are for each choice, by the number of `borel_core::Number`.
pub(super) fn number(running: &Running, named: &Named, which: i64) -> f64 {
    let kind = value_kind(running, &named.choice);
    let value = || match kind {
        Some(ValueKind::Real) => f64::from_bits(named.choice.word),
        Some(ValueKind::Int | ValueKind::Bool) => named.choice.word as i64 as f64,
        _ => f64::NAN,
    };
    match which {
        0 => value(),
        1 => named.choice.log_density,
        2 => named.label.lower,
        3 => named.label.upper,
        _ => match kind {
            Some(ValueKind::Real) => 0.0,
            Some(ValueKind::Int | ValueKind::Bool) => 1.0,
            _ => f64::NAN,
        },
    }
}
