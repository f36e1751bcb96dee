//! From files to golden tests: sections of `.ppl` files and code blocks of Markdown, with their expectations.

use std::path::{Path, PathBuf};

/// One golden test.
#[derive(Clone, Debug)]
pub struct Section {
    /// File and name, for messages.
    pub name: String,
    /// The folder that data paths are relative to.
    pub folder: PathBuf,
    /// The program.
    pub source: String,
    /// How to run it, if at all.
    pub run: Option<Run>,
    /// What is expected.
    pub expectations: Vec<Expectation>,
}

/// `//@ run: METHOD key=value ..`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// main, enumerate, importance or smc.
    pub method: String,
    /// The settings in order.
    pub settings: Vec<(String, String)>,
}

impl Run {
    /// The first setting of this name.
    pub fn setting(&self, key: &str) -> Option<&str> {
        self.settings.iter().find(|s| s.0 == key).map(|s| s.1.as_str())
    }

    /// A number among the settings.
    pub fn number(&self, key: &str, default: u64) -> u64 {
        self.setting(key).map_or(default, |value| value.parse().expect("a whole number"))
    }
}

/// What must hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Expectation {
    /// A line of the output starts with this.
    Prints(String),
    /// The mean of a variable.
    Mean(String, f64, f64),
    /// Its standard deviation.
    Sd(String, f64, f64),
    /// The log evidence.
    LogEvidence(f64, f64),
    /// The inferred type of a definition.
    Type(String, String),
    /// The run ends with an error that has this text.
    Stops(String),
    /// A diagnostic with this code on this line (1-based) whose span starts in this column (1-based), with this text.
    Diagnostic {
        /// Counted from 1; 0 is anywhere.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// `error` or `warning`.
        severity: String,
        /// For example `E0101`.
        code: String,
        /// Part of the message or of a label.
        text: String,
    },
}

/// The tests of a file, `.ppl` or `.md`.
pub fn of_file(path: &Path) -> Vec<Section> {
    let text = std::fs::read_to_string(path).expect("a readable file");
    let folder = path.parent().unwrap_or(Path::new(".")).to_path_buf();
    let file = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_string();
    let pieces = if file.ends_with(".md") { blocks(&text) } else { parts(&text) };
    pieces.into_iter().map(|(name, source)| section(format!("{file}: {name}"), &folder, source)).collect()
}

/// All files with one of these endings in a folder, sorted.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a readable folder");
    let mut paths: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == ending));
    paths.sort();
    paths
}

fn parts(text: &str) -> Vec<(String, String)> {
    let mut parts: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("//@ test: ") {
            parts.push((name.into(), String::new()));
        } else if parts.is_empty() {
            parts.push(("program".into(), String::new()));
        }
        if let Some(last) = parts.last_mut() {
            last.1.push_str(line);
            last.1.push('\n');
        }
    }
    parts
}

fn blocks(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut block: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match &mut block {
            None if line.starts_with("```borel") => {
                let claim = line.strip_prefix("```borel,").map(|claim| format!("//@ {claim}\n")).unwrap_or_default();
                block = Some((number + 1, claim));
            }
            Some((start, source)) if line.starts_with("```") => {
                found.push((format!("line {start}"), std::mem::take(source)));
                block = None;
            }
            Some((_, source)) => {
                source.push_str(line);
                source.push('\n');
            }
            None => {}
        }
    }
    found
}

fn section(name: String, folder: &Path, source: String) -> Section {
    let mut test = Section { name, folder: folder.into(), source: String::new(), run: None, expectations: Vec::new() };
    let mut code_line = 0;
    for (index, line) in source.lines().enumerate() {
        let trimmed = line.trim_start();
        if let Some(directive) = trimmed.strip_prefix("//@ ") {
            test.directive(directive.trim());
        } else if let Some(marker) = marker(line, code_line) {
            test.expectations.push(marker);
        } else if !trimmed.starts_with("//") {
            code_line = index + 1;
        }
    }
    test.source = source;
    test
}

impl Section {
    fn directive(&mut self, directive: &str) {
        let expectation = if directive.starts_with("test: ") {
            return;
        } else if let Some(run) = directive.strip_prefix("run: ") {
            self.run = Some(parse_run(run));
            return;
        } else if let Some(text) = directive.strip_prefix("prints: ") {
            Expectation::Prints(text.into())
        } else if let Some(text) = directive.strip_prefix("stops: ") {
            Expectation::Stops(text.into())
        } else if let Some(text) = directive.strip_prefix("type ") {
            let (name, ty) = text.split_once(": ").expect("NAME: TYPE");
            Expectation::Type(name.into(), ty.into())
        } else if let Some(code) = directive.strip_prefix("error=") {
            Expectation::Diagnostic {
                line: 0,
                column: 0,
                severity: if code.starts_with('W') { "warning" } else { "error" }.into(),
                code: code.into(),
                text: String::new(),
            }
        } else {
            figure(directive).unwrap_or_else(|| panic!("{}: what does `//@ {directive}` mean?", self.name))
        };
        self.expectations.push(expectation);
    }
}

fn parse_run(text: &str) -> Run {
    let mut words = text.split_whitespace();
    let method = words.next().expect("a method").to_string();
    let settings = words.map(|w| w.split_once('=').map(|(k, v)| (k.into(), v.into())).expect("key=value")).collect();
    Run { method, settings }
}

/// `mean(x) = 1 +- 0.1`
fn figure(text: &str) -> Option<Expectation> {
    let (what, figures) = text.split_once(" = ")?;
    let (value, tolerance) = figures.split_once(" +- ")?;
    let (value, tolerance) = (value.trim().parse().ok()?, tolerance.trim().parse().ok()?);
    let inside = |prefix: &str| what.strip_prefix(prefix)?.strip_suffix(')').map(str::to_string);
    if what == "log_evidence" {
        Some(Expectation::LogEvidence(value, tolerance))
    } else if let Some(name) = inside("mean(") {
        Some(Expectation::Mean(name, value, tolerance))
    } else {
        inside("sd(").map(|name| Expectation::Sd(name, value, tolerance))
    }
}

/// `//   ^^^ error[E0203]: text`, which speaks of the last line of code above it.
fn marker(line: &str, code_line: usize) -> Option<Expectation> {
    let rest = line.trim_start().strip_prefix("//")?;
    let carets = rest.trim_start();
    let after = carets.trim_start_matches('^');
    if after.len() == carets.len() {
        return None;
    }
    let column = line.chars().take_while(|c| *c != '^').count() + 1;
    let (severity, rest) = after.trim_start().split_once('[')?;
    let (code, text) = rest.split_once(']')?;
    let text = text.trim_start_matches(':').trim().to_string();
    Some(Expectation::Diagnostic { line: code_line, column, severity: severity.into(), code: code.into(), text })
}
