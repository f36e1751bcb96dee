//! Golden programs. A file holds sections, each begun by `//@ test: name`; what a section expects stands in it:
//!
//!     //@ type NAME: SIGNATURE          the inferred signature of a definition
//!     //   ^^^ error[E0201]: text       a diagnostic at that place of the last line of code, whose text has this part
//!
//! Diagnostics that nothing expects are failures. Only the start of a span is compared, and its end if the marker is
//! longer than one `^`.

use std::fmt::Write;

use borel_diagnostics::Diagnostic;
use borel_source::{FileId, SourceMap};
use borel_typeck::{ParsedModule, check};
use borel_typed::Program;

/// The library: name, text, whether every program sees it.
const LIBRARY: [(&str, &str, bool); 8] = [
    ("prelude", include_str!("../../../stdlib/prelude.ppl"), true),
    ("distributions", include_str!("../../../stdlib/distributions.ppl"), true),
    ("process", include_str!("../../../stdlib/process.ppl"), false),
    ("infer.population", include_str!("../../../stdlib/infer/population.ppl"), false),
    ("infer.smc", include_str!("../../../stdlib/infer/smc.ppl"), false),
    ("infer.mcmc", include_str!("../../../stdlib/infer/mcmc.ppl"), false),
    ("infer.particle", include_str!("../../../stdlib/infer/particle.ppl"), false),
    ("infer.methods", include_str!("../../../stdlib/infer/methods.ppl"), false),
];

struct Marker {
    start: usize,
    end: Option<usize>,
    code: String,
    text: String,
}

fn modules(text: &str, sources: &mut SourceMap) -> (Vec<ParsedModule>, FileId, Vec<Diagnostic>) {
    let mut modules = Vec::new();
    let mut diagnostics = Vec::new();
    let mut last = FileId(0);
    let needs = |name: &str| !name.starts_with("infer.") || text.contains("import infer.");
    let library = LIBRARY.into_iter().filter(|(name, ..)| needs(name));
    for (name, text, is_prelude) in library.chain([("test", text, false)]) {
        last = sources.add(name, text);
        let (module, found) = borel_syntax::parse(last, text);
        diagnostics.extend(found);
        let is_module = name == "process" || name.starts_with("infer.");
        let path = if is_module { name.split('.').map(Into::into).collect() } else { Vec::new() };
        modules.push(ParsedModule { path, module, is_prelude });
    }
    (modules, last, diagnostics)
}

/// Markers with byte offsets into `text`.
fn markers(text: &str) -> Vec<Marker> {
    let mut found = Vec::new();
    let (mut code_start, mut offset) = (0, 0);
    for line in text.split_inclusive('\n') {
        let body = line.trim_end();
        let marker = body.trim_start().strip_prefix("//").map(str::trim_start).filter(|rest| rest.starts_with('^'));
        match marker {
            Some(rest) => {
                let column = body.len() - rest.len();
                let carets = rest.len() - rest.trim_start_matches('^').len();
                let (code, text) = rest.trim_start_matches('^').trim().split_once(':').unwrap_or((rest, ""));
                let code = code.trim_start_matches("error[").trim_start_matches("warning[").trim_end_matches(']');
                found.push(Marker {
                    start: code_start + column,
                    end: (carets > 1).then_some(code_start + column + carets),
                    code: code.to_string(),
                    text: text.trim().to_string(),
                });
            }
            None => code_start = offset,
        }
        offset += line.len();
    }
    found
}

fn matches(marker: &Marker, diagnostic: &Diagnostic, file: FileId) -> bool {
    let Some(span) = diagnostic.span() else { return false };
    let mut all = diagnostic.message.clone();
    diagnostic.labels.iter().for_each(|label| all.push_str(&label.text));
    diagnostic.notes.iter().chain(&diagnostic.help).for_each(|note| all.push_str(note));
    span.file == file
        && span.start as usize == marker.start
        && marker.end.is_none_or(|end| end == span.end as usize)
        && diagnostic.code == marker.code
        && all.contains(&marker.text)
}

/// The local functions of a program, by name, with their types.
fn local_type(program: &Program, name: &str) -> Option<String> {
    let local = program.locals.iter().find(|local| &*local.name == name)?;
    Some(borel_typed::print::type_text(program, &local.ty))
}

fn check_types(text: &str, program: &Program, out: &mut String) {
    for line in text.lines().filter_map(|line| line.trim().strip_prefix("//@ type ")) {
        let (name, expected) = line.split_once(':').unwrap_or((line, ""));
        let (name, expected) = (name.trim(), expected.trim());
        let function = program.functions.iter().rev().find(|function| &*function.name == name);
        let found = function.map(|function| function.signature.clone()).or_else(|| local_type(program, name));
        if found.as_deref() != Some(expected) {
            let _ = writeln!(out, "type of {name}\n  expected {expected}\n  found    {}", found.unwrap_or_default());
        }
    }
}

/// What is wrong with a section.
fn run(text: &str) -> String {
    let mut out = String::new();
    let mut sources = SourceMap::default();
    let (modules, file, mut diagnostics) = modules(text, &mut sources);
    let (program, found) = check(&modules);
    diagnostics.extend(found);
    let clean = !diagnostics.iter().any(Diagnostic::is_error);
    for marker in markers(text) {
        match diagnostics.iter().position(|diagnostic| matches(&marker, diagnostic, file)) {
            Some(index) => {
                diagnostics.remove(index);
            }
            None => {
                let line = text[..marker.start.min(text.len())].lines().count();
                let _ = writeln!(out, "line {line}: expected {} {:?}", marker.code, marker.text);
            }
        }
    }
    for diagnostic in &diagnostics {
        let _ = writeln!(out, "unexpected:\n{}", borel_diagnostics::render(diagnostic, &sources, false));
    }
    check_types(text, &program, &mut out);
    if clean {
        check_tree(&program, &mut out);
    }
    out
}

/// The promises of the typed tree.
fn check_tree(program: &Program, out: &mut String) {
    let problems = borel_typed::verify::verify(program);
    if !problems.is_empty() {
        let shown: Vec<String> = program
            .functions
            .iter()
            .filter(|function| problems.iter().any(|problem| problem.starts_with(&*function.name)))
            .map(|function| borel_typed::print::function(program, function))
            .collect();
        let _ = writeln!(out, "{}\n{}", problems.join("\n"), shown.join("\n"));
    }
}

/// The sections of a file, each with its name.
fn sections(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = vec![(String::new(), String::new())];
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("//@ test:") {
            found.push((name.trim().to_string(), String::new()));
        }
        if let Some(last) = found.last_mut() {
            last.1.push_str(line);
        }
    }
    found.retain(|section| !section.1.trim().is_empty());
    found
}

fn run_folder(folder: &str) {
    let folder = format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of golden programs")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "ppl"))
        .collect();
    paths.sort();
    let mut failures = String::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a readable golden program");
        for (name, section) in sections(&text) {
            let failure = run(&section);
            if !failure.is_empty() {
                let _ = writeln!(failures, "--- {} {name}\n{failure}", path.display());
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn golden_programs() {
    run_folder("tests/suite");
}

#[test]
fn examples() {
    run_folder("../../examples");
}

/// The programs of the common suite, which the other phases run, check as well.
#[test]
fn common_suite() {
    run_folder("../../tests/suite");
}

/// The blocks of the specification behave as it says.
#[test]
fn specification() {
    let text = include_str!("../../../spec/02-types.md");
    let mut failures = String::new();
    for block in text.split("```borel\n").skip(1) {
        let program = block.split("```").next().unwrap_or_default();
        let failure = run(program);
        if !failure.is_empty() {
            let _ = writeln!(failures, "{failure}\nin\n{program}");
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// The pages of this phase's errors: the bad program has the error, and no other; the good one has none.
#[test]
fn error_pages() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/errors");
    let mut failures = String::new();
    for entry in std::fs::read_dir(folder).expect("the folder of pages").flatten() {
        let name = entry.file_name().to_string_lossy().to_string();
        let ours = ["E01", "E02", "E03", "W03"].iter().any(|prefix| name.starts_with(prefix));
        if ours {
            let page = std::fs::read_to_string(entry.path()).expect("a readable page");
            check_page(name.trim_end_matches(".md"), &page, &mut failures);
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

fn check_page(code: &str, page: &str, failures: &mut String) {
    for block in page.split("```borel").skip(1) {
        let (head, rest) = block.split_once('\n').unwrap_or((block, ""));
        let program = rest.split("```").next().unwrap_or_default();
        let mut sources = SourceMap::default();
        let (modules, _, mut diagnostics) = modules(program, &mut sources);
        diagnostics.extend(check(&modules).1);
        let fits = match head.strip_prefix(",error=") {
            Some(expected) => {
                expected == code && !diagnostics.is_empty() && diagnostics.iter().all(|found| found.code == code)
            }
            None => diagnostics.is_empty(),
        };
        if !fits {
            let _ = writeln!(failures, "{code}\n{program}");
            for diagnostic in &diagnostics {
                let _ = writeln!(failures, "{}", borel_diagnostics::render(diagnostic, &sources, false));
            }
        }
    }
}
