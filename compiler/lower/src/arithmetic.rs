//! Arithmetic: the primitive for the types of the operands, lifted over arrays and matrices.

use borel_core::{Atom, Prim};
use borel_source::Span;
use borel_typed::{Arithmetic, Type};

use crate::Lowering;
use crate::lift::Value;
use crate::types::array;

impl Lowering<'_> {
    pub(crate) fn arithmetic(&mut self, op: Arithmetic, a: Value, b: Value, result: &Type, span: Span) -> Atom {
        match op {
            Arithmetic::MatrixProduct => return self.matrix_product(a, b, span),
            Arithmetic::Concat => return self.concat(a, b, span),
            _ => {}
        }
        if let (Type::Matrix, Type::Matrix, Some(prim)) = (&a.ty, &b.ty, whole_matrix(op)) {
            let ty = self.core_concrete(&Type::Matrix);
            return self.prim(prim, vec![a.atom, b.atom], ty, span);
        }
        self.lift(&[a, b], result, span, &|this, values, result| this.scalar_arithmetic(op, values, result, span))
    }

    fn scalar_arithmetic(&mut self, op: Arithmetic, values: &[Value], result: &Type, span: Span) -> Atom {
        if *result == Type::Int {
            let atoms = values.iter().map(|value| value.atom.clone()).collect();
            return self.int_prim(int_prim(op), atoms, span);
        }
        let atoms = values.iter().map(|value| self.convert(value.atom.clone(), &value.ty, &Type::Real, span)).collect();
        self.real_prim(real_prim(op), atoms, span)
    }

    fn matrix_product(&mut self, a: Value, b: Value, span: Span) -> Atom {
        let reals = array(Type::Real);
        let operand = |this: &mut Self, value: Value| match value.ty {
            Type::Matrix => value.atom,
            _ => this.convert(value.atom, &value.ty, &reals, span),
        };
        let (prim, result) = match (&a.ty, &b.ty) {
            (Type::Matrix, Type::Matrix) => (Prim::MatMul, Type::Matrix),
            (Type::Matrix, _) => (Prim::MatVec, reals.clone()),
            (_, Type::Matrix) => (Prim::VecMat, reals.clone()),
            _ => (Prim::Dot, Type::Real),
        };
        let operands = vec![operand(self, a), operand(self, b)];
        let ty = self.core_concrete(&result);
        self.prim(prim, operands, ty, span)
    }

    fn concat(&mut self, a: Value, b: Value, span: Span) -> Atom {
        let prim = if a.ty == Type::String { Prim::ConcatString } else { Prim::Concat };
        let common = crate::convert::common(&a.ty, &b.ty);
        let left = self.convert(a.atom, &a.ty, &common, span);
        let right = self.convert(b.atom, &b.ty, &common, span);
        let ty = self.core_concrete(&common);
        self.prim(prim, vec![left, right], ty, span)
    }

    pub(crate) fn negate(&mut self, value: Value, span: Span) -> Atom {
        let result = value.ty.clone();
        self.lift(&[value], &result, span, &|this, values, result| {
            let operand = values[0].atom.clone();
            match (result, &operand) {
                (Type::Int, Atom::Int(value)) if *value != i64::MIN => Atom::Int(-value),
                (Type::Int, _) => this.int_prim(Prim::NegInt, vec![operand], span),
                (_, Atom::Real(value)) => Atom::Real(-value),
                _ => this.real_prim(Prim::Neg, vec![operand], span),
            }
        })
    }
}

fn whole_matrix(op: Arithmetic) -> Option<Prim> {
    match op {
        Arithmetic::Add => Some(Prim::AddMatrix),
        Arithmetic::Subtract => Some(Prim::SubMatrix),
        Arithmetic::Multiply => Some(Prim::MulMatrix),
        Arithmetic::Divide => Some(Prim::DivMatrix),
        _ => None,
    }
}

/// Division of Ints has a Real result, so it never comes here.
fn int_prim(op: Arithmetic) -> Prim {
    match op {
        Arithmetic::Subtract => Prim::SubInt,
        Arithmetic::Multiply => Prim::MulInt,
        Arithmetic::Remainder => Prim::RemInt,
        Arithmetic::Power => Prim::PowInt,
        _ => Prim::AddInt,
    }
}

/// Remainders are of Ints only.
fn real_prim(op: Arithmetic) -> Prim {
    match op {
        Arithmetic::Subtract => Prim::Sub,
        Arithmetic::Multiply => Prim::Mul,
        Arithmetic::Divide => Prim::Div,
        Arithmetic::Power => Prim::Pow,
        _ => Prim::Add,
    }
}
