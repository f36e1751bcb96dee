//! Expected log predictive densities from pointwise log likelihoods.

use super::smoothing::{good_shape, smooth};

/// An estimate of how well a model predicts new data like those it was fitted to.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictive {
    /// The expected log predictive density, summed over the observations: larger is better.
    pub elpd: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The effective number of parameters.
    pub parameters: f64,
    /// The terms of the sum.
    pub pointwise: Vec<f64>,
    /// Of leave-one-out: for each observation the shape of the tail of its weights.
    pub shapes: Vec<f64>,
    /// How many terms are not to be trusted: shapes above [`good_shape`], or of WAIC variances above 0.4.
    pub unreliable: usize,
}

/// Leave-one-out cross-validation by Pareto-smoothed importance sampling (Vehtari, Gelman and Gabry, "Practical Bayesian model
/// evaluation using leave-one-out cross-validation and WAIC", Statistics and Computing 27, 2017). For each observation the log
/// likelihoods of all draws.
///
/// ```
/// let waves: Vec<f64> = (0..200).map(|i| -1.0 + 0.1 * f64::from(i).sin()).collect();
/// let found = borel_posterior::diagnostics::loo(&[waves.clone(), waves], 1.0);
/// assert!((found.elpd + 2.0).abs() < 0.05 && found.unreliable == 0);
/// ```
pub fn loo(log_likelihoods: &[Vec<f64>], relative_efficiency: f64) -> Predictive {
    let (mut pointwise, mut shapes) = (Vec::new(), Vec::new());
    let (mut unreliable, mut whole) = (0, 0.0);
    for of_draws in log_likelihoods {
        let negative: Vec<f64> = of_draws.iter().map(|x| -x).collect();
        let smoothed = smooth(&negative, relative_efficiency);
        let terms: Vec<f64> = smoothed.log_weights.iter().zip(of_draws).map(|(w, x)| w + x).collect();
        pointwise.push(log_sum_exp(&terms));
        whole += log_mean_exp(of_draws);
        unreliable += usize::from(smoothed.shape > good_shape(of_draws.len()));
        shapes.push(smoothed.shape);
    }
    predictive(pointwise, shapes, unreliable, |elpd| whole - elpd)
}

/// The widely applicable information criterion, on the scale of the log density (Watanabe, Journal of Machine Learning Research 11, 2010).
/// Prefer [`loo`], which says where it fails.
pub fn waic(log_likelihoods: &[Vec<f64>]) -> Predictive {
    let variance = |xs: &[f64]| {
        let mean = xs.iter().sum::<f64>() / xs.len() as f64;
        xs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / xs.len() as f64
    };
    let variances: Vec<f64> = log_likelihoods.iter().map(|xs| variance(xs)).collect();
    let pointwise = log_likelihoods.iter().zip(&variances).map(|(xs, v)| log_mean_exp(xs) - v).collect();
    let unreliable = variances.iter().filter(|v| **v > 0.4).count();
    predictive(pointwise, Vec::new(), unreliable, |_| variances.iter().sum())
}

fn predictive(pointwise: Vec<f64>, shapes: Vec<f64>, unreliable: usize, parameters: impl Fn(f64) -> f64) -> Predictive {
    let (elpd, count) = (pointwise.iter().sum::<f64>(), pointwise.len() as f64);
    let spread: f64 = pointwise.iter().map(|x| (x - elpd / count).powi(2)).sum();
    Predictive { elpd, standard_error: spread.sqrt(), parameters: parameters(elpd), pointwise, shapes, unreliable }
}

fn log_sum_exp(xs: &[f64]) -> f64 {
    borel_math::logarithm::log_sum_exp(xs)
}

fn log_mean_exp(xs: &[f64]) -> f64 {
    log_sum_exp(xs) - (xs.len() as f64).ln()
}
