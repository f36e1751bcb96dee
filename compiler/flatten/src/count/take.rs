//! Moves Retains of what has been loaded down to where they are needed, and takes dead objects apart.
//!
//! Takes a function with reference counts, gives the same with fewer of them. A field that is loaded to be given away is
//! retained right after the load; that Retain waits here until the field is given away, until a Release takes it back, or
//! until its object is released: then [`Stmt::Take`] moves it out, which costs nothing if the object was unique ("drop
//! specialisation": Reinking et al., section 2.3). While a Retain waits, the local is kept alive by what it was loaded from;
//! whatever might end that makes the Retain come first.

use super::Owned;
use borel_abi::layout::LayoutId;
use borel_flow::liveness::is_point;
use borel_flow::ownership::{Use, each_use};
use borel_flow::visit::each_statement;
use borel_flow::{Block, Expr, Label, Local, Operand, Stmt};
use std::collections::{HashMap, HashSet};

/// The body with objects of known layout taken apart where they were released.
pub(super) fn take(body: Block, owned: &Owned, suspends: &[bool]) -> Block {
    let mut sinking = Sinking { owned, suspends, broken: HashSet::new() };
    sinking.block(body, &mut Some(State::default()))
}

/// Where a pointer was loaded from.
#[derive(Clone, Copy, PartialEq)]
struct Origin {
    object: Local,
    slot: u32,
}

/// What is known at a point.
#[derive(Clone, Default)]
struct State {
    /// Locals whose Retain waits, in the order of the loads.
    waiting: Vec<Local>,
    origins: HashMap<Local, Origin>,
    /// The layouts of objects that have been loaded from.
    layouts: HashMap<Local, LayoutId>,
}

impl State {
    fn is_waiting(&self, local: Local) -> bool {
        self.waiting.contains(&local)
    }

    /// Whether a waiting local is kept alive by another local, and not by one that waits itself.
    fn relies(&self, local: Local, on: Local) -> bool {
        let mut next = self.origins.get(&local);
        while let Some(origin) = next {
            if origin.object == on {
                return true;
            }
            next = self.origins.get(&origin.object).filter(|_| !self.is_waiting(origin.object));
        }
        false
    }

    /// The Retain of a local waits no longer; from here on it has a reference of its own.
    fn holds(&mut self, local: Local) {
        self.waiting.retain(|waiting| *waiting != local);
        self.origins.remove(&local);
    }

    /// Emits the Retains of those that wait and fulfil a condition.
    fn retain(&mut self, out: &mut Block, condition: impl Fn(&State, Local) -> bool) {
        let due: Vec<Local> = self.waiting.iter().copied().filter(|local| condition(self, *local)).collect();
        for local in due {
            self.holds(local);
            out.push(Stmt::Retain(Operand::Local(local)));
        }
    }

    /// Nothing is known any more of a local and of what was loaded from it.
    fn forget(&mut self, local: Local) {
        self.origins.remove(&local);
        self.layouts.remove(&local);
        self.origins.retain(|_, origin| origin.object != local);
    }

    /// Keeps what another state agrees with.
    fn meet(&mut self, other: &State) {
        self.waiting.retain(|local| other.is_waiting(*local) && self.origins.get(local) == other.origins.get(local));
        self.origins.retain(|local, origin| other.origins.get(local) == Some(origin));
        self.layouts.retain(|local, layout| other.layouts.get(local) == Some(layout));
    }
}

struct Sinking<'a> {
    owned: &'a Owned,
    suspends: &'a [bool],
    /// Labels that something jumps past.
    broken: HashSet<Label>,
}

impl Sinking<'_> {
    /// A block; the state is none where control does not get.
    fn block(&mut self, block: Block, state: &mut Option<State>) -> Block {
        let mut out = Vec::with_capacity(block.len());
        for stmt in block {
            match stmt {
                Stmt::If(..) | Stmt::Switch(..) => self.branches(stmt, state, &mut out),
                Stmt::Block(label, body) => self.enclosed(label, body, state, &mut out),
                Stmt::Loop(label, body) => self.repeat(label, body, state, &mut out),
                _ => match state {
                    Some(current) => {
                        let leaves = stmt.is_jump();
                        self.simple(stmt, current, &mut out);
                        if leaves {
                            *state = None;
                        }
                    }
                    None => out.push(stmt),
                },
            }
        }
        out
    }

    /// Each branch has the Retains that wait before it; after it those wait that still do in all of them.
    fn branches(&mut self, mut stmt: Stmt, state: &mut Option<State>, out: &mut Block) {
        let before = state.take();
        let mut ends: Vec<Option<State>> = Vec::new();
        for block in stmt.blocks_mut() {
            let mut end = before.clone();
            *block = self.block(std::mem::take(block), &mut end);
            if let Some(end) = &end {
                match state {
                    Some(joined) => joined.meet(end),
                    None => *state = Some(end.clone()),
                }
            }
            ends.push(end);
        }
        if let Some(joined) = state {
            for (block, end) in stmt.blocks_mut().into_iter().zip(ends) {
                if let Some(mut end) = end {
                    end.retain(block, |_, local| !joined.is_waiting(local));
                }
            }
        }
        out.push(stmt);
    }

    /// What waits is retained before control leaves the block.
    fn enclosed(&mut self, label: Label, body: Block, state: &mut Option<State>, out: &mut Block) {
        let mut after = state.clone();
        if let Some(after) = &mut after {
            forget_assigned(&body, after);
            after.waiting.clear();
        }
        let mut body = self.block(body, state);
        if let Some(end) = state {
            end.retain(&mut body, |_, _| true);
        }
        if state.is_some() || self.broken.contains(&label) {
            *state = after;
        }
        out.push(Stmt::Block(label, body));
    }

    /// What waits is retained before the loop.
    fn repeat(&mut self, label: Label, body: Block, state: &mut Option<State>, out: &mut Block) {
        if let Some(before) = state {
            before.retain(out, |_, _| true);
            forget_assigned(&body, before);
        }
        let after = state.clone();
        let body = self.block(body, state);
        *state = after.filter(|_| self.broken.contains(&label));
        out.push(Stmt::Loop(label, body));
    }

    fn simple(&mut self, stmt: Stmt, state: &mut State, out: &mut Block) {
        match stmt {
            Stmt::Retain(Operand::Local(local)) if state.origins.contains_key(&local) && !state.is_waiting(local) => {
                return state.waiting.push(local);
            }
            Stmt::Release(Operand::Local(local)) if state.is_waiting(local) => {
                return state.waiting.retain(|waiting| *waiting != local);
            }
            Stmt::Release(Operand::Local(object)) => return release(object, state, out),
            // The heap goes as a whole.
            Stmt::Trap(..) => {}
            Stmt::Break(label) => {
                self.broken.insert(label);
                state.retain(out, |_, _| true);
            }
            Stmt::Continue(_) | Stmt::Return(_) => state.retain(out, |_, _| true),
            _ if is_point(&|callee| self.suspends[callee.0 as usize], &stmt) => {
                state.retain(out, |_, _| true);
                state.origins.clear();
            }
            _ => self.retain_before(&stmt, state, out),
        }
        stmt.each_definition(&mut |local| state.forget(local));
        if let Stmt::Let(local, Expr::Load(Operand::Local(object), layout, slot)) = stmt
            && local != object
        {
            state.layouts.insert(object, layout);
            state.origins.insert(local, Origin { object, slot });
        }
        out.push(stmt);
    }

    /// The Retains that have to come before a statement: of what it gives away, writes to or assigns, and of what relies on that.
    fn retain_before(&self, stmt: &Stmt, state: &mut State, out: &mut Block) {
        let mut changed = Vec::new();
        each_use(stmt, &|callee, index| self.owned.of(callee, index), &mut |operand, used| {
            if used == Use::Consume {
                changed.extend(operand.local());
            }
        });
        if let Stmt::Store(object, ..) = stmt {
            changed.extend(object.local());
        }
        stmt.each_definition(&mut |local| changed.push(local));
        for local in changed {
            state.retain(out, |state, waiting| waiting == local || state.relies(waiting, local));
        }
    }
}

/// An object is released: it is taken apart if its layout is known, and what waits for its fields gets them.
fn release(object: Local, state: &mut State, out: &mut Block) {
    let Some(layout) = state.layouts.get(&object).copied() else {
        state.retain(out, |state, local| state.relies(local, object));
        return out.push(Stmt::Release(Operand::Local(object)));
    };
    let mut moved: Vec<(u32, Local)> = Vec::new();
    for local in &state.waiting {
        if let Some(origin) = state.origins.get(local).filter(|origin| origin.object == object)
            && moved.iter().all(|(slot, _)| *slot != origin.slot)
        {
            moved.push((origin.slot, *local));
        }
    }
    let is_moved = |local: Local| moved.iter().any(|(_, other)| *other == local);
    state.retain(out, |state, local| !is_moved(local) && state.relies(local, object));
    moved.iter().for_each(|(_, local)| state.holds(*local));
    state.origins.retain(|_, origin| origin.object != object);
    let moved = moved.into_iter().map(|(slot, local)| (slot, Operand::Local(local))).collect();
    out.push(Stmt::Take(None, Operand::Local(object), layout, moved));
}

/// Forgets what a block assigns.
fn forget_assigned(block: &Block, state: &mut State) {
    each_statement(block, &mut |stmt| stmt.each_definition(&mut |local| state.forget(local)));
}
