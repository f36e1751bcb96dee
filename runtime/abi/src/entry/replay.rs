//! Choices of the replay view: looked up in the trace of the worker, and put into the new one.

use super::table;
use crate::ctx::{Ctx, raise};
use crate::error::ErrorKind;
use crate::object;
use crate::structure;
use crate::worker::Worker;

table![
    borel_key_hash,
    borel_choice_find,
    borel_choice_find_pointer,
    borel_choice_score,
    borel_choice_score_pointer,
    borel_choice_reject,
    borel_choice_seed,
    borel_choice_label,
    borel_choice_many,
    borel_choice_support,
];

unsafe extern "C" fn borel_key_hash(ctx: *mut Ctx, key: *const u64) -> i64 {
    // SAFETY: called by compiled code with its context and a live object.
    unsafe { structure::hash(Worker::of(ctx).layouts(), key as u64) as i64 }
}

unsafe extern "C" fn borel_choice_find(ctx: *mut Ctx, address: i64, draw: i64, parameters: i64) {
    // SAFETY: called by compiled code with its context.
    unsafe {
        let (found, log_density) = Worker::of(ctx).replay.find(address, draw as u32, parameters);
        (*ctx).results[0] = u64::from(found.is_some());
        (*ctx).results[1] = found.unwrap_or(0);
        (*ctx).results[2] = log_density.to_bits();
    }
}

unsafe extern "C" fn borel_choice_find_pointer(ctx: *mut Ctx, address: i64, draw: i64) -> u64 {
    // SAFETY: called by compiled code with its context. The trace owns what it has; the caller gets a reference of its own.
    unsafe {
        let found = Worker::of(ctx).replay.find(address, draw as u32, 0).0.unwrap_or(0);
        object::retain(found);
        found
    }
}

unsafe extern "C" fn borel_choice_score(ctx: *mut Ctx, word: u64, log_density: f64) {
    // SAFETY: called by compiled code with its context.
    unsafe {
        Worker::of(ctx).replay.score(word, log_density);
        go_on_if_possible(ctx, log_density);
    }
}

unsafe extern "C" fn borel_choice_score_pointer(ctx: *mut Ctx, value: u64, log_density: f64) {
    // SAFETY: called by compiled code with its context and an owned pointer, which the trace keeps.
    unsafe {
        Worker::of(ctx).replay.score(value, log_density);
        go_on_if_possible(ctx, log_density);
    }
}

unsafe extern "C" fn borel_choice_label(ctx: *mut Ctx, choice: i64, index: i64) {
    // SAFETY: called by compiled code with its context.
    unsafe { Worker::of(ctx).replay.set_label((*ctx).scope, choice, index) }
}

unsafe extern "C" fn borel_choice_many(ctx: *mut Ctx) {
    // SAFETY: called by compiled code with its context.
    unsafe { Worker::of(ctx).replay.count_labels() }
}

unsafe extern "C" fn borel_choice_support(ctx: *mut Ctx, lower: f64, upper: f64) {
    // SAFETY: called by compiled code with its context.
    unsafe { Worker::of(ctx).replay.set_support(lower, upper) }
}

unsafe extern "C" fn borel_choice_seed(ctx: *mut Ctx, address: i64, draw: i64) {
    // SAFETY: called by compiled code with its context.
    unsafe {
        let replay = &mut Worker::of(ctx).replay;
        if replay.is_scripted() {
            // A script says what is drawn, also in there.
            return;
        }
        let seed = replay.find(address, draw as u32, 0).0.unwrap_or_else(|| (*ctx).stream.next_u64());
        replay.score(seed, 0.0);
        replay.set_seed(seed);
    }
}

/// Ends an execution with a choice that cannot have its value: what comes after may not expect it.
#[inline]
unsafe fn go_on_if_possible(ctx: *mut Ctx, log_density: f64) {
    // SAFETY: the context is that of a worker in compiled code, and nothing here has a destructor.
    unsafe {
        let is_possible = log_density > f64::NEG_INFINITY;
        if !is_possible || Worker::of(ctx).replay.is_exhausted() {
            (*ctx).log_weight = f64::NEG_INFINITY;
            raise(ctx, -1, ErrorKind::ZeroWeight);
        }
    }
}

unsafe extern "C" fn borel_choice_reject(ctx: *mut Ctx) {
    // SAFETY: called by compiled code with its context.
    unsafe { Worker::of(ctx).replay.reject_value() }
}
