//! Reference counts, precise: each object is released as soon as it is dead, moved at its last use, and updated in place
//! when it is unique (Reinking, Xie, de Moura, Leijen, "Perceus: garbage free reference counting with reuse", PLDI 2021). Whether a
//! parameter is owned or borrowed is inferred over the module (Ullrich, de Moura, "Counting immutable beans", IFL 2019).
//!
//! Takes a module without counts, gives the same module with [`borel_flow::Stmt::Retain`] and [`borel_flow::Stmt::Release`] inserted and
//! [`borel_flow::Function::owned`] decided. In order: [`parameters`], then for each function [`locals`], [`insert`], [`take`] and [`reuse`].

mod insert;
mod live;
mod locals;
mod parameters;
mod reuse;
mod take;

use borel_flow::{Function, FunctionId, Module};
use live::Analysis;

/// For each function and parameter: whether it is owned.
pub(crate) struct Owned(Vec<Vec<bool>>);

impl Owned {
    /// Of a parameter.
    pub fn of(&self, function: FunctionId, index: usize) -> bool {
        self.0[function.0 as usize].get(index).copied().unwrap_or(false)
    }
}

/// Inserts reference counts in all functions.
pub fn count(module: &mut Module) {
    let owned = parameters::infer(module);
    let suspends: Vec<bool> = module.functions.iter().map(|function| function.suspends).collect();
    for (index, function) in module.functions.iter_mut().enumerate() {
        function.owned = owned.0[index].clone();
        count_function(function, &owned, &suspends);
        let body = std::mem::take(&mut function.body);
        function.body = take::take(body, &owned, &suspends);
        reuse::reuse(function, &module.layouts, &owned, &suspends);
    }
}

fn count_function(function: &mut Function, owned: &Owned, suspends: &[bool]) {
    let statuses = locals::decide(function, owned, suspends);
    let heads = Analysis::new(&statuses, owned).heads(&function.body);
    let body = std::mem::take(&mut function.body);
    function.body = insert::insert(&function.params, body, &statuses, owned, heads);
    function.counted = true;
}
