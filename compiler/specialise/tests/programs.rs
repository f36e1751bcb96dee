//! The examples, the specification's programs, the golden suite and the tests of lowering: all specialise and verify.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use borel_specialise::{Options, specialise};
use common::{typed, verified};

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Ok(entries) = fs::read_dir(root.join(folder)) else { return Vec::new() };
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
    text.split("```borel").skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_string).collect()
}

/// Specialises every model and main of a program; how many there were.
fn check(text: &str) -> usize {
    let Some(program) = typed(text) else { return 0 };
    let roots: Vec<_> = program.models.iter().chain(&program.main).collect();
    for root in &roots {
        for names in [false, true] {
            verified(&specialise(borel_lower::lower(&program, **root), Options { names, ..Options::default() }));
        }
    }
    roots.len()
}

fn check_all(folder: &str, extension: &str, programs: fn(&str) -> Vec<String>) -> usize {
    let texts = files(folder, extension).into_iter().filter_map(|path| fs::read_to_string(path).ok());
    texts.flat_map(|text| programs(&text)).map(|program| check(&program)).sum()
}

#[test]
fn examples() {
    assert!(check_all("examples", "ppl", sections) >= 10);
}

#[test]
fn golden_suite() {
    assert!(check_all("tests/suite", "ppl", sections) > 0);
    assert!(check_all("compiler/lower/tests/suite", "ppl", sections) > 0);
}

#[test]
fn specification() {
    assert!(check_all("spec", "md", blocks) > 0);
    check_all("spec/errors", "md", blocks);
}
