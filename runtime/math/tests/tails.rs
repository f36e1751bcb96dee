//! The functions with tails against values to 25 digits (`data/tails.csv`, made by `data/tails.py`).

use borel_math::bessel::{i1_over_i0, k, log_i0, log_i1, log_k};
use borel_math::error::{erf, erf_inverse, erfc, erfc_inverse, erfcx};
use borel_math::gamma::{digamma, log_gamma_step, log_gamma1p, trigamma};
use borel_math::logarithm::{log_add_exp, log_diff_exp, log_inv_logit, log1m_inv_logit};
use borel_math::normal::{ccdf, cdf, log_ccdf, log_cdf, quantile, quantile_ccdf};
use borel_math::zeta::{hurwitz_zeta, zeta};
use borel_math::{incomplete, owens_t};

const TABLE: &str = include_str!("data/tails.csv");

/// The relative error allowed, and the size below which errors are absolute.
fn tolerance(grade: &str) -> (f64, f64) {
    match grade {
        "mixed" => (1e-13, 1.0),
        "relative" => (1e-13, 0.0),
        "tail" => (1e-11, 0.0),
        other => panic!("no grade {other}"),
    }
}

fn apply(function: &str, arguments: &[f64]) -> f64 {
    match *arguments {
        [x] => unary(function)(x),
        [x, y] => binary(function)(x, y),
        [a, b, x] => ternary(function)(a, b, x),
        _ => panic!("no function {function} of {arguments:?}"),
    }
}

fn unary(name: &str) -> fn(f64) -> f64 {
    match name {
        "erf" => erf,
        "erfc" => erfc,
        "erfcx" => erfcx,
        "erf_inverse" => erf_inverse,
        "erfc_inverse" => erfc_inverse,
        "cdf" => cdf,
        "ccdf" => ccdf,
        "log_cdf" => log_cdf,
        "log_ccdf" => log_ccdf,
        "quantile" => quantile,
        "quantile_ccdf" => quantile_ccdf,
        "log_i0" => log_i0,
        "log_i1" => log_i1,
        "i1_over_i0" => i1_over_i0,
        "digamma" => digamma,
        "trigamma" => trigamma,
        "log_gamma1p" => log_gamma1p,
        "zeta" => zeta,
        "log_inv_logit" => log_inv_logit,
        "log1m_inv_logit" => log1m_inv_logit,
        _ => panic!("no function {name}"),
    }
}

fn binary(name: &str) -> fn(f64, f64) -> f64 {
    match name {
        "gamma_p" => incomplete::gamma_p,
        "gamma_q" => incomplete::gamma_q,
        "log_gamma_p" => incomplete::log_gamma_p,
        "log_gamma_q" => incomplete::log_gamma_q,
        "gamma_p_inverse" => incomplete::gamma_p_inverse,
        "gamma_q_inverse" => incomplete::gamma_q_inverse,
        "log_k" => log_k,
        "k" => k,
        "owens_t" => owens_t,
        "hurwitz_zeta" => hurwitz_zeta,
        "log_gamma_step" => log_gamma_step,
        "log_diff_exp" => log_diff_exp,
        "log_add_exp" => log_add_exp,
        _ => panic!("no function {name}"),
    }
}

fn ternary(name: &str) -> fn(f64, f64, f64) -> f64 {
    match name {
        "beta_p" => incomplete::beta_p,
        "beta_q" => incomplete::beta_q,
        "log_beta_p" => incomplete::log_beta_p,
        "log_beta_q" => incomplete::log_beta_q,
        "beta_p_inverse" => incomplete::beta_p_inverse,
        "beta_q_inverse" => incomplete::beta_q_inverse,
        _ => panic!("no function {name}"),
    }
}

fn rows() -> impl Iterator<Item = (&'static str, Vec<f64>, f64, &'static str)> {
    TABLE.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        let [function, arguments, expected, grade] = fields[..] else { panic!("not a row: {line}") };
        let arguments = arguments.split(';').map(|x| x.parse().expect("a number")).collect();
        (function, arguments, expected.parse().expect("a number"), grade)
    })
}

#[test]
fn functions_equal_their_references() {
    let mut failures = Vec::new();
    for (function, arguments, expected, grade) in rows() {
        let found = apply(function, &arguments);
        let (relative, floor) = tolerance(grade);
        let (allowed, error) = (relative * expected.abs().max(floor), (found - expected).abs());
        if found != expected && (error.is_nan() || error > allowed) {
            let times = error / allowed;
            failures.push(format!("{function}{arguments:?}: {found:?}, not {expected:?}, {times:.3} tolerances away"));
        }
    }
    assert!(failures.is_empty(), "{} rows:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn nan_gives_nan() {
    for (function, arguments, _, _) in rows() {
        for bad in 0..arguments.len() {
            let mut arguments = arguments.clone();
            arguments[bad] = f64::NAN;
            assert!(apply(function, &arguments).is_nan(), "{function} of {arguments:?}");
        }
    }
}

/// Nothing hangs, and nothing within the domain is NaN, however extreme.
#[test]
fn extremes_are_defined() {
    let shapes = [1e-300, 1e-100, 1e-10, 0.5, 1.0, 19.0, 21.0, 1e5, 1e10, 1e20, 1e100, 1e300];
    for a in shapes {
        for x in shapes.into_iter().chain([0.0, f64::INFINITY]) {
            for name in ["gamma_p", "gamma_q", "log_gamma_p", "log_gamma_q", "log_k", "k"] {
                assert!(!binary(name)(a, x).is_nan(), "{name}({a:?}, {x:?})");
            }
            if x <= 1.0 {
                assert!(
                    incomplete::gamma_p_inverse(a, x) >= 0.0 && incomplete::gamma_q_inverse(a, x) >= 0.0,
                    "{a:?} {x:?}"
                );
            }
        }
        for b in shapes.into_iter().filter(|b| a * b < 1e25) {
            for x in [0.0, 5e-324, 1e-100, 1e-10, 0.3, 0.5, 0.9, 1.0 - 1e-16, 1.0] {
                for name in ["beta_p", "beta_q", "log_beta_p", "log_beta_q", "beta_p_inverse", "beta_q_inverse"] {
                    assert!(!ternary(name)(a, b, x).is_nan(), "{name}({a:?}, {b:?}, {x:?})");
                }
            }
        }
    }
}

#[test]
fn arguments_outside_the_domains() {
    for (a, x) in [(-1.0, 1.0), (0.0, 1.0), (1.0, -1.0), (f64::INFINITY, 1.0)] {
        assert!(incomplete::gamma_p(a, x).is_nan() && incomplete::log_gamma_q(a, x).is_nan());
        assert!(incomplete::gamma_p_inverse(a, x).is_nan() && incomplete::gamma_q_inverse(a, x).is_nan());
        assert!(incomplete::beta_p(a, 1.0, x).is_nan() && incomplete::beta_q_inverse(a, 1.0, x).is_nan());
        assert!(incomplete::beta_q(1.0, a, x).is_nan() && incomplete::beta_p_inverse(1.0, a, x).is_nan());
    }
    assert!(incomplete::gamma_p_inverse(1.0, 1.1).is_nan() && incomplete::beta_p(1.0, 1.0, 1.1).is_nan());
    assert!(log_diff_exp(1.0, 2.0).is_nan());
}
