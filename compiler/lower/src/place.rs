//! Assignment to a part of a variable: the parts around it are rebuilt, arrays in place when nobody else has them.

use borel_core::{Atom, Op, Prim};
use borel_source::Span;
use borel_typed::{Place, Step, Type};

use crate::Lowering;
use crate::lift::Value;
use crate::pattern::field_index;
use crate::types::array;

/// A step into a value, its indices evaluated.
enum Into {
    Index(Vec<Atom>),
    Component(usize),
}

impl<'a> Lowering<'a> {
    /// `place = value`: indices are evaluated before the value.
    pub(crate) fn assign(&mut self, place: &'a Place, value: impl FnOnce(&mut Self) -> Value) {
        let steps: Vec<Into> = place.path.iter().map(|step| self.step(step)).collect();
        let value = value(self);
        let ty = self.local_type(place.local);
        let before = Value::new(self.variable(place.local), ty);
        let after = self.replace(before, &steps, value, place.span);
        self.bind_local(place.local, after);
    }

    fn step(&mut self, step: &'a Step) -> Into {
        match step {
            Step::Index(indices, _) => Into::Index(self.exprs(indices)),
            Step::Field(name, ty) => {
                let ty = self.concrete(ty);
                Into::Component(field_index(&ty, name))
            }
            Step::Component(index, _) => Into::Component(*index as usize),
        }
    }

    /// The value with the part at the path replaced.
    fn replace(&mut self, whole: Value, path: &[Into], value: Value, span: Span) -> Atom {
        match path.split_first() {
            None => self.convert(value.atom, &value.ty, &whole.ty, span),
            Some((Into::Component(index), rest)) => self.replace_component(whole, *index, rest, value, span),
            Some((Into::Index(indices), rest)) => match whole.ty.clone() {
                Type::Matrix => self.replace_in_matrix(whole.atom, indices, value, span),
                Type::Array(item) => self.replace_element(whole, &item, indices, rest, value, span),
                _ => whole.atom,
            },
        }
    }

    fn replace_component(&mut self, whole: Value, index: usize, rest: &[Into], value: Value, span: Span) -> Atom {
        let items: Vec<Type> = match &whole.ty {
            Type::Tuple(items) => items.clone(),
            Type::Record(fields) => fields.iter().map(|(_, ty)| ty.clone()).collect(),
            _ => return whole.atom,
        };
        let parts = items.iter().enumerate().map(|(at, ty)| {
            let part = self.project(whole.atom.clone(), at, ty, span);
            match at == index {
                true => self.replace(Value::new(part, ty.clone()), rest, value.clone(), span),
                false => part,
            }
        });
        let parts = parts.collect();
        let ty = self.core_concrete(&whole.ty);
        self.emit(Op::Tuple(parts), ty, span)
    }

    fn replace_element(
        &mut self,
        whole: Value,
        item: &Type,
        indices: &[Atom],
        rest: &[Into],
        value: Value,
        span: Span,
    ) -> Atom {
        let Some((index, inner)) = indices.split_first() else { return whole.atom };
        let ty = self.core_concrete(&whole.ty);
        if inner.is_empty() && rest.is_empty() {
            let value = self.convert(value.atom, &value.ty, item, span);
            return self.prim(Prim::Set, vec![whole.atom, index.clone(), value], ty, span);
        }
        let element_type = self.core_concrete(item);
        let element = self.prim(Prim::Index, vec![whole.atom.clone(), index.clone()], element_type, span);
        // An inner array is taken out while it changes: were it in both places, it would be copied.
        let outer = match item {
            Type::Array(_) => {
                let hole = self.emit(Op::Array(Vec::new()), element_type, span);
                self.prim(Prim::Set, vec![whole.atom, index.clone(), hole], ty, span)
            }
            _ => whole.atom,
        };
        let element = Value::new(element, item.clone());
        let element = match inner.is_empty() {
            true => self.replace(element, rest, value, span),
            false => self.replace_nested(element, inner, rest, value, span),
        };
        self.prim(Prim::Set, vec![outer, index.clone(), element], ty, span)
    }

    /// `a[i, j]` of nested arrays is `a[i][j]`.
    fn replace_nested(&mut self, whole: Value, indices: &[Atom], rest: &[Into], value: Value, span: Span) -> Atom {
        match whole.ty.clone() {
            Type::Array(item) => self.replace_element(whole, &item, indices, rest, value, span),
            Type::Matrix => self.replace_in_matrix(whole.atom, indices, value, span),
            _ => whole.atom,
        }
    }

    fn replace_in_matrix(&mut self, matrix: Atom, indices: &[Atom], value: Value, span: Span) -> Atom {
        let ty = self.core_concrete(&Type::Matrix);
        match indices {
            [row, column] => {
                let value = self.convert(value.atom, &value.ty, &Type::Real, span);
                self.prim(Prim::SetMatrix, vec![matrix, row.clone(), column.clone(), value], ty, span)
            }
            [row] => {
                let value = self.convert(value.atom, &value.ty, &array(Type::Real), span);
                self.replace_row(matrix, row.clone(), value, span)
            }
            _ => matrix,
        }
    }

    fn replace_row(&mut self, matrix: Atom, row: Atom, values: Atom, span: Span) -> Atom {
        let ty = self.core_concrete(&Type::Matrix);
        let columns = self.int_prim(Prim::ColumnsMatrix, vec![matrix.clone()], span);
        let length = self.len(values.clone(), span);
        self.check_lengths(columns.clone(), length, span);
        let changed = self.extra_local(Type::Matrix);
        self.bind_local(changed, matrix);
        let join = self.join(&Type::Unit, vec![changed]);
        self.counted(Atom::Int(0), columns, &join, span, |this, column| {
            let value = this.element(values, column.clone(), &Type::Real, span);
            let before = this.variable(changed);
            let after = this.prim(Prim::SetMatrix, vec![before, row, column, value], ty, span);
            this.bind_local(changed, after);
        });
        self.variable(changed)
    }
}
