//! Summaries of weighted draws against numbers worked out by hand, and the forms they are printed in.

use borel_abi::Value;
use borel_posterior::draws::Origin;
use borel_posterior::{Draws, Kind, Posterior};

fn draws(weights: &[f64], values: &[f64], kind: Kind) -> Draws {
    let mut draws = Draws::new();
    draws.weights = weights.to_vec();
    let column = draws.column_index("x", kind);
    for (row, value) in values.iter().enumerate() {
        draws.push(column, row as u32, *value, Origin::Computed);
    }
    draws
}

fn posterior(draws: Draws) -> Posterior {
    Posterior {
        model: "m".into(),
        method: "smc".into(),
        seed: 1,
        backend: "cranelift".into(),
        draws,
        ..Default::default()
    }
}

#[test]
fn weighted_moments_and_quantiles() {
    let posterior = posterior(draws(&[0.1, 0.4, 0.3, 0.2], &[4.0, 1.0, 2.0, 3.0], Kind::Real));
    let summary = posterior.summary("x").expect("the variable");
    assert!((summary.mean.unwrap() - 2.0).abs() < 1e-15);
    assert!((summary.sd.unwrap() - 1.0).abs() < 1e-15);
    assert_eq!((summary.q5, summary.q50, summary.q95), (Some(1.0), Some(2.0), Some(4.0)));
    // (0.1 * 2)^2 + (0.4 * 1)^2 + 0 + (0.2 * 1)^2
    assert!((summary.mcse_mean.unwrap() - 0.24f64.sqrt()).abs() < 1e-15);
}

#[test]
fn equal_weights_give_as_many_effective_draws() {
    let values: Vec<f64> = (0..1000).map(f64::from).collect();
    let summary = posterior(draws(&[1e-3; 1000], &values, Kind::Real)).summary("x").expect("the variable");
    assert!((summary.ess_bulk.unwrap() - 1000.0).abs() < 1e-6);
    assert!((summary.ess_tail.unwrap() - 1000.0).abs() < 1e-6);
    assert_eq!(summary.q50, Some(499.0));
}

#[test]
fn copies_of_one_draw_are_not_independent() {
    let values: Vec<f64> = (0..1000).map(|i| f64::from(i % 10)).collect();
    let summary = posterior(draws(&[1e-3; 1000], &values, Kind::Real)).summary("x").expect("the variable");
    assert!((summary.ess_bulk.unwrap() - 10.0).abs() < 1e-9);
    let summary = posterior(draws(&[1e-3; 1000], &values, Kind::Int)).summary("x").expect("the variable");
    assert!((summary.ess_bulk.unwrap() - 1000.0).abs() < 1e-6);
}

#[test]
fn an_exact_result_has_no_monte_carlo_error() {
    let mut draws = draws(&[0.25, 0.75], &[0.0, 1.0], Kind::Bool);
    draws.exact = true;
    let summary = posterior(draws).summary("x").expect("the variable");
    assert_eq!((summary.mean, summary.mcse_mean, summary.ess_bulk), (Some(0.75), None, None));
    assert_eq!(summary.probabilities, Some(vec![("false".to_string(), 0.25), ("true".to_string(), 0.75)]));
}

#[test]
fn values_are_taken_apart_and_may_be_missing() {
    let mut draws = Draws::new();
    draws.weights = vec![0.25, 0.75];
    let record = |x: f64| Value::Record(vec![("a".into(), Value::Reals(vec![x, 1.0])), ("b".into(), Value::Unit)]);
    draws.push_value("return", 0, &record(1.0), Origin::Computed);
    draws.push_value("return", 1, &record(2.0), Origin::Computed);
    for i in [0, 2, 10, 1] {
        draws.push_value(&format!("x[{i}]"), 1, &Value::Int(i), Origin::Draw(8 * i as u64));
    }
    draws.push_value("word", 0, &Value::String("a,b".into()), Origin::Draw(1));
    draws.arrange();
    let posterior = posterior(draws);
    let names: Vec<String> = posterior.summaries().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["x[0]", "x[1]", "x[2]", "x[10]", "word", "return.a[0]", "return.a[1]"]);
    assert_eq!(posterior.mean("return.a[0]"), Some(1.75));
    assert_eq!(posterior.summary("x[10]").expect("the variable").share, Some(0.75));
    assert_eq!(
        posterior.draws_csv(),
        "weight,x[0],x[1],x[2],x[10],word,return.a[0],return.a[1]\n0.25,,,,,\"a,b\",1.0,1.0\n0.75,0,1,2,10,,2.0,1.0\n"
    );
}

#[test]
fn the_json_object() {
    let mut posterior = posterior(draws(&[0.5, 0.5], &[1.0, f64::NAN], Kind::Real));
    posterior.log_evidence = Some(-12.3);
    let json = posterior.json();
    let keys: Vec<&String> = json.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["model", "method", "seed", "backend", "variables", "log_evidence", "diagnostics", "seconds"]);
    assert!(json["variables"]["x"]["mean"].is_null());
    assert!(json["variables"]["x"]["r_hat"].is_null());
}

#[test]
fn the_table_shows_the_digits_that_have_meaning() {
    let values: Vec<f64> = (0..10_000).map(|i| 1000.0 + f64::from(i) * 0.01).collect();
    let mut posterior = posterior(draws(&[1e-4; 10_000], &values, Kind::Real));
    posterior.log_evidence = Some(-3.5);
    let expected = "      mean     sd       5%      50%      95%  mcse    ess\n\
                    x  1050.00  28.87  1004.99  1049.99  1094.99  0.29  10000\nlog evidence -3.5000\n";
    assert_eq!(posterior.table(10), expected);
}
