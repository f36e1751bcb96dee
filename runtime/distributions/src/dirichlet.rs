//! The Dirichlet distribution on probabilities: the product of x_i^(alpha_i - 1), divided by B(alpha), with respect to
//! Lebesgue measure on all components but the last.

use crate::{Kind, ParameterError, Vector, positive, random, require};
use borel_abi::stream::Stream;
use borel_math::gamma::lgamma;
use borel_math::logarithm::{log_sum_exp, x_log_y};

/// Dirichlet(alpha).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Dirichlet<'a> {
    /// The concentrations, positive.
    pub alpha: &'a [f64],
}

impl Vector for Dirichlet<'_> {
    fn dimension(&self) -> usize {
        self.alpha.len()
    }

    fn check(&self) -> Result<(), ParameterError> {
        require(!self.alpha.is_empty(), Kind::Dirichlet, 0, f64::NAN)?;
        self.alpha.iter().try_for_each(|&a| positive(Kind::Dirichlet, 0, a))
    }

    fn sample(&self, stream: &mut Stream, out: &mut [f64]) {
        for (x, &a) in out.iter_mut().zip(self.alpha) {
            *x = random::log_gamma(stream, a);
        }
        let total = log_sum_exp(out);
        out.iter_mut().for_each(|x| *x = (*x - total).exp());
    }

    fn log_density(&self, x: &[f64]) -> f64 {
        let total: f64 = x.iter().sum();
        let inside = x.iter().all(|v| *v >= 0.0) && (total - 1.0).abs() <= 1e-8;
        if x.len() != self.alpha.len() || !inside {
            return f64::NEG_INFINITY;
        }
        let terms: f64 = self.alpha.iter().zip(x).map(|(a, x)| x_log_y(a - 1.0, *x) - lgamma(*a)).sum();
        terms + lgamma(self.alpha.iter().sum())
    }
}
