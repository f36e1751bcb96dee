//! Comparisons, made of the equality and the two orders that Core has.

use borel_core::{Atom, Block, Op, Prim};
use borel_source::Span;
use borel_typed::{Comparison, Type};

use crate::Lowering;
use crate::convert::common;
use crate::lift::Value;

impl Lowering<'_> {
    pub(crate) fn compare(&mut self, op: Comparison, a: Value, b: Value, span: Span) -> Atom {
        let ty = common(&a.ty, &b.ty);
        let left = self.convert(a.atom, &a.ty, &ty, span);
        let right = self.convert(b.atom, &b.ty, &ty, span);
        // `a > b` is `b < a`, also for NaN; `!(a <= b)` would not be.
        match op {
            Comparison::Equal => self.equal(left, right, &ty, span),
            Comparison::NotEqual => {
                let equal = self.equal(left, right, &ty, span);
                self.bool_prim(Prim::Not, vec![equal], span)
            }
            Comparison::Less => self.bool_prim(less(&ty), vec![left, right], span),
            Comparison::LessEqual => self.bool_prim(less_equal(&ty), vec![left, right], span),
            Comparison::Greater => self.bool_prim(less(&ty), vec![right, left], span),
            Comparison::GreaterEqual => self.bool_prim(less_equal(&ty), vec![right, left], span),
        }
    }

    /// Structural equality; tuples are compared by their components, so that none is built.
    pub(crate) fn equal(&mut self, left: Atom, right: Atom, ty: &Type, span: Span) -> Atom {
        match ty {
            Type::Unit => Atom::Bool(true),
            Type::Tuple(items) => self.equal_components(left, right, items, 0, span),
            Type::Record(fields) => {
                let items: Vec<Type> = fields.iter().map(|(_, ty)| ty.clone()).collect();
                self.equal_components(left, right, &items, 0, span)
            }
            _ => {
                let prim = match ty {
                    Type::Bool => Prim::EqBool,
                    Type::Int => Prim::EqInt,
                    Type::Real => Prim::Eq,
                    _ => Prim::EqAny,
                };
                self.bool_prim(prim, vec![left, right], span)
            }
        }
    }

    fn equal_components(&mut self, left: Atom, right: Atom, items: &[Type], index: usize, span: Span) -> Atom {
        let Some(item) = items.get(index) else { return Atom::Bool(true) };
        let a = self.project(left.clone(), index, item, span);
        let b = self.project(right.clone(), index, item, span);
        let equal = self.equal(a, b, item, span);
        if index + 1 == items.len() {
            return equal;
        }
        let rest = self.block(|this| this.equal_components(left, right, items, index + 1, span));
        let bool = self.core.bool();
        self.emit(Op::If(equal, rest, Block::of(Atom::Bool(false))), bool, span)
    }
}

fn less(ty: &Type) -> Prim {
    match ty {
        Type::Int => Prim::LtInt,
        Type::String => Prim::LtString,
        _ => Prim::Lt,
    }
}

fn less_equal(ty: &Type) -> Prim {
    match ty {
        Type::Int => Prim::LeInt,
        Type::String => Prim::LeString,
        _ => Prim::Le,
    }
}
