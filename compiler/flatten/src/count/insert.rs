//! Inserts Retain and Release, walking backward with what is live.
//!
//! A use that gives away a pointer is a move if it is the last use, else a Retain goes before it; a pointer whose last use only
//! looks through it is released right after; one that is dead in a branch and alive in another is released at the beginning of
//! the branch.

use super::Owned;
use super::live::{State, Target, leave, read, step};
use super::locals::Status;
use borel_flow::ownership::{Use, borrows, each_use, lent};
use borel_flow::{Block, Label, Local, Operand, Stmt};
use std::collections::HashMap;

/// The body with reference counts; `heads` is what is live at the beginning of each loop.
pub(super) fn insert(
    params: &[Local],
    body: Block,
    statuses: &[Status],
    owned: &Owned,
    heads: HashMap<Label, State>,
) -> Block {
    let mut insertion = Insertion { statuses, owned, heads, targets: HashMap::new() };
    let mut state = State::left(statuses.len(), true);
    let mut body = insertion.block(body, &mut state);
    let dead = |param: &&Local| statuses[param.0 as usize] == Status::Owned && !state.live.contains(**param);
    let unused: Vec<Local> = params.iter().filter(dead).copied().collect();
    if !state.abandoned {
        prepend_releases(&mut body, unused);
    }
    body
}

struct Insertion<'a> {
    statuses: &'a [Status],
    owned: &'a Owned,
    heads: HashMap<Label, State>,
    targets: HashMap<Label, Target>,
}

impl Insertion<'_> {
    fn block(&mut self, block: Block, state: &mut State) -> Block {
        let lent: Vec<Vec<Operand>> = (0..block.len()).map(|index| lent(&block, index)).collect();
        // Backwards, and turned round at the end.
        let mut out = Vec::with_capacity(block.len() * 2);
        for (stmt, lent) in block.into_iter().zip(lent).rev() {
            self.stmt(stmt, &lent, state, &mut out);
        }
        out.reverse();
        out
    }

    fn stmt(&mut self, stmt: Stmt, lent: &[Operand], state: &mut State, out: &mut Block) {
        match stmt {
            Stmt::If(condition, yes, no) => {
                let mut branches = self.branches(vec![yes, no], state);
                let no = branches.pop().unwrap_or_default();
                let yes = branches.pop().unwrap_or_default();
                out.push(Stmt::If(condition, yes, no));
            }
            Stmt::Switch(on, cases, default) => {
                let (numbers, mut blocks): (Vec<i64>, Vec<Block>) = cases.into_iter().unzip();
                blocks.push(default);
                let mut branches = self.branches(blocks, state);
                let default = branches.pop().unwrap_or_default();
                out.push(Stmt::Switch(on, numbers.into_iter().zip(branches).collect(), default));
            }
            Stmt::Block(label, body) => {
                self.targets.insert(label, Target { after: state.clone(), again: None });
                let body = self.block(body, state);
                out.push(Stmt::Block(label, body));
            }
            Stmt::Loop(label, body) => {
                let head = self.heads[&label].clone();
                self.targets.insert(label, Target { after: state.clone(), again: Some(head.clone()) });
                let body = self.block(body, &mut State::left(self.statuses.len(), true));
                *state = head;
                out.push(Stmt::Loop(label, body));
            }
            Stmt::Break(label) => {
                *state = self.targets[&label].after.clone();
                out.push(stmt);
            }
            Stmt::Continue(label) => {
                let target = &self.targets[&label];
                *state = target.again.as_ref().unwrap_or(&target.after).clone();
                out.push(stmt);
            }
            _ => self.simple(stmt, lent, state, out),
        }
    }

    /// Branches that go on to the same place; what one of them does not need it releases at once.
    fn branches(&mut self, blocks: Vec<Block>, state: &mut State) -> Vec<Block> {
        let after = state.clone();
        *state = State::left(self.statuses.len(), true);
        let mut befores = Vec::new();
        let mut done = Vec::new();
        for block in blocks {
            let mut before = after.clone();
            done.push(self.block(block, &mut before));
            state.join(&before);
            befores.push(before);
        }
        for (block, before) in done.iter_mut().zip(befores) {
            if !before.abandoned {
                let dead = state.live.iter().filter(|local| !before.live.contains(*local));
                let dead = dead.filter(|local| self.statuses[local.0 as usize] == Status::Owned).collect();
                prepend_releases(block, dead);
            }
        }
        done
    }

    fn simple(&mut self, stmt: Stmt, lent: &[Operand], state: &mut State, out: &mut Block) {
        leave(&stmt, state);
        let mut before = Vec::new();
        let mut after = Vec::new();
        self.released_definitions(&stmt, state, &mut after);
        for (local, consumed, borrowed) in self.uses(&stmt, lent) {
            let owned = self.statuses[local.0 as usize] == Status::Owned;
            let last = owned && !self.is_needed_after(&stmt, local, state);
            // The last use moves the reference, unless the same statement looks through it too.
            let moved = usize::from(last && consumed > 0 && !borrowed);
            before.extend(std::iter::repeat_n(Stmt::Retain(Operand::Local(local)), consumed - moved));
            if last && moved == 0 && !state.abandoned && !stmt.is_jump() {
                after.push(Stmt::Release(Operand::Local(local)));
            }
        }
        step(self.statuses, self.owned, &stmt, state);
        lent.iter().for_each(|operand| read(self.statuses, *operand, &mut state.live));
        after.reverse();
        out.extend(after);
        out.push(stmt);
        out.extend(before);
    }

    fn is_needed_after(&self, stmt: &Stmt, local: Local, state: &State) -> bool {
        let mut assigned = false;
        stmt.each_definition(&mut |defined| assigned |= defined == local);
        state.live.contains(local) && !assigned
    }

    /// What is assigned: a load that has to be owned is retained; what nobody uses is released.
    fn released_definitions(&self, stmt: &Stmt, state: &State, after: &mut Block) {
        stmt.each_definition(&mut |local| {
            if self.statuses[local.0 as usize] != Status::Owned {
                return;
            }
            let (used, loaded) = (state.live.contains(local), borrows(stmt).is_some());
            if used && loaded {
                after.push(Stmt::Retain(Operand::Local(local)));
            } else if !used && !loaded && !state.abandoned {
                after.push(Stmt::Release(Operand::Local(local)));
            }
        });
    }

    /// The counted locals that a statement reads, in order: how many times it gives them away, and whether it looks through
    /// them or through what is borrowed from them.
    fn uses(&self, stmt: &Stmt, lent: &[Operand]) -> Vec<(Local, usize, bool)> {
        let mut uses: Vec<(Local, usize, bool)> = Vec::new();
        let mut add = |local: Local, consumed: usize, borrowed: bool| match uses.iter_mut().find(|used| used.0 == local)
        {
            Some(used) => {
                used.1 += consumed;
                used.2 |= borrowed;
            }
            None => uses.push((local, consumed, borrowed)),
        };
        let mut use_ = |operand: Operand, used: Use| {
            let Operand::Local(local) = operand else { return };
            match self.statuses[local.0 as usize] {
                Status::Plain => {}
                Status::Environment => add(local, usize::from(used == Use::Consume), false),
                Status::Owned => add(local, usize::from(used == Use::Consume), used == Use::Borrow),
                Status::Borrowed(_) => {
                    add(local, usize::from(used == Use::Consume), false);
                    if let Some(owner) = self.owner(local) {
                        add(owner, 0, true);
                    }
                }
            }
        };
        each_use(stmt, &|callee, index| self.owned.of(callee, index), &mut use_);
        lent.iter().for_each(|operand| use_(*operand, Use::Borrow));
        uses
    }

    fn owner(&self, local: Local) -> Option<Local> {
        match self.statuses[local.0 as usize] {
            Status::Owned => Some(local),
            Status::Borrowed(Some(base)) => self.owner(base),
            _ => None,
        }
    }
}

fn prepend_releases(block: &mut Block, locals: Vec<Local>) {
    let releases = locals.into_iter().map(|local| Stmt::Release(Operand::Local(local)));
    block.splice(0..0, releases);
}
