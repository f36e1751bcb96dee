//! The JSON object that scripts rely on.

use crate::posterior::Posterior;
use crate::summary::Summary;
use serde_json::{Map, Value as Json, json};

impl Posterior {
    /// The object of `--format json`. Numbers that JSON does not have (NaN, infinities) are null.
    pub fn json(&self) -> Json {
        let mut object = Map::new();
        object.insert("model".into(), json!(self.model));
        object.insert("method".into(), json!(self.method));
        object.insert("seed".into(), json!(self.seed));
        object.insert("backend".into(), json!(self.backend));
        let variables = self.summaries().into_iter().map(|(name, summary)| (name, variable(&summary)));
        object.insert("variables".into(), Json::Object(variables.collect()));
        if let Some(log_evidence) = self.log_evidence {
            object.insert("log_evidence".into(), json!(log_evidence));
        }
        if let Some(error) = self.log_evidence_error {
            object.insert("log_evidence_error".into(), json!(error));
        }
        if self.partial {
            object.insert("partial".into(), json!(true));
        }
        object.insert("diagnostics".into(), Json::Object(self.diagnostics.iter().cloned().collect()));
        object.insert("seconds".into(), self.seconds_json());
        Json::Object(object)
    }

    fn seconds_json(&self) -> Json {
        let mut seconds = Map::new();
        seconds.insert("compile".into(), json!(self.seconds.compile));
        if let Some(warmup) = self.seconds.warmup {
            seconds.insert("warmup".into(), json!(warmup));
        }
        seconds.insert("sampling".into(), json!(self.seconds.sampling));
        Json::Object(seconds)
    }

    /// All draws: an object of the weights and of each variable's values, null where a draw does not have it.
    pub fn draws_json(&self) -> Json {
        let mut object = Map::new();
        object.insert("weights".into(), json!(self.draws.weights));
        let mut variables = Map::new();
        for column in self.draws.columns() {
            let mut values = vec![Json::Null; self.draws.weights.len()];
            for (row, value) in column.rows.iter().zip(&column.values) {
                values[*row as usize] = column.json(*value);
            }
            variables.insert(column.name.clone(), Json::Array(values));
        }
        object.insert("draws".into(), Json::Object(variables));
        Json::Object(object)
    }

    /// All draws as CSV: a row for each, the weight first; empty where a draw does not have a variable.
    pub fn draws_csv(&self) -> String {
        let columns = self.draws.columns();
        let mut cells: Vec<Vec<String>> = self.draws.weights.iter().map(|weight| vec![format!("{weight:?}")]).collect();
        for (i, column) in columns.iter().enumerate() {
            for (row, value) in column.rows.iter().zip(&column.values) {
                let line = &mut cells[*row as usize];
                line.resize(i + 1, String::new());
                line.push(quote(&column.show(*value)));
            }
        }
        let names = columns.iter().map(|column| quote(&column.name));
        let header: Vec<String> = ["weight".to_string()].into_iter().chain(names).collect();
        let mut text = header.join(",") + "\n";
        for mut line in cells {
            line.resize(columns.len() + 1, String::new());
            text.push_str(&line.join(","));
            text.push('\n');
        }
        text
    }
}

impl crate::draws::Column {
    fn json(&self, value: f64) -> Json {
        use crate::draws::Kind;
        match self.kind {
            Kind::Real => json!(value),
            Kind::Int => json!(value as i64),
            Kind::Bool => json!(value != 0.0),
            Kind::Label => json!(self.show(value)),
        }
    }
}

/// A cell of CSV (RFC 4180).
fn quote(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.into() }
}

fn variable(summary: &Summary) -> Json {
    let mut object = Map::new();
    let [mcse_q5, mcse_q50, mcse_q95] = summary.mcse_quantiles;
    let fields = [
        ("mean", summary.mean),
        ("sd", summary.sd),
        ("q5", summary.q5),
        ("q50", summary.q50),
        ("q95", summary.q95),
        ("mcse_mean", summary.mcse_mean),
        ("mcse_sd", summary.mcse_sd),
        ("mcse_q5", mcse_q5),
        ("mcse_q50", mcse_q50),
        ("mcse_q95", mcse_q95),
        ("ess_bulk", summary.ess_bulk),
        ("ess_tail", summary.ess_tail),
        ("r_hat", summary.r_hat),
    ];
    for (name, value) in fields {
        object.insert(name.into(), json!(value));
    }
    if let Some(share) = summary.share {
        object.insert("share".into(), json!(share));
    }
    if let Some(probabilities) = &summary.probabilities {
        let entries = probabilities.iter().map(|(value, probability)| (value.clone(), json!(probability)));
        object.insert("probabilities".into(), Json::Object(entries.collect()));
    }
    Json::Object(object)
}
