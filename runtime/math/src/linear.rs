//! Dense linear algebra on row-major slices; factorisations are faer's.

use faer::linalg::solvers::Solve;
use faer::{Mat, MatRef, Side};

/// A row-major matrix.
fn view(data: &[f64], rows: usize, columns: usize) -> MatRef<'_, f64> {
    MatRef::from_row_major_slice(data, rows, columns)
}

fn row_major(matrix: MatRef<'_, f64>) -> Vec<f64> {
    (0..matrix.nrows()).flat_map(|i| (0..matrix.ncols()).map(move |j| matrix[(i, j)])).collect()
}

/// Whether a square matrix equals its transpose, up to rounding.
pub fn is_symmetric(a: &[f64], n: usize) -> bool {
    let scale = a.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    (0..n).all(|i| (0..i).all(|j| (a[i * n + j] - a[j * n + i]).abs() <= 1e-8 * scale))
}

/// The lower factor L with L L' = a; none unless `a` is symmetric and positive definite.
pub fn cholesky(a: &[f64], n: usize) -> Option<Vec<f64>> {
    if !is_symmetric(a, n) || a.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let factor = view(a, n, n).llt(Side::Lower).ok()?;
    let mut lower = row_major(factor.L());
    for i in 0..n {
        lower[i * n + i + 1..(i + 1) * n].fill(0.0);
    }
    Some(lower)
}

/// Where a square matrix of which there is no Cholesky factor is not as it should be.
pub fn why_not_positive_definite(a: &[f64], n: usize) -> String {
    if let Some(at) = a.iter().position(|x| !x.is_finite()) {
        return format!("[{}, {}] is {}", at / n, at % n, a[at]);
    }
    if !is_symmetric(a, n) {
        let difference = |(i, j): (usize, usize)| (a[i * n + j] - a[j * n + i]).abs();
        let pairs = (0..n).flat_map(|i| (0..i).map(move |j| (j, i)));
        let worst = pairs.max_by(|x, y| difference(*x).total_cmp(&difference(*y)));
        return worst.map_or(String::new(), |(i, j)| {
            format!("[{i}, {j}] is {}, and [{j}, {i}] is {}", a[i * n + j], a[j * n + i])
        });
    }
    // The first pivot of the factorisation that is not positive.
    let mut lower = a.to_vec();
    for i in 0..n {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| lower[i * n + k] * lower[j * n + k]).sum();
            let left = a[i * n + j] - known;
            if i == j && (left.is_nan() || left <= 0.0) {
                return format!("what the rows before it leave of the diagonal element [{i}, {i}] is {left}");
            }
            lower[i * n + j] = if i == j { left.sqrt() } else { left / lower[j * n + j] };
        }
    }
    "it is singular up to rounding".into()
}

/// The product of an m x k and a k x n matrix.
pub fn product(a: &[f64], b: &[f64], m: usize, k: usize, n: usize) -> Vec<f64> {
    row_major((view(a, m, k) * view(b, k, n)).as_ref())
}

/// x with a x = b for a square matrix; none if it is singular.
pub fn solve(a: &[f64], b: &[f64], n: usize) -> Option<Vec<f64>> {
    let right = Mat::from_fn(n, 1, |i, _| b[i]);
    finite(row_major(view(a, n, n).partial_piv_lu().solve(right).as_ref()))
}

/// Which part of a matrix is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i64)]
pub enum Part {
    /// All of it
    Whole = 0,
    /// The lower triangle
    Lower = 1,
    /// The upper triangle
    Upper = 2,
}

impl Part {
    /// The part with this number.
    pub fn of(number: i64) -> Part {
        match number {
            1 => Part::Lower,
            2 => Part::Upper,
            _ => Part::Whole,
        }
    }

    /// The same part of the transpose.
    pub fn transposed(self) -> Part {
        match self {
            Part::Whole => Part::Whole,
            Part::Lower => Part::Upper,
            Part::Upper => Part::Lower,
        }
    }

    /// The columns of row i that are read, of n.
    pub fn columns(self, i: usize, n: usize) -> std::ops::Range<usize> {
        match self {
            Part::Whole => 0..n,
            Part::Lower => 0..i + 1,
            Part::Upper => i..n,
        }
    }
}

/// x with a x = b, where `a` is the part of a square matrix, and 0 elsewhere; none if it is singular.
pub fn solve_part(part: Part, a: &[f64], b: &[f64], n: usize) -> Option<Vec<f64>> {
    let mut x = b.to_vec();
    match part {
        Part::Whole => return solve(a, b, n),
        Part::Lower => forward_substitute(a, n, &mut x),
        Part::Upper => {
            for i in (0..n).rev() {
                let known: f64 = (i + 1..n).map(|j| a[i * n + j] * x[j]).sum();
                x[i] = (x[i] - known) / a[i * n + i];
            }
        }
    }
    finite(x)
}

/// The inverse of a square matrix; none if it is singular.
pub fn inverse(a: &[f64], n: usize) -> Option<Vec<f64>> {
    finite(row_major(view(a, n, n).partial_piv_lu().solve(Mat::<f64>::identity(n, n)).as_ref()))
}

fn finite(xs: Vec<f64>) -> Option<Vec<f64>> {
    xs.iter().all(|x| x.is_finite()).then_some(xs)
}

/// log |det a|; -inf if it is singular.
pub fn log_determinant(a: &[f64], n: usize) -> f64 {
    let factor = view(a, n, n).partial_piv_lu();
    let upper = factor.U();
    (0..n).map(|i| upper[(i, i)].abs().ln()).sum()
}

/// Replaces b by the solution of L x = b, for a lower triangular matrix.
pub fn forward_substitute(lower: &[f64], n: usize, b: &mut [f64]) {
    for i in 0..n {
        let mut x = b[i];
        for j in 0..i {
            x -= lower[i * n + j] * b[j];
        }
        b[i] = x / lower[i * n + i];
    }
}

/// Replaces b by the solution of L' x = b, for a lower triangular matrix.
pub fn backward_substitute(lower: &[f64], n: usize, b: &mut [f64]) {
    for i in (0..n).rev() {
        let mut x = b[i];
        for j in i + 1..n {
            x -= lower[j * n + i] * b[j];
        }
        b[i] = x / lower[i * n + i];
    }
}

/// Replaces the n x m matrix B by the solution of L X = B, for a lower triangular matrix.
pub fn forward_substitute_columns(lower: &[f64], n: usize, b: &mut [f64], m: usize) {
    for i in 0..n {
        let (done, rest) = b.split_at_mut(i * m);
        let row = &mut rest[..m];
        for j in 0..i {
            let factor = lower[i * n + j];
            row.iter_mut().zip(&done[j * m..(j + 1) * m]).for_each(|(x, y)| *x -= factor * y);
        }
        row.iter_mut().for_each(|x| *x /= lower[i * n + i]);
    }
}

/// Replaces the n x m matrix B by the solution of L' X = B, for a lower triangular matrix.
pub fn backward_substitute_columns(lower: &[f64], n: usize, b: &mut [f64], m: usize) {
    for i in (0..n).rev() {
        let (rest, done) = b.split_at_mut((i + 1) * m);
        let row = &mut rest[i * m..];
        for j in i + 1..n {
            let factor = lower[j * n + i];
            let other = &done[(j - i - 1) * m..(j - i) * m];
            row.iter_mut().zip(other).for_each(|(x, y)| *x -= factor * y);
        }
        row.iter_mut().for_each(|x| *x /= lower[i * n + i]);
    }
}

/// The transpose of a matrix.
pub fn transposed(a: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    (0..columns).flat_map(|j| (0..rows).map(move |i| a[i * columns + j])).collect()
}

/// Writes A A' for a square matrix; exactly symmetric.
pub fn product_with_transpose(a: &[f64], n: usize, out: &mut [f64]) {
    for i in 0..n {
        for j in 0..=i {
            let sum: f64 = (0..n).map(|k| a[i * n + k] * a[j * n + k]).sum();
            (out[i * n + j], out[j * n + i]) = (sum, sum);
        }
    }
}

/// Writes A' A for a square matrix; exactly symmetric.
pub fn transposed_product(a: &[f64], n: usize, out: &mut [f64]) {
    for i in 0..n {
        for j in 0..=i {
            let sum: f64 = (0..n).map(|k| a[k * n + i] * a[k * n + j]).sum();
            (out[i * n + j], out[j * n + i]) = (sum, sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factor_solve_invert() {
        let a = [4.0, 2.0, 2.0, 3.0];
        let l = cholesky(&a, 2).expect("positive definite");
        assert!((l[0] - 2.0).abs() < 1e-15 && l[1] == 0.0 && (l[3] - 2f64.sqrt()).abs() < 1e-15);
        let x = solve(&a, &[2.0, 5.0], 2).expect("regular");
        assert!((x[0] + 0.5).abs() < 1e-14 && (x[1] - 2.0).abs() < 1e-14);
        let i = product(&a, &inverse(&a, 2).expect("regular"), 2, 2, 2);
        assert!((i[0] - 1.0).abs() < 1e-14 && i[1].abs() < 1e-14);
        assert!((log_determinant(&a, 2) - 8f64.ln()).abs() < 1e-14);
        assert!(cholesky(&[1.0, 2.0, 2.0, 1.0], 2).is_none());
        assert_eq!(
            why_not_positive_definite(&[1.0, 2.0, 2.0, 1.0], 2),
            "what the rows before it leave of the diagonal element [1, 1] is -3"
        );
        assert_eq!(why_not_positive_definite(&[1.0, 2.0, 0.5, 1.0], 2), "[0, 1] is 2, and [1, 0] is 0.5");
        assert_eq!(why_not_positive_definite(&[1.0, 2.0, f64::NAN, 1.0], 2), "[1, 0] is NaN");
        assert!(inverse(&[1.0, 1.0, 1.0, 1.0], 2).is_none());
    }
}
