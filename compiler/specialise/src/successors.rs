//! Increments of the indices of counted loops: an index below a limit has a next one, so that adding 1 cannot overflow.
//!
//! Comes last: other passes know counted loops by their additions.

use borel_core::{Block, FunctionId, Op, Prim, Program, Stmt, Var};

use crate::counted::counted;
use crate::reachable;

/// Marks the increments in the functions that the root reaches.
pub(crate) fn successors(program: &mut Program) {
    let (order, _) = reachable::order(program);
    order.into_iter().for_each(|id| function(program, id));
}

fn function(program: &mut Program, id: FunctionId) {
    let mut body = std::mem::take(&mut program.functions[id.0 as usize].body);
    block(&mut body);
    program.functions[id.0 as usize].body = body;
}

fn block(given: &mut Block) {
    for stmt in &mut given.stmts {
        if let Op::Loop(label, params, body) = &mut stmt.op
            && let Some(counted) = counted(*label, params, body)
        {
            mark(body, &counted.increments);
        }
        stmt.op.blocks_mut().into_iter().for_each(block);
    }
}

fn mark(given: &mut Block, increments: &[Var]) {
    for Stmt { var, op, .. } in &mut given.stmts {
        match op {
            Op::Prim(prim @ Prim::AddInt, operands) if increments.contains(var) => {
                *prim = Prim::NextInt;
                operands.truncate(1);
            }
            _ => op.blocks_mut().into_iter().for_each(|inner| mark(inner, increments)),
        }
    }
}
