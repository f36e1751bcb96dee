//! The first-passage time of a drift diffusion, with the boundary as its sign.
//!
//! In units of alpha² the time is u and the passage at the lower boundary has the density exp(-v w - v² u / 2) f(u, w), where w is the
//! start and v the drift. f is a sum of images for small u and a sine series for large u (Navarro and Fuss 2009): at the
//! point where they change, a handful of terms of either is exact to rounding. The images are summed in pairs, so that
//! nothing cancels when the start is next to a boundary.

use super::tail::{Logarithm, Search, integral, invert, log_mass, probability, reach};
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::error::scaled;
use borel_math::logarithm::inv_logit;
use borel_math::normal;
use borel_math::zeta::zeta;
use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI, TAU};

distribution! {
    /// The Wiener distribution, of the time at which a drift diffusion first leaves its interval, with the boundary as its sign.
    ///
    /// Evidence starts at beta alpha between 0 and alpha, drifts with delta per unit of time and diffuses with variance 1; T is the time
    /// at which it reaches a boundary, after which tau passes. The value is T + tau if the boundary was the upper one, and
    /// -(T + tau) if it was the lower. For t > tau and s = t - tau the density at t is
    /// (α² / s)^(3/2) exp(δα(1-β) - δ²s/2) Σ_k (1 - β + 2k) exp(-(1 - β + 2k)² α² / (2s)) / (α² √(2π)),
    /// k over all integers; at -t it is the same with 1 - beta and -delta for beta and delta; between -tau and tau it is 0.
    ///
    /// At positive values it is the density of Stan's and brms' wiener, term by term: data with an indicator of the boundary are given with the
    /// sign instead, where Stan asks for 1 - beta and -delta at the lower boundary. Stan's density alone is defective: its integral is the
    /// probability of the upper boundary. With both signs it is one, and a draw says which response was given. Units: tau and x are times,
    /// alpha is in their root, delta is in one over their root, beta is none. Mean and variance are those of the signed time; the
    /// entropy has no closed form (NaN).
    ///
    /// Source: Ratcliff, "A theory of memory retrieval", Psychological Review 85 (1978); Navarro and Fuss, "Fast and accurate calculations for
    /// first-passage times in Wiener diffusion models", Journal of Mathematical Psychology 53 (2009).
    ///
    ///     model decision(times: [Real] = [0.61, 0.85, -0.72, 0.58]) {
    ///       let delta ~ Normal(0, 2)
    ///       let alpha ~ Gamma(6, 4)
    ///       for t in times { observe t ~ Wiener(alpha, 0.3, 0.5, delta) }
    ///       return delta
    ///     }
    pub struct Wiener: f64, Continuous {
        /// separation of the boundaries, in the root of the units of x
        alpha: f64 => Positive,
        /// time that does not depend on the evidence, in the units of x
        tau: f64 => NonNegative,
        /// start, as a share of the separation, none
        beta: f64 => OpenProbability,
        /// drift towards the upper boundary, in one over the root of the units of x
        delta: f64 => Finite,
    }
}

/// The time, in units of alpha², at which the sum of images gives way to the sine series.
const CHANGE: f64 = 0.35;

/// The passage at one boundary.
#[derive(Clone, Copy)]
struct Boundary {
    /// The separation.
    alpha: f64,
    /// The distance of the start from this boundary, as a share of the separation.
    near: f64,
    /// 1 less that.
    far: f64,
    /// The drift away from this boundary.
    drift: f64,
}

impl Boundary {
    /// The log density of the time at which this boundary is reached; it integrates to the probability that it is reached.
    fn log_density(&self, t: f64, log_alpha: f64) -> f64 {
        if t <= 0.0 || t == f64::INFINITY {
            return f64::NEG_INFINITY;
        }
        // exp(-v w - v² u / 2) together with the first image: both exponents in one square, which does not overflow twice.
        let root = (self.alpha * self.near + self.drift * t) / t.sqrt();
        let exponent = -0.5 * root * root;
        if exponent == f64::NEG_INFINITY {
            return exponent;
        }
        let u = t / self.alpha / self.alpha;
        if u > 1e300 {
            return f64::NEG_INFINITY;
        }
        if u < CHANGE {
            return exponent + self.images(u).ln() - 1.5 * t.ln() + log_alpha - 0.5 * TAU.ln();
        }
        exponent + 0.5 * self.near * (self.near / u) - 0.5 * PI * PI * u + self.sines(u).ln() + PI.ln()
            - 2.0 * log_alpha
    }

    /// The derivatives of [`Boundary::log_density`]: in t, in the separation, in the distance of the start, and in the drift.
    fn gradient(&self, t: f64) -> [f64; 4] {
        let u = t / self.alpha / self.alpha;
        if !(t > 0.0 && u <= 1e300) {
            return [if t.is_nan() { t } else { 0.0 }; 4];
        }
        let (square, moved) = (self.alpha * self.alpha, self.alpha * self.near + self.drift * t);
        if u < CHANGE {
            let start = self.alpha * self.near / t;
            let [by_u, by_near] = self.images_gradient(u);
            let by_time = 0.5 * (start - self.drift) * (start + self.drift) - 1.5 / t + by_u / square;
            let by_alpha = (1.0 - 2.0 * u * by_u) / self.alpha - self.near * moved / t;
            return [by_time, by_alpha, by_near - self.alpha * moved / t, -moved];
        }
        let [by_u, by_near] = self.sines_gradient(u);
        let rate = 0.5 * PI * PI - by_u;
        let by_time = -0.5 * self.drift * self.drift - rate / square;
        let by_alpha = 2.0 * (u * rate - 1.0) / self.alpha - self.near * self.drift;
        [by_time, by_alpha, by_near - self.alpha * self.drift, -moved]
    }

    /// The derivatives of the logarithm of [`Boundary::images`] in u and in w.
    fn images_gradient(&self, u: f64) -> [f64; 2] {
        let is_near = self.near <= 0.5;
        // The distance from the nearer boundary, and how it grows with w.
        let (distance, direction) = if is_near { (self.near, 1.0) } else { (self.far, -1.0) };
        // A pair as in `images`, and its derivatives in u and in the distance.
        let pair = |n: f64| {
            let fall = -2.0 * n * distance / u;
            let e = fall.exp();
            let value = -n * fall.exp_m1() - distance * (1.0 + e);
            let by_u = (n + distance) * e * fall / u;
            let by_distance = 2.0 * n * (n + distance) / u * e - (1.0 + e);
            [value, by_u, by_distance * direction]
        };
        let [mut sum, mut by_u, mut by_w] = if is_near { [distance, 0.0, 1.0] } else { pair(1.0) };
        for k in 1..20 {
            let step = f64::from(2 * k);
            // The weight of the pair is exp(-exponent / u).
            let (n, sign) = if is_near { (step, -1.0) } else { (step + 1.0, 1.0) };
            let exponent = 0.5 * step * (step - 2.0 * direction * self.near);
            let weight = sign * (-exponent / u).exp();
            let [value, pair_by_u, pair_by_w] = pair(n);
            sum += weight * value;
            by_u += weight * (pair_by_u + value * exponent / u / u);
            let term = weight * (pair_by_w + value * step * direction / u);
            by_w += term;
            if term.abs() <= 1e-18 * by_w.abs() {
                break;
            }
        }
        [by_u / sum, by_w / sum]
    }

    /// The derivatives of the logarithm of [`Boundary::sines`] in u and in w.
    fn sines_gradient(&self, u: f64) -> [f64; 2] {
        let is_near = self.near <= 0.5;
        let (mut sum, mut by_u, mut by_w) = (0.0, 0.0, 0.0);
        for k in 1..20 {
            let order = f64::from(k);
            let excess = order * order - 1.0;
            let fall = (-0.5 * PI * PI * u * excess).exp();
            if order * fall * order * order * order <= 1e-18 {
                break;
            }
            // sin(k π w) and cos(k π w) from the nearer boundary.
            let (sine, cosine) = (order * PI * if is_near { self.near } else { self.far }).sin_cos();
            let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
            let (sine, cosine) = if is_near { (sine, cosine) } else { (-sign * sine, sign * cosine) };
            sum += order * fall * sine;
            by_u -= 0.5 * PI * PI * excess * order * fall * sine;
            by_w += PI * order * order * fall * cosine;
        }
        [by_u / sum, by_w / sum]
    }

    /// The sum of (w + 2k) exp(-(w + 2k)² / 2u) over all integers k, over the exponential of its first term.
    fn images(&self, u: f64) -> f64 {
        let pair = |n: f64, distance: f64| {
            let fall = -2.0 * n * distance / u;
            -n * fall.exp_m1() - distance * (1.0 + fall.exp())
        };
        let mut sum = if self.near <= 0.5 { self.near } else { pair(1.0, self.far) };
        for k in 1..20 {
            let step = f64::from(2 * k);
            let term = if self.near <= 0.5 {
                -(-step * (step - 2.0 * self.near) / (2.0 * u)).exp() * pair(step, self.near)
            } else {
                (-step * (step + 2.0 * self.near) / (2.0 * u)).exp() * pair(step + 1.0, self.far)
            };
            sum += term;
            if term.abs() <= 1e-18 * sum {
                break;
            }
        }
        sum
    }

    /// The sum of k sin(k π w) exp(-k² π² u / 2) for k from 1 on, over the exponential of its first term.
    fn sines(&self, u: f64) -> f64 {
        let mut sum = 0.0;
        for k in 1..20 {
            let order = f64::from(k);
            let fall = (-0.5 * PI * PI * u * (order * order - 1.0)).exp();
            if order * fall * order <= 1e-18 {
                break;
            }
            let sine = if self.near <= 0.5 {
                (order * PI * self.near).sin()
            } else {
                (order * PI * self.far).sin() * if k % 2 == 0 { -1.0 } else { 1.0 }
            };
            sum += order * fall * sine;
        }
        sum
    }

    /// The logarithm of the probability that this boundary is reached first.
    fn log_probability(&self) -> f64 {
        let v = self.drift * self.alpha;
        let size = 2.0 * v.abs();
        if size < f64::MIN_POSITIVE {
            return self.far.ln();
        }
        let share = |part: f64| (-size * part).exp_m1() / (-size).exp_m1();
        if v > 0.0 {
            return share(self.far).ln() - size * self.near;
        }
        log_mass(share(self.far), share(self.near) * (-size * self.far).exp())
    }

    fn probability(&self) -> f64 {
        self.log_probability().exp()
    }

    /// The logarithm of the mass of the times before (direction -1) or after t (1), by integration over the logarithm of time, away
    /// from the mode.
    fn log_tail(&self, t: f64, direction: f64) -> f64 {
        let log_alpha = self.alpha.ln();
        let peak = self.log_density(t, log_alpha) + t.ln();
        if peak == f64::NEG_INFINITY || peak.is_nan() {
            return peak;
        }
        let relative = |s: f64| {
            let later = (direction * s).exp();
            self.log_density(t * later, log_alpha) + t.ln() + direction * s - peak
        };
        let end = reach(relative, 1.0, 1e4);
        let panels = (end.ceil() as u32).clamp(4, 200);
        peak + integral(|s| relative(s).exp(), (0.0, end), panels).ln()
    }

    /// Whether t is before the mode of its logarithm.
    fn is_early(&self, t: f64) -> bool {
        let log_alpha = self.alpha.ln();
        let at = |t: f64| self.log_density(t, log_alpha) + t.ln();
        at(t * (1.0 + 1e-4)) > at(t)
    }

    /// The logarithm of the mass before t.
    fn log_before(&self, t: f64) -> f64 {
        if t <= 0.0 {
            return f64::NEG_INFINITY;
        }
        if t == f64::INFINITY {
            return self.log_probability();
        }
        if self.is_early(t) {
            return self.log_tail(t, -1.0);
        }
        let all = self.log_probability();
        all + (-(self.log_tail(t, 1.0) - all).exp().min(1.0)).ln_1p()
    }

    /// The logarithm of the mass after t.
    fn log_after(&self, t: f64) -> f64 {
        let all = self.log_probability();
        if t <= 0.0 {
            return all;
        }
        if t == f64::INFINITY {
            return f64::NEG_INFINITY;
        }
        if !self.is_early(t) {
            return self.log_tail(t, 1.0);
        }
        all + (-(self.log_tail(t, -1.0) - all).exp().min(1.0)).ln_1p()
    }

    /// The time with these masses before and after it.
    fn quantile(&self, before: f64, after: f64) -> f64 {
        let is_before = before < after;
        let mass = if is_before { before } else { after };
        if mass <= 0.0 {
            return if is_before { 0.0 } else { f64::INFINITY };
        }
        let log_alpha = self.alpha.ln();
        let f = |log_t: f64| {
            let t = log_t.exp();
            let value = if is_before { self.log_before(t) } else { self.log_after(t) };
            let slope = (self.log_density(t, log_alpha) + log_t - value).exp();
            Logarithm { value, slope: if is_before { slope } else { -slope } }
        };
        let v = (self.drift * self.alpha).abs();
        let start = (2.0 * log_alpha + (self.near / (1.0 + v)).ln() - LN_2, 1.0);
        let search = Search { rises: is_before, bounds: (f64::NEG_INFINITY, f64::INFINITY), start };
        invert(f, mass.ln(), search).exp()
    }

    /// Mean and variance of the time, given that this boundary is reached: from the derivatives of sinh(c θ) / sinh(θ), the
    /// Laplace transform.
    fn moments(&self) -> (f64, f64) {
        let theta = (self.drift * self.alpha).abs();
        let c = self.far;
        let (mean, variance) = if theta < 0.5 {
            moments_by_series(theta, self.near)
        } else {
            let (inner, outer) = (c * theta, theta);
            let difference = c / inner.tanh() - 1.0 / outer.tanh();
            let slope = 1.0 / outer.sinh().powi(2) - (c / inner.sinh()).powi(2);
            (-difference / theta, (slope - difference / theta) / (theta * theta))
        };
        let square = self.alpha * self.alpha;
        (square * mean, square * variance * square)
    }
}

/// The same for a weak drift, by the power series of the hyperbolic cotangent.
fn moments_by_series(theta: f64, near: f64) -> (f64, f64) {
    let (mut mean, mut variance) = (0.0, 0.0);
    for k in (1..12).rev() {
        let twice = f64::from(2 * k);
        let sign = if k % 2 == 0 { -1.0 } else { 1.0 };
        let coefficient = -sign * 2.0 * zeta(twice) / PI.powi(2 * k) * (twice * (-near).ln_1p()).exp_m1();
        mean += coefficient * theta.powi(2 * k - 2);
        if k > 1 {
            variance -= coefficient * (twice - 2.0) * theta.powi(2 * k - 4);
        }
    }
    (mean, variance)
}

impl Wiener {
    fn lower(&self) -> Boundary {
        Boundary { alpha: self.alpha, near: self.beta, far: 1.0 - self.beta, drift: self.delta }
    }

    fn upper(&self) -> Boundary {
        Boundary { alpha: self.alpha, near: 1.0 - self.beta, far: self.beta, drift: -self.delta }
    }

    /// P(X <= x), where `below` and `above` are the boundaries at negative and positive values.
    fn mass_below(&self, x: f64, below: Boundary, above: Boundary) -> f64 {
        if x < -self.tau {
            return below.log_after(-x - self.tau).exp();
        }
        let after = above.log_after(x.max(self.tau) - self.tau).exp();
        if after < 0.5 { 1.0 - after } else { below.probability() + above.log_before(x - self.tau).exp() }
    }

    fn log_mass_below(&self, x: f64, below: Boundary, above: Boundary) -> f64 {
        if x < -self.tau {
            return below.log_after(-x - self.tau);
        }
        log_mass(self.mass_below(x, below, above), above.log_after(x.max(self.tau) - self.tau).exp())
    }

    /// The x with P(X <= x) = p.
    fn quantile_from(&self, p: f64, below: Boundary, above: Boundary) -> f64 {
        let p = probability(p);
        let mass = below.probability();
        if p.is_nan() {
            return p;
        }
        if p <= mass {
            return -self.tau - below.quantile(mass - p, p);
        }
        self.tau + above.quantile(p - mass, 1.0 - p)
    }
}

/// The time at which a Brownian motion with this drift leaves (-1, 1), from 0, by the alternating series of Devroye, tilted by the
/// drift (Polson, Scott and Windle, "Bayesian inference for logistic models using Pólya-Gamma latent variables", 2013, section 4).
fn symmetric_exit_time(drift: f64, stream: &mut Stream) -> f64 {
    /// Where the two forms of the series meet.
    const MIDDLE: f64 = 0.64;
    if !drift.is_finite() {
        return f64::NAN;
    }
    let rate = PI * PI / 8.0 + 0.5 * drift * drift;
    // The masses of the proposal on both sides of the middle, both without exp(-drift).
    let right = PI / (2.0 * rate) * (drift - rate * MIDDLE).exp();
    let root = MIDDLE.sqrt();
    let start = (drift * MIDDLE - 1.0) / root;
    let end = (drift * MIDDLE + 1.0) / root;
    // exp(2 drift) Φ(-end) = exp(-start² / 2) times the scaled complement of the error function.
    let left = 2.0 * (normal::cdf(start) + 0.5 * (-0.5 * start * start).exp() * scaled(end * FRAC_1_SQRT_2));
    loop {
        let x = if stream.uniform() * (left + right) < right {
            MIDDLE + random::exponential(stream) / rate
        } else {
            short_inverse_gaussian(drift, MIDDLE, stream)
        };
        if accepts(x, MIDDLE, stream) {
            return x;
        }
    }
}

/// Whether a proposal is accepted: a uniform share of the first term against the partial sums, which bound the series in turn.
fn accepts(x: f64, middle: f64, stream: &mut Stream) -> bool {
    let rate = if x > middle { 0.5 * PI * PI * x } else { 2.0 / x };
    let share = stream.uniform();
    // All terms over the first, whose number is 1/2.
    let mut sum = 1.0;
    for n in 1..200 {
        let k = f64::from(n) + 0.5;
        let next = 2.0 * k * (-rate * (k * k - 0.25)).exp();
        if n % 2 == 1 {
            sum -= next;
            if share <= sum {
                return true;
            }
        } else {
            sum += next;
            if share > sum {
                return false;
            }
        }
    }
    true
}

/// The time at which a Brownian motion with this drift reaches 1, given that it is before `end`.
fn short_inverse_gaussian(drift: f64, end: f64, stream: &mut Stream) -> f64 {
    if drift * end < 1.0 {
        loop {
            let (e, f) = (random::exponential(stream), random::exponential(stream));
            if e * e > 2.0 * f / end {
                continue;
            }
            let inverse = 1.0 + end * e;
            let x = end / (inverse * inverse);
            if stream.uniform() <= (-0.5 * drift * drift * x).exp() {
                return x;
            }
        }
    }
    loop {
        // (Michael, Schucany and Haas 1976), with the smaller root without cancellation.
        let mean = 1.0 / drift;
        let y = mean * random::normal(stream).powi(2);
        let ratio = 1.0 + 0.5 * y + (y + 0.25 * y * y).sqrt();
        let x = if stream.uniform() * (1.0 + ratio) <= ratio { mean / ratio } else { mean * ratio };
        if x < end {
            return x;
        }
    }
}

impl Scalar for Wiener {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Real
    }

    /// From the start the motion leaves the largest interval around it within the boundaries, at either end; at the end that is no
    /// boundary it starts anew.
    fn sample(&self, stream: &mut Stream) -> f64 {
        let (mut near, mut far, mut time) = (self.beta, 1.0 - self.beta, 0.0);
        loop {
            let half = near.min(far);
            let width = half * self.alpha;
            time += width * symmetric_exit_time(self.delta.abs() * width, stream) * width;
            let is_up = stream.uniform() < inv_logit(2.0 * self.delta * width);
            if is_up {
                if far <= near {
                    return self.tau + time;
                }
                (near, far) = (2.0 * near, far - near);
            } else {
                if near <= far {
                    return -self.tau - time;
                }
                (near, far) = (near - far, 2.0 * far);
            }
            if !time.is_finite() {
                return f64::NAN;
            }
        }
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        self.alpha.ln()
    }

    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        let t = x.abs() - self.tau;
        if t.is_nan() {
            return t;
        }
        if x < 0.0 { self.lower().log_density(t, normaliser) } else { self.upper().log_density(t, normaliser) }
    }

    fn gradient(&self, x: f64, out: &mut [f64]) {
        let t = x.abs() - self.tau;
        let (direction, boundary) = if x < 0.0 { (-1.0, self.lower()) } else { (1.0, self.upper()) };
        let [by_time, by_alpha, by_near, by_drift] = boundary.gradient(t);
        out.copy_from_slice(&[direction * by_time, by_alpha, -by_time, -direction * by_near, -direction * by_drift]);
    }

    fn mean(&self) -> f64 {
        let (lower, upper) = (self.lower(), self.upper());
        upper.probability() * (self.tau + upper.moments().0) - lower.probability() * (self.tau + lower.moments().0)
    }

    fn variance(&self) -> f64 {
        let (lower, upper) = (self.lower(), self.upper());
        let (p, q) = (lower.probability(), upper.probability());
        let (low, high) = (lower.moments(), upper.moments());
        let distance = 2.0 * self.tau + low.0 + high.0;
        p * q * distance * distance + p * low.1 + q * high.1
    }

    fn cdf(&self, x: f64) -> f64 {
        if x.is_nan() { x } else { self.mass_below(x, self.lower(), self.upper()) }
    }

    fn ccdf(&self, x: f64) -> f64 {
        if x.is_nan() { x } else { self.mass_below(-x, self.upper(), self.lower()) }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        if x.is_nan() { x } else { self.log_mass_below(x, self.lower(), self.upper()) }
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        if x.is_nan() { x } else { self.log_mass_below(-x, self.upper(), self.lower()) }
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let Some(slope) = gradient::slope_within(self, x, side) else { return out.fill(0.0) };
        let by = |parameter| gradient::by_differences(self, x, side, parameter);
        out.copy_from_slice(&[slope, by(0), -x.signum() * slope, by(2), by(3)]);
    }

    fn quantile(&self, p: f64) -> f64 {
        self.quantile_from(p, self.lower(), self.upper())
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        -self.quantile_from(q, self.upper(), self.lower())
    }
}
