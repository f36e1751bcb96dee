//! A posterior: draws, what they say of each variable, and how they were come by.

use crate::diagnostics::{Predictive, ess_mean, loo, waic};
use crate::draws::{Column, Draws};
use crate::summary::{Summary, summarise};
use serde_json::Value as Json;

/// How long things took, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seconds {
    /// From source to native code.
    pub compile: f64,
    /// Adaptation; none for methods without.
    pub warmup: Option<f64>,
    /// Inference.
    pub sampling: f64,
}

/// The result of inference.
#[derive(Clone, Debug, Default)]
pub struct Posterior {
    /// The model.
    pub model: String,
    /// The method.
    pub method: String,
    /// The seed.
    pub seed: u64,
    /// What made the native code.
    pub backend: String,
    /// The draws.
    pub draws: Draws,
    /// The log evidence, where the method estimates it.
    pub log_evidence: Option<f64>,
    /// Its standard error, where it is known.
    pub log_evidence_error: Option<f64>,
    /// Figures of the method, by name.
    pub diagnostics: Vec<(String, Json)>,
    /// Times.
    pub seconds: Seconds,
    /// Whether the run was stopped before its end.
    pub partial: bool,
}

impl Posterior {
    /// The variables with their summaries, in the order of the draws.
    pub fn summaries(&self) -> Vec<(String, Summary)> {
        let columns = self.draws.columns().iter();
        columns.map(|column| (column.name.clone(), summarise(&self.draws, column))).collect()
    }

    /// The summary of a variable.
    pub fn summary(&self, name: &str) -> Option<Summary> {
        self.draws.column(name).map(|column| summarise(&self.draws, column))
    }

    /// The mean of a variable.
    pub fn mean(&self, name: &str) -> Option<f64> {
        self.summary(name).and_then(|summary| summary.mean)
    }

    /// How well the model predicts data like those it was fitted to: leave-one-out cross-validation and WAIC, from the
    /// elements of a variable, which are the log likelihoods of the observations. None if there is no such array, or not every draw (all of one
    /// weight) has all of it.
    pub fn predictive(&self, name: &str) -> Option<(Predictive, Predictive)> {
        let draws = self.draws.weights.len();
        let first = *self.draws.weights.first()?;
        let is_element = |column: &&Column| {
            column.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('[') || rest.is_empty())
        };
        let columns: Vec<&Column> = self.draws.columns().iter().filter(is_element).collect();
        let is_whole = columns.iter().all(|column| column.values.len() == draws);
        let is_even = self.draws.weights.iter().all(|weight| (weight - first).abs() < 1e-9 * first);
        if columns.is_empty() || !is_whole || !is_even || draws < 2 {
            return None;
        }
        let likelihoods: Vec<Vec<f64>> = columns.iter().map(|column| column.values.clone()).collect();
        Some((loo(&likelihoods, self.relative_efficiency(&likelihoods)), waic(&likelihoods)))
    }

    /// The effective sample size of likelihoods over the number of draws, on average.
    fn relative_efficiency(&self, log_likelihoods: &[Vec<f64>]) -> f64 {
        let draws = self.draws.weights.len();
        if self.draws.chains == 0 {
            return 1.0;
        }
        let of_one = |log_likelihoods: &Vec<f64>| {
            let likelihoods: Vec<f64> = log_likelihoods.iter().map(|x| x.exp()).collect();
            let chains: Vec<&[f64]> = likelihoods.chunks_exact(draws / self.draws.chains).collect();
            ess_mean(&chains) / draws as f64
        };
        let known: Vec<f64> = log_likelihoods.iter().map(of_one).filter(|share| share.is_finite()).collect();
        if known.is_empty() { 1.0 } else { known.iter().sum::<f64>() / known.len() as f64 }
    }
}
