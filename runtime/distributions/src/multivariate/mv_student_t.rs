//! The multivariate Student's t distribution by its scale matrix.

use super::gaussian;
use super::mv_student_t_cholesky::{by_degrees, pull};
use crate::{Matrix, Multivariate, MvStudentTCholesky, Shape, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::linear::cholesky;

distribution! {
    /// The multivariate Student's t distribution: a multivariate normal whose scale is uncertain.
    ///
    /// The density is Γ((nu + n) / 2) / (Γ(nu / 2) √det(nu π sigma)) (1 + (x - mu)' sigma⁻¹ (x - mu) / nu)^(-(nu + n) / 2), for arrays x of the length n of mu.
    /// The mean is mu for nu > 1, the covariance sigma nu / (nu - 2) for nu > 2. Each element is StudentT(nu, mu[i], √sigma[i, i]); the elements
    /// are not independent, even where sigma is diagonal, because they share their scale.
    ///
    /// As Stan's multi_student_t: sigma is the scale matrix, not the covariance, in the squares of the units of x. As nu grows it becomes MvNormal(mu, sigma).
    ///
    /// Source: Kotz and Nadarajah, Multivariate t Distributions and Their Applications (2004).
    ///
    ///     model robust(x: [Real] = [1.2, 9.0]) {
    ///       let mu ~ iid(Normal(0, 2), 2)
    ///       observe x ~ MvStudentT(4, mu, matrix([[1.0, 0.5], [0.5, 1.0]]))
    ///       return mu
    ///     }
    pub struct MvStudentT<'a>: [f64], Continuous {
        /// degrees of freedom: how heavy the tails are, none
        nu: f64 => Positive,
        /// location, in the units of x
        mu: &'a [f64] => FiniteArray,
        /// scale matrix, in the squares of the units of x
        sigma: Matrix<'a> => Covariance,
    }
}

impl MvStudentT<'_> {
    /// The same by the Cholesky factor of its scale matrix.
    fn by_factor<T>(&self, f: impl FnOnce(MvStudentTCholesky<'_>) -> T) -> Option<T> {
        let n = self.mu.len();
        if (self.sigma.rows, self.sigma.columns) != (n, n) {
            return None;
        }
        let lower = cholesky(self.sigma.elements, n)?;
        let l = Matrix { rows: n, columns: n, elements: &lower };
        Some(f(MvStudentTCholesky { nu: self.nu, mu: self.mu, l }))
    }
}

impl Multivariate for MvStudentT<'_> {
    type Element = f64;

    fn shape(&self) -> Shape {
        Shape::Array(self.mu.len())
    }

    fn support(&self) -> Support {
        Support::Reals(self.mu.len())
    }

    fn sample(&self, stream: &mut Stream, out: &mut [f64]) {
        if self.by_factor(|d| d.sample(stream, out)).is_none() {
            out.fill(f64::NAN);
        }
    }

    fn log_density(&self, x: &[f64]) -> f64 {
        self.by_factor(|d| d.log_density(x)).unwrap_or(f64::NAN)
    }

    fn gradient(&self, x: &[f64], out: &mut [f64]) {
        let n = x.len();
        if (self.sigma.rows, self.sigma.columns) != (n, n) {
            return out.fill(f64::NAN);
        }
        let Some(lower) = cholesky(self.sigma.elements, n) else { return out.fill(f64::NAN) };
        let [of_x, of_nu, of_mu, of_sigma] = gaussian::parts(out, [n, 1, n, n * n]);
        let squares = gaussian::squared_distance(&lower, self.mu, x);
        let factor = pull(self.nu, n, squares);
        gaussian::gradient_by_covariance(&lower, self.mu, x, factor, [of_x, of_mu, of_sigma]);
        of_nu[0] = by_degrees(self.nu, n, squares);
    }

    fn mean(&self, out: &mut [f64]) {
        if self.nu > 1.0 { out.copy_from_slice(self.mu) } else { out.fill(f64::NAN) }
    }

    fn variance(&self, out: &mut [f64]) {
        if self.by_factor(|d| d.variance(out)).is_none() {
            out.fill(f64::NAN);
        }
    }

    fn entropy(&self) -> f64 {
        self.by_factor(|d| d.entropy()).unwrap_or(f64::NAN)
    }
}
