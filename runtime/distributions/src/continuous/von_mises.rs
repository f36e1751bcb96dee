//! The von Mises distribution of angles.

use super::tail::{Logarithm, NEGLIGIBLE, Search, integral, invert, probability};
use crate::{Scalar, Side, Support, distribution, gradient, random};
use borel_abi::stream::Stream;
use borel_math::bessel::{i1_over_i0, log_i0_scaled};
use std::f64::consts::{PI, SQRT_2, TAU};

distribution! {
    /// The von Mises distribution of an angle, the normal distribution of the circle.
    ///
    /// The density is exp(kappa cos(x - mu)) / (2π I0(kappa)), where I0 is the modified Bessel function of order 0. The mean direction is
    /// mu, the mean resultant length I1(kappa) / I0(kappa), the entropy log(2π I0(kappa)) - kappa I1(kappa) / I0(kappa). For large kappa it is
    /// nearly Normal(mu, 1 / √kappa); kappa = 0 is uniform.
    ///
    /// Angles are in radians, and x and x + 2π are the same angle: as in Stan and SciPy the density is periodic on all reals, so that data
    /// may be written from 0 to 2π or from -π to π, whatever mu is. It integrates to one over each interval of length 2π. Draws,
    /// distribution function, quantiles, mean (mu) and variance are those of the representative from mu - π to mu + π, which is the support
    /// that inference uses.
    ///
    /// Source: Mardia and Jupp, Directional Statistics (2000), section 3.5.4; sampler: Best and Fisher, "Efficient simulation of the von
    /// Mises distribution", Applied Statistics 28 (1979).
    ///
    ///     model heading(angles: [Real] = [0.3, -0.2, 6.1]) {
    ///       let mu ~ Uniform(-3.141592653589793, 3.141592653589793)
    ///       let kappa ~ Gamma(2, 0.5)
    ///       for angle in angles { observe angle ~ VonMises(mu, kappa) }
    ///       return mu
    ///     }
    pub struct VonMises: f64, Continuous {
        /// mean direction, in radians
        mu: f64 => Finite,
        /// concentration, none
        kappa: f64 => NonNegative,
    }
}

/// From this concentration on a draw is a normal to rounding; up to its inverse, uniform.
const HUGE: f64 = 1e150;

impl VonMises {
    /// The logarithm of the density at a distance from mu, less that at mu: kappa (cos d - 1).
    #[inline]
    fn log_decay(&self, distance: f64) -> f64 {
        let sine = (0.5 * distance).sin();
        -2.0 * self.kappa * (sine * sine)
    }

    /// How far from a distance on the density is not negligible.
    fn reach(&self, distance: f64) -> f64 {
        let sine = (0.5 * distance).sin();
        let end = (sine * sine + 0.5 * NEGLIGIBLE / self.kappa).min(1.0).sqrt();
        (2.0 * end.asin()).min(PI) - distance
    }

    /// log P(X - mu > d) for d from 0 to π. What is integrated is relative to the density at d, so that nothing underflows.
    fn log_tail(&self, d: f64) -> f64 {
        let relative = |s: f64| (-2.0 * self.kappa * ((d + 0.5 * s).sin() * (0.5 * s).sin())).exp();
        let area = integral(relative, (0.0, self.reach(d)), 4);
        self.log_decay(d) + self.normaliser() + area.ln()
    }

    /// The derivative of [`VonMises::log_tail`] in kappa: the mean of the cosine in the tail, less that of all. Of both 1 is taken off.
    fn tail_by_kappa(&self, d: f64) -> f64 {
        let end = self.reach(d);
        let relative = |s: f64| (-2.0 * self.kappa * ((d + 0.5 * s).sin() * (0.5 * s).sin())).exp();
        let deficit = |s: f64| 2.0 * (0.5 * (d + s)).sin().powi(2) * relative(s);
        self.length_deficit() - integral(deficit, (0.0, end), 4) / integral(relative, (0.0, end), 4)
    }

    /// 1 - I1(kappa) / I0(kappa), for large kappa by its expansion, where the difference would cancel.
    fn length_deficit(&self) -> f64 {
        if self.kappa > 500.0 {
            let k = 1.0 / self.kappa;
            return k
                * (0.5 + k * (0.125 + k * (0.125 + k * (25.0 / 128.0 + k * (13.0 / 32.0 + k * 1073.0 / 1024.0)))));
        }
        1.0 - i1_over_i0(self.kappa)
    }

    /// P(X > mu + d).
    fn above(&self, d: f64) -> f64 {
        if d.abs() >= PI {
            return f64::from(d < 0.0);
        }
        if d < 0.0 { 1.0 - self.log_tail(-d).exp() } else { self.log_tail(d).exp() }
    }

    /// log P(X > mu + d).
    fn log_above(&self, d: f64) -> f64 {
        if d.abs() >= PI {
            return self.above(d).ln();
        }
        if d < 0.0 { (-self.log_tail(-d).exp()).ln_1p() } else { self.log_tail(d) }
    }

    /// The d with P(X > mu + d) = q.
    fn quantile_above(&self, q: f64) -> f64 {
        let q = probability(q);
        if q > 0.5 {
            return -self.quantile_above(1.0 - q);
        }
        if q == 0.0 {
            return PI;
        }
        let scale = (1.0 / self.kappa.sqrt()).min(1.0);
        let f = |d: f64| {
            let value = self.log_tail(d);
            Logarithm { value, slope: -(self.log_decay(d) + self.normaliser() - value).exp() }
        };
        invert(f, q.ln(), Search { rises: false, bounds: (0.0, PI), start: (0.5 * scale, scale) })
    }

    /// Rejection from a wrapped Cauchy, in terms of 1 - cos of the distance, which keeps its digits where it is small.
    fn sample_distance(&self, stream: &mut Stream) -> f64 {
        let hypotenuse = 1f64.hypot(2.0 * self.kappa);
        let tau = 1.0 + hypotenuse;
        let denominator = tau + SQRT_2 * tau.sqrt();
        let rho = 2.0 * self.kappa / denominator;
        let rest = (SQRT_2 * tau.sqrt() + 1.0 + 1.0 / (2.0 * self.kappa + hypotenuse)) / denominator;
        // The r of the paper, less 1.
        let excess = rest * rest / (2.0 * rho);
        loop {
            let (sine, cosine) = (0.5 * PI * stream.uniform()).sin_cos();
            let fall = 2.0 * excess * sine * sine / (excess + 2.0 * cosine * cosine);
            let c = self.kappa * (excess + fall);
            let u = stream.uniform();
            if c * (2.0 - c) > u || (c / u).ln() + 1.0 >= c {
                return 2.0 * (0.5 * fall).sqrt().min(1.0).asin();
            }
        }
    }
}

impl Scalar for VonMises {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Interval(self.mu - PI, self.mu + PI)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        if self.kappa > HUGE {
            return self.mu + random::normal(stream) / self.kappa.sqrt();
        }
        let distance = if self.kappa * HUGE < 1.0 { PI * stream.uniform() } else { self.sample_distance(stream) };
        if stream.next_u64() >> 63 == 0 { self.mu + distance } else { self.mu - distance }
    }

    fn normaliser(&self) -> f64 {
        -TAU.ln() - log_i0_scaled(self.kappa)
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        let distance = x - self.mu;
        if distance.is_infinite() { f64::NEG_INFINITY } else { normaliser + self.log_decay(distance) }
    }

    fn gradient(&self, x: f64, out: &mut [f64]) {
        let distance = x - self.mu;
        if distance.is_infinite() {
            return out.fill(0.0);
        }
        let (sine, half) = (self.kappa * distance.sin(), (0.5 * distance).sin());
        out.copy_from_slice(&[-sine, sine, self.length_deficit() - 2.0 * half * half]);
    }

    fn mean(&self) -> f64 {
        self.mu
    }

    fn variance(&self) -> f64 {
        let square = |d: f64| d * d * self.log_decay(d).exp();
        2.0 * self.normaliser().exp() * integral(square, (0.0, self.reach(0.0)), 8)
    }

    fn entropy(&self) -> f64 {
        self.kappa * self.length_deficit() - self.normaliser()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.above(self.mu - x)
    }

    fn ccdf(&self, x: f64) -> f64 {
        self.above(x - self.mu)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.log_above(self.mu - x)
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        self.log_above(x - self.mu)
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let distance = -side.sign() * (x - self.mu);
        if distance.abs() >= PI {
            return out.fill(0.0);
        }
        let log_mass = self.log_above(distance);
        let slope = side.sign() * gradient::share(self.log_density(x), log_mass);
        let by_kappa = if distance < 0.0 {
            -gradient::share(self.log_tail(-distance), log_mass) * self.tail_by_kappa(-distance)
        } else {
            self.tail_by_kappa(distance)
        };
        out.copy_from_slice(&[slope, -slope, by_kappa]);
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mu - self.quantile_above(p)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.mu + self.quantile_above(q)
    }
}
