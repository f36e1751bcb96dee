//! A grade by where eta and a logistic error fall between cutpoints.

use super::categorical::{index_by_weight, mean, variance};
use super::tails;
use crate::{Scalar, Side, Support, distribution};
use borel_abi::stream::Stream;
use borel_math::logarithm::{inv_logit, log_inv_logit, log1m_inv_logit, log1mexp};

distribution! {
    /// A grade 0, 1, ..., K: how many of K ascending cutpoints lie below eta plus a logistic error.
    ///
    /// P(X > x) = 1 / (1 + exp(cutpoints[x] - eta)) for x = 0, ..., K - 1; the mass at x is the difference of two such neighbours. The
    /// support is 0, 1, ..., K: one value more than there are cutpoints.
    ///
    /// eta, any finite number, is the location on a latent scale, in units of the scale of the logistic error (its standard
    /// deviation is π / √3); cutpoints are finite and ascending, on the same scale. Only their differences from eta count, so that
    /// eta has no intercept of its own. Mean, variance and entropy are those sums over the K + 1 masses.
    ///
    /// This is Stan's `ordered_logistic` but for the values: Stan's grades begin with 1, here with 0, as indices do. It is also
    /// known as the proportional-odds model.
    ///
    /// Source: McCullagh, Regression models for ordinal data, JRSS B 42 (1980).
    ///
    ///     model ratings(price: [Real] = [1, 2, 3], stars: [Int] = [2, 1, 0]) {
    ///       let slope ~ Normal(0, 2)
    ///       let low ~ Normal(0, 2)
    ///       let gap ~ Exponential(1)
    ///       for i in 0..len(price) {
    ///         observe stars[i] ~ OrderedLogistic(slope * price[i], [low, low + gap])
    ///       }
    ///       return slope
    ///     }
    pub struct OrderedLogistic<'a>: i64, Finite {
        /// location on the latent scale
        eta: f64 => Finite,
        /// ascending cutpoints on the latent scale
        cutpoints: &'a [f64] => OrderedArray,
    }
}

impl OrderedLogistic<'_> {
    /// The log mass between the cutpoint before x and the one after it.
    fn log_mass(&self, x: usize) -> f64 {
        match (x.checked_sub(1).map(|i| self.cutpoints[i]), self.cutpoints.get(x)) {
            (None, None) => 0.0,
            (None, Some(above)) => log1m_inv_logit(self.eta - above),
            (Some(below), None) => log_inv_logit(self.eta - below),
            // 1 / (1 + exp(-u)) - 1 / (1 + exp(-v)) is the product of the first, of the complement of the second, and 1 - exp(v - u).
            (Some(below), Some(above)) => {
                log_inv_logit(self.eta - below) + log1m_inv_logit(self.eta - above) + log1mexp(below - above)
            }
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

impl Scalar for OrderedLogistic<'_> {
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
        // The mass is a product of two probabilities and of 1 - exp(below - above).
        let by_below = below.map_or(0.0, |below| inv_logit(below - self.eta));
        let by_above = above.map_or(0.0, |above| inv_logit(self.eta - above));
        let by_width = below.zip(above).map_or(0.0, |(below, above)| (above - below).exp_m1().recip());
        out[1] = by_below - by_above;
        if below.is_some() {
            out[1 + x as usize] = -by_below - by_width;
        }
        if above.is_some() {
            out[2 + x as usize] = by_above + by_width;
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
        self.at(x, 0.0, 1.0, |u| inv_logit(-u))
    }

    fn ccdf(&self, x: i64) -> f64 {
        self.at(x, 1.0, 0.0, inv_logit)
    }

    fn log_cdf(&self, x: i64) -> f64 {
        self.at(x, f64::NEG_INFINITY, 0.0, log1m_inv_logit)
    }

    fn log_ccdf(&self, x: i64) -> f64 {
        self.at(x, 0.0, f64::NEG_INFINITY, log_inv_logit)
    }

    fn mass_gradient(&self, x: i64, side: Side, out: &mut [f64]) {
        out.fill(0.0);
        if let Some((_, Some(above))) = self.neighbours(x) {
            let slope = side.sign() * inv_logit(side.sign() * (self.eta - above));
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
