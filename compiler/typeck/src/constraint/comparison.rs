//! Equality and order.

use borel_diagnostics::Diagnostic;
use borel_typed::Comparison;

use super::{Constraint, Progress};
use crate::infer::Checker;
use crate::types::{Node, Ty};

/// A comparison as written.
pub fn symbol(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "==",
        Comparison::NotEqual => "!=",
        Comparison::Less => "<",
        Comparison::LessEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterEqual => ">=",
    }
}

impl Checker<'_> {
    pub(super) fn solve_compare(&mut self, constraint: &Constraint, comparison: Comparison, a: Ty, b: Ty) -> Progress {
        let number = |checker: &Checker, ty: Ty| {
            matches!(checker.store.node(ty), Node::Int | Node::Real | Node::Var { number: true, .. })
        };
        if number(self, a) && number(self, b) {
            return Progress::Done;
        }
        let unknown = |checker: &Checker, ty: Ty| matches!(checker.store.node(ty), Node::Var { .. } | Node::Param(_));
        match (unknown(self, a), unknown(self, b)) {
            // An unknown beside a number may be Int or Real; beside anything else it is the same.
            (true, false) if number(self, b) => return Progress::Stuck,
            (false, true) if number(self, a) => return Progress::Stuck,
            (true, true) => return Progress::Stuck,
            _ => {}
        }
        if self.store.unify(a, b).is_err() {
            let (left, right) = self.show_pair(a, b);
            let message = format!("expected {left}, found {right}");
            let diagnostic = Diagnostic::error("E0203", constraint.operand(1), message, format!("this is {right}"))
                .label(constraint.operand(0), format!("this is {left}"))
                .note(format!("`{}` compares two values of one type", symbol(comparison)));
            return self.refuse(constraint, diagnostic);
        }
        self.check_comparable(constraint, comparison, a)
    }

    fn check_comparable(&mut self, constraint: &Constraint, comparison: Comparison, ty: Ty) -> Progress {
        let is_equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        let ordered = matches!(self.store.node(ty), Node::Int | Node::Real | Node::String | Node::Error);
        let mut incomparable = None;
        let mut open = false;
        let store = &self.store;
        store.walk(ty, &mut |node| match node {
            Node::Function(..) => incomparable = Some("functions"),
            Node::Dist(_) => incomparable = Some("distributions"),
            Node::Posterior(_) => incomparable = Some("posteriors"),
            Node::Suspended(_) => incomparable = Some("suspended executions"),
            Node::Method => incomparable = Some("inference methods"),
            Node::Var { number: false, .. } | Node::Param(_) => open = true,
            _ => {}
        });
        if !is_equality && !ordered {
            let found = self.show(ty);
            let message = format!("`{}` is not defined for {found}", symbol(comparison));
            let diagnostic = Diagnostic::error("E0215", constraint.span, message, format!("these are {found}"))
                .note("only Int, Real and String have an order");
            return self.refuse(constraint, diagnostic);
        }
        if let Some(what) = incomparable {
            let message = format!("equality is not defined on {what}");
            let label = format!("this compares values of type {}", self.show(ty));
            return self.refuse(constraint, Diagnostic::error("E0215", constraint.span, message, label));
        }
        if open { Progress::Stuck } else { Progress::Done }
    }
}
