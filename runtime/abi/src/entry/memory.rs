//! Allocation and freeing.

use super::table;
use crate::ctx::{Ctx, or_raise};
use crate::error::ErrorKind;
use crate::worker::Worker;

table![borel_alloc, borel_free, borel_free_cell, borel_new_array];

/// Memory for an object of a class, small (when its free list is empty) or not.
unsafe extern "C" fn borel_alloc(ctx: *mut Ctx, class: i64) -> *mut u64 {
    // SAFETY: called by compiled code with its context.
    unsafe {
        let cell = Worker::of(ctx).heap.allocate(ctx, 16 * (class as usize + 1));
        or_raise(ctx, -1, cell)
    }
}

/// Frees an object whose count is 1, and what only it refers to.
unsafe extern "C" fn borel_free(ctx: *mut Ctx, object: *mut u64) {
    // SAFETY: called by compiled code with its context and the last reference.
    unsafe { Worker::of(ctx).free(object) }
}

/// Takes back the cell of an object whose pointers have been moved out.
unsafe extern "C" fn borel_free_cell(ctx: *mut Ctx, object: *mut u64, class: i64) {
    // SAFETY: called by compiled code with its context and the last reference to a cell of this class.
    unsafe { Worker::of(ctx).heap.release(ctx, object, 16 * (class as usize + 1)) }
}

/// A new array with its words 0.
unsafe extern "C" fn borel_new_array(ctx: *mut Ctx, layout: i64, length: i64, site: i64) -> *mut u64 {
    // SAFETY: called by compiled code with its context.
    unsafe {
        let worker = Worker::of(ctx);
        // Only pointers have to be something before they are written.
        let owns_pointers = !worker.layouts[layout as usize].pointers.is_empty();
        let array = match usize::try_from(length) {
            Ok(length) if owns_pointers => worker.allocate_array(layout as u32, length),
            Ok(length) => worker.reserve_array(layout as u32, length),
            Err(_) => Err(ErrorKind::Negative(length)),
        };
        or_raise(ctx, site, array)
    }
}
