//! Distributions that branches give: where all are of one kind, the branches give the parameters, and the distribution is made
//! after them. Then it is known where it is used, and nothing is allocated.

use borel_core::{Atom, Block, DistKind, End, FunctionId, Op, Program, Stmt, Ty, Var};
use borel_source::Span;

/// Rewrites a function; whether anything was rewritten.
pub(crate) fn function(program: &mut Program, id: FunctionId) -> bool {
    let index = id.0 as usize;
    let mut body = std::mem::take(&mut program.functions[index].body);
    let changed = block(program, &mut body);
    program.functions[index].body = body;
    changed
}

fn block(program: &mut Program, given: &mut Block) -> bool {
    let mut changed = false;
    for mut stmt in std::mem::take(&mut given.stmts) {
        for inner in stmt.op.blocks_mut() {
            changed |= block(program, inner);
        }
        match kind_of_branches(&stmt.op) {
            Some(kind) => {
                changed = true;
                parameters_first(program, kind, stmt, &mut given.stmts);
            }
            None => given.stmts.push(stmt),
        }
    }
    changed
}

/// The kind of the distributions that all branches give, of those that come to their end.
fn kind_of_branches(op: &Op) -> Option<DistKind> {
    if !matches!(op, Op::If(..) | Op::Match(..)) {
        return None;
    }
    let mut kinds = op.blocks().into_iter().filter(|block| matches!(block.end, End::Yield(_))).map(yielded);
    let (kind, _) = kinds.next()??;
    kinds.all(|other| other.is_some_and(|(other, _)| other == kind)).then_some(kind)
}

/// The distribution that a block makes and gives.
fn yielded(block: &Block) -> Option<(DistKind, &[Atom])> {
    let End::Yield(Atom::Var(value)) = &block.end else { return None };
    block.stmts.iter().find(|stmt| stmt.var == *value).and_then(|stmt| match &stmt.op {
        Op::Dist(kind, parameters) if !parameters.is_empty() => Some((*kind, parameters.as_slice())),
        _ => None,
    })
}

fn parameters_first(program: &mut Program, kind: DistKind, stmt: Stmt, out: &mut Vec<Stmt>) {
    let Stmt { var, mut op, span } = stmt;
    let mut types = Vec::new();
    if let Some((_, parameters)) = op.blocks().into_iter().find_map(yielded) {
        types.extend(parameters.iter().map(|parameter| program.atom_ty(parameter)));
    }
    let ty = match types.as_slice() {
        [ty] => *ty,
        _ => program.tuple(types.clone()),
    };
    for inner in op.blocks_mut() {
        let Some(parameters) = yielded(inner).map(|(_, parameters)| parameters.to_vec()) else { continue };
        inner.end = match parameters.as_slice() {
            [parameter] => End::Yield(parameter.clone()),
            _ => {
                let tuple = program.fresh("parameters", ty);
                inner.stmts.push(Stmt { var: tuple, op: Op::Tuple(parameters), span });
                End::Yield(Atom::Var(tuple))
            }
        };
    }
    let chosen = program.fresh("parameters", ty);
    out.push(Stmt { var: chosen, op, span });
    let parameters = match types.len() {
        1 => vec![Atom::Var(chosen)],
        _ => types.into_iter().zip(0..).map(|(ty, index)| projected(program, chosen, index, ty, span, out)).collect(),
    };
    out.push(Stmt { var, op: Op::Dist(kind, parameters), span });
}

fn projected(program: &mut Program, tuple: Var, index: u32, ty: Ty, span: Span, out: &mut Vec<Stmt>) -> Atom {
    let var = program.fresh("parameter", ty);
    out.push(Stmt { var, op: Op::Project(Atom::Var(tuple), index), span });
    Atom::Var(var)
}
