//! The inverse Wishart distribution.

use super::gaussian;
use super::wishart::{bartlett, check_degrees, log_multivariate_gamma, multivariate_digamma, squares_over};
use crate::{Declared, Kind, Matrix, Multivariate, ParameterError, Shape, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::linear::{cholesky, forward_substitute_columns, transposed, transposed_product};
use std::f64::consts::LN_2;

distribution! {
    /// The inverse Wishart distribution, of the inverse of a Wishart(nu, scale⁻¹).
    ///
    /// For positive-definite n x n matrices x the density is det(scale)^(nu / 2) det(x)^(-(nu + n + 1) / 2) exp(-tr(scale x⁻¹) / 2) / (2^(nu n / 2) Γₙ(nu / 2)), with respect to the elements on and
    /// below the diagonal; Γₙ is the multivariate gamma function. The mean is scale / (nu - n - 1) for nu > n + 1; variances exist for nu > n + 3.
    ///
    /// As Stan's and SciPy's inv_wishart; nu is above n - 1. For n = 1 it is InverseGamma(nu / 2, scale / 2). It is conjugate to the covariance of MvNormal. As a prior it is simple to update and hard
    /// to mean: large variances come with large correlations. Consider scales of their own with LKJCholesky.
    ///
    /// Source: Gelman and others, Bayesian Data Analysis (2013), appendix A.
    ///
    ///     model covariance(y: [Real] = [0.4, -1.1]) {
    ///       let sigma ~ InverseWishart(5, matrix([[1.0, 0.0], [0.0, 1.0]]))
    ///       observe y ~ MvNormal([0, 0], sigma)
    ///       return sigma[0, 0]
    ///     }
    pub struct InverseWishart<'a>: Matrix, Continuous {
        /// degrees of freedom, above the number of rows less 1, none
        nu: f64 => Positive,
        /// scale matrix, in the units of x
        scale: Matrix<'a> => CovarianceOfAnySize,
    }
}

impl Multivariate for InverseWishart<'_> {
    type Element = f64;

    fn shape(&self) -> Shape {
        Shape::Matrix(self.scale.rows, self.scale.rows)
    }

    fn check(&self) -> Result<(), ParameterError> {
        self.check_domains()?;
        check_degrees(Kind::InverseWishart, self.nu, self.scale.rows)
    }

    fn support(&self) -> Support {
        Support::Covariance(self.scale.rows)
    }

    /// With L L' = scale and a Bartlett factor A: (A⁻¹ L')' (A⁻¹ L').
    fn sample(&self, stream: &mut Stream, out: &mut [f64]) {
        let n = self.scale.rows;
        let Some(lower) = cholesky(self.scale.elements, n) else { return out.fill(f64::NAN) };
        let mut root: Vec<f64> = (0..n * n).map(|k| lower[(k % n) * n + k / n]).collect();
        forward_substitute_columns(&bartlett(self.nu, n, stream), n, &mut root, n);
        transposed_product(&root, n, out);
    }

    fn log_density(&self, x: &[f64]) -> f64 {
        let n = self.scale.rows;
        if x.len() != n * n {
            return f64::NEG_INFINITY;
        }
        let Some(scale) = cholesky(self.scale.elements, n) else { return f64::NAN };
        let Some(root) = cholesky(x, n) else { return f64::NEG_INFINITY };
        let size = n as f64;
        let log_determinants =
            self.nu * gaussian::log_diagonal(&scale, n) - (self.nu + size + 1.0) * gaussian::log_diagonal(&root, n);
        log_determinants
            - 0.5 * squares_over(&root, n, scale)
            - 0.5 * self.nu * size * LN_2
            - log_multivariate_gamma(0.5 * self.nu, n)
    }

    fn gradient(&self, x: &[f64], out: &mut [f64]) {
        let n = self.scale.rows;
        let (Some(scale), Some(root)) = (cholesky(self.scale.elements, n), cholesky(x, n)) else {
            return out.fill(f64::NAN);
        };
        let [of_x, of_nu, of_scale] = gaussian::parts(out, [n * n, 1, n * n]);
        let (of_scale_matrix, inverse) = (gaussian::inverse(&scale, n), gaussian::inverse(&root, n));
        let half = gaussian::solve(&root, n, self.scale.elements.to_vec(), n);
        let whole = gaussian::solve(&root, n, transposed(&half, n, n), n);
        let all = self.nu + n as f64 + 1.0;
        of_x.iter_mut().enumerate().for_each(|(k, to)| *to = 0.5 * (whole[k] - all * inverse[k]));
        of_scale.iter_mut().enumerate().for_each(|(k, to)| *to = 0.5 * (self.nu * of_scale_matrix[k] - inverse[k]));
        of_nu[0] = gaussian::log_diagonal(&scale, n)
            - gaussian::log_diagonal(&root, n)
            - 0.5 * (n as f64 * LN_2 + multivariate_digamma(0.5 * self.nu, n));
    }

    fn mean(&self, out: &mut [f64]) {
        let rest = self.nu - self.scale.rows as f64 - 1.0;
        let mean = |s: f64| if rest > 0.0 { s / rest } else { f64::NAN };
        out.iter_mut().zip(self.scale.elements).for_each(|(out, s)| *out = mean(*s));
    }

    fn variance(&self, out: &mut [f64]) {
        let n = self.scale.rows;
        let (s, rest) = (self.scale, self.nu - n as f64 - 1.0);
        if rest <= 2.0 {
            return out.fill(f64::NAN);
        }
        let below = (rest + 1.0) * rest * rest * (rest - 2.0);
        let variance =
            |i: usize, j: usize| ((rest + 2.0) * s.at(i, j) * s.at(i, j) + rest * s.at(i, i) * s.at(j, j)) / below;
        out.iter_mut().enumerate().for_each(|(k, out)| *out = variance(k / n, k % n));
    }

    fn entropy(&self) -> f64 {
        let n = self.scale.rows;
        let Some(scale) = cholesky(self.scale.elements, n) else { return f64::NAN };
        let (size, half) = (n as f64, 0.5 * self.nu);
        log_multivariate_gamma(half, n)
            + half * size
            + (size + 1.0) * (gaussian::log_diagonal(&scale, n) - 0.5 * size * LN_2)
            - 0.5 * (self.nu + size + 1.0) * multivariate_digamma(half, n)
    }
}
