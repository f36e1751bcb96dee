//! Texts, printing, and structural equality.

use super::table;
use crate::ctx::{Ctx, or_raise};
use crate::error::ErrorKind;
use crate::layout::builtin;
use crate::object;
use crate::shape::ShapeId;
use crate::show::show;
use crate::structure::{self, Equality};
use crate::worker::Worker;
use std::cmp::Ordering;
use std::sync::PoisonError;

table![
    borel_equal,
    borel_compare_text,
    borel_show,
    borel_concat_text,
    borel_length_text,
    borel_slice_text,
    borel_print,
];

/// A text object made of parts.
unsafe fn new_text(ctx: *mut Ctx, parts: &[&str]) -> Result<*mut u64, ErrorKind> {
    // SAFETY: the context is that of a worker; room for the length and the bytes.
    unsafe {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let object = Worker::of(ctx).allocate(builtin::TEXT.0, 16 + length)?;
        *object.add(1) = length as u64;
        let mut at = object.add(2) as *mut u8;
        for part in parts {
            std::ptr::copy_nonoverlapping(part.as_ptr(), at, part.len());
            at = at.add(part.len());
        }
        Ok(object)
    }
}

unsafe extern "C" fn borel_equal(ctx: *mut Ctx, left: u64, right: u64) -> u8 {
    // SAFETY: called by compiled code with its context and live values.
    unsafe {
        let order = structure::compare(Worker::of(ctx).layouts(), left, right, Equality::Program);
        u8::from(order == Ordering::Equal)
    }
}

unsafe extern "C" fn borel_compare_text(_: *mut Ctx, left: *const u64, right: *const u64) -> i64 {
    // SAFETY: called by compiled code with live texts.
    unsafe { object::text(left).cmp(object::text(right)) as i64 }
}

unsafe extern "C" fn borel_show(ctx: *mut Ctx, site: i64, shape: i64, bare: u8) -> *mut u64 {
    // SAFETY: called by compiled code with its context; the words of a live value of the shape are in the results.
    unsafe { or_raise(ctx, site, show_results(ctx, ShapeId(shape as u32), bare & 1 == 1)) }
}

unsafe fn show_results(ctx: *mut Ctx, shape: ShapeId, bare: bool) -> Result<*mut u64, ErrorKind> {
    // SAFETY: as above. The module is not changed by allocating.
    unsafe {
        let module = Worker::of(ctx).module().clone();
        let text = show(&module, shape, (&raw const (*ctx).results) as *const u64, bare);
        new_text(ctx, &[&text])
    }
}

unsafe extern "C" fn borel_concat_text(ctx: *mut Ctx, site: i64, left: *const u64, right: *const u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context and live texts.
    unsafe { or_raise(ctx, site, new_text(ctx, &[object::text(left), object::text(right)])) }
}

unsafe extern "C" fn borel_length_text(_: *mut Ctx, text: *const u64) -> i64 {
    // SAFETY: called by compiled code with a live text.
    unsafe { object::text(text).chars().count() as i64 }
}

unsafe extern "C" fn borel_slice_text(ctx: *mut Ctx, site: i64, text: *const u64, low: i64, high: i64) -> *mut u64 {
    // SAFETY: called by compiled code with its context and a live text.
    unsafe {
        let part = slice_characters(object::text(text), low, high);
        or_raise(ctx, site, part.and_then(|part| new_text(ctx, &[part])))
    }
}

/// The characters from `low` to before `high`.
fn slice_characters(text: &str, low: i64, high: i64) -> Result<&str, ErrorKind> {
    let offset = |index: i64| {
        let mut offsets = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        let found = usize::try_from(index).ok().and_then(|index| offsets.nth(index));
        found.ok_or_else(|| ErrorKind::OutOfBounds { index, length: text.chars().count() as i64 })
    };
    let (start, end) = (offset(low)?, offset(high)?);
    text.get(start..end).ok_or_else(|| ErrorKind::OutOfBounds { index: high, length: text.chars().count() as i64 })
}

unsafe extern "C" fn borel_print(ctx: *mut Ctx, text: *const u64) {
    // SAFETY: called by compiled code with its context and a live text.
    unsafe {
        let output = &Worker::of(ctx).host().output;
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        output(object::text(text));
    }
}
