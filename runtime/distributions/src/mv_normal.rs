//! The multivariate normal by its covariance: exp(-(x - mu)' sigma^-1 (x - mu) / 2) / sqrt(det(2 pi sigma)).

use crate::{Kind, LOG_SQRT_TWO_PI, ParameterError, Vector, finite, random, require};
use borel_abi::stream::Stream;
use borel_math::linear::{cholesky, forward_substitute};

/// MvNormal(mu, sigma).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MvNormal<'a> {
    /// The mean.
    pub mu: &'a [f64],
    /// The covariance, row-major, symmetric and positive definite.
    pub sigma: &'a [f64],
}

impl MvNormal<'_> {
    fn factor(&self) -> Option<Vec<f64>> {
        let n = self.mu.len();
        if self.sigma.len() == n * n { cholesky(self.sigma, n) } else { None }
    }
}

impl Vector for MvNormal<'_> {
    fn dimension(&self) -> usize {
        self.mu.len()
    }

    fn check(&self) -> Result<(), ParameterError> {
        self.mu.iter().try_for_each(|&m| finite(Kind::MvNormal, 0, m))?;
        require(self.factor().is_some(), Kind::MvNormal, 1, f64::NAN)
    }

    fn sample(&self, stream: &mut Stream, out: &mut [f64]) {
        let n = self.mu.len();
        let Some(lower) = self.factor() else { return out.fill(f64::NAN) };
        let z: Vec<f64> = (0..n).map(|_| random::normal(stream)).collect();
        for (i, x) in out.iter_mut().enumerate().take(n) {
            *x = self.mu[i] + (0..=i).map(|j| lower[i * n + j] * z[j]).sum::<f64>();
        }
    }

    fn log_density(&self, x: &[f64]) -> f64 {
        let n = self.mu.len();
        if x.len() != n {
            return f64::NEG_INFINITY;
        }
        let Some(lower) = self.factor() else { return f64::NAN };
        let mut z: Vec<f64> = x.iter().zip(self.mu).map(|(x, m)| x - m).collect();
        forward_substitute(&lower, n, &mut z);
        let log_determinant: f64 = (0..n).map(|i| lower[i * n + i].ln()).sum();
        -0.5 * z.iter().map(|z| z * z).sum::<f64>() - log_determinant - n as f64 * LOG_SQRT_TWO_PI
    }
}
