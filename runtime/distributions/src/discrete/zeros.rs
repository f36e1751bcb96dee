//! Counts with more zeros: what the zero-inflated distributions share.

use crate::Scalar;
use crate::gradient::{Side, product, share};
use borel_abi::stream::Stream;
use borel_math::logarithm::log_add_exp;

/// 0 with probability theta, else from the distribution of counts.
#[derive(Clone, Copy)]
pub struct Inflated<D> {
    pub theta: f64,
    pub counts: D,
}

impl<D: Scalar<Value = i64>> Inflated<D> {
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> i64 {
        if stream.uniform() < self.theta { 0 } else { self.counts.sample(stream) }
    }

    /// From the log mass of the counts at x.
    #[inline]
    pub fn log_mass(&self, x: i64, log_mass: f64) -> f64 {
        let others = (-self.theta).ln_1p() + log_mass;
        if x == 0 { self.with_zeros(others) } else { others }
    }

    /// log(theta + exp(log_others)).
    #[inline]
    fn with_zeros(&self, log_others: f64) -> f64 {
        log_add_exp(self.theta.ln(), log_others)
    }

    /// The gradient of the log mass: theta comes before the parameters of the counts.
    pub fn gradient(&self, x: i64, out: &mut [f64]) {
        if x < 0 {
            return out.fill(0.0);
        }
        self.counts.gradient(x, &mut out[1..]);
        out[0] = 0.0;
        out[1] = -1.0 / (1.0 - self.theta);
        if x == 0 {
            let of_counts = self.counts.log_density(0);
            let log_mass = self.log_mass(0, of_counts);
            out[1] = -of_counts.exp_m1() * (-log_mass).exp();
            scale(&mut out[2..], share((-self.theta).ln_1p() + of_counts, log_mass));
        }
    }

    /// The gradient of the logarithm of the mass on a side of x.
    pub fn mass_gradient(&self, x: i64, side: Side, out: &mut [f64]) {
        let log_mass = if side == Side::Below { self.log_cdf(x) } else { self.log_ccdf(x) };
        if log_mass == 0.0 || log_mass == f64::NEG_INFINITY {
            return out.fill(0.0);
        }
        self.counts.mass_gradient(x, side, &mut out[1..]);
        out[0] = 0.0;
        out[1] = -1.0 / (1.0 - self.theta);
        if side == Side::Below {
            out[1] = self.counts.ccdf(x) * (-log_mass).exp();
            scale(&mut out[2..], share((-self.theta).ln_1p() + self.counts.log_cdf(x), log_mass));
        }
    }

    pub fn cdf(&self, x: i64) -> f64 {
        if x < 0 { 0.0 } else { self.theta + (1.0 - self.theta) * self.counts.cdf(x) }
    }

    pub fn ccdf(&self, x: i64) -> f64 {
        if x < 0 { 1.0 } else { (1.0 - self.theta) * self.counts.ccdf(x) }
    }

    pub fn log_cdf(&self, x: i64) -> f64 {
        let above = self.ccdf(x);
        if above < 0.5 {
            return (-above).ln_1p();
        }
        if x < 0 { f64::NEG_INFINITY } else { self.with_zeros((-self.theta).ln_1p() + self.counts.log_cdf(x)) }
    }

    pub fn log_ccdf(&self, x: i64) -> f64 {
        if x < 0 {
            return 0.0;
        }
        let below = self.cdf(x);
        if below < 0.5 { (-below).ln_1p() } else { (-self.theta).ln_1p() + self.counts.log_ccdf(x) }
    }

    /// A guess of the quantile: that of the counts, of what is left of p.
    pub fn guess(&self, p: f64) -> f64 {
        let p = (p - self.theta) / (1.0 - self.theta);
        if p > 0.0 { self.counts.quantile(p.min(1.0 - f64::EPSILON)) as f64 } else { 0.0 }
    }

    /// The same from the probability above.
    pub fn guess_ccdf(&self, q: f64) -> f64 {
        let q = q / (1.0 - self.theta);
        if q < 1.0 { self.counts.quantile_ccdf(q) as f64 } else { 0.0 }
    }
}

fn scale(derivatives: &mut [f64], factor: f64) {
    derivatives.iter_mut().for_each(|derivative| *derivative = product(factor, *derivative));
}
