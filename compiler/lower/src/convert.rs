//! Conversion of Ints, and arrays and tuples of them, to Reals.

use borel_core::{Atom, Op, Prim};
use borel_source::Span;
use borel_typed::Type;

use crate::Lowering;
use crate::types::array;

impl Lowering<'_> {
    /// The value as one of type `to`, which is `from` with some Ints become Reals.
    pub(crate) fn convert(&mut self, value: Atom, from: &Type, to: &Type, span: Span) -> Atom {
        match (from, to) {
            (Type::Int, Type::Real) => self.int_to_real(value, span),
            (Type::Array(a), Type::Array(b)) if a != b => {
                let length = self.len(value.clone(), span);
                self.build(length, b, span, |this, index| {
                    let element = this.element(value, index, a, span);
                    this.convert(element, a, b, span)
                })
            }
            (Type::Tuple(a), Type::Tuple(b)) if a != b && a.len() == b.len() => {
                let items = a.iter().zip(b).enumerate();
                let converted = items.map(|(index, (a, b))| {
                    let item = self.project(value.clone(), index, a, span);
                    self.convert(item, a, b, span)
                });
                let converted = converted.collect();
                let ty = self.core_concrete(to);
                self.emit(Op::Tuple(converted), ty, span)
            }
            _ => value,
        }
    }

    pub(crate) fn int_to_real(&mut self, value: Atom, span: Span) -> Atom {
        match value {
            Atom::Int(value) => Atom::Real(value as f64),
            value => self.real_prim(Prim::IntToReal, vec![value], span),
        }
    }

    /// A component of a tuple or record.
    pub(crate) fn project(&mut self, tuple: Atom, index: usize, ty: &Type, span: Span) -> Atom {
        let ty = self.core_concrete(ty);
        self.emit(Op::Project(tuple, index as u32), ty, span)
    }

    /// The array of what `element` gives for each index below the length.
    pub(crate) fn build(
        &mut self,
        length: Atom,
        element_type: &Type,
        span: Span,
        element: impl FnOnce(&mut Self, Atom) -> Atom,
    ) -> Atom {
        let int = self.core.int();
        let index = self.core.fresh("i", int);
        let body = self.block(|this| element(this, Atom::Var(index)));
        let ty = self.core_concrete(&array(element_type.clone()));
        self.emit(Op::Build(length, index, body), ty, span)
    }
}

/// The type that both become where Ints and Reals meet.
pub(crate) fn common(a: &Type, b: &Type) -> Type {
    match (a, b) {
        (Type::Int, Type::Real) | (Type::Real, Type::Int) => Type::Real,
        (Type::Array(a), Type::Array(b)) => array(common(a, b)),
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            Type::Tuple(a.iter().zip(b).map(|(a, b)| common(a, b)).collect())
        }
        _ => a.clone(),
    }
}
