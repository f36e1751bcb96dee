//! The multivariate normal by its covariance: exp(-(x - mu)' sigma^-1 (x - mu) / 2) / sqrt(det(2 pi sigma)).

use crate::{LOG_SQRT_TWO_PI, Matrix, Multivariate, Shape, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::linear::{cholesky, forward_substitute};

distribution! {
    /// The multivariate normal by its covariance.
    pub struct MvNormal<'a>: [f64], Continuous {
        /// mean vector
        mu: &'a [f64] => FiniteArray,
        /// covariance matrix
        sigma: Matrix<'a> => Covariance,
    }
}

impl MvNormal<'_> {
    fn factor(&self) -> Option<Vec<f64>> {
        let n = self.mu.len();
        if (self.sigma.rows, self.sigma.columns) == (n, n) { cholesky(self.sigma.elements, n) } else { None }
    }
}

impl Multivariate for MvNormal<'_> {
    type Element = f64;

    fn shape(&self) -> Shape {
        Shape::Array(self.mu.len())
    }

    fn support(&self) -> Support {
        Support::Reals(self.mu.len())
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

    fn mean(&self, out: &mut [f64]) {
        out.copy_from_slice(self.mu);
    }

    fn variance(&self, out: &mut [f64]) {
        out.iter_mut().enumerate().for_each(|(i, variance)| *variance = self.sigma.at(i, i));
    }

    fn entropy(&self) -> f64 {
        let n = self.mu.len();
        let Some(lower) = self.factor() else { return f64::NAN };
        let log_determinant: f64 = (0..n).map(|i| lower[i * n + i].ln()).sum();
        log_determinant + n as f64 * (0.5 + LOG_SQRT_TWO_PI)
    }
}
