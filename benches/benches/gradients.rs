//! `cargo bench -p borel-benches --bench gradients`: log density and gradient of models against the same by hand in scalar Rust, in turns,
//! medians, on one core.

use borel::{Data, Density, Program};
use borel_benches::{gradients, in_turns};
use std::hint::black_box;
use std::time::Duration;

/// How often the two take turns.
const ROUNDS: usize = 31;

/// Log density and gradient at a point.
type ByHand<'a> = Box<dyn Fn(&[f64], &mut [f64]) -> f64 + 'a>;

/// A model with its data, and the same by hand.
struct Case<'a> {
    name: &'static str,
    program: &'static str,
    data: Data,
    by_hand: ByHand<'a>,
    repeats: usize,
}

fn wave(count: usize, a: f64, b: f64) -> Vec<f64> {
    (0..count).map(|i| (a * i as f64 + b).sin()).collect()
}

fn main() {
    let (x, noise) = (wave(10_000, 1.7, 0.1), wave(10_000, 3.1, 0.4));
    let y: Vec<f64> = x.iter().zip(&noise).map(|(x, e)| 0.5 + 2.0 * x + e).collect();
    let rows: Vec<Vec<f64>> = (0..10_000).map(|i| wave(25, 0.7 + i as f64, 0.3)).collect();
    let flat: Vec<f64> = rows.iter().flatten().copied().collect();
    let outcomes: Vec<bool> = rows.iter().map(|row| row[0] + row[3] > 0.2).collect();
    let effects = [28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0];
    let errors = [15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0];
    let groups: Vec<i64> = (0..5_000).map(|i| i * 7 % 500).collect();
    let counts: Vec<i64> = (0..5_000).map(|i| (i * 13 % 7) as i64).collect();
    let log_factorials: Vec<f64> = counts.iter().map(|n| (1..=*n).map(|k| (k as f64).ln()).sum()).collect();
    let states: Vec<f64> = (0..1_000).map(|t| f64::from(t * 17 % 4) + 0.3 * (f64::from(t) * 2.3).sin()).collect();
    let returns = wave(2_000, 2.9, 0.2);
    let cases = [
        Case {
            name: "normal regression, 10,000 rows",
            program: "model m(x: [Real], y: [Real]) {
                let alpha ~ Normal(0, 10)
                let beta ~ Normal(0, 10)
                let sigma ~ HalfNormal(5)
                observe y ~ Normal(alpha + beta * x, sigma)
            }",
            data: Data::new().reals("x", &x).reals("y", &y),
            by_hand: Box::new(|point, gradient| gradients::regression(&x, &y, point, gradient)),
            repeats: 100,
        },
        Case {
            name: "logistic regression, 10,000 x 25",
            program: "model m(x: Matrix, y: [Bool]) {
                let beta ~ iid(Normal(0, 1), columns(x))
                observe y ~ BernoulliLogit(x @ beta)
            }",
            data: Data::new().matrix("x", &rows).bools("y", &outcomes),
            by_hand: Box::new(|point, gradient| gradients::logistic(&flat, &outcomes, point, gradient)),
            repeats: 10,
        },
        Case {
            name: "eight schools",
            program: "model m(y: [Real], sigma: [Real]) {
                let mu ~ Normal(0, 5)
                let tau ~ HalfCauchy(5)
                let theta ~ iid(Normal(0, 1), len(y))
                observe y ~ Normal(mu + tau * theta, sigma)
            }",
            data: Data::new().reals("y", &effects).reals("sigma", &errors),
            by_hand: Box::new(|point, gradient| gradients::schools(&effects, &errors, point, gradient)),
            repeats: 20_000,
        },
        Case {
            name: "hierarchical Poisson, 500 groups",
            program: "model m(group: [Int], y: [Int]) {
                let mu ~ Normal(0, 2)
                let tau ~ HalfNormal(1)
                let theta ~ iid(Normal(mu, tau), 500)
                for i in 0..len(y) { observe y[i] ~ PoissonLog(theta[group[i]]) }
            }",
            data: Data::new().ints("group", &groups).ints("y", &counts),
            by_hand: Box::new(|point, gradient| gradients::poisson(&groups, &counts, &log_factorials, point, gradient)),
            repeats: 100,
        },
        Case {
            name: "hidden Markov model, 1,000 x 4",
            program: "model m(y: [Real]) {
                let mu ~ [Normal(k, 1) for k in 0..4]
                let u ~ iid(iid(Normal(0, 1), 4), 4)
                let rows = [row - log_sum_exp(row) for row in u]
                var ahead = [-log(4) for k in 0..4]
                for value in y {
                  let seen = [ahead[i] + log_density(Normal(mu[i], 1), value) for i in 0..4]
                  ahead = [log_sum_exp([seen[i] + rows[i][j] for i in 0..4]) for j in 0..4]
                }
                factor(log_sum_exp(ahead))
            }",
            data: Data::new().reals("y", &states),
            by_hand: Box::new(|point, gradient| gradients::hidden_markov(&states, 4, point, gradient)),
            repeats: 20,
        },
        Case {
            name: "stochastic volatility, 2,000 steps",
            program: "model m(y: [Real]) {
                let mu ~ Normal(0, 2)
                let phi ~ Uniform(-1, 1)
                let sigma ~ HalfNormal(1)
                var h = mu
                for value in y {
                  h ~ Normal(mu + phi * (h - mu), sigma)
                  observe value ~ Normal(0, exp(h / 2))
                }
            }",
            data: Data::new().reals("y", &returns),
            by_hand: Box::new(|point, gradient| gradients::volatility(&returns, point, gradient)),
            repeats: 50,
        },
    ];
    // A word on the command line chooses the cases with it in their names.
    let word = std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default();
    println!("{:<36} {:>10} {:>10} {:>6}", "", "borel us", "hand us", "ratio");
    cases.iter().filter(|case| case.name.contains(&word)).for_each(run);
}

fn run(case: &Case<'_>) {
    let program = Program::compile(case.program).unwrap_or_else(|error| panic!("{error}"));
    let bound = program.sole_model().and_then(|model| model.bind(&case.data)).expect("a model with its data");
    let mut density = Density::new(&bound).expect("a density");
    let point: Vec<f64> = wave(density.dimension(), 1.3, 0.2).iter().map(|x| 0.7 * x).collect();
    let (mut found, mut expected) = (vec![0.0; point.len()], vec![0.0; point.len()]);
    let value = density.value_and_gradient(&point, &mut found).expect("a value");
    let by_hand = (case.by_hand)(&point, &mut expected);
    assert!((value - by_hand).abs() < 1e-8 * by_hand.abs(), "{}: {value}, by hand {by_hand}", case.name);
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let scale = expected.abs().max(1e-3 * value.abs()).max(1.0);
        assert!((found - expected).abs() < 1e-8 * scale, "{} d[{index}]: {found}, by hand {expected}", case.name);
    }
    let mut ours = || {
        for _ in 0..case.repeats {
            black_box(density.value_and_gradient(black_box(&point), &mut found).expect("a value"));
        }
    };
    let mut hand = || {
        for _ in 0..case.repeats {
            black_box((case.by_hand)(black_box(&point), &mut expected));
        }
    };
    let [ours, hand] = in_turns(ROUNDS, [&mut ours, &mut hand]);
    let each = |time: Duration| 1e6 * time.as_secs_f64() / case.repeats as f64;
    println!("{:<36} {:>10.3} {:>10.3} {:>6.2}", case.name, each(ours), each(hand), each(ours) / each(hand));
}
