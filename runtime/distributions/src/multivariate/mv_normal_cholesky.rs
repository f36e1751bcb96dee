//! The multivariate normal by the Cholesky factor of its covariance.

use super::gaussian;
use crate::{LOG_SQRT_TWO_PI, Matrix, Multivariate, Shape, Support, distribution};
use borel_abi::stream::Stream;

distribution! {
    /// The multivariate normal distribution, by the Cholesky factor of its covariance matrix.
    ///
    /// It is the distribution of mu + l z, where z has independent standard normal elements: MvNormal(mu, l @ transpose(l)). The density is
    /// exp(-|l⁻¹ (x - mu)|² / 2) / ((2π)^(n/2) Π l[i, i]).
    ///
    /// As Stan's multi_normal_cholesky. l is lower triangular with a positive diagonal and has the units of x. An evaluation costs n² operations
    /// where MvNormal takes n³ / 3. For a covariance of scales tau and a correlation matrix with factor c (see LKJCholesky), l is diagonal(tau) @ c.
    ///
    /// Source: Kotz, Balakrishnan and Johnson, Continuous Multivariate Distributions 1 (2000), chapter 45.
    ///
    ///     model two_effects(x: [Real] = [1.2, 0.4]) {
    ///       let tau ~ iid(HalfNormal(1), 2)
    ///       let c ~ LKJCholesky(2, 2)
    ///       observe x ~ MvNormalCholesky([0, 0], diagonal(tau) @ c)
    ///       return tau
    ///     }
    pub struct MvNormalCholesky<'a>: [f64], Continuous {
        /// means, in the units of x
        mu: &'a [f64] => FiniteArray,
        /// Cholesky factor of the covariance matrix, in the units of x
        l: Matrix<'a> => CholeskyFactor,
    }
}

impl MvNormalCholesky<'_> {
    fn fits(&self) -> bool {
        let n = self.mu.len();
        (self.l.rows, self.l.columns) == (n, n)
    }
}

impl Multivariate for MvNormalCholesky<'_> {
    type Element = f64;

    fn shape(&self) -> Shape {
        Shape::Array(self.mu.len())
    }

    fn support(&self) -> Support {
        Support::Reals(self.mu.len())
    }

    fn sample(&self, stream: &mut Stream, out: &mut [f64]) {
        if !self.fits() {
            return out.fill(f64::NAN);
        }
        gaussian::sample(self.l.elements, self.mu, 1.0, stream, out);
    }

    fn log_density(&self, x: &[f64]) -> f64 {
        let n = self.mu.len();
        if !self.fits() {
            return f64::NAN;
        }
        if x.len() != n {
            return f64::NEG_INFINITY;
        }
        let squares = gaussian::squared_distance(self.l.elements, self.mu, x);
        -0.5 * squares - gaussian::log_diagonal(self.l.elements, n) - n as f64 * LOG_SQRT_TWO_PI
    }

    fn gradient(&self, x: &[f64], out: &mut [f64]) {
        let n = x.len();
        if !self.fits() {
            return out.fill(f64::NAN);
        }
        gaussian::gradient_by_factor(self.l.elements, self.mu, x, 1.0, gaussian::parts(out, [n, n, n * n]));
    }

    fn mean(&self, out: &mut [f64]) {
        out.copy_from_slice(self.mu);
    }

    fn variance(&self, out: &mut [f64]) {
        gaussian::variances(self.l.elements, self.mu.len(), out);
    }

    fn entropy(&self) -> f64 {
        let n = self.mu.len();
        gaussian::log_diagonal(self.l.elements, n) + n as f64 * (0.5 + LOG_SQRT_TWO_PI)
    }
}
