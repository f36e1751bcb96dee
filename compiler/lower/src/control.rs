//! Conditionals and loops.

use borel_core::{Atom, Block, End, Label, Op, Prim, Var};
use borel_source::Span;
use borel_typed::{Expr, ExprKind, Pattern, Type};

use crate::Lowering;
use crate::emit::{Join, LoopScope, yields};
use crate::walk::Effects;

impl<'a> Lowering<'a> {
    pub(crate) fn if_else(
        &mut self,
        condition: &'a Expr,
        then: &'a Expr,
        otherwise: Option<&'a Expr>,
        ty: &Type,
        span: Span,
    ) -> Atom {
        let condition = self.expr(condition);
        let effects = Effects::of(std::iter::once(then).chain(otherwise));
        let ty = self.concrete(ty);
        let join = self.join(&ty, effects.assigned);
        self.conditional(
            condition,
            &join,
            span,
            |this| this.expr(then),
            |this| otherwise.map_or(Atom::Unit, |otherwise| this.expr(otherwise)),
        )
    }

    /// `a && b` or `a || b`: the second operand is evaluated if the first is `evaluate_if`.
    pub(crate) fn short_circuit(&mut self, a: &'a Expr, b: &'a Expr, evaluate_if: bool, span: Span) -> Atom {
        let first = self.expr(a);
        let join = self.join(&Type::Bool, Effects::of([b]).assigned);
        match evaluate_if {
            true => self.conditional(first, &join, span, |this| this.expr(b), |_| Atom::Bool(false)),
            false => self.conditional(first, &join, span, |_| Atom::Bool(true), |this| this.expr(b)),
        }
    }

    /// An `if` whose branches may assign the joined variables.
    pub(crate) fn conditional(
        &mut self,
        condition: Atom,
        join: &Join,
        span: Span,
        then: impl FnOnce(&mut Self) -> Atom,
        otherwise: impl FnOnce(&mut Self) -> Atom,
    ) -> Atom {
        let then = self.branch(join, then);
        let otherwise = self.branch(join, otherwise);
        let comes_back = yields(&then) || yields(&otherwise);
        self.emit_join(join, Op::If(condition, then, otherwise), comes_back, span)
    }

    pub(crate) fn while_loop(&mut self, condition: &'a Expr, body: &'a Expr, span: Span) {
        let join = self.join(&Type::Unit, Effects::of([condition, body]).assigned);
        let label = self.core.fresh_label();
        self.emit_loop(label, None, &join, span, |this| {
            let condition = this.expr(condition);
            let body = this.iteration(&join, |this| {
                this.mark_statement();
                this.expr(body);
            });
            let exit = this.exit(label, &join);
            this.perform(Op::If(condition, body, exit), span);
            this.end(End::Unreachable);
        });
    }

    /// A loop over a range or an array, whose body may assign the joined variables.
    pub(crate) fn for_loop(
        &mut self,
        pattern: &'a Pattern,
        source: &'a Expr,
        join: &Join,
        span: Span,
        body: impl FnOnce(&mut Self),
    ) {
        if let ExprKind::Range(low, high) = &source.kind {
            let (low, high) = (self.expr(low), self.expr(high));
            return self.counted(low, high, join, span, |this, index| {
                this.bind(pattern, index);
                body(this);
            });
        }
        let array = self.expr(source);
        let length = self.len(array.clone(), source.span);
        let element = self.concrete(&pattern.ty);
        self.counted(Atom::Int(0), length, join, span, |this, index| {
            let element = this.element(array, index, &element, source.span);
            this.bind(pattern, element);
            body(this);
        });
    }

    /// Runs the body for each Int from `low` up to but without `high`.
    pub(crate) fn counted(
        &mut self,
        low: Atom,
        high: Atom,
        join: &Join,
        span: Span,
        body: impl FnOnce(&mut Self, Atom),
    ) {
        let label = self.core.fresh_label();
        let int = self.core.int();
        let index = self.core.fresh("i", int);
        self.emit_loop(label, Some((index, low)), join, span, |this| {
            let index = Atom::Var(index);
            let more = this.bool_prim(Prim::LtInt, vec![index.clone(), high], span);
            let body = this.iteration(join, |this| body(this, index));
            let exit = this.exit(label, join);
            this.perform(Op::If(more, body, exit), span);
            this.end(End::Unreachable);
        });
    }

    /// Emits a loop that carries its index, if any, and the joined variables; afterwards these have their last values.
    fn emit_loop(
        &mut self,
        label: Label,
        index: Option<(Var, Atom)>,
        join: &Join,
        span: Span,
        body: impl FnOnce(&mut Self),
    ) {
        let first = self.current(&join.locals);
        let index_atom = index.as_ref().map(|(var, _)| Atom::Var(*var));
        let mut params: Vec<(Var, Atom)> = index.into_iter().collect();
        let carried: Vec<Var> = join
            .locals
            .iter()
            .zip(&join.all)
            .map(|(local, ty)| self.core.fresh(self.local_name(*local), *ty))
            .collect();
        params.extend(carried.iter().copied().zip(first));
        self.scope.loops.push(LoopScope {
            label,
            index: index_atom,
            carried: join.locals.clone(),
            span,
            is_statement: false,
        });
        let body = self.block(|this| {
            this.restore(&join.locals, carried.into_iter().map(Atom::Var).collect());
            body(this);
            Atom::Unit
        });
        self.scope.loops.pop();
        self.emit_join(join, Op::Loop(label, params, body), true, span);
    }

    /// The block of one iteration: it goes on with the next.
    fn iteration(&mut self, join: &Join, body: impl FnOnce(&mut Self)) -> Block {
        let before = self.current(&join.locals);
        let block = self.block(|this| {
            body(this);
            let innermost = this.scope.loops.last().cloned();
            this.next_iteration(innermost);
            Atom::Unit
        });
        self.restore(&join.locals, before);
        block
    }

    /// The block that leaves the loop with the current values of its variables.
    fn exit(&mut self, label: Label, join: &Join) -> Block {
        self.block(|this| {
            let packed = this.pack(join, Atom::Unit);
            this.end(End::Break(label, packed));
            Atom::Unit
        })
    }

    /// The innermost loop is a statement of the program.
    pub(crate) fn mark_statement(&mut self) {
        self.scope.loops.iter_mut().last().into_iter().for_each(|innermost| innermost.is_statement = true);
    }

    fn statement_loop(&self) -> Option<LoopScope> {
        self.scope.loops.iter().rev().find(|scope| scope.is_statement).cloned()
    }

    /// `continue`
    pub(crate) fn continue_loop(&mut self) {
        let innermost = self.statement_loop();
        self.next_iteration(innermost);
    }

    fn next_iteration(&mut self, scope: Option<LoopScope>) {
        let Some(scope) = scope else { return };
        let mut values = Vec::new();
        if let Some(index) = scope.index {
            values.push(self.int_prim(Prim::AddInt, vec![index, Atom::Int(1)], scope.span));
        }
        values.extend(self.current(&scope.carried));
        self.end(End::Continue(scope.label, values));
    }

    /// `break`
    pub(crate) fn break_loop(&mut self) {
        let Some(scope) = self.statement_loop() else { return };
        let join = self.join(&Type::Unit, scope.carried.as_ref().clone());
        let packed = self.pack(&join, Atom::Unit);
        self.end(End::Break(scope.label, packed));
    }
}
