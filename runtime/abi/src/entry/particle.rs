//! What a particle carries besides its frame: recorded choices, scopes of names, memo tables.

use super::table;
use crate::ctx::{Ctx, or_raise};
use crate::error::ErrorKind;
use crate::layout::builtin;
use crate::memo;
use crate::object;
use crate::scopes::ScopeEntry;
use crate::worker::Worker;

table![
    borel_mem_new,
    borel_mem_find,
    borel_mem_insert,
    borel_cell_take,
    borel_cell_put,
    borel_record,
    borel_record_pointer,
    borel_scope_enter,
    borel_scope_leave,
];

unsafe extern "C" fn borel_mem_new(ctx: *mut Ctx) -> i64 {
    // SAFETY: called by compiled code with its context.
    unsafe {
        let number = (*ctx).mems;
        (*ctx).mems = number + 1;
        number
    }
}

unsafe extern "C" fn borel_mem_find(ctx: *mut Ctx, key: *const u64) -> u64 {
    // SAFETY: called by compiled code with its context and a live key.
    unsafe {
        let found = memo::find(Worker::of(ctx).layouts(), (*ctx).memo, key as u64);
        object::retain(found);
        found
    }
}

unsafe extern "C" fn borel_mem_insert(ctx: *mut Ctx, key: u64, value: u64) {
    // SAFETY: called by compiled code with its context, an owned key and an owned value.
    unsafe {
        let inserted = memo::insert(Worker::of(ctx), (*ctx).memo, key, value);
        (*ctx).memo = or_raise(ctx, -1, inserted);
    }
}

unsafe extern "C" fn borel_cell_take(ctx: *mut Ctx, key: *const u64) -> u64 {
    // SAFETY: called by compiled code with its context and a live key, which the table holds too.
    unsafe {
        let key = key as u64;
        object::retain(key);
        exchange(ctx, key, 0)
    }
}

unsafe extern "C" fn borel_cell_put(ctx: *mut Ctx, key: u64, value: u64) {
    // SAFETY: called by compiled code with its context, an owned key and an owned value.
    unsafe {
        let old = exchange(ctx, key, value);
        Worker::of(ctx).release(old);
    }
}

/// Puts an owned value (or 0) under an owned key; what was there before, or 0, is the caller's.
unsafe fn exchange(ctx: *mut Ctx, key: u64, value: u64) -> u64 {
    // SAFETY: the context is that of a worker, and the caller owns both.
    unsafe {
        let (table, old) = or_raise(ctx, -1, memo::exchange(Worker::of(ctx), (*ctx).memo, key, value));
        (*ctx).memo = table;
        old
    }
}

/// Puts a record before those of the particle.
unsafe fn record(ctx: *mut Ctx, layout: u32, choice: i64, index: i64, shape: i64, value: u64) -> Result<(), ErrorKind> {
    // SAFETY: the context is that of a worker; a record has these seven words.
    unsafe {
        let node = Worker::of(ctx).allocate(layout, 8 + 8 * 7)?;
        let (next, scope, draw) = ((*ctx).trace as u64, (*ctx).scope as u64, (*ctx).stream.position());
        let words = [next, scope, choice as u64, index as u64, shape as u64, value, draw];
        std::ptr::copy_nonoverlapping(words.as_ptr(), node.add(1), words.len());
        (*ctx).trace = node;
        Ok(())
    }
}

unsafe extern "C" fn borel_record(ctx: *mut Ctx, choice: i64, index: i64, shape: i64, value: u64) {
    // SAFETY: called by compiled code with its context.
    unsafe {
        if Worker::of(ctx).replay.is_quiet() {
            return;
        }
        or_raise(ctx, -1, record(ctx, builtin::RECORD.0, choice, index, shape, value))
    }
}

unsafe extern "C" fn borel_record_pointer(ctx: *mut Ctx, choice: i64, index: i64, shape: i64, value: u64) {
    // SAFETY: called by compiled code with its context and an owned pointer.
    unsafe {
        if Worker::of(ctx).replay.is_quiet() {
            return Worker::of(ctx).release(value);
        }
        or_raise(ctx, -1, record(ctx, builtin::RECORD_POINTER.0, choice, index, shape, value))
    }
}

unsafe extern "C" fn borel_scope_enter(ctx: *mut Ctx, choice: i64, index: i64) -> i64 {
    // SAFETY: called by compiled code with its context.
    unsafe {
        let outer = (*ctx).scope;
        (*ctx).scope = Worker::of(ctx).scope(ScopeEntry { parent: outer, choice, index });
        outer
    }
}

unsafe extern "C" fn borel_scope_leave(ctx: *mut Ctx, outer: i64) {
    // SAFETY: called by compiled code with its context.
    unsafe { (*ctx).scope = outer }
}
