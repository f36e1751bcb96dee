//! What can be sampled and observed.

use borel_diagnostics::Diagnostic;

use super::{Constraint, Kind, Progress};
use crate::infer::Checker;
use crate::types::{Node, Ty};

/// What a draw from a type gives.
enum Draws {
    Value(Ty),
    Unknown,
    /// The part that cannot be drawn from.
    Nothing(Ty),
}

impl Checker<'_> {
    /// The type of draws from `ty`: distributions, arrays and tuples of them; unless for observing, posteriors and
    /// random functions without parameters.
    fn draws(&mut self, ty: Ty, observed: bool) -> Draws {
        match self.store.node(ty).clone() {
            Node::Dist(value) => Draws::Value(value),
            Node::Posterior(value) if !observed => Draws::Value(value),
            Node::Function(params, _, result) if !observed && params.is_empty() => Draws::Value(result),
            Node::Error => Draws::Value(Ty::ERROR),
            Node::Var { number: false, .. } | Node::Param(_) => Draws::Unknown,
            Node::Array(item) => match self.draws(item, observed) {
                Draws::Value(value) => Draws::Value(self.store.array(value)),
                other => other,
            },
            Node::Tuple(items) => {
                let mut values = Vec::new();
                for &item in items.iter() {
                    match self.draws(item, observed) {
                        Draws::Value(value) => values.push(value),
                        other => return other,
                    }
                }
                Draws::Value(self.store.tuple(&values))
            }
            _ => Draws::Nothing(ty),
        }
    }

    /// Whether a draw from this type is defined, as far as known.
    pub fn is_sampleable(&mut self, ty: Ty) -> bool {
        matches!(self.draws(ty, false), Draws::Value(_))
    }

    pub(super) fn solve_sample(&mut self, constraint: &Constraint, a: Ty, result: Ty) -> Progress {
        match self.draws(a, false) {
            Draws::Value(value) => self.result(constraint, result, value),
            Draws::Unknown => Progress::Stuck,
            Draws::Nothing(part) => {
                let (found, part_text) = self.show_pair(a, part);
                let message = format!("expected something to sample, found {found}");
                let diagnostic = Diagnostic::error(
                    "E0213",
                    constraint.operand(0),
                    message,
                    format!("{part_text} is not a distribution"),
                );
                let diagnostic = match self.store.node(part) {
                    Node::Function(..) => diagnostic.help("a random function with parameters is called: `f(x)`"),
                    _ => diagnostic.help("a call of a random function draws already: write it without `sample`"),
                };
                self.refuse(constraint, diagnostic)
            }
        }
    }

    /// `let p ~ f(..)`: the value that the call gives is drawn from if it is a distribution.
    pub(super) fn solve_draw(&mut self, constraint: &Constraint, a: Ty, result: Ty) -> Progress {
        // A function or a value of a type parameter that a call gives is the value.
        if matches!(self.store.node(a), Node::Function(..) | Node::Param(_)) {
            return self.result(constraint, result, a);
        }
        match self.draws(a, false) {
            Draws::Value(value) => self.result(constraint, result, value),
            Draws::Unknown => Progress::Stuck,
            Draws::Nothing(_) => self.result(constraint, result, a),
        }
    }

    pub(super) fn solve_observe(&mut self, constraint: &Constraint, a: Ty, result: Ty) -> Progress {
        match self.draws(a, true) {
            Draws::Value(value) => self.result(constraint, result, value),
            Draws::Unknown => Progress::Stuck,
            Draws::Nothing(part) => {
                let found = self.show(a);
                let message = format!("expected a distribution to observe, found {found}");
                let label = format!("{} has no density", self.show(part));
                let diagnostic = Diagnostic::error("E0214", constraint.operand(0), message, label);
                let diagnostic = match self.store.node(part) {
                    Node::Function(..) => diagnostic
                        .note("a random function can be run, but its density is not known")
                        .help("observe with a distribution inside the function, or use `condition` or `factor`"),
                    Node::Posterior(_) => diagnostic
                        .note("a posterior is known by its draws only")
                        .help("observe from the distribution of the data given a draw of it"),
                    _ => diagnostic.help("write `observe value ~ Distribution(..)`"),
                };
                self.refuse(constraint, diagnostic)
            }
        }
    }

    /// The type of what `sample e` gives for a source of this type.
    pub fn require_sample(&mut self, source: Ty, span: borel_source::Span, operand: borel_source::Span) -> Ty {
        let source = self.resolve(source);
        let value = match self.store.node(source) {
            Node::Dist(value) => return *value,
            _ => self.store.fresh(),
        };
        self.require(Constraint::new(Kind::Sample(source, value), span, &[operand]));
        value
    }
}
