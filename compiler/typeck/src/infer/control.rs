//! Blocks, conditionals and matches, by the way their value is used.

use borel_source::Span;
use borel_syntax::ast;
use borel_typed::{Arm, Expr, ExprKind, Stmt, StmtKind};

use super::{Checker, Mode, node};
use crate::types::{Ty, Why};

impl<'a> Checker<'a> {
    /// A block, `if` or `match`; other expressions too, for branches.
    pub(super) fn control(&mut self, expr: &'a ast::Expr, mode: Mode) -> Expr {
        match (&expr.kind, mode) {
            (ast::ExprKind::Block(block), _) => self.block(block, mode),
            (ast::ExprKind::If(condition, then, otherwise), _) => {
                self.conditional(condition, then, otherwise.as_deref(), mode, expr.span)
            }
            (ast::ExprKind::Match(scrutinee, arms), _) => self.match_(scrutinee, arms, mode, expr.span),
            (_, Mode::Infer) => self.infer(expr),
            (_, Mode::Check(ty, why)) => self.check(expr, ty, why),
            (_, Mode::Drop) => {
                let value = self.infer(expr);
                self.drop_value(value)
            }
        }
    }

    fn drop_value(&mut self, value: Expr) -> Expr {
        let ty = self.ty(&value);
        if self.store.find(ty) == Ty::UNIT {
            return value;
        }
        let span = value.span;
        node(ExprKind::Block(vec![Stmt { kind: StmtKind::Expr(value), span }], None), Ty::UNIT, span)
    }

    fn conditional(
        &mut self,
        condition: &'a ast::Expr,
        then: &'a ast::Block,
        otherwise: Option<&'a ast::Expr>,
        mode: Mode,
        span: Span,
    ) -> Expr {
        let condition = Box::new(self.check(condition, Ty::BOOL, Why::Nothing));
        let Some(otherwise) = otherwise else {
            let then = Box::new(self.block(then, Mode::Drop));
            let expr = node(ExprKind::If(condition, then, None), Ty::UNIT, span);
            return match mode {
                Mode::Check(expected, why) => self.coerce(expr, expected, why),
                _ => expr,
            };
        };
        let mut branches = [self.block(then, mode), self.control(otherwise, mode)];
        let ty = self.joined(&mut branches, mode);
        let [then, otherwise] = branches;
        node(ExprKind::If(condition, Box::new(then), Some(Box::new(otherwise))), ty, span)
    }

    /// The type of branches inferred or checked under `mode`.
    fn joined(&mut self, branches: &mut [Expr], mode: Mode) -> Ty {
        match mode {
            Mode::Infer => self.join_all(branches),
            Mode::Check(expected, _) => expected,
            Mode::Drop => Ty::UNIT,
        }
    }

    fn match_(&mut self, scrutinee: &'a ast::Expr, arms: &'a [ast::Arm], mode: Mode, span: Span) -> Expr {
        let scrutinee = self.infer(scrutinee);
        let ty = self.resolve(self.ty(&scrutinee));
        let mut checked = Vec::new();
        let mut bodies = Vec::new();
        for arm in arms {
            let mark = self.scope.len();
            let pattern = self.pattern(&arm.pattern, ty);
            let guard = arm.guard.as_ref().map(|guard| self.check(guard, Ty::BOOL, Why::Nothing));
            bodies.push(self.control(&arm.body, mode));
            self.scope.truncate(mark);
            checked.push((pattern, guard));
        }
        let result = self.joined(&mut bodies, mode);
        let arms =
            checked.into_iter().zip(bodies).map(|((pattern, guard), body)| Arm { pattern, guard, body }).collect();
        node(ExprKind::Match(Box::new(scrutinee), arms), result, span)
    }

    /// A block, whose value is its last expression.
    pub(super) fn block(&mut self, block: &'a ast::Block, mode: Mode) -> Expr {
        let mark = self.scope.len();
        let (last, init) = match block.stmts.split_last() {
            Some((ast::Stmt { kind: ast::StmtKind::Expr(value), .. }, init)) if !matches!(mode, Mode::Drop) => {
                (Some(value), init)
            }
            _ => (None, &block.stmts[..]),
        };
        let stmts = self.statements(init);
        let value = last.map(|value| self.control(value, mode));
        self.scope.truncate(mark);
        let ty = match (&value, mode) {
            (Some(value), _) => self.ty(value),
            (None, Mode::Drop) => Ty::UNIT,
            (None, _) if never_ends(&stmts) => match mode {
                Mode::Check(expected, _) => expected,
                _ => self.store.fresh(),
            },
            (None, Mode::Check(expected, why)) => {
                let end = Span { start: block.span.end.saturating_sub(1).max(block.span.start), ..block.span };
                self.coerce(node(ExprKind::Unit, Ty::UNIT, end), expected, why);
                Ty::UNIT
            }
            (None, Mode::Infer) => Ty::UNIT,
        };
        node(ExprKind::Block(stmts, value.map(Box::new)), ty, block.span)
    }
}

/// Whether control never reaches the end of these statements.
fn never_ends(stmts: &[Stmt]) -> bool {
    match stmts.last().map(|stmt| &stmt.kind) {
        Some(StmtKind::Return(_) | StmtKind::Break | StmtKind::Continue) => true,
        Some(StmtKind::Expr(expr)) => never_gives(expr),
        Some(StmtKind::While(condition, body)) => matches!(condition.kind, ExprKind::Bool(true)) && !breaks_in(body),
        _ => false,
    }
}

fn never_gives(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Block(stmts, None) => never_ends(stmts),
        ExprKind::Block(_, Some(value)) => never_gives(value),
        ExprKind::If(_, then, Some(otherwise)) => never_gives(then) && never_gives(otherwise),
        ExprKind::Match(_, arms) => !arms.is_empty() && arms.iter().all(|arm| never_gives(&arm.body)),
        ExprKind::Builtin(borel_typed::Builtin::Fail, _) => true,
        _ => false,
    }
}

/// Whether a `break` leaves the loop whose body this is.
fn breaks_in(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Block(stmts, value) => {
            value.iter().any(|value| breaks_in(value))
                || stmts.iter().any(|stmt| match &stmt.kind {
                    StmtKind::Break => true,
                    StmtKind::Expr(expr) => breaks_in(expr),
                    _ => false,
                })
        }
        ExprKind::If(_, then, otherwise) => breaks_in(then) || otherwise.iter().any(|other| breaks_in(other)),
        ExprKind::Match(_, arms) => arms.iter().any(|arm| breaks_in(&arm.body)),
        _ => false,
    }
}
