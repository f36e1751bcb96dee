//! Gammas by squeeze and rejection (Marsaglia and Tsang, "A simple method for generating gamma variables", 2000).

use super::normal;
use borel_abi::stream::Stream;

/// A standard gamma; 0 where it is too small for a double, NaN if the shape is not positive and finite.
#[inline]
pub fn gamma(stream: &mut Stream, shape: f64) -> f64 {
    if !(1.0..f64::INFINITY).contains(&shape) {
        return log_gamma(stream, shape).exp();
    }
    let d = shape - 1.0 / 3.0;
    let v = root(stream, d);
    d * (v * v * v)
}

/// The logarithm of a standard gamma. Shapes below 1 are reached from those above by a power of a uniform, in logarithms, so
/// that tiny shapes do not underflow.
pub fn log_gamma(stream: &mut Stream, shape: f64) -> f64 {
    if !(shape > 0.0 && shape.is_finite()) {
        return f64::NAN;
    }
    let boost = if shape < 1.0 { stream.uniform().ln() / shape } else { 0.0 };
    let d = if shape < 1.0 { shape + 1.0 } else { shape } - 1.0 / 3.0;
    let v = root(stream, d);
    (d * (v * v * v)).ln() + boost
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
