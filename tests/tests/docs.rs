//! The pages under docs/ are those of `borel explain`, with pictures; BLESS=1 writes them anew.

use borel_distributions::{CATALOGUE, Entry};
use borel_tests::pictures::picture;
use std::fmt::Write;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/distributions");

/// Every file of the folder, with its text.
fn files() -> Vec<(String, String)> {
    let mut index = String::from(
        "# Distributions\n\nMade by the tests from the documentation of the distributions; `borel explain Normal` prints such a page.\n",
    );
    let mut files = Vec::new();
    for (heading, values) in [("Numbers", false), ("Arrays and matrices", true)] {
        let _ = write!(index, "\n## {heading}\n\n| | |\n|---|---|\n");
        let mut entries: Vec<&&Entry> = CATALOGUE.iter().filter(|e| e.value.is_multivariate() == values).collect();
        entries.sort_by_key(|entry| entry.name);
        for entry in entries {
            let _ = writeln!(index, "| [{0}]({0}.md) | {1} |", entry.name, entry.summary());
            files.extend(page(entry.name));
        }
    }
    files.push(("README.md".into(), index));
    files
}

/// The page of a distribution, and its picture if it has one.
fn page(name: &str) -> Vec<(String, String)> {
    let mut text = borel::describe(name).expect("a distribution of the catalogue");
    let curves = borel::curves(name);
    let mut files = Vec::new();
    if !curves.is_empty() {
        let function = if curves[0].discrete { "masses" } else { "densities" };
        let _ = write!(text, "\n![{function}]({name}.svg)\n");
        files.push((format!("{name}.svg"), picture(&curves)));
    }
    files.push((format!("{name}.md"), text));
    files
}

#[test]
fn pages_are_up_to_date() {
    let folder = Path::new(FOLDER);
    let files = files();
    if std::env::var_os("BLESS").is_some() {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).expect("a folder");
        for (name, text) in &files {
            std::fs::write(folder.join(name), text).expect("a writable file");
        }
    }
    for (name, text) in &files {
        let found = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(found == *text, "docs/distributions/{name} is out of date: BLESS=1 writes it anew");
    }
    let count = std::fs::read_dir(folder).expect("the folder").count();
    assert_eq!(count, files.len(), "docs/distributions has a file too many");
}

/// Every distribution over numbers is drawn, and every curve has a shape.
#[test]
fn every_distribution_over_numbers_has_curves() {
    for entry in CATALOGUE.iter().filter(|entry| !entry.value.is_multivariate()) {
        let curves = borel::curves(entry.name);
        assert!(!curves.is_empty(), "{}", entry.name);
        for curve in curves {
            let highest = curve.points.iter().fold(0.0, |highest: f64, (_, y)| highest.max(*y));
            assert!(curve.points.len() > 1 && highest > 0.0 && highest.is_finite(), "{}", curve.label);
        }
    }
}
