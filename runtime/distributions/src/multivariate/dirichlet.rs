//! The Dirichlet distribution on probabilities.

use crate::gradient::quotient;
use crate::{Gamma, Multivariate, Scalar, Shape, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::gamma::{digamma, lgamma};
use borel_math::logarithm::log_sum_exp;

distribution! {
    /// The Dirichlet distribution, on probabilities of several categories.
    ///
    /// The density, with respect to all elements but the last, is Π x[i]^(alpha[i] - 1) / B(alpha), for arrays of numbers of 0 or more that sum to 1; B(alpha) = Π Γ(alpha[i]) / Γ(A) with
    /// A = Σ alpha. The mean of x[i] is alpha[i] / A, its variance (alpha[i] / A) (1 - alpha[i] / A) / (A + 1); each x[i] is Beta(alpha[i], A - alpha[i]).
    ///
    /// As Stan's dirichlet. All ones is uniform over probabilities; larger concentrations draw to their mean, smaller ones to few categories. It is conjugate to Categorical and Multinomial: counts are
    /// added to alpha. A draw is made of gammas in logarithms, so that concentrations of 1e-3 do not underflow.
    ///
    /// Source: Kotz, Balakrishnan and Johnson, Continuous Multivariate Distributions 1 (2000), chapter 49.
    ///
    ///     model shares(seen: [Int] = [0, 2, 2, 1]) {
    ///       let p ~ Dirichlet([1, 1, 1])
    ///       for k in seen { observe k ~ Categorical(p) }
    ///       return p
    ///     }
    pub struct Dirichlet<'a>: [f64], Continuous {
        /// concentrations, none
        alpha: &'a [f64] => PositiveArray,
    }
}

impl Multivariate for Dirichlet<'_> {
    type Element = f64;

    fn shape(&self) -> Shape {
        Shape::Array(self.alpha.len())
    }

    fn support(&self) -> Support {
        Support::Simplex(self.alpha.len())
    }

    fn sample(&self, stream: &mut Stream, out: &mut [f64]) {
        let start = stream.clone();
        out.iter_mut().zip(self.alpha).for_each(|(x, a)| *x = random::gamma(stream, *a));
        let total: f64 = out.iter().sum();
        if total > 1e-8 {
            return out.iter_mut().for_each(|x| *x /= total);
        }
        // All are small, and some may have underflowed: the same draws, in logarithms.
        *stream = start;
        out.iter_mut().zip(self.alpha).for_each(|(x, a)| *x = random::log_gamma(stream, *a));
        let total = log_sum_exp(out);
        out.iter_mut().for_each(|x| *x = (*x - total).exp());
    }

    fn log_density(&self, x: &[f64]) -> f64 {
        let total: f64 = x.iter().sum();
        let inside = x.iter().all(|v| *v >= 0.0) && (total - 1.0).abs() <= 1e-8;
        if x.len() != self.alpha.len() || !inside {
            return f64::NEG_INFINITY;
        }
        // Gammas of one rate, given that their sum is 1: with the rate at the sum of the concentrations, no log-gamma of a
        // large argument is left.
        let rate: f64 = self.alpha.iter().sum();
        let terms = self.alpha.iter().zip(x).map(|(&shape, &x)| Gamma { shape, rate }.log_density(x));
        // A side where one factor is 0 and another infinite: 0.
        if terms.clone().any(|term| term == f64::NEG_INFINITY) {
            return f64::NEG_INFINITY;
        }
        terms.sum::<f64>() - Gamma { shape: rate, rate }.log_density(1.0) + rate * (total - 1.0)
    }

    fn gradient(&self, x: &[f64], out: &mut [f64]) {
        let whole = digamma(self.alpha.iter().sum());
        let (of_x, of_alpha) = out.split_at_mut(x.len());
        for (i, (x, alpha)) in x.iter().zip(self.alpha).enumerate() {
            of_x[i] = quotient(alpha - 1.0, *x);
            of_alpha[i] = whole - digamma(*alpha) + x.ln();
        }
    }

    fn mean(&self, out: &mut [f64]) {
        let total: f64 = self.alpha.iter().sum();
        out.iter_mut().zip(self.alpha).for_each(|(mean, a)| *mean = a / total);
    }

    fn variance(&self, out: &mut [f64]) {
        let total: f64 = self.alpha.iter().sum();
        let variance = |a: f64| a / total * ((total - a) / total) / (total + 1.0);
        out.iter_mut().zip(self.alpha).for_each(|(out, a)| *out = variance(*a));
    }

    fn entropy(&self) -> f64 {
        let total: f64 = self.alpha.iter().sum();
        let log_beta = self.alpha.iter().map(|a| lgamma(*a)).sum::<f64>() - lgamma(total);
        let own: f64 = self.alpha.iter().map(|a| (a - 1.0) * digamma(*a)).sum();
        log_beta + (total - self.alpha.len() as f64) * digamma(total) - own
    }
}
