//! A forward dataflow that runs a function on what is known of its locals: which are assigned, how many references each
//! pointer holds, and what each borrowed pointer is kept alive by.
//!
//! On every path: what is used is assigned; what is given away or released is held; what is looked through is held or kept alive; when
//! a pointer is assigned again, and when the function returns, nothing is held any more. Where paths meet they
//! agree on what is held. A Trap ends a path: what it leaves behind goes with the heap.

use crate::liveness::{Set, is_point};
use crate::ownership::{Use, borrows, each_use, lent};
use crate::{Block, Expr, Function, Label, Local, Module, Operand, Stmt, Ty};
use std::collections::{HashMap, HashSet};

pub(super) fn check(module: &Module, function: &Function) -> Vec<String> {
    let mut check = Check { module, function, targets: HashMap::new(), problems: Vec::new() };
    let mut state = Some(check.start());
    check.block(&function.body, &mut state);
    let mut seen = HashSet::new();
    check.problems.retain(|problem| seen.insert(problem.clone()));
    check.problems
}

/// What is known at a point.
#[derive(Clone, PartialEq)]
struct State {
    assigned: Set,
    /// How many references each local holds.
    held: Vec<u32>,
    /// Borrowed pointers that something else keeps alive.
    kept: Set,
    /// By what, if it is a local.
    keeper: Vec<Option<Local>>,
    /// In which of its slots.
    slot: Vec<Option<u32>>,
}

/// What has come to a label so far.
struct Target {
    exit: Option<State>,
    again: Option<State>,
}

struct Check<'a> {
    module: &'a Module,
    function: &'a Function,
    targets: HashMap<Label, Target>,
    problems: Vec<String>,
}

impl State {
    fn is_alive(&self, local: Local) -> bool {
        self.held[local.0 as usize] > 0 || self.kept.contains(local)
    }

    /// What a local kept alive is not kept any more.
    fn lose(&mut self, keeper: Local) {
        let mut lost = vec![keeper];
        while let Some(keeper) = lost.pop() {
            let kept: Vec<Local> =
                self.kept.iter().filter(|local| self.keeper[local.0 as usize] == Some(keeper)).collect();
            for local in kept {
                self.kept.remove(local);
                if self.held[local.0 as usize] == 0 {
                    lost.push(local);
                }
            }
        }
    }

    /// Takes a reference away.
    fn drop(&mut self, local: Local) {
        self.held[local.0 as usize] -= 1;
        if !self.is_alive(local) {
            self.lose(local);
        }
    }
}

impl Check<'_> {
    fn problem(&mut self, text: String) {
        self.problems.push(text);
    }

    /// Whether it is counted.
    fn is_counted(&self, local: Local) -> bool {
        matches!(self.function.locals[local.0 as usize].ty, Ty::Pointer | Ty::Token(_))
    }

    fn is_token(&self, local: Local) -> bool {
        matches!(self.function.locals[local.0 as usize].ty, Ty::Token(_))
    }

    fn name(&self, local: Local) -> String {
        format!("{}%{}", self.function.locals[local.0 as usize].name, local.0)
    }

    fn start(&self) -> State {
        let count = self.function.locals.len();
        let mut state = State {
            assigned: Set::new(count),
            held: vec![0; count],
            kept: Set::new(count),
            keeper: vec![None; count],
            slot: vec![None; count],
        };
        for (param, owned) in self.function.params.iter().zip(&self.function.owned) {
            state.assigned.insert(*param);
            if self.is_counted(*param) {
                state.held[param.0 as usize] = u32::from(*owned);
                if !owned {
                    state.kept.insert(*param);
                }
            }
        }
        state
    }

    fn block(&mut self, block: &Block, state: &mut Option<State>) {
        for (index, stmt) in block.iter().enumerate() {
            let Some(current) = state else { return };
            if self.function.counted {
                for operand in lent(block, index) {
                    self.look_through(operand, current);
                }
                if let Stmt::Release(Operand::Local(local)) = stmt
                    && current.held[local.0 as usize] == 0
                    && is_overwritten(block, index, *local)
                {
                    current.kept.remove(*local);
                    continue;
                }
            }
            self.stmt(stmt, state);
        }
    }

    fn stmt(&mut self, stmt: &Stmt, state: &mut Option<State>) {
        match stmt {
            Stmt::If(..) | Stmt::Switch(..) => self.branches(stmt, state),
            Stmt::Block(label, body) => {
                self.targets.insert(*label, Target { exit: None, again: None });
                self.block(body, state);
                let exit = self.targets.remove(label).and_then(|target| target.exit);
                self.meet(state, exit);
            }
            Stmt::Loop(label, body) => self.repeat(*label, body, state),
            Stmt::Break(label) => {
                let mut exit = self.targets.get_mut(label).and_then(|target| target.exit.take());
                self.meet(&mut exit, state.take());
                if let Some(target) = self.targets.get_mut(label) {
                    target.exit = exit;
                }
            }
            Stmt::Continue(label) => {
                let mut again = self.targets.get_mut(label).and_then(|target| target.again.take());
                self.meet(&mut again, state.take());
                if let Some(target) = self.targets.get_mut(label) {
                    target.again = again;
                }
            }
            _ => self.simple(stmt, state),
        }
    }

    fn branches(&mut self, stmt: &Stmt, state: &mut Option<State>) {
        if let Some(current) = state {
            stmt.each_operand(&mut |operand| self.read(operand, current));
        }
        let before = state.take();
        for block in stmt.blocks() {
            let mut branch = before.clone();
            self.block(block, &mut branch);
            self.meet(state, branch);
        }
    }

    /// Until what comes back to the beginning adds nothing new.
    fn repeat(&mut self, label: Label, body: &Block, state: &mut Option<State>) {
        let mut head = state.take();
        loop {
            self.targets.insert(label, Target { exit: None, again: None });
            self.block(body, &mut head.clone());
            let Some(target) = self.targets.remove(&label) else { return };
            let mut joined = head.clone();
            self.meet(&mut joined, target.again);
            if joined == head {
                *state = target.exit;
                return;
            }
            head = joined;
        }
    }

    /// Where two paths meet.
    fn meet(&mut self, state: &mut Option<State>, other: Option<State>) {
        let Some(other) = other else { return };
        let Some(state) = state else {
            *state = Some(other);
            return;
        };
        if self.function.counted && state.held != other.held {
            for index in 0..state.held.len() {
                let local = Local(index as u32);
                if state.held[index] != other.held[index] {
                    let (a, b) = (state.held[index], other.held[index]);
                    self.problem(format!("{} holds {a} references on one path and {b} on another", self.name(local)));
                    // Told once.
                    state.held[index] = state.held[index].min(b);
                }
            }
        }
        state.assigned.intersect(&other.assigned);
        state.kept.intersect(&other.kept);
        for (mine, theirs) in state.keeper.iter_mut().zip(&other.keeper) {
            *mine = mine.or(*theirs);
        }
        for (mine, theirs) in state.slot.iter_mut().zip(&other.slot) {
            *mine = mine.or(*theirs);
        }
    }

    fn read(&mut self, operand: Operand, state: &State) {
        if let Operand::Local(local) = operand
            && !state.assigned.contains(local)
        {
            self.problem(format!("{} is used before it is assigned", self.name(local)));
        }
    }

    fn simple(&mut self, stmt: &Stmt, state: &mut Option<State>) {
        let Some(current) = state else { return };
        stmt.each_operand(&mut |operand| self.read(operand, current));
        if self.function.counted {
            self.count(stmt, current);
        }
        stmt.each_definition(&mut |local| {
            current.assigned.insert(local);
        });
        if stmt.is_jump() {
            *state = None;
        }
    }

    fn count(&mut self, stmt: &Stmt, state: &mut State) {
        match stmt {
            Stmt::Retain(Operand::Local(local)) => {
                self.look_through(Operand::Local(*local), state);
                state.held[local.0 as usize] += 1;
            }
            Stmt::Release(operand) => self.give_away(*operand, state),
            Stmt::Take(_, object, _, moved) => {
                moved.iter().for_each(|(slot, local)| self.take(*slot, *local, *object, state));
                self.give_away(*object, state);
                self.define(stmt, state);
            }
            Stmt::Trap(..) => {}
            _ => {
                self.uses(stmt, state);
                self.define(stmt, state);
            }
        }
        if let Stmt::Return(_) = stmt {
            for index in 0..state.held.len() {
                if state.held[index] > 0 {
                    self.problem(format!("{} is still held at a return", self.name(Local(index as u32))));
                }
            }
        }
    }

    /// What is given away goes first: what is looked through has to be alive until the statement is done.
    fn uses(&mut self, stmt: &Stmt, state: &mut State) {
        let mut all = Vec::new();
        let functions = &self.module.functions;
        let owned = |callee: crate::FunctionId, index: usize| {
            functions[callee.0 as usize].owned.get(index).copied().unwrap_or(false)
        };
        each_use(stmt, &owned, &mut |operand, used| all.push((operand, used)));
        for (operand, _) in all.iter().filter(|(_, used)| *used == Use::Consume) {
            self.give_away(*operand, state);
        }
        for (operand, _) in all.iter().filter(|(_, used)| *used == Use::Borrow) {
            self.look_through(*operand, state);
        }
    }

    /// A pointer that has been loaded from a slot of an object becomes held.
    fn take(&mut self, slot: u32, operand: Operand, object: Operand, state: &mut State) {
        let Operand::Local(local) = operand else { return };
        let index = local.0 as usize;
        if !state.kept.contains(local) || state.keeper[index] != object.local() || state.slot[index] != Some(slot) {
            self.problem(format!("{} is taken from where it was not loaded", self.name(local)));
        }
        state.held[index] += 1;
    }

    fn give_away(&mut self, operand: Operand, state: &mut State) {
        let Operand::Local(local) = operand else { return };
        if !self.is_counted(local) {
            return;
        }
        if state.held[local.0 as usize] == 0 {
            return self.problem(format!("{} is given away without being held", self.name(local)));
        }
        state.drop(local);
    }

    fn look_through(&mut self, operand: Operand, state: &State) {
        let Operand::Local(local) = operand else { return };
        if self.is_counted(local) && !state.is_alive(local) {
            self.problem(format!("{} is used when it may be gone", self.name(local)));
        }
    }

    fn define(&mut self, stmt: &Stmt, state: &mut State) {
        let functions = &self.module.functions;
        if is_point(&|callee| functions[callee.0 as usize].suspends, stmt) {
            let environment = |local: &Local| self.function.environment.iter().any(|entry| entry.0 == *local);
            let lost: Vec<Local> = state.kept.iter().filter(|local| !environment(local)).collect();
            lost.into_iter().for_each(|local| state.kept.remove(local));
            for index in (0..state.held.len()).filter(|index| state.held[*index] > 0) {
                if self.is_token(Local(index as u32)) {
                    self.problems.push(format!("{} is held across a suspension", self.name(Local(index as u32))));
                }
            }
        }
        stmt.each_definition(&mut |local| {
            if !self.is_counted(local) {
                return;
            }
            if state.held[local.0 as usize] > 0 {
                self.problems.push(format!("{} is assigned while it is held", self.name(local)));
            }
            state.lose(local);
            state.kept.remove(local);
            match borrows(stmt) {
                Some(base) => {
                    state.held[local.0 as usize] = 0;
                    state.kept.insert(local);
                    state.keeper[local.0 as usize] = base.local();
                    state.slot[local.0 as usize] = loaded_slot(stmt);
                }
                None => state.held[local.0 as usize] = 1,
            }
        });
    }
}

/// The slot that a statement loads.
fn loaded_slot(stmt: &Stmt) -> Option<u32> {
    match stmt {
        Stmt::Let(_, Expr::Load(_, _, slot)) => Some(*slot),
        _ => None,
    }
}

/// Whether the released local was loaded from the very word that the next store overwrites.
fn is_overwritten(block: &Block, index: usize, local: Local) -> bool {
    let counts = |stmt: &&Stmt| matches!(stmt, Stmt::Retain(_) | Stmt::Release(_));
    let loaded = block[..index].iter().rev().find(|stmt| !counts(stmt));
    let stored = block[index + 1..].iter().find(|stmt| !counts(stmt));
    match (loaded, stored) {
        (
            Some(Stmt::Let(from, Expr::LoadElement(a, i, stride, word))),
            Some(Stmt::StoreElement(b, j, other_stride, other_word, _)),
        ) => *from == local && (a, i, stride, word) == (b, j, other_stride, other_word),
        _ => false,
    }
}
