//! Poisson draws: inversion for small rates, else transformed rejection with squeeze (PTRS: Hoermann, "The transformed
//! rejection method for generating Poisson random variables", 1993).

use super::inversion::RECIPROCALS;
use borel_abi::stream::Stream;
use borel_math::gamma::log_factorial;
use borel_math::saddle::log_poisson;

/// From here on rejection is quicker.
const LARGE: f64 = 10.0;

/// Below this, log-factorials are looked up, and their difference from what they are compared with loses nothing.
const SMALL: f64 = 150.0;

/// A Poisson draw; i64::MAX where it would be larger, 0 from what is no rate.
#[inline]
pub fn poisson(stream: &mut Stream, rate: f64) -> i64 {
    if rate < LARGE { by_inversion(stream, rate) } else { by_rejection(stream, rate) }
}

#[inline]
fn by_inversion(stream: &mut Stream, rate: f64) -> i64 {
    if rate <= 0.0 {
        return 0;
    }
    let first = (-rate).exp();
    loop {
        let (mut left, mut mass) = (stream.uniform(), first);
        for (x, reciprocal) in RECIPROCALS.iter().enumerate() {
            if left < mass {
                return x as i64;
            }
            left -= mass;
            mass *= rate * reciprocal;
        }
        // Only the rounding of the sum leads here.
    }
}

fn by_rejection(stream: &mut Stream, rate: f64) -> i64 {
    // Also a NaN comes here, and goes.
    if rate.is_nan() || rate >= i64::MAX as f64 {
        return if rate.is_nan() { 0 } else { i64::MAX };
    }
    let b = 0.931 + 2.53 * rate.sqrt();
    let a = -0.059 + 0.02483 * b;
    let squeeze = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let (u, v) = (stream.uniform() - 0.5, stream.uniform());
        let s = 0.5 - u.abs();
        let k = ((2.0 * a / s + b) * u + rate + 0.43).floor();
        if s >= 0.07 && v <= squeeze {
            return k as i64;
        }
        if k < 0.0 || (s < 0.013 && v > s) {
            continue;
        }
        let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
        let log_mass = if k < SMALL { k * rate.ln() - rate - log_factorial(k as i64) } else { log_poisson(k, rate) };
        if (v * inverse_alpha / (a / (s * s) + b)).ln() <= log_mass {
            return k as i64;
        }
    }
}
