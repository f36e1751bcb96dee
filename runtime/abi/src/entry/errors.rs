//! Errors that compiled code finds itself.

use super::table;
use crate::ctx::{Ctx, raise};
use crate::error::ErrorKind;
use crate::object;

table![borel_trap, borel_stack_overflow, borel_interrupted];

/// What the number of a trap and its two words mean.
unsafe fn trap_kind(kind: i64, a: i64, b: i64) -> ErrorKind {
    match kind {
        1 => ErrorKind::OutOfBounds { index: a, length: b },
        2 => ErrorKind::Lengths { left: a, right: b },
        3 => ErrorKind::Overflow,
        4 => ErrorKind::DivisionByZero,
        // SAFETY: the word is a live text.
        5 => ErrorKind::Message(unsafe { object::text(a as *const u64) }.to_string()),
        6 => ErrorKind::NotAnInt(f64::from_bits(a as u64)),
        7 => ErrorKind::Negative(a),
        9 => ErrorKind::Refused,
        _ => ErrorKind::Unreachable,
    }
}

unsafe extern "C" fn borel_trap(ctx: *mut Ctx, kind: i64, site: i64, a: i64, b: i64) -> ! {
    // SAFETY: called by compiled code with its context; the kind is moved into the worker.
    unsafe { raise(ctx, site, trap_kind(kind, a, b)) }
}

unsafe extern "C" fn borel_stack_overflow(ctx: *mut Ctx, site: i64) -> ! {
    // SAFETY: called by compiled code with its context.
    unsafe { raise(ctx, site, ErrorKind::StackOverflow) }
}

unsafe extern "C" fn borel_interrupted(ctx: *mut Ctx, site: i64) -> ! {
    // SAFETY: called by compiled code with its context.
    unsafe { raise(ctx, site, ErrorKind::Interrupted) }
}
