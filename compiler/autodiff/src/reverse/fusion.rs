//! Loops whose iterations are independent of each other: nothing active comes out of an iteration but its scores.
//!
//! Such a loop adds to adjoints before the way back has begun. A local that it reads must be what it is then until the way back comes to the
//! loop: one that changes is copied before the loop ([`crate::tree`]), and objects are held, so that a change makes a new one.

use super::{Back, Reverse};
use crate::regions::Region;
use crate::tree::Node;
use borel_flow::{Local, Operand, Stmt, Ty};

impl Reverse<'_> {
    /// Finds the loops of a list that can run both ways in each iteration, and the adjoints that they add to.
    pub(super) fn find_fusible(&mut self, nodes: &[Node], region: Region) {
        let mut children = self.regions.children[region].clone().into_iter();
        for node in nodes {
            match node {
                Node::Loop(header, _, body) => {
                    let Some(inner) = children.next() else { return };
                    let Some(innermost) = self.regions.children[inner].last().copied() else { return };
                    if self.is_fusible(header, inner) && self.is_fusible(body, inner) {
                        self.fused.insert(inner);
                        self.note_early(header, inner);
                        self.note_early(body, inner);
                    }
                    self.find_fusible(header, inner);
                    self.find_fusible(body, innermost);
                }
                node => {
                    for list in node.lists() {
                        if let Some(inner) = children.next() {
                            self.find_fusible(list, inner);
                        }
                    }
                }
            }
        }
    }

    /// Whether everything active that is assigned or written in the code is at home in the loop.
    fn is_fusible(&self, nodes: &[Node], header: Region) -> bool {
        nodes.iter().all(|node| {
            let own = match node {
                Node::Plain(stmt) => self.stays_inside(stmt, header),
                _ => true,
            };
            own && node.lists().into_iter().all(|list| self.is_fusible(list, header))
        })
    }

    fn stays_inside(&self, stmt: &Stmt, header: Region) -> bool {
        let is_inside = |local: Local| {
            !self.is_active_local(local) || self.regions.is_in(self.regions.home[local.0 as usize], header)
        };
        let mut inside = true;
        stmt.each_definition(&mut |local| inside &= is_inside(local));
        if let Stmt::StoreElement(Operand::Local(array), ..) = stmt {
            inside &= is_inside(*array);
        }
        inside
    }

    /// Notes the locals from before the loop that are used in it.
    fn note_early(&mut self, nodes: &[Node], header: Region) {
        for node in nodes {
            if let Node::Plain(stmt) = node {
                stmt.each_operand(&mut |operand| {
                    if let Operand::Local(local) = operand
                        && self.is_active_local(local)
                        && !self.regions.is_in(self.regions.home[local.0 as usize], header)
                    {
                        self.early.insert(local);
                        if self.type_of(operand) == Ty::Pointer {
                            self.held.entry(header).or_default().insert(local);
                        }
                    }
                });
            }
            node.lists().into_iter().for_each(|list| self.note_early(list, header));
        }
    }
}

impl Back<'_, '_> {
    /// Holds the objects that a loop has read until the way back comes to it.
    pub(super) fn hold_read(&mut self, header: Region) {
        for local in self.reverse.held.get(&header).cloned().unwrap_or_default() {
            self.hold(Operand::Local(local));
        }
    }
}
