//! Constraints for people, as they follow `where` in a signature.

use std::fmt::Write;

use super::{Constraint, Kind, arithmetic, comparison};
use crate::display::Naming;
use crate::infer::Checker;

impl Checker<'_> {
    /// Writes a constraint, results on the left: `B = A + Int`.
    pub fn write_constraint(&self, constraint: &Constraint, naming: &mut Naming, out: &mut String) {
        let mut inputs = Vec::new();
        constraint.kind.inputs(&mut |ty| inputs.push(self.show_with(ty, naming)));
        let output = constraint.kind.output().map(|ty| self.show_with(ty, naming));
        let left = inputs.first().cloned().unwrap_or_default();
        let right = inputs.get(1).cloned().unwrap_or_default();
        let text = match &constraint.kind {
            Kind::Binary(super::Operator::Arithmetic(operator), ..) => {
                format!("{left} {} {right}", arithmetic::symbol(*operator))
            }
            Kind::Binary(super::Operator::Extremum(builtin), ..) => format!("{}({left}, {right})", builtin.name()),
            Kind::Compare(operator, ..) => format!("{left} {} {right}", comparison::symbol(*operator)),
            Kind::Lift(_, name, ..) => format!("{name}({left})"),
            Kind::Concat(_) => format!("{left} ++ {left}"),
            Kind::Len(_) => format!("len({left})"),
            Kind::Slice(_) => format!("{left}[..]"),
            Kind::Differentiable(_) => format!("grad over {left}"),
            Kind::Sum(..) => format!("sum({left})"),
            Kind::Moment(builtin, ..) => format!("{}({left})", builtin.name()),
            Kind::Field(_, name, _) => format!("{left}.{name}"),
            Kind::Component(_, index, _) => format!("{left}.{index}"),
            Kind::Index(_, 1, _) => format!("{left}[Int]"),
            Kind::Index(..) => format!("{left}[Int, Int]"),
            Kind::Distribution(kind, ..) => format!("{}({})", kind.entry().name, inputs.join(", ")),
            Kind::Sample(..) | Kind::Draw(..) => format!("sample {left}"),
            Kind::Observe(..) => format!("observe {left}"),
            Kind::Query(builtin, ..) => format!("{}({left})", builtin.name()),
        };
        let _ = match (&constraint.kind, output) {
            (Kind::Distribution(..), Some(output)) => write!(out, "Dist[{output}] = {text}"),
            (Kind::Query(..), _) => write!(out, "{text}"),
            (_, Some(output)) => write!(out, "{output} = {text}"),
            (_, None) => write!(out, "{text}"),
        };
    }
}
