//! Checks the invariants of Flow: types, labels, assignment before use ([`types`], [`structure`]) and, of functions that have
//! reference counts, that every owned pointer is consumed exactly once on every path and none is used when it may be gone
//! ([`counts`]).

mod counts;
mod structure;
mod types;

use crate::{Function, Module};

/// Everything that is wrong, one line each; nothing if the module is as it should be.
pub fn verify(module: &Module) -> Vec<String> {
    let mut problems = Vec::new();
    for function in &module.functions {
        problems.extend(verify_function(module, function));
    }
    for root in &module.roots {
        for id in root.functions() {
            if id.0 as usize >= module.functions.len() {
                problems.push(format!("root {}: there is no function {}", root.name, id.0));
            }
        }
    }
    problems
}

/// What is wrong with one function.
pub fn verify_function(module: &Module, function: &Function) -> Vec<String> {
    let mut problems = types::check(module, function);
    problems.extend(structure::check(module, function));
    // The checks above are what the next one relies on.
    if problems.is_empty() {
        problems.extend(counts::check(module, function));
    }
    problems.into_iter().map(|problem| format!("{}: {problem}", function.name)).collect()
}
