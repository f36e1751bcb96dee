//! The multivariate Student's t distribution by the Cholesky factor of its scale matrix.

use super::gaussian;
use crate::{Matrix, Multivariate, Shape, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::gamma::{digamma, lgamma, log_beta};
use std::f64::consts::PI;

distribution! {
    /// The multivariate Student's t distribution, by the Cholesky factor of its scale matrix.
    ///
    /// It is the distribution of mu + l z / √(g / nu), where z has standard normal elements and g is ChiSquared(nu), one for all of them:
    /// MvStudentT(nu, mu, l @ transpose(l)). As Stan's multi_student_t_cholesky; an evaluation costs n² operations.
    ///
    /// Source: Kotz and Nadarajah, Multivariate t Distributions and Their Applications (2004).
    ///
    ///     model robust(x: [Real] = [1.2, 9.0]) {
    ///       let mu ~ iid(Normal(0, 2), 2)
    ///       observe x ~ MvStudentTCholesky(4, mu, matrix([[1.0, 0.0], [0.5, 0.9]]))
    ///       return mu
    ///     }
    pub struct MvStudentTCholesky<'a>: [f64], Continuous {
        /// degrees of freedom, none
        nu: f64 => Positive,
        /// location, in the units of x
        mu: &'a [f64] => FiniteArray,
        /// Cholesky factor of the scale matrix, in the units of x
        l: Matrix<'a> => CholeskyFactor,
    }
}

/// -2 times the derivative of the log density with respect to the squared distance.
pub(super) fn pull(nu: f64, n: usize, squares: f64) -> f64 {
    (nu + n as f64) / (nu + squares)
}

/// The derivative of the log density with respect to the degrees of freedom.
pub(super) fn by_degrees(nu: f64, n: usize, squares: f64) -> f64 {
    let n = n as f64;
    let of_peak = digamma(0.5 * (nu + n)) - digamma(0.5 * nu) - n / nu;
    0.5 * (of_peak - (squares / nu).ln_1p() + (nu + n) * squares / (nu * (nu + squares)))
}

impl MvStudentTCholesky<'_> {
    fn fits(&self) -> bool {
        let n = self.mu.len();
        (self.l.rows, self.l.columns) == (n, n)
    }

    /// The log density at mu.
    fn log_peak(&self) -> f64 {
        let n = self.mu.len() as f64;
        if n == 0.0 {
            return 0.0;
        }
        // The beta function keeps its accuracy for large nu, where the two gammas would cancel.
        lgamma(0.5 * n)
            - log_beta(0.5 * self.nu, 0.5 * n)
            - 0.5 * n * (self.nu.ln() + PI.ln())
            - gaussian::log_diagonal(self.l.elements, self.mu.len())
    }
}

impl Multivariate for MvStudentTCholesky<'_> {
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
        let half = 0.5 * self.nu;
        let scale = (0.5 * (half.ln() - random::log_gamma(stream, half))).exp();
        gaussian::sample(self.l.elements, self.mu, scale, stream, out);
    }

    fn log_density(&self, x: &[f64]) -> f64 {
        if !self.fits() {
            return f64::NAN;
        }
        if x.len() != self.mu.len() {
            return f64::NEG_INFINITY;
        }
        let squares = gaussian::squared_distance(self.l.elements, self.mu, x);
        self.log_peak() - 0.5 * (self.nu + x.len() as f64) * (squares / self.nu).ln_1p()
    }

    fn gradient(&self, x: &[f64], out: &mut [f64]) {
        let n = x.len();
        if !self.fits() {
            return out.fill(f64::NAN);
        }
        let [of_x, of_nu, of_mu, of_factor] = gaussian::parts(out, [n, 1, n, n * n]);
        let squares = gaussian::squared_distance(self.l.elements, self.mu, x);
        let factor = pull(self.nu, n, squares);
        gaussian::gradient_by_factor(self.l.elements, self.mu, x, factor, [of_x, of_mu, of_factor]);
        of_nu[0] = by_degrees(self.nu, n, squares);
    }

    fn mean(&self, out: &mut [f64]) {
        if self.nu > 1.0 { out.copy_from_slice(self.mu) } else { out.fill(f64::NAN) }
    }

    fn variance(&self, out: &mut [f64]) {
        if self.nu <= 2.0 {
            return out.fill(if self.nu > 1.0 { f64::INFINITY } else { f64::NAN });
        }
        gaussian::variances(self.l.elements, self.mu.len(), out);
        out.iter_mut().for_each(|variance| *variance *= self.nu / (self.nu - 2.0));
    }

    fn entropy(&self) -> f64 {
        let half = 0.5 * self.nu;
        let all = half + 0.5 * self.mu.len() as f64;
        all * (digamma(all) - digamma(half)) - self.log_peak()
    }
}
