//! Patterns that always match: in `let`, `for` and parameters.

use borel_core::{Atom, Block, End, Op, Ty};
use borel_source::Name;
use borel_typed::{LocalId, Pattern, PatternKind, Type};

use crate::Lowering;

impl<'a> Lowering<'a> {
    /// Binds the variables of a pattern to the parts of a value.
    pub(crate) fn bind(&mut self, pattern: &'a Pattern, value: Atom) {
        match &pattern.kind {
            PatternKind::Wildcard | PatternKind::Bool(_) | PatternKind::Int(_) | PatternKind::String(_) => {}
            PatternKind::Bind(local) => self.bind_local(*local, value),
            PatternKind::Tuple(items) => {
                for (index, item) in items.iter().enumerate().filter(|(_, item)| binds(item)) {
                    let ty = self.concrete(&item.ty);
                    let part = self.project(value.clone(), index, &ty, item.span);
                    self.bind(item, part);
                }
            }
            PatternKind::Record(fields) => {
                let ty = self.concrete(&pattern.ty);
                for (name, field) in fields.iter().filter(|(_, field)| binds(field)) {
                    let ty_of_field = self.concrete(&field.ty);
                    let part = self.project(value.clone(), field_index(&ty, name), &ty_of_field, field.span);
                    self.bind(field, part);
                }
            }
            PatternKind::Constructor(_, constructor, fields) => {
                self.bind_constructor(pattern, *constructor, fields, value)
            }
        }
    }

    /// Gives a variable its value, and the value the variable's name.
    pub(crate) fn bind_local(&mut self, local: LocalId, value: Atom) {
        if let Atom::Var(var) = value {
            let name = self.local_name(local);
            let info = &mut self.core.vars[var.0 as usize];
            if &*info.name == "t" {
                info.name = name;
            }
        }
        self.scope.values.insert(local, value);
    }

    /// The only constructor of its type: its fields come out as a tuple.
    fn bind_constructor(&mut self, pattern: &'a Pattern, constructor: u32, fields: &'a [Pattern], value: Atom) {
        if !fields.iter().any(binds) {
            return;
        }
        let types: Vec<Ty> = fields.iter().map(|field| self.core_type(&field.ty)).collect();
        let vars: Vec<_> = types
            .iter()
            .zip(fields)
            .map(|(ty, field)| {
                let name = self.pattern_name(field);
                self.core.fresh(name, *ty)
            })
            .collect();
        let atoms: Vec<Atom> = vars.iter().map(|var| Atom::Var(*var)).collect();
        let (block, ty) = match atoms.as_slice() {
            [one] => (Block::of(one.clone()), types[0]),
            _ => {
                let ty = self.core.tuple(types.clone());
                let tuple = self.core.fresh("fields", ty);
                let stmt = borel_core::Stmt { var: tuple, op: Op::Tuple(atoms), span: pattern.span };
                (Block { stmts: vec![stmt], end: End::Yield(Atom::Var(tuple)) }, ty)
            }
        };
        let taken = self.emit(Op::Match(value, vec![(constructor, vars, block)], None), ty, pattern.span);
        if let [field] = fields {
            return self.bind(field, taken);
        }
        for (index, field) in fields.iter().enumerate().filter(|(_, field)| binds(field)) {
            let part = self.emit(Op::Project(taken.clone(), index as u32), types[index], field.span);
            self.bind(field, part);
        }
    }

    /// A name for what the pattern matches.
    pub(crate) fn pattern_name(&self, pattern: &Pattern) -> Name {
        match &pattern.kind {
            PatternKind::Bind(local) => self.local_name(*local),
            _ => Name::new("t"),
        }
    }
}

/// Whether the pattern binds a variable.
fn binds(pattern: &Pattern) -> bool {
    let mut locals = Vec::new();
    bound_locals(pattern, &mut locals);
    !locals.is_empty()
}

/// The variables of a pattern, from left to right.
pub(crate) fn bound_locals(pattern: &Pattern, locals: &mut Vec<LocalId>) {
    match &pattern.kind {
        PatternKind::Bind(local) => locals.push(*local),
        PatternKind::Constructor(_, _, items) | PatternKind::Tuple(items) => {
            items.iter().for_each(|item| bound_locals(item, locals));
        }
        PatternKind::Record(fields) => fields.iter().for_each(|(_, field)| bound_locals(field, locals)),
        PatternKind::Wildcard | PatternKind::Bool(_) | PatternKind::Int(_) | PatternKind::String(_) => {}
    }
}

/// The place of a field in a concrete record type.
pub(crate) fn field_index(record: &Type, name: &Name) -> usize {
    match record {
        Type::Record(fields) => fields.iter().position(|(field, _)| field == name).unwrap_or(0),
        _ => 0,
    }
}
