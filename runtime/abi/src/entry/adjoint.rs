//! The ways back through operations on whole arrays and matrices: each adds the derivatives with respect to its operands to their
//! shadows, from the shadow (or, of a Real, the adjoint) of its result. A shadow that is null belongs to an operand that derivatives are
//! not asked for.

use super::table;
use crate::ctx::{Ctx, or_raise};
use crate::object::{self, LayoutInfo, matrix, reals, retain, word};
use crate::worker::Worker;
use borel_math::{
    adjoint,
    linear::{self, Part},
};

table![
    borel_shadow_slice,
    borel_shadow_join,
    borel_slice_adjoint,
    borel_join_adjoint,
    borel_matrix_at_adjoint,
    borel_matrix_row_adjoint,
    borel_matrix_set_adjoint,
    borel_matrix_from_rows_adjoint,
    borel_matrix_to_rows_adjoint,
    borel_matrix_transpose_adjoint,
    borel_matrix_diagonal_adjoint,
    borel_matrix_cholesky_adjoint,
    borel_matrix_solve_adjoint,
    borel_matrix_inverse_adjoint,
    borel_matrix_log_determinant_adjoint,
    borel_matrix_arithmetic_adjoint,
    borel_matrix_product_adjoint,
    borel_matrix_vector_adjoint,
    borel_vector_matrix_adjoint,
    borel_dot_adjoint,
    borel_matrix_sum_adjoint,
    borel_elements_adjoint,
];

/// The elements of the shadow of a `[Real]`.
unsafe fn reals_of<'a>(shadow: *mut u64) -> Option<&'a mut [f64]> {
    // SAFETY: null, or a live array that nobody else reads or writes meanwhile.
    unsafe {
        let length = || word(shadow, 0) as usize;
        (!shadow.is_null()).then(|| std::slice::from_raw_parts_mut(shadow.add(2) as *mut f64, length()))
    }
}

/// The elements of the shadow of a matrix.
unsafe fn elements_of<'a>(shadow: *mut u64) -> Option<&'a mut [f64]> {
    // SAFETY: null, or a live matrix that nobody else reads or writes meanwhile.
    unsafe {
        let count = || word(shadow, 0) as usize * word(shadow, 1) as usize;
        (!shadow.is_null()).then(|| std::slice::from_raw_parts_mut(shadow.add(3) as *mut f64, count()))
    }
}

fn add(to: &mut [f64], from: &[f64]) {
    to.iter_mut().zip(from).for_each(|(to, x)| *to += x);
}

/// The layout of an array.
unsafe fn layout<'a>(ctx: *mut Ctx, array: *const u64) -> &'a LayoutInfo {
    // SAFETY: layouts live as long as the program.
    unsafe { &*std::ptr::from_ref(&Worker::of(ctx).layouts()[object::layout_of(array) as usize]) }
}

/// Copies the pointers of the elements of one array to those of another, from an element on, and retains them.
unsafe fn copy_pointers(info: &LayoutInfo, to: *mut u64, at: usize, from: *const u64, first: usize, count: usize) {
    // SAFETY: both are arrays of this layout with these elements.
    unsafe {
        for element in 0..count {
            for &pointer in &info.pointers {
                let child = *from.add(2 + (first + element) * info.stride + pointer as usize);
                retain(child);
                *to.add(2 + (at + element) * info.stride + pointer as usize) = child;
            }
        }
    }
}

/// Adds the Reals of some elements of one array to those of another.
unsafe fn add_reals(info: &LayoutInfo, to: *mut u64, at: usize, from: *const u64, first: usize, count: usize) {
    // SAFETY: both are arrays of this layout with these elements.
    unsafe {
        for element in 0..count {
            for word in (0..info.stride).filter(|word| !info.pointers.contains(&(*word as u32))) {
                let target = to.add(2 + (at + element) * info.stride + word) as *mut f64;
                *target += f64::from_bits(*from.add(2 + (first + element) * info.stride + word));
            }
        }
    }
}

/// The shadow of a slice from `low` on, by the shadow of the array.
unsafe extern "C" fn borel_shadow_slice(ctx: *mut Ctx, slice: *const u64, low: i64, shadow: *const u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context, a live array and the shadow of one that it is a slice of.
    unsafe {
        let new = or_raise(ctx, -1, super::gradient::zeros(Worker::of(ctx), slice)) as *mut u64;
        copy_pointers(layout(ctx, slice), new, 0, shadow, low as usize, word(slice, 0) as usize);
        new
    }
}

/// The shadow of two arrays joined, by theirs.
unsafe extern "C" fn borel_shadow_join(
    ctx: *mut Ctx,
    joined: *const u64,
    left: *const u64,
    right: *const u64,
) -> *mut u64 {
    // SAFETY: called by compiled code with its context, a live array and the shadows of its parts.
    unsafe {
        let new = or_raise(ctx, -1, super::gradient::zeros(Worker::of(ctx), joined)) as *mut u64;
        let (at, count) = (word(left, 0) as usize, word(right, 0) as usize);
        let info = layout(ctx, joined);
        copy_pointers(info, new, 0, left, 0, at);
        copy_pointers(info, new, at, right, 0, count);
        new
    }
}

unsafe extern "C" fn borel_slice_adjoint(ctx: *mut Ctx, array: *mut u64, low: i64, slice: *const u64) {
    // SAFETY: called by compiled code with its context and the shadows of an array and its slice.
    unsafe { add_reals(layout(ctx, slice), array, low as usize, slice, 0, word(slice, 0) as usize) }
}

unsafe extern "C" fn borel_join_adjoint(ctx: *mut Ctx, left: *mut u64, right: *mut u64, joined: *const u64) {
    // SAFETY: called by compiled code with its context and the shadows of two arrays and of them joined.
    unsafe {
        let info = layout(ctx, joined);
        let (at, count) = (word(left, 0) as usize, word(right, 0) as usize);
        add_reals(info, left, 0, joined, 0, at);
        add_reals(info, right, 0, joined, at, count);
    }
}

unsafe extern "C" fn borel_matrix_at_adjoint(_: *mut Ctx, target: *mut u64, i: i64, j: i64, adjoint: f64) {
    // SAFETY: called by compiled code with a shadow that has this element.
    unsafe {
        let columns = word(target, 1) as usize;
        if let Some(elements) = elements_of(target) {
            elements[i as usize * columns + j as usize] += adjoint;
        }
    }
}

unsafe extern "C" fn borel_matrix_row_adjoint(_: *mut Ctx, target: *mut u64, i: i64, row: *const u64) {
    // SAFETY: called by compiled code with the shadows of a matrix and a row of it.
    unsafe {
        let (row, i) = (reals(row), i as usize);
        if let Some(elements) = elements_of(target) {
            add(&mut elements[i * row.len()..(i + 1) * row.len()], row);
        }
    }
}

/// Takes the adjoint of an element that has been replaced: the element before has none.
unsafe extern "C" fn borel_matrix_set_adjoint(_: *mut Ctx, target: *mut u64, i: i64, j: i64) -> f64 {
    // SAFETY: called by compiled code with a shadow that has this element.
    unsafe {
        let columns = word(target, 1) as usize;
        elements_of(target).map_or(0.0, |elements| std::mem::take(&mut elements[i as usize * columns + j as usize]))
    }
}

unsafe extern "C" fn borel_matrix_from_rows_adjoint(_: *mut Ctx, rows: *const u64, adjoint: *const u64) {
    // SAFETY: called by compiled code with the shadows of a `[[Real]]` and the matrix of it.
    unsafe {
        let (_, columns, elements) = matrix(adjoint);
        for (row, elements) in object::words(rows).iter().zip(elements.chunks_exact(columns.max(1))) {
            if let Some(row) = reals_of(*row as *mut u64) {
                add(row, elements);
            }
        }
    }
}

unsafe extern "C" fn borel_matrix_to_rows_adjoint(_: *mut Ctx, target: *mut u64, rows: *const u64) {
    // SAFETY: called by compiled code with the shadows of a matrix and its rows.
    unsafe {
        let columns = word(target, 1) as usize;
        let Some(elements) = elements_of(target) else { return };
        for (elements, row) in elements.chunks_exact_mut(columns.max(1)).zip(object::words(rows)) {
            add(elements, reals(*row as *const u64));
        }
    }
}

unsafe extern "C" fn borel_matrix_transpose_adjoint(_: *mut Ctx, target: *mut u64, adjoint: *const u64) {
    // SAFETY: called by compiled code with the shadows of a matrix and its transpose.
    unsafe {
        let (rows, columns, elements) = matrix(adjoint);
        if let Some(target) = elements_of(target) {
            add(target, &linear::transposed(elements, rows, columns));
        }
    }
}

unsafe extern "C" fn borel_matrix_diagonal_adjoint(_: *mut Ctx, target: *mut u64, adjoint: *const u64) {
    // SAFETY: called by compiled code with the shadows of a `[Real]` and the diagonal matrix of it.
    unsafe {
        let (_, columns, elements) = matrix(adjoint);
        if let Some(target) = reals_of(target) {
            target.iter_mut().enumerate().for_each(|(i, to)| *to += elements[i * columns + i]);
        }
    }
}

unsafe extern "C" fn borel_matrix_cholesky_adjoint(
    _: *mut Ctx,
    result: *const u64,
    adjoint: *const u64,
    target: *mut u64,
) {
    // SAFETY: called by compiled code with a factor, its shadow, and that of the matrix.
    unsafe {
        let (n, _, lower) = matrix(result);
        if let Some(target) = elements_of(target) {
            adjoint::cholesky(lower, matrix(adjoint).2, n, target);
        }
    }
}

unsafe extern "C" fn borel_matrix_solve_adjoint(
    _: *mut Ctx,
    part: i64,
    left: *const u64,
    result: *const u64,
    adjoint: *const u64,
    of_left: *mut u64,
    of_right: *mut u64,
) {
    // SAFETY: called by compiled code with a matrix, a solution, and the shadows of the solution and of what it was computed from.
    unsafe {
        let (n, _, elements) = matrix(left);
        let targets = (elements_of(of_left), reals_of(of_right));
        adjoint::solution(Part::of(part), elements, reals(result), reals(adjoint), n, targets.0, targets.1);
    }
}

unsafe extern "C" fn borel_matrix_inverse_adjoint(
    _: *mut Ctx,
    result: *const u64,
    adjoint: *const u64,
    target: *mut u64,
) {
    // SAFETY: called by compiled code with an inverse, its shadow, and that of the matrix.
    unsafe {
        let (n, _, elements) = matrix(result);
        if let Some(target) = elements_of(target) {
            adjoint::inverse(elements, matrix(adjoint).2, n, target);
        }
    }
}

unsafe extern "C" fn borel_matrix_log_determinant_adjoint(
    _: *mut Ctx,
    object: *const u64,
    adjoint: f64,
    target: *mut u64,
) {
    // SAFETY: called by compiled code with a matrix and its shadow.
    unsafe {
        let (n, _, elements) = matrix(object);
        if let (Some(target), Some(inverse)) = (elements_of(target), linear::inverse(elements, n)) {
            let transposed = linear::transposed(&inverse, n, n);
            target.iter_mut().zip(&transposed).for_each(|(to, x)| *to += adjoint * x);
        }
    }
}

unsafe extern "C" fn borel_matrix_arithmetic_adjoint(
    _: *mut Ctx,
    operation: i64,
    left: *const u64,
    right: *const u64,
    adjoint: *const u64,
    of_left: *mut u64,
    of_right: *mut u64,
) {
    // SAFETY: called by compiled code with two matrices and the shadows of the result and of them.
    unsafe {
        let (x, y, adjoint) = (matrix(left).2, matrix(right).2, matrix(adjoint).2);
        // Each shadow is written by itself: both operands may be the same matrix.
        if let Some(target) = elements_of(of_left) {
            let slope = |i: usize| match operation {
                0 | 1 => 1.0,
                2 => y[i],
                _ => 1.0 / y[i],
            };
            target.iter_mut().zip(adjoint).enumerate().for_each(|(i, (to, adjoint))| *to += adjoint * slope(i));
        }
        if let Some(target) = elements_of(of_right) {
            let slope = |i: usize| match operation {
                0 => 1.0,
                1 => -1.0,
                2 => x[i],
                _ => -x[i] / (y[i] * y[i]),
            };
            target.iter_mut().zip(adjoint).enumerate().for_each(|(i, (to, adjoint))| *to += adjoint * slope(i));
        }
    }
}

unsafe extern "C" fn borel_matrix_product_adjoint(
    _: *mut Ctx,
    left: *const u64,
    right: *const u64,
    adjoint: *const u64,
    of_left: *mut u64,
    of_right: *mut u64,
) {
    // SAFETY: called by compiled code with two matrices and the shadows of the product and of them.
    unsafe {
        let ((m, k, x), (_, n, y), adjoint) = (matrix(left), matrix(right), matrix(adjoint).2);
        if let Some(target) = elements_of(of_left) {
            adjoint::add_product_transposed(adjoint, y, (m, n, k), target);
        }
        if let Some(target) = elements_of(of_right) {
            adjoint::add_transposed_product(x, adjoint, (m, k, n), target);
        }
    }
}

unsafe extern "C" fn borel_matrix_vector_adjoint(
    _: *mut Ctx,
    left: *const u64,
    right: *const u64,
    adjoint: *const u64,
    of_left: *mut u64,
    of_right: *mut u64,
) {
    // SAFETY: called by compiled code with a matrix, a `[Real]`, and the shadows of the product and of them.
    unsafe {
        let ((_, columns, elements), vector, adjoint) = (matrix(left), reals(right), reals(adjoint));
        let rows = || elements.chunks_exact(columns.max(1)).zip(adjoint);
        if let Some(target) = elements_of(of_left) {
            for (row, factor) in target.chunks_exact_mut(columns.max(1)).zip(adjoint) {
                row.iter_mut().zip(vector).for_each(|(to, x)| *to += factor * x);
            }
        }
        if let Some(target) = reals_of(of_right) {
            rows().for_each(|(row, factor)| target.iter_mut().zip(row).for_each(|(to, x)| *to += factor * x));
        }
    }
}

unsafe extern "C" fn borel_vector_matrix_adjoint(
    _: *mut Ctx,
    left: *const u64,
    right: *const u64,
    adjoint: *const u64,
    of_left: *mut u64,
    of_right: *mut u64,
) {
    // SAFETY: called by compiled code with a `[Real]`, a matrix, and the shadows of the product and of them.
    unsafe {
        let (vector, (_, columns, elements), adjoint) = (reals(left), matrix(right), reals(adjoint));
        if let Some(target) = reals_of(of_left) {
            for (to, row) in target.iter_mut().zip(elements.chunks_exact(columns.max(1))) {
                *to += row.iter().zip(adjoint).map(|(x, y)| x * y).sum::<f64>();
            }
        }
        if let Some(target) = elements_of(of_right) {
            for (row, factor) in target.chunks_exact_mut(columns.max(1)).zip(vector) {
                row.iter_mut().zip(adjoint).for_each(|(to, x)| *to += factor * x);
            }
        }
    }
}

unsafe extern "C" fn borel_dot_adjoint(
    _: *mut Ctx,
    left: *const u64,
    right: *const u64,
    adjoint: f64,
    of_left: *mut u64,
    of_right: *mut u64,
) {
    // SAFETY: called by compiled code with two `[Real]`s and their shadows.
    unsafe {
        for (shadow, other) in [(of_left, reals(right)), (of_right, reals(left))] {
            if let Some(target) = reals_of(shadow) {
                target.iter_mut().zip(other).for_each(|(to, x)| *to += adjoint * x);
            }
        }
    }
}

unsafe extern "C" fn borel_matrix_sum_adjoint(_: *mut Ctx, target: *mut u64, adjoint: f64) {
    // SAFETY: called by compiled code with the shadow of a matrix.
    unsafe {
        if let Some(target) = elements_of(target) {
            target.iter_mut().for_each(|to| *to += adjoint);
        }
    }
}

/// Adds the shadow of a `[Real]` to that of a matrix with the same elements, or the other way round.
unsafe extern "C" fn borel_elements_adjoint(_: *mut Ctx, to_matrix: i64, target: *mut u64, adjoint: *mut u64) {
    // SAFETY: called by compiled code with two such shadows.
    unsafe {
        let (to, from) = match to_matrix {
            0 => (reals_of(target), elements_of(adjoint)),
            _ => (elements_of(target), reals_of(adjoint)),
        };
        if let (Some(to), Some(from)) = (to, from) {
            add(to, from);
        }
    }
}
