//! The names of choices, where they are recorded: the trace gets one record for each named draw, with the iteration of the
//! innermost loop around it. Loops inside loops, and runs of random functions under a name, are scopes.

use crate::body::{Body, Destination};
use borel_abi::layout::{LayoutId, LayoutKind, Role};
use borel_abi::shape::ShapeId;
use borel_core as core;
use borel_core::{Atom, ChoiceId, Type};
use borel_flow::runtime::Named;
use borel_flow::{Operand, Runtime, Stmt, Ty, Unary};

impl<'a> Body<'_, 'a> {
    /// Whether named choices are recorded.
    pub fn records(&self) -> bool {
        self.flattener.request.record && !self.is_of_trace()
    }

    /// Whether choices in traces have names here.
    pub fn labels(&self) -> bool {
        self.flattener.labels && self.view.looks_up()
    }

    /// Whether it matters what choices are called.
    pub fn names(&self) -> bool {
        self.records() || self.labels()
    }

    /// Restores the scope that was when so many were open, for a jump out; they stay open in the text.
    pub fn leave_scopes(&mut self, open: usize) {
        if let Some(outer) = self.scopes.get(open).copied() {
            self.perform(Named::ScopeLeave, vec![Operand::Local(outer)]);
        }
    }

    /// Opens the scope of the iteration of the loop around an inner loop, if there is one; the caller leaves it.
    pub fn enter_iteration(&mut self) -> Option<()> {
        let index = self.index?;
        self.enter_scope(Operand::Int(-1), index);
        Some(())
    }

    fn enter_scope(&mut self, choice: Operand, index: Operand) {
        self.flattener.ambient = true;
        let outer = self.local("scope", Ty::Int);
        let site = self.site();
        let enter = Runtime::Named(Named::ScopeEnter);
        self.emit(Stmt::Runtime(vec![outer], enter, vec![choice, index], site));
        self.scopes.push(outer);
    }

    /// A block with a choice as prefix of the names inside.
    pub fn scoped_into(&mut self, choice: ChoiceId, block: &'a core::Block, destination: &Destination) {
        if !self.names() {
            return self.core_block(block, destination);
        }
        let index = self.index.take();
        self.enter_scope(Operand::Int(i64::from(choice.0)), index.unwrap_or(Operand::Int(-1)));
        self.core_block(block, destination);
        self.index = index;
        let open = self.scopes.len();
        self.leave_scopes(open - 1);
        self.scopes.pop();
    }

    /// Records the value of an operand of Core under a name.
    pub fn record_atom(&mut self, choice: ChoiceId, atom: &Atom, words: &[Operand]) {
        let ty = match atom {
            Atom::Var(var) => self.flattener.program.var_ty(*var),
            // A constant under a name says nothing about the posterior.
            _ => return,
        };
        self.record(choice, ty, words);
    }

    /// Records a value under a name, if names are recorded.
    pub fn record(&mut self, choice: ChoiceId, ty: core::Ty, words: &[Operand]) {
        if !self.records() || words.is_empty() || matches!(self.flattener.program.ty(ty), Type::Unit) {
            return;
        }
        self.flattener.ambient = true;
        let shape = self.shape(ty);
        match words {
            [word] if self.type_of(*word) == Ty::Pointer => self.record_pointer(choice, shape, *word),
            [word] => {
                let bits = match self.type_of(*word) {
                    Ty::Real => self.unary(Ty::Int, Unary::Bits, *word),
                    Ty::Bool => self.unary(Ty::Int, Unary::BoolToInt, *word),
                    Ty::Int | Ty::Pointer | Ty::Token(_) => *word,
                };
                let args = self.record_arguments(choice, shape, bits);
                self.perform(Named::Record, args);
            }
            _ => {
                let kinds: Vec<Ty> = words.iter().map(|word| self.type_of(*word)).collect();
                let boxed = self.boxed("box", &kinds, words.to_vec());
                self.record_pointer(choice, shape, boxed);
            }
        }
    }

    fn record_pointer(&mut self, choice: ChoiceId, shape: ShapeId, value: Operand) {
        let args = self.record_arguments(choice, shape, value);
        self.perform(Named::RecordPointer, args);
    }

    fn record_arguments(&self, choice: ChoiceId, shape: ShapeId, value: Operand) -> Vec<Operand> {
        let index = self.index.unwrap_or(Operand::Int(-1));
        vec![Operand::Int(i64::from(choice.0)), index, Operand::Int(i64::from(shape.0)), value]
    }

    /// An object with these words.
    pub fn boxed(&mut self, name: &str, kinds: &[Ty], words: Vec<Operand>) -> Operand {
        let layout = self.box_layout(name, kinds);
        let local = self.local(name, Ty::Pointer);
        self.emit(Stmt::New(local, layout, words));
        Operand::Local(local)
    }

    /// The layout of such objects.
    pub fn box_layout(&mut self, name: &str, kinds: &[Ty]) -> LayoutId {
        let slots = crate::representation::slots(kinds);
        self.flattener.representation.layout(name, LayoutKind::Fields(slots), Role::Plain)
    }
}
