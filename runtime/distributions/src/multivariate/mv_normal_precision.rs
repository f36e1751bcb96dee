//! The multivariate normal by its precision matrix.

use super::gaussian;
use crate::{LOG_SQRT_TWO_PI, Matrix, Multivariate, Shape, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::linear::{backward_substitute, cholesky, forward_substitute};

distribution! {
    /// The multivariate normal distribution, by its precision matrix: the inverse of the covariance.
    ///
    /// The density is √det(omega / 2π) exp(-(x - mu)' omega (x - mu) / 2). The mean is mu, the covariance omega⁻¹, the entropy
    /// (n + n log 2π - log det omega) / 2.
    ///
    /// As Stan's multi_normal_prec. Where omega[i, j] is 0, x[i] and x[j] are independent given all others, so precisions are how graphical models
    /// and Markov random fields are written. omega has the inverse squares of the units of x.
    ///
    /// Source: Rue and Held, Gaussian Markov Random Fields (2005), chapter 2.
    ///
    ///     model neighbours(y: [Real] = [0.9, 1.4, 1.1]) {
    ///       let f ~ MvNormalPrecision([0, 0, 0], matrix([[2.0, -1.0, 0.0], [-1.0, 3.0, -1.0], [0.0, -1.0, 2.0]]))
    ///       observe y ~ Normal(f, 0.5)
    ///       return f
    ///     }
    pub struct MvNormalPrecision<'a>: [f64], Continuous {
        /// means, in the units of x
        mu: &'a [f64] => FiniteArray,
        /// precision matrix, in the inverse squares of the units of x
        omega: Matrix<'a> => Covariance,
    }
}

impl MvNormalPrecision<'_> {
    fn factor(&self) -> Option<Vec<f64>> {
        let n = self.mu.len();
        if (self.omega.rows, self.omega.columns) == (n, n) { cholesky(self.omega.elements, n) } else { None }
    }
}

impl Multivariate for MvNormalPrecision<'_> {
    type Element = f64;

    fn shape(&self) -> Shape {
        Shape::Array(self.mu.len())
    }

    fn support(&self) -> Support {
        Support::Reals(self.mu.len())
    }

    /// mu + L'^-1 z, where L L' is the precision.
    fn sample(&self, stream: &mut Stream, out: &mut [f64]) {
        let n = self.mu.len();
        let Some(lower) = self.factor() else { return out.fill(f64::NAN) };
        out.iter_mut().for_each(|x| *x = random::normal(stream));
        backward_substitute(&lower, n, out);
        out.iter_mut().zip(self.mu).for_each(|(x, m)| *x += m);
    }

    fn log_density(&self, x: &[f64]) -> f64 {
        let n = self.mu.len();
        if x.len() != n {
            return f64::NEG_INFINITY;
        }
        let Some(lower) = self.factor() else { return f64::NAN };
        // |L' (x - mu)|^2: no inverse is taken.
        let difference = |i: usize| x[i] - self.mu[i];
        let part = |j: usize| (j..n).map(|i| lower[i * n + j] * difference(i)).sum::<f64>();
        let squares: f64 = (0..n).map(|j| part(j) * part(j)).sum();
        -0.5 * squares + gaussian::log_diagonal(&lower, n) - n as f64 * LOG_SQRT_TWO_PI
    }

    fn gradient(&self, x: &[f64], out: &mut [f64]) {
        let n = x.len();
        let Some(lower) = self.factor() else { return out.fill(f64::NAN) };
        let [of_x, of_mu, of_omega] = gaussian::parts(out, [n, n, n * n]);
        let d: Vec<f64> = x.iter().zip(self.mu).map(|(x, m)| x - m).collect();
        for i in 0..n {
            let pull = (0..n).map(|j| self.omega.at(i, j) * d[j]).sum::<f64>();
            (of_x[i], of_mu[i]) = (-pull, pull);
        }
        let inverse = gaussian::inverse(&lower, n);
        of_omega.iter_mut().enumerate().for_each(|(k, to)| *to = 0.5 * (inverse[k] - d[k / n] * d[k % n]));
    }

    fn mean(&self, out: &mut [f64]) {
        out.copy_from_slice(self.mu);
    }

    fn variance(&self, out: &mut [f64]) {
        let n = self.mu.len();
        let Some(lower) = self.factor() else { return out.fill(f64::NAN) };
        for (i, variance) in out.iter_mut().enumerate() {
            let mut column = vec![0.0; n];
            column[i] = 1.0;
            forward_substitute(&lower, n, &mut column);
            *variance = column.iter().map(|x| x * x).sum();
        }
    }

    fn entropy(&self) -> f64 {
        let n = self.mu.len();
        let Some(lower) = self.factor() else { return f64::NAN };
        n as f64 * (0.5 + LOG_SQRT_TWO_PI) - gaussian::log_diagonal(&lower, n)
    }
}
