//! Counted loops: an index from a first value, by positive steps, while it is below a limit.

use borel_core::{Atom, Block, End, Label, Op, Prim, Var};

/// What is known of a counted loop.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    /// The index variable.
    pub index: Var,
    /// Its first value.
    pub first: Atom,
    /// What it stays below.
    pub limit: Atom,
    /// The statements that increment it.
    pub increments: Vec<Var>,
}

/// Recognises what lowering makes of `for`: `if i < limit { .. continue (i + k) } else { .. }`, the limit from outside.
pub(crate) fn counted(label: Label, params: &[(Var, Atom)], body: &Block) -> Option<Counted> {
    let test = body.stmts.iter().position(|stmt| matches!(stmt.op, Op::If(..)))?;
    let Op::If(Atom::Var(condition), then, otherwise) = &body.stmts[test].op else { return None };
    let before = &body.stmts[..test];
    let (index, limit) = before.iter().find_map(|stmt| match &stmt.op {
        Op::Prim(Prim::LtInt, operands) if stmt.var == *condition => match operands.as_slice() {
            [Atom::Var(index), limit] => Some((*index, limit.clone())),
            _ => None,
        },
        _ => None,
    })?;
    let position = params.iter().position(|(param, _)| *param == index)?;
    let from_inside =
        |var: &Var| params.iter().any(|(param, _)| param == var) || before.iter().any(|stmt| stmt.var == *var);
    if before
        .iter()
        .any(|stmt| stmt.op.blocks().into_iter().any(|inner| crate::effect::mentions_label_continue(inner, label)))
    {
        return None;
    }
    if matches!(&limit, Atom::Var(var) if from_inside(var)) || crate::effect::mentions_label_continue(otherwise, label)
    {
        return None;
    }
    if body.stmts[test + 1..].iter().any(|stmt| !stmt.op.blocks().is_empty()) || matches!(body.end, End::Continue(..)) {
        return None;
    }
    let mut increments = Vec::new();
    if !all_increment(then, label, position, index, &mut Vec::new(), &mut increments) {
        return None;
    }
    Some(Counted { index, first: params[position].1.clone(), limit, increments })
}

/// Whether each jump to the next iteration passes the index plus a positive constant at the position.
fn all_increment(
    block: &Block,
    label: Label,
    position: usize,
    index: Var,
    sums: &mut Vec<Var>,
    increments: &mut Vec<Var>,
) -> bool {
    let outside = sums.len();
    for stmt in &block.stmts {
        match &stmt.op {
            Op::Prim(Prim::AddInt, operands) => match operands.as_slice() {
                [Atom::Var(var), Atom::Int(step)] if *var == index && *step == 1 => sums.push(stmt.var),
                _ => {}
            },
            Op::Lambda(_) => {}
            op => {
                if !op.blocks().into_iter().all(|inner| all_increment(inner, label, position, index, sums, increments))
                {
                    return false;
                }
            }
        }
    }
    let fine = match &block.end {
        End::Continue(target, values) if *target == label => match values.get(position) {
            Some(Atom::Var(next)) if sums.contains(next) => {
                if !increments.contains(next) {
                    increments.push(*next);
                }
                true
            }
            _ => false,
        },
        _ => true,
    };
    sums.truncate(outside);
    fine
}
