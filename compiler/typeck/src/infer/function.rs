//! Bodies of functions, models and lambdas.

use borel_source::Span;
use borel_syntax::ast::{self, Arrow};
use borel_typed::{Expr, ExprKind, Lambda, Pattern};

use super::convert::value_span;
use super::{Checker, Context, Mode, hold, node};
use crate::annotation::Arrows;
use crate::effect::Effect;
use crate::types::{Ty, Why};
use crate::unify::Mismatch;

/// What is known of a function before its body: from its header, or from what is expected of a lambda.
#[derive(Clone)]
pub struct Header {
    pub params: Vec<Ty>,
    pub effect: Effect,
    pub declared_pure: Option<Span>,
    pub result: Ty,
    /// Why the result has that type, if it is known; otherwise it is inferred.
    pub declared_result: Option<Why>,
}

impl<'a> Checker<'a> {
    /// The header of a function from what is written.
    pub(super) fn header(&mut self, function: &'a ast::Function, arrows: Arrows) -> Header {
        let params = function
            .params
            .iter()
            .map(|param| match &param.ty {
                Some(written) => self.annotation(written, arrows),
                None => self.store.fresh(),
            })
            .collect();
        let (effect, declared_pure) = match &function.result {
            _ if function.kind == ast::FunctionKind::Model => (Effect::Random, None),
            Some((Arrow::Pure, written)) => (Effect::Pure, Some(written.span)),
            _ => (self.store.fresh_effect(), None),
        };
        let (result, declared_result) = match &function.result {
            Some((_, written)) => (self.annotation(written, Arrows::Random), Some(Why::Result(written.span))),
            None => (self.store.fresh(), None),
        };
        Header { params, effect, declared_pure, result, declared_result }
    }

    /// The type of a function with this header.
    pub(super) fn header_type(&mut self, header: &Header) -> Ty {
        self.store.function(&header.params, header.effect, header.result)
    }

    /// The body of a function, its parameters in scope.
    pub(super) fn body(&mut self, function: &'a ast::Function, header: &Header) -> (Vec<Pattern>, Expr) {
        self.check_defaults(function, header);
        let mark = self.scope.len();
        self.contexts.push(Context {
            effect: header.effect,
            declared_pure: header.declared_pure,
            result: header.result,
            declared_result: header.declared_result,
            returns: Vec::new(),
            loops: 0,
            is_constant: false,
        });
        let first = self.scope.len();
        let mut params = Vec::new();
        for (param, &ty) in function.params.iter().zip(&header.params) {
            let before = self.scope.len();
            params.push(self.irrefutable(&param.pattern, ty));
            self.report_repeated_names(first, before);
        }
        let mode = match header.declared_result {
            Some(_) if self.store.find(header.result) == Ty::UNIT => Mode::Drop,
            Some(why) => Mode::Check(header.result, why),
            None => Mode::Infer,
        };
        let body = self.control(&function.body, mode);
        let returns = self.contexts.pop().map(|context| context.returns).unwrap_or_default();
        self.scope.truncate(mark);
        let body = match header.declared_result {
            Some(_) => body,
            None => self.finish_result(body, &returns, header.result),
        };
        (params, body)
    }

    /// Each call that leaves a parameter out checks its default; this finds what is wrong where no call does.
    fn check_defaults(&mut self, function: &'a ast::Function, header: &Header) {
        for (param, &ty) in function.params.iter().zip(&header.params) {
            let Some(default) = &param.default else { continue };
            self.contexts.push(Context {
                effect: self.store.fresh_effect(),
                declared_pure: None,
                result: Ty::ERROR,
                declared_result: None,
                returns: Vec::new(),
                loops: 0,
                is_constant: false,
            });
            // What is not written may differ from call to call.
            let ty = if param.ty.is_some() { ty } else { self.store.fresh() };
            self.check_default(default, ty, self.module);
            self.contexts.pop();
        }
    }

    /// Names of different parameters differ; those within one pattern have been compared already.
    fn report_repeated_names(&mut self, first: usize, before: usize) {
        for index in before..self.scope.len() {
            let (name, local) = self.scope[index].clone();
            if self.scope[first..before].iter().any(|entry| entry.0 == name) {
                let span = self.locals[local.0 as usize].span;
                self.report_twice("parameter", &name, span);
            }
        }
    }

    /// Joins the values that a function returns with that of its last expression.
    fn finish_result(&mut self, body: Expr, returns: &[(Ty, Span)], result: Ty) -> Expr {
        let mut joined = self.ty(&body);
        let mut origin = value_span(&body);
        for &(ty, span) in returns.iter().rev() {
            match self.join(ty, joined) {
                Ok(ty) => joined = ty,
                Err(mismatch) => self.report_mismatch(mismatch, joined, ty, origin, Why::Sibling(span)),
            }
            origin = span;
        }
        // Recursive calls may have told something about the result.
        let joined = self.join(result, joined).unwrap_or(joined);
        if let Err(mismatch) = self.store.unify(result, joined) {
            self.report_mismatch(mismatch, joined, result, value_span(&body), Why::Nothing);
        }
        for &(ty, _) in returns {
            let _ = self.convert(ty, result);
        }
        self.coerce(body, result, Why::Nothing)
    }

    /// `return e`: the value, converted to the result type when that is known.
    pub(super) fn returned(&mut self, value: Option<&'a ast::Expr>, span: Span) -> Expr {
        let Some(context) = self.contexts.last() else { return self.error(span) };
        let (result, declared) = (context.result, context.declared_result);
        match (value, declared) {
            (Some(value), Some(why)) => self.check(value, result, why),
            (None, Some(why)) => self.coerce(node(ExprKind::Unit, Ty::UNIT, span), result, why),
            (value, None) => {
                let value = match value {
                    Some(value) => self.infer(value),
                    None => node(ExprKind::Unit, Ty::UNIT, span),
                };
                let found = (self.ty(&value), value_span(&value));
                if let Some(context) = self.contexts.last_mut() {
                    context.returns.push(found);
                }
                // Whether it needs conversion is known at the end of the function.
                node(ExprKind::ToReal(Box::new(value)), result, span)
            }
        }
    }

    /// An anonymous function; `expected` is the function type that its place wants.
    pub(super) fn lambda(&mut self, function: &'a ast::Function, expected: Option<Ty>, span: Span) -> Expr {
        let mut header = self.header(function, Arrows::Random);
        if let Some((params, _, result)) = expected.and_then(|ty| self.function_parts(ty))
            && params.len() == header.params.len()
        {
            self.expect_header(function, &mut header, &params, result);
        }
        let ty = self.header_type(&header);
        let (params, body) = self.body(function, &header);
        let lambda = Lambda { params, body, result: hold(header.result) };
        node(ExprKind::Lambda(Box::new(lambda)), ty, span)
    }

    fn expect_header(&mut self, function: &'a ast::Function, header: &mut Header, params: &[Ty], result: Ty) {
        for (index, &wanted) in params.iter().enumerate() {
            let param = header.params[index];
            if let Err(mismatch) = self.store.unify(param, wanted) {
                let span = function.params[index].pattern.span;
                self.report_mismatch(mismatch, param, wanted, span, Why::Nothing);
                header.params[index] = param;
            }
        }
        let result = self.resolve(result);
        if header.declared_result.is_none() && !self.store.is_var(result) && !self.store.is_error(result) {
            header.result = result;
            header.declared_result = Some(Why::Nothing);
        }
    }

    /// `left` and `right` are to be equal; whether they are.
    pub(super) fn equal(&mut self, left: Ty, right: Ty) -> Result<(), Mismatch> {
        self.store.unify(left, right)
    }
}
