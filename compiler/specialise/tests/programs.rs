//! The examples, the specification's programs, the golden suite and the tests of lowering: all specialise and verify.

mod common;

#[path = "common/texts.rs"]
mod texts;

use std::fs;

use borel_specialise::{Options, specialise};
use common::{typed, verified};
use texts::{blocks, files, sections};

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
