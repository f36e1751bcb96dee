//! true with probability p.

use crate::{Scalar, Side, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::logarithm::{x_log_y, x_log1p_y};

distribution! {
    /// true with probability p: one toss of a coin.
    ///
    /// The mass is p at true and 1 - p at false; false counts as less than true, so that P(X <= false) = 1 - p. The support is
    /// {false, true}, also where p is 0 or 1.
    ///
    /// p is a probability and has no unit; 0 and 1 are allowed. As a number, 0 or 1, the mean is p and the variance p (1 - p). The
    /// entropy is -p log p - (1 - p) log(1 - p) nats, 0 for a certain outcome.
    ///
    /// This is Stan's `bernoulli`, whose outcomes are the integers 0 and 1; here they are Bools. Where the log odds of true are at
    /// hand, as in a regression, BernoulliLogit takes them as they are, and keeps its accuracy where p would round to 0 or 1.
    ///
    /// Source: J. Bernoulli, Ars conjectandi (1713); Johnson, Kemp and Kotz, Univariate Discrete Distributions (2005), section 3.2.
    ///
    ///     model coin(tosses: [Bool] = [true, true, false, true]) {
    ///       let p ~ Beta(2, 2)
    ///       observe tosses ~ Bernoulli(p)
    ///       return p
    ///     }
    pub struct Bernoulli: bool, Finite {
        /// probability of true
        p: f64 => Probability,
    }
}

impl Scalar for Bernoulli {
    type Value = bool;

    fn support(&self) -> Support {
        Support::Booleans
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> bool {
        stream.uniform() < self.p
    }

    /// log p.
    #[inline]
    fn normaliser(&self) -> f64 {
        self.p.ln()
    }

    #[inline]
    fn log_density_given(&self, x: bool, normaliser: f64) -> f64 {
        if x { normaliser } else { (-self.p).ln_1p() }
    }

    #[inline]
    fn log_density(&self, x: bool) -> f64 {
        if x { self.p.ln() } else { (-self.p).ln_1p() }
    }

    #[inline]
    fn gradient(&self, x: bool, out: &mut [f64]) {
        out.copy_from_slice(&[0.0, if x { 1.0 / self.p } else { -1.0 / (1.0 - self.p) }]);
    }

    fn mean(&self) -> f64 {
        self.p
    }

    fn variance(&self) -> f64 {
        self.p * (1.0 - self.p)
    }

    fn entropy(&self) -> f64 {
        -x_log_y(self.p, self.p) - x_log1p_y(1.0 - self.p, -self.p)
    }

    fn cdf(&self, x: bool) -> f64 {
        if x { 1.0 } else { 1.0 - self.p }
    }

    fn ccdf(&self, x: bool) -> f64 {
        if x { 0.0 } else { self.p }
    }

    fn log_cdf(&self, x: bool) -> f64 {
        if x { 0.0 } else { (-self.p).ln_1p() }
    }

    fn log_ccdf(&self, x: bool) -> f64 {
        self.ccdf(x).ln()
    }

    fn mass_gradient(&self, x: bool, side: Side, out: &mut [f64]) {
        let by_p = match side {
            _ if x => 0.0,
            Side::Below => -1.0 / (1.0 - self.p),
            Side::Above => 1.0 / self.p,
        };
        out.copy_from_slice(&[0.0, by_p]);
    }

    fn quantile(&self, p: f64) -> bool {
        p <= 1.0 && p > 1.0 - self.p
    }

    fn quantile_ccdf(&self, q: f64) -> bool {
        q >= 0.0 && q < self.p
    }
}
