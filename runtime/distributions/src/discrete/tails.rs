//! Sums of masses from a value to the end of the support, and quantiles by search.

use crate::{Scalar, Support};
use borel_math::logarithm::log1mexp;
use borel_math::normal;
use std::f64::consts::LN_2;

/// How far a probability may miss a jump of the cdf by rounding, relatively.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// The smallest x with P(X <= x) >= p, from a guess. i64::MIN if p is no probability; for p = 0 the first value, for p = 1 the last
/// (i64::MAX if there is none). A p that is within rounding of a jump counts as the jump.
pub fn quantile<D: Scalar<Value = i64>>(d: &D, p: f64, guess: f64) -> i64 {
    let enough = p - ROUNDING * p;
    end(d, p, 0.0, 1.0).unwrap_or_else(|(first, last)| search(guess, first, last, |x| d.cdf(x) >= enough))
}

/// The smallest x with P(X > x) <= q, likewise.
pub fn quantile_ccdf<D: Scalar<Value = i64>>(d: &D, q: f64, guess: f64) -> i64 {
    let little = q + ROUNDING * q;
    end(d, q, 1.0, 0.0).unwrap_or_else(|(first, last)| search(guess, first, last, |x| d.ccdf(x) <= little))
}

/// The quantile where no search is needed; else the first and the last value.
fn end<D: Scalar<Value = i64>>(d: &D, probability: f64, at_first: f64, at_last: f64) -> Result<i64, (i64, i64)> {
    let Support::Integers(first, last) = d.support() else { return Ok(i64::MIN) };
    let last = last.unwrap_or(i64::MAX);
    match probability {
        p if !(0.0..=1.0).contains(&p) => Ok(i64::MIN),
        p if p == at_first => Ok(first),
        p if p == at_last => Ok(last),
        _ => Err((first, last)),
    }
}

/// A first guess of a quantile from moments (the first terms of Cornish and Fisher 1938), with p or 1 - p, whichever is given.
pub fn guess(mean: f64, variance: f64, skewness: f64, p: f64) -> f64 {
    moments(mean, variance, skewness, normal::quantile(p))
}

/// The same from the probability above.
pub fn guess_ccdf(mean: f64, variance: f64, skewness: f64, q: f64) -> f64 {
    moments(mean, variance, skewness, normal::quantile_ccdf(q))
}

fn moments(mean: f64, variance: f64, skewness: f64, z: f64) -> f64 {
    mean + variance.sqrt() * (z + skewness * (z * z - 1.0) / 6.0) - 0.5
}

/// The first value that is reached, where all after it are; the last if none is. In growing steps from the guess, then by halves.
pub fn search(guess: f64, first: i64, last: i64, reached: impl Fn(i64) -> bool) -> i64 {
    // The conversion saturates, and makes a NaN 0.
    let mut x = (guess.round() as i64).clamp(first, last);
    let mut step = 1_i64;
    if reached(x) {
        while x > first {
            let below = x.saturating_sub(step).max(first);
            if !reached(below) {
                return halve(below, x, reached);
            }
            (x, step) = (below, step.saturating_mul(2));
        }
        return first;
    }
    while x < last {
        let above = x.saturating_add(step).min(last);
        if reached(above) {
            return halve(x, above, reached);
        }
        (x, step) = (above, step.saturating_mul(2));
    }
    last
}

/// The same between a value that is not reached and one that is.
fn halve(mut below: i64, mut above: i64, reached: impl Fn(i64) -> bool) -> i64 {
    loop {
        let distance = above.wrapping_sub(below) as u64;
        if distance <= 1 {
            return above;
        }
        let middle = below.wrapping_add((distance / 2) as i64);
        if reached(middle) {
            above = middle;
        } else {
            below = middle;
        }
    }
}

/// The logarithm of one tail; of the other it is told by the complement.
#[derive(Clone, Copy)]
pub enum Tail {
    /// log P(X <= x)
    Lower(f64),
    /// log P(X > x)
    Upper(f64),
}

impl Tail {
    /// From sums of both sides, of which only what is needed is computed: the one that is at most about 1/2 is kept.
    pub fn of(below_mean: bool, lower: impl Fn() -> f64, upper: impl Fn() -> f64) -> Tail {
        let first = if below_mean { Tail::Lower(lower().min(0.0)) } else { Tail::Upper(upper().min(0.0)) };
        match first {
            Tail::Lower(log) if log > -LN_2 => Tail::Upper(upper().min(0.0)),
            Tail::Upper(log) if log > -LN_2 => Tail::Lower(lower().min(0.0)),
            kept => kept,
        }
    }

    /// P(X <= x).
    pub fn cdf(self) -> f64 {
        match self {
            Tail::Lower(log) => log.exp(),
            Tail::Upper(log) => -log.exp_m1(),
        }
    }

    /// P(X > x).
    pub fn ccdf(self) -> f64 {
        self.mirrored().cdf()
    }

    /// log P(X <= x).
    pub fn log_cdf(self) -> f64 {
        match self {
            Tail::Lower(log) => log,
            Tail::Upper(log) => log1mexp(log),
        }
    }

    /// log P(X > x).
    pub fn log_ccdf(self) -> f64 {
        self.mirrored().log_cdf()
    }

    fn mirrored(self) -> Tail {
        match self {
            Tail::Lower(log) => Tail::Upper(log),
            Tail::Upper(log) => Tail::Lower(log),
        }
    }
}

/// The sum of `count` terms, the first 1, each the ratio times the one before. If the ratios fall, it ends where the rest is below
/// rounding.
pub fn sum_of_ratios(count: i64, falling: bool, ratio: impl Fn(f64) -> f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for i in 0..count - 1 {
        let factor = ratio(i as f64);
        term *= factor;
        sum += term;
        if falling && factor < 1.0 && term < 0.25 * f64::EPSILON * sum * (1.0 - factor) {
            break;
        }
    }
    sum
}
