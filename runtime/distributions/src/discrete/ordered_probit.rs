//! A grade by where eta and a normal error fall between cutpoints.

use super::categorical::{index_by_weight, mean, variance};
use super::tails;
use crate::{Scalar, Side, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::logarithm::log_diff_exp;
use borel_math::normal;

distribution! {
    /// A grade 0, 1, ..., K: how many of K ascending cutpoints lie below eta plus a standard normal error.
    ///
    /// P(X > x) = Φ(eta - cutpoints[x]) for x = 0, ..., K - 1, where Φ is the standard normal cdf; the mass at x is the difference of
    /// two such neighbours. The support is 0, 1, ..., K: one value more than there are cutpoints.
    ///
    /// eta, any finite number, is the location on a latent scale, in units of the standard deviation of the error; cutpoints are
    /// finite and ascending, on the same scale. Only their differences from eta count, so that eta has no intercept of its own.
    /// Mean, variance and entropy are those sums over the K + 1 masses.
    ///
    /// This is Stan's `ordered_probit` but for the values: Stan's grades begin with 1, here with 0, as indices do. With cutpoints
    /// about 1.7 times as far apart, OrderedLogistic gives nearly the same masses, but has heavier tails.
    ///
    /// Source: Aitchison and Silvey, The generalization of probit analysis to the case of multiple responses, Biometrika 44 (1957).
    ///
    ///     model pain(dose: [Real] = [0, 1, 2], grade: [Int] = [2, 1, 0]) {
    ///       let slope ~ Normal(0, 1)
    ///       let low ~ Normal(-1, 1)
    ///       let gap ~ Exponential(1)
    ///       for i in 0..len(dose) {
    ///         observe grade[i] ~ OrderedProbit(slope * dose[i], [low, low + gap])
    ///       }
    ///       return slope
    ///     }
    pub struct OrderedProbit<'a>: i64, Finite {
        /// location on the latent scale
        eta: f64 => Finite,
        /// ascending cutpoints on the latent scale
        cutpoints: &'a [f64] => OrderedArray,
    }
}

impl OrderedProbit<'_> {
    /// The log mass between the cutpoint before x and the one after it.
    fn log_mass(&self, x: usize) -> f64 {
        match (x.checked_sub(1).map(|i| self.cutpoints[i]), self.cutpoints.get(x)) {
            (None, None) => 0.0,
            (None, Some(above)) => normal::log_ccdf(self.eta - above),
            (Some(below), None) => normal::log_cdf(self.eta - below),
            (Some(below), Some(above)) => log_between(below - self.eta, above - self.eta, above - below),
        }
    }

    /// The cutpoints before and after x; none outside the support.
    fn neighbours(&self, x: i64) -> Option<(Option<f64>, Option<f64>)> {
        let index = usize::try_from(x).ok().filter(|index| *index <= self.cutpoints.len())?;
        Some((index.checked_sub(1).map(|before| self.cutpoints[before]), self.cutpoints.get(index).copied()))
    }

    fn masses(&self) -> impl Iterator<Item = f64> + Clone + '_ {
        (0..=self.cutpoints.len()).map(|x| self.log_mass(x).exp())
    }

    /// A function of eta less the cutpoint after x, or what it is before the first and after the last.
    fn at(&self, x: i64, before: f64, after: f64, f: fn(f64) -> f64) -> f64 {
        if x < 0 { before } else { self.cutpoints.get(x as usize).map_or(after, |above| f(self.eta - above)) }
    }
}

impl Scalar for OrderedProbit<'_> {
    type Value = i64;

    fn support(&self) -> Support {
        Support::Integers(0, Some(self.cutpoints.len() as i64))
    }

    fn sample(&self, stream: &mut Stream) -> i64 {
        index_by_weight(self.masses(), stream)
    }

    #[inline]
    fn log_density_given(&self, x: i64, _: f64) -> f64 {
        if x < 0 || x > self.cutpoints.len() as i64 { f64::NEG_INFINITY } else { self.log_mass(x as usize) }
    }

    #[inline]
    fn gradient(&self, x: i64, out: &mut [f64]) {
        out.fill(0.0);
        let Some((below, above)) = self.neighbours(x) else { return };
        let (by_below, by_eta, by_above) = match (below, above) {
            (None, None) => return,
            (None, Some(above)) => {
                let slope = normal::hazard(self.eta - above);
                (0.0, -slope, slope)
            }
            (Some(below), None) => {
                let slope = normal::hazard(below - self.eta);
                (-slope, slope, 0.0)
            }
            (Some(below), Some(above)) => between_gradient(below - self.eta, above - self.eta, above - below),
        };
        out[1] = by_eta;
        if below.is_some() {
            out[1 + x as usize] = by_below;
        }
        if above.is_some() {
            out[2 + x as usize] = by_above;
        }
    }

    fn mean(&self) -> f64 {
        mean(self.masses())
    }

    fn variance(&self) -> f64 {
        variance(self.masses())
    }

    fn entropy(&self) -> f64 {
        super::entropy((0..=self.cutpoints.len()).map(|x| self.log_mass(x)))
    }

    fn cdf(&self, x: i64) -> f64 {
        self.at(x, 0.0, 1.0, normal::ccdf)
    }

    fn ccdf(&self, x: i64) -> f64 {
        self.at(x, 1.0, 0.0, normal::cdf)
    }

    fn log_cdf(&self, x: i64) -> f64 {
        self.at(x, f64::NEG_INFINITY, 0.0, normal::log_ccdf)
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        self.at(x, 0.0, f64::NEG_INFINITY, normal::log_cdf)
    }

    fn mass_gradient(&self, x: i64, side: Side, out: &mut [f64]) {
        out.fill(0.0);
        if let Some((_, Some(above))) = self.neighbours(x) {
            let slope = side.sign() * normal::hazard(side.sign() * (self.eta - above));
            out[1] = -slope;
            out[2 + x as usize] = slope;
        }
    }

    fn quantile(&self, p: f64) -> i64 {
        tails::quantile(self, p, 0.0)
    }

    fn quantile_ccdf(&self, q: f64) -> i64 {
        tails::quantile_ccdf(self, q, 0.0)
    }
}

/// log(Φ(b) - Φ(a)) for a < b, with their distance, which may be known better than by their difference.
fn log_between(a: f64, b: f64, distance: f64) -> f64 {
    // The tails are mirrored, so that both lie on the far side of 0 or around it.
    let (a, b) = if a > 0.0 { (-b, -a) } else { (a, b) };
    let middle = 0.5 * (a + b);
    if distance * (1.0 + middle.abs()) < 0.5 {
        return normal::log_density(middle) + log_mean_of_density(middle, distance);
    }
    if b <= 0.0 {
        return log_diff_exp(normal::log_cdf(b), normal::log_cdf(a));
    }
    (-normal::ccdf(b) - normal::cdf(a)).ln_1p()
}

/// The derivatives of the logarithm of the mass between a and b: in a and b, and, between them, in what both are reduced by.
fn between_gradient(a: f64, b: f64, distance: f64) -> (f64, f64, f64) {
    let log_mass = log_between(a, b, distance);
    let by_a = (normal::log_density(a) - log_mass).exp();
    let by_b = (normal::log_density(b) - log_mass).exp();
    // The difference of the two, from the logarithm of their ratio.
    let log_ratio = 0.5 * distance * (a + b);
    let difference = if log_ratio > 0.0 { -by_a * (-log_ratio).exp_m1() } else { by_b * log_ratio.exp_m1() };
    (-by_a, difference, by_b)
}

/// The logarithm of the integral of φ(m + t) / φ(m) over t from -h / 2 to h / 2, for small h: by the rule of Gauss with five nodes.
fn log_mean_of_density(m: f64, h: f64) -> f64 {
    const GAUSS: [(f64, f64); 3] = [
        (0.0, 64.0 / 225.0),
        (0.269_234_655_052_841_55, 0.239_314_335_249_683_24),
        (0.453_089_922_969_332, 0.118_463_442_528_094_54),
    ];
    // Two nodes at once: the even part of exp(-m t).
    let part = |&(node, weight): &(f64, f64)| {
        let t = node * h;
        let both = if node == 0.0 { 1.0 } else { 2.0 };
        both * weight * (-0.5 * t * t).exp() * (m * t).cosh()
    };
    h.ln() + GAUSS.iter().map(part).sum::<f64>().ln()
}
