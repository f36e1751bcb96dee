//! Machines: all functions of a view that may suspend, as one native function that advances particles.
//!
//! The code of each function is a part of the machine. A suspended particle is a state and the live locals of the part it
//! is in; a call that is not a tail call pushes the live locals of the caller to the heap, in a frame object that links to
//! the frame below, and a return pops it. So particles are flat words that are copied and shared freely, recursion does
//! not need a native stack, and a model without such calls never allocates.
//!
//! [`inline`] makes parts from functions, [`plan`] decides what is saved where, [`emit`] translates.

mod emit;
mod inline;
mod plan;

use crate::linker::Linker;
use crate::signature;
use crate::unit::Unit;
use borel_abi::layout::Layout;
use borel_abi::module::State;
use borel_flow::{FunctionId, Root, Ty};
use cranelift_codegen::ir::{Block, Value};
use cranelift_frontend::Variable;
use cranelift_module::FuncId;
use plan::Plan;
use std::collections::HashMap;
use std::rc::Rc;

/// A compiled machine.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) advance: FuncId,
    /// Words of a particle.
    pub(crate) stride: usize,
    pub(crate) ambient: bool,
    pub(crate) states: Vec<State>,
    /// The layouts of its frames, to follow those of the module and of machines before it.
    pub(crate) layouts: Vec<Layout>,
    /// The first state of each root of the module.
    pub(crate) starts: Vec<Option<u64>>,
}

/// Compiles the machine of a view, if any root has it. The layouts of its frames are numbered from `first_frame`.
pub(crate) fn define(
    unit: &Unit<'_>,
    linker: &mut Linker,
    name: &str,
    first_frame: u32,
    view: impl Fn(&Root) -> Option<FunctionId>,
) -> Result<Option<Built>, String> {
    let roots: Vec<Option<FunctionId>> = unit.module.roots.iter().map(view).collect();
    if roots.iter().all(Option::is_none) {
        return Ok(None);
    }
    let plan = Plan::new(unit, &roots, first_frame);
    let arguments = [Ty::Pointer, Ty::Pointer, Ty::Int];
    let signature = signature::of_types(linker.convention(), &arguments, &[]);
    let symbol = format!("machine {name}");
    let advance = linker.declare(&symbol, &signature)?;
    linker.define(advance, &symbol, signature, |builder, linker| emit::translate(builder, linker, unit, &plan))?;
    Ok(Some(Built {
        advance,
        stride: plan.stride,
        ambient: unit.module.ambient,
        starts: plan.starts(&roots),
        states: plan.states(),
        layouts: plan.layouts(),
    }))
}

/// The translation of a machine under way: where its pieces are.
pub(crate) struct Machine<'f> {
    plan: &'f Plan,
    /// The part being translated.
    part: usize,
    /// The locals of each part.
    variables: Vec<Rc<[Variable]>>,
    /// Where each part begins, with its parameters assigned.
    entries: Vec<Block>,
    /// Where each part that is not a root returns to the part that called it, with its results assigned.
    leaves: Vec<Block>,
    /// Where each state goes on.
    resumes: Vec<Block>,
    /// Where each frame is popped.
    returns: Vec<Block>,
    /// The frame to return to; owned. Not used in roots.
    continuation: Variable,
    /// Results of parts, by position and type.
    results: HashMap<(usize, Ty), Variable>,
    /// The address of the current particle.
    particle: Value,
    /// The environment of all particles.
    environment: Value,
    /// Goes on with the next particle.
    next: Block,
}
