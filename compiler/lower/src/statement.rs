//! Statements.

use borel_core::End;
use borel_typed::{Stmt, StmtKind, Type};

use crate::Lowering;
use crate::walk::Effects;

impl<'a> Lowering<'a> {
    pub(crate) fn stmt(&mut self, stmt: &'a Stmt) {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::Let(pattern, value) => {
                let value = self.expr(value);
                self.bind(pattern, value);
            }
            StmtKind::Var(local, value) => {
                let value = self.value(value);
                let ty = self.local_type(*local);
                let value = self.convert(value.atom, &value.ty, &ty, span);
                self.bind_local(*local, value);
            }
            StmtKind::LetSample(pattern, draw) => self.let_sample(pattern, draw, span),
            StmtKind::Functions(functions) => self.define_group(functions),
            StmtKind::Assign(place, value) => self.assign(place, |this| this.value(value)),
            StmtKind::AssignSample(place, draw) => {
                let choice = self.core.choice(&self.local_name(place.local), place.span);
                self.assign(place, |this| this.draw(draw, Some(choice), span));
            }
            StmtKind::Observe(value, source) => {
                let value = self.value(value);
                let source = self.value(source);
                self.observe(&value, &source, span);
            }
            StmtKind::For(pattern, source, body) => {
                let join = self.join(&Type::Unit, Effects::of([body]).assigned);
                self.for_loop(pattern, source, &join, span, |this| {
                    this.mark_statement();
                    this.expr(body);
                });
            }
            StmtKind::While(condition, body) => self.while_loop(condition, body, span),
            StmtKind::Return(value) => {
                let value = self.expr(value);
                self.end(End::Return(value));
            }
            StmtKind::Break => self.break_loop(),
            StmtKind::Continue => self.continue_loop(),
            StmtKind::Expr(value) => {
                self.expr(value);
            }
        }
    }
}
