//! What log densities need of the parameters alone: in a loop over data where these stay (but for locations, which it does not need), it is computed
//! before the loop. `log_density D(p) at x` becomes `normaliser D(p)` before the loop, and `log_density D(p) at x given ..` in it.
//!
//! Only what is scored in every iteration is split: elsewhere the normaliser might be computed for nothing. Normalisers do not
//! fail; parameters are checked where the density is taken. Hoisting then takes them out of further loops.

use std::collections::HashSet;

use borel_core::{Atom, Block, FunctionId, Op, Program, Quantity, Source, Stmt, Var};

use crate::hoist::{bound, each_time, each_time_mut};
use crate::reachable;

/// Splits the log densities in the functions that the root reaches.
pub(crate) fn normalisers(program: &mut Program) {
    if program.density {
        // Gradients are those of whole log densities.
        return;
    }
    let (order, _) = reachable::order(program);
    order.into_iter().for_each(|id| function(program, id));
}

fn function(program: &mut Program, id: FunctionId) {
    let mut body = std::mem::take(&mut program.functions[id.0 as usize].body);
    block(program, &mut body);
    program.functions[id.0 as usize].body = body;
}

fn block(program: &mut Program, given: &mut Block) {
    for mut stmt in std::mem::take(&mut given.stmts) {
        stmt.op.blocks_mut().into_iter().for_each(|inner| block(program, inner));
        if matches!(stmt.op, Op::Loop(..) | Op::Build(..)) {
            given.stmts.extend(split(program, &mut stmt.op));
        }
        given.stmts.push(stmt);
    }
}

/// Splits the log densities of a loop whose parameters it does not change; gives the normalisers, to be computed before it.
fn split(program: &mut Program, op: &mut Op) -> Vec<Stmt> {
    let mut inside: HashSet<Var> = op.binders().into_iter().collect();
    op.blocks().into_iter().for_each(|block| bound(block, &mut inside));
    let wanted: HashSet<Var> =
        each_time(op).into_iter().filter(|stmt| is_split(&stmt.op, &inside)).map(|stmt| stmt.var).collect();
    let mut before = Vec::new();
    each_time_mut(op, &mut |stmts| {
        for mut stmt in std::mem::take(stmts) {
            if wanted.contains(&stmt.var) {
                split_one(program, &mut stmt, &mut before, stmts);
            }
            stmts.push(stmt);
        }
    });
    before
}

/// Whether the operation scores under a distribution over numbers whose parameters are known before the loop.
fn is_split(op: &Op, inside: &HashSet<Var>) -> bool {
    let (Op::Observe(Source::Known(kind, parameters), _) | Op::LogDensity(Source::Known(kind, parameters), _)) = op
    else {
        return false;
    };
    let is_outside = |atom: &Atom| !matches!(atom, Atom::Var(var) if inside.contains(var));
    let mut numbered = parameters.iter().enumerate();
    !kind.entry().value.is_multivariate()
        && numbered.all(|(index, atom)| kind.location() == Some(index) || is_outside(atom))
}

fn split_one(program: &mut Program, stmt: &mut Stmt, before: &mut Vec<Stmt>, here: &mut Vec<Stmt>) {
    let (is_observed, source, value) = match &stmt.op {
        Op::Observe(source, value) => (true, source.clone(), value.clone()),
        Op::LogDensity(source, value) => (false, source.clone(), value.clone()),
        _ => return,
    };
    let (real, span) = (program.real(), stmt.span);
    let normaliser = program.fresh("normaliser", real);
    before.push(Stmt { var: normaliser, op: Op::Quantity(Quantity::Normaliser, anywhere(&source), Vec::new()), span });
    let given = Op::Quantity(Quantity::LogDensityGiven, source, vec![value, Atom::Var(normaliser)]);
    if !is_observed {
        stmt.op = given;
        return;
    }
    let log_density = program.fresh("log_density", real);
    here.push(Stmt { var: log_density, op: given, span });
    stmt.op = Op::Factor(Atom::Var(log_density));
}

/// The distribution somewhere else: its normaliser is the same, and its location may not be known yet.
fn anywhere(source: &Source) -> Source {
    let mut source = source.clone();
    if let Source::Known(kind, parameters) = &mut source
        && let Some(location) = kind.location()
    {
        parameters[location] = Atom::Real(0.0);
    }
    source
}
