//! Statements.

use borel_diagnostics::Diagnostic;
use borel_syntax::ast;
use borel_typed::{Expr, PatternKind, Stmt, StmtKind};

use super::expression::{integer_literal, is_literal};
use super::pattern::is_constructor_name;
use super::{Checker, Mode, hold};
use crate::constraint::{Constraint, Kind};
use crate::effect::Effect;
use crate::types::{Node, Ty, Why};

impl<'a> Checker<'a> {
    /// The statements of a block; consecutive `fn` statements make one group.
    pub(super) fn statements(&mut self, stmts: &'a [ast::Stmt]) -> Vec<Stmt> {
        let mut checked = Vec::with_capacity(stmts.len());
        let mut index = 0;
        while index < stmts.len() {
            let span = stmts[index].span;
            let group: Vec<&'a ast::Function> = stmts[index..]
                .iter()
                .map_while(|stmt| match &stmt.kind {
                    ast::StmtKind::Function(function) => Some(function),
                    _ => None,
                })
                .collect();
            let kind = if group.is_empty() {
                index += 1;
                self.statement(&stmts[index - 1])
            } else {
                index += group.len();
                Some(self.local_functions(&group))
            };
            checked.extend(kind.map(|kind| Stmt { kind, span }));
        }
        checked
    }

    fn statement(&mut self, stmt: &'a ast::Stmt) -> Option<StmtKind> {
        Some(match &stmt.kind {
            ast::StmtKind::Let(pattern, written, value) => self.let_(pattern, written.as_ref(), value),
            ast::StmtKind::LetSample(pattern, written, source) => {
                let (draw, ty) = self.draw(source);
                self.drawn_type(ty, written.as_ref(), source);
                StmtKind::LetSample(self.irrefutable(pattern, ty), draw)
            }
            ast::StmtKind::Var(name, written, value) => {
                let (value, ty) = self.bound_value(written.as_ref(), value);
                StmtKind::Var(self.bind(name, ty, true), value)
            }
            ast::StmtKind::VarSample(name, written, source) => {
                let (draw, ty) = self.draw(source);
                self.drawn_type(ty, written.as_ref(), source);
                let local = self.bind(name, ty, true);
                let pattern = borel_typed::Pattern { kind: PatternKind::Bind(local), ty: hold(ty), span: name.span };
                StmtKind::LetSample(pattern, draw)
            }
            ast::StmtKind::Assign(place, value) => self.assign(place, value, stmt.span),
            ast::StmtKind::AssignSample(place, source) => self.assign_sample(place, source),
            ast::StmtKind::Observe(value, distribution) => self.observe(value, distribution, stmt.span),
            ast::StmtKind::For(pattern, over, body) => {
                let (over, item) = self.iterated(over);
                let mark = self.scope.len();
                let pattern = self.irrefutable(pattern, item);
                let body = self.loop_body(body);
                self.scope.truncate(mark);
                StmtKind::For(pattern, over, body)
            }
            ast::StmtKind::While(condition, body) => {
                let condition = self.check(condition, Ty::BOOL, Why::Nothing);
                StmtKind::While(condition, self.loop_body(body))
            }
            ast::StmtKind::Return(value) => {
                if self.contexts.last().is_none_or(|context| context.is_constant) {
                    let message = "`return` stands outside of a function";
                    self.report(Diagnostic::error("E0313", stmt.span, message, "nothing to return from"));
                }
                StmtKind::Return(self.returned(value.as_ref(), stmt.span))
            }
            ast::StmtKind::Break => self.leave_loop(StmtKind::Break, "break", stmt),
            ast::StmtKind::Continue => self.leave_loop(StmtKind::Continue, "continue", stmt),
            ast::StmtKind::Expr(expr) => {
                let checked = match &expr.kind {
                    ast::ExprKind::If(..) | ast::ExprKind::Match(..) | ast::ExprKind::Block(_) => {
                        self.control(expr, Mode::Drop)
                    }
                    _ => self.infer(expr),
                };
                StmtKind::Expr(checked)
            }
            ast::StmtKind::Function(_) | ast::StmtKind::Error => return None,
        })
    }

    fn let_(
        &mut self,
        pattern: &'a ast::Pattern,
        written: Option<&'a ast::TypeExpr>,
        value: &'a ast::Expr,
    ) -> StmtKind {
        if let (ast::PatternKind::Name(name), ast::ExprKind::Lambda(function)) = (&pattern.kind, &value.kind)
            && !is_constructor_name(&name.name)
        {
            return self.let_function(name, written, function, value);
        }
        let (checked, ty) = self.bound_value(written, value);
        if written.is_none() && is_literal(value) {
            self.default_literals(ty);
        }
        StmtKind::Let(self.irrefutable(pattern, ty), checked)
    }

    /// The value of a `let` or `var`, of the type written if there is one.
    fn bound_value(&mut self, written: Option<&'a ast::TypeExpr>, value: &'a ast::Expr) -> (borel_typed::Expr, Ty) {
        match self.written_type(written) {
            Some((ty, why)) => (self.check(value, ty, why), ty),
            None => {
                let value = self.infer(value);
                let ty = self.ty(&value);
                (value, ty)
            }
        }
    }

    /// A `let` of a literal without a type is of Int: it will become Real where that is wanted.
    fn default_literals(&mut self, ty: Ty) {
        let mut variables = Vec::new();
        self.store.variables(ty, &mut variables);
        for var in variables {
            if self.store.is_number_var(var) {
                self.store.link(var, Ty::INT);
            }
        }
    }

    fn drawn_type(&mut self, ty: Ty, written: Option<&'a ast::TypeExpr>, source: &ast::Expr) {
        if let Some((wanted, why)) = self.written_type(written)
            && let Err(mismatch) = self.equal(ty, wanted)
        {
            self.report_mismatch(mismatch, ty, wanted, source.span, why);
        }
    }

    fn observe(&mut self, value: &'a ast::Expr, distribution: &'a ast::Expr, span: borel_source::Span) -> StmtKind {
        // The distribution first: it tells what the value is to be. Evaluation is in the order written.
        let distribution = self.infer(distribution);
        let ty = self.resolve(self.ty(&distribution));
        let value_type = match self.store.node(ty) {
            Node::Dist(value) => *value,
            _ => {
                let value = self.store.fresh();
                self.require(Constraint::new(Kind::Observe(ty, value), span, &[distribution.span]));
                value
            }
        };
        let value = self.observed(value, value_type, Why::Distribution(distribution.span));
        self.perform(Effect::Random, span, "`observe`");
        StmtKind::Observe(value, distribution)
    }

    /// A value of the distribution's type, or an array of them where that type is a number or a Bool.
    fn observed(&mut self, value: &'a ast::Expr, expected: Ty, why: Why) -> Expr {
        let is_scalar = matches!(self.store.node(expected), Node::Real | Node::Int | Node::Bool);
        let is_control =
            matches!(value.kind, ast::ExprKind::If(..) | ast::ExprKind::Match(..) | ast::ExprKind::Block(_));
        if !is_scalar || is_control || integer_literal(value).is_some() {
            return self.check(value, expected, why);
        }
        let value = self.infer(value);
        let found = self.resolve(self.ty(&value));
        match self.store.node(found) {
            Node::Array(_) => {
                let each = self.store.array(expected);
                self.coerce(value, each, why)
            }
            _ => self.coerce(value, expected, why),
        }
    }

    fn loop_body(&mut self, body: &'a ast::Block) -> borel_typed::Expr {
        if let Some(context) = self.contexts.last_mut() {
            context.loops += 1;
        }
        let body = self.block(body, Mode::Drop);
        if let Some(context) = self.contexts.last_mut() {
            context.loops -= 1;
        }
        body
    }

    fn leave_loop(&mut self, kind: StmtKind, word: &str, stmt: &ast::Stmt) -> StmtKind {
        if self.contexts.last().is_none_or(|context| context.loops == 0) {
            let message = format!("`{word}` stands outside of a loop");
            self.report(Diagnostic::error("E0313", stmt.span, message, "no loop around this"));
        }
        kind
    }
}
