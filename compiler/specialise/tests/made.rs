//! Distributions made of functions: where they are known, nothing of them is left; and normalisers, which leave loops.

mod common;

use borel_core::{Block, Op, Program, Quantity};
use common::{count, none, specialised};

/// A distribution of the library of a program, and one made of another.
const LIBRARY: &str = "
fn Expo(rate: Real) -> Dist[Real] => distribution(
  sampler = fn() => -log(sample Uniform(0, 1)) / rate,
  log_density = fn(x) => if x >= 0 { log(rate) - rate * x } else { -infinity },
  log_cdf = fn(x) => if x > 0 { log(-expm1(-rate * x)) } else { -infinity },
  quantile = fn(p) => -log1p(-p) / rate,
  mean = fn() => 1 / rate,
  lower = 0,
)
fn Trunc(d: Dist[Real], lower: Real, upper: Real) -> Dist[Real] {
  let below = cdf(d, lower)
  let mass = cdf(d, upper) - below
  distribution(
    sampler = fn() {
      let u ~ Uniform(0, 1)
      quantile(d, below + mass * u)
    },
    log_density = fn(x) => if lower <= x && x <= upper { log_density(d, x) - log(mass) } else { -infinity },
    log_cdf = fn(x) => log((cdf(d, min(max(x, lower), upper)) - below) / mass),
    quantile = fn(p) => quantile(d, below + mass * p),
    lower = lower, upper = upper,
  )
}
";

/// The model without a distribution value, a closure or a call of one.
#[track_caller]
fn vanishes(text: &str) -> Program {
    let program = specialised(&format!("{LIBRARY}{text}"), "m");
    none(&program, "distribution values", |op| matches!(op, Op::Dist(..) | Op::Structural(..)));
    none(&program, "closures", |op| matches!(op, Op::Lambda(_) | Op::Apply(..)));
    none(&program, "calls", |op| matches!(op, Op::Call(..)));
    program
}

#[test]
fn a_draw_is_the_sampler_and_a_score_the_density() {
    let program = vanishes("model m() { let x ~ Expo(2)\n observe 1.5 ~ Expo(x)\n x }");
    assert_eq!(count(&program, |op| matches!(op, Op::Sample(..))), 1);
    assert_eq!(count(&program, |op| matches!(op, Op::Factor(_))), 1);
    assert_eq!(count(&program, |op| matches!(op, Op::Record(..))), 1);
}

#[test]
fn distributions_of_distributions_vanish() {
    let program = vanishes(
        "model m(y: Real) { let x ~ Trunc(Trunc(Expo(2), 0.5, 2), 1, 2)\n observe y ~ Trunc(Expo(x), 0, 5)\n x }",
    );
    // The choice in the sampler has no name.
    assert_eq!(count(&program, |op| matches!(op, Op::Record(..))), 1);
    none(&program, "named draws", |op| matches!(op, Op::Sample(_, Some(_))));
}

#[test]
fn repetitions_and_products_are_plain_loops() {
    let builds = |program: &Program| count(program, |op| matches!(op, Op::Build(..)));
    let loops = |program: &Program| count(program, |op| matches!(op, Op::Loop(..)));
    let program = vanishes("model m(ys: [Real]) { let a ~ Expo(1)\n observe ys ~ Trunc(Expo(a), 0, 3)\n a }");
    assert_eq!((builds(&program), loops(&program)), (0, 1));
    let program =
        vanishes("model m(ys: [Real]) { let a ~ Expo(1)\n observe ys ~ [Trunc(Expo(a * y), 0, 3) for y in ys]\n a }");
    assert_eq!((builds(&program), loops(&program)), (0, 1));
    let program = vanishes("model m(n: Int) { let xs ~ iid(Trunc(Expo(2), 0, 3), n)\n xs }");
    assert_eq!((builds(&program), loops(&program)), (1, 0));
    let program = vanishes("model m(rates: [Real]) { let xs ~ [Expo(r) for r in rates]\n xs }");
    assert_eq!((builds(&program), loops(&program)), (1, 0));
}

#[test]
fn a_value_that_is_used_in_loops_vanishes() {
    vanishes(
        "model m(ys: [Real]) { let d = Trunc(Expo(2), 0, 3)\n for y in ys { observe y ~ d }\n log_density(d, 1.0) }",
    );
}

#[test]
fn quantities_are_their_functions() {
    let program = vanishes(
        "model m(x: Real) { let d = Trunc(Expo(x), 1, 2)\n lower_bound(d) + mean(Expo(x)) + quantile(Expo(x), 0.5) }",
    );
    none(&program, "quantities", |op| matches!(op, Op::Quantity(..)));
}

/// How many normalisers there are in the body of the model itself, and in all.
fn normalisers(program: &Program) -> (usize, usize) {
    let is_normaliser = |op: &Op| matches!(op, Op::Quantity(Quantity::Normaliser, ..));
    let at_top = |block: &Block| block.stmts.iter().filter(|stmt| is_normaliser(&stmt.op)).count();
    let top = program.root.map_or(0, |root| at_top(&program.function(root).body));
    (top, count(program, is_normaliser))
}

#[test]
fn normalisers_leave_loops_over_data() {
    let text =
        "model m(ys: [Real]) { let s ~ HalfNormal(1)\n let mu ~ Normal(0, 1)\n observe ys ~ Normal(mu, s)\n mu }";
    assert_eq!(normalisers(&specialised(text, "m")), (1, 1));
    let text = "model m(ys: [[Real]]) { let s ~ HalfNormal(1)\n for row in ys { for y in row { observe y ~ Normal(0, s) } }\n s }";
    assert_eq!(normalisers(&specialised(text, "m")), (1, 1));
    let text = "model m(ys: [Real], xs: [Real]) { let s ~ HalfNormal(1)\n observe ys ~ Normal(s * xs, 1)\n s }";
    assert_eq!(normalisers(&specialised(text, "m")), (1, 1), "it does not depend on the mean");
    let text = "model m(ys: [Real], xs: [Real]) { let s ~ HalfNormal(1)\n observe ys ~ Normal(1, s * xs)\n s }";
    assert_eq!(normalisers(&specialised(text, "m")), (0, 0), "the scale is another in each iteration");
}

#[test]
fn a_list_of_known_distributions_is_told_apart() {
    vanishes(
        "fn Mix(ps: [Real], ds: [Dist[Real]]) -> Dist[Real] => distribution(
  sampler = fn() => sample ds[sample Categorical(ps)],
  log_density = fn(x) => log(sum([ps[i] * exp(log_density(ds[i], x)) for i in 0..len(ps)])),
)
model m(y: Real) {
  let d = Mix([0.25, 0.75], [Normal(0, 1), Expo(2)])
  let x ~ d
  observe y ~ d
  x
}",
    );
}
