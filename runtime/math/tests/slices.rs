//! The functions of slices against values to 25 digits (`data/slices.csv`, made by `data/slices.py`), in units of the last place.

use borel_math::slices;

const TABLE: &str = include_str!("data/slices.csv");

type Function = fn(&mut [f64]);

/// The functions with the error allowed, in units of the last place.
const FUNCTIONS: [(&str, Function, u64); 6] = [
    ("exp", slices::exp, 1),
    ("exp_m1", slices::exp_m1, 2),
    ("ln", slices::ln, 1),
    ("ln_1p", slices::ln_1p, 2),
    ("erfcx", slices::erfcx, 4),
    ("normal_cdf", slices::normal_cdf, 4),
];

fn rows(function: &str) -> (Vec<f64>, Vec<f64>) {
    let number = |text: &str| text.parse::<f64>().expect("a number");
    TABLE
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|fields| fields[0] == function)
        .map(|fields| (number(fields[1]), number(fields[2])))
        .unzip()
}

#[test]
fn errors_in_units_of_the_last_place() {
    for (name, function, allowed) in FUNCTIONS {
        let (arguments, expected) = rows(name);
        let mut found = arguments.clone();
        function(&mut found);
        let distance = |i: usize| found[i].to_bits().abs_diff(expected[i].to_bits());
        let worst = (0..found.len()).max_by_key(|&i| distance(i)).expect("rows");
        let at = (arguments[worst], found[worst], expected[worst]);
        assert!(distance(worst) <= allowed, "{name}: {} units at {at:?}", distance(worst));
    }
}

/// Whatever the length, and with the bits of a slice of one.
#[test]
fn lengths() {
    for (name, function, _) in FUNCTIONS {
        let (arguments, _) = rows(name);
        for length in 0..20 {
            let mut together = arguments[..length].to_vec();
            function(&mut together);
            for (argument, value) in arguments.iter().zip(together) {
                let mut alone = [*argument];
                function(&mut alone);
                assert_eq!(alone[0].to_bits(), value.to_bits(), "{name}({argument:?})");
            }
        }
    }
}

#[test]
fn special_values() {
    for (name, function, _) in FUNCTIONS {
        let mut values = [f64::NAN; 9];
        function(&mut values);
        assert!(values.iter().all(|x| x.is_nan()), "{name}");
    }
    let mut ends = [f64::NEG_INFINITY, f64::INFINITY];
    slices::normal_cdf(&mut ends);
    assert_eq!(ends, [0.0, 1.0]);
}
