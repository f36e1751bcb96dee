//! The Dirichlet-multinomial distribution.

use crate::{BetaBinomial, Multivariate, Scalar, Shape, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::gamma::digamma;

distribution! {
    /// The Dirichlet-multinomial distribution, of counts in n trials whose probabilities are uncertain.
    ///
    /// With A = Σ alpha the mass at counts x is Γ(A) n! / Γ(n + A) Π Γ(x[i] + alpha[i]) / (x[i]! Γ(alpha[i])): that of Multinomial(n, p) with p from Dirichlet(alpha),
    /// p integrated out. The mean of x[i] is n alpha[i] / A, its variance n (alpha[i] / A) (1 - alpha[i] / A) (n + A) / (1 + A): (n + A) / (1 + A) times
    /// that of the multinomial. The entropy has no closed form (NaN).
    ///
    /// As Stan's dirichlet_multinomial, with n as a parameter. With two categories it is BetaBinomial. It describes counts that vary more than
    /// independent trials would, such as words in documents or votes in districts; and Polya's urn, drawn from with replacement of two.
    ///
    /// Source: Johnson, Kotz and Balakrishnan, Discrete Multivariate Distributions (1997), chapter 35.13.
    ///
    ///     model districts(counts: [Int] = [12, 31, 7]) {
    ///       let concentration ~ Gamma(2, 0.1)
    ///       observe counts ~ DirichletMultinomial(50, concentration * [0.3, 0.5, 0.2])
    ///       return concentration
    ///     }
    pub struct DirichletMultinomial<'a>: [i64], Finite {
        /// number of trials, none
        n: i64 => NonNegative,
        /// concentrations, none
        alpha: &'a [f64] => PositiveArray,
    }
}

impl DirichletMultinomial<'_> {
    /// The laws of the counts, each given those before it, from the counts before.
    fn next(&self, i: usize, left: i64) -> BetaBinomial {
        BetaBinomial { n: left, alpha: self.alpha[i], beta: self.alpha[i + 1..].iter().sum() }
    }

    fn total(&self) -> f64 {
        self.alpha.iter().sum()
    }
}

impl Multivariate for DirichletMultinomial<'_> {
    type Element = i64;

    fn shape(&self) -> Shape {
        Shape::Array(self.alpha.len())
    }

    fn support(&self) -> Support {
        Support::Counts(self.alpha.len(), self.n)
    }

    fn sample(&self, stream: &mut Stream, out: &mut [i64]) {
        let mut left = self.n;
        let last = self.alpha.len().saturating_sub(1);
        for (i, x) in out.iter_mut().enumerate() {
            *x = if i == last { left } else { self.next(i, left).sample(stream) };
            left -= *x;
        }
    }

    fn log_density(&self, x: &[i64]) -> f64 {
        let is_inside = x.len() == self.alpha.len() && x.iter().all(|k| *k >= 0);
        if !is_inside || x.iter().try_fold(0i64, |sum, k| sum.checked_add(*k)) != Some(self.n) {
            return f64::NEG_INFINITY;
        }
        let (mut sum, mut left) = (0.0, self.n);
        for (i, k) in x.iter().enumerate().take(x.len().saturating_sub(1)) {
            sum += self.next(i, left).log_density(*k);
            left -= k;
        }
        sum
    }

    fn gradient(&self, x: &[i64], out: &mut [f64]) {
        let total = self.total();
        let whole = digamma(total) - digamma(total + self.n as f64);
        for ((to, x), alpha) in out.iter_mut().zip(x).zip(self.alpha) {
            *to = whole + digamma(alpha + *x as f64) - digamma(*alpha);
        }
    }

    fn mean(&self, out: &mut [f64]) {
        let total = self.total();
        out.iter_mut().zip(self.alpha).for_each(|(mean, a)| *mean = self.n as f64 * (a / total));
    }

    fn variance(&self, out: &mut [f64]) {
        let (n, total) = (self.n as f64, self.total());
        let factor = n * (n + total) / (1.0 + total);
        let variance = |a: f64| factor * (a / total) * ((total - a) / total);
        out.iter_mut().zip(self.alpha).for_each(|(out, a)| *out = variance(*a));
    }
}
