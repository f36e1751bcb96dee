//! Draws from the standard distributions that the others are made of.

use borel_abi::stream::Stream;
use rand::rand_core::{Infallible, TryRng};
use rand_distr::{Distribution, Exp1, StandardNormal};

/// A stream as a generator of the crate `rand`.
struct Generator<'a>(&'a mut Stream);

impl TryRng for Generator<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.0.next_u64() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.0.next_u64().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// A standard normal, by the ziggurat (Doornik 2005).
#[inline]
pub fn normal(stream: &mut Stream) -> f64 {
    StandardNormal.sample(&mut Generator(stream))
}

/// A standard exponential, by the ziggurat.
#[inline]
pub fn exponential(stream: &mut Stream) -> f64 {
    Exp1.sample(&mut Generator(stream))
}

/// A draw by any sampler of `rand_distr`.
pub fn draw<T, D: Distribution<T>>(distribution: &D, stream: &mut Stream) -> T {
    distribution.sample(&mut Generator(stream))
}

/// The logarithm of a standard gamma: squeeze and rejection (Marsaglia and Tsang 2000), and for shapes below 1 the boost
/// by a power of a uniform, in logarithms, so that tiny shapes do not underflow.
pub fn log_gamma(stream: &mut Stream, shape: f64) -> f64 {
    if shape > 0.0 && shape < 1.0 {
        return gamma(stream, shape + 1.0).ln() + stream.uniform().ln() / shape;
    }
    gamma(stream, shape).ln()
}

/// A standard gamma with a shape of at least 1.
#[inline]
pub fn gamma(stream: &mut Stream, shape: f64) -> f64 {
    if !(shape > 0.0 && shape.is_finite()) {
        return f64::NAN;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(stream);
        let v = 1.0 + c * x;
        if v <= 0.0 {
            continue;
        }
        let v = v * v * v;
        let u = stream.uniform();
        if u < 1.0 - 0.0331 * x * x * x * x || u.ln() < 0.5 * x * x + d * (1.0 - v + v.ln()) {
            return d * v;
        }
    }
}
