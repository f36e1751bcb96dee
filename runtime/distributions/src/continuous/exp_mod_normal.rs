//! The sum of a normal and an exponential.
//!
//! With z = (x - mu) / sigma and v = lambda sigma, P(X <= x) = Φ(z) - exp(v (v/2 - z)) Φ(z - v). Where the two terms cancel it is
//! computed as a sum or an integral of positive terms.

use super::tail::{Logarithm, NEGLIGIBLE, Search, integral, invert, probability, reach};
use crate::{Exponential, LOG_SQRT_TWO_PI, Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::error::scaled;
use borel_math::logarithm::log_add_exp;
use borel_math::normal;
use std::f64::consts::FRAC_1_SQRT_2;

distribution! {
    /// The exponentially modified normal distribution, of the sum of a Normal(mu, sigma) and an independent Exponential(lambda).
    ///
    /// The density is (lambda / 2) exp((lambda / 2) (2 mu + lambda sigma² - 2x)) erfc((mu + lambda sigma² - x) / (√2 sigma)), on all reals.
    /// The mean is mu + 1 / lambda, the variance sigma² + 1 / lambda². The entropy has no closed form (NaN).
    ///
    /// As in Stan; SciPy's exponnorm has K = 1 / (lambda sigma), loc = mu, scale = sigma. mu is not the mean: it is that of the normal part.
    /// Reaction times and peaks of chromatography look like it: symmetric at the start, with an exponential tail above. The density is
    /// computed with the scaled error function, so that neither tail over- or underflows before its logarithm does.
    ///
    /// Source: Grushka, "Characterization of exponentially modified Gaussian peaks in chromatography", Analytical Chemistry 44 (1972).
    ///
    ///     model reaction(times: [Real] = [0.41, 0.55, 0.92]) {
    ///       let mu ~ Normal(0.4, 0.1)
    ///       let lambda ~ Gamma(4, 1)
    ///       for t in times { observe t ~ ExpModNormal(mu, 0.05, lambda) }
    ///       return mu
    ///     }
    pub struct ExpModNormal: f64, Continuous {
        /// mean of the normal part, in the units of x
        mu: f64 => Finite,
        /// standard deviation of the normal part, in the units of x
        sigma: f64 => Positive,
        /// rate of the exponential part, per unit of x
        lambda: f64 => Positive,
    }
}

/// A point: z, v, and z v, which is known also where z is infinite because of a tiny sigma.
#[derive(Clone, Copy)]
struct Point {
    z: f64,
    v: f64,
    decay: f64,
}

impl Point {
    /// log exp(v (v/2 - z)).
    #[inline]
    fn tilt(self) -> f64 {
        if self.v < 1.0 { 0.5 * self.v * self.v - self.decay } else { self.v * (0.5 * self.v - self.z) }
    }

    /// log(exp(v (v/2 - z)) Φ(z - v)): the log density without its factor lambda.
    #[inline]
    fn log_tilted(self) -> f64 {
        let w = self.v - self.z;
        if w > 0.0 {
            return -0.5 * self.z * self.z + (0.5 * scaled(w * FRAC_1_SQRT_2)).ln();
        }
        self.tilt() + normal::log_ccdf(w)
    }

    /// The derivative of [`Point::log_tilted`] in z: the hazard of a normal at v - z, less v.
    fn slope(self) -> f64 {
        let w = self.v - self.z;
        if w > 0.0 { normal::hazard_excess(w) - self.z } else { normal::hazard(w) - self.v }
    }

    /// P(X <= x).
    fn below(self) -> f64 {
        if self.z < 0.5 * self.v {
            return self.log_below_few().exp();
        }
        self.between() - self.tilt().exp_m1() * normal::cdf(self.z - self.v)
    }

    /// P(z - v < Z <= z) of a standard normal.
    fn between(self) -> f64 {
        let start = self.z - self.v;
        if start > 40.0 {
            0.0
        } else if self.v < 1.0 {
            integral(|s| normal::density(self.z - s), (0.0, self.v), 1)
        } else if start > 0.0 {
            normal::ccdf(start) - normal::ccdf(self.z)
        } else {
            normal::cdf(self.z) - normal::cdf(start)
        }
    }

    /// log P(X <= x) for z < v / 2.
    fn log_below_few(self) -> f64 {
        let base = normal::log_cdf(self.z);
        if base == f64::NEG_INFINITY {
            return base;
        }
        let ratio = (self.log_tilted() - base).exp();
        if ratio < 0.7 || ratio.is_nan() {
            return base + (-ratio).ln_1p();
        }
        // The exponential part integrated out: all terms are positive.
        let relative = |s: f64| normal::log_cdf(self.z - s) - base - self.v * s;
        let end = reach(relative, NEGLIGIBLE / (5.0 + self.z.abs() + self.v), f64::INFINITY);
        base + self.v.ln() + integral(|s| relative(s).exp(), (0.0, end), 4).ln()
    }

    fn log_below(self) -> f64 {
        if self.z < 0.5 * self.v {
            return self.log_below_few();
        }
        let above = self.above();
        if above < 0.5 { (-above).ln_1p() } else { self.below().ln() }
    }

    /// P(X > x).
    fn above(self) -> f64 {
        normal::ccdf(self.z) + self.log_tilted().exp()
    }

    fn log_above(self) -> f64 {
        let below = self.below();
        if below < 0.5 { (-below).ln_1p() } else { log_add_exp(normal::log_ccdf(self.z), self.log_tilted()) }
    }
}

impl ExpModNormal {
    #[inline]
    fn point(&self, x: f64) -> Point {
        let distance = x - self.mu;
        Point { z: distance / self.sigma, v: self.lambda * self.sigma, decay: self.lambda * distance }
    }

    /// The x with a given logarithm of the mass below it, or above it.
    fn solve(&self, log_mass: f64, is_below: bool) -> f64 {
        let v = self.lambda * self.sigma;
        if log_mass == f64::NEG_INFINITY {
            return if is_below { log_mass } else { f64::INFINITY };
        }
        if v < 1e-100 {
            // Next to nothing of it is normal.
            let law = Exponential { rate: self.lambda };
            return self.mu + if is_below { law.quantile(log_mass.exp()) } else { law.quantile_ccdf(log_mass.exp()) };
        }
        let f = |z: f64| {
            let point = Point { z, v, decay: v * z };
            let value = if is_below { point.log_below() } else { point.log_above() };
            let slope = (v.ln() + point.log_tilted() - value).exp();
            Logarithm { value, slope: if is_below { slope } else { -slope } }
        };
        let start = (1.0 / v, 1.0 + 1.0 / v);
        self.mu
            + self.sigma
                * invert(f, log_mass, Search { rises: is_below, bounds: (f64::NEG_INFINITY, f64::INFINITY), start })
    }
}

impl Scalar for ExpModNormal {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Real
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.mu + self.sigma * random::normal(stream) + random::exponential(stream) / self.lambda
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        self.lambda.ln()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        let point = self.point(x);
        if point.v == f64::INFINITY {
            // Nothing of it is exponential.
            return -0.5 * point.z * point.z - LOG_SQRT_TWO_PI - self.sigma.ln();
        }
        normaliser + point.log_tilted()
    }

    fn gradient(&self, x: f64, out: &mut [f64]) {
        let point = self.point(x);
        let Point { z, v, .. } = point;
        if v == f64::INFINITY {
            let [slope, by_mu, by_sigma] = gradient::located(z, self.sigma, -z);
            return out.copy_from_slice(&[slope, by_mu, by_sigma, 0.0]);
        }
        let slope = point.slope() / self.sigma;
        // v² - hazard(v - z) (v + z), in the form that does not cancel.
        let square = if v > z {
            z * z - normal::hazard_excess(v - z) * (v + z)
        } else {
            v * v - normal::hazard(v - z) * (v + z)
        };
        let by_lambda = 1.0 / self.lambda - self.sigma * normal::hazard_excess(v - z);
        out.copy_from_slice(&[slope, -slope, square / self.sigma, by_lambda]);
    }

    fn mean(&self) -> f64 {
        self.mu + 1.0 / self.lambda
    }

    fn variance(&self) -> f64 {
        self.sigma * self.sigma + 1.0 / (self.lambda * self.lambda)
    }

    fn cdf(&self, x: f64) -> f64 {
        self.point(x).below()
    }

    fn ccdf(&self, x: f64) -> f64 {
        let point = self.point(x);
        if point.z < 0.0 { 1.0 - point.below() } else { point.above() }
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.point(x).log_below()
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        self.point(x).log_above()
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let Some(slope) = gradient::slope_within(self, x, side) else { return out.fill(0.0) };
        let point = self.point(x);
        let by_lambda = gradient::product(slope, normal::hazard_excess(point.v - point.z)) * (self.sigma / self.lambda);
        out.copy_from_slice(&[slope, -slope, gradient::product(slope, point.slope()), by_lambda]);
    }

    fn quantile(&self, p: f64) -> f64 {
        let p = probability(p);
        if p > 0.5 { self.solve((1.0 - p).ln(), false) } else { self.solve(p.ln(), true) }
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        let q = probability(q);
        if q > 0.5 { self.solve((1.0 - q).ln(), true) } else { self.solve(q.ln(), false) }
    }
}
