//! A posterior: draws, what they say of each variable, and how they were come by.

use crate::draws::Draws;
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
}
