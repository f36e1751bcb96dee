//! The functions that compiled code calls for batches: each is an outer one of C type around an inner one that gives a `Result`.

use super::gradient::gradients;
use super::part::{Names, count, each_part, is_called, parts};
use super::trace::{Other, all_choices};
use super::{are_finished, info, trace, within};
use borel_abi::batch::Batch;
use borel_abi::ctx::or_raise;
use borel_abi::layout::builtin;
use borel_abi::object::{self, reals, reals_mut, words};
use borel_abi::{Ctx, ErrorKind, RuntimeError, Worker, raise};
use std::sync::atomic::Ordering;

/// Name and address of every function here.
pub(crate) fn symbols() -> Vec<(&'static str, *const u8)> {
    vec![
        ("borel_spawn", borel_spawn as *const u8),
        ("borel_advance", borel_advance as *const u8),
        ("borel_finish", borel_finish as *const u8),
        ("borel_select", borel_select as *const u8),
        ("borel_join", borel_join as *const u8),
        ("borel_select_joined", borel_select_joined as *const u8),
        ("borel_is_finished", borel_is_finished as *const u8),
        ("borel_batch_size", borel_batch_size as *const u8),
        ("borel_batch_results", borel_batch_results as *const u8),
        ("borel_batch_log_weights", borel_batch_log_weights as *const u8),
        ("borel_batch_choices", borel_batch_choices as *const u8),
        ("borel_batch_names", borel_batch_names as *const u8),
        ("borel_batch_numbers", borel_batch_numbers as *const u8),
        ("borel_batch_gradients", borel_batch_gradients as *const u8),
        ("borel_revise", borel_revise as *const u8),
        ("borel_redraw", borel_redraw as *const u8),
        ("borel_is_stopping", borel_is_stopping as *const u8),
        ("borel_shared", borel_shared as *const u8),
        ("borel_follow", borel_follow as *const u8),
    ]
}

/// Leaves a batch and what was computed for it in the results, or raises.
unsafe fn give(ctx: *mut Ctx, site: i64, result: Result<(Batch, *mut u64), RuntimeError>) {
    // SAFETY: the context is that of a worker; what is owned here has been dropped when this raises.
    unsafe {
        match result {
            Ok((batch, numbers)) => {
                (&mut (*ctx).results)[..2].copy_from_slice(&[batch.object() as u64, numbers as u64])
            }
            Err(error) => {
                let site = error.site.map_or(site, i64::from);
                raise(ctx, site, error.kind)
            }
        }
    }
}

fn new_reals(worker: &mut Worker, numbers: &[f64]) -> Result<u64, ErrorKind> {
    let array = worker.reserve_array(builtin::REALS.0, numbers.len())?;
    // SAFETY: the array is new and has that many words.
    unsafe { std::ptr::copy_nonoverlapping(numbers.as_ptr(), array.add(2) as *mut f64, numbers.len()) };
    Ok(array as u64)
}

fn new_ints(worker: &mut Worker, numbers: &[i64]) -> Result<u64, ErrorKind> {
    let array = worker.reserve_array(builtin::INTS.0, numbers.len())?;
    // SAFETY: the array is new and has that many words.
    unsafe { std::ptr::copy_nonoverlapping(numbers.as_ptr(), array.add(2) as *mut i64, numbers.len()) };
    Ok(array as u64)
}

fn new_text(worker: &mut Worker, text: &str) -> Result<u64, ErrorKind> {
    let object = worker.allocate(builtin::TEXT.0, 16 + text.len())?;
    // SAFETY: the object is new and has room for the text.
    unsafe {
        *object.add(1) = text.len() as u64;
        std::ptr::copy_nonoverlapping(text.as_ptr(), object.add(2) as *mut u8, text.len());
    }
    Ok(object as u64)
}

/// An array of pointers.
fn new_pointers<T>(
    worker: &mut Worker,
    items: &[T],
    mut one: impl FnMut(&mut Worker, &T) -> Result<u64, ErrorKind>,
) -> Result<u64, ErrorKind> {
    let array = worker.allocate_array(builtin::POINTERS.0, items.len())?;
    for (index, item) in items.iter().enumerate() {
        let word = one(worker, item)?;
        // SAFETY: the array is new and has that many words.
        unsafe { *array.add(2 + index) = word };
    }
    Ok(array as u64)
}

unsafe extern "C" fn borel_spawn(ctx: *mut Ctx, site: i64, closure: *const u64, count: i64, is_traced: i64) -> u64 {
    // SAFETY: called by compiled code with its context and a live closure without parameters.
    unsafe { or_raise(ctx, site, super::spawn(Worker::of(ctx), closure, count, is_traced & 1 == 1)) }
}

unsafe extern "C" fn borel_advance(ctx: *mut Ctx, site: i64, batch: *mut u64) {
    // SAFETY: called by compiled code with its context and an owned batch.
    unsafe { give(ctx, site, within(ctx, |worker, _| super::advance(worker, batch))) }
}

unsafe extern "C" fn borel_finish(ctx: *mut Ctx, site: i64, batch: *mut u64) {
    // SAFETY: called by compiled code with its context and an owned batch.
    unsafe { give(ctx, site, within(ctx, |worker, _| super::finish(worker, batch))) }
}

unsafe extern "C" fn borel_select(ctx: *mut Ctx, site: i64, batch: *mut u64, numbers: *const u64) -> u64 {
    // SAFETY: called by compiled code with its context, a live batch and a live `[Int]`.
    unsafe { or_raise(ctx, site, super::select(Worker::of(ctx), [batch], int_slice(numbers))) }
}

unsafe extern "C" fn borel_select_joined(
    ctx: *mut Ctx,
    site: i64,
    first: *mut u64,
    second: *mut u64,
    numbers: *const u64,
) -> u64 {
    // SAFETY: called by compiled code with its context, live batches and a live `[Int]`.
    unsafe { or_raise(ctx, site, super::select(Worker::of(ctx), [first, second], int_slice(numbers))) }
}

/// The elements of an `[Int]`.
///
/// # Safety
/// The array is live.
unsafe fn int_slice<'a>(array: *const u64) -> &'a [i64] {
    // SAFETY: by the contract.
    unsafe {
        let words = words(array);
        std::slice::from_raw_parts(words.as_ptr() as *const i64, words.len())
    }
}

unsafe extern "C" fn borel_join(ctx: *mut Ctx, site: i64, first: *mut u64, second: *mut u64) -> u64 {
    // SAFETY: called by compiled code with its context and live batches.
    unsafe { or_raise(ctx, site, super::join(Worker::of(ctx), first, second)) }
}

/// A live batch that is only read.
unsafe fn read(ctx: *mut Ctx, object: *mut u64) -> Option<Batch> {
    // SAFETY: by the contract.
    unsafe { info(Worker::of(ctx), object::layout_of(object)).ok().map(|layout| Batch::of(object, layout)) }
}

unsafe extern "C" fn borel_is_finished(ctx: *mut Ctx, batch: *mut u64) -> i64 {
    // SAFETY: called by compiled code with its context and a live batch.
    unsafe { i64::from(read(ctx, batch).is_none_or(|batch| are_finished(batch))) }
}

unsafe extern "C" fn borel_batch_size(ctx: *mut Ctx, batch: *mut u64) -> i64 {
    // SAFETY: called by compiled code with its context and a live batch.
    unsafe { read(ctx, batch).map_or(0, |batch| batch.count() as i64) }
}

unsafe extern "C" fn borel_batch_results(ctx: *mut Ctx, site: i64, batch: *mut u64) -> u64 {
    // SAFETY: called by compiled code with its context and a live batch.
    unsafe { or_raise(ctx, site, super::results(Worker::of(ctx), batch)) }
}

unsafe extern "C" fn borel_batch_log_weights(ctx: *mut Ctx, site: i64, batch: *mut u64) -> u64 {
    // SAFETY: called by compiled code with its context and a live batch.
    unsafe {
        let result = read(ctx, batch).ok_or(ErrorKind::Unreachable).and_then(|batch| {
            let numbers: Vec<f64> = (0..batch.count()).map(|index| f64::from_bits(*batch.log_weight(index))).collect();
            new_reals(Worker::of(ctx), &numbers)
        });
        or_raise(ctx, site, result)
    }
}

unsafe extern "C" fn borel_batch_choices(ctx: *mut Ctx, site: i64, batch: *mut u64, name: *const u64) -> u64 {
    // SAFETY: called by compiled code with its context, a live batch and a live text.
    unsafe {
        let worker = Worker::of(ctx);
        let wanted = object::text(name);
        let result = all_choices(worker, batch).and_then(|(running, all)| {
            let mut names = Names::new(worker);
            let mut numbers: Vec<Vec<i64>> = Vec::with_capacity(all.len());
            for choices in all {
                numbers.push(match wanted.is_empty() {
                    true => (0..count(choices) as i64).collect(),
                    false => {
                        let called = |(_, part): &(i64, _)| is_called(&names.of(&running, *part), wanted);
                        (0..).zip(parts(choices)).filter(called).map(|(number, _)| number).collect()
                    }
                });
            }
            new_pointers(Worker::of(ctx), &numbers, |worker, numbers| new_ints(worker, numbers))
        });
        or_raise(ctx, site, result)
    }
}

unsafe extern "C" fn borel_batch_names(ctx: *mut Ctx, site: i64, batch: *mut u64) -> u64 {
    // SAFETY: called by compiled code with its context and a live batch.
    unsafe {
        let worker = Worker::of(ctx);
        let result = all_choices(worker, batch).and_then(|(running, all)| {
            let mut names = Names::new(worker);
            let mut named = |choices| parts(choices).map(|part| names.of(&running, part)).collect();
            let texts: Vec<Vec<String>> = all.into_iter().map(&mut named).collect();
            new_pointers(Worker::of(ctx), &texts, |worker, texts| {
                new_pointers(worker, texts, |worker, text| new_text(worker, text))
            })
        });
        or_raise(ctx, site, result)
    }
}

unsafe extern "C" fn borel_batch_numbers(ctx: *mut Ctx, site: i64, batch: *mut u64, which: i64) -> u64 {
    // SAFETY: called by compiled code with its context and a live batch.
    unsafe {
        let result = all_choices(Worker::of(ctx), batch).and_then(|(running, all)| {
            new_pointers(Worker::of(ctx), &all, |worker, choices| {
                let array = worker.reserve_array(builtin::REALS.0, count(*choices))?;
                let mut row = reals_mut(array).iter_mut();
                each_part(*choices, |part| {
                    if let Some(number) = row.next() {
                        *number = part.number(&running, which);
                    }
                });
                Ok(array as u64)
            })
        });
        or_raise(ctx, site, result)
    }
}

unsafe extern "C" fn borel_batch_gradients(ctx: *mut Ctx, site: i64, batch: *mut u64) -> u64 {
    // SAFETY: called by compiled code with its context and a live batch.
    unsafe {
        let rows = match read(ctx, batch) {
            Some(batch) => gradients(Worker::of(ctx), batch),
            None => Err(RuntimeError::new(ErrorKind::Unreachable)),
        };
        let array = rows.and_then(|rows| {
            new_pointers(Worker::of(ctx), &rows, |worker, row| new_reals(worker, row)).map_err(RuntimeError::new)
        });
        match array {
            Ok(array) => array,
            Err(error) => {
                let site = error.site.map_or(site, i64::from);
                raise(ctx, site, error.kind)
            }
        }
    }
}

/// The Ints of one of the arrays of an array, or an error if there are not as many arrays as executions.
unsafe fn ints<'a>(arrays: *const u64, index: usize, count: usize) -> Result<&'a [i64], ErrorKind> {
    // SAFETY: a live `[[Int]]`.
    unsafe {
        let arrays = words(arrays);
        if arrays.len() != count {
            return Err(ErrorKind::Lengths { left: count as i64, right: arrays.len() as i64 });
        }
        Ok(int_slice(arrays[index] as *const u64))
    }
}

unsafe extern "C" fn borel_revise(ctx: *mut Ctx, site: i64, batch: *mut u64, numbers: *const u64, values: *const u64) {
    // SAFETY: called by compiled code with its context, an owned batch, a live `[[Int]]` and a live `[[Real]]`.
    unsafe {
        let count = *batch.add(1) as usize;
        let other = |index: usize| {
            let numbers = ints(numbers, index, count)?;
            let given = words(values).get(index).map_or(&[][..], |row| reals(*row as *const u64));
            if given.len() != numbers.len() {
                return Err(ErrorKind::Lengths { left: numbers.len() as i64, right: given.len() as i64 });
            }
            Ok(Other::Set(numbers, given))
        };
        give(ctx, site, within(ctx, |worker, memory| trace::again(worker, batch, memory, other)))
    }
}

unsafe extern "C" fn borel_redraw(ctx: *mut Ctx, site: i64, batch: *mut u64, numbers: *const u64) {
    // SAFETY: called by compiled code with its context, an owned batch and a live `[[Int]]`.
    unsafe {
        let count = *batch.add(1) as usize;
        let other = |index: usize| ints(numbers, index, count).map(Other::Drawn);
        give(ctx, site, within(ctx, |worker, memory| trace::again(worker, batch, memory, other)))
    }
}

unsafe extern "C" fn borel_is_stopping(ctx: *mut Ctx) -> i64 {
    // SAFETY: called by compiled code with its context.
    unsafe { i64::from(Worker::of(ctx).host().stopping.load(Ordering::Relaxed)) }
}

unsafe extern "C" fn borel_shared(ctx: *mut Ctx, site: i64, first: *mut u64, second: *mut u64) -> u64 {
    // SAFETY: called by compiled code with its context and live batches.
    unsafe {
        let worker = Worker::of(ctx);
        let result = trace::shared(worker, first, second).and_then(|counts| new_ints(worker, &counts));
        or_raise(ctx, site, result)
    }
}

unsafe extern "C" fn borel_follow(ctx: *mut Ctx, site: i64, batch: *mut u64, traces: *mut u64) -> u64 {
    // SAFETY: called by compiled code with its context, an owned batch and a live one.
    unsafe {
        let followed = trace::follow(Worker::of(ctx), batch, traces);
        or_raise(ctx, site, followed.map(|batch| batch.object() as u64))
    }
}
