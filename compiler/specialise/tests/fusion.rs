//! Arrays that are read once are not built; products of distributions are loops.

mod common;

use borel_core::{Op, Prim, Program};
use common::{count, none, specialised};

fn builds(program: &Program) -> usize {
    count(program, |op| matches!(op, Op::Build(..)))
}

fn no_distributions(program: &Program) {
    none(program, "distributions", |op| matches!(op, Op::Dist(..) | Op::Structural(..)));
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
        let program = specialised(text, "m");
        assert_eq!(builds(&program), expected, "{}", borel_core::print::program(&program));
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
        no_distributions(&program);
        assert_eq!(builds(&program), 0, "{}", borel_core::print::program(&program));
        assert_eq!(count(&program, |op| matches!(op, Op::Factor(_))), 1);
    }
}

#[test]
fn a_draw_of_an_array_builds_that_array_only() {
    let program = specialised("model m(x: [Real]) { let z ~ Normal(2 * x, 1)\n return z }", "m");
    no_distributions(&program);
    assert_eq!(builds(&program), 1);
}

#[test]
fn what_is_read_twice_is_built_once() {
    let text = "model m(xs: [Real]) { let ys = [exp(x) * exp(2 * x) + exp(3 * x) for x in xs]\n return sum(ys) / fold(max, 0.0, ys) }";
    let program = specialised(text, "m");
    assert_eq!(builds(&program), 1);
    assert_eq!(count(&program, |op| matches!(op, Op::Prim(Prim::Exp, _))), 3);
}

#[test]
fn elements_with_effects_stay_in_their_place() {
    let draws = "model m(xs: [Real]) { let ys = [sample Normal(x, 1) for x in xs]\n let w ~ Normal(0, 1)\n return fold(fn(a, y) => a + y * w, 0.0, ys) }";
    assert_eq!(builds(&specialised(draws, "m")), 1);
    let fails = "model m(xs: [Real], i: Int) { let ys = [xs[i] for x in xs]\n for y in ys { if y > 0 { return y } }\n return 0.0 }";
    assert_eq!(builds(&specialised(fails, "m")), 1);
}

#[test]
fn an_element_is_not_computed_again_in_an_inner_loop() {
    let text = "model m(xs: [Real]) {
  let ys = [exp(x) + exp(2 * x) for x in xs]
  var t = 0.0
  for i in 0..10 { for y in ys { t += y } }
  return t
}";
    assert_eq!(builds(&specialised(text, "m")), 1);
}
