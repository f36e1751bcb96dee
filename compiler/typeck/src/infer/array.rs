//! Arrays: written out and by comprehension, and what can be iterated over.

use borel_diagnostics::Diagnostic;
use borel_source::Span;
use borel_syntax::ast;
use borel_typed::{Clause, Expr, ExprKind};

use super::{Checker, node};
use crate::types::{Node, Ty, Why};

impl<'a> Checker<'a> {
    pub(super) fn array(&mut self, items: &'a [ast::Expr], span: Span) -> Expr {
        let mut items: Vec<Expr> = items.iter().map(|item| self.infer(item)).collect();
        let element = self.join_all(&mut items);
        let ty = self.store.array(element);
        node(ExprKind::Array(items), ty, span)
    }

    pub(super) fn comprehension(
        &mut self,
        element: &'a ast::Expr,
        clauses: &'a [ast::Clause],
        expected: Option<(Ty, Why)>,
        span: Span,
    ) -> Expr {
        let mark = self.scope.len();
        let clauses = clauses
            .iter()
            .map(|clause| match clause {
                ast::Clause::For(pattern, over) => {
                    let (over, item) = self.iterated(over);
                    Clause::For(self.irrefutable(pattern, item), over)
                }
                ast::Clause::If(condition) => Clause::If(self.check(condition, Ty::BOOL, Why::Nothing)),
            })
            .collect();
        let element = match expected {
            Some((ty, why)) => self.check(element, ty, why),
            None => self.infer(element),
        };
        self.scope.truncate(mark);
        let item = match expected {
            Some((ty, _)) => ty,
            None => self.ty(&element),
        };
        let ty = self.store.array(item);
        node(ExprKind::Comprehension(Box::new(element), clauses), ty, span)
    }

    /// What a `for` goes over, and the type of its elements.
    pub(super) fn iterated(&mut self, over: &'a ast::Expr) -> (Expr, Ty) {
        let over = self.infer(over);
        let ty = self.resolve(self.ty(&over));
        let item = match self.store.node(ty).clone() {
            Node::Array(item) => item,
            Node::Error => Ty::ERROR,
            Node::Var { number: false, .. } => {
                let item = self.store.fresh();
                let array = self.store.array(item);
                let _ = self.store.unify(ty, array);
                item
            }
            other => {
                let found = self.show(ty);
                let help = match other {
                    Node::Int | Node::Var { .. } => "to repeat n times write `for i in 0..n`",
                    Node::Matrix => "go over the rows: `for row in to_rows(m)`",
                    Node::Posterior(_) => "go over the draws: `for x in draws(posterior)`",
                    Node::Data(..) => "make an array of it first, for example with `from_list(xs)`",
                    _ => "go over an array or a range `a..b`",
                };
                let message = format!("expected an array, found {found}");
                let diagnostic = Diagnostic::error("E0201", over.span, message, format!("this is {found}"));
                self.report(diagnostic.help(help));
                Ty::ERROR
            }
        };
        (over, item)
    }
}
