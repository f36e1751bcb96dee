//! The context: what compiled code is given besides its arguments. One per worker.

use crate::error::{ErrorKind, RuntimeError};
use crate::stream::Stream;
use crate::worker::Worker;

/// How many classes of small objects have free lists: class c holds objects of 16 * (c + 1) bytes.
pub const SMALL_CLASSES: usize = 32;

/// Words through which runtime functions give more than one result.
pub const RESULTS: usize = 16;

/// The context of a worker. Compiled code reads and writes the fields of [`Ctx`] that have an offset below.
#[repr(C)]
pub struct Ctx {
    /// Compiled functions raise an error when the stack pointer is below this. Also how a worker is interrupted.
    pub stack_limit: usize,
    /// Loops raise when the byte here is not zero.
    pub interrupt: *const u8,
    /// The log weight of the execution so far.
    pub log_weight: f64,
    /// The recorded choices of the current particle, or 0.
    pub trace: *mut u64,
    /// The memo table of the current particle, or 0.
    pub memo: *mut u64,
    /// The scope of names of the current particle: 0 at the root; else a handle of the scope table.
    pub scope: i64,
    /// How many `mem`s the current particle has made.
    pub mems: i64,
    /// What a suspended choice resumes with (enumerate view).
    pub input: i64,
    /// The distribution (an owned object) at which the particle has suspended (enumerate view), or 0.
    pub pending: *mut u64,
    /// Where in the point the next choice is (density view).
    pub position: i64,
    /// The unconstrained point at which the density is evaluated; see [`crate::point`].
    pub point: *const f64,
    /// For each of its numbers, what it was read for; see [`crate::point`].
    pub plan: *const i64,
    /// The derivatives with respect to its numbers, which gradients add to.
    pub derivative: *mut f64,
    /// The first free word of the tape, on which gradients keep what they need on the way back.
    pub tape: *mut u64,
    /// The end of the tape.
    pub tape_end: *mut u64,
    /// Where in the calls and loops of the program the execution is (replay view); see [`crate::replay`].
    pub path: i64,
    /// The stream of random numbers.
    pub stream: Stream,
    /// Results of runtime functions that have several.
    pub results: [u64; RESULTS],
    /// Free lists of small objects, linked through their second word (the one after the header).
    pub free: [*mut u64; SMALL_CLASSES],
}

/// Byte offsets of the fields that compiled code uses.
pub mod offset {
    use super::Ctx;
    use std::mem::offset_of;
    /// See [`Ctx::stack_limit`].
    pub const STACK_LIMIT: i32 = offset_of!(Ctx, stack_limit) as i32;
    /// See [`Ctx::interrupt`].
    pub const INTERRUPT: i32 = offset_of!(Ctx, interrupt) as i32;
    /// See [`Ctx::log_weight`].
    pub const LOG_WEIGHT: i32 = offset_of!(Ctx, log_weight) as i32;
    /// See [`Ctx::trace`].
    pub const TRACE: i32 = offset_of!(Ctx, trace) as i32;
    /// See [`Ctx::memo`].
    pub const MEMO: i32 = offset_of!(Ctx, memo) as i32;
    /// See [`Ctx::scope`].
    pub const SCOPE: i32 = offset_of!(Ctx, scope) as i32;
    /// See [`Ctx::mems`].
    pub const MEMS: i32 = offset_of!(Ctx, mems) as i32;
    /// See [`Ctx::input`].
    pub const INPUT: i32 = offset_of!(Ctx, input) as i32;
    /// See [`Ctx::pending`].
    pub const PENDING: i32 = offset_of!(Ctx, pending) as i32;
    /// See [`Ctx::position`].
    pub const POSITION: i32 = offset_of!(Ctx, position) as i32;
    /// See [`Ctx::point`].
    pub const POINT: i32 = offset_of!(Ctx, point) as i32;
    /// See [`Ctx::plan`].
    pub const PLAN: i32 = offset_of!(Ctx, plan) as i32;
    /// See [`Ctx::derivative`].
    pub const DERIVATIVE: i32 = offset_of!(Ctx, derivative) as i32;
    /// See [`Ctx::tape`].
    pub const TAPE: i32 = offset_of!(Ctx, tape) as i32;
    /// See [`Ctx::tape_end`].
    pub const TAPE_END: i32 = offset_of!(Ctx, tape_end) as i32;
    /// See [`Ctx::path`].
    pub const PATH: i32 = offset_of!(Ctx, path) as i32;
    /// See [`Ctx::stream`].
    pub const STREAM: i32 = offset_of!(Ctx, stream) as i32;
    /// See [`Ctx::results`].
    pub const RESULTS: i32 = offset_of!(Ctx, results) as i32;
    /// See [`Ctx::free`].
    pub const FREE: i32 = offset_of!(Ctx, free) as i32;
}

/// Stops compiled code with the error that a parameter of a distribution is outside its domain.
///
/// # Safety
/// As [`raise`].
pub unsafe fn raise_parameter(ctx: *mut Ctx, site: i64, kind: u32, parameter: u32, found: f64) -> ! {
    // SAFETY: by the contract.
    unsafe { raise(ctx, site, ErrorKind::Parameter { distribution: kind, parameter, found }) }
}

/// Stops compiled code with an error at a site: the [`crate::Worker::enter`] that called it returns it.
///
/// # Safety
/// Only from a function called by compiled code, with the context it was given, and while no value that has a destructor
/// is alive in the frames between: they are not unwound. Compiled code keeps none; runtime functions compute a
/// `Result` in an inner function, and raise when everything else is dropped.
pub unsafe fn raise(ctx: *mut Ctx, site: i64, kind: ErrorKind) -> ! {
    // SAFETY: by the contract.
    unsafe { Worker::raise(ctx, RuntimeError::at(kind, site)) }
}

/// The value, or [`raise`].
///
/// # Safety
/// As [`raise`].
#[inline]
pub unsafe fn or_raise<T: Copy>(ctx: *mut Ctx, site: i64, result: Result<T, ErrorKind>) -> T {
    match result {
        Ok(value) => value,
        // SAFETY: by the contract.
        Err(kind) => unsafe { raise(ctx, site, kind) },
    }
}
