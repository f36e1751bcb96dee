//! Statistical tests whose false alarms are known: a p-value decides, and one that is suspicious is looked at again with other seeds, all of which count together by Fisher's method. All of it
//! depends on seeds alone.

use borel_math::error::erfc;
use borel_math::incomplete::gamma_q;
use std::collections::BTreeMap;

/// Below this, a p-value is looked at again.
const SUSPICIOUS: f64 = 0.01;

/// Below this, several together are an alarm: without a fault that is so in fewer than one of a million tests.
const ALARM: f64 = 1e-6;

/// How often a test is run in all, if its p-value is suspicious.
const RUNS: u64 = 3;

/// The probability that a standard normal number is as far from 0, or farther.
pub fn p_of_deviation(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// The p-value of the largest of deviations from 0, in standard errors, whatever their dependence (Bonferroni).
pub fn p_of_deviations(deviations: &[f64]) -> f64 {
    let smallest = deviations.iter().map(|z| p_of_deviation(*z)).fold(1.0, f64::min);
    if deviations.iter().any(|z| z.is_nan()) { 0.0 } else { (smallest * deviations.len() as f64).min(1.0) }
}

/// The p-value of how often values have occurred, given their probabilities, by Pearson's chi-squared test (1900); 0 if one has occurred that cannot.
pub fn p_of_counts(counts: &BTreeMap<String, usize>, probabilities: &BTreeMap<String, f64>) -> f64 {
    if counts.keys().any(|value| !probabilities.contains_key(value)) {
        return 0.0;
    }
    let total = counts.values().sum::<usize>() as f64;
    let square = |(value, probability): (&String, &f64)| {
        let expected = probability * total;
        (counts.get(value).map_or(0.0, |count| *count as f64) - expected).powi(2) / expected
    };
    let statistic: f64 = probabilities.iter().map(square).sum();
    gamma_q((probabilities.len() - 1) as f64 / 2.0, statistic / 2.0)
}

/// The p-value of independent p-values together (Fisher 1932): -2 times the sum of their logarithms has a chi-squared distribution with two degrees of freedom for each.
pub fn fisher(p_values: &[f64]) -> f64 {
    let half: f64 = -p_values.iter().map(|p| p.max(f64::MIN_POSITIVE).ln()).sum::<f64>();
    gamma_q(p_values.len() as f64, half)
}

/// The p-value of a test, with more runs if the first is suspicious.
pub fn p_value(test: impl Fn(u64) -> f64) -> f64 {
    let first = test(1);
    if first >= SUSPICIOUS {
        return first;
    }
    let all: Vec<f64> = std::iter::once(first).chain((2..=RUNS).map(test)).collect();
    fisher(&all)
}

/// Whether a test, which has a p-value for each seed, finds no fault.
pub fn is_plausible(test: impl Fn(u64) -> f64) -> bool {
    p_value(test) >= ALARM
}

/// Asserts that a test, whose deviations from 0 are those of standard normal numbers where there is no fault, does not find one.
pub fn assert_plausible(name: &str, deviations: impl Fn(u64) -> Vec<f64>) {
    let p = p_value(|seed| p_of_deviations(&deviations(seed)));
    assert!(p >= ALARM, "{name}: p = {p:e}; with seed 1 the deviations are {:?}", deviations(1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values() {
        assert!((p_of_deviation(1.959_963_984_540_054) - 0.05).abs() < 1e-12);
        assert!((fisher(&[0.3]) - 0.3).abs() < 1e-15);
        // The upper tail of the chi-squared distribution with 6 degrees of freedom at -2 ln(0.01 * 0.02 * 0.03).
        assert!(
            (fisher(&[0.01, 0.02, 0.03]) - 5.118_542_772_640_736e-4).abs() < 1e-15,
            "{}",
            fisher(&[0.01, 0.02, 0.03])
        );
        assert_eq!(p_of_deviations(&[f64::NAN]), 0.0);
        // The statistic is 1, with 2 degrees of freedom: exp(-1 / 2).
        let probabilities = BTreeMap::from([("a".into(), 0.25), ("b".into(), 0.25), ("c".into(), 0.5)]);
        let p = p_of_counts(&BTreeMap::from([("a".into(), 1), ("b".into(), 3), ("c".into(), 4)]), &probabilities);
        assert!((p - (-0.5f64).exp()).abs() < 1e-14, "{p}");
        assert_eq!(p_of_counts(&BTreeMap::from([("d".into(), 1)]), &probabilities), 0.0);
    }
}
