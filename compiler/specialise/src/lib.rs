//! Specialisation: Core to Core with the same meaning, made quick: calls and closures inlined, known distributions and
//! constructors taken apart, intermediate arrays fused away.
//!
//! Every pass keeps the order of random effects, so a seed gives the same draws optimised or not, and computes the same
//! bits: no arithmetic on Reals is reordered. Choices keep their names. What stops a program stops it still; where two
//! errors are to be had, in an array and in what reads it, which of them is reported may change. [`pipeline`] lists the
//! passes.

mod arrays;
mod bounds;
mod branch;
mod call_pattern;
mod code;
mod contract;
mod counted;
mod dead;
mod effect;
mod formulas;
mod fuse;
mod hoist;
mod improper;
mod inline;
mod normalisers;
mod pipeline;
mod product;
mod reachable;
mod rename;
mod samplers;
mod share;
mod simplify;
mod size;
mod successors;
mod unname;
mod uses;

use borel_core::Program;
pub use improper::improper_draws;
pub use samplers::{Scoring, scoring_samplers};

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// All passes; else the program is left as it is.
    pub optimise: bool,
    /// Whether the names of choices are recorded; else they are left out, and with them what they stand in the way of.
    pub names: bool,
    /// Whether the density is wanted; see [`Program::density`].
    pub density: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { optimise: true, names: true, density: false }
    }
}

/// The program, specialised.
pub fn specialise(program: Program, options: Options) -> Program {
    let mut program = program;
    program.density = options.density;
    program.traces = program.keeps_traces();
    // What traces call choices is asked by the program itself.
    let options = Options { names: options.names || program.traces, ..options };
    samplers::unname(&mut program);
    if options.optimise {
        pipeline::run(&mut program, options);
    }
    program
}
