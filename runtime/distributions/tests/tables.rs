//! Log densities against values to 25 digits (`data/log_densities.csv`, made by `data/references.py`): bodies, tails, edges
//! of the support, points outside of it, and extreme parameters. Those over Reals that have no row have theirs in `continuous.rs`.

#[path = "common/arguments.rs"]
mod arguments;

use borel_distributions::{Kind, check_value, log_density_value};

const TABLE: &str = include_str!("data/log_densities.csv");

/// The tables of other tests, which have distributions of their own.
const OTHERS: [&str; 3] =
    [include_str!("data/continuous.csv"), include_str!("data/discrete.csv"), include_str!("data/multivariate.csv")];

/// The error allowed, relative for values above 1 and absolute for those below.
fn tolerance(grade: &str) -> f64 {
    match grade {
        "body" => 1e-13,
        "extreme" => 1e-11,
        other => panic!("no grade {other}"),
    }
}

/// The error of a row in units of its tolerance; infinite where only one of the two values is.
fn excess(found: f64, expected: f64, grade: &str) -> f64 {
    if found == expected {
        return 0.0;
    }
    let error = (found - expected).abs() / (tolerance(grade) * expected.abs().max(1.0));
    if error.is_nan() { f64::INFINITY } else { error }
}

#[test]
fn log_densities_equal_their_references() {
    let (mut failures, mut seen) = (Vec::new(), Vec::new());
    for line in TABLE.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [name, text, x, expected, grade] = fields[..] else { panic!("not a row: {line}") };
        let kind = arguments::kind(name);
        let owned = arguments::arguments(kind, text);
        let borrowed = arguments::borrow(&owned);
        assert_eq!(check_value(kind, &borrowed), Ok(()), "{line}");
        let found = log_density_value(kind, &borrowed, &arguments::value(kind, x));
        let expected: f64 = expected.parse().expect("a number");
        let excess = excess(found, expected, grade);
        if excess > 1.0 {
            failures.push(format!("{line}: found {found:?}, {excess:.3} tolerances away"));
        }
        seen.push(kind);
    }
    assert!(failures.is_empty(), "{} rows:\n{}", failures.len(), failures.join("\n"));
    let elsewhere =
        |kind: &Kind| OTHERS.iter().any(|table| table.split([',', '\n']).any(|field| field == kind.entry().name));
    let missing: Vec<_> = Kind::ALL.iter().filter(|kind| !seen.contains(kind) && !elsewhere(kind)).collect();
    assert!(missing.is_empty(), "no rows for {missing:?}");
}
