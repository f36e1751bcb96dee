//! Labels and where control goes: jumps to enclosing constructs, no fall out of a loop's body or a function, suspension only where it
//! is allowed.

use crate::{Block, Function, FunctionId, Label, Module, Stmt};
use std::collections::HashSet;

pub(super) fn check(module: &Module, function: &Function) -> Vec<String> {
    let mut check =
        Check { module, function, loops: vec![], enclosing: vec![], seen: HashSet::new(), problems: vec![] };
    if falls_through(&function.body) {
        check.problems.push("control falls out of the end".into());
    }
    check.block(&function.body);
    check.problems
}

struct Check<'a> {
    module: &'a Module,
    function: &'a Function,
    loops: Vec<Label>,
    enclosing: Vec<Label>,
    seen: HashSet<Label>,
    problems: Vec<String>,
}

impl Check<'_> {
    fn problem(&mut self, text: String) {
        self.problems.push(text);
    }

    fn may_suspend(&self, callee: FunctionId) -> bool {
        self.module.functions.get(callee.0 as usize).is_some_and(|function| function.suspends)
    }

    fn block(&mut self, block: &Block) {
        for stmt in block {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Loop(label, body) => {
                if falls_through(body) {
                    self.problem(format!("control falls out of the body of loop {}", label.0));
                }
                self.loops.push(*label);
                self.labelled(*label, body);
                self.loops.pop();
            }
            Stmt::Block(label, body) => self.labelled(*label, body),
            Stmt::Break(label) if !self.enclosing.contains(label) => {
                self.problem(format!("break of {}, which is not around it", label.0));
            }
            Stmt::Continue(label) if !self.loops.contains(label) => {
                self.problem(format!("continue of {}, which is no loop around it", label.0));
            }
            Stmt::Suspend(..) if !self.function.suspends => self.problem("suspends, which it must not".into()),
            Stmt::Call(_, callee, _) if self.may_suspend(*callee) && !self.function.suspends => {
                self.problem("calls a function that suspends, and does not suspend itself".into());
            }
            _ => {
                for block in stmt.blocks() {
                    self.block(block);
                }
            }
        }
    }

    fn labelled(&mut self, label: Label, body: &Block) {
        if !self.seen.insert(label) {
            self.problem(format!("label {} is used twice", label.0));
        }
        self.enclosing.push(label);
        self.block(body);
        self.enclosing.pop();
    }
}

/// Whether control can get to the end of a block.
pub(super) fn falls_through(block: &Block) -> bool {
    falls(block, &mut HashSet::new())
}

fn falls(block: &Block, broken: &mut HashSet<Label>) -> bool {
    block.iter().all(|stmt| match stmt {
        Stmt::Break(label) => {
            broken.insert(*label);
            false
        }
        Stmt::Continue(_) | Stmt::Return(_) | Stmt::Trap(..) => false,
        Stmt::Loop(label, body) => {
            falls(body, broken);
            broken.contains(label)
        }
        Stmt::Block(label, body) => falls(body, broken) | broken.contains(label),
        Stmt::If(..) | Stmt::Switch(..) => {
            stmt.blocks().into_iter().fold(false, |any, block| falls(block, broken) | any)
        }
        _ => true,
    })
}
