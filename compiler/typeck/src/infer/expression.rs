//! Expressions: the dispatch of `infer` and `check`, and the small cases.

use borel_source::{Name, Span};
use borel_syntax::ast;
use borel_typed::{Expr, ExprKind};

use super::{Checker, Mode, node};
use crate::annotation::Arrows;
use crate::constraint::{Constraint, Kind};
use crate::effect::Effect;
use crate::types::{Node, Ty, Why};

impl<'a> Checker<'a> {
    /// An expression with the type that it has.
    pub fn infer(&mut self, expr: &'a ast::Expr) -> Expr {
        let span = expr.span;
        if let Some(number) = integer_literal(expr) {
            let ty = self.store.fresh_number();
            return node(ExprKind::Number(number), ty, span);
        }
        match &expr.kind {
            ast::ExprKind::Unit => node(ExprKind::Unit, Ty::UNIT, span),
            ast::ExprKind::Bool(value) => node(ExprKind::Bool(*value), Ty::BOOL, span),
            ast::ExprKind::Int(value) => node(ExprKind::Int(*value), Ty::INT, span),
            ast::ExprKind::Real(value) => node(ExprKind::Real(*value), Ty::REAL, span),
            ast::ExprKind::String(value) => node(ExprKind::String(value.clone()), Ty::STRING, span),
            ast::ExprKind::Name(name) => self.name(&name.name, span),
            ast::ExprKind::Tuple(items) => {
                let items: Vec<Expr> = items.iter().map(|item| self.infer(item)).collect();
                self.tuple(items, span)
            }
            ast::ExprKind::Record(fields) => self.record(fields, None, span),
            ast::ExprKind::RecordUpdate(base, fields) => self.record_update(base, fields, span),
            ast::ExprKind::Array(items) => self.array(items, span),
            ast::ExprKind::Comprehension(element, clauses) => self.comprehension(element, clauses, None, span),
            ast::ExprKind::Range(from, to) => {
                let from = self.check(from, Ty::INT, Why::Nothing);
                let to = self.check(to, Ty::INT, Why::Nothing);
                let ty = self.store.array(Ty::INT);
                node(ExprKind::Range(Box::new(from), Box::new(to)), ty, span)
            }
            ast::ExprKind::Call(callee, args) => self.call(callee, args, None, span),
            ast::ExprKind::Index(base, indices) => self.index(base, indices, span),
            ast::ExprKind::Field(base, member) => self.field(base, member, span),
            ast::ExprKind::Unary(operator, operand) => self.unary(*operator, operand, span),
            ast::ExprKind::Binary(operator, a, b) => self.binary(*operator, a, b, span),
            ast::ExprKind::If(..) | ast::ExprKind::Match(..) | ast::ExprKind::Block(_) => {
                self.control(expr, Mode::Infer)
            }
            ast::ExprKind::Lambda(function) => self.lambda(function, None, span),
            ast::ExprKind::Sample(source) => self.sample(source, span),
            ast::ExprKind::Ascribe(inner, written) => {
                let ty = self.annotation(written, Arrows::Random);
                self.check(inner, ty, Why::Annotation(written.span))
            }
            ast::ExprKind::Error => self.error(span),
        }
    }

    /// An expression where a value of type `expected` is wanted, for the reason `why`.
    pub fn check(&mut self, expr: &'a ast::Expr, expected: Ty, why: Why) -> Expr {
        let span = expr.span;
        let expected = self.resolve(expected);
        if let Some(number) = integer_literal(expr) {
            return self.check_number(number, expected, why, span);
        }
        match (&expr.kind, self.store.node(expected).clone()) {
            (ast::ExprKind::If(..) | ast::ExprKind::Match(..) | ast::ExprKind::Block(_), _) => {
                self.control(expr, Mode::Check(expected, why))
            }
            (ast::ExprKind::Tuple(items), Node::Tuple(types)) if items.len() == types.len() => {
                let items: Vec<Expr> =
                    items.iter().zip(types.iter()).map(|(item, &ty)| self.check(item, ty, why)).collect();
                self.tuple(items, span)
            }
            (ast::ExprKind::Record(fields), Node::Record(types)) => {
                let record = self.record(fields, Some(&types), span);
                self.coerce(record, expected, why)
            }
            (ast::ExprKind::Array(items), Node::Array(element)) => {
                let items = items.iter().map(|item| self.check(item, element, why)).collect();
                node(ExprKind::Array(items), expected, span)
            }
            (ast::ExprKind::Comprehension(element, clauses), Node::Array(ty)) => {
                self.comprehension(element, clauses, Some((ty, why)), span)
            }
            (ast::ExprKind::Lambda(function), Node::Function(..)) => {
                let lambda = self.lambda(function, Some(expected), span);
                self.coerce(lambda, expected, why)
            }
            (ast::ExprKind::Call(callee, args), Node::Data(..)) => {
                let found = self.call(callee, args, Some(expected), span);
                self.coerce(found, expected, why)
            }
            _ => {
                let found = self.infer(expr);
                self.coerce(found, expected, why)
            }
        }
    }

    fn check_number(&mut self, number: i64, expected: Ty, why: Why, span: Span) -> Expr {
        match self.store.node(expected) {
            Node::Int => node(ExprKind::Int(number), Ty::INT, span),
            Node::Real => node(ExprKind::Real(number as f64), Ty::REAL, span),
            _ => {
                let ty = self.store.fresh_number();
                self.coerce(node(ExprKind::Number(number), ty, span), expected, why)
            }
        }
    }

    /// A name used as a value.
    fn name(&mut self, name: &Name, span: Span) -> Expr {
        if let Some(local) = self.local(name) {
            return self.local_value(local, span);
        }
        match self.names.value(self.module, name) {
            Some(entity) => self.entity_value(entity, span),
            None => {
                let locals: Vec<&str> = self.scope.iter().map(|entry| entry.0.as_str()).collect();
                let diagnostic = self.names.unknown_value(self.module, name, span, &locals);
                self.report(diagnostic);
                self.error(span)
            }
        }
    }

    fn tuple(&mut self, items: Vec<Expr>, span: Span) -> Expr {
        let types: Vec<Ty> = items.iter().map(|item| self.ty(item)).collect();
        let ty = self.store.tuple(&types);
        node(ExprKind::Tuple(items), ty, span)
    }

    fn record(&mut self, fields: &'a [(ast::Ident, ast::Expr)], expected: Option<&[(Name, Ty)]>, span: Span) -> Expr {
        let mut values: Vec<(Name, Expr)> = Vec::new();
        let mut types: Vec<(Name, Ty)> = Vec::new();
        for (name, value) in fields {
            let wanted = expected.and_then(|fields| fields.iter().find(|field| field.0 == name.name));
            let value = match wanted {
                Some(&(_, ty)) => {
                    let value = self.check(value, ty, Why::Nothing);
                    // The field has been checked: what was wrong with it has been said.
                    if self.store.is_error(self.ty(&value)) { self.error(value.span) } else { value }
                }
                None => self.infer(value),
            };
            if values.iter().any(|field| field.0 == name.name) {
                self.report_twice("field", &name.name, name.span);
                continue;
            }
            types.push((name.name.clone(), self.ty(&value)));
            values.push((name.name.clone(), value));
        }
        let ty = self.store.record(types);
        node(ExprKind::Record(values), ty, span)
    }

    fn record_update(&mut self, base: &'a ast::Expr, fields: &'a [(ast::Ident, ast::Expr)], span: Span) -> Expr {
        let base = self.infer(base);
        let ty = self.resolve(self.ty(&base));
        let mut values: Vec<(Name, Expr)> = Vec::new();
        for (name, value) in fields {
            let field = self.store.fresh();
            let kind = Kind::Field(ty, name.name.clone(), field);
            self.require(Constraint::new(kind, name.span, &[name.span]));
            let value = self.check(value, field, Why::Nothing);
            if values.iter().any(|field| field.0 == name.name) {
                self.report_twice("field", &name.name, name.span);
            } else {
                values.push((name.name.clone(), value));
            }
        }
        node(ExprKind::RecordUpdate(Box::new(base), values), ty, span)
    }

    fn sample(&mut self, source: &'a ast::Expr, span: Span) -> Expr {
        let source = self.infer(source);
        let ty = self.ty(&source);
        let value = self.require_sample(ty, span, source.span);
        self.perform(Effect::Random, span, "`sample`");
        node(ExprKind::Sample(Box::new(source)), value, span)
    }
}

/// The value of an integer literal, negated or not.
pub fn integer_literal(expr: &ast::Expr) -> Option<i64> {
    match &expr.kind {
        ast::ExprKind::Int(value) => Some(*value),
        ast::ExprKind::Unary(ast::UnaryOp::Negate, operand) => match operand.kind {
            ast::ExprKind::Int(value) => value.checked_neg(),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an expression is a literal, or made of literals.
pub fn is_literal(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ast::ExprKind::Array(items) | ast::ExprKind::Tuple(items) => items.iter().all(is_literal),
        ast::ExprKind::Record(fields) => fields.iter().all(|field| is_literal(&field.1)),
        _ => integer_literal(expr).is_some() || matches!(expr.kind, ast::ExprKind::Real(_)),
    }
}
