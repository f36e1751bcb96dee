//! Distributions that are known where they are used.

use borel_core::{Atom, ChoiceId, Op, Source, Stmt, Structural, Var};
use borel_source::Span;

use super::{Fact, Flow, Simplifier};

impl Simplifier<'_> {
    /// The source without a distribution value, if its kind and parameters are known.
    pub(super) fn source(&mut self, source: Source) -> Source {
        if let Source::Value(atom) = &source
            && let Fact::Dist(kind, parameters) = self.fact(atom)
        {
            let known = Source::Known(*kind, parameters.clone());
            self.changed = true;
            return known;
        }
        source
    }

    pub(super) fn sample(
        &mut self,
        var: Var,
        source: Source,
        choice: Option<ChoiceId>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Flow {
        let source = self.source(source);
        if let Source::Value(atom) = &source
            && let Fact::Structural(Structural::Delta, operands) = self.fact(atom)
        {
            let value = operands.first().cloned().unwrap_or(Atom::Unit);
            self.changed = true;
            if let Some(choice) = choice {
                let unit = self.program.unit();
                let recorded = self.program.fresh("_", unit);
                self.record(recorded, choice, value.clone(), span, out);
            }
            return self.becomes(var, value);
        }
        self.push(var, Op::Sample(source, choice), span, out)
    }

    /// Only variables are recorded, so a constant that has turned out to be the value gets one.
    pub(super) fn record(&mut self, var: Var, choice: ChoiceId, value: Atom, span: Span, out: &mut Vec<Stmt>) -> Flow {
        let value = match value {
            Atom::Var(_) => value,
            constant => {
                let ty = self.program.atom_ty(&constant);
                let copy = self.program.fresh("constant", ty);
                out.push(Stmt { var: copy, op: Op::Atom(constant), span });
                Atom::Var(copy)
            }
        };
        self.push(var, Op::Record(choice, value), span, out)
    }
}
