//! Draws from improper distributions, which have a density and no sampler: whoever draws from the prior stops there.
//!
//! Takes a specialised program, where what is drawn from is known as far as it can be; gives the places. Only what is certain is found: of
//! a distribution that comes from data, or is one of several, nothing is said. Nor are lambdas looked into, which may never be called.

use std::collections::HashSet;

use borel_core::{Atom, Block, Failure, FunctionId, Op, Part, Program, Source, Stmt, Structural, Var, missing};
use borel_source::Span;

/// The places of the draws that the root comes to, in their order.
pub fn improper_draws(program: &Program) -> Vec<Span> {
    let mut search = Search { functions: program.root.into_iter().collect(), ..Search::default() };
    let mut next = 0;
    while let Some(function) = search.functions.get(next) {
        search.block(&program.function(*function).body);
        next += 1;
    }
    search.found
}

#[derive(Default)]
struct Search {
    /// Distributions from which no one can draw, and arrays with such ones.
    improper: HashSet<Var>,
    /// Those that are called, in the order found.
    functions: Vec<FunctionId>,
    found: Vec<Span>,
}

impl Search {
    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let improper = match &stmt.op {
            Op::Lambda(_) => return,
            Op::Structural(Structural::Custom(given), _) => given.position(Part::Sample).is_none(),
            // One without a sampler is enough: each is drawn from.
            Op::Structural(Structural::Iid | Structural::Product, operands) | Op::Array(operands) => {
                operands.iter().any(|operand| self.is_improper(operand))
            }
            Op::Atom(copied) => self.is_improper(copied),
            Op::Sample(Source::Value(distribution), _) if self.is_improper(distribution) => {
                self.found.push(stmt.span);
                false
            }
            // What specialisation makes of a draw for which there is no sampler.
            Op::Fail(Failure::Message(Atom::String(text))) if **text == *missing(Part::Sample) => {
                self.found.push(stmt.span);
                false
            }
            Op::Call(function, _) => {
                if !self.functions.contains(function) {
                    self.functions.push(*function);
                }
                false
            }
            _ => false,
        };
        if improper {
            self.improper.insert(stmt.var);
        }
        stmt.op.blocks().into_iter().for_each(|inner| self.block(inner));
    }

    fn is_improper(&self, atom: &Atom) -> bool {
        matches!(atom, Atom::Var(var) if self.improper.contains(var))
    }
}
