//! Lifting: scalar operations applied to each element of arrays and matrices, scalars beside them repeated.

use borel_core::{Atom, Op, Prim};
use borel_source::Span;
use borel_typed::Type;

use crate::Lowering;

/// A value with its concrete type.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub atom: Atom,
    pub ty: Type,
}

impl Value {
    pub(crate) fn new(atom: Atom, ty: Type) -> Value {
        Value { atom, ty }
    }
}

/// A scalar operation: takes the operands and the type of the result.
pub(crate) type Scalar<'s, 'a> = &'s dyn Fn(&mut Lowering<'a>, &[Value], &Type) -> Atom;

impl<'a> Lowering<'a> {
    /// Applies a scalar operation to values of which some may be arrays (of arrays ..) or matrices.
    pub(crate) fn lift(&mut self, values: &[Value], result: &Type, span: Span, scalar: Scalar<'_, 'a>) -> Atom {
        let is_array = |value: &Value| matches!(value.ty, Type::Array(_));
        match result {
            Type::Array(element) if values.iter().any(is_array) => {
                let lifted: Vec<bool> = values.iter().map(is_array).collect();
                let element = element.as_ref().clone();
                self.map_lifted(values, &lifted, &element, span, |this, values| {
                    this.lift(values, &element, span, scalar)
                })
            }
            Type::Matrix => self.lift_matrix(values, span, scalar),
            _ => scalar(self, values, result),
        }
    }

    /// The array of what `element` gives for the elements of the lifted values, whose lengths must agree.
    pub(crate) fn map_lifted(
        &mut self,
        values: &[Value],
        lifted: &[bool],
        element_type: &Type,
        span: Span,
        element: impl FnOnce(&mut Self, &[Value]) -> Atom,
    ) -> Atom {
        let mut length: Option<Atom> = None;
        for (value, _) in values.iter().zip(lifted).filter(|(_, lifted)| **lifted) {
            let own = self.len(value.atom.clone(), span);
            match &length {
                Some(length) => self.check_lengths(length.clone(), own, span),
                None => length = Some(own),
            }
        }
        let length = length.unwrap_or(Atom::Int(0));
        self.build(length, element_type, span, |this, index| {
            let parts: Vec<Value> = values
                .iter()
                .zip(lifted)
                .map(|(value, lifted)| match (&value.ty, lifted) {
                    (Type::Array(item), true) => {
                        let atom = this.element(value.atom.clone(), index.clone(), item, span);
                        Value::new(atom, item.as_ref().clone())
                    }
                    _ => value.clone(),
                })
                .collect();
            element(this, &parts)
        })
    }

    fn lift_matrix(&mut self, values: &[Value], span: Span, scalar: Scalar<'_, 'a>) -> Atom {
        let matrix = self.core_concrete(&Type::Matrix);
        let mut shape: Option<(Atom, Atom)> = None;
        let mut parts = Vec::new();
        for value in values {
            if value.ty != Type::Matrix {
                parts.push(value.clone());
                continue;
            }
            let rows = self.int_prim(Prim::RowsMatrix, vec![value.atom.clone()], span);
            let columns = self.int_prim(Prim::ColumnsMatrix, vec![value.atom.clone()], span);
            match &shape {
                Some((first_rows, first_columns)) => {
                    self.check_lengths(first_rows.clone(), rows, span);
                    self.check_lengths(first_columns.clone(), columns, span);
                }
                None => shape = Some((rows, columns)),
            }
            let reals = crate::types::array(Type::Real);
            let ty = self.core_concrete(&reals);
            parts
                .push(Value::new(self.emit(Op::Prim(Prim::MatrixElements, vec![value.atom.clone()]), ty, span), reals));
        }
        let elements = self.lift(&parts, &crate::types::array(Type::Real), span, scalar);
        match shape {
            Some((rows, columns)) => self.prim(Prim::MatrixFromElements, vec![elements, rows, columns], matrix, span),
            None => elements,
        }
    }
}
