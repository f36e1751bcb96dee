//! What densities and their gradients call: the plan of the point, the tape, and shadows.
//!
//! The shadow of an object has the same layout; where the object has a Real it has the derivative with respect to it, and where the object
//! has a pointer, the shadow of what that points to.

use super::table;
use crate::ctx::{Ctx, or_raise};
use crate::error::ErrorKind;
use crate::layout::builtin;
use crate::object::{self, LayoutInfo, is_object};
use crate::point::entry;
use crate::worker::Worker;
use borel_math::transform::Transform;

table![
    borel_point_extend,
    borel_point_blame,
    borel_point_between,
    borel_point_in,
    borel_constrain,
    borel_constrain_adjoint,
    borel_tape_grow,
    borel_shadow,
    borel_shadow_array,
    borel_shadow_unique,
    borel_shadow_fold,
];

unsafe extern "C" fn borel_point_extend(ctx: *mut Ctx, site: i64, count: i64) {
    // SAFETY: called by compiled code with its context.
    unsafe {
        let extended = Worker::of(ctx).extend_point(site, count);
        or_raise(ctx, site, extended);
    }
}

unsafe extern "C" fn borel_point_blame(ctx: *mut Ctx, site: i64) {
    // SAFETY: called by compiled code with its context.
    unsafe { Worker::of(ctx).point().blame(site) }
}

unsafe extern "C" fn borel_point_between(ctx: *mut Ctx, site: i64, lower: f64, upper: f64) {
    // SAFETY: called by compiled code with its context, after the plan of the position has been seen to.
    unsafe {
        let position = (*ctx).position as usize;
        or_raise(ctx, site, Worker::of(ctx).point().hold_between(position, lower, upper));
    }
}

unsafe extern "C" fn borel_point_in(ctx: *mut Ctx, site: i64, transform: i64, rows: i64, columns: i64) {
    // SAFETY: called by compiled code with its context.
    unsafe { or_raise(ctx, site, hold_in(ctx, site, Transform::from_number(transform), rows, columns)) }
}

unsafe fn hold_in(ctx: *mut Ctx, site: i64, transform: Transform, rows: i64, columns: i64) -> Result<(), ErrorKind> {
    // SAFETY: the context is that of a worker, and its plan is longer than its point.
    unsafe {
        let (rows, columns) = (size(rows)?, if columns == ARRAY { 1 } else { size(columns)? });
        let (count, position) = ((rows * columns) as i64, (*ctx).position as usize);
        let worker = Worker::of(ctx);
        if count > 0 && *(*ctx).plan.add(position) != entry(site, count) {
            worker.extend_point(site, count)?;
        }
        worker.point().hold_in(position, transform, rows, columns)
    }
}

/// What stands for the number of columns of what is no matrix.
const ARRAY: i64 = -1;

fn size(n: i64) -> Result<usize, ErrorKind> {
    usize::try_from(n).map_err(|_| ErrorKind::Negative(n))
}

unsafe extern "C" fn borel_constrain(ctx: *mut Ctx, site: i64, transform: i64, rows: i64, columns: i64) {
    let transform = Transform::from_number(transform);
    // SAFETY: called by compiled code with its context; the results are its own until it reads them.
    unsafe {
        let (object, log_jacobian) = or_raise(ctx, site, constrain(ctx, site, transform, rows, columns));
        (*ctx).results[0] = object;
        (*ctx).results[1] = log_jacobian.to_bits();
    }
}

unsafe fn constrain(
    ctx: *mut Ctx,
    site: i64,
    transform: Transform,
    rows: i64,
    columns: i64,
) -> Result<(u64, f64), ErrorKind> {
    let is_array = columns == ARRAY;
    let (rows, columns) = (size(rows)?, if is_array { 1 } else { size(columns)? });
    let count = transform.count(rows, columns);
    // SAFETY: the context is that of a worker, and its point has the numbers that the plan has. The object is new and as large as said.
    unsafe {
        let worker = Worker::of(ctx);
        let (object, first) = if is_array {
            (worker.allocate_array(builtin::REALS.0, rows)?, 2)
        } else {
            (worker.allocate_matrix(rows, columns)?, 3)
        };
        let position = (*ctx).position as usize;
        if count > 0 && *(*ctx).plan.add(position) != entry(site, count as i64) {
            worker.extend_point(site, count as i64)?;
        }
        let u = std::slice::from_raw_parts((*ctx).point.add(position), count);
        let x = std::slice::from_raw_parts_mut(object.add(first) as *mut f64, rows * columns);
        let log_jacobian = transform.constrain(u, rows, x);
        (*ctx).position += count as i64;
        Ok((object as u64, log_jacobian))
    }
}

unsafe extern "C" fn borel_constrain_adjoint(
    ctx: *mut Ctx,
    position: i64,
    transform: i64,
    value: *const u64,
    shadow: *const u64,
    of_jacobian: f64,
) {
    let transform = Transform::from_number(transform);
    // SAFETY: called by compiled code with its context, a value that was read from its point at the position, and its shadow.
    unsafe {
        let (rows, columns, x, dx) = if object::layout_of(value) == builtin::MATRIX.0 {
            let (rows, columns, x) = object::matrix(value);
            (rows, columns, x, object::matrix(shadow).2)
        } else {
            let x = object::reals(value);
            (x.len(), 1, x, object::reals(shadow))
        };
        let count = transform.count(rows, columns);
        let u = std::slice::from_raw_parts((*ctx).point.add(position as usize), count);
        let du = std::slice::from_raw_parts_mut((*ctx).derivative.add(position as usize), count);
        transform.adjoint(u, rows, x, dx, of_jacobian, du);
    }
}

unsafe extern "C" fn borel_tape_grow(ctx: *mut Ctx, more: i64) {
    // SAFETY: called by compiled code with its context.
    unsafe { Worker::of(ctx).grow_tape(more as usize) }
}

/// A shadow of an object and all it points to, of zeros.
unsafe extern "C" fn borel_shadow(ctx: *mut Ctx, word: u64) -> u64 {
    // SAFETY: called by compiled code with its context and a live object (or an immediate).
    unsafe { or_raise(ctx, -1, shadow(Worker::of(ctx), word)) }
}

/// A shadow of an array or matrix: zeros, and no shadows of its elements.
unsafe extern "C" fn borel_shadow_array(ctx: *mut Ctx, array: *const u64) -> u64 {
    // SAFETY: called by compiled code with its context and a live array or matrix.
    unsafe { or_raise(ctx, -1, zeros(Worker::of(ctx), array)) }
}

/// The shadow of what has been made unique, or longer: that of the array before if it is the same array still, else a new one with the
/// shadows of the elements.
unsafe extern "C" fn borel_shadow_unique(ctx: *mut Ctx, now: *const u64, before: i64, shadow: u64) -> u64 {
    // SAFETY: called by compiled code with its context, a live array, the address of one that may be gone, and its shadow.
    unsafe {
        let is_same = now as i64 == before && object::word(now, 0) == object::word(shadow as *const u64, 0);
        if is_same {
            object::retain(shadow);
            return shadow;
        }
        or_raise(ctx, -1, successor(Worker::of(ctx), now, shadow as *const u64))
    }
}

/// Adds the derivatives with respect to the elements of a copy to those of the original, unless they are one and the same.
unsafe extern "C" fn borel_shadow_fold(ctx: *mut Ctx, copy: *const u64, original: *mut u64) {
    if copy == original {
        return;
    }
    // SAFETY: called by compiled code with its context and two live shadows of one layout.
    unsafe {
        let info: *const LayoutInfo = &Worker::of(ctx).layouts()[object::layout_of(copy) as usize];
        if object::layout_of(copy) == builtin::MATRIX.0 {
            let elements = object::matrix(copy).2;
            for (at, element) in elements.iter().enumerate() {
                *(original.add((*info).start() + at) as *mut f64) += element;
            }
            return;
        }
        let repeats = (*info).repeats(copy).min((*info).repeats(original));
        for word in 0..repeats * (*info).stride {
            if !(*info).pointers.contains(&((word % (*info).stride) as u32)) {
                let (from, to) = (copy.add((*info).start() + word), original.add((*info).start() + word));
                *to = (f64::from_bits(*to) + f64::from_bits(*from)).to_bits();
            }
        }
    }
}

/// Zeros in the layout of an object, whose sizes are kept.
pub(super) unsafe fn zeros(worker: &mut Worker, object: *const u64) -> Result<u64, ErrorKind> {
    // SAFETY: by the contract of the callers: a live object.
    unsafe {
        let layout = object::layout_of(object);
        let info = &worker.layouts()[layout as usize];
        let (bytes, start) = (info.bytes(object), info.start());
        let new = worker.allocate(layout, bytes)?;
        std::ptr::write_bytes(new.add(1), 0, bytes.div_ceil(8) - 1);
        std::ptr::copy_nonoverlapping(object.add(1), new.add(1), start - 1);
        Ok(new as u64)
    }
}

unsafe fn shadow(worker: &mut Worker, word: u64) -> Result<u64, ErrorKind> {
    if !is_object(word) {
        return Ok(word);
    }
    // SAFETY: a live object; what it points to is live too.
    unsafe {
        let object = word as *const u64;
        let layout = object::layout_of(object);
        if layout == builtin::TEXT.0 {
            return Ok(0);
        }
        let new = zeros(worker, object)? as *mut u64;
        let info: *const LayoutInfo = &worker.layouts()[layout as usize];
        for repeat in 0..(*info).repeats(object) {
            let first = (*info).start() + repeat * (*info).stride;
            for &pointer in &(*info).pointers {
                let child = shadow(worker, *object.add(first + pointer as usize))?;
                *new.add(first + pointer as usize) = child;
            }
        }
        Ok(new as u64)
    }
}

/// A new shadow for an array, with the shadows of the elements that an old one has.
unsafe fn successor(worker: &mut Worker, now: *const u64, old: *const u64) -> Result<u64, ErrorKind> {
    // SAFETY: a live array, and a live shadow of one of the same layout.
    unsafe {
        let new = zeros(worker, now)? as *mut u64;
        let info: *const LayoutInfo = &worker.layouts()[object::layout_of(now) as usize];
        for repeat in 0..(*info).repeats(old).min((*info).repeats(now)) {
            let first = (*info).start() + repeat * (*info).stride;
            for &pointer in &(*info).pointers {
                let child = *old.add(first + pointer as usize);
                object::retain(child);
                *new.add(first + pointer as usize) = child;
            }
        }
        Ok(new as u64)
    }
}
