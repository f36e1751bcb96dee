//! Which locals are live: backward dataflow over structured code.
//!
//! Takes a function and gives, for every point where it may be suspended, the locals that it still needs afterwards:
//! what a back end saves. Points are the [`Stmt::Suspend`]s and the [`Stmt::Call`]s of functions with `suspends`, numbered
//! in the order of the text (a statement before those inside it). [`Function::environment`] locals are left out: they are
//! loaded again. What the point itself assigns (the results of the call, the chosen value) is not live across it.

use crate::{Block, Function, FunctionId, Label, Local, Module, Operand, Stmt};
use std::collections::HashMap;

/// For each point of the function, in order, the locals live across it, sorted.
pub fn live_across(module: &Module, function: &Function) -> Vec<Vec<Local>> {
    live_across_with(&|callee| module.functions[callee.0 as usize].suspends, function)
}

/// The same, with a way to tell which functions may suspend.
pub fn live_across_with(suspends: &dyn Fn(FunctionId) -> bool, function: &Function) -> Vec<Vec<Local>> {
    let count = count_points(suspends, &function.body);
    let mut points = vec![Set::new(function.locals.len()); count];
    let mut walk = Walk { suspends, points: &mut points, next: count, targets: HashMap::new() };
    walk.block(&function.body, &mut Set::new(function.locals.len()));
    let environment: Vec<Local> = function.environment.iter().map(|entry| entry.0).collect();
    points.iter().map(|set| set.iter().filter(|local| !environment.contains(local)).collect()).collect()
}

/// Whether the statement is a point: a suspension, or a call of a function that may suspend.
pub fn is_point(suspends: &dyn Fn(FunctionId) -> bool, stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Suspend(..) => true,
        Stmt::Call(_, callee, _) => suspends(*callee),
        _ => false,
    }
}

fn count_points(suspends: &dyn Fn(FunctionId) -> bool, block: &Block) -> usize {
    let mut count = 0;
    crate::visit::each_statement(block, &mut |stmt| count += usize::from(is_point(suspends, stmt)));
    count
}

/// A set of locals of one function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Set(Vec<u64>);

impl Set {
    /// The empty set of locals of a function that has so many.
    pub fn new(locals: usize) -> Set {
        Set(vec![0; locals.div_ceil(64)])
    }

    /// Adds one; says whether it is new.
    pub fn insert(&mut self, local: Local) -> bool {
        let (word, bit) = (local.0 as usize / 64, 1 << (local.0 % 64));
        let new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        new
    }

    /// Takes one out.
    pub fn remove(&mut self, local: Local) {
        self.0[local.0 as usize / 64] &= !(1 << (local.0 % 64));
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Whether it is in.
    pub fn contains(&self, local: Local) -> bool {
        self.0[local.0 as usize / 64] & 1 << (local.0 % 64) != 0
    }

    /// Adds all of another; says whether any is new.
    pub fn union(&mut self, other: &Set) -> bool {
        let mut changed = false;
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            changed |= *theirs & !*mine != 0;
            *mine |= theirs;
        }
        changed
    }

    /// Keeps only what is also in another.
    pub fn intersect(&mut self, other: &Set) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine &= theirs;
        }
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = Local> + '_ {
        self.0.iter().enumerate().flat_map(|(word, bits)| {
            (0..64).filter(move |bit| bits & 1 << bit != 0).map(move |bit| Local(word as u32 * 64 + bit))
        })
    }
}

/// Where a label's jumps go: what is live there.
struct Target {
    after: Set,
    /// Of a loop: at its beginning.
    again: Option<Set>,
}

struct Walk<'a> {
    suspends: &'a dyn Fn(FunctionId) -> bool,
    points: &'a mut [Set],
    /// One more than the number of the next point met, going backwards.
    next: usize,
    targets: HashMap<Label, Target>,
}

impl Walk<'_> {
    /// Turns what is live after the block into what is live before it.
    fn block(&mut self, block: &Block, live: &mut Set) {
        for stmt in block.iter().rev() {
            self.stmt(stmt, live);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, live: &mut Set) {
        match stmt {
            Stmt::If(condition, yes, no) => {
                self.branches(&[yes, no], live);
                read(*condition, live);
            }
            Stmt::Switch(scrutinee, ..) => {
                self.branches(&stmt.blocks(), live);
                read(*scrutinee, live);
            }
            Stmt::Block(label, body) => {
                self.targets.insert(*label, Target { after: live.clone(), again: None });
                self.block(body, live);
            }
            Stmt::Loop(label, body) => self.repeat(*label, body, live),
            Stmt::Break(label) => *live = self.targets[label].after.clone(),
            Stmt::Continue(label) => {
                let target = &self.targets[label];
                *live = target.again.as_ref().unwrap_or(&target.after).clone();
            }
            _ => self.simple(stmt, live),
        }
    }

    /// Branches are walked from the last to the first, as the points are numbered.
    fn branches(&mut self, blocks: &[&Block], live: &mut Set) {
        let after = live.clone();
        *live = Set(vec![0; after.0.len()]);
        for block in blocks.iter().rev() {
            let mut before = after.clone();
            self.block(block, &mut before);
            live.union(&before);
        }
    }

    /// What is live at the beginning of a loop grows until it is stable.
    fn repeat(&mut self, label: Label, body: &Block, live: &mut Set) {
        let (end, after) = (self.next, live.clone());
        let mut head = Set(vec![0; live.0.len()]);
        loop {
            self.targets.insert(label, Target { after: after.clone(), again: Some(head.clone()) });
            self.next = end;
            let mut before = head.clone();
            self.block(body, &mut before);
            if !head.union(&before) {
                break;
            }
        }
        *live = head;
    }

    fn simple(&mut self, stmt: &Stmt, live: &mut Set) {
        if stmt.is_jump() {
            *live = Set(vec![0; live.0.len()]);
        }
        stmt.each_definition(&mut |local| live.remove(local));
        if is_point(self.suspends, stmt) {
            self.next -= 1;
            self.points[self.next] = live.clone();
        }
        stmt.each_operand(&mut |operand| read(operand, live));
    }
}

fn read(operand: Operand, live: &mut Set) {
    if let Operand::Local(local) = operand {
        live.insert(local);
    }
}
