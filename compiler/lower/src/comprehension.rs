//! Comprehensions: built in place where the length is known beforehand, else by a loop that appends.

use borel_core::{Atom, Op, Prim};
use borel_source::Span;
use borel_typed::{Clause, Expr, ExprKind, LocalId, Pattern, Type};

use crate::Lowering;
use crate::emit::Join;
use crate::types::array;
use crate::walk::Effects;

impl<'a> Lowering<'a> {
    pub(crate) fn comprehension(&mut self, element: &'a Expr, clauses: &'a [Clause], ty: &Type, span: Span) -> Atom {
        let effects = Effects::of(clauses.iter().map(clause_expr).chain([element]));
        match clauses {
            [Clause::For(pattern, source)] if effects.assigned.is_empty() && !effects.jumps => {
                self.built(element, pattern, source, span)
            }
            _ => self.appended(element, clauses, effects, ty, span),
        }
    }

    fn built(&mut self, element: &'a Expr, pattern: &'a Pattern, source: &'a Expr, span: Span) -> Atom {
        let element_type = self.concrete(&element.ty);
        if let ExprKind::Range(low, high) = &source.kind {
            let (low, high) = (self.expr(low), self.expr(high));
            let length = self.range_length(low.clone(), high, source.span);
            return self.build(length, &element_type, span, |this, index| {
                let index = match low {
                    Atom::Int(0) => index,
                    low => this.int_prim(Prim::AddInt, vec![low, index], source.span),
                };
                this.bind(pattern, index);
                this.expr(element)
            });
        }
        let array = self.expr(source);
        let length = self.len(array.clone(), source.span);
        let item = self.concrete(&pattern.ty);
        self.build(length, &element_type, span, |this, index| {
            let item = this.element(array, index, &item, source.span);
            this.bind(pattern, item);
            this.expr(element)
        })
    }

    /// How many Ints there are from `low` up to but without `high`.
    fn range_length(&mut self, low: Atom, high: Atom, span: Span) -> Atom {
        let difference = match (&low, &high) {
            (Atom::Int(0), high) => high.clone(),
            _ => self.int_prim(Prim::SubInt, vec![high, low], span),
        };
        match difference {
            Atom::Int(length) => Atom::Int(length.max(0)),
            difference => self.int_prim(Prim::MaxInt, vec![difference, Atom::Int(0)], span),
        }
    }

    fn appended(&mut self, element: &'a Expr, clauses: &'a [Clause], effects: Effects, ty: &Type, span: Span) -> Atom {
        let ty = self.concrete(ty);
        let items = self.extra_local(ty.clone());
        let core_type = self.core_concrete(&ty);
        let empty = self.emit(Op::Array(Vec::new()), core_type, span);
        self.bind_local(items, empty);
        let mut assigned = effects.assigned;
        assigned.push(items);
        let join = self.join(&Type::Unit, assigned);
        self.clauses(element, clauses, items, &join, span);
        self.scope.values.get(&items).cloned().unwrap_or(Atom::Unit)
    }

    fn clauses(&mut self, element: &'a Expr, clauses: &'a [Clause], items: LocalId, join: &Join, span: Span) {
        match clauses.split_first() {
            None => {
                let value = self.expr(element);
                let before = self.scope.values.get(&items).cloned().unwrap_or(Atom::Unit);
                let ty = self.core_type(&array(element.ty.clone()));
                let after = self.prim(Prim::Push, vec![before, value], ty, span);
                self.scope.values.insert(items, after);
            }
            Some((Clause::For(pattern, source), rest)) => {
                self.for_loop(pattern, source, join, span, |this| this.clauses(element, rest, items, join, span));
            }
            Some((Clause::If(condition), rest)) => {
                let condition = self.expr(condition);
                self.conditional(
                    condition,
                    join,
                    span,
                    |this| {
                        this.clauses(element, rest, items, join, span);
                        Atom::Unit
                    },
                    |_| Atom::Unit,
                );
            }
        }
    }
}

fn clause_expr(clause: &Clause) -> &Expr {
    match clause {
        Clause::For(_, source) | Clause::If(source) => source,
    }
}
