//! Normal distributions over points, as approximations of posteriors.

use borel_abi::stream::Stream;
use borel_distributions::random::normal;
use borel_math::linear;
use std::f64::consts::TAU;

/// How the coordinates go together.
#[derive(Clone, Debug, PartialEq)]
pub enum Scale {
    /// Independent, with these standard deviations
    Diagonal(Vec<f64>),
    /// A lower-triangular factor of the covariance, row-major
    Full(Vec<f64>),
}

/// A normal distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct Gaussian {
    /// Its mean.
    pub mean: Vec<f64>,
    /// Its scale.
    pub scale: Scale,
}

impl Gaussian {
    /// Standard normals.
    pub fn standard(count: usize, random: &mut Stream) -> Vec<f64> {
        (0..count).map(|_| normal(random)).collect()
    }

    /// The point that standard normals stand for: mean + scale z.
    pub fn point(&self, z: &[f64]) -> Vec<f64> {
        let n = self.mean.len();
        match &self.scale {
            Scale::Diagonal(sd) => self.mean.iter().zip(sd).zip(z).map(|((mean, sd), z)| mean + sd * z).collect(),
            Scale::Full(lower) => {
                let row = |i: usize| lower[i * n..=i * n + i].iter().zip(z).map(|(l, z)| l * z).sum::<f64>();
                (0..n).map(|i| self.mean[i] + row(i)).collect()
            }
        }
    }

    /// The log density at the point that standard normals stand for.
    pub fn log_density(&self, z: &[f64]) -> f64 {
        -0.5 * z.iter().map(|z| z * z + TAU.ln()).sum::<f64>() - self.log_scale()
    }

    /// The logarithm of the determinant of the scale.
    pub fn log_scale(&self) -> f64 {
        let n = self.mean.len();
        match &self.scale {
            Scale::Diagonal(sd) => sd.iter().map(|sd| sd.ln()).sum(),
            Scale::Full(lower) => (0..n).map(|i| lower[i * n + i].ln()).sum(),
        }
    }

    /// The distribution with this mean and this precision, a symmetric matrix; nothing unless it is positive definite.
    pub fn by_precision(mean: Vec<f64>, precision: &[f64]) -> Option<Gaussian> {
        let n = mean.len();
        let covariance = linear::inverse(precision, n)?;
        linear::cholesky(precision, n)?;
        let symmetric: Vec<f64> =
            (0..n * n).map(|at| 0.5 * (covariance[at] + covariance[at % n * n + at / n])).collect();
        let lower = linear::cholesky(&symmetric, n)?;
        Some(Gaussian { mean, scale: Scale::Full(lower) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_precision() {
        let gaussian = Gaussian::by_precision(vec![1.0, 2.0], &[2.0, 1.0, 1.0, 3.0]).unwrap();
        let Scale::Full(lower) = &gaussian.scale else { panic!() };
        let mut covariance = [0.0; 4];
        linear::product_with_transpose(lower, 2, &mut covariance);
        for (found, expected) in covariance.iter().zip([0.6, -0.2, -0.2, 0.4]) {
            assert!((found - expected).abs() < 1e-14);
        }
        let z = [0.3, -1.2];
        let point = gaussian.point(&z);
        let (a, b) = (point[0] - 1.0, point[1] - 2.0);
        let expected = -0.5 * (2.0 * a * a + 2.0 * a * b + 3.0 * b * b) + 0.5 * 5f64.ln() - TAU.ln();
        assert!((gaussian.log_density(&z) - expected).abs() < 1e-13);
        assert!(Gaussian::by_precision(vec![0.0, 0.0], &[1.0, 2.0, 2.0, 1.0]).is_none());
    }
}
