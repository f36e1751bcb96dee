//! Adjoints of operations on dense matrices: from the derivatives with respect to a result those with respect to what it was
//! computed from (Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008).
//! Row-major slices; what is found is added.

use crate::linear::{Part, backward_substitute_columns, solve_part, transposed};

/// A' += the adjoint of A in L = cholesky(A), symmetric (Murray, "Differentiation of the Cholesky decomposition", 2016, equation 10).
/// What lies above the diagonal of the adjoint of L has no effect.
pub fn cholesky(lower: &[f64], adjoint: &[f64], n: usize, target: &mut [f64]) {
    // The lower triangle of L' dL with half of its diagonal.
    let mut inner = vec![0.0; n * n];
    for k in 0..n {
        for i in 0..=k {
            let factor = lower[k * n + i];
            let row = &adjoint[k * n..k * n + i + 1];
            inner[i * n..i * n + i + 1].iter_mut().zip(row).for_each(|(to, x)| *to += factor * x);
        }
    }
    for i in 0..n {
        inner[i * n + i] *= 0.5;
    }
    // L^-T inner L^-1, by solving with L^T twice.
    backward_substitute_columns(lower, n, &mut inner, n);
    let mut inner = transposed(&inner, n, n);
    backward_substitute_columns(lower, n, &mut inner, n);
    for i in 0..n {
        for j in 0..n {
            target[i * n + j] += 0.5 * (inner[i * n + j] + inner[j * n + i]);
        }
    }
}

/// The adjoints of A and b in x = A^-1 b: b' += A^-T x', A' -= (A^-T x') x^T in the part of A that is read.
pub fn solution(
    part: Part,
    matrix: &[f64],
    x: &[f64],
    adjoint: &[f64],
    n: usize,
    of_matrix: Option<&mut [f64]>,
    of_right: Option<&mut [f64]>,
) {
    let Some(right) = solve_part(part.transposed(), &transposed(matrix, n, n), adjoint, n) else { return };
    if let Some(target) = of_matrix {
        for (i, (row, factor)) in target.chunks_exact_mut(n.max(1)).zip(&right).enumerate() {
            let read = part.columns(i, n);
            row[read.clone()].iter_mut().zip(&x[read]).for_each(|(to, x)| *to -= factor * x);
        }
    }
    if let Some(target) = of_right {
        target.iter_mut().zip(&right).for_each(|(to, x)| *to += x);
    }
}

/// The adjoint of A in R = A^-1: A' -= R^T R' R^T.
pub fn inverse(result: &[f64], adjoint: &[f64], n: usize, target: &mut [f64]) {
    let mut half = vec![0.0; n * n];
    add_transposed_product(result, adjoint, (n, n, n), &mut half);
    let mut whole = vec![0.0; n * n];
    add_product_transposed(&half, result, (n, n, n), &mut whole);
    target.iter_mut().zip(&whole).for_each(|(to, x)| *to -= x);
}

/// C += A^T B, of an m x k and an m x n matrix.
pub fn add_transposed_product(a: &[f64], b: &[f64], (m, k, n): (usize, usize, usize), c: &mut [f64]) {
    for row in 0..m {
        let right = &b[row * n..(row + 1) * n];
        for i in 0..k {
            let factor = a[row * k + i];
            c[i * n..(i + 1) * n].iter_mut().zip(right).for_each(|(to, x)| *to += factor * x);
        }
    }
}

/// C += A B^T, of an m x k and an n x k matrix.
pub fn add_product_transposed(a: &[f64], b: &[f64], (m, k, n): (usize, usize, usize), c: &mut [f64]) {
    for i in 0..m {
        let left = &a[i * k..(i + 1) * k];
        for j in 0..n {
            let right = &b[j * k..(j + 1) * k];
            c[i * n + j] += left.iter().zip(right).map(|(x, y)| x * y).sum::<f64>();
        }
    }
}
