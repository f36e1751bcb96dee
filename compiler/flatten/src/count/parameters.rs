//! Which parameters are owned: those that are given away somewhere in the function, those from which something is taken that
//! is then updated where it helps to be unique, and those in whose memory a new object can be made. All others are borrowed. Functions that may suspend own all of theirs, since their
//! callers' frames are not there to keep them; roots borrow the environment.

use super::Owned;
use borel_abi::layout::{Layout, LayoutId, LayoutKind};
use borel_flow::ownership::{Use, borrows, each_use, units};
use borel_flow::runtime::Named;
use borel_flow::visit::each_statement;
use borel_flow::{Block, Expr, Function, Local, Module, Operand, Runtime, Stmt, Ty};
use std::collections::HashMap;

/// The least solution: nothing is owned without a reason.
pub(super) fn infer(module: &Module) -> Owned {
    let is_root = |index: usize| module.roots.iter().any(|root| root.functions().any(|id| id.0 as usize == index));
    let start = |(index, function): (usize, &Function)| {
        let all = function.suspends && !is_root(index);
        function.params.iter().map(|param| all && is_pointer(function, *param)).collect()
    };
    let mut owned = Owned(module.functions.iter().enumerate().map(start).collect());
    let mut pending: Vec<usize> =
        (0..module.functions.len()).filter(|index| !is_root(*index) && !module.functions[*index].suspends).collect();
    for index in &pending {
        let function = &module.functions[*index];
        for (param, owned) in function.params.iter().zip(&mut owned.0[*index]) {
            *owned |= is_pointer(function, *param) && is_renewed(&function.body, *param, &module.layouts);
        }
    }
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

/// Whether an object of the same size is made after a field of the parameter has been loaded.
fn is_renewed(block: &Block, param: Local, layouts: &[Layout]) -> bool {
    let loaded = |stmt: &Stmt| match stmt {
        Stmt::Let(_, Expr::Load(Operand::Local(object), layout, _)) if *object == param => size(layouts, *layout),
        _ => None,
    };
    let first = block.iter().enumerate().find_map(|(index, stmt)| Some((index, loaded(stmt)?)));
    if let Some((index, wanted)) = first {
        let mut found = false;
        block[index..].iter().for_each(|stmt| found |= makes(stmt, &|layout| size(layouts, layout) == Some(wanted)));
        return found;
    }
    block.iter().flat_map(Stmt::blocks).any(|inner| is_renewed(inner, param, layouts))
}

/// Whether a new object of a layout that fulfils a condition is made in a statement.
fn makes(stmt: &Stmt, wanted: &dyn Fn(LayoutId) -> bool) -> bool {
    let mut found = matches!(stmt, Stmt::New(_, layout, _) if wanted(*layout));
    for block in stmt.blocks() {
        each_statement(block, &mut |inner| found |= matches!(inner, Stmt::New(_, layout, _) if wanted(*layout)));
    }
    found
}

/// The size of the objects of a layout with fields.
fn size(layouts: &[Layout], layout: LayoutId) -> Option<u32> {
    match &layouts[layout.0 as usize].kind {
        LayoutKind::Fields(slots) => Some(units(slots.len())),
        _ => None,
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
