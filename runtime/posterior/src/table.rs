//! The table for people: aligned columns, as many digits as the Monte Carlo error leaves meaning.

use crate::draws::{Column, Kind};
use crate::posterior::Posterior;
use crate::summary::{Summary, summarise};

const HEADER: [&str; 9] = ["", "mean", "sd", "5%", "50%", "95%", "mcse", "ess", "r_hat"];

impl Posterior {
    /// A table of the variables, then the probabilities of those without a mean, and the log evidence. At most `limit` variables are shown.
    pub fn table(&self, limit: usize) -> String {
        // To summarise takes a sort of all draws: only what is shown is.
        let (labelled, numeric): (Vec<&Column>, Vec<&Column>) =
            self.draws.columns().iter().partition(|column| column.kind == Kind::Label);
        let mut rows = vec![HEADER.map(String::from)];
        if self.draws.chains < 2 {
            // A column without anything in it is not shown.
            rows[0][HEADER.len() - 1].clear();
        }
        if self.draws.weights.len() == 1 && !self.draws.exact {
            rows[0] = std::array::from_fn(|column| String::from(if column == 1 { "value" } else { "" }));
        }
        let shown = numeric.iter().take(limit);
        rows.extend(shown.map(|column| row(&column.name, &summarise(&self.draws, column))));
        let mut text = if rows.len() > 1 { align(&rows) } else { String::new() };
        let hidden = numeric.len().saturating_sub(limit);
        if hidden > 0 {
            text.push_str(&format!(".. and {hidden} more\n"));
        }
        for column in labelled.into_iter().take(limit) {
            text.push_str(&labels(&column.name, &summarise(&self.draws, column)));
        }
        if let Some(log_evidence) = self.log_evidence {
            let error = self.log_evidence_error.map(|error| format!(" (standard error {error:.2})"));
            // Rounded first: an evidence of one is not "-0.0000".
            let rounded = (log_evidence * 1e4).round() / 1e4 + 0.0;
            text.push_str(&format!("log evidence {rounded:.4}{}\n", error.unwrap_or_default()));
        }
        let unexplored = self.diagnostics.iter().find(|(name, _)| name == "unexplored_mass");
        if let Some(mass) = unexplored.and_then(|(_, mass)| mass.as_f64()).filter(|mass| *mass > 1e-300) {
            text.push_str(&format!("unexplored: at most {mass:.1e} of the prior\n"));
        }
        if self.partial {
            text.push_str("(partial: the run was stopped before its end)\n");
        }
        text
    }
}

fn row(name: &str, summary: &Summary) -> [String; 9] {
    let decimals = decimals(summary);
    let number = |value: Option<f64>| value.map_or(String::new(), |value| format_number(value, decimals));
    let share = summary.share.map_or(String::new(), |share| format!(" (in {:.0} %)", 100.0 * share));
    [
        format!("{name}{share}"),
        number(summary.mean),
        number(summary.sd),
        number(summary.q5),
        number(summary.q50),
        number(summary.q95),
        summary.mcse_mean.map_or(String::new(), |error| format_number(error, decimals)),
        summary.ess_bulk.map_or(String::new(), |size| format!("{size:.0}")),
        summary.r_hat.map_or(String::new(), |r_hat| format!("{r_hat:.3}")),
    ]
}

/// Decimals such that the error of the mean shows two digits; of an exact result, six significant digits of the spread.
fn decimals(summary: &Summary) -> i32 {
    let (scale, digits) = match (summary.mcse_mean, summary.sd, summary.mean) {
        (Some(error), ..) if error > 0.0 => (error, 2),
        (_, Some(sd), _) if sd > 0.0 => (sd, 5),
        (_, _, Some(mean)) if mean != 0.0 => (mean.abs(), 5),
        _ => (1.0, 2),
    };
    digits - 1 - scale.log10().floor() as i32
}

/// Very large and very small numbers with an exponent, others with this many decimals.
fn format_number(value: f64, decimals: i32) -> String {
    let magnitude = value.abs();
    if !value.is_finite() {
        format!("{value}")
    } else if magnitude >= 1e9 || decimals > 9 {
        format!("{value:.3e}")
    } else {
        format!("{value:.*}", decimals.max(0) as usize)
    }
}

/// The first column to the left, the others to the right.
fn align(rows: &[[String; 9]]) -> String {
    let mut widths = [0; 9];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = format!("{:<width$}", row[0], width = widths[0]);
        for (cell, width) in row.iter().zip(widths).skip(1).filter(|(_, width)| *width > 0) {
            line.push_str(&format!("  {cell:>width$}"));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The most probable values of a variable that has no mean.
fn labels(name: &str, summary: &Summary) -> String {
    match &summary.probabilities {
        None => format!("{name}: many different values\n"),
        Some(probabilities) => {
            let mut text = format!("{name}\n");
            for (value, probability) in probabilities {
                text.push_str(&format!("  {probability:.4}  {value}\n"));
            }
            text
        }
    }
}
