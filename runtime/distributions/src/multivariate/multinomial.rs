//! The multinomial distribution.

use crate::gradient::quotient;
use crate::{Multivariate, Shape, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::saddle::log_poisson;

distribution! {
    /// The multinomial distribution, of how often each category comes up in n trials.
    ///
    /// The mass at counts x is n! / Π x[i]! Π probs[i]^x[i], for arrays of the length of probs whose elements are 0 or more and sum to n. The mean of x[i] is
    /// n probs[i], its variance n probs[i] (1 - probs[i]), the covariance of x[i] and x[j] is -n probs[i] probs[j]. The entropy has no closed form (NaN).
    ///
    /// Stan's multinomial takes n from the data; here it is a parameter, so that it can be drawn from. With two categories x[0] is Binomial(n, probs[0]); a
    /// single trial is Categorical, which gives the index instead.
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Discrete Multivariate Distributions (1997), chapter 35.
    ///
    ///     model votes(counts: [Int] = [12, 31, 7]) {
    ///       let shares ~ Dirichlet([1, 1, 1])
    ///       observe counts ~ Multinomial(50, shares)
    ///       return shares
    ///     }
    pub struct Multinomial<'a>: [i64], Finite {
        /// number of trials, none
        n: i64 => NonNegative,
        /// probabilities of the categories, none
        probs: &'a [f64] => Simplex,
    }
}

impl Multivariate for Multinomial<'_> {
    type Element = i64;

    fn shape(&self) -> Shape {
        Shape::Array(self.probs.len())
    }

    fn support(&self) -> Support {
        Support::Counts(self.probs.len(), self.n)
    }

    /// One category after the other: binomial given those before it.
    fn sample(&self, stream: &mut Stream, out: &mut [i64]) {
        let mut left = self.n;
        let mut share: f64 = self.probs.iter().sum();
        let last = self.probs.len().saturating_sub(1);
        for (i, (x, p)) in out.iter_mut().zip(self.probs).enumerate() {
            let rest = share - p;
            // What rounding has left after the last category with mass belongs to it.
            let is_last = i == last || self.probs[i + 1..].iter().all(|p| *p == 0.0);
            *x = if is_last { left } else { random::binomial(stream, left, p / share, rest / share) };
            left -= *x;
            share = rest;
            if is_last {
                out[i + 1..].fill(0);
                return;
            }
        }
    }

    /// Poisson counts with the means n probs, given that they sum to n: no difference of large log-factorials is left.
    fn log_density(&self, x: &[i64]) -> f64 {
        let n = self.n as f64;
        let is_inside = x.len() == self.probs.len() && x.iter().all(|k| *k >= 0);
        if !is_inside || x.iter().try_fold(0i64, |sum, k| sum.checked_add(*k)) != Some(self.n) {
            return f64::NEG_INFINITY;
        }
        if self.n == 0 {
            return 0.0;
        }
        let mut sum = 0.0;
        for (k, p) in x.iter().zip(self.probs) {
            if *k > 0 && *p == 0.0 {
                return f64::NEG_INFINITY;
            }
            sum += log_poisson(*k as f64, n * p);
        }
        let total: f64 = self.probs.iter().sum();
        sum - log_poisson(n, n) + n * (total - 1.0)
    }

    fn gradient(&self, x: &[i64], out: &mut [f64]) {
        out.iter_mut().zip(x).zip(self.probs).for_each(|((to, x), p)| *to = quotient(*x as f64, *p));
    }

    fn mean(&self, out: &mut [f64]) {
        out.iter_mut().zip(self.probs).for_each(|(mean, p)| *mean = self.n as f64 * p);
    }

    fn variance(&self, out: &mut [f64]) {
        out.iter_mut().zip(self.probs).for_each(|(variance, p)| *variance = self.n as f64 * p * (1.0 - p));
    }
}
