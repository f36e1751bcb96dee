//! Parts of values: indices, slices, fields, components, records.

use borel_core::{Atom, Op, Prim};
use borel_source::{Name, Span};
use borel_typed::{Expr, ExprKind, Type};

use crate::Lowering;
use crate::lift::Value;
use crate::pattern::field_index;

impl<'a> Lowering<'a> {
    pub(crate) fn access(&mut self, expr: &'a Expr) -> Atom {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Index(base, indices) => {
                let base = self.value(base);
                let indices = self.exprs(indices);
                self.index(&base, &indices, span).atom
            }
            ExprKind::Slice(base, low, high) => self.slice(base, low.as_deref(), high.as_deref(), span),
            ExprKind::Field(base, name) => {
                let base = self.value(base);
                let ty = self.concrete(&expr.ty);
                self.project(base.atom, field_index(&base.ty, name), &ty, span)
            }
            ExprKind::Component(base, index) => {
                let base = self.expr(base);
                let ty = self.concrete(&expr.ty);
                self.project(base, *index as usize, &ty, span)
            }
            _ => Atom::Unit,
        }
    }

    /// `base[indices]`, checked.
    pub(crate) fn index(&mut self, base: &Value, indices: &[Atom], span: Span) -> Value {
        match (&base.ty, indices) {
            (Type::Matrix, [row, column]) => {
                let operands = vec![base.atom.clone(), row.clone(), column.clone()];
                Value::new(self.real_prim(Prim::IndexMatrix, operands, span), Type::Real)
            }
            (Type::Matrix, [row]) => {
                let reals = crate::types::array(Type::Real);
                let ty = self.core_concrete(&reals);
                Value::new(self.prim(Prim::RowMatrix, vec![base.atom.clone(), row.clone()], ty, span), reals)
            }
            (Type::Array(item), [first, rest @ ..]) => {
                let ty = self.core_concrete(item);
                let element = self.prim(Prim::Index, vec![base.atom.clone(), first.clone()], ty, span);
                self.index(&Value::new(element, item.as_ref().clone()), rest, span)
            }
            _ => base.clone(),
        }
    }

    fn slice(&mut self, base: &'a Expr, low: Option<&'a Expr>, high: Option<&'a Expr>, span: Span) -> Atom {
        let base = self.value(base);
        let low = low.map_or(Atom::Int(0), |low| self.expr(low));
        let (length, prim) = match base.ty {
            Type::String => (Prim::LenString, Prim::SliceString),
            _ => (Prim::Len, Prim::Slice),
        };
        let high = match high {
            Some(high) => self.expr(high),
            None => self.int_prim(length, vec![base.atom.clone()], span),
        };
        let ty = self.core_concrete(&base.ty);
        self.prim(prim, vec![base.atom, low, high], ty, span)
    }

    /// A record, or one with some fields replaced: values in the order written, then fields in sorted order.
    pub(crate) fn record_expr(&mut self, expr: &'a Expr) -> Atom {
        let span = expr.span;
        let ty = self.concrete(&expr.ty);
        let Type::Record(fields) = &ty else { return Atom::Unit };
        let (base, written): (Option<Value>, &'a [(Name, Expr)]) = match &expr.kind {
            ExprKind::Record(written) => (None, written),
            ExprKind::RecordUpdate(base, written) => (Some(self.value(base)), written),
            _ => (None, &[]),
        };
        let values: Vec<(&Name, Value)> = written.iter().map(|(name, value)| (name, self.value(value))).collect();
        let mut atoms = Vec::new();
        for (index, (name, field)) in fields.iter().enumerate() {
            let value = values.iter().find(|(own, _)| *own == name).map(|(_, value)| value);
            atoms.push(match (value, &base) {
                (Some(value), _) => self.convert(value.atom.clone(), &value.ty, field, span),
                (None, Some(base)) => self.project(base.atom.clone(), index, field, span),
                (None, None) => Atom::Unit,
            });
        }
        if atoms.is_empty() {
            return Atom::Unit;
        }
        let core_type = self.core_concrete(&ty);
        self.emit(Op::Tuple(atoms), core_type, span)
    }
}
