//! Loops as functions of their own.
//!
//! A gradient has long straight stretches with calls before and after its loops, and sums that the loops add to. A back end that shares its
//! registers out over a whole function keeps such sums in memory inside the loops, and computes again in each iteration what was computed
//! before. In a function of its own a loop has the registers to itself, and what comes from outside is a parameter.

use borel_flow::visit::each_statement;
use borel_flow::{Block, Expr, Function, FunctionId, Label, Local, Operand, Stmt, Ty, View};
use std::collections::{BTreeSet, HashMap};

/// Moves the outermost loops of functions into new functions, which come after them. `first` is the number of the first function.
pub fn outline(mut functions: Vec<Function>, first: u32) -> Vec<Function> {
    let mut made = Vec::new();
    let next = first + functions.len() as u32;
    for function in &mut functions {
        let mut liveness = Liveness::default();
        liveness.before(&function.body, Set::new());
        let body = std::mem::take(&mut function.body);
        let mut outlining = Outlining { function, live: liveness.after_loops, next, made: &mut made };
        let body = outlining.block(body);
        function.body = body;
    }
    functions.extend(made);
    functions
}

type Set = BTreeSet<Local>;

/// Which locals are read later, before they are assigned again.
#[derive(Default)]
struct Liveness {
    /// For the labels around: what is live where a break goes, and where a continue goes.
    targets: HashMap<Label, (Set, Set)>,
    /// How many loops are around.
    depth: usize,
    /// After each outermost loop, from the last to the first.
    after_loops: Vec<Set>,
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
        if self.depth == 0 {
            self.after_loops.push(after.clone());
        }
        self.depth += 1;
        let mut head = Set::new();
        loop {
            self.targets.insert(label, (after.clone(), head.clone()));
            let live = self.before(body, Set::new());
            if live == head {
                self.depth -= 1;
                return head;
            }
            head = live;
        }
    }
}

/// A function whose loops are moved out.
struct Outlining<'a> {
    function: &'a mut Function,
    /// What is live after each outermost loop that is still to come, the next one last.
    live: Vec<Set>,
    next: u32,
    made: &'a mut Vec<Function>,
}

impl Outlining<'_> {
    fn block(&mut self, given: Block) -> Block {
        given.into_iter().flat_map(|stmt| self.statement(stmt)).collect()
    }

    fn statement(&mut self, mut stmt: Stmt) -> Block {
        if !matches!(stmt, Stmt::Loop(..)) {
            for inner in stmt.blocks_mut() {
                let given = std::mem::take(inner);
                *inner = self.block(given);
            }
            return vec![stmt];
        }
        let after = self.live.pop().unwrap_or_default();
        let mut assigned = Set::new();
        let mut stays = false;
        each_statement(std::slice::from_ref(&stmt), &mut |stmt| {
            stmt.each_definition(&mut |local| {
                assigned.insert(local);
            });
            stays |= matches!(stmt, Stmt::Return(_) | Stmt::Suspend(..));
        });
        let results: Vec<Local> = assigned.intersection(&after).copied().collect();
        // What is carried from one iteration to the next, or out of the loop, and has a reference count is owned here.
        let carried = Liveness::default().before(&vec![stmt.clone()], Set::new());
        if stays || carried.union(&after).any(|local| assigned.contains(local) && self.is_counted(*local)) {
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
