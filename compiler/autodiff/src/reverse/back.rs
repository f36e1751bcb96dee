//! The way back through one list, from its last node to its first: adjoints are added up where they are used, and handed on where
//! the local is assigned.

use super::Reverse;
use crate::emit::Emit;
use crate::regions::Region;
use crate::rules::Slope;
use borel_flow::{Binary, Block, Expr, Local, Operand, Site, Stmt, Ty, Unary};
use std::collections::HashMap;

/// See the module.
pub struct Back<'r, 'a> {
    /// The function.
    pub reverse: &'r mut Reverse<'a>,
    /// The list.
    pub region: Region,
    /// The way back so far.
    pub out: Block,
    /// The place of the node at hand, for errors.
    pub site: Site,
    /// What the adjoints of locals of this list alone have come to.
    sums: HashMap<Local, Operand>,
    /// Copies of locals that change later, as they are at the node at hand and after it up to the next change.
    copies: HashMap<Local, Local>,
    /// Statements that go before the node at hand on the way forward.
    before: Block,
}

impl<'r, 'a> Back<'r, 'a> {
    /// From the end of a list.
    pub fn new(reverse: &'r mut Reverse<'a>, region: Region) -> Back<'r, 'a> {
        let (sums, copies) = (HashMap::new(), HashMap::new());
        Back { reverse, region, out: Vec::new(), site: Site(0), sums, copies, before: Vec::new() }
    }

    /// The way back.
    pub fn finish(self) -> Block {
        self.out
    }

    /// The statements that go before the node at hand.
    pub fn take_before(&mut self) -> Block {
        std::mem::take(&mut self.before)
    }

    /// Forgets copies of locals that the node at hand assigns.
    pub fn forget_copies(&mut self, stmt: &Stmt) {
        stmt.each_definition(&mut |local| {
            self.copies.remove(&local);
        });
    }

    /// Forgets all copies: a construct with blocks inside may assign anything.
    pub fn forget_all_copies(&mut self) {
        self.copies.clear();
    }

    /// Whether an operand is active.
    pub fn is_active(&self, operand: Operand) -> bool {
        operand.local().is_some_and(|local| self.reverse.is_active_local(local))
    }

    fn kept_value(&mut self, operand: Operand) -> Operand {
        let Operand::Local(local) = operand else { return operand };
        if self.reverse.regions.stable[local.0 as usize] {
            self.reverse.save(local, self.region);
            return operand;
        }
        if let Some(count) = self.counted(local) {
            return count;
        }
        if let Some(copy) = self.copies.get(&local) {
            return Operand::Local(*copy);
        }
        let info = self.reverse.locals[local.0 as usize].clone();
        let copy = self.reverse.local(&info.name, info.ty, self.region);
        self.before.push(Stmt::Let(copy, Expr::Use(operand)));
        self.reverse.save(copy, self.region);
        self.copies.insert(local, copy);
        Operand::Local(copy)
    }

    /// The shadow that an active pointer had, for use on the way back.
    pub fn shadow_value(&mut self, operand: Operand) -> Operand {
        let Operand::Local(local) = operand else { return operand };
        let shadow = self.reverse.shadow(local);
        self.value(Operand::Local(shadow))
    }

    /// Uses an object on the way back: until then it is not changed in place, nor is its shadow, which has the shadows of the objects that it
    /// refers to now.
    pub fn hold(&mut self, object: Operand) {
        let object = self.value(object);
        self.define(Ty::Pointer, Expr::Use(object));
    }

    /// The adjoint of a local that is assigned here; none if there is nothing to hand on.
    pub fn taken(&mut self, local: Local) -> Option<Operand> {
        if !self.reverse.is_active_local(local) {
            return None;
        }
        if !self.reverse.is_variable(local) {
            return self.sums.remove(&local);
        }
        let is_stable = self.reverse.regions.stable[local.0 as usize];
        if is_stable && !self.reverse.adjoints.contains_key(&local) {
            return None;
        }
        let adjoint = self.reverse.adjoint(local);
        let taken = self.define(Ty::Real, Expr::Use(Operand::Local(adjoint)));
        if !is_stable || self.reverse.tree.results.contains(&local) {
            self.out.push(Stmt::Let(adjoint, Expr::Use(Operand::Real(0.0))));
        }
        Some(taken)
    }

    /// Adds to the adjoint of an operand, if it is active.
    pub fn add(&mut self, operand: Operand, term: Operand) {
        let Operand::Local(local) = operand else { return };
        if !self.reverse.is_active_local(local) {
            return;
        }
        if self.reverse.is_variable(local) {
            let adjoint = self.reverse.adjoint(local);
            self.out.push(Stmt::Let(adjoint, Expr::Binary(Binary::Add, Operand::Local(adjoint), term)));
            return;
        }
        let sum = match self.sums.get(&local).copied() {
            Some(sum) => self.binary(Binary::Add, sum, term),
            None => term,
        };
        self.sums.insert(local, sum);
    }

    /// Takes from the adjoint of an operand, if it is active.
    pub fn subtract(&mut self, operand: Operand, term: Operand) {
        let Operand::Local(local) = operand else { return };
        if !self.reverse.is_active_local(local) {
            return;
        }
        if self.reverse.is_variable(local) {
            let adjoint = self.reverse.adjoint(local);
            self.out.push(Stmt::Let(adjoint, Expr::Binary(Binary::Sub, Operand::Local(adjoint), term)));
            return;
        }
        let sum = match self.sums.get(&local).copied() {
            Some(sum) => self.binary(Binary::Sub, sum, term),
            None => self.unary(Unary::Negate, term),
        };
        self.sums.insert(local, sum);
    }

    /// Adds adjoint * slope.
    pub fn add_product(&mut self, operand: Operand, adjoint: Operand, slope: Operand) {
        if self.is_active(operand) {
            let term = self.binary(Binary::Mul, adjoint, slope);
            self.add(operand, term);
        }
    }

    /// Adds to the adjoints of operands, of whose function these are the slopes.
    pub fn add_slopes(&mut self, operands: &[Operand], slopes: Vec<Slope>, adjoint: Operand) {
        for (operand, slope) in operands.iter().zip(slopes) {
            match slope {
                Slope::Times(factor) => self.add_product(*operand, adjoint, factor),
                Slope::Over(below) => self.add_quotient(*operand, adjoint, below),
                Slope::None => {}
            }
        }
    }

    /// Adds adjoint / below.
    pub fn add_quotient(&mut self, operand: Operand, adjoint: Operand, below: Operand) {
        if self.is_active(operand) {
            let term = self.binary(Binary::Div, adjoint, below);
            self.add(operand, term);
        }
    }
}

impl Emit for Back<'_, '_> {
    fn emit(&mut self, stmt: Stmt) {
        self.out.push(stmt);
    }

    fn temporary(&mut self, ty: Ty) -> Local {
        self.reverse.local("", ty, self.region)
    }

    fn site(&self) -> Site {
        self.site
    }

    fn value(&mut self, operand: Operand) -> Operand {
        self.kept_value(operand)
    }
}
