//! Inlining of calls: bodies of small functions, of those called once, and of those that take or give closures or distributions.
//!
//! Functions are done callees first, so what is inlined is simplified already. Recursive ones stay, and those whose choices
//! would get other names: a choice has the number of the iteration of the loop around it in the same function.

use borel_core::{Block, End, FunctionId, Op, Program, Stmt, Type};

use crate::effect::names_choices;
use crate::rename::{Renaming, returns, returns_to_breaks};
use crate::size;

/// Bodies up to this size are always inlined.
const SMALL: usize = 24;
/// Bodies that take or give closures or distributions, up to this size.
const HIGHER_ORDER: usize = 200;
/// A function does not grow beyond this by copies.
const LARGEST: usize = 3000;

/// What is known of each function for the decision.
pub(crate) struct Functions {
    /// Calls from anywhere.
    pub calls: Vec<u32>,
    /// Whether it can call itself, through others perhaps.
    pub recursive: Vec<bool>,
    /// Statements.
    pub sizes: Vec<usize>,
}

impl Functions {
    /// Of the functions that the root reaches.
    pub(crate) fn of(program: &Program, order: &[FunctionId], recursive: Vec<bool>) -> Functions {
        let mut functions =
            Functions { calls: vec![0; recursive.len()], recursive, sizes: vec![0; program.functions.len()] };
        for id in order {
            let body = &program.function(*id).body;
            functions.sizes[id.0 as usize] = size::block(body);
            crate::reachable::each_call(body, &mut |callee| functions.calls[callee.0 as usize] += 1);
        }
        functions
    }
}

/// Inlines calls in a function; whether there were any.
pub(crate) fn function(program: &mut Program, id: FunctionId, functions: &Functions) -> bool {
    let index = id.0 as usize;
    let mut body = std::mem::take(&mut program.functions[index].body);
    let size = size::block(&body);
    let mut inliner = Inliner { program, functions, caller: id, size, changed: false };
    inliner.block(&mut body, false);
    let changed = inliner.changed;
    program.functions[index].body = body;
    changed
}

/// Whether names of choices have the number of an iteration in the blocks of an operation.
pub(crate) fn indexed_inside(op: &Op, outside: bool) -> bool {
    match op {
        Op::Loop(..) | Op::Build(..) => true,
        Op::Scoped(..) | Op::Lambda(_) => false,
        _ => outside,
    }
}

struct Inliner<'p> {
    program: &'p mut Program,
    functions: &'p Functions,
    caller: FunctionId,
    size: usize,
    changed: bool,
}

impl Inliner<'_> {
    /// `indexed`: names of choices would get the number of an iteration here.
    fn block(&mut self, block: &mut Block, indexed: bool) {
        for stmt in &mut block.stmts {
            let indexed = indexed_inside(&stmt.op, indexed);
            stmt.op.blocks_mut().into_iter().for_each(|inner| self.block(inner, indexed));
        }
        if block.stmts.iter().any(|stmt| matches!(stmt.op, Op::Call(..))) {
            for stmt in std::mem::take(&mut block.stmts) {
                match stmt.op {
                    Op::Call(callee, _) if self.wanted(callee, indexed) => self.call(callee, stmt, &mut block.stmts),
                    _ => block.stmts.push(stmt),
                }
            }
        }
    }

    fn wanted(&self, callee: FunctionId, indexed: bool) -> bool {
        let index = callee.0 as usize;
        if callee == self.caller || self.functions.recursive[index] {
            return false;
        }
        self.worthwhile(callee) && !(indexed && names_choices(&self.program.function(callee).body))
    }

    fn worthwhile(&self, callee: FunctionId) -> bool {
        let index = callee.0 as usize;
        let size = self.functions.sizes[index];
        if size <= SMALL || self.functions.calls[index] == 1 {
            return true;
        }
        self.size + size <= LARGEST && size <= HIGHER_ORDER && self.is_higher_order(callee)
    }

    fn is_higher_order(&self, callee: FunctionId) -> bool {
        let function = self.program.function(callee);
        let is_function = |ty| matches!(self.program.ty(ty), Type::Function(..) | Type::Dist(_));
        is_function(function.result) || function.params.iter().any(|param| is_function(self.program.var_ty(*param)))
    }

    fn call(&mut self, callee: FunctionId, stmt: Stmt, out: &mut Vec<Stmt>) {
        let Op::Call(_, arguments) = &stmt.op else { return };
        self.changed = true;
        let body = std::mem::take(&mut self.program.functions[callee.0 as usize].body);
        self.size += size::block(&body);
        let params = self.program.functions[callee.0 as usize].params.clone();
        let given: Vec<_> = params.into_iter().zip(arguments.iter().cloned()).collect();
        let mut copy = Renaming::new(self.program, given).block(&body);
        self.program.functions[callee.0 as usize].body = body;
        if returns(&copy) {
            let label = self.program.fresh_label();
            returns_to_breaks(&mut copy, label);
            out.push(Stmt { var: stmt.var, op: Op::Block(label, copy), span: stmt.span });
            return;
        }
        match copy.end {
            End::Yield(value) => {
                out.extend(copy.stmts);
                out.push(Stmt { var: stmt.var, op: Op::Atom(value), span: stmt.span });
            }
            // It never comes back: the simplifier cuts what follows.
            _ => {
                let label = self.program.fresh_label();
                out.push(Stmt { var: stmt.var, op: Op::Block(label, copy), span: stmt.span });
            }
        }
    }
}
