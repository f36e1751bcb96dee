//! What a run leaves: draws in a file, and how long it took.

use crate::output;
use borel::{Posterior, Predictive, Timings};
use serde_json::{Value, json};
use std::path::Path;

/// Says how long each phase took, if that is wanted.
pub(crate) fn timings(timings: &Timings, wanted: bool) {
    if wanted {
        for (phase, time) in timings.phases() {
            output::error(&format!("{phase:>12} {:9.3} ms", time.as_secs_f64() * 1e3));
        }
    }
}

/// Writes the weighted draws as the extension asks.
pub(crate) fn write_draws(posterior: &Posterior, path: &Path) -> Result<(), String> {
    let name = path.display();
    let text = match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => posterior.draws_csv(),
        Some("json") => format!("{}\n", posterior.draws_json()),
        _ => return Err(format!("{name}: draws are written as .csv or .json, told by the extension")),
    };
    std::fs::write(path, text).map_err(|error| format!("{name} cannot be written: {error}"))
}

/// Writes the genealogy of SMC.
pub(crate) fn write_genealogy(posterior: &Posterior, path: &Path) -> Result<(), String> {
    let name = path.display();
    if path.extension().is_none_or(|extension| extension != "json") {
        return Err(format!("{name}: a genealogy is written as .json, told by the extension"));
    }
    let text = format!("{}\n", serde_json::json!(posterior.genealogy()));
    std::fs::write(path, text).map_err(|error| format!("{name} cannot be written: {error}"))
}

/// What is said of predictive accuracy.
pub(crate) struct Accuracy {
    loo: Predictive,
    waic: Predictive,
}

/// The predictive accuracy by a variable with log likelihoods.
pub(crate) fn predictive(posterior: &Posterior, name: &str) -> Result<Accuracy, String> {
    let found = posterior.predictive(name).map(|(loo, waic)| Accuracy { loo, waic });
    found.ok_or_else(|| {
        let help = "return it from the model: `return { log_lik: [log_density(d, v) for v in y] }`, and run nuts";
        format!("there is no array `{name}` that all draws (of one weight) have\nhelp: {help}")
    })
}

impl Accuracy {
    /// Two lines for people.
    pub(crate) fn text(&self) -> String {
        let line = |name: &str, of: &Predictive| {
            format!(
                "elpd_{name} {:.2} (standard error {:.2}), p_{name} {:.2}",
                of.elpd, of.standard_error, of.parameters
            )
        };
        let count = self.loo.shapes.len();
        let shapes = match self.loo.unreliable {
            0 => format!("all {count} Pareto shapes are good"),
            bad => format!("{bad} of {count} Pareto shapes are too large: leave those observations out in earnest"),
        };
        format!("{}; {shapes}\n{}\n", line("loo", &self.loo), line("waic", &self.waic))
    }

    /// For scripts.
    pub(crate) fn json(&self) -> Value {
        let one = |of: &Predictive| {
            json!({
                "elpd": of.elpd,
                "standard_error": of.standard_error,
                "parameters": of.parameters,
                "pointwise": of.pointwise,
                "pareto_k": of.shapes,
                "unreliable": of.unreliable,
            })
        };
        json!({ "loo": one(&self.loo), "waic": one(&self.waic) })
    }
}
