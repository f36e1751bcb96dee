//! Arrays: copies on write, growth, slices.

use super::table;
use crate::ctx::{Ctx, or_raise};
use crate::error::ErrorKind;
use crate::heap::capacity;
use crate::layout::builtin;
use crate::object::{self, retain, word};
use crate::worker::Worker;

table![borel_unique, borel_grow, borel_slice, borel_concat, borel_range, borel_weighted_quantile];

/// Copies elements to the end of an array under construction, retaining their pointers.
unsafe fn append(worker: &Worker, target: *mut u64, at: usize, source: *const u64, from: usize, count: usize) {
    // SAFETY: both are arrays of one layout, and the ranges lie inside them.
    unsafe {
        let info = &worker.layouts[object::layout_of(source) as usize];
        let first = source.add(2 + from * info.stride);
        std::ptr::copy_nonoverlapping(first, target.add(2 + at * info.stride), count * info.stride);
        if !info.pointers.is_empty() {
            for element in 0..count {
                for &pointer in &info.pointers {
                    retain(*first.add(element * info.stride + pointer as usize));
                }
            }
        }
    }
}

/// A new array of this length that begins with elements of another; the rest are 0.
unsafe fn copy(
    worker: &mut Worker,
    source: *const u64,
    from: usize,
    count: usize,
    length: usize,
) -> Result<*mut u64, ErrorKind> {
    // SAFETY: the source is a live array that has these elements.
    unsafe {
        let target = worker.allocate_array(object::layout_of(source), length)?;
        append(worker, target, 0, source, from, count);
        Ok(target)
    }
}

/// The array with a new length: in place if it is unique and its cell has room, else moved or copied. New words are 0.
///
/// # Safety
/// The array is owned by the caller.
pub(crate) unsafe fn lengthen(worker: &mut Worker, array: *mut u64, extra: usize) -> Result<*mut u64, ErrorKind> {
    // SAFETY: the array is owned by the caller.
    unsafe {
        let layout = object::layout_of(array);
        let length = word(array, 0) as usize;
        let stride = worker.layouts[layout as usize].stride;
        let total = length.checked_add(extra).filter(|total| *total < 1 << 43);
        let total = total.ok_or_else(|| worker.heap.exhausted())?;
        let (old, new) = (16 + 8 * stride * length, 16 + 8 * stride * total);
        if !object::is_unique(array) {
            let copied = copy(worker, array, 0, length, total)?;
            worker.release(array as u64);
            return Ok(copied);
        }
        if new <= capacity(old) {
            std::ptr::write_bytes(array.add(2 + stride * length), 0, stride * extra);
            *array.add(1) = total as u64;
            return Ok(array);
        }
        let moved = worker.allocate_array(layout, total)?;
        std::ptr::copy_nonoverlapping(array.add(2), moved.add(2), stride * length);
        let ctx = worker.ctx_pointer();
        worker.heap.release(ctx, array, old);
        Ok(moved)
    }
}

unsafe extern "C" fn borel_unique(ctx: *mut Ctx, array: *mut u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context and an owned array or matrix.
    unsafe {
        if object::is_unique(array) {
            return array;
        }
        let worker = Worker::of(ctx);
        let length = word(array, 0) as usize;
        let result = copy(worker, array, 0, length, length);
        if result.is_ok() {
            worker.release(array as u64);
        }
        or_raise(ctx, -1, result)
    }
}

unsafe extern "C" fn borel_grow(ctx: *mut Ctx, site: i64, array: *mut u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context and an owned array.
    unsafe { or_raise(ctx, site, lengthen(Worker::of(ctx), array, 1)) }
}

unsafe extern "C" fn borel_slice(ctx: *mut Ctx, site: i64, array: *const u64, low: i64, high: i64) -> *mut u64 {
    // SAFETY: called by compiled code with its context and a live array.
    unsafe {
        let length = word(array, 0) as i64;
        let result = if low < 0 || low > length {
            Err(ErrorKind::OutOfBounds { index: low, length })
        } else if high < low || high > length {
            Err(ErrorKind::OutOfBounds { index: high, length })
        } else {
            let count = (high - low) as usize;
            copy(Worker::of(ctx), array, low as usize, count, count)
        };
        or_raise(ctx, site, result)
    }
}

unsafe extern "C" fn borel_concat(ctx: *mut Ctx, site: i64, left: *mut u64, right: *const u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context, an owned array and a live one. If they are the same object its
    // count is at least 2, so the owned one is copied.
    unsafe {
        let worker = Worker::of(ctx);
        let (at, count) = (word(left, 0) as usize, word(right, 0) as usize);
        let result = lengthen(worker, left, count);
        if let Ok(joined) = result {
            append(worker, joined, at, right, 0, count);
        }
        or_raise(ctx, site, result)
    }
}

unsafe extern "C" fn borel_range(ctx: *mut Ctx, site: i64, low: i64, high: i64) -> *mut u64 {
    // SAFETY: called by compiled code with its context.
    unsafe {
        let length =
            usize::try_from(i128::from(high) - i128::from(low)).unwrap_or(if high < low { 0 } else { usize::MAX });
        let result = Worker::of(ctx).allocate_array(builtin::INTS.0, length);
        if let Ok(array) = result {
            for i in 0..length {
                *array.add(2 + i) = (low + i as i64) as u64;
            }
        }
        or_raise(ctx, site, result)
    }
}

unsafe extern "C" fn borel_weighted_quantile(
    ctx: *mut Ctx,
    site: i64,
    draws: *const u64,
    weights: *const u64,
    p: f64,
) -> f64 {
    // SAFETY: called by compiled code with its context and live `[Real]`s.
    unsafe {
        let (draws, weights) = (object::reals(draws), object::reals(weights));
        let result = weighted_quantile(draws, weights, p).ok_or(ErrorKind::OutOfBounds { index: 0, length: 0 });
        or_raise(ctx, site, result)
    }
}

/// The smallest draw below or at which the mass is at least p; the largest, if rounding leaves less mass than p.
fn weighted_quantile(draws: &[f64], weights: &[f64], p: f64) -> Option<f64> {
    let mut order: Vec<usize> = (0..draws.len()).collect();
    order.sort_by(|a, b| draws[*a].total_cmp(&draws[*b]));
    let mut mass = 0.0;
    for index in &order {
        mass += weights[*index];
        if mass >= p {
            return Some(draws[*index]);
        }
    }
    order.last().map(|index| draws[*index])
}
