//! Texts: of values, and primitives on them.

use crate::body::Body;
use borel_abi::ctx::{RESULTS, offset};
use borel_core::{Atom, Prim, Type};
use borel_flow::runtime::Named;
use borel_flow::{Binary, Operand, Stmt, Ty};

impl Body<'_, '_> {
    /// Leaves the words of a value for the runtime.
    pub fn put_results(&mut self, words: &[Operand]) {
        self.check_width(words.len());
        for (i, word) in words.iter().enumerate().take(RESULTS) {
            self.emit(Stmt::SetContext(offset::RESULTS + 8 * i as i32, *word));
        }
    }

    /// Values that pass through the context have a bounded number of words.
    fn check_width(&mut self, words: usize) {
        if words > RESULTS {
            self.refuse(
                format!("this value has {words} components, and {RESULTS} is the limit here"),
                "put part of it into a data type or an array".into(),
            );
        }
    }

    /// The text of a value; a string is its own text.
    pub fn text_of(&mut self, atom: &Atom, words: &[Operand]) -> Operand {
        let ty = match atom {
            Atom::Var(var) => self.flattener.program.var_ty(*var),
            Atom::String(_) => return words[0],
            _ => return self.text_of_constant(atom),
        };
        if *self.flattener.program.ty(ty) == Type::String {
            return words[0];
        }
        let shape = self.shape(ty);
        self.put_results(words);
        self.named(Named::Show, vec![Operand::Int(i64::from(shape.0)), Operand::Bool(true)])
    }

    /// Reals and Ints are written by the runtime alone, so that there is one way to write them.
    fn text_of_constant(&mut self, atom: &Atom) -> Operand {
        let wanted = match atom {
            Atom::Bool(_) => Type::Bool,
            Atom::Int(_) => Type::Int,
            Atom::Real(_) => Type::Real,
            _ => Type::Unit,
        };
        let words = self.atom(atom);
        let shape = self.flattener.representation.scalar_shape(&wanted);
        self.put_results(&words);
        self.named(Named::Show, vec![Operand::Int(i64::from(shape.0)), Operand::Bool(true)])
    }

    /// A primitive on texts.
    pub fn text_prim(&mut self, prim: Prim, args: Vec<Operand>) -> Operand {
        match prim {
            Prim::LtString | Prim::LeString => {
                let order = self.named(Named::CompareText, args);
                let op = if prim == Prim::LtString { Binary::LtInt } else { Binary::LeInt };
                self.binary(Ty::Bool, op, order, Operand::Int(0))
            }
            Prim::ConcatString => self.named(Named::ConcatText, args),
            Prim::LenString => self.named(Named::LengthText, args),
            _ => self.named(Named::SliceText, args),
        }
    }
}
