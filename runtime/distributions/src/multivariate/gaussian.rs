//! What distributions with elliptical densities share: sums over a lower-triangular factor of the covariance, row-major.

use crate::random;
use borel_abi::stream::Stream;
use borel_math::linear::forward_substitute;

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
