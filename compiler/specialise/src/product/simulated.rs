//! Where draws are only simulated, and observations ignored: in a program's main, but for what it infers.

use std::collections::HashSet;

use borel_core::{Atom, Block, FunctionId, Op, Program, Var};

use crate::uses::Uses;

/// By function, whether it may run where observations are ignored.
pub(crate) fn simulated_functions(program: &Program) -> Vec<bool> {
    let mut simulated = vec![false; program.functions.len()];
    let Some(root) = program.root.filter(|root| !program.function(*root).is_model) else { return simulated };
    simulated[root.0 as usize] = true;
    // Closures may be called from anywhere, so what those in any function call counts, reached by main or not.
    let mut work = vec![root];
    for function in &program.functions {
        let uses = Uses::of(&function.body, program.vars.len());
        let inferred = only_inferred(&function.body, &uses);
        calls(&function.body, &inferred, false, &mut |callee| mark(callee, &mut simulated, &mut work));
    }
    while let Some(id) = work.pop() {
        let body = &program.function(id).body;
        let inferred = only_inferred(body, &Uses::of(body, program.vars.len()));
        calls(body, &inferred, true, &mut |callee| mark(callee, &mut simulated, &mut work));
    }
    simulated
}

fn mark(callee: FunctionId, simulated: &mut [bool], work: &mut Vec<FunctionId>) {
    if !std::mem::replace(&mut simulated[callee.0 as usize], true) {
        work.push(callee);
    }
}

/// Calls `found` with the callees of the block that are called where draws are only simulated; `here`: as they are in the
/// block itself.
fn calls(block: &Block, inferred: &HashSet<Var>, here: bool, found: &mut dyn FnMut(FunctionId)) {
    for stmt in &block.stmts {
        match &stmt.op {
            Op::Call(callee, _) if here => found(*callee),
            Op::Lambda(lambda) => calls(&lambda.body, inferred, !inferred.contains(&stmt.var), found),
            op => op.blocks().into_iter().for_each(|inner| calls(inner, inferred, here, found)),
        }
    }
}

/// Closures all of whose uses ask for their posterior.
pub(crate) fn only_inferred(block: &Block, uses: &Uses) -> HashSet<Var> {
    let mut found = Vec::new();
    inferred(block, &mut found);
    let times = |var: Var| found.iter().filter(|other| **other == var).count();
    found.iter().copied().filter(|var| uses.count(*var) as usize == times(*var)).collect()
}

fn inferred(block: &Block, found: &mut Vec<Var>) {
    for stmt in &block.stmts {
        if let Op::Infer(Atom::Var(closure), _) = &stmt.op {
            found.push(*closure);
        }
        stmt.op.blocks().into_iter().for_each(|inner| inferred(inner, found));
    }
}
