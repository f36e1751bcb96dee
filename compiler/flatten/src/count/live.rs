//! Which pointers are live, backward over structured code. A pointer that is borrowed from another keeps that one alive.

use super::Owned;
use super::locals::Status;
use borel_flow::liveness::Set;
use borel_flow::ownership::{each_use, lent};
use borel_flow::{Block, Label, Local, Operand, Stmt};
use std::collections::HashMap;

/// What is live at a point.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct State {
    /// The pointers.
    pub live: Set,
    /// Whether every path from here ends in an error: then nothing is released any more, since the heap goes as a whole.
    pub abandoned: bool,
}

impl State {
    /// Where a function has been left.
    pub fn left(locals: usize, abandoned: bool) -> State {
        State { live: Set::new(locals), abandoned }
    }

    /// At the point before a branch: what is live in any of them.
    pub fn join(&mut self, other: &State) -> bool {
        let changed = self.live.union(&other.live) | (self.abandoned && !other.abandoned);
        self.abandoned &= other.abandoned;
        changed
    }
}

/// Where the jumps to a label go.
#[derive(Clone)]
pub(super) struct Target {
    /// After the construct.
    pub after: State,
    /// Of a loop: its beginning.
    pub again: Option<State>,
}

/// Called at each statement without blocks, with what is live after it.
pub(super) type Visitor<'a> = dyn FnMut(&Stmt, &State) + 'a;

/// See the module.
pub(super) struct Analysis<'a> {
    statuses: &'a [Status],
    owned: &'a Owned,
    targets: HashMap<Label, Target>,
    visitor: Option<&'a mut Visitor<'a>>,
}

impl<'a> Analysis<'a> {
    /// For a function whose locals have these statuses.
    pub fn new(statuses: &'a [Status], owned: &'a Owned) -> Analysis<'a> {
        Analysis { statuses, owned, targets: HashMap::new(), visitor: None }
    }

    /// What is live at the beginning of each loop.
    pub fn heads(mut self, body: &Block) -> HashMap<Label, State> {
        let mut state = State::left(self.statuses.len(), true);
        self.block(body, &mut state);
        self.targets.into_iter().filter_map(|(label, target)| Some((label, target.again?))).collect()
    }

    /// Shows each simple statement with what is live after it; of loops, not only the final state is shown.
    pub fn visit(mut self, body: &Block, visitor: &'a mut Visitor<'a>) {
        self.visitor = Some(visitor);
        self.heads(body);
    }

    fn block(&mut self, block: &Block, state: &mut State) {
        for (index, stmt) in block.iter().enumerate().rev() {
            self.stmt(stmt, state);
            for operand in lent(block, index) {
                read(self.statuses, operand, &mut state.live);
            }
        }
    }

    fn stmt(&mut self, stmt: &Stmt, state: &mut State) {
        match stmt {
            Stmt::If(..) | Stmt::Switch(..) => {
                let after = state.clone();
                *state = State::left(self.statuses.len(), true);
                for block in stmt.blocks() {
                    let mut before = after.clone();
                    self.block(block, &mut before);
                    state.join(&before);
                }
            }
            Stmt::Block(label, body) => {
                self.targets.insert(*label, Target { after: state.clone(), again: None });
                self.block(body, state);
            }
            Stmt::Loop(label, body) => self.repeat(*label, body, state),
            Stmt::Break(label) => *state = self.targets[label].after.clone(),
            Stmt::Continue(label) => {
                let target = &self.targets[label];
                *state = target.again.as_ref().unwrap_or(&target.after).clone();
            }
            _ => {
                leave(stmt, state);
                if let Some(visitor) = &mut self.visitor {
                    visitor(stmt, state);
                }
                step(self.statuses, self.owned, stmt, state);
            }
        }
    }

    /// The beginning of a loop: grows from nothing until it is stable.
    fn repeat(&mut self, label: Label, body: &Block, state: &mut State) {
        let after = state.clone();
        // Not abandoned even if nothing leaves it but errors: it may go on for long, and must not pile up garbage.
        let mut head = State::left(self.statuses.len(), false);
        loop {
            self.targets.insert(label, Target { after: after.clone(), again: Some(head.clone()) });
            let mut before = State::left(self.statuses.len(), true);
            self.block(body, &mut before);
            if !head.join(&before) {
                break;
            }
        }
        *state = head;
    }
}

/// After a statement that leaves the function there is nothing.
pub(super) fn leave(stmt: &Stmt, state: &mut State) {
    if matches!(stmt, Stmt::Return(_) | Stmt::Trap(..)) {
        state.live.clear();
        state.abandoned = matches!(stmt, Stmt::Trap(..));
    }
}

/// From after a simple statement to before it.
pub(super) fn step(statuses: &[Status], owned: &Owned, stmt: &Stmt, state: &mut State) {
    stmt.each_definition(&mut |local| state.live.remove(local));
    each_use(stmt, &|callee, index| owned.of(callee, index), &mut |operand, _| {
        read(statuses, operand, &mut state.live);
    });
}

/// Makes a pointer live, and what it borrows from.
pub(super) fn read(statuses: &[Status], operand: Operand, live: &mut Set) {
    let mut next: Option<Local> = operand.local();
    while let Some(local) = next {
        next = match statuses[local.0 as usize] {
            Status::Plain | Status::Environment => return,
            Status::Owned => None,
            Status::Borrowed(base) => base,
        };
        live.insert(local);
    }
}
