//! Which parameters are owned: those that are given away somewhere in the function, and those from which something is taken that
//! is then updated where it helps to be unique. All others are borrowed. Functions that may suspend own all of theirs, since their
//! callers' frames are not there to keep them; roots borrow the environment.

use super::Owned;
use borel_flow::ownership::{Use, borrows, each_use};
use borel_flow::runtime::Named;
use borel_flow::visit::each_statement;
use borel_flow::{Function, Local, Module, Operand, Runtime, Stmt, Ty};
use std::collections::HashMap;

/// The least solution: nothing is owned without a reason.
pub(super) fn infer(module: &Module) -> Owned {
    let is_root = |index: usize| {
        module.roots.iter().any(|root| {
            [root.simulate, root.weigh, root.step, root.enumerate].iter().flatten().any(|id| id.0 as usize == index)
        })
    };
    let start = |(index, function): (usize, &Function)| {
        let all = function.suspends && !is_root(index);
        function.params.iter().map(|param| all && is_pointer(function, *param)).collect()
    };
    let mut owned = Owned(module.functions.iter().enumerate().map(start).collect());
    let mut pending: Vec<usize> =
        (0..module.functions.len()).filter(|index| !is_root(*index) && !module.functions[*index].suspends).collect();
    let bases: HashMap<usize, HashMap<Local, Local>> =
        pending.iter().map(|index| (*index, bases(&module.functions[*index]))).collect();
    loop {
        let before = pending.len();
        let mut changed = false;
        for &index in &pending {
            changed |= update(&module.functions[index], &bases[&index], index, &mut owned);
        }
        pending.retain(|index| owned.0[*index].iter().any(|owned| !owned));
        if !changed && pending.len() == before {
            return owned;
        }
    }
}

fn is_pointer(function: &Function, local: Local) -> bool {
    function.locals[local.0 as usize].ty == Ty::Pointer
}

/// For each local that is loaded from another: from which one.
fn bases(function: &Function) -> HashMap<Local, Local> {
    let mut bases = HashMap::new();
    each_statement(&function.body, &mut |stmt| {
        if let (Stmt::Let(local, _), Some(Operand::Local(base))) = (stmt, borrows(stmt))
            && is_pointer(function, *local)
        {
            bases.insert(*local, base);
        }
    });
    bases
}

/// Looks at one function with what is known so far; says whether that changed it.
fn update(function: &Function, bases: &HashMap<Local, Local>, index: usize, owned: &mut Owned) -> bool {
    let mut found = Vec::new();
    each_statement(&function.body, &mut |stmt| {
        let updates = updates_in_place(stmt);
        each_use(stmt, &|callee, param| owned.of(callee, param), &mut |operand, used| {
            if let (Operand::Local(local), Use::Consume) = (operand, used) {
                found.push(local);
                let mut base = bases.get(&local);
                while let Some(from) = base.filter(|_| updates) {
                    found.push(*from);
                    base = bases.get(from);
                }
            }
        });
    });
    let mut changed = false;
    for (param, owned) in function.params.iter().zip(&mut owned.0[index]) {
        if !*owned && is_pointer(function, *param) && found.contains(param) {
            *owned = true;
            changed = true;
        }
    }
    changed
}

/// Whether what the statement consumes may be updated in place.
fn updates_in_place(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Call(..) => true,
        Stmt::Runtime(_, Runtime::Named(named), ..) => {
            matches!(named, Named::Unique | Named::Grow | Named::Concat | Named::MatrixSet)
        }
        _ => false,
    }
}
