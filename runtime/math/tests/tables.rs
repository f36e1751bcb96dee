//! The special functions against values to 25 digits (`data/functions.csv`, made by `data/references.py`), and what they
//! give for NaN and at the ends of their domains.

use borel_math::gamma::{digamma, lgamma, log_beta, log_choose, log_factorial, stirling_error};
use borel_math::logarithm::{inv_logit, log_sum_exp, log1mexp, log1p_square, logit, softplus, x_log_y, x_log1p_y};
use borel_math::normal::{normal_cdf, normal_log_cdf};
use borel_math::saddle::{half_deviance, log_binomial, log_gamma_kernel, log_poisson};

const TABLE: &str = include_str!("data/functions.csv");

/// The relative error allowed, and the size below which errors are absolute.
fn tolerance(grade: &str) -> (f64, f64) {
    match grade {
        "mixed" => (1e-13, 1.0),
        "relative" => (1e-13, 0.0),
        // The condition number grows with the square of the argument.
        "tail" => (1e-11, 0.0),
        other => panic!("no grade {other}"),
    }
}

fn apply(function: &str, arguments: &[f64]) -> f64 {
    match (function, arguments) {
        ("lgamma", &[x]) => lgamma(x),
        ("digamma", &[x]) => digamma(x),
        ("log_factorial", &[n]) => log_factorial(n as i64),
        ("log_choose", &[n, k]) => log_choose(n as i64, k as i64),
        ("log_beta", &[a, b]) => log_beta(a, b),
        ("stirling_error", &[x]) => stirling_error(x),
        ("softplus", &[x]) => softplus(x),
        ("inv_logit", &[x]) => inv_logit(x),
        ("logit", &[p]) => logit(p),
        ("log1mexp", &[x]) => log1mexp(x),
        ("log1p_square", &[x]) => log1p_square(x),
        ("log_sum_exp", xs) => log_sum_exp(xs),
        ("x_log_y", &[x, y]) => x_log_y(x, y),
        ("x_log1p_y", &[x, y]) => x_log1p_y(x, y),
        ("normal_cdf", &[x]) => normal_cdf(x),
        ("normal_log_cdf", &[x]) => normal_log_cdf(x),
        ("half_deviance", &[x, mean]) => half_deviance(x, mean),
        ("log_poisson", &[x, mean]) => log_poisson(x, mean),
        ("log_gamma_kernel", &[shape, y]) => log_gamma_kernel(shape, y),
        ("log_binomial", &[x, rest, p, q]) => log_binomial(x, rest, p, q),
        _ => panic!("no function {function} of {arguments:?}"),
    }
}

#[test]
fn functions_equal_their_references() {
    let mut failures = Vec::new();
    for line in TABLE.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [function, arguments, expected, grade] = fields[..] else { panic!("not a row: {line}") };
        let arguments: Vec<f64> = arguments.split(';').map(|x| x.parse().expect("a number")).collect();
        let (found, expected) = (apply(function, &arguments), expected.parse::<f64>().expect("a number"));
        let (relative, floor) = tolerance(grade);
        // The smallest normal number stands in for a size of 0: below it, no double keeps its relative error.
        let allowed = relative * expected.abs().max(floor).max(f64::MIN_POSITIVE / relative);
        let error = (found - expected).abs();
        if found != expected && (error.is_nan() || error > allowed) {
            failures.push(format!("{line}: found {found:?}, {:.3} tolerances away", error / allowed));
        }
    }
    assert!(failures.is_empty(), "{} rows:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn nan_gives_nan() {
    let arity = |function| match function {
        "log_beta" | "x_log_y" | "x_log1p_y" | "half_deviance" | "log_poisson" | "log_gamma_kernel" => 2,
        "log_binomial" => 4,
        _ => 1,
    };
    let functions = TABLE.lines().skip(1).filter_map(|line| line.split(',').next());
    for function in functions.filter(|name| !matches!(*name, "log_factorial" | "log_choose")) {
        for bad in 0..arity(function) {
            for other in [0.0, 0.5, 30.0] {
                let mut arguments = vec![other; arity(function)];
                arguments[bad] = f64::NAN;
                assert!(apply(function, &arguments).is_nan(), "{function} of {arguments:?}");
            }
        }
    }
    assert!(log_sum_exp(&[f64::NAN, f64::INFINITY]).is_nan());
    assert!(log_factorial(-1).is_nan() && log_choose(3, 4).is_nan() && log_choose(3, -1).is_nan());
}

#[test]
fn ends_of_the_domains() {
    let infinity = f64::INFINITY;
    assert_eq!(lgamma(0.0), infinity);
    assert_eq!(lgamma(infinity), infinity);
    assert!(digamma(0.0).is_nan() && digamma(-3.0).is_nan());
    assert_eq!(digamma(infinity), infinity);
    assert_eq!((softplus(-infinity), softplus(infinity)), (0.0, infinity));
    assert_eq!((inv_logit(-infinity), inv_logit(infinity)), (0.0, 1.0));
    assert_eq!((logit(0.0), logit(1.0)), (-infinity, infinity));
    assert_eq!((log1mexp(0.0), log1mexp(-infinity)), (-infinity, 0.0));
    assert_eq!((log_sum_exp(&[]), log_sum_exp(&[-infinity])), (-infinity, -infinity));
    assert_eq!(log_sum_exp(&[3.0, infinity]), infinity);
    assert_eq!((normal_cdf(-infinity), normal_cdf(infinity)), (0.0, 1.0));
    assert_eq!((normal_log_cdf(-infinity), normal_log_cdf(infinity)), (-infinity, 0.0));
    assert_eq!((log_poisson(0.0, 0.0), log_poisson(3.0, 0.0), log_poisson(30.0, 0.0)), (0.0, -infinity, -infinity));
}
