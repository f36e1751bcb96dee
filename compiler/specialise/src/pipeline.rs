//! The list of passes.

use borel_core::Program;

use crate::{Options, arrays, call_pattern, contract, formulas, hoist, normalisers, reachable, successors, unname};

/// A pass: its name for messages, and what it does to a program that verifies; it verifies afterwards too.
type Pass = (&'static str, fn(&mut Program));

/// In this order.
const PASSES: &[Pass] = &[
    ("inline", contract::inline),
    ("call patterns", call_pattern::call_pattern),
    ("prune", reachable::prune),
    ("inline again", contract::inline),
    ("arrays", arrays::arrays),
    ("formulas", formulas::formulas),
    ("normalisers", normalisers::normalisers),
    ("hoist", hoist::hoist),
    ("simplify", contract::simplify),
    ("prune again", reachable::prune),
    ("successors", successors::successors),
];

/// Runs all passes.
pub(crate) fn run(program: &mut Program, options: Options) {
    if !options.names {
        apply(("unname", unname::unname), program);
    }
    PASSES.iter().for_each(|pass| apply(*pass, program));
}

fn apply((name, pass): Pass, program: &mut Program) {
    pass(program);
    if cfg!(debug_assertions) {
        let problems = borel_core::verify::verify(program);
        assert!(problems.is_empty(), "after {name}: {}\n{}", problems.join("\n"), borel_core::print::program(program));
    }
}
