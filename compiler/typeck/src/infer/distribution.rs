//! Distributions of the catalogue.

use borel_distributions::Kind as DistKind;
use borel_source::Span;
use borel_syntax::ast;
use borel_typed::{Expr, ExprKind};

use super::argument::{Called, Parameter};
use super::{Checker, node};
use crate::constraint::{Constraint, Kind};
use crate::effect::Effect;
use crate::types::Ty;

impl<'a> Checker<'a> {
    pub(super) fn call_distribution(&mut self, kind: DistKind, args: &'a [ast::Argument], span: Span) -> Expr {
        let entry = kind.entry();
        let parameters: Vec<Parameter<'a>> =
            entry.parameters.iter().map(|parameter| Parameter::required(Some(parameter.name))).collect();
        let called = Called { name: entry.name, defined: None };
        let Some(sources) = self.arrange(called, &parameters, args, span) else {
            self.infer_arguments(args);
            return self.error(span);
        };
        let types: Vec<Ty> = sources.iter().map(|_| self.store.fresh()).collect();
        let checked = self.check_sources(&sources, &types, self.module, span);
        let spans: Vec<Span> = checked.iter().map(|arg| arg.span).collect();
        let types: Vec<Ty> = checked.iter().map(|arg| self.ty(arg)).collect();
        let ty = self.distribution_type(kind, &types, span, &spans);
        node(ExprKind::Distribution(kind, checked), ty, span)
    }

    /// The type of a distribution with arguments of these types.
    fn distribution_type(&mut self, kind: DistKind, types: &[Ty], span: Span, spans: &[Span]) -> Ty {
        let value = self.store.fresh();
        self.require(Constraint::new(Kind::Distribution(kind, types.into(), value), span, spans));
        self.store.dist(value)
    }

    pub(super) fn distribution_value(&mut self, kind: DistKind, span: Span) -> Expr {
        let types: Vec<Ty> = kind.entry().parameters.iter().map(|_| self.store.fresh()).collect();
        let ty = self.distribution_type(kind, &types, span, &[]);
        self.eta_expand(&types, Effect::Pure, ty, span, |args| ExprKind::Distribution(kind, args))
    }
}
