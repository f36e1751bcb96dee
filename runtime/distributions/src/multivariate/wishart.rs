//! The Wishart distribution.

use super::gaussian;
use crate::{Declared, Kind, Matrix, Multivariate, ParameterError, Shape, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::gamma::{digamma, lgamma};
use borel_math::linear::{cholesky, forward_substitute_columns, product, product_with_transpose, transposed};
use std::f64::consts::{LN_2, PI};

distribution! {
    /// The Wishart distribution, of the sum of the outer products of nu normal vectors with covariance scale.
    ///
    /// For positive-definite n x n matrices x the density is det(x)^((nu - n - 1) / 2) exp(-tr(scale⁻¹ x) / 2) / (2^(nu n / 2) det(scale)^(nu / 2) Γₙ(nu / 2)), with the multivariate gamma function
    /// Γₙ(a) = π^(n (n - 1) / 4) Π Γ(a - k / 2) over k = 0, .., n - 1; with respect to the elements on and below the diagonal. The mean is nu scale, the variance of x[i, j] is
    /// nu (scale[i, j]² + scale[i, i] scale[j, j]).
    ///
    /// As Stan's and SciPy's wishart; nu need not be whole, but is above n - 1. For n = 1 it is Gamma(nu / 2, 1 / (2 scale)). It is conjugate to the precision of MvNormal; as a prior of a
    /// covariance it ties scales and correlations together: scales of their own with LKJCholesky say more clearly what is meant.
    ///
    /// Source: Gelman and others, Bayesian Data Analysis (2013), appendix A.
    ///
    ///     model precision(y: [Real] = [0.4, -1.1]) {
    ///       let omega ~ Wishart(4, matrix([[0.25, 0.0], [0.0, 0.25]]))
    ///       observe y ~ MvNormalPrecision([0, 0], omega)
    ///       return omega[0, 0]
    ///     }
    pub struct Wishart<'a>: Matrix, Continuous {
        /// degrees of freedom, above the number of rows less 1, none
        nu: f64 => Positive,
        /// scale matrix, in the units of x
        scale: Matrix<'a> => CovarianceOfAnySize,
    }
}

/// The logarithm of the multivariate gamma function.
pub(super) fn log_multivariate_gamma(a: f64, n: usize) -> f64 {
    let pairs = 0.25 * (n * n.saturating_sub(1)) as f64;
    pairs * PI.ln() + (0..n).map(|k| lgamma(a - 0.5 * k as f64)).sum::<f64>()
}

/// Its derivative.
pub(super) fn multivariate_digamma(a: f64, n: usize) -> f64 {
    (0..n).map(|k| digamma(a - 0.5 * k as f64)).sum()
}

/// A lower-triangular matrix A such that A A' is Wishart(nu, identity) (Bartlett 1933).
pub(super) fn bartlett(nu: f64, n: usize, stream: &mut Stream) -> Vec<f64> {
    let mut lower = vec![0.0; n * n];
    for i in 0..n {
        lower[i * n..i * n + i].iter_mut().for_each(|x| *x = random::normal(stream));
        let half = 0.5 * (nu - i as f64);
        lower[i * n + i] = (0.5 * (LN_2 + random::log_gamma(stream, half))).exp();
    }
    lower
}

/// Whether there are enough degrees of freedom.
pub(super) fn check_degrees(kind: Kind, nu: f64, n: usize) -> Result<(), ParameterError> {
    if nu > n as f64 - 1.0 { Ok(()) } else { Err(ParameterError { kind, parameter: 0, found: nu }) }
}

/// The sum of the squares of the elements of L⁻¹ M, for an n x n matrix M.
pub(super) fn squares_over(lower: &[f64], n: usize, matrix: Vec<f64>) -> f64 {
    squares_over_columns(lower, n, matrix, n)
}

/// The same for a matrix M with so many columns.
pub(super) fn squares_over_columns(lower: &[f64], n: usize, mut matrix: Vec<f64>, columns: usize) -> f64 {
    forward_substitute_columns(lower, n, &mut matrix, columns);
    matrix.iter().map(|x| x * x).sum()
}

impl Multivariate for Wishart<'_> {
    type Element = f64;

    fn shape(&self) -> Shape {
        Shape::Matrix(self.scale.rows, self.scale.rows)
    }

    fn check(&self) -> Result<(), ParameterError> {
        self.check_domains()?;
        check_degrees(Kind::Wishart, self.nu, self.scale.rows)
    }

    fn support(&self) -> Support {
        Support::Covariance(self.scale.rows)
    }

    fn sample(&self, stream: &mut Stream, out: &mut [f64]) {
        let n = self.scale.rows;
        let Some(lower) = cholesky(self.scale.elements, n) else { return out.fill(f64::NAN) };
        let root = product(&lower, &bartlett(self.nu, n, stream), n, n, n);
        product_with_transpose(&root, n, out);
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
            (self.nu - size - 1.0) * gaussian::log_diagonal(&root, n) - self.nu * gaussian::log_diagonal(&scale, n);
        log_determinants
            - 0.5 * squares_over(&scale, n, root)
            - 0.5 * self.nu * size * LN_2
            - log_multivariate_gamma(0.5 * self.nu, n)
    }

    fn gradient(&self, x: &[f64], out: &mut [f64]) {
        let n = self.scale.rows;
        let (Some(scale), Some(root)) = (cholesky(self.scale.elements, n), cholesky(x, n)) else {
            return out.fill(f64::NAN);
        };
        let [of_x, of_nu, of_scale] = gaussian::parts(out, [n * n, 1, n * n]);
        let (inverse, of_root) = (gaussian::inverse(&scale, n), gaussian::inverse(&root, n));
        let free = self.nu - n as f64 - 1.0;
        of_x.iter_mut().enumerate().for_each(|(k, to)| *to = 0.5 * (free * of_root[k] - inverse[k]));
        // V^-1 X V^-1, of which the first product is transposed.
        let half = gaussian::solve(&scale, n, x.to_vec(), n);
        let whole = gaussian::solve(&scale, n, transposed(&half, n, n), n);
        of_scale.iter_mut().enumerate().for_each(|(k, to)| *to = 0.5 * (whole[k] - self.nu * inverse[k]));
        of_nu[0] = gaussian::log_diagonal(&root, n)
            - gaussian::log_diagonal(&scale, n)
            - 0.5 * (n as f64 * LN_2 + multivariate_digamma(0.5 * self.nu, n));
    }

    fn mean(&self, out: &mut [f64]) {
        out.iter_mut().zip(self.scale.elements).for_each(|(mean, s)| *mean = self.nu * s);
    }

    fn variance(&self, out: &mut [f64]) {
        let n = self.scale.rows;
        let s = self.scale;
        let variance = |i: usize, j: usize| self.nu * (s.at(i, j) * s.at(i, j) + s.at(i, i) * s.at(j, j));
        out.iter_mut().enumerate().for_each(|(k, out)| *out = variance(k / n, k % n));
    }

    fn entropy(&self) -> f64 {
        let n = self.scale.rows;
        let Some(scale) = cholesky(self.scale.elements, n) else { return f64::NAN };
        let (size, half) = (n as f64, 0.5 * self.nu);
        (size + 1.0) * gaussian::log_diagonal(&scale, n)
            + 0.5 * size * (size + 1.0) * LN_2
            + log_multivariate_gamma(half, n)
            - 0.5 * (self.nu - size - 1.0) * multivariate_digamma(half, n)
            + half * size
    }
}
