//! Distributions of the catalogue: which argument types they take, and how they lift over arrays.

use std::rc::Rc;

use borel_diagnostics::Diagnostic;
use borel_distributions::{Kind as DistKind, ParameterKind, ValueKind};
use borel_typed::Builtin;

use super::{Constraint, Progress};
use crate::infer::Checker;
use crate::types::{Node, Ty};

/// An argument against its parameter.
enum Fit {
    /// So many arrays around what the parameter wants.
    Depth(u32),
    Unknown,
    Wrong,
}

impl Checker<'_> {
    pub(super) fn solve_distribution(
        &mut self,
        constraint: &Constraint,
        kind: DistKind,
        args: &Rc<[Ty]>,
        result: Ty,
    ) -> Progress {
        let parameters = kind.entry().parameters;
        let mut depth = 0;
        let mut unknown = false;
        for (index, (&arg, parameter)) in args.iter().zip(parameters).enumerate() {
            match self.fit(arg, parameter.kind) {
                Fit::Depth(found) => depth = depth.max(found),
                Fit::Unknown => unknown = true,
                Fit::Wrong => return self.refuse_parameter(constraint, kind, index, arg),
            }
        }
        if unknown {
            return Progress::Stuck;
        }
        let value = self.lifted_value(kind, depth);
        self.result(constraint, result, value)
    }

    fn lifted_value(&mut self, kind: DistKind, depth: u32) -> Ty {
        let base = match kind.entry().value {
            ValueKind::Real => Ty::REAL,
            ValueKind::Int => Ty::INT,
            ValueKind::Bool => Ty::BOOL,
            ValueKind::RealArray => self.store.array(Ty::REAL),
            ValueKind::IntArray => self.store.array(Ty::INT),
            ValueKind::Matrix => Ty::MATRIX,
        };
        (0..depth).fold(base, |ty, _| self.store.array(ty))
    }

    fn fit(&self, arg: Ty, parameter: ParameterKind) -> Fit {
        let mut depth = 0;
        let mut at = arg;
        while let Node::Array(item) = self.store.node(at) {
            depth += 1;
            at = *item;
        }
        let number = matches!(self.store.node(at), Node::Int | Node::Var { number: true, .. });
        match (parameter, self.store.node(at)) {
            (_, Node::Error) => Fit::Depth(0),
            (_, Node::Var { number: false, .. } | Node::Param(_)) => Fit::Unknown,
            (ParameterKind::Real, Node::Real) => Fit::Depth(depth),
            (ParameterKind::Real | ParameterKind::Int, _) if number => Fit::Depth(depth),
            (ParameterKind::RealArray, node) if (number || matches!(node, Node::Real)) && depth > 0 => {
                Fit::Depth(depth - 1)
            }
            (ParameterKind::Matrix, Node::Matrix) => Fit::Depth(depth),
            _ => Fit::Wrong,
        }
    }

    fn refuse_parameter(&mut self, constraint: &Constraint, kind: DistKind, index: usize, arg: Ty) -> Progress {
        let entry = kind.entry();
        let parameter = &entry.parameters[index];
        let expected = parameter.kind;
        let found = self.show(arg);
        let message = format!("expected {expected}, found {found}");
        let label = format!("`{}` of {} is {expected}, not {found}", parameter.name, entry.name);
        let mut diagnostic = Diagnostic::error("E0212", constraint.operand(index), message, label);
        diagnostic.help = match (parameter.kind, self.store.node(arg)) {
            (_, Node::Dist(_)) => Some("draw the parameter first: `let x ~ ..`, then use `x`".to_string()),
            (ParameterKind::Int, Node::Real) => Some("`round(x)` makes the nearest Int".to_string()),
            (ParameterKind::Matrix, Node::Array(_)) => Some("make a matrix of the rows: `matrix(rows)`".to_string()),
            (ParameterKind::Real, Node::Matrix) => Some("lift over its rows: `to_rows(m)`".to_string()),
            (ParameterKind::Real, Node::Bool) => Some("`real(b)` is 1 for true and 0 for false".to_string()),
            (ParameterKind::RealArray, _) => Some("write the values in brackets: `[0.2, 0.8]`".to_string()),
            _ => None,
        };
        self.refuse(constraint, diagnostic)
    }

    /// `cdf(d, x)` and the like: of distributions over numbers in order.
    pub(super) fn solve_query(&mut self, constraint: &Constraint, builtin: Builtin, a: Ty, value: Ty) -> Progress {
        let found = match self.store.node(a).clone() {
            Node::Dist(found) => found,
            Node::Posterior(found) if builtin == Builtin::Quantile => {
                return match self.store.unify(found, Ty::REAL) {
                    Ok(()) => self.result(constraint, value, Ty::REAL),
                    Err(_) => self.refuse_query(constraint, builtin, a),
                };
            }
            Node::Var { number: false, .. } | Node::Param(_) => return Progress::Stuck,
            _ => return self.refuse_query(constraint, builtin, a),
        };
        match self.store.node(found) {
            Node::Real | Node::Int | Node::Bool | Node::Var { number: true, .. } => {
                self.result(constraint, value, found)
            }
            Node::Var { .. } | Node::Param(_) => {
                // The values are known to be the same before it is known what they are.
                let _ = self.store.unify(value, found);
                Progress::Stuck
            }
            _ => self.refuse_query(constraint, builtin, a),
        }
    }

    fn refuse_query(&mut self, constraint: &Constraint, builtin: Builtin, a: Ty) -> Progress {
        let (name, found) = (builtin.name(), self.show(a));
        let message = format!("expected a distribution over Reals, Ints or Bools, found {found}");
        let label = format!("{found} has no {name}");
        let diagnostic = Diagnostic::error("E0217", constraint.operand(0), message, label);
        let diagnostic = match self.store.node(a) {
            Node::Posterior(_) => {
                diagnostic.help("take the probability over its draws: `probability(post, fn(v) => v <= x)`")
            }
            Node::Dist(_) => diagnostic.help("take it of the distribution of one element"),
            _ => diagnostic,
        };
        self.refuse(constraint, diagnostic)
    }
}
