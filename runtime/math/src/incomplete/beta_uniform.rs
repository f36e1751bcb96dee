//! The incomplete beta function of two large shapes, near the mean.

use crate::error::scaled;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, SQRT_2};

/// The highest order of the expansion.
const ORDER: usize = 20;

/// The expansion's coefficients in the order that they are needed: a of (8), c and d of (10) and (11).
struct Coefficients {
    a: [f64; ORDER + 1],
    c: [f64; ORDER + 1],
    d: [f64; ORDER + 1],
}

impl Coefficients {
    /// Sets c_i and d_i from a_0 .. a_i.
    fn extend(&mut self, i: usize) {
        let r = -0.5 * (i as f64 + 1.0);
        // The coefficients of the power r of the series a.
        let mut b = [0.0; ORDER + 1];
        b[0] = r * self.a[0];
        for m in 2..=i {
            let sum: f64 = (1..m).map(|j| (j as f64 * r - (m - j) as f64) * self.a[j - 1] * b[m - j - 1]).sum();
            b[m - 1] = r * self.a[m - 1] + sum / m as f64;
        }
        self.c[i - 1] = b[i - 1] / (i as f64 + 1.0);
        let sum: f64 = (1..i).map(|j| self.d[i - j - 1] * self.c[j - 1]).sum();
        self.d[i - 1] = -(sum + self.c[i - 1]);
    }
}

/// I_x(a, b) exp(deviance) but for Stirling's corrections, for large shapes and x below the mean, from the deviance
/// a log(a / (n x)) + b log(b / (n y)), n = a + b: the procedure BASYM of DiDonato and Morris ("Algorithm 708: significant
/// digit computation of the incomplete beta function ratios", 1992).
pub fn expansion(a: f64, b: f64, deviance: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    let h = small / large;
    let (r0, r1) = (1.0 / (1.0 + h), (b - a) / large);
    let w0 = 1.0 / (small * (1.0 + h)).sqrt();
    let square = 2.0 * deviance;
    let mut coefficients = Coefficients { a: [0.0; ORDER + 1], c: [0.0; ORDER + 1], d: [0.0; ORDER + 1] };
    coefficients.a[0] = r1 * 2.0 / 3.0;
    coefficients.c[0] = -0.5 * coefficients.a[0];
    coefficients.d[0] = -coefficients.c[0];
    let e = 0.5 * FRAC_1_SQRT_2;
    let (mut even, mut odd) = (0.5 / FRAC_2_SQRT_PI * scaled(deviance.sqrt()), e);
    let mut sum = even + coefficients.d[0] * w0 * odd;
    let (mut s, mut power, mut w) = (1.0, 1.0, w0);
    let (mut even_power, mut odd_power) = (SQRT_2 * deviance.sqrt(), square);
    for n in (2..ORDER).step_by(2) {
        let order = n as f64;
        power *= h * h;
        s += power;
        coefficients.a[n - 1] = r0 * 2.0 * (1.0 + h * power) / (order + 2.0);
        coefficients.a[n] = r1 * 2.0 * s / (order + 3.0);
        coefficients.extend(n);
        coefficients.extend(n + 1);
        even = e * even_power + (order - 1.0) * even;
        odd = e * odd_power + order * odd;
        even_power *= square;
        odd_power *= square;
        w *= w0;
        let term = coefficients.d[n - 1] * w * even;
        w *= w0;
        let next = coefficients.d[n] * w * odd;
        sum += term + next;
        if term.abs() + next.abs() <= 1e-17 * sum {
            break;
        }
    }
    FRAC_2_SQRT_PI * sum
}
