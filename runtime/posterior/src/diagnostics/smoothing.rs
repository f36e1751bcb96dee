//! Pareto-smoothed importance sampling (Vehtari, Simpson, Gelman, Yao and Gabry, Journal of Machine Learning Research 25, 2024).

/// Log weights whose largest are replaced by the quantiles of a fitted generalised Pareto distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct Smoothed {
    /// In the order of those given; their exponentials sum to 1.
    pub log_weights: Vec<f64>,
    /// The shape of the tail, k-hat: above [`good_shape`] estimates by these weights are not to be trusted. Infinite where the tail is
    /// too short to be fitted.
    pub shape: f64,
}

/// What the shape should not be above, with so many draws.
pub fn good_shape(draws: usize) -> f64 {
    (1.0 - 1.0 / (draws as f64).log10()).min(0.7)
}

/// Smooths; `relative_efficiency` is the effective sample size over the number of draws, 1 of independent ones.
///
/// ```
/// let even = borel_posterior::diagnostics::smooth(&[-3.0; 50], 1.0);
/// assert!((even.log_weights[0] - (1.0f64 / 50.0).ln()).abs() < 1e-12);
/// ```
pub fn smooth(log_weights: &[f64], relative_efficiency: f64) -> Smoothed {
    let count = log_weights.len();
    let top = log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut weights: Vec<f64> = log_weights.iter().map(|w| w - top).collect();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| weights[*a].total_cmp(&weights[*b]));
    let most = (count as f64 / 5.0).min(3.0 * (count as f64 / relative_efficiency).sqrt()).ceil() as usize;
    let cut = order.len().checked_sub(most + 1).map_or(f64::NEG_INFINITY, |at| weights[order[at]]);
    let cut = cut.max(f64::MIN_POSITIVE.ln());
    let tail: Vec<usize> = order.into_iter().filter(|index| weights[*index] > cut).collect();
    let mut shape = f64::INFINITY;
    if tail.len() > 4 {
        let least = cut.exp();
        let excesses: Vec<f64> = tail.iter().map(|index| weights[*index].exp() - least).collect();
        let scale;
        (shape, scale) = fit(&excesses);
        if shape.is_finite() {
            for (place, index) in tail.iter().enumerate() {
                let probability = (place as f64 + 0.5) / tail.len() as f64;
                weights[*index] = (quantile(probability, shape, scale) + least).ln();
            }
        }
    }
    // No weight is above the largest one given.
    weights.iter_mut().for_each(|w| *w = w.min(0.0));
    let sum = weights.iter().map(|w| w.exp()).sum::<f64>().ln();
    weights.iter_mut().for_each(|w| *w -= sum);
    Smoothed { log_weights: weights, shape }
}

/// Shape and scale of a generalised Pareto distribution for sorted excesses, with a weak prior towards a shape of one half (Zhang and
/// Stephens, "A new and efficient estimation method for the generalized Pareto distribution", Technometrics 51, 2009).
fn fit(excesses: &[f64]) -> (f64, f64) {
    let count = excesses.len();
    let grid = 30 + (count as f64).sqrt() as usize;
    let quartile = excesses[(count as f64 / 4.0 + 0.5) as usize - 1];
    let largest = excesses[count - 1];
    let shape_at = |b: f64| excesses.iter().map(|x| (-b * x).ln_1p()).sum::<f64>() / count as f64;
    let points: Vec<f64> = (1..=grid)
        .map(|i| 1.0 / largest + (1.0 - (grid as f64 / (i as f64 - 0.5)).sqrt()) / (3.0 * quartile))
        .collect();
    let profile: Vec<f64> = points
        .iter()
        .map(|b| {
            let k = shape_at(*b);
            count as f64 * ((-b / k).ln() - k - 1.0)
        })
        .collect();
    let weight = |own: f64| 1.0 / profile.iter().map(|other| (other - own).exp()).sum::<f64>();
    let weighed: Vec<(f64, f64)> = points
        .iter()
        .zip(&profile)
        .map(|(b, own)| (*b, weight(*own)))
        .filter(|(_, weight)| *weight >= 10.0 * f64::EPSILON)
        .collect();
    let total: f64 = weighed.iter().map(|(_, weight)| weight).sum();
    let b = weighed.iter().map(|(b, weight)| b * weight).sum::<f64>() / total;
    let k = shape_at(b);
    let (count, prior) = (count as f64, 10.0);
    ((count * k + prior * 0.5) / (count + prior), -k / b)
}

fn quantile(probability: f64, shape: f64, scale: f64) -> f64 {
    if scale <= 0.0 {
        return f64::NAN;
    }
    let exponent = -(-probability).ln_1p();
    if shape.abs() < f64::EPSILON { scale * exponent } else { scale * (shape * exponent).exp_m1() / shape }
}
