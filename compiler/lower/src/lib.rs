//! Lowering: the typed tree to Core.
//!
//! Takes a checked program and the function to start from; gives the Core of everything that is reachable from it.
//! Invariants established here: each (function, concrete types) pair becomes one Core function; overloaded operations are
//! resolved from concrete types; `var`s are in single-assignment form (carried by loops, joined after branches); local
//! functions are lifted to the top with what they capture as leading parameters; matches are decision trees.

mod access;
mod arithmetic;
mod builtin;
mod compare;
mod comprehension;
mod control;
mod convert;
mod decision;
mod distribution;
mod emit;
mod expression;
mod function;
mod lift;
mod local_function;
mod matching;
mod pattern;
mod place;
mod query;
mod statement;
mod statistic;
mod text;
mod types;
mod walk;

use std::collections::HashMap;

use borel_core as core;
use borel_typed as typed;

use emit::Scope;
use function::Pending;
use local_function::Group;

/// The Core of `root` and all that it needs.
pub fn lower(program: &typed::Program, root: typed::FunctionId) -> core::Program {
    let mut lowering = Lowering::new(program);
    lowering.core.root = Some(lowering.instance(root, Vec::new()));
    while let Some(pending) = lowering.queue.pop() {
        lowering.pending(pending);
    }
    lowering.core
}

/// What is shared by all functions that are lowered.
struct Lowering<'a> {
    typed: &'a typed::Program,
    core: core::Program,
    functions: HashMap<(typed::FunctionId, Vec<typed::Type>), core::FunctionId>,
    constants: HashMap<typed::ConstantId, core::FunctionId>,
    datas: HashMap<(typed::DataId, Vec<typed::Type>), core::DataId>,
    types: HashMap<typed::Type, core::Ty>,
    groups: Vec<Group<'a>>,
    /// Types of variables that lowering introduces, numbered after the program's.
    extra_locals: Vec<typed::Type>,
    queue: Vec<Pending<'a>>,
    scope: Scope,
}

impl<'a> Lowering<'a> {
    fn new(typed: &'a typed::Program) -> Lowering<'a> {
        Lowering {
            typed,
            core: core::Program::new(),
            functions: HashMap::new(),
            constants: HashMap::new(),
            datas: HashMap::new(),
            types: HashMap::new(),
            groups: Vec::new(),
            extra_locals: Vec::new(),
            queue: Vec::new(),
            scope: Scope::default(),
        }
    }
}
