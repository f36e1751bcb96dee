//! What is left of arrays: those that are built only to be read are not built, and products are loops over one
//! distribution each.

mod common;

use borel_core::{Op, Prim, Program, Source};
use common::{count, none, specialised};

fn builds(program: &Program) -> usize {
    count(program, |op| matches!(op, Op::Build(..) | Op::Array(_)))
}

fn loops(program: &Program) -> usize {
    count(program, |op| matches!(op, Op::Loop(..)))
}

fn prims(program: &Program, wanted: Prim) -> usize {
    count(program, |op| matches!(op, Op::Prim(prim, _) if *prim == wanted))
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

#[track_caller]
fn has(program: &Program, what: &str, found: usize, expected: usize) {
    assert_eq!(found, expected, "{what} in\n{}", borel_core::print::program(program));
}

#[test]
fn an_observed_product_is_one_loop_and_one_factor() {
    let program = specialised(
        "model m(xs: [Real], ys: [Real]) {
  let mu ~ Normal(0, 1)
  let beta ~ Normal(0, 1)
  observe ys ~ Normal(mu + beta * xs, 2.5)
  mu
}",
        "m",
    );
    no_distribution_values(&program);
    has(&program, "arrays", builds(&program), 0);
    has(&program, "loops", loops(&program), 1);
    has(&program, "factors", count(&program, |op| matches!(op, Op::Factor(_))), 1);
    has(&program, "densities", count(&program, |op| matches!(op, Op::LogDensity(..))), 1);
}
