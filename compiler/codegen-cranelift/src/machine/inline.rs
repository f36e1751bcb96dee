//! Parts of a machine from functions: calls of functions that suspend but do not recurse are replaced by their bodies.
//!
//! What is inlined needs no frame: its locals and those of its caller are saved in the particle together. A body is
//! copied if it is small or called in one place only.

use crate::tail;
use crate::unit::Unit;
use borel_flow::visit::each_statement;
use borel_flow::{Block, Expr, Function, FunctionId, Label, Local, Operand, Stmt, Suspension};
use std::collections::HashMap;

/// Bodies of at most this many statements are copied wherever they are called.
const SMALL: usize = 64;
/// Nothing is inlined into a function beyond this many statements.
const LARGEST: usize = 20_000;

/// Makes parts of functions.
pub(super) struct Inliner<'a> {
    unit: &'a Unit<'a>,
    /// How many calls there are of each function.
    calls: HashMap<FunctionId, usize>,
    /// Functions with calls inlined.
    expanded: HashMap<FunctionId, Function>,
}

/// A function that grows by what is inlined into it.
struct Caller {
    function: Function,
    next_label: u32,
    size: usize,
}

impl<'a> Inliner<'a> {
    pub(super) fn new(unit: &'a Unit<'a>) -> Inliner<'a> {
        let mut calls = HashMap::new();
        for id in unit.function_numbers() {
            each_statement(&unit.function(id).body, &mut |statement| {
                if let Stmt::Call(_, callee, _) = statement {
                    *calls.entry(*callee).or_default() += 1;
                }
            });
        }
        Inliner { unit, calls, expanded: HashMap::new() }
    }

    /// The part that a function becomes.
    pub(super) fn part(&mut self, id: FunctionId) -> Function {
        tail::sink_returns(self.expand(id))
    }

    /// The function with calls inlined.
    fn expand(&mut self, id: FunctionId) -> Function {
        if let Some(function) = self.expanded.get(&id) {
            return function.clone();
        }
        let mut function = self.unit.function(id).clone();
        let body = std::mem::take(&mut function.body);
        let mut caller = Caller { next_label: next_label(&body), size: size(&body), function };
        caller.function.body = self.block(body, &mut caller);
        self.expanded.insert(id, caller.function.clone());
        caller.function
    }

    fn block(&mut self, block: Block, caller: &mut Caller) -> Block {
        let mut result = Vec::with_capacity(block.len());
        for mut statement in block {
            for inner in statement.blocks_mut() {
                *inner = self.block(std::mem::take(inner), caller);
            }
            match statement {
                Stmt::Call(results, callee, arguments) if self.may_inline(callee) => {
                    let function = self.expand(callee);
                    let added = size(&function.body);
                    if caller.size + added > LARGEST || (added > SMALL && self.calls[&callee] > 1) {
                        result.push(Stmt::Call(results, callee, arguments));
                    } else {
                        caller.size += added;
                        caller.inline(function, &results, &arguments, &mut result);
                    }
                }
                other => result.push(other),
            }
        }
        result
    }

    fn may_inline(&self, callee: FunctionId) -> bool {
        self.unit.suspends(callee) && !self.unit.graph.recursive(callee)
    }
}

impl Caller {
    /// Adds the body of a function with its locals and labels renamed; its returns leave a block around it.
    fn inline(&mut self, callee: Function, results: &[Local], arguments: &[Operand], into: &mut Block) {
        let renaming = Renaming {
            locals: self.function.locals.len() as u32,
            labels: self.next_label,
            exit: Label(self.next_label + next_label(&callee.body)),
            results,
        };
        self.next_label = renaming.exit.0 + 1;
        for (parameter, argument) in callee.params.iter().zip(arguments) {
            into.push(Stmt::Let(renaming.local(*parameter), Expr::Use(*argument)));
        }
        self.function.locals.extend(callee.locals);
        into.push(Stmt::Block(renaming.exit, renaming.block(callee.body)));
    }
}

/// How the body of an inlined function is changed.
struct Renaming<'a> {
    locals: u32,
    labels: u32,
    exit: Label,
    results: &'a [Local],
}

impl Renaming<'_> {
    fn local(&self, local: Local) -> Local {
        Local(local.0 + self.locals)
    }

    fn label(&self, label: Label) -> Label {
        Label(label.0 + self.labels)
    }

    fn block(&self, block: Block) -> Block {
        let mut result = Vec::with_capacity(block.len());
        for mut statement in block {
            statement.each_operand_mut(&mut |operand| {
                if let Operand::Local(local) = operand {
                    *local = self.local(*local);
                }
            });
            self.rename_definitions(&mut statement);
            for inner in statement.blocks_mut() {
                *inner = self.block(std::mem::take(inner));
            }
            match statement {
                Stmt::Return(words) => {
                    let assigned = self.results.iter().zip(words);
                    result.extend(assigned.map(|(local, word)| Stmt::Let(*local, Expr::Use(word))));
                    result.push(Stmt::Break(self.exit));
                }
                other => result.push(other),
            }
        }
        result
    }

    /// Renames what the statement assigns, and its label.
    fn rename_definitions(&self, statement: &mut Stmt) {
        match statement {
            Stmt::Let(local, _)
            | Stmt::New(local, ..)
            | Stmt::Renew(local, ..)
            | Stmt::Take(Some(local), ..)
            | Stmt::NewArray(local, ..)
            | Stmt::Suspend(Suspension::Choice(_, local), _) => *local = self.local(*local),
            Stmt::Call(locals, ..) | Stmt::Runtime(locals, ..) => {
                locals.iter_mut().for_each(|local| *local = self.local(*local));
            }
            Stmt::Loop(label, _) | Stmt::Block(label, _) | Stmt::Break(label) | Stmt::Continue(label) => {
                *label = self.label(*label);
            }
            _ => {}
        }
    }
}

/// The first label that the block does not use.
fn next_label(block: &Block) -> u32 {
    let mut next = 0;
    each_statement(block, &mut |statement| {
        if let Stmt::Loop(label, _) | Stmt::Block(label, _) = statement {
            next = next.max(label.0 + 1);
        }
    });
    next
}

/// How many statements there are.
fn size(block: &Block) -> usize {
    let mut count = 0;
    each_statement(block, &mut |_| count += 1);
    count
}
