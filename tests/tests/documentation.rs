//! The examples in the documentation of the library and of the distributions.

use borel::{Data, Inference, Method, Program, RunOptions};
use borel_distributions::{CATALOGUE, Entry};
use borel_driver::library::MODULES;
use borel_tests::documentation::functions;

/// The examples of the documentation run, and give the values that their comments say.
#[test]
fn examples_run() {
    let mut problems = Vec::new();
    for module in std::iter::once("").chain(MODULES.map(|(module, _)| module)) {
        for (name, function) in functions(module) {
            let doc = function.doc.as_deref().unwrap_or_default();
            let lines: Vec<&str> = doc.lines().filter_map(|line| line.trim_end().strip_prefix("    ")).collect();
            assert!(!lines.is_empty() || function.name.starts_with("draw"), "{name} has no example");
            if let Err(problem) = run_example(module, &lines) {
                problems.push(format!("{name}: {problem}"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn run_example(module: &str, lines: &[&str]) -> Result<(), String> {
    let (last, before) = lines.split_last().ok_or("no example")?;
    let (expression, comment) = last.split_once("//").map_or((*last, ""), |(e, c)| (e.trim(), c.trim()));
    let expected = value_of(comment);
    let is_statement = expression.starts_with("let ") || !expression.starts_with(|c: char| c.is_alphabetic());
    let end = match &expected {
        Some(_) => format!("print({expression})"),
        None if is_statement => expression.to_string(),
        None => format!("let _ = {expression}"),
    };
    let body = before.join("\n");
    let mentions =
        |name: &str| lines.iter().any(|line| line.contains(&format!("{}.", name.rsplit('.').next().unwrap_or(name))));
    let imported = MODULES.iter().filter(|(name, _)| *name == module || module.starts_with("infer.") && mentions(name));
    let import: String = imported.map(|(name, _)| format!("import {name}\n")).collect();
    let posterior = "let post = infer(fn() => sample Normal(0, 1), importance(9))";
    let posterior = if lines.iter().any(|line| line.contains("post")) { posterior } else { "" };
    let text = format!("{import}fn main() {{\n{posterior}\n{body}\n{end}\n}}\n");
    let program = Program::compile(&text).map_err(|diagnostics| diagnostics.render(false))?;
    let mut output = String::new();
    program.run_main(&RunOptions::new(), |line| output.push_str(line)).map_err(|error| format!("{error}\n{text}"))?;
    match expected {
        Some(expected) if !agree(output.trim(), &expected) => {
            Err(format!("found {}, expected {expected}", output.trim()))
        }
        _ => Ok(()),
    }
}

/// The value that a comment says, if it does: what stands behind an equals sign, or all of it if it has no words.
fn value_of(comment: &str) -> Option<String> {
    let value = comment.rsplit(" = ").next()?.trim();
    let value = value.strip_suffix(", up to rounding").unwrap_or(value);
    let has_words = value.split(' ').any(|word| word.len() > 1 && word.chars().all(char::is_lowercase));
    (!value.is_empty() && (!has_words || ["true", "false"].contains(&value))).then(|| value.to_string())
}

/// Whether texts are the same, but for how whole numbers are written and for rounding.
fn agree(found: &str, expected: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        let is_end = |c: char| !(c.is_alphanumeric() || ".-\"".contains(c));
        text.split_inclusive(is_end)
            .flat_map(|part| {
                [part.trim_end_matches(is_end), part.trim_start_matches(|c| !is_end(c))].map(str::to_string)
            })
            .collect()
    };
    let (found, expected) = (parts(found), parts(expected));
    let same = |(a, b): (&String, &String)| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(x), Ok(y)) => {
            let decimals = b.split_once('.').map_or(12, |(_, decimals)| decimals.len()) as i32;
            (x - y).abs() <= 10f64.powi(-decimals.min(12))
        }
        _ => a == b,
    };
    found.len() == expected.len() && found.iter().zip(&expected).all(same)
}

/// The examples of the distributions are models that need no data: they give finite weights by importance sampling.
#[test]
fn examples_of_distributions_run() {
    let failed = |entry: &&Entry| run_model(entry).err().map(|problem| format!("{}: {problem}", entry.name));
    let problems: Vec<String> = CATALOGUE.iter().filter_map(failed).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn run_model(entry: &Entry) -> Result<(), String> {
    let code = entry.documentation.lines().filter_map(|line| line.strip_prefix("    ")).collect::<Vec<_>>().join("\n");
    if !code.contains(entry.name) {
        return Err("its example does not use it".into());
    }
    let program = Program::compile(&code).map_err(|diagnostics| diagnostics.render(false))?;
    let models = program.models();
    let model = models.first().ok_or("its example has no model")?;
    let bound = model.bind(&Data::new()).map_err(|error| error.to_string())?;
    let posterior = Inference::new(Method::importance(200)).run(&bound).map_err(|error| error.to_string())?;
    let evidence = posterior.log_evidence().ok_or("no evidence")?;
    if evidence.is_finite() { Ok(()) } else { Err(format!("log evidence {evidence}")) }
}
