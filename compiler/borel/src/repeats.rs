//! Independent repetitions of a run: their draws together, and how much their evidence varies.

use crate::run::Outcome as Single;
use borel_posterior::Draws;
use serde_json::{Value as Json, json};

/// What all repetitions gave together.
pub(crate) struct Outcome {
    pub(crate) draws: Draws,
    pub(crate) log_evidence: f64,
    /// The standard error of the log evidence, of several repetitions.
    pub(crate) error: Option<f64>,
    pub(crate) diagnostics: Vec<(String, Json)>,
    pub(crate) partial: bool,
}

/// The seed of a repetition: the first has the seed itself.
pub(crate) fn seed(seed: u64, repeat: usize) -> u64 {
    // The increments of SplitMix64 (Steele, Lea and Flood 2014), which visit all seeds.
    seed.wrapping_add((repeat as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// The repetitions that were run, of those that were wanted. Each estimates the evidence without bias, so their mean does, and the
/// draws of each count in proportion to its estimate (as the proposals of importance sampling on an extended space do; Andrieu, Doucet
/// and Holenstein 2010, section 4.6).
pub(crate) fn combine(outcomes: Vec<Single>, wanted: usize) -> Outcome {
    let evidences: Vec<f64> = outcomes.iter().map(|outcome| outcome.log_evidence).collect();
    let (count, largest) = (outcomes.len(), evidences.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    let scaled: Vec<f64> = evidences.iter().map(|evidence| (evidence - largest).exp()).collect();
    let mean = scaled.iter().sum::<f64>() / count as f64;
    let mut partial = count < wanted;
    let mut draws = Draws::new();
    let mut diagnostics = Vec::new();
    let mut total = 0.0;
    for (outcome, share) in outcomes.into_iter().zip(&scaled) {
        partial |= outcome.partial;
        total += share;
        if diagnostics.is_empty() {
            (draws, diagnostics) = (outcome.draws, outcome.diagnostics);
        } else {
            draws.merge(&outcome.draws, share / total);
        }
    }
    if wanted > 1 {
        draws.arrange();
        diagnostics.push(("log_evidences".into(), json!(evidences)));
    }
    Outcome { draws, log_evidence: largest + mean.ln(), error: standard_error(&scaled, mean), diagnostics, partial }
}

/// The standard error of the log of the mean, by the delta method.
fn standard_error(scaled: &[f64], mean: f64) -> Option<f64> {
    let count = scaled.len() as f64;
    if scaled.len() < 2 {
        return None;
    }
    let variance = scaled.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
    Some((variance / count).sqrt() / mean)
}
