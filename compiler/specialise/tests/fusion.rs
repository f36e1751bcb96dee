//! What is left of arrays: those that are built only to be read are not built, and products are loops over one
//! distribution each.

mod common;

use borel_core::{Op, Prim, Program, Quantity, Source};
use common::{count, none, specialised};

/// How many operations there are of some kinds.
#[track_caller]
fn has(program: &Program, what: &str, expected: usize, wanted: impl Fn(&Op) -> bool) {
    let found = count(program, wanted);
    assert_eq!(found, expected, "{what} in\n{}", borel_core::print::program(program));
}

#[track_caller]
fn has_builds(program: &Program, expected: usize) {
    has(program, "builds", expected, |op| matches!(op, Op::Build(..)));
}

#[track_caller]
fn has_loops(program: &Program, expected: usize) {
    has(program, "loops", expected, |op| matches!(op, Op::Loop(..)));
}

#[track_caller]
fn has_prims(program: &Program, wanted: Prim, expected: usize) {
    has(program, "primitives", expected, |op| matches!(op, Op::Prim(prim, _) if *prim == wanted));
}

fn no_distribution_values(program: &Program) {
    none(program, "distribution values", |op| matches!(op, Op::Dist(..) | Op::Structural(..)));
    none(program, "unknown sources", |op| {
        matches!(
            op,
            Op::Sample(Source::Value(_), _) | Op::Observe(Source::Value(_), _) | Op::LogDensity(Source::Value(_), _)
        )
    });
}

/// Of a known distribution; in a loop that does not change the parameters, with the normaliser from before it.
fn is_density(op: &Op) -> bool {
    matches!(op, Op::LogDensity(Source::Known(..), _) | Op::Quantity(Quantity::LogDensityGiven, Source::Known(..), _))
}

/// A product that is observed at once: one loop and one factor.
#[track_caller]
fn is_one_loop(text: &str) -> Program {
    let program = specialised(text, "m");
    no_distribution_values(&program);
    has_builds(&program, 0);
    has_loops(&program, 1);
    has(&program, "factors", 1, |op| matches!(op, Op::Factor(_)));
    has(&program, "densities", 1, is_density);
    program
}

#[test]
fn an_observed_product_is_one_loop_and_one_factor() {
    let program = is_one_loop(
        "model m(xs: [Real], ys: [Real]) {
  let mu ~ Normal(0, 1)
  let beta ~ Normal(0, 1)
  observe ys ~ Normal(mu + beta * xs, 2.5)
  mu
}",
    );
    has(&program, "ways to fail", 1, |op| matches!(op, Op::Fail(_)));
}

#[test]
fn lifted_functions_are_part_of_the_loop() {
    let program = is_one_loop(
        "model m(xs: [Real], ys: [Bool]) { let a ~ Normal(0, 1)\n observe ys ~ Bernoulli(inv_logit(a * xs + 1))\n a }",
    );
    has_prims(&program, Prim::Special(borel_core::Special::InvLogit), 1);
}

#[test]
fn comprehensions_of_distributions_are_part_of_the_loop() {
    is_one_loop(
        "model m(g: [Int], t: [Real], ys: [Real]) { let a ~ Normal(0, 1)\n observe ys ~ [Normal(t[i], a) for i in g]\n a }",
    );
    is_one_loop(
        "fn f(x, a) => exp(a) * x
model m(xs: [Real], ys: [Real]) { let a ~ Normal(0, 1)\n observe ys ~ [Normal(f(x, a), 1) for x in xs]\n a }",
    );
}

#[test]
fn repetitions_are_loops() {
    let program =
        is_one_loop("model m(ys: [Real]) { let a ~ Normal(0, 1)\n observe ys ~ iid(Normal(a, 1), len(ys))\n a }");
    has(&program, "ways to fail", 0, |op| matches!(op, Op::Fail(_)));
}

#[test]
fn products_of_products_are_loops_in_loops() {
    let text = "model m(xs: [[Real]], ys: [[Real]]) { let a ~ Normal(0, 1)\n observe ys ~ Normal(a * xs, 1)\n a }";
    let program = specialised(text, "m");
    no_distribution_values(&program);
    has_builds(&program, 0);
    has_loops(&program, 2);
    has(&program, "factors", 1, |op| matches!(op, Op::Factor(_)));
}

#[test]
fn a_product_that_is_drawn_from_is_an_array_of_draws() {
    let text = "model m(xs: [Real]) { let z ~ Normal(2 * xs, 1)\n let w ~ iid(Bernoulli(0.5), 3)\n (z, w) }";
    let program = specialised(text, "m");
    no_distribution_values(&program);
    has_builds(&program, 2);
    has(&program, "draws without a name", 2, |op| matches!(op, Op::Sample(_, None)));
    has(&program, "records", 2, |op| matches!(op, Op::Record(..)));
}

#[test]
fn branches_choose_parameters_of_one_kind() {
    let text = "model m(ys: [Real]) {
  let k ~ iid(Bernoulli(0.25), len(ys))
  observe ys ~ [if b { Normal(0, 1) } else { Normal(5, 2) } for b in k]
  for i in 0..len(ys) {
    let d = if k[i] { Poisson(2) } else { if ys[i] > 0 { Poisson(1) } else { fail(\"no\") } }
    observe 3 ~ d
  }
  k
}";
    no_distribution_values(&specialised(text, "m"));
}

#[test]
fn a_few_distributions_are_listed() {
    let text = "model m() {
  let t ~ [Normal(0, 1), Normal(5, 2)]
  observe [1.0, 2.0] ~ [Normal(t[0], 1), Normal(t[1], 1)]
  t
}";
    let program = specialised(text, "m");
    no_distribution_values(&program);
    has_loops(&program, 0);
    has(&program, "draws", 2, |op| matches!(op, Op::Sample(..)));
    has(&program, "densities", 2, |op| matches!(op, Op::LogDensity(..)));
}

#[test]
fn log_densities_of_products_are_sums() {
    let text =
        "model m(xs: [Real], ys: [Real]) { let a ~ Normal(0, 1)\n factor(log_density(Normal(a * xs, 1), ys) / 2)\n a }";
    let program = specialised(text, "m");
    no_distribution_values(&program);
    has_builds(&program, 0);
    has_loops(&program, 1);
}

#[test]
fn sums_of_chains_are_loops() {
    let text = "model m(xs: [Real]) { sum(exp(2 * xs + 1)) + sum([x * x for x in xs]) }";
    let program = specialised(text, "m");
    has_builds(&program, 0);
    has_loops(&program, 2);
    has_prims(&program, Prim::SumReal, 0);
}

#[test]
fn chains_that_may_fail_are_loops_where_all_is_read() {
    let text = "model m(xs: [Int]) { sum(map(fn(x) => x * x, map(fn(x) => x + 1, xs))) }";
    let program = specialised(text, "m");
    has_builds(&program, 0);
    has_loops(&program, 1);
}

#[test]
fn zipped_arrays_are_not_built() {
    let text = "model m(xs: [Real], ys: [Real]) {
  let a ~ Normal(0, 1)
  for (x, y) in zip(xs, ys) { observe y ~ Normal(a * x, 0.5) }
  a
}";
    let program = specialised(text, "m");
    has_builds(&program, 0);
    has_prims(&program, Prim::Index, 0);
    none(&program, "tuples", |op| matches!(op, Op::Tuple(_)));
}

#[test]
fn ranges_are_not_made() {
    let text =
        "model m(n: Int) { var t = 0.0\n for (i, x) in zip(0..n, map(fn(i) => i * 1.5, 0..n)) { t = t + x * i }\n t }";
    let program = specialised(text, "m");
    has_prims(&program, Prim::Range, 0);
    has_builds(&program, 0);
}

#[test]
fn a_read_at_the_same_place_twice_is_one() {
    let text = "model m(xs: [Real]) { let d = exp(xs)\n sum([d[i] * d[i] + d[i] for i in 0..len(d)]) }";
    let program = specialised(text, "m");
    has_builds(&program, 0);
    has_prims(&program, Prim::Exp, 1);
}

#[test]
fn an_array_that_is_used_twice_is_built_once() {
    let text = "model m(xs: [Real]) { let d = exp(xs)\n sum([x * 2 for x in d]) + sum([x + 1 for x in d]) }";
    let program = specialised(text, "m");
    has_builds(&program, 1);
    has_prims(&program, Prim::Exp, 1);
}

#[test]
fn an_array_that_is_given_out_is_built() {
    let program = specialised("model m(xs: [Real]) { let d = exp(xs)\n (sum([x * 2 for x in d]), d) }", "m");
    has_builds(&program, 1);
    has_prims(&program, Prim::Exp, 1);
}

#[test]
fn draws_are_not_moved() {
    let text = "model m(xs: [Real]) { let d = [sample Normal(x, 1) for x in xs]\n let b ~ Normal(0, 1)\n b + sum([2 * x for x in d]) }";
    let program = specialised(text, "m");
    has_builds(&program, 1);
}

#[test]
fn what_may_fail_is_not_moved_where_it_would_fail_later_or_not_at_all() {
    let programs = [
        "fn main() { let k = sample Poisson(1)\n for y in map(fn(x) => 6 % (x - k), [1, 2, 0]) { print(y) } }",
        "fn main() { let k = sample Poisson(1)\n let ys = map(fn(x) => 6 % (x - k), [1, 2, 0])\n if k > 1 { print(sum([y + 1 for y in ys])) } }",
        "fn f(ys: [Int]) -> Int { for y in ys { if y > 3 { return y } }\n 0 }
fn main() { let k = sample Poisson(1)\n print(f([6 % (x - k) for x in [1, 2, 0]])) }",
    ];
    for text in programs {
        has_builds(&specialised(text, "main"), 1);
    }
}

#[test]
fn dear_elements_are_not_computed_again_and_again() {
    let text = "model m(xs: [Real]) { let d = exp(xs)\n sum([sum([d[j] * x for j in 0..len(d)]) for x in xs]) }";
    let program = specialised(text, "m");
    has_builds(&program, 1);
}

#[test]
fn nothing_is_moved_into_closures() {
    let text = "model m(ys: [Real]) { let a ~ Normal(0, 1)\n observe ys ~ iid(Normal(a, 1), len(ys))\n a }
fn main() {
  let z = [sample Normal(0, 1) for i in 0..3]
  let d = [exp(x) for x in z]
  print(mean(infer(fn() => m(d), smc(particles = 50))))
}";
    let program = specialised(text, "main");
    has_prims(&program, Prim::Exp, 1);
    has_builds(&program, 2);
}

/// The statements of the first loop that is found.
fn loop_text(program: &Program) -> String {
    let text = borel_core::print::program(program);
    text.split("loop '").nth(1).unwrap_or_default().to_string()
}

#[test]
fn what_does_not_change_is_computed_before_the_loop() {
    let text = "model m(y: [Real], q: Real) {
  var x = 0.0
  for t in 0..len(y) {
    x ~ Normal(x, sqrt(q))
    observe y[t] ~ Normal(2 * q + x, exp(q / 2))
  }
  x
}";
    let program = specialised(text, "m");
    let inside = loop_text(&program);
    assert!(!inside.contains("Sqrt") && !inside.contains("Exp") && !inside.contains("Div"), "{inside}");
    // What is quickly computed is not kept for each particle.
    assert!(inside.contains("Mul"), "{inside}");
}

#[test]
fn elements_are_read_before_the_loop_that_does_not_change_them() {
    let text = "model m(xs: [[Real]]) {
  var t = 0.0
  for i in 0..len(xs) { for j in 0..len(xs[i]) { t = t + xs[i][j] } }
  t
}";
    let program = specialised(text, "m");
    has_prims(&program, Prim::Index, 0);
    has_prims(&program, Prim::IndexUnchecked, 2);
}

#[test]
fn what_may_fail_stays_in_the_loop() {
    let text = "fn main() { let k = sample Poisson(1)\n var t = 0\n for i in 0..k { t = t + 6 % k }\n print(t) }";
    let program = specialised(text, "main");
    assert!(loop_text(&program).contains("RemInt"));
}

#[test]
fn what_is_computed_twice_is_computed_once() {
    let program = specialised("model m(a: Real) { let b ~ Normal(exp(a), 1)\n exp(a) * (b + a) + (b + a) }", "m");
    has_prims(&program, Prim::Exp, 1);
    has_prims(&program, Prim::Add, 2);
}

#[test]
fn zeros_of_either_sign_are_not_the_same() {
    let program = specialised("model m(a: Real) { (a + 0.0, a + -0.0) }", "m");
    has_prims(&program, Prim::Add, 2);
}

#[test]
fn chains_over_arrays_are_one_loop() {
    let programs = [
        ("model m(xs: [Real]) { return sum(2 * xs + 1) }", 0),
        ("model m(xs: [Real]) { return fold(fn(a, x) => a + x, 0.0, map(fn(x) => x * x, xs)) }", 0),
        ("model m(xs: [Real]) { return exp(2 * xs + 1) }", 1),
        ("model m(xs: [Real], ys: [Real]) { return sum([x * y for (x, y) in zip(xs, ys)]) }", 0),
    ];
    for (text, expected) in programs {
        has_builds(&specialised(text, "m"), expected);
    }
}

#[test]
fn an_observation_of_an_array_is_a_loop_without_distributions() {
    let programs = [
        "model m(x: [Real], y: [Real]) { let b ~ Normal(0, 1)\n observe y ~ Normal(b * x + 1, 2) }",
        "model m(y: [Real]) { let b ~ Normal(0, 1)\n observe y ~ Normal(b, 2) }",
        "model m(x: [Real], y: [Int]) { let b ~ Normal(0, 1)\n observe y ~ [Poisson(exp(b * v)) for v in x] }",
    ];
    for text in programs {
        let program = specialised(text, "m");
        no_distribution_values(&program);
        has_builds(&program, 0);
        assert_eq!(count(&program, |op| matches!(op, Op::Factor(_))), 1);
    }
}

#[test]
fn elements_with_effects_stay_in_their_place() {
    let draws = "model m(xs: [Real]) { let ys = [sample Normal(x, 1) for x in xs]\n let w ~ Normal(0, 1)\n return fold(fn(a, y) => a + y * w, 0.0, ys) }";
    has_builds(&specialised(draws, "m"), 1);
    let fails = "model m(xs: [Real], i: Int) { let ys = [xs[i] for x in xs]\n for y in ys { if y > 0 { return y } }\n return 0.0 }";
    has_builds(&specialised(fails, "m"), 1);
}

#[test]
fn an_element_is_not_computed_again_in_an_inner_loop() {
    let text = "model m(xs: [Real]) {
  let ys = [exp(x) + exp(2 * x) for x in xs]
  var t = 0.0
  for i in 0..10 { for y in ys { t += y } }
  return t
}";
    has_builds(&specialised(text, "m"), 1);
}

#[test]
fn what_is_read_twice_is_built_once() {
    let text = "model m(xs: [Real]) { let ys = [exp(x) * exp(2 * x) + exp(3 * x) for x in xs]\n return sum(ys) / fold(max, 0.0, ys) }";
    let program = specialised(text, "m");
    has_builds(&program, 1);
    assert_eq!(count(&program, |op| matches!(op, Op::Prim(Prim::Exp, _))), 3);
}
