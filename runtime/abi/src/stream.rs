//! Streams of random numbers: xoshiro256++ (Blackman and Vigna, ACM TOMS 47, 2021), keyed by seed, chunk and step.

/// A stream of random numbers.
#[repr(C)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    state: [u64; 4],
}

/// One step of SplitMix64 (Steele, Lea and Flood 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Stream {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Stream {
        Stream::derive(seed, 0, 0)
    }

    /// The stream of a seed, a chunk of particles and a step; different arguments give independent streams.
    pub fn derive(seed: u64, chunk: u64, step: u64) -> Stream {
        let mut key = seed;
        let mut mixed = split_mix(&mut key) ^ chunk;
        let mut mixed = split_mix(&mut mixed) ^ step;
        let state = [0; 4].map(|_: u64| split_mix(&mut mixed));
        Stream { state }
    }

    /// 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// What tells where in which stream this is: it names a draw whatever the thread or the memory that it was made in.
    pub fn position(&self) -> u64 {
        self.state[0]
    }

    /// Uniform in the open interval (0, 1).
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        ((self.next_u64() >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
    }
}
