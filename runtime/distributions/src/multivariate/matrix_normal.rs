//! The matrix normal distribution.

use super::gaussian;
use super::wishart::squares_over_columns;
use crate::{
    Declared, Kind, LOG_SQRT_TWO_PI, Matrix, Multivariate, ParameterError, Shape, Support, distribution, random,
};
use borel_abi::stream::Stream;
use borel_math::linear::{cholesky, forward_substitute_columns, product, transposed};

distribution! {
    /// The matrix normal distribution: a matrix whose rows are correlated by one matrix and whose columns by another.
    ///
    /// For n x p matrices x the density is exp(-tr(columns⁻¹ (x - mu)' rows⁻¹ (x - mu)) / 2) / ((2π)^(np / 2) det(rows)^(p / 2) det(columns)^(n / 2)). The mean is mu; the covariance of x[i, j] and
    /// x[k, l] is rows[i, k] columns[j, l], so that only the product of the scales of the two is determined. The entropy is (np (1 + log 2π) + p log det rows + n log det columns) / 2.
    ///
    /// The elements one column after the other are MvNormal with the Kronecker product of columns and rows as covariance; here that np x np matrix is never made. As Stan's
    /// multi_normal_prec with two factors; SciPy's matrix_normal has rowcov and colcov.
    ///
    /// Source: Gupta and Nagar, Matrix Variate Distributions (2000), chapter 2.
    ///
    ///     model coefficients(y: [Real] = [0.4, -1.1]) {
    ///       let b ~ MatrixNormal(matrix([[0.0, 0.0], [0.0, 0.0]]), identity(2), matrix([[1.0, 0.3], [0.3, 1.0]]))
    ///       observe y ~ Normal(b @ [1, 2], 0.5)
    ///       return b[0, 0]
    ///     }
    pub struct MatrixNormal<'a>: Matrix, Continuous {
        /// means, in the units of x
        mu: Matrix<'a> => FiniteMatrix,
        /// covariance of the elements of a column, in the squares of the units of x
        rows: Matrix<'a> => Covariance,
        /// covariance of the elements of a row, none
        columns: Matrix<'a> => CovarianceOfAnySize,
    }
}

impl MatrixNormal<'_> {
    fn factors(&self) -> Option<(Vec<f64>, Vec<f64>)> {
        let (n, p) = (self.mu.rows, self.mu.columns);
        if (self.rows.rows, self.columns.rows) != (n, p) {
            return None;
        }
        Some((cholesky(self.rows.elements, n)?, cholesky(self.columns.elements, p)?))
    }
}

impl Multivariate for MatrixNormal<'_> {
    type Element = f64;

    fn shape(&self) -> Shape {
        Shape::Matrix(self.mu.rows, self.mu.columns)
    }

    fn check(&self) -> Result<(), ParameterError> {
        self.check_domains()?;
        if self.columns.rows == self.mu.columns {
            return Ok(());
        }
        Err(ParameterError { kind: Kind::MatrixNormal, parameter: 2, found: self.columns.rows as f64 })
    }

    fn support(&self) -> Support {
        Support::Matrices(self.mu.rows, self.mu.columns)
    }

    /// mu + A z B', with factors A of the rows' and B of the columns' covariance.
    fn sample(&self, stream: &mut Stream, out: &mut [f64]) {
        let (n, p) = (self.mu.rows, self.mu.columns);
        let Some((a, b)) = self.factors() else { return out.fill(f64::NAN) };
        let z: Vec<f64> = (0..n * p).map(|_| random::normal(stream)).collect();
        let b_transposed: Vec<f64> = (0..p * p).map(|k| b[(k % p) * p + k / p]).collect();
        let x = product(&product(&a, &z, n, n, p), &b_transposed, n, p, p);
        out.iter_mut().zip(x).zip(self.mu.elements).for_each(|((out, x), m)| *out = m + x);
    }

    /// |A⁻¹ (x - mu) B'⁻¹|²
    fn log_density(&self, x: &[f64]) -> f64 {
        let (n, p) = (self.mu.rows, self.mu.columns);
        if x.len() != n * p {
            return f64::NEG_INFINITY;
        }
        let Some((a, b)) = self.factors() else { return f64::NAN };
        let mut left: Vec<f64> = x.iter().zip(self.mu.elements).map(|(x, m)| x - m).collect();
        forward_substitute_columns(&a, n, &mut left, p);
        let transposed: Vec<f64> = (0..n * p).map(|k| left[(k % n) * p + k / n]).collect();
        let squares = squares_over_columns(&b, p, transposed, n);
        let log_determinants = p as f64 * gaussian::log_diagonal(&a, n) + n as f64 * gaussian::log_diagonal(&b, p);
        -0.5 * squares - log_determinants - (n * p) as f64 * LOG_SQRT_TWO_PI
    }

    fn gradient(&self, x: &[f64], out: &mut [f64]) {
        let (n, p) = (self.mu.rows, self.mu.columns);
        let Some((a, b)) = self.factors() else { return out.fill(f64::NAN) };
        let [of_x, of_mu, of_rows, of_columns] = gaussian::parts(out, [n * p, n * p, n * n, p * p]);
        let difference = x.iter().zip(self.mu.elements).map(|(x, m)| x - m).collect();
        // W = U^-1 (x - mu) V^-1, by its transpose.
        let half = gaussian::solve(&a, n, difference, p);
        let w = transposed(&gaussian::solve(&b, p, transposed(&half, n, p), n), p, n);
        for k in 0..n * p {
            (of_x[k], of_mu[k]) = (-w[k], w[k]);
        }
        let (of_a, of_b) = (gaussian::inverse(&a, n), gaussian::inverse(&b, p));
        let right = product(&product(&w, self.columns.elements, n, p, p), &transposed(&w, n, p), n, p, n);
        of_rows.iter_mut().enumerate().for_each(|(k, to)| *to = 0.5 * (right[k] - p as f64 * of_a[k]));
        let left = product(&product(&transposed(&w, n, p), self.rows.elements, p, n, n), &w, p, n, p);
        of_columns.iter_mut().enumerate().for_each(|(k, to)| *to = 0.5 * (left[k] - n as f64 * of_b[k]));
    }

    fn mean(&self, out: &mut [f64]) {
        out.copy_from_slice(self.mu.elements);
    }

    fn variance(&self, out: &mut [f64]) {
        let p = self.mu.columns;
        let variance = |k: usize| self.rows.at(k / p, k / p) * self.columns.at(k % p, k % p);
        out.iter_mut().enumerate().for_each(|(k, out)| *out = variance(k));
    }

    fn entropy(&self) -> f64 {
        let (n, p) = (self.mu.rows, self.mu.columns);
        let Some((a, b)) = self.factors() else { return f64::NAN };
        let log_determinants = p as f64 * gaussian::log_diagonal(&a, n) + n as f64 * gaussian::log_diagonal(&b, p);
        log_determinants + (n * p) as f64 * (0.5 + LOG_SQRT_TWO_PI)
    }
}
