//! Elementary functions for tables that the compiler makes, where those of the standard library cannot be called.

const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// exp(x) for -700 < x <= 0.
pub const fn exp(x: f64) -> f64 {
    let halvings = (-x / std::f64::consts::LN_2 + 0.5) as u32;
    let rest = (x + halvings as f64 * LN_2_HIGH) + halvings as f64 * LN_2_LOW;
    let (mut term, mut sum, mut k) = (1.0, 0.0, 22);
    // The series from its small end: each step is one factor of Horner's scheme.
    while k > 0 {
        sum = rest / k as f64 * (1.0 + sum);
        k -= 1;
    }
    let mut i = 0;
    while i < halvings {
        term *= 0.5;
        i += 1;
    }
    term * (1.0 + sum)
}

/// log(x) for 1e-300 < x <= 1.
pub const fn ln(x: f64) -> f64 {
    let (mut x, mut halvings) = (x, 0.0);
    while x < 0.75 {
        x *= 2.0;
        halvings += 1.0;
    }
    // 2 artanh((x - 1) / (x + 1))
    let ratio = (x - 1.0) / (x + 1.0);
    let square = ratio * ratio;
    let (mut sum, mut k) = (0.0, 31.0);
    while k > 0.0 {
        sum = sum * square + 1.0 / k;
        k -= 2.0;
    }
    (2.0 * ratio * sum - halvings * LN_2_LOW) - halvings * LN_2_HIGH
}

/// The square root of a positive number below 1000, by Newton's method.
pub const fn sqrt(x: f64) -> f64 {
    let (mut root, mut i) = (if x > 1.0 { x } else { 1.0 }, 0);
    while i < 60 {
        root = 0.5 * (root + x / root);
        i += 1;
    }
    root
}

#[cfg(test)]
mod tests {
    #[test]
    fn agree_with_the_standard_library() {
        for k in 1..2000 {
            let x = f64::from(k) * 1e-2;
            let near = |a: f64, b: f64| assert!((a - b).abs() <= 6e-16 * b.abs().max(1e-3), "{x}: {a} {b}");
            near(super::exp(-x), (-x).exp());
            near(super::sqrt(x), x.sqrt());
            near(super::ln(x / 20.0), (x / 20.0).ln());
        }
    }
}
