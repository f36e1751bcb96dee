//! Operators.

use borel_source::Span;
use borel_syntax::ast::{self, BinaryOp, UnaryOp};
use borel_typed::{Arithmetic, Comparison, Expr, ExprKind};

use super::expression::integer_literal;
use super::{Checker, node};
use crate::constraint::{Constraint, Kind, Lift, Operator};
use crate::types::{Ty, Why};

impl<'a> Checker<'a> {
    pub(super) fn unary(&mut self, operator: UnaryOp, operand: &'a ast::Expr, span: Span) -> Expr {
        match operator {
            UnaryOp::Not => {
                let operand = self.check(operand, Ty::BOOL, Why::Nothing);
                node(ExprKind::Not(Box::new(operand)), Ty::BOOL, span)
            }
            UnaryOp::Negate => {
                if let ast::ExprKind::Real(value) = operand.kind {
                    return node(ExprKind::Real(-value), Ty::REAL, span);
                }
                let operand = self.operand(operand);
                let (ty, result) = (self.ty(&operand), self.store.fresh());
                let kind = Kind::Lift(Lift::NumberToSame, "-", ty, result);
                self.require(Constraint::new(kind, span, &[operand.span]));
                node(ExprKind::Negate(Box::new(operand)), result, span)
            }
        }
    }

    pub(super) fn binary(&mut self, operator: BinaryOp, a: &'a ast::Expr, b: &'a ast::Expr, span: Span) -> Expr {
        use BinaryOp as B;
        match operator {
            B::Or | B::And => {
                let a = Box::new(self.check(a, Ty::BOOL, Why::Nothing));
                let b = Box::new(self.check(b, Ty::BOOL, Why::Nothing));
                let kind = if operator == B::Or { ExprKind::Or(a, b) } else { ExprKind::And(a, b) };
                node(kind, Ty::BOOL, span)
            }
            B::Equal => self.compare(Comparison::Equal, a, b, span),
            B::NotEqual => self.compare(Comparison::NotEqual, a, b, span),
            B::Less => self.compare(Comparison::Less, a, b, span),
            B::LessEqual => self.compare(Comparison::LessEqual, a, b, span),
            B::Greater => self.compare(Comparison::Greater, a, b, span),
            B::GreaterEqual => self.compare(Comparison::GreaterEqual, a, b, span),
            B::Concat => self.concat(a, b, span),
            B::Add => self.arithmetic(Arithmetic::Add, a, b, span),
            B::Subtract => self.arithmetic(Arithmetic::Subtract, a, b, span),
            B::Multiply => self.arithmetic(Arithmetic::Multiply, a, b, span),
            B::Divide => self.arithmetic(Arithmetic::Divide, a, b, span),
            B::Remainder => self.arithmetic(Arithmetic::Remainder, a, b, span),
            B::Power => self.arithmetic(Arithmetic::Power, a, b, span),
            B::MatrixProduct => self.arithmetic(Arithmetic::MatrixProduct, a, b, span),
        }
    }

    /// An operand: a literal is an Int there, since an Int goes with everything.
    fn operand(&mut self, expr: &'a ast::Expr) -> Expr {
        match integer_literal(expr) {
            Some(value) => node(ExprKind::Int(value), Ty::INT, expr.span),
            None => self.infer(expr),
        }
    }

    fn compare(&mut self, comparison: Comparison, a: &'a ast::Expr, b: &'a ast::Expr, span: Span) -> Expr {
        let (a, b) = (self.operand(a), self.operand(b));
        let kind = Kind::Compare(comparison, self.ty(&a), self.ty(&b));
        self.require(Constraint::new(kind, span, &[a.span, b.span]));
        node(ExprKind::Compare(comparison, Box::new(a), Box::new(b)), Ty::BOOL, span)
    }

    fn arithmetic(&mut self, operator: Arithmetic, a: &'a ast::Expr, b: &'a ast::Expr, span: Span) -> Expr {
        let (a, b) = (self.operand(a), self.operand(b));
        let result = self.store.fresh();
        let kind = Kind::Binary(Operator::Arithmetic(operator), self.ty(&a), self.ty(&b), result);
        self.require(Constraint::new(kind, span, &[a.span, b.span]));
        node(ExprKind::Arithmetic(operator, Box::new(a), Box::new(b)), result, span)
    }

    fn concat(&mut self, a: &'a ast::Expr, b: &'a ast::Expr, span: Span) -> Expr {
        let mut items = [self.infer(a), self.infer(b)];
        for item in &items {
            let (ty, span) = (self.ty(item), item.span);
            if !self.store.is_var(ty) || self.store.is_number_var(ty) {
                self.require(Constraint::new(Kind::Concat(ty), span, &[span]));
            }
        }
        let types = [self.ty(&items[0]), self.ty(&items[1])];
        let sequences = types.iter().all(|&ty| {
            use crate::types::Node::*;
            matches!(self.store.node(ty), Array(_) | String | Var { number: false, .. } | Param(_))
        });
        let ty = if sequences { self.join_all(&mut items) } else { Ty::ERROR };
        self.require(Constraint::new(Kind::Concat(ty), span, &[span]));
        let [a, b] = items;
        node(ExprKind::Arithmetic(Arithmetic::Concat, Box::new(a), Box::new(b)), ty, span)
    }
}
