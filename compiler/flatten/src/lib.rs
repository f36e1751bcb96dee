//! Flattening: from Core, where draws and scores are abstract and functions are values, to Flow, first-order code on words.
//!
//! Takes a program and the views wanted of its root; gives a module with exactly the code that these views reach. In this
//! order: facts of the program (who calls whom, with which effects), code for each (function, view) by worklist. Reference counts come
//! last ([`count::count`]), after what else is made of the module. It satisfies [`borel_flow::verify`] before and after.

mod arithmetic;
mod arrays;
mod body;
mod cells;

mod closures;
mod control;
pub mod count;
mod data;
mod density;
mod draws;
mod facts;
mod flattener;
mod forms;
mod matrices;
mod names;
mod operations;
mod reach;
mod replay;
mod representation;
mod roots;
mod text;

use borel_core as core;
use borel_flow as flow;
use borel_source::Span;

/// What is wanted of the root of the program. (Lambdas that reach `infer` get the views that their method needs.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Drawing from the prior; also to run a `main`.
    pub simulate: bool,
    /// Importance sampling.
    pub weigh: bool,
    /// Sequential Monte Carlo.
    pub step: bool,
    /// Exact enumeration.
    pub enumerate: bool,
    /// The density, on an unconstrained point.
    pub density: bool,
    /// Executions on a trace.
    pub replay: bool,
    /// Whether the numbers of the point are the values of the choices, and not unconstrained.
    pub constrained: bool,
    /// Whether the logarithms of the Jacobians of their transforms are part of the density.
    pub jacobian: bool,
    /// Whether named choices are recorded.
    pub record: bool,
}

impl Request {
    /// Nothing.
    pub const NONE: Request = Request {
        simulate: false,
        weigh: false,
        step: false,
        enumerate: false,
        density: false,
        replay: false,
        constrained: false,
        jacobian: false,
        record: false,
    };
}

/// Why a view cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The expression that is the reason.
    pub span: Span,
    /// Why.
    pub reason: String,
    /// What to do instead.
    pub help: String,
}

/// The code of the views of a program. Its root must be set; the root of the module is the first of its roots.
pub fn flatten(program: &core::Program, request: &Request) -> Result<flow::Module, Vec<Refusal>> {
    let Some(root) = program.root else { return Ok(flow::Module::default()) };
    flattener::Flattener::new(program, root, request).run(root)
}
