//! The multivariate normal by its covariance.

use super::gaussian;
use crate::{LOG_SQRT_TWO_PI, Matrix, Multivariate, MvNormalCholesky, Shape, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::linear::cholesky;

distribution! {
    /// The multivariate normal distribution, by its covariance matrix.
    ///
    /// The density is exp(-(x - mu)' sigma⁻¹ (x - mu) / 2) / √det(2π sigma), for arrays x of the length n of mu. The mean is mu, the covariance
    /// sigma, the entropy (n + n log 2π + log det sigma) / 2. Each element is Normal(mu[i], √sigma[i, i]), and so is each linear combination
    /// normal.
    ///
    /// As Stan's multi_normal. sigma has the squares of the units of x; it must be symmetric and positive definite. Its Cholesky factor costs
    /// n³ / 3 for each evaluation: where sigma stays, or where its factor is what you have, MvNormalCholesky is quicker; where you have its
    /// inverse, MvNormalPrecision.
    ///
    /// Source: Kotz, Balakrishnan and Johnson, Continuous Multivariate Distributions 1 (2000), chapter 45.
    ///
    ///     model two_scores(x: [Real] = [1.2, 0.4]) {
    ///       let mu ~ iid(Normal(0, 2), 2)
    ///       observe x ~ MvNormal(mu, matrix([[1.0, 0.5], [0.5, 1.0]]))
    ///       return mu
    ///     }
    pub struct MvNormal<'a>: [f64], Continuous {
        /// means, in the units of x
        mu: &'a [f64] => FiniteArray,
        /// covariance matrix, in the squares of the units of x
        sigma: Matrix<'a> => Covariance,
    }
}

impl MvNormal<'_> {
    fn factor(&self) -> Option<Vec<f64>> {
        let n = self.mu.len();
        if (self.sigma.rows, self.sigma.columns) == (n, n) { cholesky(self.sigma.elements, n) } else { None }
    }

    /// The same by its Cholesky factor.
    fn by_factor<T>(&self, f: impl FnOnce(MvNormalCholesky<'_>) -> T) -> Option<T> {
        let n = self.mu.len();
        let lower = self.factor()?;
        Some(f(MvNormalCholesky { mu: self.mu, l: Matrix { rows: n, columns: n, elements: &lower } }))
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
        match self.factor() {
            Some(lower) => gaussian::sample(&lower, self.mu, 1.0, stream, out),
            None => out.fill(f64::NAN),
        }
    }

    fn log_density(&self, x: &[f64]) -> f64 {
        self.by_factor(|d| d.log_density(x)).unwrap_or(f64::NAN)
    }

    fn gradient(&self, x: &[f64], out: &mut [f64]) {
        let n = x.len();
        match self.factor() {
            Some(lower) => {
                gaussian::gradient_by_covariance(&lower, self.mu, x, 1.0, gaussian::parts(out, [n, n, n * n]));
            }
            None => out.fill(f64::NAN),
        }
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
        gaussian::log_diagonal(&lower, n) + n as f64 * (0.5 + LOG_SQRT_TWO_PI)
    }
}
