//! The Gaussian random walk.

use crate::{LOG_SQRT_TWO_PI, Multivariate, Shape, Support, distribution, random};
use borel_abi::stream::Stream;

distribution! {
    /// The Gaussian random walk: the places after 1, 2, .., n steps from a start.
    ///
    /// x[0] is Normal(start + drift, sigma), and x[t] given the places before it Normal(x[t - 1] + drift, sigma). The mean of x[t] is start + (t + 1) drift, its variance
    /// (t + 1) sigma², the covariance of x[s] and x[t] is (min(s, t) + 1) sigma²; the entropy n log(sigma √(2πe)).
    ///
    /// PyMC's GaussianRandomWalk has a distribution of its own for the first place; here the start is a number, which may itself be drawn. It is the prior of a level that changes
    /// slowly. Posteriors under it are easier to sample where the steps are parameters instead, the more so the less is observed: `iid(Normal(0, 1), n)`, added up.
    ///
    /// Source: West and Harrison, Bayesian Forecasting and Dynamic Models (1997), chapter 2.
    ///
    ///     model level(y: [Real] = [1.1, 1.3, 0.8]) {
    ///       let sigma ~ HalfNormal(1)
    ///       let x ~ GaussianRandomWalk(3, 1, 0, sigma)
    ///       observe y ~ Normal(x, 0.5)
    ///       return x
    ///     }
    pub struct GaussianRandomWalk: [f64], Continuous {
        /// number of steps, none
        n: i64 => NonNegative,
        /// where it starts, in the units of x
        start: f64 => Finite,
        /// mean of a step, in the units of x
        drift: f64 => Finite,
        /// standard deviation of a step, in the units of x
        sigma: f64 => Positive,
    }
}

impl Multivariate for GaussianRandomWalk {
    type Element = f64;

    fn shape(&self) -> Shape {
        Shape::Array(usize::try_from(self.n).unwrap_or(0))
    }

    fn support(&self) -> Support {
        Support::Reals(usize::try_from(self.n).unwrap_or(0))
    }

    fn sample(&self, stream: &mut Stream, out: &mut [f64]) {
        let mut place = self.start;
        for x in out {
            place += self.drift + self.sigma * random::normal(stream);
            *x = place;
        }
    }

    fn log_density(&self, x: &[f64]) -> f64 {
        if x.len() as i64 != self.n {
            return f64::NEG_INFINITY;
        }
        let before = std::iter::once(&self.start).chain(x);
        let step = |(x, before): (&f64, &f64)| (x - before - self.drift) / self.sigma;
        let squares: f64 = x.iter().zip(before).map(step).map(|z| z * z).sum();
        -0.5 * squares - x.len() as f64 * (self.sigma.ln() + LOG_SQRT_TWO_PI)
    }

    fn gradient(&self, x: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        let (of_x, others) = out.split_at_mut(x.len());
        let mut before = self.start;
        for t in 0..x.len() {
            let z = (x[t] - before - self.drift) / self.sigma;
            let slope = z / self.sigma;
            of_x[t] -= slope;
            if t > 0 {
                of_x[t - 1] += slope
            } else {
                others[0] += slope
            }
            others[1] += slope;
            others[2] += (z * z - 1.0) / self.sigma;
            before = x[t];
        }
    }

    fn mean(&self, out: &mut [f64]) {
        out.iter_mut().enumerate().for_each(|(t, mean)| *mean = self.start + (t as f64 + 1.0) * self.drift);
    }

    fn variance(&self, out: &mut [f64]) {
        out.iter_mut().enumerate().for_each(|(t, variance)| *variance = (t as f64 + 1.0) * self.sigma * self.sigma);
    }

    fn entropy(&self) -> f64 {
        self.n as f64 * (self.sigma.ln() + LOG_SQRT_TWO_PI + 0.5)
    }
}
