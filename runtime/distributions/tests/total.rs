//! Log densities are total: whatever the parameters that are accepted, and whatever the point, no NaN comes of numbers. And
//! a NaN among the numbers is no density.

use borel_distributions::{Argument, Kind, ParameterKind, Value, ValueKind, check_value, log_density_value};

/// Not the largest doubles, from which the logarithm of a density may overflow twice, with both signs.
const REALS: [f64; 14] = [5e-324, 1e-308, 1e-160, 1e-9, 0.3, 1.0, 1.5, 9.999, 12.0, 1e8, 1e17, 1e160, 1e300, 1e304];
const INTEGERS: [i64; 10] = [i64::MIN, -1, 0, 1, 20, 21, 1000, 1 << 40, i64::MAX - 1, i64::MAX];

fn signed_reals() -> Vec<f64> {
    let ends = [0.0, -0.0, 1.0 - f64::EPSILON];
    REALS.iter().flat_map(|x| [*x, -x]).chain(ends).collect()
}

fn arguments(kind: ParameterKind) -> Vec<Argument<'static>> {
    match kind {
        ParameterKind::Real => signed_reals().into_iter().map(Argument::Real).collect(),
        ParameterKind::Int => INTEGERS.into_iter().map(Argument::Int).collect(),
        ParameterKind::RealArray | ParameterKind::Matrix => Vec::new(),
    }
}

fn values(kind: ValueKind) -> Vec<Value> {
    let ends = [f64::MAX, f64::MIN, f64::INFINITY, f64::NEG_INFINITY];
    match kind {
        ValueKind::Real => signed_reals().into_iter().chain(ends).map(Value::Real).collect(),
        ValueKind::Int => INTEGERS.into_iter().map(Value::Int).collect(),
        ValueKind::Bool => vec![Value::Bool(false), Value::Bool(true)],
        ValueKind::RealArray | ValueKind::IntArray | ValueKind::Matrix => Vec::new(),
    }
}

/// Every choice of one argument for every parameter.
fn settings(kind: Kind) -> Vec<Vec<Argument<'static>>> {
    kind.entry().parameters.iter().fold(vec![Vec::new()], |settings, parameter| {
        let choices = arguments(parameter.kind);
        let extend = |setting: Vec<_>| choices.iter().map(move |c| [&setting[..], &[*c]].concat()).collect::<Vec<_>>();
        settings.into_iter().flat_map(extend).collect()
    })
}

#[test]
fn numbers_give_no_nan() {
    let mut failures = Vec::new();
    for &kind in Kind::ALL {
        for setting in settings(kind).iter().filter(|setting| check_value(kind, setting).is_ok()) {
            for value in values(kind.entry().value) {
                if log_density_value(kind, setting, &value).is_nan() {
                    failures.push(format!("{kind:?} {setting:?} at {value:?}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of them:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn numbers_give_no_nan_on_simplices() {
    for a in REALS {
        for b in REALS {
            for x in [[0.5, 0.5], [0.0, 1.0], [1.0, 0.0], [5e-324, 1.0], [1e-300, 1.0], [-1.0, 2.0]] {
                let found =
                    log_density_value(Kind::Dirichlet, &[Argument::RealArray(&[a, b])], &Value::RealArray(x.to_vec()));
                assert!(!found.is_nan(), "Dirichlet [{a:?}, {b:?}] at {x:?}");
            }
        }
    }
}

#[test]
fn nan_is_no_density() {
    for &kind in Kind::ALL.iter().filter(|kind| kind.entry().value == ValueKind::Real) {
        let accepted = |setting: &Vec<Argument<'static>>| check_value(kind, setting).is_ok();
        let setting = settings(kind).into_iter().find(accepted).expect("arguments that are accepted");
        assert!(log_density_value(kind, &setting, &Value::Real(f64::NAN)).is_nan(), "{kind:?}");
    }
}
