//! Locals that count the iterations of a loop. The way back knows which iteration it is in, and so their values: they are not kept.

use super::{Back, Reverse};
use crate::emit::Emit;
use crate::regions::Region;
use crate::tree::Node;
use borel_flow::{Binary, Expr, Local, Operand, Stmt, Ty};

/// A local that is `start` before a loop and that each iteration adds 1 to, at the top level of its body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counter {
    pub(super) local: Local,
    pub(super) start: Operand,
    /// The loop goes on as long as the local is less than this, if that is what it asks.
    pub(super) end: Option<Operand>,
}

/// A counter on the way back through its loop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    start: Operand,
    /// The number of the iteration.
    number: Local,
    /// Whether the code at hand comes after the addition.
    is_after: bool,
    header: Region,
}

impl Reverse<'_> {
    /// Finds the counters of the loops of a list.
    pub(super) fn find_counters(&mut self, nodes: &[Node], region: Region) {
        let mut children = self.regions.children[region].clone().into_iter();
        for (index, node) in nodes.iter().enumerate() {
            match node {
                Node::Loop(header, go, body) => {
                    let Some(inner) = children.next() else { return };
                    let Some(innermost) = self.regions.children[inner].last().copied() else { return };
                    if let Some(counter) = self.counter(&nodes[..index], (header, *go, body), (region, innermost)) {
                        self.counters.insert(inner, counter);
                    }
                    self.find_counters(header, inner);
                    self.find_counters(body, innermost);
                }
                node => {
                    for list in node.lists() {
                        if let Some(inner) = children.next() {
                            self.find_counters(list, inner);
                        }
                    }
                }
            }
        }
    }

    /// The counter of a loop; what its header asks about decides if there are several.
    fn counter(
        &self,
        before: &[Node],
        (header, go, body): (&[Node], Operand, &[Node]),
        (region, innermost): (Region, Region),
    ) -> Option<Counter> {
        let asked = header.iter().find_map(|node| match node {
            Node::Plain(Stmt::Let(local, Expr::Binary(Binary::LtInt, Operand::Local(count), end)))
                if Operand::Local(*local) == go && self.regions.assignments(*local) == 1 =>
            {
                Some((*count, *end))
            }
            _ => None,
        });
        let (local, end) = asked?;
        if self.regions.assignments(local) != 2 || !self.regions.is_assigned_in(local, region) {
            return None;
        }
        let start = before.iter().rev().find_map(|node| match node {
            Node::Plain(Stmt::Let(to, Expr::Use(start))) if *to == local => Some(*start),
            _ => None,
        })?;
        let lasts = |operand: Operand| operand.local().is_none_or(|local| self.regions.stable[local.0 as usize]);
        let is_outside = |operand: Operand| {
            operand.local().is_none_or(|local| self.regions.is_in(region, self.regions.home[local.0 as usize]))
        };
        let is_assigned_once = |local| self.regions.assignments(local) == 1;
        let is_counted = self.regions.is_assigned_in(local, innermost) && adds_one(body, local, is_assigned_once);
        (is_counted && lasts(start) && is_outside(start)).then_some(Counter {
            local,
            start,
            end: (lasts(end) && is_outside(end)).then_some(end),
        })
    }
}

/// Whether the list, and not code inside it, sets a local to one more than it was.
fn adds_one(body: &[Node], local: Local, is_assigned_once: impl Fn(Local) -> bool) -> bool {
    let is_next = |expr: &Expr| match expr {
        Expr::Binary(Binary::AddInt, a, b) => (*a, *b) == (Operand::Local(local), Operand::Int(1)),
        _ => false,
    };
    let mut next = None;
    for node in body {
        match node {
            Node::Plain(Stmt::Let(to, expr)) if *to == local => {
                return is_next(expr) || matches!(expr, Expr::Use(Operand::Local(from)) if Some(*from) == next);
            }
            Node::Plain(Stmt::Let(to, expr)) if is_next(expr) && is_assigned_once(*to) => next = Some(*to),
            _ => {}
        }
    }
    false
}

impl Back<'_, '_> {
    /// The way back through a loop begins: `number` will be that of the iteration.
    pub(super) fn begin_turn(&mut self, header: Region, number: Local) {
        if let Some(Counter { local, start, .. }) = self.reverse.counters.get(&header).copied() {
            self.reverse.turns.insert(local, Turn { start, number, is_after: true, header });
        }
    }

    /// The way back through a loop is written.
    pub(super) fn end_turn(&mut self, header: Region) {
        if let Some(counter) = self.reverse.counters.get(&header) {
            self.reverse.turns.remove(&counter.local);
        }
    }

    /// The statement at hand assigns locals: before it a counter was one less.
    pub(super) fn turn_back(&mut self, stmt: &Stmt) {
        stmt.each_definition(&mut |local| {
            if let Some(turn) = self.reverse.turns.get_mut(&local) {
                turn.is_after = false;
            }
        });
    }

    /// The value of a counter, on the way back through its loop.
    pub(super) fn counted(&mut self, local: Local) -> Option<Operand> {
        let Turn { start, number, is_after, header } = *self.reverse.turns.get(&local)?;
        // A loop inside that runs both ways in each iteration does so on the way forward.
        let between = self.reverse.regions.around(self.region).take_while(|region| *region != header);
        if between.into_iter().any(|region| self.reverse.fused.contains(&region)) {
            return None;
        }
        let start = match start {
            Operand::Int(start) => Operand::Int(start + i64::from(is_after)),
            start => start,
        };
        if start == Operand::Int(0) {
            return Some(Operand::Local(number));
        }
        let start = self.value(start);
        let value = self.define(Ty::Int, Expr::Binary(Binary::AddInt, Operand::Local(number), start));
        let is_short = is_after && !matches!(start, Operand::Int(_));
        Some(if is_short { self.define(Ty::Int, Expr::Binary(Binary::AddInt, value, Operand::Int(1))) } else { value })
    }
}
