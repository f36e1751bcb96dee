//! Arrays and matrices with constraints as functions of unconstrained numbers, with the logarithms of their Jacobians and the
//! adjoints of both (Stan Reference Manual, "Constraint transforms"). Row-major; nothing divides by what may be 0.

use crate::linear::cholesky;
use crate::logarithm::{inv_logit, log_inv_logit, log1m_inv_logit};
use std::f64::consts::LN_2;

/// A set of arrays or matrices, and how its elements are made of unconstrained numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(i64)]
pub enum Transform {
    /// All arrays and matrices: as they are
    Reals,
    /// Arrays of positive elements that sum to 1: by breaking a stick (rows: the length)
    Simplex,
    /// Symmetric positive-definite matrices: by the Cholesky factor, with the logarithm of its diagonal
    Covariance,
    /// The same with ones on the diagonal: by their Cholesky factors
    Correlation,
    /// Cholesky factors of those: by the hyperbolic tangents of canonical partial correlations
    CorrelationFactor,
}

/// What a lower-triangular matrix of free elements has below, and with, the diagonal.
fn triangle(n: usize) -> usize {
    n * n.saturating_sub(1) / 2
}

impl Transform {
    const ALL: [Transform; 5] = [
        Transform::Reals,
        Transform::Simplex,
        Transform::Covariance,
        Transform::Correlation,
        Transform::CorrelationFactor,
    ];

    /// By its number.
    pub fn from_number(number: i64) -> Transform {
        Transform::ALL.get(number as usize).copied().unwrap_or(Transform::Reals)
    }

    /// What its elements are called.
    pub fn describe(self) -> &'static str {
        match self {
            Transform::Reals => "an array of numbers",
            Transform::Simplex => "an array of positive numbers that sum to 1",
            Transform::Covariance => "a symmetric positive-definite matrix",
            Transform::Correlation => "a symmetric positive-definite matrix with ones on the diagonal",
            Transform::CorrelationFactor => "the Cholesky factor of a correlation matrix",
        }
    }

    /// How many unconstrained numbers it takes.
    pub fn count(self, rows: usize, columns: usize) -> usize {
        match self {
            Transform::Reals => rows * columns,
            Transform::Simplex => rows.saturating_sub(1),
            Transform::Covariance => triangle(rows) + rows,
            Transform::Correlation | Transform::CorrelationFactor => triangle(rows),
        }
    }

    /// Writes the elements; gives the logarithm of the Jacobian.
    pub fn constrain(self, u: &[f64], rows: usize, x: &mut [f64]) -> f64 {
        match self {
            Transform::Reals => {
                x.copy_from_slice(u);
                0.0
            }
            Transform::Simplex => break_stick(u, x),
            Transform::CorrelationFactor => correlation_factor(u, rows, x),
            Transform::Correlation => {
                let mut lower = vec![0.0; rows * rows];
                let of_factor = correlation_factor(u, rows, &mut lower);
                square(&lower, rows, x);
                (0..rows).for_each(|i| x[i * rows + i] = 1.0);
                of_factor + (0..rows).map(|j| (rows - 1 - j) as f64 * lower[j * rows + j].ln()).sum::<f64>()
            }
            Transform::Covariance => {
                let (lower, logs) = covariance_factor(u, rows);
                square(&lower, rows, x);
                rows as f64 * LN_2 + logs.iter().enumerate().map(|(k, log)| (rows + 1 - k) as f64 * log).sum::<f64>()
            }
        }
    }

    /// Adds to the adjoints of the unconstrained numbers, from those of the elements and that of the log-Jacobian.
    pub fn adjoint(self, u: &[f64], rows: usize, x: &[f64], dx: &[f64], of_jacobian: f64, du: &mut [f64]) {
        match self {
            Transform::Reals => du.iter_mut().zip(dx).for_each(|(to, d)| *to += d),
            Transform::Simplex => break_stick_adjoint(u, x, dx, of_jacobian, du),
            Transform::CorrelationFactor => correlation_factor_adjoint(u, rows, x, dx, of_jacobian, du),
            Transform::Correlation => {
                let mut lower = vec![0.0; rows * rows];
                correlation_factor(u, rows, &mut lower);
                let mut d = square_adjoint(&lower, dx, rows);
                for j in 0..rows {
                    d[j * rows + j] += of_jacobian * (rows - 1 - j) as f64 / lower[j * rows + j];
                }
                correlation_factor_adjoint(u, rows, &lower, &d, of_jacobian, du);
            }
            Transform::Covariance => {
                let (lower, _) = covariance_factor(u, rows);
                let d = square_adjoint(&lower, dx, rows);
                let mut at = 0;
                for i in 0..rows {
                    for j in 0..i {
                        du[at] += d[i * rows + j];
                        at += 1;
                    }
                    du[at] += d[i * rows + i] * lower[i * rows + i] + of_jacobian * (rows + 1 - i) as f64;
                    at += 1;
                }
            }
        }
    }

    /// Writes the unconstrained numbers that give an element of the set; NaN if it is none.
    pub fn unconstrain(self, x: &[f64], rows: usize, u: &mut [f64]) {
        match self {
            Transform::Reals => u.copy_from_slice(x),
            Transform::Simplex => {
                // What is left is added up from the end, where nothing cancels.
                let mut left = x.last().copied().unwrap_or(1.0);
                for k in (0..u.len()).rev() {
                    u[k] = (x[k] / left).ln() + ((u.len() - k) as f64).ln();
                    left += x[k];
                }
            }
            Transform::CorrelationFactor => {
                let mut at = 0;
                for i in 0..rows {
                    let mut left = 1.0f64;
                    for j in 0..i {
                        let x = x[i * rows + j];
                        u[at] = (x / left.sqrt()).atanh();
                        left -= x * x;
                        at += 1;
                    }
                }
            }
            Transform::Correlation => match cholesky(x, rows) {
                Some(lower) => Transform::CorrelationFactor.unconstrain(&lower, rows, u),
                None => u.fill(f64::NAN),
            },
            Transform::Covariance => match cholesky(x, rows) {
                Some(lower) => {
                    let below = |i: usize| (0..=i).map(move |j| (i, j));
                    for (to, (i, j)) in u.iter_mut().zip((0..rows).flat_map(below)) {
                        *to = if i == j { lower[i * rows + j].ln() } else { lower[i * rows + j] };
                    }
                }
                None => u.fill(f64::NAN),
            },
        }
    }
}

/// The shift that makes 0 stand for equal parts: of `left` parts the first is the next.
fn shift(left: usize) -> f64 {
    -(left as f64).ln()
}

fn break_stick(u: &[f64], x: &mut [f64]) -> f64 {
    let (mut log_jacobian, mut log_left) = (0.0, 0.0f64);
    for (k, u) in u.iter().enumerate() {
        let v = u + shift(x.len() - 1 - k);
        log_jacobian += log_inv_logit(v) + log1m_inv_logit(v) + log_left;
        x[k] = log_left.exp() * inv_logit(v);
        log_left += log1m_inv_logit(v);
    }
    if let Some(last) = x.last_mut() {
        *last = log_left.exp();
    }
    log_jacobian
}

fn break_stick_adjoint(u: &[f64], x: &[f64], dx: &[f64], of_jacobian: f64, du: &mut [f64]) {
    let Some(last) = x.len().checked_sub(1) else { return };
    // The derivative with respect to the logarithm of what is left.
    let mut of_left = dx[last] * x[last];
    for k in (0..u.len()).rev() {
        let v = u[k] + shift(last - k);
        let (part, rest) = (inv_logit(v), inv_logit(-v));
        let own = dx[k] * x[k];
        du[k] += rest * own - part * of_left + of_jacobian * (rest - part);
        of_left += own + of_jacobian;
    }
}

/// The logarithm of 1 - tanh(u)^2.
fn log_square_sech(u: f64) -> f64 {
    2.0 * (LN_2 - u.abs() - (-2.0 * u.abs()).exp().ln_1p())
}

fn correlation_factor(u: &[f64], n: usize, x: &mut [f64]) -> f64 {
    x.fill(0.0);
    let (mut log_jacobian, mut at) = (0.0, 0);
    for i in 0..n {
        let mut log_left = 0.0f64;
        for j in 0..i {
            let log_rest = log_square_sech(u[at]);
            x[i * n + j] = u[at].tanh() * (0.5 * log_left).exp();
            log_jacobian += log_rest + 0.5 * log_left;
            log_left += log_rest;
            at += 1;
        }
        x[i * n + i] = (0.5 * log_left).exp();
    }
    log_jacobian
}

fn correlation_factor_adjoint(u: &[f64], n: usize, x: &[f64], dx: &[f64], of_jacobian: f64, du: &mut [f64]) {
    for i in 0..n {
        let first = triangle(i);
        // The derivative with respect to the logarithm of what is left of the squared length.
        let mut of_left = 0.5 * dx[i * n + i] * x[i * n + i];
        let mut log_left: f64 = u[first..first + i].iter().map(|u| log_square_sech(*u)).sum();
        for j in (0..i).rev() {
            let at = first + j;
            let (z, log_rest) = (u[at].tanh(), log_square_sech(u[at]));
            log_left -= log_rest;
            let d = dx[i * n + j];
            du[at] += d * (0.5 * log_left + log_rest).exp() - 2.0 * z * (of_left + of_jacobian);
            of_left += 0.5 * (d * x[i * n + j] + of_jacobian);
        }
    }
}

/// The factor, and the logarithms of its diagonal.
fn covariance_factor(u: &[f64], n: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut lower, mut logs) = (vec![0.0; n * n], vec![0.0; n]);
    let mut at = 0;
    for i in 0..n {
        lower[i * n..i * n + i].copy_from_slice(&u[at..at + i]);
        at += i;
        logs[i] = u[at];
        lower[i * n + i] = u[at].exp();
        at += 1;
    }
    (lower, logs)
}

/// Writes L L'.
fn square(lower: &[f64], n: usize, x: &mut [f64]) {
    for i in 0..n {
        for j in 0..=i {
            let sum: f64 = (0..=j).map(|k| lower[i * n + k] * lower[j * n + k]).sum();
            (x[i * n + j], x[j * n + i]) = (sum, sum);
        }
    }
}

/// The adjoint of L: the lower triangle of (G + G') L.
fn square_adjoint(lower: &[f64], dx: &[f64], n: usize) -> Vec<f64> {
    let mut d = vec![0.0; n * n];
    for i in 0..n {
        for k in 0..n {
            let factor = dx[i * n + k] + dx[k * n + i];
            for j in 0..=i.min(k) {
                d[i * n + j] += factor * lower[k * n + j];
            }
        }
    }
    d
}

#[cfg(test)]
mod tests {
    use super::Transform;
    use crate::linear::log_determinant;

    const SETS: [(Transform, usize, usize); 10] = [
        (Transform::Reals, 2, 3),
        (Transform::Simplex, 1, 1),
        (Transform::Simplex, 2, 1),
        (Transform::Simplex, 5, 1),
        (Transform::Covariance, 1, 1),
        (Transform::Covariance, 3, 3),
        (Transform::Correlation, 2, 2),
        (Transform::Correlation, 4, 4),
        (Transform::CorrelationFactor, 2, 2),
        (Transform::CorrelationFactor, 4, 4),
    ];

    fn point(count: usize, seed: f64) -> Vec<f64> {
        (0..count).map(|i| 1.3 * (1.7 * i as f64 + seed).sin()).collect()
    }

    /// The elements that the others follow from.
    fn free(transform: Transform, rows: usize, x: &[f64]) -> Vec<f64> {
        let below = |last: usize| (0..rows).flat_map(move |i| (0..i + last).map(move |j| (i, j)));
        match transform {
            Transform::Reals => x.to_vec(),
            Transform::Simplex => x[..rows - 1].to_vec(),
            Transform::Covariance => below(1).map(|(i, j)| x[i * rows + j]).collect(),
            _ => below(0).map(|(i, j)| x[i * rows + j]).collect(),
        }
    }

    fn derivative(f: impl Fn(f64) -> f64) -> f64 {
        let central = |h: f64| (f(h) - f(-h)) / (2.0 * h);
        let (a, b, c) = (central(4e-3), central(2e-3), central(1e-3));
        (16.0 * (4.0 * c - b) / 3.0 - (4.0 * b - a) / 3.0) / 15.0
    }

    fn moved(u: &[f64], index: usize, by: f64) -> Vec<f64> {
        let mut u = u.to_vec();
        u[index] += by;
        u
    }

    #[test]
    fn the_jacobian_is_the_determinant_of_the_derivatives() {
        for (transform, rows, columns) in SETS {
            let count = transform.count(rows, columns);
            let u = point(count, 0.3);
            let at = |u: &[f64]| {
                let mut x = vec![0.0; rows * columns];
                let log_jacobian = transform.constrain(u, rows, &mut x);
                (free(transform, rows, &x), log_jacobian)
            };
            let (x, log_jacobian) = at(&u);
            assert_eq!(x.len(), count, "{transform:?}");
            let mut matrix = vec![0.0; count * count];
            for i in 0..count {
                for j in 0..count {
                    matrix[i * count + j] = derivative(|h| at(&moved(&u, j, h)).0[i]);
                }
            }
            let expected = if count == 0 { 0.0 } else { log_determinant(&matrix, count) };
            assert!((log_jacobian - expected).abs() < 1e-8, "{transform:?} {rows}: {log_jacobian} {expected}");
        }
    }

    #[test]
    fn adjoints_are_derivatives() {
        for (transform, rows, columns) in SETS {
            let count = transform.count(rows, columns);
            let u = point(count, 0.9);
            let dx = point(rows * columns, 2.1);
            let value = |u: &[f64]| {
                let mut x = vec![0.0; rows * columns];
                let log_jacobian = transform.constrain(u, rows, &mut x);
                x.iter().zip(&dx).map(|(x, d)| x * d).sum::<f64>() + 0.7 * log_jacobian
            };
            let (mut x, mut du) = (vec![0.0; rows * columns], vec![0.0; count]);
            transform.constrain(&u, rows, &mut x);
            transform.adjoint(&u, rows, &x, &dx, 0.7, &mut du);
            for (i, found) in du.iter().enumerate() {
                let expected = derivative(|h| value(&moved(&u, i, h)));
                assert!((found - expected).abs() < 1e-8, "{transform:?} {rows} {i}: {found} {expected}");
            }
        }
    }

    #[test]
    fn there_and_back() {
        for (transform, rows, columns) in SETS {
            let count = transform.count(rows, columns);
            let u = point(count, 1.4);
            let (mut x, mut back) = (vec![0.0; rows * columns], vec![0.0; count]);
            transform.constrain(&u, rows, &mut x);
            transform.unconstrain(&x, rows, &mut back);
            u.iter().zip(&back).for_each(|(u, back)| assert!((u - back).abs() < 1e-9, "{transform:?}: {u} {back}"));
        }
    }

    #[test]
    fn far_out_nothing_is_lost_that_need_not_be() {
        let (mut x, mut du) = ([0.0; 3], [0.0; 2]);
        let log_jacobian = Transform::Simplex.constrain(&[60.0, -40.0], 3, &mut x);
        assert!(log_jacobian.is_finite() && x.iter().all(|x| *x >= 0.0), "{x:?}");
        Transform::Simplex.adjoint(&[60.0, -40.0], 3, &x, &[1.0, 1.0, 1.0], 1.0, &mut du);
        assert!(du.iter().all(|d| d.is_finite()), "{du:?}");
    }
}
