//! Loop-invariant code motion: what a loop computes anew in each iteration, from nothing that changes, is computed before it.
//!
//! Only what cannot fail is moved, since the loop may not run at all. An element of an array is moved only where nothing in
//! the loop but its counter has been looked at before: then what says that the element is there was known before the loop.
//! In a loop that suspends, what lives across is kept for each particle: there only what is dear to compute is moved.

use std::collections::HashSet;

use borel_core::{Atom, Block, Op, Prim, Program, Quantity, Stmt, Type, Var};

use crate::counted::counted;
use crate::effect::{self, Effects, Summaries};
use crate::reachable;

/// Moves what is invariant in the functions that the root reaches.
pub(crate) fn hoist(program: &mut Program) {
    let (order, _) = reachable::order(program);
    let summaries = effect::summaries(program, &order);
    for id in order {
        let mut body = std::mem::take(&mut program.functions[id.0 as usize].body);
        Hoisting { program, summaries: &summaries }.block(&mut body);
        program.functions[id.0 as usize].body = body;
    }
}

struct Hoisting<'p> {
    program: &'p Program,
    summaries: &'p Summaries,
}

impl Hoisting<'_> {
    fn block(&self, block: &mut Block) {
        for mut stmt in std::mem::take(&mut block.stmts) {
            stmt.op.blocks_mut().into_iter().for_each(|inner| self.block(inner));
            if matches!(stmt.op, Op::Loop(..) | Op::Build(..)) {
                block.stmts.extend(self.invariant(&mut stmt.op));
            }
            block.stmts.push(stmt);
        }
    }

    /// Takes out of a loop what can be computed before it, in order.
    fn invariant(&self, op: &mut Op) -> Vec<Stmt> {
        let mut inside: HashSet<Var> = op.binders().into_iter().collect();
        op.blocks().into_iter().for_each(|block| bound(block, &mut inside));
        let mut movable = Vec::new();
        let mut has_elements = counts(op);
        for stmt in each_time(op) {
            has_elements &= stmt.op.blocks().is_empty();
            let is_element = matches!(stmt.op, Op::Prim(Prim::IndexUnchecked, _));
            if (self.is_movable(stmt) || is_element && has_elements) && !mentions(&stmt.op, &inside) {
                inside.remove(&stmt.var);
                movable.push(stmt);
            }
        }
        let wanted = if self.program.density || effect::op(op, self.summaries).within(Effects::FAILS | Effects::LOOPS) {
            movable.iter().map(|stmt| stmt.var).collect()
        } else {
            dear(&movable)
        };
        let mut moved = Vec::new();
        take_each_time(op, &wanted, &mut moved);
        moved
    }

    /// Whether the statement may be done though the loop is not, or earlier.
    fn is_movable(&self, stmt: &Stmt) -> bool {
        match &stmt.op {
            Op::Prim(prim, operands) => {
                !effect::may_fail(*prim, operands) && self.is_scalar(stmt.var) && *prim != Prim::IndexUnchecked
                    || matches!(prim, Prim::Transpose | Prim::MatrixElements | Prim::Diagonal)
            }
            Op::Project(..) | Op::Tuple(_) | Op::Quantity(Quantity::Normaliser, ..) => true,
            _ => false,
        }
    }

    fn is_scalar(&self, var: Var) -> bool {
        matches!(self.program.ty(self.program.var_ty(var)), Type::Bool | Type::Int | Type::Real)
    }
}

/// Whether the loop runs for each value of a counter.
fn counts(op: &Op) -> bool {
    match op {
        Op::Loop(label, params, body) => counted(*label, params, body).is_some(),
        _ => matches!(op, Op::Build(..)),
    }
}

/// The statements that are done in each iteration: those of the body, and of the first branch that goes on.
pub(crate) fn each_time(op: &Op) -> Vec<&Stmt> {
    let Some(body) = op.blocks().into_iter().next() else { return Vec::new() };
    let mut stmts = Vec::new();
    for stmt in &body.stmts {
        match &stmt.op {
            Op::If(_, then, _) if matches!(op, Op::Loop(..)) => {
                stmts.extend(&then.stmts);
                break;
            }
            _ => stmts.push(stmt),
        }
    }
    stmts
}

/// Visits the lists of statements in which those are, to change them.
pub(crate) fn each_time_mut(op: &mut Op, change: &mut dyn FnMut(&mut Vec<Stmt>)) {
    let is_loop = matches!(op, Op::Loop(..));
    let Some(body) = op.blocks_mut().into_iter().next() else { return };
    let branch = body.stmts.iter_mut().find(|stmt| is_loop && matches!(stmt.op, Op::If(..)));
    if let Some(Stmt { op: Op::If(_, then, _), .. }) = branch {
        change(&mut then.stmts);
    }
    change(&mut body.stmts);
}

/// Takes the statements of these variables away from there.
fn take_each_time(op: &mut Op, wanted: &HashSet<Var>, moved: &mut Vec<Stmt>) {
    if wanted.is_empty() {
        return;
    }
    let is_loop = matches!(op, Op::Loop(..));
    for body in op.blocks_mut() {
        let mut stay = Vec::with_capacity(body.stmts.len());
        for mut stmt in std::mem::take(&mut body.stmts) {
            if wanted.contains(&stmt.var) {
                moved.push(stmt);
                continue;
            }
            if let Op::If(_, then, _) = &mut stmt.op
                && is_loop
            {
                let (out, within) = std::mem::take(&mut then.stmts).into_iter().partition(|s| wanted.contains(&s.var));
                then.stmts = within;
                let out: Vec<Stmt> = out;
                moved.extend(out);
            }
            stay.push(stmt);
        }
        body.stmts = stay;
    }
}

/// The variables of those that are dear to compute, and of what they need of the others.
fn dear(movable: &[&Stmt]) -> HashSet<Var> {
    let mut wanted = HashSet::new();
    for stmt in movable.iter().rev() {
        if wanted.contains(&stmt.var) || is_dear(&stmt.op) {
            wanted.insert(stmt.var);
            stmt.op.each_atom(&mut |atom| {
                if let Atom::Var(var) = atom {
                    wanted.insert(*var);
                }
            });
        }
    }
    wanted
}

fn is_dear(op: &Op) -> bool {
    use Prim::*;
    if matches!(op, Op::Quantity(Quantity::Normaliser, ..)) {
        return true;
    }
    let Op::Prim(prim, _) = op else { return false };
    matches!(prim, Exp | Log | Log1p | Expm1 | Sqrt | Sin | Cos | Tan | Atan | Tanh | Pow | Div)
        || matches!(prim, Special(_) | SumReal | SumMatrix | EqAny)
        || matches!(prim, Transpose | MatrixElements | Diagonal)
}

fn mentions(op: &Op, inside: &HashSet<Var>) -> bool {
    let mut found = false;
    op.each_atom(&mut |atom| found |= matches!(atom, Atom::Var(var) if inside.contains(var)));
    found
}

/// Adds the variables that a block binds.
pub(crate) fn bound(block: &Block, inside: &mut HashSet<Var>) {
    for stmt in &block.stmts {
        inside.insert(stmt.var);
        inside.extend(stmt.op.binders());
        stmt.op.blocks().into_iter().for_each(|inner| bound(inner, inside));
    }
}
