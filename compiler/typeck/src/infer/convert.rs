//! Conversions: Int to Real where a Real is wanted, pure functions where random ones are, and complaints where nothing fits.
//!
//! A conversion whose need is not known yet is put into the tree all the same; the last pass removes those between equal types.

use borel_diagnostics::Diagnostic;
use borel_source::Span;
use borel_typed::{Expr, ExprKind};

use super::{Checker, hold, node};
use crate::types::{Node, Ty, Why};
use crate::unify::Mismatch;

impl Checker<'_> {
    /// Makes an expression one of type `expected`.
    pub fn coerce(&mut self, expr: Expr, expected: Ty, why: Why) -> Expr {
        let found = self.ty(&expr);
        match self.convert(found, expected) {
            Ok(false) => expr,
            Ok(true) => to_real(expr, expected),
            Err(mismatch) => {
                self.report_mismatch(mismatch, found, expected, value_span(&expr), why);
                Expr { ty: hold(Ty::ERROR), ..expr }
            }
        }
    }

    /// Makes `found` go where `expected` is wanted; true if the value may need conversion to Real.
    pub fn convert(&mut self, found: Ty, expected: Ty) -> Result<bool, Mismatch> {
        match (self.store.node(found).clone(), self.store.node(expected).clone()) {
            (Node::Int | Node::Var { number: true, .. }, Node::Real) => Ok(true),
            (Node::Param(param), Node::Real) if self.store.params[param as usize].number => Ok(true),
            (Node::Int, Node::Var { number: true, .. }) => Ok(true),
            (Node::Array(x), Node::Array(y)) => self.convert(x, y),
            (Node::Function(xs, e, x), Node::Function(ys, f, y)) => {
                if xs.len() != ys.len() {
                    return Err(Mismatch::Different);
                }
                xs.iter().zip(ys.iter()).try_for_each(|(&x, &y)| self.store.unify(x, y))?;
                self.store.effects.at_most(e, f, None)?;
                if self.store.is_function(x) && self.store.is_function(y) {
                    self.convert(x, y)
                } else {
                    self.store.unify(x, y).map(|()| false)
                }
            }
            _ => self.store.unify(found, expected).map(|()| false),
        }
    }

    /// A type that both can be converted to.
    pub fn join(&mut self, a: Ty, b: Ty) -> Result<Ty, Mismatch> {
        match (self.store.node(a).clone(), self.store.node(b).clone()) {
            (Node::Real, Node::Int | Node::Var { number: true, .. }) => Ok(a),
            (Node::Int | Node::Var { number: true, .. }, Node::Real) => Ok(b),
            (Node::Array(x), Node::Array(y)) => {
                let item = self.join(x, y)?;
                Ok(self.store.array(item))
            }
            (Node::Function(xs, e, x), Node::Function(ys, f, y)) if xs.len() == ys.len() => {
                xs.iter().zip(ys.iter()).try_for_each(|(&x, &y)| self.store.unify(x, y))?;
                self.store.unify(x, y)?;
                let effect = self.store.fresh_effect();
                self.store.effects.at_most(e, effect, None)?;
                self.store.effects.at_most(f, effect, None)?;
                Ok(self.store.function(&xs, effect, x))
            }
            _ => self.store.unify(a, b).map(|()| a),
        }
    }

    /// Joins the types of siblings (branches, elements) and converts each to the common type.
    pub fn join_all(&mut self, exprs: &mut [Expr]) -> Ty {
        let Some(first) = exprs.first() else { return self.store.fresh() };
        let (mut joined, mut origin) = (self.ty(first), value_span(first));
        for expr in &exprs[1..] {
            let found = self.ty(expr);
            match self.join(joined, found) {
                Ok(ty) => {
                    if self.store.is_error(joined) || self.store.is_var(joined) {
                        origin = value_span(expr);
                    }
                    joined = if self.store.is_error(joined) { found } else { ty };
                }
                Err(mismatch) => {
                    self.report_mismatch(mismatch, found, joined, value_span(expr), Why::Sibling(origin));
                }
            }
        }
        for expr in exprs {
            if self.convert(self.ty(expr), joined) == Ok(true) {
                let placeholder = node(ExprKind::Unit, Ty::UNIT, expr.span);
                *expr = to_real(std::mem::replace(expr, placeholder), joined);
            }
        }
        joined
    }

    /// Says that `found` stands where `expected` is wanted.
    pub fn report_mismatch(&mut self, mismatch: Mismatch, found: Ty, expected: Ty, span: Span, why: Why) {
        if self.store.has_error(found) || self.store.has_error(expected) {
            return;
        }
        let diagnostic = match mismatch {
            Mismatch::Effect(conflict) => {
                let diagnostic = Diagnostic::error(
                    "E0310",
                    span,
                    "a random function stands where a deterministic one is wanted",
                    format!("expected {}", self.show(expected)),
                );
                match conflict.random {
                    Some(origin) if origin != span => diagnostic.label(origin, "random because of this"),
                    _ => diagnostic,
                }
            }
            Mismatch::Infinite => {
                let (found, expected) = self.show_pair(found, expected);
                let message = "this type would contain itself".to_string();
                Diagnostic::error("E0208", span, message, format!("{found} would have to be {expected}"))
                    .help("recursive values need a data type: `type List[A] = Nil | Cons(A, List[A])`")
            }
            Mismatch::Different => self.difference(found, expected, span),
        };
        let expected = self.show(expected);
        let diagnostic = match why {
            Why::Nothing => diagnostic,
            Why::Annotation(at) => diagnostic.label(at, format!("{expected} is written here")),
            Why::Result(at) => diagnostic.label(at, format!("the function is declared to return {expected}")),
            Why::Variable(at) => diagnostic.label(at, format!("the variable has type {expected}")),
            Why::Sibling(at) => diagnostic.label(at, format!("{expected} because of this")),
            Why::Distribution(at) => diagnostic.label(at, format!("this distribution is over {expected}")),
        };
        self.report(diagnostic);
    }

    fn difference(&mut self, found: Ty, expected: Ty, span: Span) -> Diagnostic {
        let (found_text, expected_text) = self.show_pair(found, expected);
        let message = format!("expected {expected_text}, found {found_text}");
        let mut diagnostic = Diagnostic::error("E0201", span, message, format!("this is {found_text}"));
        let rigid = |ty| matches!(self.store.node(ty), Node::Param(_));
        if rigid(expected) || rigid(found) {
            let param = if rigid(expected) { &expected_text } else { &found_text };
            diagnostic.code = "E0209";
            diagnostic = diagnostic.note(format!("`{param}` is a type parameter: it may be any type at all"));
        }
        diagnostic.help = self.mismatch_help(found, expected);
        diagnostic
    }

    fn mismatch_help(&self, found: Ty, expected: Ty) -> Option<String> {
        let text = match (self.store.node(found), self.store.node(expected)) {
            (Node::Real, Node::Int) => "a Real becomes an Int by `round(x)`, `floor(x)` or `ceil(x)`",
            (Node::Dist(value), _) if self.same(*value, expected) => {
                "this is a distribution, not a value of it: draw one with `sample` or `let x ~ ..`"
            }
            (Node::Posterior(value), _) if self.same(*value, expected) => {
                "a posterior is a distribution: take its `mean(..)`, or draw from it with `sample`"
            }
            (Node::Int, Node::Bool) => "a condition is a comparison: write for example `n != 0`",
            (Node::Bool, Node::Int | Node::Real) => "`int(b)` and `real(b)` are 1 for true and 0 for false",
            (Node::Array(_), Node::Matrix) => "make a matrix of the rows: `matrix(rows)`",
            (Node::Matrix, Node::Array(_)) => "take the rows of a matrix: `to_rows(m)`",
            (_, Node::String) => "`str(x)` makes text of any value",
            (Node::Function(params, _, result), _) if params.is_empty() && self.same(*result, expected) => {
                "this is a function without parameters: call it with `()`"
            }
            (Node::Unit, _) => "the last expression of a block is its value; a `let`, an assignment or a loop has none",
            _ => return None,
        };
        Some(text.to_string())
    }

    /// Whether two types are the same as far as they are known, at their outermost constructor.
    fn same(&self, a: Ty, b: Ty) -> bool {
        std::mem::discriminant(self.store.node(a)) == std::mem::discriminant(self.store.node(b))
    }
}

/// The expression as one of type `ty`, which is Real or arrays of Real; within a block, at its value.
fn to_real(expr: Expr, ty: Ty) -> Expr {
    match expr.kind {
        ExprKind::Block(stmts, Some(value)) => {
            let value = Box::new(to_real(*value, ty));
            Expr { kind: ExprKind::Block(stmts, Some(value)), ty: hold(ty), span: expr.span }
        }
        // A block that never reaches its end gives no value to convert.
        ExprKind::Block(stmts, None) => node(ExprKind::Block(stmts, None), ty, expr.span),
        _ => {
            let span = expr.span;
            node(ExprKind::ToReal(Box::new(expr)), ty, span)
        }
    }
}

/// The place of the value of an expression: the last expression of a block.
pub fn value_span(expr: &Expr) -> Span {
    match &expr.kind {
        ExprKind::Block(_, Some(value)) => value_span(value),
        _ => expr.span,
    }
}
