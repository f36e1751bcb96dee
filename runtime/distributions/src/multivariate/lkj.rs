//! The LKJ distribution of correlation matrices.

use super::gaussian;
use crate::{LKJCholesky, Multivariate, Shape, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::gamma::digamma;
use borel_math::linear::{cholesky, product_with_transpose};
use std::f64::consts::LN_2;

distribution! {
    /// The LKJ distribution, on correlation matrices.
    ///
    /// The density, with respect to the correlations (the elements below the diagonal), is det(x)^(eta - 1), divided by its integral. The mean is the identity; (1 + r) / 2 of each correlation r is
    /// Beta(a, a) with a = eta + (n - 2) / 2, so that its variance is 1 / (2a + 1).
    ///
    /// As Stan's lkj_corr. eta = 1 is uniform over correlation matrices, larger ones draw the correlations to 0, smaller ones to the extremes; the larger n, the smaller is each
    /// correlation. Where the matrix is the correlation of effects, LKJCholesky is quicker and steadier: it gives the Cholesky factor at once.
    ///
    /// Source: Lewandowski, Kurowicka and Joe, "Generating random correlation matrices based on vines and extended onion method", Journal of Multivariate Analysis 100 (2009).
    ///
    ///     model correlated(y: [Real] = [0.4, -1.1]) {
    ///       let r ~ LKJ(2, 2)
    ///       observe y ~ MvNormal([0, 0], r)
    ///       return r[0, 1]
    ///     }
    pub struct LKJ: Matrix, Continuous {
        /// number of rows, none
        n: i64 => Positive,
        /// concentration at no correlation, none
        eta: f64 => Positive,
    }
}

impl LKJ {
    fn factor(&self) -> LKJCholesky {
        LKJCholesky { n: self.n, eta: self.eta }
    }
}

impl Multivariate for LKJ {
    type Element = f64;

    fn shape(&self) -> Shape {
        self.factor().shape()
    }

    fn support(&self) -> Support {
        Support::Correlation(self.factor().size())
    }

    fn sample(&self, stream: &mut Stream, out: &mut [f64]) {
        let n = self.factor().size();
        let mut lower = vec![0.0; n * n];
        self.factor().sample(stream, &mut lower);
        product_with_transpose(&lower, n, out);
        (0..n).for_each(|i| out[i * n + i] = 1.0);
    }

    fn log_density(&self, x: &[f64]) -> f64 {
        let n = self.factor().size();
        let has_ones = x.len() == n * n && (0..n).all(|i| (x[i * n + i] - 1.0).abs() <= 1e-8);
        let lower = if has_ones { cholesky(x, n) } else { None };
        let Some(lower) = lower else { return f64::NEG_INFINITY };
        2.0 * (self.eta - 1.0) * gaussian::log_diagonal(&lower, n) - self.factor().log_integral()
    }

    fn gradient(&self, x: &[f64], out: &mut [f64]) {
        let n = self.factor().size();
        let Some(lower) = cholesky(x, n) else { return out.fill(f64::NAN) };
        let [of_x, of_eta] = gaussian::parts(out, [n * n, 1]);
        let inverse = gaussian::inverse(&lower, n);
        of_x.iter_mut().zip(inverse).for_each(|(to, x)| *to = (self.eta - 1.0) * x);
        of_eta[0] = 2.0 * gaussian::log_diagonal(&lower, n) - self.factor().log_integral_slope();
    }

    fn mean(&self, out: &mut [f64]) {
        let n = self.factor().size();
        out.fill(0.0);
        (0..n).for_each(|i| out[i * n + i] = 1.0);
    }

    fn variance(&self, out: &mut [f64]) {
        let n = self.factor().size();
        out.fill(1.0 / (2.0 * self.eta + n as f64 - 1.0));
        (0..n).for_each(|i| out[i * n + i] = 0.0);
    }

    /// The determinant is the product of 1 - p² over the partial correlations p, each a beta on (-1, 1).
    fn entropy(&self) -> f64 {
        let n = self.factor().size();
        let log_rest = |k: usize| {
            let b = self.eta + 0.5 * (n - 1 - k) as f64;
            (n - k) as f64 * (2.0 * LN_2 + 2.0 * digamma(b) - 2.0 * digamma(2.0 * b))
        };
        self.factor().log_integral() - (self.eta - 1.0) * (1..n).map(log_rest).sum::<f64>()
    }
}
