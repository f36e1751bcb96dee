//! Leaves out the names of choices, for runs that do not record them.

use borel_core::{Atom, Block, End, Op, Program, Stmt};

/// Draws lose their names; what only names goes.
pub(crate) fn unname(program: &mut Program) {
    let mut functions = std::mem::take(&mut program.functions);
    functions.iter_mut().for_each(|function| block(program, &mut function.body));
    program.functions = functions;
}

/// The same in a block.
pub(crate) fn block(program: &mut Program, given: &mut Block) {
    let mut out = Vec::with_capacity(given.stmts.len());
    for mut stmt in std::mem::take(&mut given.stmts) {
        stmt.op.blocks_mut().into_iter().for_each(|inner| block(program, inner));
        match stmt.op {
            Op::Record(..) => out.push(Stmt { op: Op::Atom(Atom::Unit), ..stmt }),
            Op::Sample(source, _) => out.push(Stmt { op: Op::Sample(source, None), ..stmt }),
            Op::Scoped(_, body) => match body.end {
                End::Yield(value) => {
                    out.extend(body.stmts);
                    out.push(Stmt { var: stmt.var, op: Op::Atom(value), span: stmt.span });
                }
                _ => {
                    let label = program.fresh_label();
                    out.push(Stmt { var: stmt.var, op: Op::Block(label, body), span: stmt.span });
                }
            },
            op => out.push(Stmt { var: stmt.var, op, span: stmt.span }),
        }
    }
    given.stmts = out;
}
