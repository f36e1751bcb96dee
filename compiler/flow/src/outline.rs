//! Loops as functions of their own.
//!
//! A back end that shares its registers out over a whole function keeps what a loop adds to in memory, if calls before or after
//! the loop want the registers, and computes again in each iteration what was computed before. In a function of its own a loop has
//! the registers to itself, and what comes from outside is a parameter. So two kinds of loops are moved: the outermost ones of
//! gradients, which have long straight stretches around them; and of all other code those that call nothing, in functions that
//! otherwise do.

use crate::runtime::{Named, Runtime};
use crate::visit::each_statement;
use crate::{Block, Expr, Function, FunctionId, Label, Local, Module, Operand, Stmt, Ty, View};
use std::collections::{BTreeSet, HashMap};

/// Moves the outermost loops of functions into new functions, which come after them. `first` is the number of the first function.
pub fn outermost(mut functions: Vec<Function>, first: u32) -> Vec<Function> {
    let mut made = Vec::new();
    let next = first + functions.len() as u32;
    for function in &mut functions {
        outline(function, next, &mut made, None);
    }
    functions.extend(made);
    functions
}

/// Moves the loops that call nothing out of the functions that otherwise do. (Those that may suspend stay whole.)
pub fn quiet(module: &mut Module) {
    let mut made = Vec::new();
    let next = module.functions.len() as u32;
    for function in module.functions.iter_mut().filter(|function| !function.suspends && !is_quiet(&function.body)) {
        outline(function, next, &mut made, Some(is_quiet));
    }
    module.functions.extend(made);
}

/// Whether statements call nothing, and leave the context alone.
fn is_quiet(block: &[Stmt]) -> bool {
    let mut is_quiet = true;
    each_statement(block, &mut |stmt| {
        is_quiet &= match stmt {
            Stmt::Let(_, expr) => !matches!(expr, Expr::Context(_) | Expr::Point(_) | Expr::Plan(_)),
            Stmt::Runtime(_, runtime, ..) => matches!(runtime, Runtime::Named(Named::Unique)),
            Stmt::Store(..) | Stmt::StoreElement(..) | Stmt::If(..) | Stmt::Switch(..) => true,
            Stmt::Loop(..) | Stmt::Block(..) | Stmt::Break(_) | Stmt::Continue(_) | Stmt::Trap(..) => true,
            _ => false,
        }
    });
    is_quiet
}

/// Moves the outermost loops, or the outermost ones that are picked, out of a function. `next` is the number that the first function of `made` will have.
fn outline(function: &mut Function, next: u32, made: &mut Vec<Function>, pick: Option<fn(&[Stmt]) -> bool>) {
    let mut liveness = Liveness::default();
    liveness.before(&function.body, Set::new());
    let body = std::mem::take(&mut function.body);
    let mut outlining = Outlining { function, live: liveness.after_loops, next, made, pick };
    let body = outlining.block(body);
    function.body = body;
}

type Set = BTreeSet<Local>;

/// Which locals are read later, before they are assigned again.
#[derive(Default)]
struct Liveness {
    /// For the labels around: what is live where a break goes, and where a continue goes.
    targets: HashMap<Label, (Set, Set)>,
    /// After each loop.
    after_loops: HashMap<Label, Set>,
}

impl Liveness {
    fn before(&mut self, block: &Block, after: Set) -> Set {
        block.iter().rev().fold(after, |after, stmt| self.before_statement(stmt, after))
    }

    fn before_statement(&mut self, stmt: &Stmt, after: Set) -> Set {
        let mut live = match stmt {
            Stmt::Break(label) => self.targets.get(label).map_or_else(Set::new, |target| target.0.clone()),
            Stmt::Continue(label) => self.targets.get(label).map_or_else(Set::new, |target| target.1.clone()),
            Stmt::Return(_) | Stmt::Trap(..) => Set::new(),
            Stmt::Block(label, body) => {
                self.targets.insert(*label, (after.clone(), Set::new()));
                self.before(body, after)
            }
            Stmt::Loop(label, body) => self.before_loop(*label, body, after),
            Stmt::If(..) | Stmt::Switch(..) => {
                let blocks = stmt.blocks();
                blocks.into_iter().rev().flat_map(|block| self.before(block, after.clone())).collect()
            }
            _ => after,
        };
        stmt.each_definition(&mut |local| {
            live.remove(&local);
        });
        stmt.each_operand(&mut |operand| live.extend(operand.local()));
        live
    }

    fn before_loop(&mut self, label: Label, body: &Block, after: Set) -> Set {
        self.after_loops.insert(label, after.clone());
        let mut head = Set::new();
        loop {
            self.targets.insert(label, (after.clone(), head.clone()));
            let live = self.before(body, Set::new());
            if live == head {
                return head;
            }
            head = live;
        }
    }
}

/// A function whose loops are moved out.
struct Outlining<'a> {
    function: &'a mut Function,
    /// What is live after each loop.
    live: HashMap<Label, Set>,
    next: u32,
    made: &'a mut Vec<Function>,
    pick: Option<fn(&[Stmt]) -> bool>,
}

impl Outlining<'_> {
    fn block(&mut self, given: Block) -> Block {
        given.into_iter().flat_map(|stmt| self.statement(stmt)).collect()
    }

    fn statement(&mut self, mut stmt: Stmt) -> Block {
        let label = match &stmt {
            Stmt::Loop(label, body) if self.pick.is_none_or(|pick| pick(body)) => Some(*label),
            _ => None,
        };
        let Some(label) = label else {
            for inner in stmt.blocks_mut() {
                let given = std::mem::take(inner);
                *inner = self.block(given);
            }
            return vec![stmt];
        };
        let after = self.live.remove(&label).unwrap_or_default();
        let mut assigned = Set::new();
        let (mut stays, mut around, mut left) = (false, Vec::new(), Vec::new());
        each_statement(std::slice::from_ref(&stmt), &mut |stmt| {
            stmt.each_definition(&mut |local| {
                assigned.insert(local);
            });
            match stmt {
                Stmt::Return(_) | Stmt::Suspend(..) => stays = true,
                Stmt::Loop(label, _) | Stmt::Block(label, _) => around.push(*label),
                Stmt::Break(label) | Stmt::Continue(label) => left.push(*label),
                _ => {}
            }
        });
        stays |= left.iter().any(|label| !around.contains(label));
        let results: Vec<Local> = assigned.intersection(&after).copied().collect();
        // The shadows of a gradient that are carried from one iteration to the next, or out of the loop, are owned here.
        let carried = Liveness::default().before(&vec![stmt.clone()], Set::new());
        let owns = || carried.union(&after).any(|local| assigned.contains(local) && self.is_counted(*local));
        if stays || self.pick.is_none() && owns() {
            return vec![stmt];
        }
        self.call(stmt, &results)
    }

    fn is_counted(&self, local: Local) -> bool {
        matches!(self.function.locals[local.0 as usize].ty, Ty::Pointer | Ty::Token(_))
    }

    /// A call of a new function with the loop in it.
    fn call(&mut self, stmt: Stmt, results: &[Local]) -> Block {
        let locals = &self.function.locals;
        let operands = |locals: &[Local]| locals.iter().map(|local| Operand::Local(*local)).collect::<Vec<_>>();
        let body = vec![stmt, Stmt::Return(operands(results))];
        let params: Vec<Local> = Liveness::default().before(&body, Set::new()).into_iter().collect();
        let callee = FunctionId(self.next + self.made.len() as u32);
        self.made.push(Function {
            name: format!("{} loop {}", self.function.name, self.made.len()),
            view: View::Pure,
            owned: vec![false; params.len()],
            results: results.iter().map(|local| locals[local.0 as usize].ty).collect(),
            locals: locals.clone(),
            body,
            suspends: false,
            environment: Vec::new(),
            counted: false,
            gradient_of: None,
            site: self.function.site,
            params: params.clone(),
        });
        // By new locals: what is given is assigned.
        let received: Vec<Local> = results.iter().map(|local| self.copy(*local)).collect();
        let call = Stmt::Call(received.clone(), callee, operands(&params));
        let moved = results.iter().zip(received).map(|(to, from)| Stmt::Let(*to, Expr::Use(Operand::Local(from))));
        std::iter::once(call).chain(moved).collect()
    }

    fn copy(&mut self, local: Local) -> Local {
        let info = self.function.locals[local.0 as usize].clone();
        self.function.locals.push(info);
        Local(self.function.locals.len() as u32 - 1)
    }
}
