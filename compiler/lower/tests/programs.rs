//! Lowers the examples, the specification's programs, the golden suite and this crate's own programs; the verifier must
//! find nothing wrong in what comes out.

use std::fs;
use std::path::{Path, PathBuf};

use borel_source::SourceMap;
use borel_typeck::{ParsedModule, check};
use borel_typed::Program;

/// The library: name, text, whether every program sees it.
const LIBRARY: [(&str, &str, bool); 3] = [
    ("prelude", include_str!("../../../stdlib/prelude.ppl"), true),
    ("distributions", include_str!("../../../stdlib/distributions.ppl"), true),
    ("process", include_str!("../../../stdlib/process.ppl"), false),
];

/// The typed program, or the messages.
fn front(text: &str) -> Result<Program, Vec<String>> {
    let mut sources = SourceMap::default();
    let mut modules = Vec::new();
    let mut diagnostics = Vec::new();
    for (name, text, is_prelude) in std::iter::once(("test", text, false)).chain(LIBRARY) {
        let file = sources.add(name, text);
        let (module, found) = borel_syntax::parse(file, text);
        diagnostics.extend(found);
        let path = if name == "process" { vec![name.into()] } else { Vec::new() };
        modules.push(ParsedModule { path, module, is_prelude });
    }
    let (program, found) = check(&modules);
    diagnostics.extend(found);
    let errors: Vec<String> = diagnostics
        .iter()
        .filter(|found| found.is_error())
        .map(|found| format!("{} {}", found.code, found.message))
        .collect();
    if errors.is_empty() { Ok(program) } else { Err(errors) }
}

/// The problems of what every model and main of the program becomes.
fn problems(program: &Program) -> Vec<String> {
    let roots = program.models.iter().chain(&program.main);
    roots.flat_map(|root| borel_core::verify::verify(&borel_lower::lower(program, *root))).collect()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(repository().join(folder)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
}

/// The sections of a golden file; all of it if it has none.
fn sections(text: &str) -> Vec<String> {
    text.split("//@ test:")
        .skip(usize::from(text.contains("//@ test:")))
        .map(|section| format!("//{section}"))
        .collect()
}

/// The programs in the code blocks of a chapter.
fn blocks(text: &str) -> Vec<String> {
    text.split("```borel\n").skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_string).collect()
}

/// Checks those of the programs that have no errors; `minimum` of them must be such.
fn check_programs(programs: Vec<(String, String)>, minimum: usize) {
    let mut failures = String::new();
    let mut lowered = 0;
    for (name, text) in programs {
        match front(&text) {
            Ok(program) => {
                lowered += 1;
                for problem in problems(&program) {
                    failures.push_str(&format!("{name}: {problem}\n"));
                }
            }
            Err(errors) if minimum == usize::MAX => failures.push_str(&format!("{name}: {errors:?}\n")),
            Err(_) => {}
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(minimum == usize::MAX || lowered >= minimum, "only {lowered} programs were lowered");
}

fn read(paths: Vec<PathBuf>, split: fn(&str) -> Vec<String>) -> Vec<(String, String)> {
    let mut programs = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("readable");
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let named = |(index, text)| (format!("{name} ({index})"), text);
        programs.extend(split(&text).into_iter().enumerate().map(named));
    }
    programs
}

#[test]
fn examples_lower() {
    check_programs(read(files("examples", "ppl"), |text| vec![text.to_string()]), usize::MAX);
}

#[test]
fn specification_lowers() {
    check_programs(read(files("spec", "md"), blocks), 10);
}

#[test]
fn golden_suite_lowers() {
    check_programs(read(files("tests/suite", "ppl"), sections), 10);
}

#[test]
fn own_programs_lower() {
    check_programs(read(files("compiler/lower/tests/suite", "ppl"), sections), usize::MAX);
}
