//! The LKJ distribution of Cholesky factors of correlation matrices.

use crate::{Multivariate, Shape, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::gamma::{digamma, log_beta};
use std::f64::consts::LN_2;

distribution! {
    /// The LKJ distribution, on Cholesky factors of correlation matrices.
    ///
    /// A draw l is lower triangular with a positive diagonal and rows of length 1; l @ transpose(l) is a correlation matrix with distribution LKJ(n, eta). The density, with respect to
    /// the elements below the diagonal, is proportional to Π l[k, k]^(n - k - 1 + 2 (eta - 1)) over k = 1, .., n - 1. The elements off the diagonal have mean 0.
    ///
    /// As Stan's lkj_corr_cholesky. The factor is what a density of many effects needs (see MvNormalCholesky) and what inference moves in, so prefer it to LKJ. eta = 1 is
    /// uniform over correlation matrices, larger ones draw the correlations to 0.
    ///
    /// Source: Lewandowski, Kurowicka and Joe, "Generating random correlation matrices based on vines and extended onion method", Journal of Multivariate Analysis 100 (2009).
    ///
    ///     model effects(y: [Real] = [0.4, -1.1]) {
    ///       let l ~ LKJCholesky(2, 2)
    ///       observe y ~ MvNormalCholesky([0, 0], l)
    ///       return l[1, 0]
    ///     }
    pub struct LKJCholesky: Matrix, Continuous {
        /// number of rows, none
        n: i64 => Positive,
        /// concentration at no correlation, none
        eta: f64 => Positive,
    }
}

impl LKJCholesky {
    pub(super) fn size(&self) -> usize {
        usize::try_from(self.n).unwrap_or(0)
    }

    /// The second parameter of the beta distribution of the squared length of row i without its diagonal, whose first is i / 2.
    fn rest(&self, i: usize) -> f64 {
        self.eta + 0.5 * (self.size() - 1 - i) as f64
    }

    /// The logarithm of the integral of det(R)^(eta - 1) over all correlation matrices R (equations 16 and 17 of the paper).
    pub(super) fn log_integral(&self) -> f64 {
        let n = self.size();
        let term = |k: usize| {
            let count = (n - k) as f64;
            let b = self.eta + 0.5 * (n - k - 1) as f64;
            (2.0 * self.eta - 2.0 + count) * count * LN_2 + count * log_beta(b, b)
        };
        (1..n).map(term).sum()
    }

    /// Its derivative with respect to eta.
    pub(super) fn log_integral_slope(&self) -> f64 {
        let n = self.size();
        let term = |k: usize| {
            let b = self.eta + 0.5 * (n - k - 1) as f64;
            2.0 * (n - k) as f64 * (LN_2 + digamma(b) - digamma(2.0 * b))
        };
        (1..n).map(term).sum()
    }

    /// The power of the diagonal element of row i in the density.
    fn power(&self, i: usize) -> f64 {
        (self.size() - 1 - i) as f64 + 2.0 * self.eta - 2.0
    }
}

/// Whether a matrix is a Cholesky factor of a correlation matrix.
fn is_factor(l: &[f64], n: usize) -> bool {
    (0..n).all(|i| {
        let (row, above) = (&l[i * n..=i * n + i], &l[i * n + i + 1..(i + 1) * n]);
        let square: f64 = row.iter().map(|x| x * x).sum();
        row[i] > 0.0 && (square - 1.0).abs() <= 1e-8 && above.iter().all(|x| *x == 0.0)
    })
}

impl Multivariate for LKJCholesky {
    type Element = f64;

    fn shape(&self) -> Shape {
        Shape::Matrix(self.size(), self.size())
    }

    fn support(&self) -> Support {
        Support::CorrelationFactor(self.size())
    }

    /// The onion method: row i is a direction of length √y, with y from Beta(i / 2, ..), and √(1 - y) on the diagonal.
    fn sample(&self, stream: &mut Stream, out: &mut [f64]) {
        let n = self.size();
        out.fill(0.0);
        for i in 0..n {
            let row = &mut out[i * n..=i * n + i];
            if i == 0 {
                row[0] = 1.0;
                continue;
            }
            // y and 1 - y from two gammas, in logarithms, so that neither is lost.
            let inside = random::log_gamma(stream, 0.5 * i as f64);
            let rest = random::log_gamma(stream, self.rest(i));
            let top = inside.max(rest);
            let total = top + ((inside - top).exp() + (rest - top).exp()).ln();
            row[i] = (0.5 * (rest - total)).exp();
            row[..i].iter_mut().for_each(|x| *x = random::normal(stream));
            let length = row[..i].iter().map(|x| x * x).sum::<f64>().sqrt();
            let scale = (0.5 * (inside - total)).exp() / length;
            row[..i].iter_mut().for_each(|x| *x *= scale);
        }
    }

    fn log_density(&self, l: &[f64]) -> f64 {
        let n = self.size();
        if l.len() != n * n || !is_factor(l, n) {
            return f64::NEG_INFINITY;
        }
        (1..n).map(|i| self.power(i) * l[i * n + i].ln()).sum::<f64>() - self.log_integral()
    }

    fn gradient(&self, l: &[f64], out: &mut [f64]) {
        let n = self.size();
        out.fill(0.0);
        for i in 1..n {
            out[i * n + i] = self.power(i) / l[i * n + i];
        }
        out[n * n] = 2.0 * (1..n).map(|i| l[i * n + i].ln()).sum::<f64>() - self.log_integral_slope();
    }

    fn mean(&self, out: &mut [f64]) {
        let n = self.size();
        out.fill(0.0);
        for i in 0..n {
            let (a, b) = (0.5 * i as f64, self.rest(i));
            out[i * n + i] = if i == 0 { 1.0 } else { (log_beta(a, b + 0.5) - log_beta(a, b)).exp() };
        }
    }

    fn variance(&self, out: &mut [f64]) {
        let n = self.size();
        let mut means = vec![0.0; n * n];
        self.mean(&mut means);
        out.fill(0.0);
        for i in 1..n {
            let (a, b) = (0.5 * i as f64, self.rest(i));
            out[i * n..i * n + i].fill(1.0 / (2.0 * (a + b)));
            out[i * n + i] = b / (a + b) - means[i * n + i] * means[i * n + i];
        }
    }

    fn entropy(&self) -> f64 {
        let log_diagonal = |i: usize| 0.5 * (digamma(self.rest(i)) - digamma(self.rest(i) + 0.5 * i as f64));
        self.log_integral() - (1..self.size()).map(|i| self.power(i) * log_diagonal(i)).sum::<f64>()
    }
}
