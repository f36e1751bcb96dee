//! Local functions: `fn` statements, consecutive ones recursive together, and `let f = fn ..`. They are generalised.

use std::rc::Rc;

use borel_diagnostics::Diagnostic;
use borel_syntax::ast;
use borel_typed::{Lambda, LocalFunction, LocalId, StmtKind};

use super::{Checker, LocalFunctionInfo, hold};
use crate::annotation::Arrows;
use crate::types::{Node, Ty, Why};

impl<'a> Checker<'a> {
    /// A group of `fn` statements.
    pub(super) fn local_functions(&mut self, functions: &[&'a ast::Function]) -> StmtKind {
        self.open_definition();
        let outer = self.type_params.len();
        let mut declared = Vec::new();
        let mut group = Vec::new();
        for &function in functions {
            let params = self.declare_type_params(&function.type_params, &mut declared);
            let header = self.header(function, Arrows::AsGiven);
            let ty = self.header_type(&header);
            let own = self.type_params.split_off(outer);
            debug_assert_eq!(own.len(), params);
            let local = match &function.name {
                Some(name) => self.bind(name, ty, false),
                None => continue,
            };
            self.locals[local.0 as usize].function = Some(LocalFunctionInfo { syntax: function, scheme: None });
            group.push((local, function, header, own, ty));
        }
        let mut definitions = Vec::new();
        for (local, function, header, own, _) in &group {
            self.type_params.extend(own.iter().cloned());
            let (params, body) = self.body(function, header);
            self.type_params.truncate(outer);
            self.settle_declared_random(function, header);
            definitions.push((*local, Lambda { params, body, result: hold(header.result) }));
        }
        let types: Vec<Ty> = group.iter().map(|member| member.4).collect();
        let scheme = Rc::new(self.generalise(&types, &declared, false));
        for (local, ..) in &group {
            if let Some(info) = &mut self.locals[local.0 as usize].function {
                info.scheme = Some(scheme.clone());
            }
        }
        self.finish_group(definitions)
    }

    /// `let f = fn ..`, which is not recursive.
    pub(super) fn let_function(
        &mut self,
        name: &'a ast::Ident,
        written: Option<&'a ast::TypeExpr>,
        function: &'a ast::Function,
        value: &'a ast::Expr,
    ) -> StmtKind {
        self.open_definition();
        let annotated = self.written_type(written);
        let lambda = match annotated {
            Some((ty, why)) => self.check(value, ty, why),
            None => self.lambda(function, None, value.span),
        };
        let ty = annotated.map_or(self.ty(&lambda), |annotated| annotated.0);
        let scheme = self.generalise(&[ty], &[], false);
        let local = self.bind(name, ty, false);
        self.locals[local.0 as usize].function =
            Some(LocalFunctionInfo { syntax: function, scheme: Some(Rc::new(scheme)) });
        match lambda.kind {
            borel_typed::ExprKind::Lambda(lambda) => self.finish_group(vec![(local, *lambda)]),
            _ => StmtKind::Expr(lambda),
        }
    }

    /// The type parameters are numbered when the whole definition is complete.
    fn finish_group(&mut self, definitions: Vec<(LocalId, Lambda)>) -> StmtKind {
        let functions = definitions
            .into_iter()
            .map(|(local, lambda)| LocalFunction { local, type_params: (0, 0), lambda })
            .collect();
        StmtKind::Functions(functions)
    }

    /// Brings declared type parameters into scope; how many.
    pub(super) fn declare_type_params(&mut self, params: &'a [ast::Ident], declared: &mut Vec<u32>) -> usize {
        for (index, param) in params.iter().enumerate() {
            if params[..index].iter().any(|other| other.name == param.name) {
                self.report_twice("type parameter", &param.name, param.span);
            }
            let ty = self.store.param(Some(param.name.clone()), false);
            if let Node::Param(number) = self.store.node(ty) {
                declared.push(*number);
            }
            self.type_params.push((param.name.clone(), ty));
        }
        params.len()
    }

    /// A function declared `~>` is random, unless that depends on what it is given.
    pub(super) fn settle_declared_random(&mut self, function: &ast::Function, header: &super::function::Header) {
        let Some((ast::Arrow::Random, _)) = &function.result else { return };
        let mut depends = false;
        for &param in &header.params {
            self.store.walk(param, &mut |node| depends |= matches!(node, Node::Function(..)));
        }
        if !depends {
            let _ = self.store.effects.at_most(crate::effect::Effect::Random, header.effect, None);
        }
    }

    /// A `var` that is captured keeps the value it has: assignments belong to the function that declares it.
    pub(super) fn check_assignable(&mut self, local: LocalId, place: &ast::Ident) -> bool {
        let info = &self.locals[local.0 as usize];
        let (name, declared) = (&place.name, info.span);
        let diagnostic = if !info.mutable {
            Diagnostic::error("E0311", place.span, format!("`{name}` cannot be assigned"), "not a `var`")
                .label(declared, "declared here")
                .help(format!("declare it with `var {name} = ..`, or bind a new name with `let`"))
        } else if info.depth != self.contexts.len() {
            let message = format!("`{name}` belongs to an outer function and cannot be assigned here");
            Diagnostic::error("E0312", place.span, message, "assigned inside an inner function")
                .label(declared, "declared here")
                .note("a function captures the value that a `var` has when the function is made")
                .help("return the new value from the inner function and assign it outside, or use a loop")
        } else {
            return true;
        };
        self.report(diagnostic);
        false
    }

    /// Why an assignment wants the type of its variable.
    pub(super) fn variable_why(&self, local: LocalId) -> Why {
        Why::Variable(self.locals[local.0 as usize].span)
    }
}
