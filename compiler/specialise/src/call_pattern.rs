//! Copies of functions for the closures they are called with.
//!
//! A call with a known closure, `total(t, fn(n) => n * k)`, becomes a call of a copy of the function in which the closure
//! is known; what the closure captures are parameters of the copy instead, `total'(t, k)`. Calls of the function in its own
//! copy that pass the closure on become calls of the copy. This is for recursive functions and large ones; others are
//! inlined. The copies are bounded in number and size, so that a recursion that makes ever new closures ends.

use std::collections::HashMap;

use borel_core::{Atom, Block, Function, FunctionId, Lambda, Op, Program, Stmt, Var};
use borel_source::Span;

use crate::rename::Renaming;
use crate::uses::free_vars;
use crate::{reachable, size};

/// Copies of one function.
const COPIES: usize = 8;
/// Statements in all copies together.
const COPIED: usize = 4000;

/// Specialises the functions that are called with known closures.
pub(crate) fn call_pattern(program: &mut Program) {
    let (order, _) = reachable::order(program);
    let mut pass =
        CallPattern { program, known: HashMap::new(), copies: HashMap::new(), made: HashMap::new(), copied: 0 };
    let mut work = order;
    while let Some(id) = work.pop() {
        pass.function(id, &mut work);
    }
}

/// A closure in scope.
#[derive(Clone)]
struct Known {
    /// The variable that the closure was first bound to: in copies of functions, the one outside.
    origin: Var,
    lambda: Lambda,
    captures: Vec<Var>,
    span: Span,
}

/// A function, and the closures at some of its parameters.
type Pattern = (FunctionId, Vec<Option<Var>>);

struct CallPattern<'p> {
    program: &'p mut Program,
    known: HashMap<Var, Known>,
    copies: HashMap<Pattern, FunctionId>,
    /// How many copies there are of a function.
    made: HashMap<FunctionId, usize>,
    copied: usize,
}

impl CallPattern<'_> {
    fn function(&mut self, id: FunctionId, work: &mut Vec<FunctionId>) {
        let body = std::mem::take(&mut self.program.functions[id.0 as usize].body);
        let mut calls = Vec::new();
        self.learn(&body, &mut calls);
        // Put back, since a call in the function itself may copy it.
        self.program.functions[id.0 as usize].body = body;
        calls.retain(|call| self.has_known(call));
        let replaced: HashMap<Var, (FunctionId, Vec<Atom>)> =
            calls.into_iter().filter_map(|call| Some((call.var, self.call(&call, work)?))).collect();
        if !replaced.is_empty() {
            rewrite(&mut self.program.functions[id.0 as usize].body, &replaced);
        }
    }

    /// Notes the closures and the calls in a block.
    fn learn(&mut self, block: &Block, calls: &mut Vec<Call>) {
        for stmt in &block.stmts {
            match &stmt.op {
                // Those in copies of functions are known already, by another origin.
                Op::Lambda(lambda) => {
                    self.known.entry(stmt.var).or_insert_with(|| Known {
                        origin: stmt.var,
                        lambda: Lambda::clone(lambda),
                        captures: free_vars(&lambda.params, &lambda.body),
                        span: stmt.span,
                    });
                }
                Op::Call(callee, arguments) => {
                    calls.push(Call { var: stmt.var, callee: *callee, arguments: arguments.clone() });
                }
                _ => {}
            }
            stmt.op.blocks().into_iter().for_each(|inner| self.learn(inner, calls));
        }
    }

    fn closure(&self, atom: &Atom) -> Option<&Known> {
        match atom {
            Atom::Var(var) => self.known.get(var),
            _ => None,
        }
    }

    fn has_known(&self, call: &Call) -> bool {
        call.arguments.iter().any(|argument| self.closure(argument).is_some())
    }

    /// The copy to call instead, and with what.
    fn call(&mut self, call: &Call, work: &mut Vec<FunctionId>) -> Option<(FunctionId, Vec<Atom>)> {
        let closures: Vec<Option<Known>> = call.arguments.iter().map(|atom| self.closure(atom).cloned()).collect();
        let pattern = (call.callee, closures.iter().map(|known| known.as_ref().map(|known| known.origin)).collect());
        let copy = match self.copies.get(&pattern) {
            Some(copy) => *copy,
            None => {
                let copy = self.copy(call.callee, &closures)?;
                self.copies.insert(pattern, copy);
                work.push(copy);
                copy
            }
        };
        let mut arguments = Vec::new();
        for (argument, closure) in call.arguments.iter().zip(&closures) {
            match closure {
                Some(known) => arguments.extend(known.captures.iter().map(|var| Atom::Var(*var))),
                None => arguments.push(argument.clone()),
            }
        }
        Some((copy, arguments))
    }

    fn copy(&mut self, callee: FunctionId, closures: &[Option<Known>]) -> Option<FunctionId> {
        let function = self.program.function(callee).clone();
        let made = self.made.entry(callee).or_default();
        self.copied += size::block(&function.body);
        if *made == COPIES || self.copied > COPIED {
            return None;
        }
        *made += 1;
        let mut params = Vec::new();
        let mut stmts = Vec::new();
        let mut given = Vec::new();
        for (param, closure) in function.params.iter().zip(closures) {
            let copy = self.program.fresh_like(*param);
            given.push((*param, Atom::Var(copy)));
            match closure {
                Some(known) => stmts.push(self.rebuild(copy, known, &mut params)),
                None => params.push(copy),
            }
        }
        let mut body = Renaming::new(self.program, given).block(&function.body);
        stmts.append(&mut body.stmts);
        body.stmts = stmts;
        self.program.functions.push(Function { params, body, ..function });
        Some(FunctionId(self.program.functions.len() as u32 - 1))
    }

    /// The closure, made anew in a copy from parameters for what it captures.
    fn rebuild(&mut self, var: Var, known: &Known, params: &mut Vec<Var>) -> Stmt {
        let captures: Vec<Var> = known.captures.iter().map(|capture| self.program.fresh_like(*capture)).collect();
        params.extend(&captures);
        let given = known.captures.iter().copied().zip(captures.iter().map(|var| Atom::Var(*var)));
        let lambda = Renaming::new(self.program, given).lambda(&known.lambda);
        let copy = Known { origin: known.origin, lambda: lambda.clone(), captures, span: known.span };
        self.known.insert(var, copy);
        Stmt { var, op: Op::Lambda(Box::new(lambda)), span: known.span }
    }
}

/// A call, by the variable that it binds.
struct Call {
    var: Var,
    callee: FunctionId,
    arguments: Vec<Atom>,
}

fn rewrite(block: &mut Block, replaced: &HashMap<Var, (FunctionId, Vec<Atom>)>) {
    for stmt in &mut block.stmts {
        if let Some((callee, arguments)) = replaced.get(&stmt.var) {
            stmt.op = Op::Call(*callee, arguments.clone());
        }
        stmt.op.blocks_mut().into_iter().for_each(|inner| rewrite(inner, replaced));
    }
}
