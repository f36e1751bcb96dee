//! The beta distribution by its mean and precision.

use crate::{Beta, Scalar, Side, Support, distribution};
use borel_abi::stream::Stream;

distribution! {
    /// The beta distribution by its mean and its precision.
    ///
    /// The density is x^(mu kappa - 1) (1 - x)^((1 - mu) kappa - 1) / B(mu kappa, (1 - mu) kappa) for 0 <= x <= 1: that of
    /// Beta(mu kappa, (1 - mu) kappa). The mean is mu, the variance mu (1 - mu) / (kappa + 1).
    ///
    /// As Stan's beta_proportion. kappa counts the observations that the distribution is worth as a prior; kappa = 2 with mu = 1/2 is
    /// uniform, and for kappa < 1 / max(mu, 1 - mu) the mass is at both ends. In a regression of shares the logit of mu is
    /// linear and kappa is common to all.
    ///
    /// Source: Ferrari and Cribari-Neto, "Beta regression for modelling rates and proportions", Journal of Applied Statistics 31 (2004).
    ///
    ///     model shares(xs: [Real] = [0.31, 0.27, 0.4]) {
    ///       let mu ~ Uniform(0, 1)
    ///       let kappa ~ Gamma(2, 0.1)
    ///       for x in xs { observe x ~ BetaProportion(mu, kappa) }
    ///       return mu
    ///     }
    pub struct BetaProportion: f64, Continuous {
        /// mean, none
        mu: f64 => OpenProbability,
        /// precision, none
        kappa: f64 => Positive,
    }
}

impl BetaProportion {
    /// The same by its shapes, neither of which underflows to 0.
    #[inline]
    fn beta(&self) -> Beta {
        let least = f64::from_bits(1);
        Beta { a: (self.mu * self.kappa).max(least), b: ((1.0 - self.mu) * self.kappa).max(least) }
    }

    /// Derivatives in mean and precision from those in the shapes.
    #[inline]
    fn by_mean_and_size(&self, [slope, by_a, by_b]: [f64; 3]) -> [f64; 3] {
        [slope, self.kappa * (by_a - by_b), self.mu * by_a + (1.0 - self.mu) * by_b]
    }
}

impl Scalar for BetaProportion {
    type Value = f64;

    fn support(&self) -> Support {
        Support::Interval(0.0, 1.0)
    }

    #[inline]
    fn sample(&self, stream: &mut Stream) -> f64 {
        self.beta().sample(stream)
    }

    fn normaliser(&self) -> f64 {
        self.beta().normaliser()
    }

    #[inline]
    fn log_density_given(&self, x: f64, normaliser: f64) -> f64 {
        self.beta().log_density_given(x, normaliser)
    }

    #[inline]
    fn gradient(&self, x: f64, out: &mut [f64]) {
        let mut base = [0.0; 3];
        self.beta().gradient(x, &mut base);
        out.copy_from_slice(&self.by_mean_and_size(base));
    }

    fn mean(&self) -> f64 {
        self.mu
    }

    fn variance(&self) -> f64 {
        self.mu * (1.0 - self.mu) / (self.kappa + 1.0)
    }

    fn entropy(&self) -> f64 {
        self.beta().entropy()
    }

    fn cdf(&self, x: f64) -> f64 {
        self.beta().cdf(x)
    }

    fn ccdf(&self, x: f64) -> f64 {
        self.beta().ccdf(x)
    }

    fn log_cdf(&self, x: f64) -> f64 {
        self.beta().log_cdf(x)
    }

    fn log_ccdf(&self, x: f64) -> f64 {
        self.beta().log_ccdf(x)
    }

    fn mass_gradient(&self, x: f64, side: Side, out: &mut [f64]) {
        let mut base = [0.0; 3];
        self.beta().mass_gradient(x, side, &mut base);
        out.copy_from_slice(&self.by_mean_and_size(base));
    }

    fn quantile(&self, p: f64) -> f64 {
        self.beta().quantile(p)
    }

    fn quantile_ccdf(&self, q: f64) -> f64 {
        self.beta().quantile_ccdf(q)
    }
}
