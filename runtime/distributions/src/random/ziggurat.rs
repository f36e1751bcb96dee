//! The ziggurat for normals and exponentials (Marsaglia and Tsang, "The ziggurat method for generating random variables", 2000,
//! with the layer and the value from different bits of one word, Doornik 2005). The tables are made by the compiler.

use super::constant::{exp, ln, sqrt};
use borel_abi::stream::Stream;

/// A layer of equal area, from `x` on its lower side to the next layer's x on its upper side.
#[derive(Clone, Copy)]
struct Layer {
    /// x, over the number of integers that are scaled to it
    width: f64,
    /// The integers below this are under the density, whatever the height
    inside: u64,
    /// The density at x
    low: f64,
    /// The density at the next layer's x, less `low`
    rise: f64,
}

const LAYERS: usize = 256;

/// Where the tail of the normal begins, and the area of a layer, of the density exp(-x^2 / 2).
const NORMAL_TAIL: f64 = 3.654_152_885_361_009;
const NORMAL_AREA: f64 = 0.004_928_673_233_974_655;

/// The same of exp(-x).
const EXPONENTIAL_TAIL: f64 = 7.697_117_470_131_05;
const EXPONENTIAL_AREA: f64 = 0.003_949_659_822_581_557;

/// Normals scale 52 bits and a sign, exponentials 53 bits.
const NORMAL_INTEGERS: f64 = (1u64 << 52) as f64;
const EXPONENTIAL_INTEGERS: f64 = (1u64 << 53) as f64;

const fn normal_density(x: f64) -> f64 {
    exp(-0.5 * x * x)
}

const fn normal_abscissa(density: f64) -> f64 {
    sqrt(-2.0 * ln(density))
}

static NORMAL: [Layer; LAYERS] = {
    let mut layers = [Layer { width: 0.0, inside: 0, low: 0.0, rise: 0.0 }; LAYERS];
    // The lowest layer holds the tail: a rectangle of its area would reach to x.
    let (mut x, mut next) = (NORMAL_AREA / normal_density(NORMAL_TAIL), NORMAL_TAIL);
    let mut i = 0;
    while i < LAYERS {
        let (low, high) = (normal_density(x), normal_density(next));
        let inside = (next / x * NORMAL_INTEGERS) as u64;
        layers[i] = Layer { width: x / NORMAL_INTEGERS, inside, low, rise: high - low };
        x = next;
        let top = NORMAL_AREA / x + high;
        next = if i + 2 >= LAYERS || top >= 1.0 { 0.0 } else { normal_abscissa(top) };
        i += 1;
    }
    layers
};

static EXPONENTIAL: [Layer; LAYERS] = {
    let mut layers = [Layer { width: 0.0, inside: 0, low: 0.0, rise: 0.0 }; LAYERS];
    let (mut x, mut next) = (EXPONENTIAL_AREA / exp(-EXPONENTIAL_TAIL), EXPONENTIAL_TAIL);
    let mut i = 0;
    while i < LAYERS {
        let (low, high) = (exp(-x), exp(-next));
        let inside = (next / x * EXPONENTIAL_INTEGERS) as u64;
        layers[i] = Layer { width: x / EXPONENTIAL_INTEGERS, inside, low, rise: high - low };
        x = next;
        let top = EXPONENTIAL_AREA / x + high;
        next = if i + 2 >= LAYERS || top >= 1.0 { 0.0 } else { -ln(top) };
        i += 1;
    }
    layers
};

/// A standard normal.
#[inline]
pub fn normal(stream: &mut Stream) -> f64 {
    let bits = stream.next_u64();
    let index = (bits & 0xff) as usize;
    let layer = &NORMAL[index];
    let signed = bits as i64 >> 11;
    let x = signed as f64 * layer.width;
    if signed.unsigned_abs() < layer.inside { x } else { normal_at_edge(stream, index, x) }
}

/// What becomes of a point of a layer that is not below the layer above it.
#[cold]
fn normal_at_edge(stream: &mut Stream, index: usize, x: f64) -> f64 {
    if index == 0 {
        return normal_tail(stream).copysign(x);
    }
    let layer = &NORMAL[index];
    if layer.low + layer.rise * stream.uniform() < (-0.5 * x * x).exp() { x } else { normal(stream) }
}

/// A normal beyond the tail's begin (Marsaglia 1964).
fn normal_tail(stream: &mut Stream) -> f64 {
    loop {
        let (x, y) = (exponential(stream) / NORMAL_TAIL, exponential(stream));
        if 2.0 * y > x * x {
            return NORMAL_TAIL + x;
        }
    }
}

/// A standard exponential, never 0.
#[inline]
pub fn exponential(stream: &mut Stream) -> f64 {
    let bits = stream.next_u64();
    let index = (bits & 0xff) as usize;
    let layer = &EXPONENTIAL[index];
    let integer = (bits >> 11) | 1;
    let x = integer as f64 * layer.width;
    if integer < layer.inside { x } else { exponential_at_edge(stream, index, x) }
}

#[cold]
fn exponential_at_edge(stream: &mut Stream, index: usize, x: f64) -> f64 {
    if index == 0 {
        // Beyond its begin the tail is an exponential again.
        return EXPONENTIAL_TAIL + exponential(stream);
    }
    let layer = &EXPONENTIAL[index];
    if layer.low + layer.rise * stream.uniform() < (-x).exp() { x } else { exponential(stream) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_close() {
        for (layers, integers) in [(&NORMAL, NORMAL_INTEGERS), (&EXPONENTIAL, EXPONENTIAL_INTEGERS)] {
            let top = layers[LAYERS - 1];
            assert_eq!(top.inside, 0);
            let area = top.width * integers * top.rise;
            let other = layers[100].width * integers * layers[100].rise;
            assert!((area / other - 1.0).abs() < 1e-10, "{area} {other}");
        }
    }
}
