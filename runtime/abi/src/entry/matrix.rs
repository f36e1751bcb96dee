//! Matrices: objects of rows, columns and elements in row-major order; the arithmetic is that of `borel-math`.

use super::table;
use crate::ctx::{Ctx, or_raise};
use crate::error::ErrorKind;
use crate::layout::builtin;
use crate::object::{self, matrix, reals, word};
use crate::worker::Worker;
use borel_math::linear::{self, Part};

table![
    borel_matrix_at,
    borel_matrix_row,
    borel_matrix_set,
    borel_matrix_from_rows,
    borel_matrix_to_rows,
    borel_matrix_columns,
    borel_matrix_transpose,
    borel_matrix_identity,
    borel_matrix_diagonal,
    borel_matrix_cholesky,
    borel_matrix_solve,
    borel_matrix_inverse,
    borel_matrix_log_determinant,
    borel_matrix_arithmetic,
    borel_matrix_product,
    borel_matrix_vector,
    borel_vector_matrix,
    borel_dot,
    borel_matrix_sum,
    borel_matrix_elements,
    borel_matrix_from_elements,
];

type Pointer = Result<*mut u64, ErrorKind>;

/// A new matrix; its elements are written by the function.
unsafe fn new_matrix(ctx: *mut Ctx, rows: usize, columns: usize, fill: impl FnOnce(&mut [f64])) -> Pointer {
    // SAFETY: the context is that of a worker; the matrix has these elements, all 0.
    unsafe {
        let object = Worker::of(ctx).allocate_matrix(rows, columns)?;
        fill(std::slice::from_raw_parts_mut(object.add(3) as *mut f64, rows * columns));
        Ok(object)
    }
}

/// A new `[Real]`; its elements are written by the function.
unsafe fn new_reals(ctx: *mut Ctx, length: usize, fill: impl FnOnce(&mut [f64])) -> Pointer {
    // SAFETY: the context is that of a worker; the array has these elements, all 0.
    unsafe {
        let object = Worker::of(ctx).allocate_array(builtin::REALS.0, length)?;
        fill(std::slice::from_raw_parts_mut(object.add(2) as *mut f64, length));
        Ok(object)
    }
}

/// An index below a length.
fn check(index: i64, length: usize) -> Result<usize, ErrorKind> {
    let in_range = usize::try_from(index).ok().filter(|i| *i < length);
    in_range.ok_or(ErrorKind::OutOfBounds { index, length: length as i64 })
}

fn shapes(left: (usize, usize), right: (usize, usize)) -> ErrorKind {
    let signed = |(rows, columns): (usize, usize)| (rows as i64, columns as i64);
    ErrorKind::Shapes { left: signed(left), right: signed(right) }
}

/// Rows, if a matrix is square.
fn square(rows: usize, columns: usize) -> Result<usize, ErrorKind> {
    if rows == columns { Ok(rows) } else { Err(shapes((rows, columns), (columns, rows))) }
}

fn same_length(left: usize, right: usize) -> Result<(), ErrorKind> {
    if left == right { Ok(()) } else { Err(ErrorKind::Lengths { left: left as i64, right: right as i64 }) }
}

unsafe extern "C" fn borel_matrix_at(ctx: *mut Ctx, site: i64, object: *const u64, i: i64, j: i64) -> f64 {
    // SAFETY: called by compiled code with its context and a live matrix.
    unsafe {
        let (rows, columns, elements) = matrix(object);
        let at = check(i, rows).and_then(|i| check(j, columns).map(|j| i * columns + j));
        elements[or_raise(ctx, site, at)]
    }
}

unsafe extern "C" fn borel_matrix_row(ctx: *mut Ctx, site: i64, object: *const u64, i: i64) -> *mut u64 {
    // SAFETY: called by compiled code with its context and a live matrix.
    unsafe {
        let (rows, columns, elements) = matrix(object);
        let row =
            |i: usize| new_reals(ctx, columns, |to| to.copy_from_slice(&elements[i * columns..(i + 1) * columns]));
        or_raise(ctx, site, check(i, rows).and_then(row))
    }
}

unsafe extern "C" fn borel_matrix_set(
    ctx: *mut Ctx,
    site: i64,
    object: *mut u64,
    i: i64,
    j: i64,
    value: f64,
) -> *mut u64 {
    // SAFETY: called by compiled code with its context and an owned matrix.
    unsafe { or_raise(ctx, site, set(ctx, object, i, j, value)) }
}

unsafe fn set(ctx: *mut Ctx, object: *mut u64, i: i64, j: i64, value: f64) -> Pointer {
    // SAFETY: an owned matrix; it is written if nobody else refers to it.
    unsafe {
        let (rows, columns, elements) = matrix(object);
        let at = check(i, rows)? * columns + check(j, columns)?;
        let mut target = object;
        if !object::is_unique(object) {
            target = new_matrix(ctx, rows, columns, |to| to.copy_from_slice(elements))?;
            Worker::of(ctx).release(object as u64);
        }
        *(target.add(3 + at) as *mut f64) = value;
        Ok(target)
    }
}

unsafe extern "C" fn borel_matrix_from_rows(ctx: *mut Ctx, site: i64, rows: *const u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context and a live `[[Real]]`.
    unsafe { or_raise(ctx, site, from_rows(ctx, object::words(rows))) }
}

unsafe fn from_rows(ctx: *mut Ctx, rows: &[u64]) -> Pointer {
    // SAFETY: the words point to live `[Real]`s.
    unsafe {
        let row = |i: usize| reals(rows[i] as *const u64);
        let columns = if rows.is_empty() { 0 } else { row(0).len() };
        for i in 0..rows.len() {
            same_length(columns, row(i).len())?;
        }
        new_matrix(ctx, rows.len(), columns, |to| {
            for i in 0..rows.len() {
                to[i * columns..(i + 1) * columns].copy_from_slice(row(i));
            }
        })
    }
}

unsafe extern "C" fn borel_matrix_to_rows(ctx: *mut Ctx, site: i64, object: *const u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context and a live matrix.
    unsafe { or_raise(ctx, site, to_rows(ctx, object)) }
}

unsafe fn to_rows(ctx: *mut Ctx, object: *const u64) -> Pointer {
    // SAFETY: a live matrix; the array has a word for each row.
    unsafe {
        let (rows, columns, elements) = matrix(object);
        let array = Worker::of(ctx).allocate_array(builtin::POINTERS.0, rows)?;
        for i in 0..rows {
            let row = new_reals(ctx, columns, |to| to.copy_from_slice(&elements[i * columns..(i + 1) * columns]))?;
            *array.add(2 + i) = row as u64;
        }
        Ok(array)
    }
}

unsafe extern "C" fn borel_matrix_columns(_: *mut Ctx, object: *const u64) -> i64 {
    // SAFETY: called by compiled code with a live matrix.
    unsafe { word(object, 1) as i64 }
}

unsafe extern "C" fn borel_matrix_transpose(ctx: *mut Ctx, site: i64, object: *const u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context and a live matrix.
    unsafe {
        let (rows, columns, elements) = matrix(object);
        let transposed = new_matrix(ctx, columns, rows, |to| {
            for (k, element) in elements.iter().enumerate() {
                to[k % columns * rows + k / columns] = *element;
            }
        });
        or_raise(ctx, site, transposed)
    }
}

unsafe extern "C" fn borel_matrix_identity(ctx: *mut Ctx, site: i64, size: i64) -> *mut u64 {
    // SAFETY: called by compiled code with its context.
    unsafe {
        let size = usize::try_from(size).map_err(|_| ErrorKind::Negative(size));
        let identity = size.and_then(|n| new_matrix(ctx, n, n, |to| (0..n).for_each(|i| to[i * n + i] = 1.0)));
        or_raise(ctx, site, identity)
    }
}

unsafe extern "C" fn borel_matrix_diagonal(ctx: *mut Ctx, site: i64, object: *const u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context and a live `[Real]`.
    unsafe {
        let elements = reals(object);
        let n = elements.len();
        let fill = |to: &mut [f64]| elements.iter().enumerate().for_each(|(i, x)| to[i * n + i] = *x);
        or_raise(ctx, site, new_matrix(ctx, n, n, fill))
    }
}

unsafe extern "C" fn borel_matrix_cholesky(ctx: *mut Ctx, site: i64, object: *const u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context and a live matrix.
    unsafe { or_raise(ctx, site, cholesky(ctx, object)) }
}

unsafe fn cholesky(ctx: *mut Ctx, object: *const u64) -> Pointer {
    // SAFETY: a live matrix.
    unsafe {
        let (rows, columns, elements) = matrix(object);
        let n = square(rows, columns)?;
        let why = || ErrorKind::NotPositiveDefinite(linear::why_not_positive_definite(elements, n));
        let factor = linear::cholesky(elements, n).ok_or_else(why)?;
        new_matrix(ctx, n, n, |to| to.copy_from_slice(&factor))
    }
}

unsafe extern "C" fn borel_matrix_solve(
    ctx: *mut Ctx,
    site: i64,
    part: i64,
    object: *const u64,
    right: *const u64,
) -> *mut u64 {
    // SAFETY: called by compiled code with its context, a live matrix and a live `[Real]`.
    unsafe { or_raise(ctx, site, solve(ctx, Part::of(part), object, reals(right))) }
}

unsafe fn solve(ctx: *mut Ctx, part: Part, object: *const u64, right: &[f64]) -> Pointer {
    // SAFETY: a live matrix.
    unsafe {
        let (rows, columns, elements) = matrix(object);
        let n = square(rows, columns)?;
        same_length(n, right.len())?;
        let solution = linear::solve_part(part, elements, right, n).ok_or(ErrorKind::Singular)?;
        new_reals(ctx, n, |to| to.copy_from_slice(&solution))
    }
}

unsafe extern "C" fn borel_matrix_inverse(ctx: *mut Ctx, site: i64, object: *const u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context and a live matrix.
    unsafe { or_raise(ctx, site, inverse(ctx, object)) }
}

unsafe fn inverse(ctx: *mut Ctx, object: *const u64) -> Pointer {
    // SAFETY: a live matrix.
    unsafe {
        let (rows, columns, elements) = matrix(object);
        let n = square(rows, columns)?;
        let inverse = linear::inverse(elements, n).ok_or(ErrorKind::Singular)?;
        new_matrix(ctx, n, n, |to| to.copy_from_slice(&inverse))
    }
}

unsafe extern "C" fn borel_matrix_log_determinant(ctx: *mut Ctx, site: i64, object: *const u64) -> f64 {
    // SAFETY: called by compiled code with its context and a live matrix.
    unsafe {
        let (rows, columns, elements) = matrix(object);
        or_raise(ctx, site, square(rows, columns).map(|n| linear::log_determinant(elements, n)))
    }
}

unsafe extern "C" fn borel_matrix_arithmetic(
    ctx: *mut Ctx,
    site: i64,
    operation: i64,
    left: *const u64,
    right: *const u64,
) -> *mut u64 {
    // SAFETY: called by compiled code with its context and live matrices.
    unsafe {
        let ((rows, columns, x), (others, other_columns, y)) = (matrix(left), matrix(right));
        let result = if (rows, columns) == (others, other_columns) {
            new_matrix(ctx, rows, columns, |to| arithmetic(operation, x, y, to))
        } else {
            Err(shapes((rows, columns), (others, other_columns)))
        };
        or_raise(ctx, site, result)
    }
}

/// Elementwise.
fn arithmetic(operation: i64, x: &[f64], y: &[f64], to: &mut [f64]) {
    let zip = to.iter_mut().zip(x).zip(y);
    match operation {
        0 => zip.for_each(|((to, x), y)| *to = x + y),
        1 => zip.for_each(|((to, x), y)| *to = x - y),
        2 => zip.for_each(|((to, x), y)| *to = x * y),
        _ => zip.for_each(|((to, x), y)| *to = x / y),
    }
}

unsafe extern "C" fn borel_matrix_product(ctx: *mut Ctx, site: i64, left: *const u64, right: *const u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context and live matrices.
    unsafe { or_raise(ctx, site, product(ctx, left, right)) }
}

unsafe fn product(ctx: *mut Ctx, left: *const u64, right: *const u64) -> Pointer {
    // SAFETY: live matrices.
    unsafe {
        let ((m, k, x), (k2, n, y)) = (matrix(left), matrix(right));
        if k != k2 {
            return Err(shapes((m, k), (k2, n)));
        }
        let product = linear::product(x, y, m, k, n);
        new_matrix(ctx, m, n, |to| to.copy_from_slice(&product))
    }
}

unsafe extern "C" fn borel_matrix_vector(ctx: *mut Ctx, site: i64, left: *const u64, right: *const u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context, a live matrix and a live `[Real]`.
    unsafe {
        let ((rows, columns, elements), vector) = (matrix(left), reals(right));
        let result = if columns == vector.len() {
            let row = |i: usize| &elements[i * columns..(i + 1) * columns];
            new_reals(ctx, rows, |to| (0..rows).for_each(|i| to[i] = inner_product(row(i), vector)))
        } else {
            Err(shapes((rows, columns), (vector.len(), 1)))
        };
        or_raise(ctx, site, result)
    }
}

unsafe extern "C" fn borel_vector_matrix(ctx: *mut Ctx, site: i64, left: *const u64, right: *const u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context, a live `[Real]` and a live matrix.
    unsafe {
        let (vector, (rows, columns, elements)) = (reals(left), matrix(right));
        let result = if rows == vector.len() {
            new_reals(ctx, columns, |to| {
                for (x, row) in vector.iter().zip(elements.chunks_exact(columns.max(1))) {
                    to.iter_mut().zip(row).for_each(|(to, element)| *to += x * element);
                }
            })
        } else {
            Err(shapes((1, vector.len()), (rows, columns)))
        };
        or_raise(ctx, site, result)
    }
}

/// In order, so that the result does not depend on the machine.
fn inner_product(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

unsafe extern "C" fn borel_dot(ctx: *mut Ctx, site: i64, left: *const u64, right: *const u64) -> f64 {
    // SAFETY: called by compiled code with its context and live `[Real]`s.
    unsafe {
        let (x, y) = (reals(left), reals(right));
        or_raise(ctx, site, same_length(x.len(), y.len()).map(|()| inner_product(x, y)))
    }
}

unsafe extern "C" fn borel_matrix_sum(_: *mut Ctx, object: *const u64) -> f64 {
    // SAFETY: called by compiled code with a live matrix.
    unsafe { matrix(object).2.iter().sum() }
}

unsafe extern "C" fn borel_matrix_elements(ctx: *mut Ctx, site: i64, object: *const u64) -> *mut u64 {
    // SAFETY: called by compiled code with its context and a live matrix.
    unsafe {
        let elements = matrix(object).2;
        or_raise(ctx, site, new_reals(ctx, elements.len(), |to| to.copy_from_slice(elements)))
    }
}

unsafe extern "C" fn borel_matrix_from_elements(
    ctx: *mut Ctx,
    site: i64,
    elements: *const u64,
    rows: i64,
    columns: i64,
) -> *mut u64 {
    // SAFETY: called by compiled code with its context and a live `[Real]`.
    unsafe { or_raise(ctx, site, from_elements(ctx, reals(elements), rows, columns)) }
}

unsafe fn from_elements(ctx: *mut Ctx, elements: &[f64], rows: i64, columns: i64) -> Pointer {
    let size = |n: i64| usize::try_from(n).map_err(|_| ErrorKind::Negative(n));
    let (m, n) = (size(rows)?, size(columns)?);
    same_length(elements.len(), m.saturating_mul(n))?;
    // SAFETY: the context is that of a worker.
    unsafe { new_matrix(ctx, m, n, |to| to.copy_from_slice(elements)) }
}
