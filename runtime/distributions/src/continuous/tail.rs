//! What the tails and quantiles of several distributions need: probabilities, quadrature of what has no closed form, and the
//! inversion of a tail.

/// p, or NaN if it is no probability.
#[inline]
pub(super) fn probability(p: f64) -> f64 {
    if (0.0..=1.0).contains(&p) { p } else { f64::NAN }
}

/// The logarithm of a mass, given the mass outside of it too: whichever of the two is small has the digits.
#[inline]
pub(super) fn log_mass(mass: f64, outside: f64) -> f64 {
    if outside < 0.5 { (-outside).ln_1p() } else { mass.ln() }
}

/// Nodes and weights of the Gauss-Legendre rule with twenty points on (-1, 1), those above 0.
const LEGENDRE: [(f64, f64); 10] = [
    (0.993_128_599_185_094_9, 0.017_614_007_139_152_118),
    (0.963_971_927_277_913_8, 0.040_601_429_800_386_94),
    (0.912_234_428_251_326, 0.062_672_048_334_109_07),
    (0.839_116_971_822_218_8, 0.083_276_741_576_704_75),
    (0.746_331_906_460_150_8, 0.101_930_119_817_240_44),
    (0.636_053_680_726_515, 0.118_194_531_961_518_41),
    (0.510_867_001_950_827_1, 0.131_688_638_449_176_64),
    (0.373_706_088_715_419_55, 0.142_096_109_318_382_04),
    (0.227_785_851_141_645_07, 0.149_172_986_472_603_74),
    (0.076_526_521_133_497_34, 0.152_753_387_130_725_84),
];

/// The integral over an interval, by panels of equal width.
pub(super) fn integral(f: impl Fn(f64) -> f64, (from, to): (f64, f64), panels: u32) -> f64 {
    let half = 0.5 * (to - from) / f64::from(panels);
    let panel = |index: u32| -> f64 {
        let middle = from + half * f64::from(2 * index + 1);
        LEGENDRE.iter().map(|(node, weight)| weight * (f(middle - half * node) + f(middle + half * node))).sum()
    };
    half * (0..panels).map(panel).sum::<f64>()
}

/// How far the logarithm of an integrand falls until the rest is below half an ulp of what was integrated.
pub(super) const NEGLIGIBLE: f64 = 42.0;

/// How far one must go from 0 until a concave function has fallen by [`NEGLIGIBLE`] below its value there, within a quarter;
/// `start` is a guess, and `longest` the end of the interval.
pub(super) fn reach(f: impl Fn(f64) -> f64, start: f64, longest: f64) -> f64 {
    let target = f(0.0) - NEGLIGIBLE;
    let mut width = start.min(longest);
    for _ in 0..2000 {
        let value = f(width);
        if width >= longest || value <= target || value.is_nan() {
            break;
        }
        width *= 2.0;
    }
    for _ in 0..2000 {
        if width == 0.0 || f(0.75 * width) > target {
            break;
        }
        width *= 0.75;
    }
    width.min(longest)
}

/// The logarithm of a monotone function F at a point, and its derivative: what [`invert`] solves for.
pub(super) struct Logarithm {
    pub value: f64,
    pub slope: f64,
}

/// Where [`invert`] looks.
pub(super) struct Search {
    /// Whether F rises.
    pub rises: bool,
    /// Bounds of the solution, which may be infinite.
    pub bounds: (f64, f64),
    /// A point between the bounds, and how far from it the solution may be.
    pub start: (f64, f64),
}

/// The x with log F(x) = target, for a monotone F: Newton's steps on the logarithm, and bisection where they leave the bracket.
/// Where the bounds are infinite, the bracket grows from the start.
pub(super) fn invert(f: impl Fn(f64) -> Logarithm, target: f64, search: Search) -> f64 {
    if target.is_nan() {
        return f64::NAN;
    }
    let (mut lower, mut upper) = search.bounds;
    let (mut x, scale) = search.start;
    let (mut width, mut last) = (scale, f64::INFINITY);
    for _ in 0..300 {
        let Logarithm { value, slope } = f(x);
        let error = value - target;
        if error == 0.0 {
            break;
        }
        if (error < 0.0) == search.rises {
            lower = x
        } else {
            upper = x
        }
        let next = x - error / slope;
        let step = (next - x).abs();
        let converged = step <= 4e-16 * x.abs() || (step >= last && step < 1e-10 * scale.max(x.abs()));
        if converged {
            return if next >= lower && next <= upper { next } else { x };
        }
        let inside = next > lower && next < upper && step <= 4.0 * width;
        last = if inside { step } else { f64::INFINITY };
        let before = x;
        x = if inside {
            next
        } else if lower.is_finite() && upper.is_finite() {
            0.5 * lower + 0.5 * upper
        } else {
            x + if lower == x { width } else { -width }
        };
        if x == before {
            break;
        }
        width *= 2.0;
    }
    x
}
