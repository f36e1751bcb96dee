//! What bodies do: sampling and scoring make a function random, which a written `->` forbids.

use borel_diagnostics::Diagnostic;
use borel_source::Span;

use super::Checker;
use crate::effect::Effect;

impl Checker<'_> {
    /// The expression at `span` does something: `what` says what, for messages.
    pub fn perform(&mut self, effect: Effect, span: Span, what: &str) {
        let Some(context) = self.contexts.last() else { return };
        let (declared, allowed) = (context.declared_pure, context.effect);
        let origin = self.store.effects.random_origin(effect);
        if self.store.effects.at_most(effect, allowed, Some(span)).is_ok() {
            return;
        }
        let is_constant = self.contexts.last().is_some_and(|context| context.is_constant);
        let diagnostic = if is_constant {
            Diagnostic::error("E0315", span, "a constant cannot be random", format!("{what} is random"))
                .help("make it a function, `fn name() ~> ..`, or draw it inside the model")
        } else {
            let message = "this is random, but the function is declared deterministic";
            Diagnostic::error("E0310", span, message, format!("{what} is random"))
        };
        let diagnostic = match declared {
            Some(arrow) => diagnostic
                .label(arrow, "`->` promises that the function is deterministic")
                .help("write `~>` instead of `->` for a function that samples or scores"),
            None => diagnostic,
        };
        let diagnostic = match origin {
            Some(origin) if origin != span => diagnostic.label(origin, "random because of this"),
            _ => diagnostic,
        };
        self.report(diagnostic);
    }
}
