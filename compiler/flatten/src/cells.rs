//! Cells: values of an execution that change. They are in its memo table, under a number of their own, so that executions that
//! come from one share them until one of them changes its own.

use crate::body::Body;
use borel_core as core;
use borel_core::Atom;
use borel_flow::runtime::Named;
use borel_flow::{Expr, Operand, Ty, Unary};

/// What a program did that finds the state of a random function gone.
const TAKEN: &str = "this random function is called while it draws a value";

impl Body<'_, '_> {
    /// A new cell; its number.
    pub fn cell(&mut self, value: &Atom) -> Vec<Operand> {
        self.flattener.ambient = true;
        self.refuse_lazy_choices();
        let number = self.memo_number();
        self.put_into(number, value);
        vec![number]
    }

    /// The words of the value of a cell, which is empty then.
    pub fn take(&mut self, cell: &Atom, ty: core::Ty) -> Vec<Operand> {
        self.forgo_gradient();
        let number = self.word(cell);
        let key = self.boxed("cell", &[Ty::Int], vec![number]);
        let content = self.named(Named::CellTake, vec![key]);
        let is_taken = self.unary(Ty::Bool, Unary::IsNull, content);
        self.when(is_taken, |b| b.stop(TAKEN), |_| {});
        let words = self.words(ty);
        let layout = self.box_layout("state", &words);
        let load = |(slot, word): (usize, &Ty)| self.define("state", *word, Expr::Load(content, layout, slot as u32));
        words.iter().enumerate().map(load).collect()
    }

    /// Puts a value into a cell.
    pub fn put(&mut self, cell: &Atom, value: &Atom) -> Vec<Operand> {
        let number = self.word(cell);
        self.put_into(number, value);
        Vec::new()
    }

    fn put_into(&mut self, number: Operand, value: &Atom) {
        let words = self.atom(value);
        let kinds: Vec<Ty> = words.iter().map(|word| self.type_of(*word)).collect();
        let key = self.boxed("cell", &[Ty::Int], vec![number]);
        let kept = self.boxed("state", &kinds, words);
        self.perform(Named::CellPut, vec![key, kept]);
    }
}
