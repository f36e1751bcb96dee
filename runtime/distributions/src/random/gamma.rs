//! Gammas by squeeze and rejection (Marsaglia and Tsang, "A simple method for generating gamma variables", 2000).

use super::{exponential, normal};
use borel_abi::stream::Stream;

/// A standard gamma; 0 where it is too small for a double, NaN if the shape is not positive and finite.
#[inline]
pub fn gamma(stream: &mut Stream, shape: f64) -> f64 {
    let (factor, log) = gamma_parts(stream, shape);
    if log == 0.0 { factor } else { factor * log.exp() }
}

/// The logarithm of a standard gamma.
pub fn log_gamma(stream: &mut Stream, shape: f64) -> f64 {
    let (factor, log) = gamma_parts(stream, shape);
    factor.ln() + log
}

/// A standard gamma as a number and the logarithm of another one, whose product it is. Shapes below 1 are reached from those above by
/// a power of a uniform, which stays a logarithm, so that tiny shapes do not underflow.
#[inline]
pub fn gamma_parts(stream: &mut Stream, shape: f64) -> (f64, f64) {
    if shape == 1.0 {
        return (exponential(stream), 0.0);
    }
    if (1.0..f64::INFINITY).contains(&shape) {
        return (from_one(stream, shape), 0.0);
    }
    if shape > 0.0 && shape < 1.0 {
        return (from_one(stream, shape + 1.0), -exponential(stream) / shape);
    }
    (f64::NAN, 0.0)
}

/// A standard gamma of a shape of at least 1.
#[inline]
fn from_one(stream: &mut Stream, shape: f64) -> f64 {
    let d = shape - 1.0 / 3.0;
    let v = root(stream, d);
    d * (v * v * v)
}

/// v, for which d v^3 is a gamma of shape d + 1/3, at least 1.
#[inline]
fn root(stream: &mut Stream, d: f64) -> f64 {
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(stream);
        let v = 1.0 + c * x;
        if v <= 0.0 {
            continue;
        }
        let u = stream.uniform();
        let square = x * x;
        if u < 1.0 - 0.0331 * square * square {
            return v;
        }
        let cube = v * v * v;
        if u.ln() < 0.5 * square + d * (1.0 - cube + 3.0 * v.ln()) {
            return v;
        }
    }
}
