//! Functions of numbers, applied to each element of arrays and matrices; and reductions.

use borel_diagnostics::Diagnostic;
use borel_typed::Builtin;

use super::{Constraint, Kind, Lift, Progress};
use crate::infer::Checker;
use crate::types::{Node, Ty};

impl Checker<'_> {
    pub(super) fn solve_lift(
        &mut self,
        constraint: &Constraint,
        lift: Lift,
        name: &'static str,
        a: Ty,
        result: Ty,
    ) -> Progress {
        use Lift::*;
        let node = self.store.node(a).clone();
        match (lift, node) {
            (_, Node::Array(item)) => {
                let element = self.store.fresh();
                let array = self.store.array(element);
                self.require(constraint.part(Kind::Lift(lift, name, item, element)));
                self.result(constraint, result, array)
            }
            (RealToReal | NumberToSame, Node::Matrix) => self.result(constraint, result, Ty::MATRIX),
            (NumberToSame, Node::Int | Node::Real | Node::Var { number: true, .. }) => {
                self.result(constraint, result, a)
            }
            (RealToReal, Node::Int | Node::Real | Node::Var { number: true, .. }) => {
                self.result(constraint, result, Ty::REAL)
            }
            (RealToInt, Node::Int | Node::Real | Node::Var { number: true, .. }) => {
                self.result(constraint, result, Ty::INT)
            }
            (CountToReal, Node::Int | Node::Bool | Node::Real) => self.result(constraint, result, Ty::REAL),
            (CountToReal, Node::Var { number: true, .. }) => self.result(constraint, result, Ty::REAL),
            (BoolToInt, Node::Bool) => self.result(constraint, result, Ty::INT),
            (NumberToSame, Node::Param(param)) if self.store.params[param as usize].number => {
                self.result(constraint, result, a)
            }
            (NumberToSame, Node::Var { .. } | Node::Param(_)) => {
                // Whatever it is, the result is the same.
                if self.store.is_var(result) {
                    let _ = self.store.unify(result, a);
                }
                Progress::Stuck
            }
            (_, Node::Var { .. } | Node::Param(_)) => Progress::Stuck,
            _ => self.refuse_lift(constraint, lift, name, a),
        }
    }

    fn refuse_lift(&mut self, constraint: &Constraint, lift: Lift, name: &'static str, a: Ty) -> Progress {
        let found = self.show(a);
        let expected = match lift {
            Lift::RealToReal | Lift::RealToInt => "Real",
            Lift::CountToReal => "Int or Bool",
            Lift::BoolToInt => "Bool",
            Lift::NumberToSame => "a number",
        };
        let message = format!("expected {expected}, found {found}");
        let label = format!("`{name}` is not defined for {found}");
        let mut diagnostic = Diagnostic::error("E0211", constraint.operand(0), message, label);
        diagnostic = match (lift, self.store.node(a)) {
            (Lift::BoolToInt, Node::Real) => diagnostic.help("write `floor(x)`, `ceil(x)` or `round(x)`"),
            (_, Node::Dist(_)) => diagnostic.help("draw a value first: `sample d` or `let x ~ d`"),
            (_, Node::Bool) => diagnostic.help("write `int(..)` or `real(..)` to count true as 1 and false as 0"),
            _ => diagnostic,
        };
        self.refuse(constraint, diagnostic)
    }

    /// `++`, `len` and slices: arrays and strings.
    pub(super) fn solve_sequence(&mut self, constraint: &Constraint, name: &str, a: Ty) -> Progress {
        match self.store.node(a) {
            Node::Array(_) | Node::String => Progress::Done,
            Node::Var { number: false, .. } | Node::Param(_) => Progress::Stuck,
            node => {
                let help = match node {
                    Node::Matrix => Some("`rows(m)` and `columns(m)` give its size, `to_rows(m)` its rows as arrays"),
                    Node::Posterior(_) => Some("`draws(posterior)` gives its draws as an array"),
                    Node::Int | Node::Real | Node::Var { .. } if name == "++" => {
                        Some("put a single value in brackets: `xs ++ [x]`")
                    }
                    _ => None,
                };
                let found = self.show(a);
                let message = format!("expected an array or a String, found {found}");
                let label = format!("`{name}` is not defined for {found}");
                let mut diagnostic = Diagnostic::error("E0211", constraint.operand(0), message, label);
                diagnostic.help = help.map(str::to_string);
                self.refuse(constraint, diagnostic)
            }
        }
    }

    /// `grad`: Reals, and arrays, matrices, tuples and records of them.
    pub(super) fn solve_differentiable(&mut self, constraint: &Constraint, a: Ty) -> Progress {
        let parts = match self.store.node(a).clone() {
            Node::Real | Node::Matrix => Vec::new(),
            Node::Array(item) => vec![item],
            Node::Tuple(parts) => parts.to_vec(),
            Node::Record(fields) => fields.iter().map(|(_, part)| *part).collect(),
            Node::Var { .. } | Node::Param(_) => return Progress::Stuck,
            node => {
                let found = self.show(a);
                let message = format!("a gradient is taken with respect to Reals, found {found}");
                let mut diagnostic =
                    Diagnostic::error("E0218", constraint.operand(0), message, format!("has a parameter with {found}"));
                diagnostic.help = Some(match node {
                    Node::Int => "annotate the parameter (`fn(x: Real) => ..`), and write numbers such as 2.0".into(),
                    _ => "let the function capture what is no Real: `fn(x) => f(x, other)`".into(),
                });
                return self.refuse(constraint, diagnostic);
            }
        };
        parts.into_iter().for_each(|part| self.require(constraint.part(Kind::Differentiable(part))));
        Progress::Done
    }

    pub(super) fn solve_sum(&mut self, constraint: &Constraint, a: Ty, result: Ty) -> Progress {
        match self.store.node(a).clone() {
            Node::Matrix => self.result(constraint, result, Ty::REAL),
            Node::Array(item) => match self.store.node(item) {
                Node::Int | Node::Real | Node::Var { number: true, .. } => self.result(constraint, result, item),
                Node::Var { .. } | Node::Param(_) => {
                    if self.store.is_var(result) {
                        let _ = self.store.unify(result, item);
                    }
                    Progress::Stuck
                }
                _ => self.refuse_sum(constraint, a),
            },
            Node::Var { number: false, .. } | Node::Param(_) => Progress::Stuck,
            _ => self.refuse_sum(constraint, a),
        }
    }

    fn refuse_sum(&mut self, constraint: &Constraint, a: Ty) -> Progress {
        let found = self.show(a);
        let message = format!("expected an array of numbers or a Matrix, found {found}");
        let mut diagnostic =
            Diagnostic::error("E0211", constraint.operand(0), message, format!("`sum` is not defined for {found}"));
        if let Node::Array(item) = self.store.node(a) {
            diagnostic = match self.store.node(*item) {
                Node::Bool => diagnostic.help("write `sum(int(xs))` to count how many are true"),
                Node::Array(_) => diagnostic.help("write `sum([sum(x) for x in xs])`"),
                _ => diagnostic,
            };
        }
        self.refuse(constraint, diagnostic)
    }

    /// `mean`, `variance`, `stddev` of an array of numbers, or of a posterior, componentwise.
    pub(super) fn solve_moment(&mut self, constraint: &Constraint, builtin: Builtin, a: Ty, result: Ty) -> Progress {
        match self.store.node(a).clone() {
            Node::Array(item) => match self.store.node(item) {
                Node::Int | Node::Real | Node::Bool | Node::Var { number: true, .. } => {
                    self.result(constraint, result, Ty::REAL)
                }
                Node::Var { .. } | Node::Param(_) => {
                    if self.store.is_var(result) {
                        let _ = self.store.unify(result, Ty::REAL);
                    }
                    Progress::Stuck
                }
                _ => self.refuse_moment(constraint, builtin, a, item),
            },
            Node::Posterior(value) | Node::Dist(value) => {
                let mut open = false;
                self.store.walk(value, &mut |node| {
                    open |= matches!(node, Node::Var { number: false, .. } | Node::Param(_));
                });
                if open {
                    return Progress::Stuck;
                }
                match self.moment_of(value) {
                    Ok(ty) => self.result(constraint, result, ty),
                    Err(part) => self.refuse_moment(constraint, builtin, a, part),
                }
            }
            Node::Var { number: false, .. } | Node::Param(_) => Progress::Stuck,
            _ => self.refuse_moment(constraint, builtin, a, a),
        }
    }

    /// The type of the mean of values of a type: numbers become Real, structure stays. Err: the part that has none.
    fn moment_of(&mut self, ty: Ty) -> Result<Ty, Ty> {
        match self.store.node(ty).clone() {
            Node::Int | Node::Real | Node::Bool | Node::Var { number: true, .. } => Ok(Ty::REAL),
            Node::Unit => Ok(Ty::UNIT),
            Node::Matrix => Ok(Ty::MATRIX),
            Node::Error => Ok(Ty::ERROR),
            Node::Array(item) => {
                let item = self.moment_of(item)?;
                Ok(self.store.array(item))
            }
            Node::Tuple(items) => {
                let items = items.iter().map(|&item| self.moment_of(item)).collect::<Result<Vec<Ty>, Ty>>()?;
                Ok(self.store.tuple(&items))
            }
            Node::Record(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, ty)| Ok((name.clone(), self.moment_of(*ty)?)))
                    .collect::<Result<Vec<_>, Ty>>()?;
                Ok(self.store.record(fields))
            }
            _ => Err(ty),
        }
    }

    fn refuse_moment(&mut self, constraint: &Constraint, builtin: Builtin, whole: Ty, part: Ty) -> Progress {
        let name = builtin.name();
        let found = self.show(whole);
        let part = self.show(part);
        let message = format!("expected an array of numbers, a distribution or a posterior, found {found}");
        let label = format!("{part} has no {name}");
        let diagnostic = Diagnostic::error("E0211", constraint.operand(0), message, label)
            .help("for other values say what number to take of each: `expectation(post, fn(x) => ..)`");
        self.refuse(constraint, diagnostic)
    }
}
