//! Runs golden tests through the library, as a user of it would, and says what differs.

use crate::sections::{Expectation, Run, Section};
use borel::{
    Data, Diagnostics, Error, FileLoader, Inference, Library, Method, Mh, Nuts, Posterior, Program, RunOptions,
};

/// What a run gave.
enum Outcome {
    Checked,
    Printed(String),
    Inferred(Box<Posterior>),
    Stopped(String),
}

/// What is wrong with a test; none if it passes.
pub fn failure(test: &Section) -> Option<String> {
    let loader = FileLoader::beside(&test.folder.join("test.ppl"));
    let program = match Program::compile_with(&test.name, &test.source, &loader) {
        Ok(program) => program,
        Err(diagnostics) => return differences(test, &diagnostics, None),
    };
    if let Some(problem) = differences(test, program.warnings(), Some(&program)) {
        return Some(problem);
    }
    let outcome = match &test.run {
        None => Outcome::Checked,
        Some(run) => match execute(&program, run, test) {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Stopped(error.to_string()),
        },
    };
    let problems: Vec<String> = test.expectations.iter().filter_map(|e| unmet(e, &outcome)).collect();
    let stops = test.expectations.iter().any(|e| matches!(e, Expectation::Stops(_)));
    match &outcome {
        Outcome::Stopped(message) if !stops => Some(format!("stopped:\n{message}")),
        _ if problems.is_empty() => None,
        _ => Some(problems.join("\n")),
    }
}

/// Diagnostics that were not expected, expected ones that did not come, and types that differ.
fn differences(test: &Section, found: &Diagnostics, program: Option<&Program>) -> Option<String> {
    let mut problems = Vec::new();
    let mut left: Vec<_> = found.iter().collect();
    for expectation in &test.expectations {
        match expectation {
            Expectation::Diagnostic { line, column, severity, code, text } => {
                let position = left.iter().position(|d| {
                    let place = d.span().map(|s| found.sources().file(s.file).line_column(s.start));
                    let here = *line == 0 || place == Some((*line, *column));
                    let all: String =
                        [&d.message].into_iter().chain(d.labels.iter().map(|l| &l.text)).cloned().collect();
                    here && d.code == code && d.is_error() == (severity == "error") && all.contains(text.as_str())
                });
                match position {
                    // A page about a code may show several of it.
                    Some(_) if *line == 0 => left.retain(|d| d.code != code),
                    Some(position) => drop(left.remove(position)),
                    None => problems.push(format!("expected {severity}[{code}]: {text} at {line}:{column}")),
                }
            }
            Expectation::Type(name, ty) => {
                let inferred = program.and_then(|p| p.signature(name)).unwrap_or_default();
                if inferred != *ty {
                    problems.push(format!("{name}: expected {ty}, inferred {inferred}"));
                }
            }
            _ => {}
        }
    }
    if left.iter().any(|d| d.is_error()) || !problems.is_empty() {
        problems.push(found.render(false));
        return Some(problems.join("\n"));
    }
    None
}

fn execute(program: &Program, run: &Run, test: &Section) -> Result<Outcome, Error> {
    let seed = run.number("seed", 1);
    if run.method == "main" {
        let mut output = String::new();
        program.run_main(&RunOptions::new().seed(seed), |line| {
            output.push_str(line);
            output.push('\n');
        })?;
        return Ok(Outcome::Printed(output));
    }
    let model = match run.setting("model") {
        Some(name) => program.model(name)?,
        None => program.sole_model()?,
    };
    let mut data = Data::new();
    for (key, path) in &run.settings {
        if key == "data" {
            data = data.merge(Data::from_file(test.folder.join(path))?)?;
        }
    }
    let inference = match run.method.as_str() {
        "enumerate" => Inference::enumerate(),
        "importance" => Inference::importance(run.number("draws", 10_000) as usize),
        "smc" => Inference::smc(run.number("particles", 2_000) as usize),
        "nuts" => {
            let usual = Nuts::default();
            let draws = run.number("draws", usual.draws as u64) as usize;
            let warmup = run.number("warmup", usual.warmup as u64) as usize;
            Inference::new(Method::Nuts(Nuts { draws, warmup, ..usual }))
        }
        "mh" => {
            let usual = Mh::default();
            let draws = run.number("draws", usual.draws as u64) as usize;
            let thin = run.setting("thin").map(|_| run.number("thin", 1) as usize);
            Inference::new(Method::Mh(Mh { draws, thin, ..usual }))
        }
        other => match Method::from_name(other) {
            Some(Method::Library(usual)) => {
                let particles = run.number("particles", usual.particles as u64) as usize;
                let draws = run.number("draws", usual.draws as u64) as usize;
                Inference::new(Method::Library(Library { particles, draws, ..usual }))
            }
            Some(method) => Inference::new(method),
            None => panic!("{}: no method `{other}`", test.name),
        },
    };
    let posterior = inference.seed(seed).threads(run.number("threads", 1) as usize).run(&model.bind(&data)?)?;
    Ok(Outcome::Inferred(Box::new(posterior)))
}

fn unmet(expectation: &Expectation, outcome: &Outcome) -> Option<String> {
    let near = |what: &str, expected: f64, tolerance: f64, found: Option<f64>| match found {
        Some(found) if (found - expected).abs() <= tolerance => None,
        Some(found) => Some(format!("{what} = {found}, expected {expected} +- {tolerance}")),
        None => Some(format!("there is no {what}")),
    };
    match (expectation, outcome) {
        (Expectation::Prints(text), Outcome::Printed(output)) => {
            let found = output.lines().any(|line| line.contains(text.as_str()));
            if found { None } else { Some(format!("expected the line `{text}` in:\n{output}")) }
        }
        (Expectation::Stops(text), Outcome::Stopped(message)) => {
            if message.contains(text.as_str()) {
                None
            } else {
                Some(format!("expected `{text}` in:\n{message}"))
            }
        }
        (Expectation::Mean(name, expected, tolerance), Outcome::Inferred(posterior)) => {
            near(&format!("mean({name})"), *expected, *tolerance, posterior.mean(name))
        }
        (Expectation::Sd(name, expected, tolerance), Outcome::Inferred(posterior)) => {
            near(&format!("sd({name})"), *expected, *tolerance, posterior.standard_deviation(name))
        }
        (Expectation::LogEvidence(expected, tolerance), Outcome::Inferred(posterior)) => {
            near("log_evidence", *expected, *tolerance, posterior.log_evidence())
        }
        (Expectation::Diagnostic { .. } | Expectation::Type(..), _) => None,
        (expectation, _) => Some(format!("the run gave nothing to hold against {expectation:?}")),
    }
}
