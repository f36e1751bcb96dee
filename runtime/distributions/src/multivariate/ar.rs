//! Autoregression.

use super::gaussian;
use crate::{LOG_SQRT_TWO_PI, Multivariate, Shape, Support, distribution, random};
use borel_abi::stream::Stream;

distribution! {
    /// The autoregressive process: each value is a weighted sum of those before it, plus noise.
    ///
    /// With k coefficients, x[t] given the values before it is Normal(coefficients[0] x[t - 1] + .. + coefficients[k - 1] x[t - k], sigma), where what would be before x[0] is 0: the
    /// process starts at rest. All means are 0. The variance of x[t] is sigma² times the sum of the squares of the first t + 1 responses to a unit shock; where the
    /// process is stationary it soon comes to that of the stationary process. The entropy is n log(sigma √(2πe)), whatever the coefficients.
    ///
    /// For a series about a level subtract the level from it. To condition on the first k values, as regressions on lagged values do, observe the others by
    /// Normal, one by one. The coefficients are unrestricted: the process need not be stationary.
    ///
    /// Source: Box, Jenkins and Reinsel, Time Series Analysis (1994), chapter 3.
    ///
    ///     model persistence(y: [Real] = [0.3, 0.5, 0.1, -0.4]) {
    ///       let phi ~ Uniform(-1, 1)
    ///       let sigma ~ HalfNormal(1)
    ///       observe y ~ Ar(4, [phi], sigma)
    ///       return phi
    ///     }
    pub struct Ar<'a>: [f64], Continuous {
        /// length of the series, none
        n: i64 => NonNegative,
        /// weights of the values before, the last one first, none
        coefficients: &'a [f64] => FiniteArray,
        /// standard deviation of the noise, in the units of x
        sigma: f64 => Positive,
    }
}

impl Ar<'_> {
    /// The mean of a value, given those before it.
    fn mean_given(&self, before: &[f64]) -> f64 {
        self.coefficients.iter().zip(before.iter().rev()).map(|(phi, x)| phi * x).sum()
    }
}

impl Multivariate for Ar<'_> {
    type Element = f64;

    fn shape(&self) -> Shape {
        Shape::Array(usize::try_from(self.n).unwrap_or(0))
    }

    fn support(&self) -> Support {
        Support::Reals(usize::try_from(self.n).unwrap_or(0))
    }

    fn sample(&self, stream: &mut Stream, out: &mut [f64]) {
        for t in 0..out.len() {
            out[t] = self.mean_given(&out[..t]) + self.sigma * random::normal(stream);
        }
    }

    fn log_density(&self, x: &[f64]) -> f64 {
        if x.len() as i64 != self.n {
            return f64::NEG_INFINITY;
        }
        let noise = |t: usize| (x[t] - self.mean_given(&x[..t])) / self.sigma;
        let squares: f64 = (0..x.len()).map(noise).map(|z| z * z).sum();
        -0.5 * squares - x.len() as f64 * (self.sigma.ln() + LOG_SQRT_TWO_PI)
    }

    fn gradient(&self, x: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        let [of_x, of_coefficients, of_sigma] = gaussian::parts(out, [x.len(), self.coefficients.len(), 1]);
        for t in 0..x.len() {
            let z = (x[t] - self.mean_given(&x[..t])) / self.sigma;
            let slope = z / self.sigma;
            of_x[t] -= slope;
            for (lag, phi) in (1..=t).zip(self.coefficients) {
                of_x[t - lag] += slope * phi;
                of_coefficients[lag - 1] += slope * x[t - lag];
            }
            of_sigma[0] += (z * z - 1.0) / self.sigma;
        }
    }

    fn mean(&self, out: &mut [f64]) {
        out.fill(0.0);
    }

    fn variance(&self, out: &mut [f64]) {
        let mut responses: Vec<f64> = Vec::with_capacity(out.len());
        let mut sum = 0.0;
        for variance in out {
            let response = if responses.is_empty() { 1.0 } else { self.mean_given(&responses) };
            responses.push(response);
            sum += response * response;
            *variance = self.sigma * self.sigma * sum;
        }
    }

    fn entropy(&self) -> f64 {
        self.n as f64 * (self.sigma.ln() + LOG_SQRT_TWO_PI + 0.5)
    }
}
