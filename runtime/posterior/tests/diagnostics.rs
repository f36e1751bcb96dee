//! Diagnostics against ArviZ on the same draws (`data/diagnostics.json`, made by `data/diagnostics.py`).

use borel_posterior::diagnostics::*;
use serde_json::Value as Json;

fn reference() -> Json {
    serde_json::from_str(include_str!("data/diagnostics.json")).expect("JSON")
}

fn numbers(json: &Json) -> Vec<f64> {
    json.as_array().expect("an array").iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// What is not finite there is null.
fn same(what: &str, found: f64, expected: &Json) {
    match expected.as_f64() {
        None => assert!(!found.is_finite(), "{what}: {found}, expected nothing finite"),
        Some(expected) => {
            let is_near = (found - expected).abs() <= 1e-8 * expected.abs().max(1e-3);
            assert!(is_near, "{what}: {found:?}, expected {expected:?}");
        }
    }
}

#[test]
fn of_chains() {
    let all = reference();
    for case in all["chains"].as_array().expect("an array") {
        let name = case["name"].as_str().expect("a name");
        let draws: Vec<Vec<f64>> = case["draws"].as_array().expect("chains").iter().map(numbers).collect();
        let chains: Vec<&[f64]> = draws.iter().map(Vec::as_slice).collect();
        let check = |which: &str, found: f64| same(&format!("{name}: {which}"), found, &case[which]);
        check("r_hat", r_hat(&chains));
        check("ess_bulk", ess_bulk(&chains));
        check("ess_tail", ess_tail(&chains));
        check("ess_mean", ess_mean(&chains));
        check("ess_quantile", ess_quantile(&chains, 0.3));
        check("mcse_mean", mcse_mean(&chains));
        check("mcse_sd", mcse_sd(&chains));
        check("mcse_quantile", mcse_quantile(&chains, 0.3));
        for (chain, expected) in chains.iter().zip(case["bfmi"].as_array().expect("an array")) {
            same(&format!("{name}: bfmi"), e_bfmi(chain), expected);
        }
    }
}

#[test]
fn of_predictions() {
    let all = reference();
    for case in all["predictive"].as_array().expect("an array") {
        let name = case["name"].as_str().expect("a name");
        let rows: Vec<Vec<f64>> = case["log_likelihoods"].as_array().expect("rows").iter().map(numbers).collect();
        for (which, found) in [("loo", loo(&rows, 0.8)), ("waic", waic(&rows))] {
            let expected = &case[which];
            let check = |part: &str, found: f64| same(&format!("{name}: {which} {part}"), found, &expected[part]);
            check("elpd", found.elpd);
            check("se", found.standard_error);
            check("p", found.parameters);
            for (term, expected) in found.pointwise.iter().zip(expected["pointwise"].as_array().expect("terms")) {
                same(&format!("{name}: {which} term"), *term, expected);
            }
            for (shape, expected) in found.shapes.iter().zip(expected["shapes"].as_array().into_iter().flatten()) {
                same(&format!("{name}: {which} shape"), *shape, expected);
            }
        }
    }
}

#[test]
fn of_what_says_nothing() {
    let few: [&[f64]; 2] = [&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]];
    let unequal: [&[f64]; 2] = [&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 3.0, 4.0, 5.0]];
    let infinite: [&[f64]; 2] = [&[1.0, 2.0, f64::INFINITY, 4.0], &[1.0, 2.0, 3.0, 5.0]];
    let none: [&[f64]; 0] = [];
    for chains in [&few[..], &unequal, &infinite, &none] {
        for found in [r_hat(chains), ess_bulk(chains), ess_tail(chains), ess_mean(chains), mcse_mean(chains)] {
            assert!(found.is_nan(), "{chains:?}: {found}");
        }
        assert!(mcse_sd(chains).is_nan() && mcse_quantile(chains, 0.5).is_nan() && ess_sd(chains).is_nan());
    }
}
