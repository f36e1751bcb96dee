//! Hypergeometric draws: from the urn itself for few of them, else by the ratio of uniforms (HRUA: Stadlober, "The ratio of
//! uniforms approach for generating discrete random variates", 1990).

use borel_abi::stream::Stream;

/// 2 sqrt(2 / e) and 3 - 2 sqrt(3 / e).
const SLOPE: f64 = 1.715_527_769_921_413_5;
const INTERCEPT: f64 = 0.898_916_162_058_898_8;

/// Below this many draws the urn is quicker.
const FEW: i64 = 12;

/// The number of marked balls among n that are taken from an urn of a marked and b others; `log_mass` is of (n, a, b) at x.
pub fn hypergeometric(
    stream: &mut Stream,
    (n, a, b): (i64, i64, i64),
    log_mass: impl Fn((i64, i64, i64), i64) -> f64,
) -> i64 {
    let total = a.saturating_add(b);
    if a <= 0 || n <= 0 || n > total {
        return 0;
    }
    // Fewer balls are taken than stay, and fewer are marked than not; what is drawn follows by what is left over.
    let taken = n.min(total - n);
    let marked = a.min(b);
    let few = if taken < FEW {
        from_urn(stream, taken, marked, total)
    } else {
        by_ratio(stream, (taken, marked, total - marked), log_mass)
    };
    let of_a = if a > b { taken - few } else { few };
    if taken == n { of_a } else { a - of_a }
}

fn from_urn(stream: &mut Stream, taken: i64, marked: i64, total: i64) -> i64 {
    let mut left = marked;
    for i in 0..taken {
        if stream.uniform() * ((total - i) as f64) < left as f64 {
            left -= 1;
        }
    }
    marked - left
}

fn by_ratio(stream: &mut Stream, urn: (i64, i64, i64), log_mass: impl Fn((i64, i64, i64), i64) -> f64) -> i64 {
    let (n, a, b) = (urn.0 as f64, urn.1 as f64, urn.2 as f64);
    let total = a + b;
    let (p, q) = (a / total, b / total);
    let centre = n * p + 0.5;
    let variance = (total - n) / (total - 1.0) * n * p * q;
    let height = SLOPE * (variance + 0.5).sqrt() + INTERCEPT;
    let mode = ((n + 1.0) * ((a + 1.0) / (total + 2.0))).floor();
    let end = n.min(a) + 1.0;
    let at_mode = log_mass(urn, mode as i64);
    loop {
        let (u, v) = (stream.uniform(), stream.uniform());
        let x = centre + height * (v - 0.5) / u;
        if x < 0.0 || x >= end {
            continue;
        }
        let k = x.floor() as i64;
        let ratio = log_mass(urn, k) - at_mode;
        if u * (4.0 - u) - 3.0 <= ratio {
            return k;
        }
        if u * (u - ratio) < 1.0 && 2.0 * u.ln() <= ratio {
            return k;
        }
    }
}
