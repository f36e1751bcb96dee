//! The asymmetric Laplace distribution, by scale and asymmetry.

use super::two_exponentials::TwoExponentials;
use crate::{Scalar, Side, Support, distribution};
use borel_abi::stream::Stream;

distribution! {
    /// The asymmetric Laplace distribution, an exponential to both sides with different scales.
    ///
    /// The density is exp(-kappa (x - mu) / sigma) / (sigma (kappa + 1 / kappa)) for x >= mu and
    /// exp((x - mu) / (kappa sigma)) / (sigma (kappa + 1 / kappa)) below. The mass below mu, which is the mode, is
    /// kappa² / (1 + kappa²); the mean is mu + sigma (1 / kappa - kappa), the variance sigma² (kappa² + 1 / kappa²), the entropy
    /// 1 + log(sigma (kappa + 1 / kappa)).
    ///
    /// The parameters are those of Kotz, Kozubowski and Podgórski and of SciPy's laplace_asymmetric (kappa, loc, scale). kappa = 1 is
    /// Laplace(mu, sigma), a smaller kappa gives the longer tail above. Stan's skew_double_exponential is here SkewDoubleExponential: of
    /// its parameters s and tau this one has kappa² = tau / (1 - tau) and sigma = s / (2 √(tau (1 - tau))).
    ///
    /// Source: Kotz, Kozubowski and Podgórski, The Laplace Distribution and Generalizations (2001), chapter 3.
    ///
    ///     model returns(xs: [Real] = [0.2, -0.1, 1.4]) {
    ///       let kappa ~ LogNormal(0, 0.5)
    ///       for x in xs { observe x ~ AsymmetricLaplace(0, 1, kappa) }
    ///       return kappa
    ///     }
    pub struct AsymmetricLaplace: f64, Continuous {
        /// location: the mode, in the units of x
        mu: f64 => Finite,
        /// scale, in the units of x
        sigma: f64 => Positive,
        /// asymmetry: the ratio of the scale below to sigma, and of sigma to that above, none
        kappa: f64 => Positive,
    }
}

impl AsymmetricLaplace {
    #[inline]
    fn sides(&self) -> TwoExponentials {
        TwoExponentials { below: self.sigma * self.kappa, above: self.sigma / self.kappa }
    }

    #[inline]
    fn log_peak(&self) -> f64 {
        // kappa + 1 / kappa is the larger of the two times 1 + the square of the smaller.
        let smaller = self.kappa.min(1.0 / self.kappa);
        -self.sigma.ln() - self.kappa.ln().abs() - (smaller * smaller).ln_1p()
    }
}

impl Scalar for AsymmetricLaplace {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Real
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.mu + self.sides().sample(stream)
    }

    #[inline]
    fn normaliser(&self) -> f64 {
        self.log_peak()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        normaliser + self.sides().log_decay(x - self.mu)
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        let (sides, distance) = (self.sides(), x - self.mu);
        let (slope, decay) = (sides.slope(distance), sides.log_decay(distance));
        let inverse = 1.0 / self.kappa;
        let by_kappa = (inverse - self.kappa) / (inverse + self.kappa) + if distance < 0.0 { -decay } else { decay };
        out.copy_from_slice(&[slope, -slope, -(1.0 + decay) / self.sigma, by_kappa / self.kappa]);
    }

    fn mean(&self) -> f64 {
        self.mu + self.sides().mean()
    }

    fn variance(&self) -> f64 {
        self.sides().variance()
    }

    fn entropy(&self) -> f64 {
        1.0 - self.log_peak()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.sides().mirrored().ccdf(self.mu - x)
    }

    fn ccdf(&self, x: f64) -> f64 {
        self.sides().ccdf(x - self.mu)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.sides().mirrored().log_ccdf(self.mu - x)
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        self.sides().log_ccdf(x - self.mu)
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let [slope, by_below, by_above] = self.sides().mass_gradient(x - self.mu, side);
        out.copy_from_slice(&[slope, -slope, (by_below + by_above) / self.sigma, (by_below - by_above) / self.kappa]);
    }

    fn quantile(&self, p: f64) -> f64 {
        self.mu - self.sides().mirrored().quantile_ccdf(p)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.mu + self.sides().quantile_ccdf(q)
    }
}
