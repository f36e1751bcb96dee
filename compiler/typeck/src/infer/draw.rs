//! The right-hand side of `~` where a value is drawn.

use borel_diagnostics::Diagnostic;
use borel_syntax::ast;
use borel_typed::{Draw, ExprKind};

use super::Checker;
use crate::constraint::{Constraint, Kind};
use crate::effect::Effect;
use crate::types::Ty;

impl<'a> Checker<'a> {
    /// What `~ e` draws, and the type of the value. Whether a call is run or what it gives is drawn from is settled
    /// when its type is known: [`crate::zonk`] turns [`Draw::From`] into [`Draw::Run`].
    pub(super) fn draw(&mut self, source: &'a ast::Expr) -> (Draw, Ty) {
        let span = source.span;
        let source = self.infer(source);
        let ty = self.resolve(self.ty(&source));
        let runs = matches!(source.kind, ExprKind::Call(..) | ExprKind::CallLocal(..) | ExprKind::Apply(..));
        self.perform(Effect::Random, span, "`~`");
        if !runs {
            if !self.store.is_var(ty) && !self.store.is_error(ty) && !self.is_sampleable(ty) {
                self.report_nothing_to_draw(ty, span);
                return (Draw::From(source), Ty::ERROR);
            }
            let value = self.require_sample(ty, span, span);
            return (Draw::From(source), value);
        }
        let value = self.store.fresh();
        self.require(Constraint::new(Kind::Draw(ty, value), span, &[span]));
        (Draw::From(source), value)
    }

    fn report_nothing_to_draw(&mut self, ty: Ty, span: borel_source::Span) {
        let found = self.show(ty);
        let message = format!("expected a distribution or a call of a random function, found {found}");
        let diagnostic = Diagnostic::error("E0213", span, message, format!("nothing to draw from in {found}"))
            .help("a plain value is bound by `=`; `~` draws from a distribution or runs a random function");
        self.report(diagnostic);
    }
}
