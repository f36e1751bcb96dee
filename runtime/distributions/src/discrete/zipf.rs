//! The Zipf distribution: x^-s / zeta(s).

use super::tails;
use crate::{Scalar, Support, distribution, random};
use borel_abi::stream::Stream;
use borel_math::zeta::zeta_log_derivative;

distribution! {
    /// A rank 1, 2, 3, ... with mass in proportion to the power rank^-s.
    ///
    /// The mass at x is x^-s / ζ(s), where ζ(s) = 1 + 2^-s + 3^-s + ... is Riemann's zeta function. The support is 1, 2, 3, ..., without
    /// end.
    ///
    /// s, above 1 and without a unit, says how quickly the masses fall: P(X > x) goes as x^(1 - s). The mean is ζ(s - 1) / ζ(s) for s
    /// above 2, else infinite; the variance ζ(s - 2) / ζ(s) - mean² for s above 3, else infinite. The entropy has no closed form (NaN).
    ///
    /// SciPy's `zipf` and R's zeta distribution; Stan has none. Where the ranks end, Categorical with the powers as weights is what is
    /// wanted. A draw beyond 2^63 - 1, which for s near 1 is common, is given as 2^63 - 1.
    ///
    /// Source: Zipf, Human Behavior and the Principle of Least Effort (1949); Johnson, Kemp and Kotz (2005), section 11.2.20; draws by
    /// rejection-inversion (Hoermann and Derflinger 1996).
    ///
    ///     model words(ranks: [Int] = [1, 1, 12, 3, 1, 2]) {
    ///       let excess ~ Exponential(1)
    ///       observe ranks ~ Zipf(1 + excess)
    ///       return 1 + excess
    ///     }
    pub struct Zipf: i64, Countable {
        /// exponent
        s: f64 => AboveOne,
    }
}

impl Zipf {
    /// 1 + 2^-s + .. + x^-s, for s so small that the terms fall slowly.
    fn sum_to(&self, x: f64) -> f64 {
        let s = self.s;
        let start = x.min((4.0 * s + 20.0).floor());
        let mut sum = 0.0;
        let mut k = start;
        while k >= 1.0 {
            sum += k.powf(-s);
            k -= 1.0;
        }
        if x <= start {
            return sum;
        }
        let excess = s - 1.0;
        let integral = start.powf(-excess) * (-(-excess * (x / start).ln()).exp_m1() / excess);
        let ends = |end: f64| corrections(s, end) * end.powf(-s);
        // The formula of Euler and Maclaurin counts half of each end.
        sum + integral + 0.5 * (x.powf(-s) - start.powf(-s)) + ends(start) - ends(x)
    }

    /// Where the integral in place of the sum has this log tail.
    fn guess(&self, log_ccdf: f64) -> f64 {
        let excess = self.s - 1.0;
        ((-log_ccdf - self.normaliser() - excess.ln()) / excess).exp() - 0.5
    }
}

impl Scalar for Zipf {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(1, None)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> i64 {
        random::zipf(stream, self.s)
    }

    /// log ζ(s).
    fn normaliser(&self) -> f64 {
        log_tail(self.s, 1.0)
    }

    #[inline]
    fn log_density_given(&self, x: i64, normaliser: f64) -> f64 {
        if x < 1 { f64::NEG_INFINITY } else { -self.s * (x as f64).ln() - normaliser }
    }

    fn gradient(&self, x: i64, out: &mut [f64]) {
        if x < 1 {
            return out.fill(0.0);
        }
        out.copy_from_slice(&[0.0, -(x as f64).ln() - zeta_log_derivative(self.s)]);
    }

    fn mean(&self) -> f64 {
        if self.s > 2.0 { (log_tail(self.s - 1.0, 1.0) - self.normaliser()).exp() } else { f64::INFINITY }
    }

    fn variance(&self) -> f64 {
        if self.s <= 3.0 {
            return f64::INFINITY;
        }
        // Of both ζ(s - 2) / ζ(s) - 1 and the square of the mean the 1 is taken off before they are subtracted.
        let zeta = log_tail(self.s, 1.0);
        let second = (log_tail(self.s - 2.0, 1.0) - zeta).exp_m1();
        let square = (2.0 * (log_tail(self.s - 1.0, 1.0) - zeta)).exp_m1();
        second - square
    }

    fn cdf(&self, x: i64) -> f64 {
        let above = self.ccdf(x);
        if above < 0.5 {
            return 1.0 - above;
        }
        if x < 1 { 0.0 } else { self.sum_to(x as f64) * (-self.normaliser()).exp() }
    }

    fn ccdf(&self, x: i64) -> f64 {
        self.log_ccdf(x).exp()
    }

    fn log_cdf(&self, x: i64) -> f64 {
        let above = self.ccdf(x);
        if above < 0.5 { (-above).ln_1p() } else { self.cdf(x).ln() }
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        if x < 1 { 0.0 } else { (log_tail(self.s, x as f64 + 1.0) - self.normaliser()).min(0.0) }
    }

    fn quantile(&self, p: f64) -> i64 {
        tails::quantile(self, p, self.guess((-p).ln_1p()))
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        tails::quantile_ccdf(self, q, self.guess(q.ln()))
    }
}

/// log(a^-s + (a + 1)^-s + ..) for s > 1 and a >= 1: the logarithm of Hurwitz' zeta function, relatively accurate also where the sum
/// is all but a^-s. By the formula of Euler and Maclaurin, after as many terms as it needs.
fn log_tail(s: f64, a: f64) -> f64 {
    // The terms over the first one.
    let term = |j: f64| (-s * (j / a).ln_1p()).exp();
    let enough = 4.0 * s + 20.0;
    let rest = |end: f64| end / (s - 1.0) + 0.5 + corrections(s, end);
    if a >= enough {
        return -s * a.ln() + rest(a).ln();
    }
    // All but the first term, so that nothing is lost where they are next to nothing.
    let (mut sum, mut j) = (0.0, 1.0);
    loop {
        let next = term(j);
        if a + j >= enough {
            return -s * a.ln() + (sum + rest(a + j) * next).ln_1p();
        }
        sum += next;
        if next <= 0.1 * f64::EPSILON * sum {
            return -s * a.ln() + sum.ln_1p();
        }
        j += 1.0;
    }
}

/// The terms with Bernoulli numbers of the formula of Euler and Maclaurin for a sum of powers k^-s that begins at c, over c^-s.
fn corrections(s: f64, c: f64) -> f64 {
    // B_2k / (2k)!
    const RATIOS: [f64; 7] = [
        1.0 / 12.0,
        -1.0 / 720.0,
        1.0 / 30_240.0,
        -1.0 / 1_209_600.0,
        1.0 / 47_900_160.0,
        -691.0 / 1_307_674_368_000.0,
        1.0 / 74_724_249_600.0,
    ];
    let (mut factor, mut sum) = (s / c, 0.0);
    for (k, ratio) in RATIOS.iter().enumerate() {
        sum += ratio * factor;
        let next = s + 2.0 * k as f64 + 1.0;
        factor *= (next / c) * ((next + 1.0) / c);
    }
    sum
}
