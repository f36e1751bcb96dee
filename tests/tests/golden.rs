//! The golden tests: `tests/suite`, the examples, and the code of the specification.

use borel_tests::golden::failure;
use borel_tests::sections::{files, of_file};
use std::path::Path;

fn run_all(folder: &str, ending: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let tests: Vec<_> = files(&root, ending).iter().flat_map(|path| of_file(path)).collect();
    assert!(!tests.is_empty(), "no tests in {folder}");
    let mut failures = Vec::new();
    for test in &tests {
        if let Some(problem) = failure(test) {
            failures.push(format!("--- {} ---\n{problem}", test.name));
        }
    }
    assert!(failures.is_empty(), "{} of {} failed\n{}", failures.len(), tests.len(), failures.join("\n"));
}

#[test]
fn suite() {
    run_all("tests/suite", "ppl");
}

#[test]
fn modules() {
    run_all("tests/modules", "ppl");
}

#[test]
fn examples() {
    run_all("examples", "ppl");
}

#[test]
fn specification() {
    run_all("spec", "md");
}

#[test]
fn pages_of_errors() {
    run_all("spec/errors", "md");
}
