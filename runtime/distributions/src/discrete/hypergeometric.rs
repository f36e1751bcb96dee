//! The number of marked balls among n that are drawn without replacement.

use super::tails::{self, Tail, sum_of_ratios};
use super::terms::{log_term, log_term_at_mode};
use crate::{Declared, Kind, ParameterError, Scalar, Side, Support, distribution, random};
use borel_abi::stream::Stream;

distribution! {
    /// The number of marked balls among n that are drawn, without replacement, from an urn with a marked and b unmarked ones.
    ///
    /// The mass at x is C(a, x) C(b, n - x) / C(a + b, n), where C(a, x) is the binomial coefficient. The support goes from
    /// max(0, n - b) to min(n, a).
    ///
    /// n, a and b are numbers of balls, 0 or more, and n is at most a + b. With m = a / (a + b) the mean is n m and the variance
    /// n m (1 - m) (a + b - n) / (a + b - 1): less than that of Binomial(n, m), which it becomes as the urn grows. The entropy has no
    /// closed form (NaN).
    ///
    /// Stan's `hypergeometric(N, a, b)`. R's dhyper takes (a, b, n), SciPy's `hypergeom` (a + b, a, n). Counts up to 9e15 keep all their
    /// digits; the cdf is a sum of as many terms as the standard deviation has units.
    ///
    /// Source: Johnson, Kemp and Kotz, Univariate Discrete Distributions (2005), chapter 6; Loader (2000) for the mass; draws by
    /// the ratio of uniforms (Stadlober 1990).
    ///
    ///     model pond(tagged_again: Int = 7, caught: Int = 40, tagged: Int = 50) {
    ///       let fish ~ DiscreteUniform(90, 1000)
    ///       observe tagged_again ~ Hypergeometric(caught, tagged, fish - tagged)
    ///       return fish
    ///     }
    pub struct Hypergeometric: i64, Finite {
        /// number of balls that are drawn
        n: i64 => SampleSize,
        /// number of marked balls
        a: i64 => NonNegative,
        /// number of other balls
        b: i64 => NonNegative,
    }
}

impl Hypergeometric {
    fn total(&self) -> f64 {
        self.a as f64 + self.b as f64
    }

    fn bounds(&self) -> (i64, i64) {
        (self.n.saturating_sub(self.b).max(0), self.n.min(self.a))
    }

    fn tail(&self, x: i64) -> Tail {
        let (first, last) = self.bounds();
        if x < first {
            return Tail::Lower(f64::NEG_INFINITY);
        }
        if x >= last {
            return Tail::Upper(f64::NEG_INFINITY);
        }
        let at = x as f64;
        let lower = || self.log_density(x) + sum_of_ratios(x - first + 1, true, |i| 1.0 / self.step(at - i - 1.0)).ln();
        let upper = || self.log_density(x + 1) + sum_of_ratios(last - x, true, |i| self.step(at + 1.0 + i)).ln();
        Tail::of(at < self.mean(), lower, upper)
    }

    /// P(X = k + 1) / P(X = k).
    fn step(&self, k: f64) -> f64 {
        let (n, a, b) = (self.n as f64, self.a as f64, self.b as f64);
        ((a - k) / (k + 1.0)) * ((n - k) / (b - n + k + 1.0))
    }

    fn skewness(&self) -> f64 {
        let (n, a, b, total) = (self.n as f64, self.a as f64, self.b as f64, self.total());
        (b - a) / total * ((total - 2.0 * n) / (total - 2.0)) / self.variance().sqrt()
    }
}

/// The log mass of a draw from an urn (n, a, b).
fn log_mass((n, a, b): (i64, i64, i64), x: i64) -> f64 {
    let d = Hypergeometric { n, a, b };
    d.log_density_given(x, 0.0)
}

impl Scalar for Hypergeometric {
    type Value = i64;

    fn check(&self) -> Result<(), ParameterError> {
        self.check_domains()?;
        if self.n > self.a.saturating_add(self.b) {
            return Err(ParameterError { kind: Kind::Hypergeometric, parameter: 0, found: self.n as f64 });
        }
        Ok(())
    }

    fn support(&self) -> Support {
        let (first, last) = self.bounds();
        Support::Integers(first, Some(last))
    }

    fn sample(&self, stream: &mut Stream) -> i64 {
        random::hypergeometric(stream, (self.n, self.a, self.b), log_mass)
    }

    /// Minus the largest logarithm of a binomial mass of n in a + b.
    fn normaliser(&self) -> f64 {
        -log_term_at_mode(self.n as f64, self.total() - self.n as f64)
    }

    fn log_density_given(&self, x: i64, normaliser: f64) -> f64 {
        let (first, last) = self.bounds();
        if x < first || x > last {
            return f64::NEG_INFINITY;
        }
        // Two binomial masses over a third, whatever their probability: with n / (a + b) nothing cancels (Loader 2000).
        let total = self.total();
        if total == 0.0 {
            return 0.0;
        }
        let (p, q) = (self.n as f64 / total, (total - self.n as f64) / total);
        let (marked, others) = (x as f64, (self.n - x) as f64);
        let (marked_left, others_left) = ((self.a - x) as f64, (self.b - (self.n - x)) as f64);
        log_term(marked, marked_left, p, q) + log_term(others, others_left, p, q) + normaliser
    }

    #[inline]
    fn gradient(&self, _: i64, out: &mut [f64]) {
        // No parameter is a Real.
        out[0] = 0.0;
    }

    fn mean(&self) -> f64 {
        if self.a == 0 { 0.0 } else { self.n as f64 * (self.a as f64 / self.total()) }
    }

    fn variance(&self) -> f64 {
        let (n, a, b, total) = (self.n as f64, self.a as f64, self.b as f64, self.total());
        if total <= 1.0 { 0.0 } else { n * (a / total) * (b / total) * ((total - n) / (total - 1.0)) }
    }

    fn cdf(&self, x: i64) -> f64 {
        self.tail(x).cdf()
    }

    fn ccdf(&self, x: i64) -> f64 {
        self.tail(x).ccdf()
    }

    fn log_cdf(&self, x: i64) -> f64 {
        self.tail(x).log_cdf()
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        self.tail(x).log_ccdf()
    }

    fn mass_gradient(&self, _: i64, _: Side, out: &mut [f64]) {
        out[0] = 0.0;
    }

    fn quantile(&self, p: f64) -> i64 {
        tails::quantile(self, p, tails::guess(self.mean(), self.variance(), self.skewness(), p))
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        tails::quantile_ccdf(self, q, tails::guess_ccdf(self.mean(), self.variance(), self.skewness(), q))
    }
}
