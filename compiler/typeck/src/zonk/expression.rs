//! Expressions.

use borel_typed::*;

use super::{Zonk, literal};
use crate::exhaustiveness;

impl Zonk<'_, '_> {
    /// Makes an expression final.
    pub(super) fn expr(&mut self, expr: &mut Expr) {
        self.ty(&mut expr.ty);
        match &mut expr.kind {
            ExprKind::Unit
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Real(_)
            | ExprKind::String(_)
            | ExprKind::Local(_) => {}
            ExprKind::Constant(id) => *id = ConstantId(self.checker.constant_numbers[id.0 as usize]),
            ExprKind::Number(_) => literal::settle(expr),
            ExprKind::LocalFunction(local, args) => self.local_arguments(*local, args),
            ExprKind::Function(id, args) => {
                let scheme = self.checker.functions[id.0 as usize].scheme.clone();
                self.type_arguments(args, scheme.as_deref());
            }
            ExprKind::Call(id, type_args, args) => {
                let scheme = self.checker.functions[id.0 as usize].scheme.clone();
                self.type_arguments(type_args, scheme.as_deref());
                self.exprs(args);
            }
            ExprKind::CallLocal(local, type_args, args) => {
                self.local_arguments(*local, type_args);
                self.exprs(args);
            }
            ExprKind::Tuple(items) | ExprKind::Array(items) | ExprKind::Construct(_, _, items) => self.exprs(items),
            ExprKind::Record(fields) => fields.iter_mut().for_each(|field| self.expr(&mut field.1)),
            ExprKind::RecordUpdate(base, fields) => {
                self.expr(base);
                fields.iter_mut().for_each(|field| self.expr(&mut field.1));
            }
            ExprKind::Comprehension(element, clauses) => {
                for clause in clauses {
                    match clause {
                        Clause::For(pattern, over) => {
                            self.expr(over);
                            self.irrefutable(pattern);
                        }
                        Clause::If(condition) => self.expr(condition),
                    }
                }
                self.expr(element);
            }
            ExprKind::Apply(function, args) => {
                self.expr(function);
                self.exprs(args);
            }
            ExprKind::Builtin(builtin, args) => {
                self.exprs(args);
                literal::builtin(*builtin, args);
            }
            ExprKind::Distribution(kind, args) => {
                self.exprs(args);
                literal::distribution(*kind, args);
            }
            ExprKind::Index(base, indices) => {
                self.expr(base);
                self.exprs(indices);
            }
            ExprKind::Slice(base, from, to) => {
                self.expr(base);
                from.iter_mut().chain(to).for_each(|bound| self.expr(bound));
            }
            ExprKind::Field(base, _) | ExprKind::Component(base, _) => self.expr(base),
            ExprKind::Not(operand) | ExprKind::Negate(operand) | ExprKind::Sample(operand) => self.expr(operand),
            ExprKind::ToReal(_) => self.conversion(expr),
            ExprKind::Arithmetic(operator, a, b) => {
                self.expr(a);
                self.expr(b);
                literal::arithmetic(*operator, a, b, &expr.ty);
            }
            ExprKind::Compare(_, a, b) => {
                self.expr(a);
                self.expr(b);
                literal::comparison(a, b);
            }
            ExprKind::And(a, b) | ExprKind::Or(a, b) | ExprKind::Range(a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::If(condition, then, otherwise) => {
                self.expr(condition);
                self.expr(then);
                otherwise.iter_mut().for_each(|otherwise| self.expr(otherwise));
            }
            ExprKind::Match(scrutinee, arms) => {
                self.expr(scrutinee);
                for arm in arms.iter_mut() {
                    self.pattern(&mut arm.pattern);
                    arm.guard.iter_mut().for_each(|guard| self.expr(guard));
                    self.expr(&mut arm.body);
                }
                exhaustiveness::check_match(self.checker, scrutinee, arms);
            }
            ExprKind::Lambda(lambda) => self.lambda(lambda),
            ExprKind::Block(stmts, value) => {
                stmts.iter_mut().for_each(|stmt| self.stmt(stmt));
                value.iter_mut().for_each(|value| self.expr(value));
            }
        }
    }

    fn exprs(&mut self, exprs: &mut [Expr]) {
        exprs.iter_mut().for_each(|expr| self.expr(expr));
    }

    /// A conversion that turned out to be needed stays.
    fn conversion(&mut self, expr: &mut Expr) {
        let ExprKind::ToReal(inner) = &mut expr.kind else { return };
        self.expr(inner);
        if inner.ty == expr.ty || !literal::is_real(&expr.ty) {
            let unit = Expr { kind: ExprKind::Unit, ty: Type::Unit, span: expr.span };
            *expr = std::mem::replace(inner, unit);
        } else {
            let ty = expr.ty.clone();
            if let Some(value) = literal::as_real(inner, &ty) {
                *expr = value;
            }
        }
    }
}
