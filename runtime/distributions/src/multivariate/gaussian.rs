//! What distributions with elliptical densities share: sums over a lower-triangular factor of the covariance, row-major.

use crate::random;
use borel_abi::stream::Stream;
use borel_math::linear::{
    backward_substitute, backward_substitute_columns, forward_substitute, forward_substitute_columns,
};

/// The sum of the logarithms of the diagonal.
pub(super) fn log_diagonal(lower: &[f64], n: usize) -> f64 {
    (0..n).map(|i| lower[i * n + i].ln()).sum()
}

/// The square of the distance of x from mu in units of the covariance: |L^-1 (x - mu)|^2.
pub(super) fn squared_distance(lower: &[f64], mu: &[f64], x: &[f64]) -> f64 {
    let mut z: Vec<f64> = x.iter().zip(mu).map(|(x, m)| x - m).collect();
    forward_substitute(lower, mu.len(), &mut z);
    z.iter().map(|z| z * z).sum()
}

/// Writes mu + scale L z, for a standard normal z.
pub(super) fn sample(lower: &[f64], mu: &[f64], scale: f64, stream: &mut Stream, out: &mut [f64]) {
    let n = mu.len();
    let z: Vec<f64> = (0..n).map(|_| random::normal(stream)).collect();
    for (i, x) in out.iter_mut().enumerate().take(n) {
        *x = mu[i] + scale * (0..=i).map(|j| lower[i * n + j] * z[j]).sum::<f64>();
    }
}

/// Writes the diagonal of L L'.
pub(super) fn variances(lower: &[f64], n: usize, out: &mut [f64]) {
    let square = |i: usize| lower[i * n..=i * n + i].iter().map(|x| x * x).sum();
    out.iter_mut().enumerate().for_each(|(i, variance)| *variance = square(i));
}

/// z = L^-1 (x - mu) and w = L'^-1 z, the precision times x - mu.
pub(super) fn residuals(lower: &[f64], mu: &[f64], x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut z: Vec<f64> = x.iter().zip(mu).map(|(x, m)| x - m).collect();
    forward_substitute(lower, mu.len(), &mut z);
    let mut w = z.clone();
    backward_substitute(lower, mu.len(), &mut w);
    (z, w)
}

/// (L L')^-1 M, for an n x m matrix M.
pub(super) fn solve(lower: &[f64], n: usize, mut matrix: Vec<f64>, m: usize) -> Vec<f64> {
    forward_substitute_columns(lower, n, &mut matrix, m);
    backward_substitute_columns(lower, n, &mut matrix, m);
    matrix
}

/// (L L')^-1.
pub(super) fn inverse(lower: &[f64], n: usize) -> Vec<f64> {
    solve(lower, n, identity(n), n)
}

/// The identity.
pub(super) fn identity(n: usize) -> Vec<f64> {
    (0..n * n).map(|k| if k / n == k % n { 1.0 } else { 0.0 }).collect()
}

/// Writes the derivatives of an elliptical log density f(|z|^2) - log det L with respect to x, mu and the covariance L L', where `factor`
/// is -2 f'.
pub(super) fn gradient_by_covariance(lower: &[f64], mu: &[f64], x: &[f64], factor: f64, out: [&mut [f64]; 3]) {
    let (n, [of_x, of_mu, of_sigma]) = (mu.len(), out);
    let (_, w) = residuals(lower, mu, x);
    by_location(&w, factor, of_x, of_mu);
    let inverse = inverse(lower, n);
    let outer = |k: usize| factor * w[k / n] * w[k % n];
    of_sigma.iter_mut().enumerate().for_each(|(k, to)| *to = 0.5 * (outer(k) - inverse[k]));
}

/// The same with respect to L instead of the covariance.
pub(super) fn gradient_by_factor(lower: &[f64], mu: &[f64], x: &[f64], factor: f64, out: [&mut [f64]; 3]) {
    let (n, [of_x, of_mu, of_factor]) = (mu.len(), out);
    let (z, w) = residuals(lower, mu, x);
    by_location(&w, factor, of_x, of_mu);
    of_factor.fill(0.0);
    for i in 0..n {
        (0..=i).for_each(|j| of_factor[i * n + j] = factor * w[i] * z[j]);
        of_factor[i * n + i] -= lower[i * n + i].recip();
    }
}

fn by_location(w: &[f64], factor: f64, of_x: &mut [f64], of_mu: &mut [f64]) {
    for ((w, of_x), of_mu) in w.iter().zip(of_x).zip(of_mu) {
        (*of_x, *of_mu) = (-factor * w, factor * w);
    }
}

/// Parts of these lengths, one after the other.
pub(super) fn parts<const N: usize>(mut all: &mut [f64], lengths: [usize; N]) -> [&mut [f64]; N] {
    lengths.map(|length| {
        let (part, rest) = std::mem::take(&mut all).split_at_mut(length);
        all = rest;
        part
    })
}
