//! What a run leaves: draws in a file, and how long it took.

use crate::output;
use borel::{Posterior, Timings};
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
