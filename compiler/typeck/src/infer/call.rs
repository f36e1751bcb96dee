//! Calls, and functions and constructors as values.

use std::rc::Rc;

use borel_diagnostics::Diagnostic;
use borel_source::{Name, Span};
use borel_syntax::ast;
use borel_typed::{DataId, Expr, ExprKind, FunctionId, Lambda, LocalId, Pattern, PatternKind, Type};

use super::argument::{Called, Parameter};
use super::{Checker, hold, node};
use crate::effect::Effect;
use crate::resolve::Entity;
use crate::scheme::{Instance, Scheme};
use crate::types::{Node, Ty};

/// What is called.
enum Callee {
    Entity(Entity),
    LocalFunction(LocalId),
    Value(Expr),
}

impl<'a> Checker<'a> {
    /// A call; `expected` is the type that its place wants, which tells the arguments of a constructor.
    pub(super) fn call(
        &mut self,
        callee: &'a ast::Expr,
        args: &'a [ast::Argument],
        expected: Option<Ty>,
        span: Span,
    ) -> Expr {
        match self.callee(callee) {
            Callee::Entity(Entity::Function(id)) => self.call_function(id, args, span),
            Callee::Entity(Entity::Constructor(data, index)) => self.construct(data, index, args, expected, span),
            Callee::Entity(Entity::Builtin(builtin)) => self.call_builtin(builtin, args, span),
            Callee::Entity(Entity::Distribution(kind)) => self.call_distribution(kind, args, span),
            Callee::Entity(Entity::Constant(id)) => {
                let value = node(ExprKind::Constant(id), self.constants[id.0 as usize], callee.span);
                self.apply(value, args, span)
            }
            Callee::LocalFunction(local) => self.call_local(local, args, span),
            Callee::Value(value) => self.apply(value, args, span),
        }
    }

    fn callee(&mut self, callee: &'a ast::Expr) -> Callee {
        match &callee.kind {
            ast::ExprKind::Name(name) => match self.local(&name.name) {
                Some(local) if self.locals[local.0 as usize].function.is_some() => Callee::LocalFunction(local),
                Some(_) => Callee::Value(self.infer(callee)),
                None => match self.names.value(self.module, &name.name) {
                    Some(entity) => Callee::Entity(entity),
                    None => Callee::Value(self.infer(callee)),
                },
            },
            ast::ExprKind::Field(base, member) => match self.imported(base) {
                Some(import) => match self.member(import, member) {
                    Some(entity) => Callee::Entity(entity),
                    None => Callee::Value(self.error(callee.span)),
                },
                None => Callee::Value(self.infer(callee)),
            },
            _ => Callee::Value(self.infer(callee)),
        }
    }

    /// The type of a use of a top-level function, with the type arguments of the use.
    fn function_instance(&mut self, id: FunctionId) -> (Ty, Option<(Rc<Scheme>, Instance)>) {
        let info = &self.functions[id.0 as usize];
        let (ty, scheme) = (info.ty, info.scheme.clone());
        self.scheme_instance(ty, scheme)
    }

    fn scheme_instance(&mut self, ty: Ty, scheme: Option<Rc<Scheme>>) -> (Ty, Option<(Rc<Scheme>, Instance)>) {
        match scheme {
            Some(scheme) => {
                let instance = self.instantiate(&scheme);
                (instance.apply(&mut self.store, ty), Some((scheme, instance)))
            }
            None => (ty, None),
        }
    }

    /// The type arguments of a use; none within the group of the definition, where they are its own parameters.
    fn type_arguments(instance: &Option<(Rc<Scheme>, Instance)>) -> Vec<Type> {
        match instance {
            Some((_, instance)) => instance.types.iter().map(|entry| hold(entry.1)).collect(),
            None => Vec::new(),
        }
    }

    fn call_function(&mut self, id: FunctionId, args: &'a [ast::Argument], span: Span) -> Expr {
        let (module, _, syntax, name) = self.items.functions[id.0 as usize];
        let (ty, instance) = self.function_instance(id);
        let called = Called { name: &name.name, defined: Some(name.span) };
        let Some((checked, result)) =
            self.call_known(called, &Parameter::of(syntax), ty, &instance, args, module, span)
        else {
            return self.error(span);
        };
        node(ExprKind::Call(id, Self::type_arguments(&instance), checked), result, span)
    }

    fn call_local(&mut self, local: LocalId, args: &'a [ast::Argument], span: Span) -> Expr {
        let info = &self.locals[local.0 as usize];
        let (ty, name, defined) = (info.ty, info.name.clone(), info.span);
        let Some(function) = info.function.clone() else { return self.error(span) };
        let (ty, instance) = self.scheme_instance(ty, function.scheme);
        let called = Called { name: &name, defined: Some(defined) };
        let parameters = Parameter::of(function.syntax);
        let module = self.module;
        let Some((checked, result)) = self.call_known(called, &parameters, ty, &instance, args, module, span) else {
            return self.error(span);
        };
        node(ExprKind::CallLocal(local, Self::type_arguments(&instance), checked), result, span)
    }

    /// The arguments and result of a call of a known function.
    #[allow(clippy::too_many_arguments)]
    fn call_known(
        &mut self,
        called: Called,
        parameters: &[Parameter<'a>],
        ty: Ty,
        instance: &Option<(Rc<Scheme>, Instance)>,
        args: &'a [ast::Argument],
        module: usize,
        span: Span,
    ) -> Option<(Vec<Expr>, Ty)> {
        let sources = self.arrange(called, parameters, args, span);
        let (params, effect, result) = self.function_parts(ty)?;
        let Some(sources) = sources else {
            self.infer_arguments(args);
            return None;
        };
        let checked = self.check_sources(&sources, &params, module, span);
        if let Some((scheme, instance)) = instance {
            self.require_constraints(scheme, instance, span);
        }
        if self.store.effects.find(effect) != Effect::Pure {
            self.perform(effect, span, &format!("`{}`", called.name));
        }
        Some((checked, result))
    }

    fn construct(
        &mut self,
        data: DataId,
        index: u32,
        args: &'a [ast::Argument],
        expected: Option<Ty>,
        span: Span,
    ) -> Expr {
        let info = &self.datas[data.0 as usize].constructors[index as usize];
        let (name, defined) = (info.name.clone(), info.span);
        let names: Vec<Option<Name>> = info.fields.iter().map(|field| field.0.clone()).collect();
        let (ty, fields) = self.constructor_types(data, index);
        if let Some(expected) = expected
            && matches!(self.store.node(expected), Node::Data(id, _) if *id == data)
        {
            // What does not fit is reported where the value is converted to what its place wants.
            let _ = self.store.unify(ty, expected);
        }
        let constructor = &self.items.datas[data.0 as usize].2[index as usize];
        debug_assert_eq!(constructor.fields.len(), names.len());
        let parameters: Vec<Parameter<'a>> = constructor
            .fields
            .iter()
            .map(|field| Parameter::required(field.0.as_ref().map(|name| name.name.as_str())))
            .collect();
        let called = Called { name: &name, defined: Some(defined) };
        let Some(sources) = self.arrange(called, &parameters, args, span) else {
            self.infer_arguments(args);
            return self.error(span);
        };
        let checked = self.check_sources(&sources, &fields, self.module, span);
        node(ExprKind::Construct(data, index, checked), ty, span)
    }

    /// A call of a value.
    fn apply(&mut self, function: Expr, args: &'a [ast::Argument], span: Span) -> Expr {
        let ty = self.resolve(self.ty(&function));
        let named = !self.positional(args);
        match self.store.node(ty).clone() {
            Node::Function(params, effect, result) => {
                if named || params.len() != args.len() {
                    if !named {
                        self.report_value_count(ty, params.len(), args.len(), span);
                    }
                    self.infer_arguments(args);
                    return node(ExprKind::Unit, result, span);
                }
                let sources: Vec<_> = args.iter().map(|arg| super::argument::Source::Given(&arg.value)).collect();
                let checked = self.check_sources(&sources, &params, self.module, span);
                self.perform(effect, span, "this call");
                node(ExprKind::Apply(Box::new(function), checked), result, span)
            }
            Node::Var { number: false, .. } => {
                let checked: Vec<Expr> = args.iter().map(|arg| self.infer(&arg.value)).collect();
                let params: Vec<Ty> = checked.iter().map(|arg| self.ty(arg)).collect();
                let (effect, result) = (self.store.fresh_effect(), self.store.fresh());
                let wanted = self.store.function(&params, effect, result);
                if let Err(mismatch) = self.store.unify(ty, wanted) {
                    self.report_mismatch(mismatch, ty, wanted, function.span, crate::types::Why::Nothing);
                }
                self.perform(effect, span, "this call");
                node(ExprKind::Apply(Box::new(function), checked), result, span)
            }
            other => {
                self.infer_arguments(args);
                if !matches!(other, Node::Error) {
                    self.report_not_function(ty, function.span);
                }
                self.error(span)
            }
        }
    }

    fn report_value_count(&mut self, ty: Ty, expected: usize, found: usize, span: Span) {
        let arguments = if expected == 1 { "argument" } else { "arguments" };
        let message = format!("this function takes {expected} {arguments}, here are {found}");
        let label = format!("it has type {}", self.show(ty));
        self.report(Diagnostic::error("E0202", span, message, label));
    }

    fn report_not_function(&mut self, ty: Ty, span: Span) {
        let found = self.show(ty);
        let message = format!("expected a function, found {found}");
        let mut diagnostic = Diagnostic::error("E0204", span, message, format!("this is {found}"));
        diagnostic.help = match self.store.node(ty) {
            Node::Array(_) => Some("elements of arrays are written `xs[i]`".to_string()),
            Node::Int | Node::Real | Node::Var { .. } => Some("products are written with `*`".to_string()),
            Node::Dist(_) => Some("a distribution is drawn from by `sample`".to_string()),
            _ => None,
        };
        self.report(diagnostic);
    }

    /// A definition used as a value.
    pub(super) fn entity_value(&mut self, entity: Entity, span: Span) -> Expr {
        match entity {
            Entity::Constant(id) => {
                let ty = self.open_effects(self.constants[id.0 as usize]);
                node(ExprKind::Constant(id), ty, span)
            }
            Entity::Function(id) => {
                let (ty, instance) = self.function_instance(id);
                if let Some((scheme, instance)) = &instance {
                    self.require_constraints(scheme, instance, span);
                }
                let ty = self.open_effects(ty);
                node(ExprKind::Function(id, Self::type_arguments(&instance)), ty, span)
            }
            Entity::Constructor(data, index) => {
                let (ty, fields) = self.constructor_types(data, index);
                if fields.is_empty() {
                    return node(ExprKind::Construct(data, index, Vec::new()), ty, span);
                }
                self.eta_expand(&fields, Effect::Pure, ty, span, |args| ExprKind::Construct(data, index, args))
            }
            Entity::Builtin(builtin) => self.builtin_value(builtin, span),
            Entity::Distribution(kind) => self.distribution_value(kind, span),
        }
    }

    /// A local used as a value.
    pub(super) fn local_value(&mut self, local: LocalId, span: Span) -> Expr {
        let info = &self.locals[local.0 as usize];
        let ty = info.ty;
        match info.function.clone() {
            None => {
                let ty = self.open_effects(ty);
                node(ExprKind::Local(local), ty, span)
            }
            Some(function) => {
                let (ty, instance) = self.scheme_instance(ty, function.scheme);
                if let Some((scheme, instance)) = &instance {
                    self.require_constraints(scheme, instance, span);
                }
                let ty = self.open_effects(ty);
                node(ExprKind::LocalFunction(local, Self::type_arguments(&instance)), ty, span)
            }
        }
    }

    /// `fn(x, ..) => build(x, ..)`.
    pub(super) fn eta_expand(
        &mut self,
        params: &[Ty],
        effect: Effect,
        result: Ty,
        span: Span,
        build: impl FnOnce(Vec<Expr>) -> ExprKind,
    ) -> Expr {
        let name = Name::new("x");
        let mut patterns = Vec::new();
        let mut args = Vec::new();
        for &ty in params {
            let local = self.new_local(&name, ty, false, span);
            patterns.push(Pattern { kind: PatternKind::Bind(local), ty: hold(ty), span });
            args.push(node(ExprKind::Local(local), ty, span));
        }
        let body = node(build(args), result, span);
        let ty = self.store.function(params, effect, result);
        let ty = self.open_effects(ty);
        node(ExprKind::Lambda(Box::new(Lambda { params: patterns, body, result: hold(result) })), ty, span)
    }
}
