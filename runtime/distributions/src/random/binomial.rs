//! Binomial draws: inversion for small means, else BTPE (Kachitvichyanukul and Schmeiser, "Binomial random variate generation",
//! 1988), with the exact log mass in place of its last test, so that counts of any size stay right.

use super::inversion::RECIPROCALS;
use borel_abi::stream::Stream;
use borel_math::saddle::log_binomial;

/// From this mean on rejection is quicker; BTPE is not right below it.
const LARGE: f64 = 10.0;

/// The number of successes in n trials, with the probabilities of success and of failure.
#[inline]
pub fn binomial(stream: &mut Stream, n: i64, p: f64, q: f64) -> i64 {
    if p > q { n - rarer(stream, n, q, p) } else { rarer(stream, n, p, q) }
}

/// The same for p <= 1/2.
#[inline]
fn rarer(stream: &mut Stream, n: i64, p: f64, q: f64) -> i64 {
    if n <= 0 || p.is_nan() || p <= 0.0 {
        return 0;
    }
    if n as f64 * p < LARGE { by_inversion(stream, n, p, q) } else { Btpe::new(n, p, q).draw(stream) }
}

fn by_inversion(stream: &mut Stream, n: i64, p: f64, q: f64) -> i64 {
    let first = (n as f64 * (-p).ln_1p()).exp();
    let odds = p / q;
    loop {
        let (mut left, mut mass, mut rest) = (stream.uniform(), first, n as f64 * odds);
        for (x, reciprocal) in RECIPROCALS.iter().enumerate() {
            if left < mass {
                return (x as i64).min(n);
            }
            left -= mass;
            mass *= rest * reciprocal;
            rest -= odds;
        }
        // Only the rounding of the sum leads here.
    }
}

/// The hat: a triangle with parallelograms at its sides and exponential tails, named as in the paper.
struct Btpe {
    n: f64,
    p: f64,
    q: f64,
    variance: f64,
    mode: f64,
    p1: f64,
    left: f64,
    right: f64,
    c: f64,
    lambda_left: f64,
    lambda_right: f64,
}

impl Btpe {
    fn new(n: i64, p: f64, q: f64) -> Btpe {
        let n = n as f64;
        let variance = n * p * q;
        let peak = n * p + p;
        let mode = peak.floor();
        let p1 = (2.195 * variance.sqrt() - 4.6 * q).floor() + 0.5;
        let middle = mode + 0.5;
        let (left, right) = (middle - p1, middle + p1);
        let slope = |a: f64| a * (1.0 + 0.5 * a);
        Btpe {
            n,
            p,
            q,
            variance,
            mode,
            p1,
            left,
            right,
            c: 0.134 + 20.5 / (15.3 + mode),
            lambda_left: slope((peak - left) / (peak - left * p)),
            lambda_right: slope((right - peak) / (right * q)),
        }
    }

    fn draw(&self, stream: &mut Stream) -> i64 {
        let p2 = self.p1 * (1.0 + 2.0 * self.c);
        let p3 = p2 + self.c / self.lambda_left;
        let p4 = p3 + self.c / self.lambda_right;
        loop {
            let (u, v) = (stream.uniform() * p4, stream.uniform());
            if u <= self.p1 {
                return (self.mode + 0.5 - self.p1 * v + u).floor() as i64;
            }
            let (y, v) = if u <= p2 {
                let x = self.left + (u - self.p1) / self.c;
                (x.floor(), v * self.c + 1.0 - (self.mode - x + 0.5).abs() / self.p1)
            } else if u <= p3 {
                ((self.left + v.ln() / self.lambda_left).floor(), v * (u - p2) * self.lambda_left)
            } else {
                ((self.right - v.ln() / self.lambda_right).floor(), v * (u - p3) * self.lambda_right)
            };
            if y >= 0.0 && y <= self.n && v <= 1.0 && self.accepts(y, v) {
                return y as i64;
            }
        }
    }

    /// Whether v is at most the mass at y over that at the mode.
    fn accepts(&self, y: f64, v: f64) -> bool {
        let k = (y - self.mode).abs();
        if k <= 20.0 {
            return v <= self.ratio_by_steps(y);
        }
        let log_v = v.ln();
        if k < 0.5 * self.variance - 1.0 {
            let rho = (k / self.variance) * ((k * (k / 3.0 + 0.625) + 1.0 / 6.0) / self.variance + 0.5);
            let t = -k * k / (2.0 * self.variance);
            if log_v < t - rho {
                return true;
            }
            if log_v > t + rho {
                return false;
            }
        }
        log_v <= self.log_mass(y) - self.log_mass(self.mode)
    }

    fn ratio_by_steps(&self, y: f64) -> f64 {
        let odds = self.p / self.q;
        let step = |x: f64| (self.n - x + 1.0) / x * odds;
        let (low, high) = if y > self.mode { (self.mode, y) } else { (y, self.mode) };
        let (mut x, mut product) = (low, 1.0);
        while x < high {
            x += 1.0;
            product *= step(x);
        }
        if y > self.mode { product } else { 1.0 / product }
    }

    fn log_mass(&self, y: f64) -> f64 {
        if y == 0.0 {
            return self.n * (-self.p).ln_1p();
        }
        if y == self.n { self.n * self.p.ln() } else { log_binomial(y, self.n - y, self.p, self.q) }
    }
}
