//! Functions: one instance for each list of concrete type arguments, lowered from a work list; constants; lambdas.

use std::rc::Rc;

use borel_core as core;
use borel_core::{Atom, Block, Op};
use borel_source::{Name, Span};
use borel_typed::{ConstantId, Expr, ExprKind, FunctionId, Lambda, LocalId, Type};

use crate::Lowering;
use crate::emit::Scope;
use crate::local_function::PendingLocal;

/// A function whose body is still to be lowered.
pub(crate) enum Pending<'a> {
    Function { id: FunctionId, arguments: Vec<Type>, instance: core::FunctionId },
    Constant { id: ConstantId, instance: core::FunctionId },
    Local(PendingLocal<'a>),
}

impl<'a> Lowering<'a> {
    /// The Core function of a function for concrete type arguments.
    pub(crate) fn instance(&mut self, id: FunctionId, arguments: Vec<Type>) -> core::FunctionId {
        let key = (id, arguments);
        if let Some(known) = self.functions.get(&key) {
            return *known;
        }
        let function = &self.typed.functions[id.0 as usize];
        let result = crate::types::substitute(&function.result, &key.1);
        let result = self.core_concrete(&result);
        let instance = self.declare(function.name.clone(), result, function.span, function.is_model);
        self.queue.push(Pending::Function { id, arguments: key.1.clone(), instance });
        self.functions.insert(key, instance);
        instance
    }

    /// A Core function without parameters or body yet.
    pub(crate) fn declare(&mut self, name: Name, result: core::Ty, span: Span, is_model: bool) -> core::FunctionId {
        self.core.functions.push(core::Function {
            name,
            params: Vec::new(),
            result,
            body: Block::default(),
            span,
            is_model,
        });
        core::FunctionId(self.core.functions.len() as u32 - 1)
    }

    pub(crate) fn pending(&mut self, pending: Pending<'a>) {
        match pending {
            Pending::Function { id, arguments, instance } => {
                let function = &self.typed.functions[id.0 as usize];
                self.scope = Scope { types: arguments, ..Scope::default() };
                let params = function.params.iter().map(|param| self.param(*param)).collect();
                self.define(instance, params, &function.body);
            }
            Pending::Constant { id, instance } => {
                self.scope = Scope::default();
                self.define(instance, Vec::new(), &self.typed.constants[id.0 as usize].value);
            }
            Pending::Local(pending) => self.pending_local(pending),
        }
    }

    /// A parameter that binds a variable.
    fn param(&mut self, local: LocalId) -> core::Var {
        let ty = self.local_type(local);
        let ty = self.core_concrete(&ty);
        let var = self.core.fresh(self.local_name(local), ty);
        self.scope.values.insert(local, Atom::Var(var));
        var
    }

    fn define(&mut self, instance: core::FunctionId, params: Vec<core::Var>, body: &'a Expr) {
        let block = self.block(|this| this.expr(body));
        let function = &mut self.core.functions[instance.0 as usize];
        function.params = params;
        function.body = block;
    }

    /// The parameters and the body of a lambda in the current scope: parameters are patterns.
    pub(crate) fn lambda_parts(&mut self, lambda: &'a Lambda) -> (Vec<core::Var>, Block) {
        let mut params = Vec::new();
        for pattern in &lambda.params {
            let ty = self.core_type(&pattern.ty);
            let name = self.pattern_name(pattern);
            params.push(self.core.fresh(name, ty));
        }
        let loops = std::mem::take(&mut self.scope.loops);
        let body = self.block(|this| {
            for (pattern, param) in lambda.params.iter().zip(&params) {
                this.bind(pattern, Atom::Var(*param));
            }
            this.expr(&lambda.body)
        });
        self.scope.loops = loops;
        (params, body)
    }

    pub(crate) fn lambda(&mut self, lambda: &'a Lambda, ty: &Type, span: Span) -> Atom {
        // A lambda captures values, so what it does to variables (its own) stays inside.
        let result = self.core_type(&lambda.result);
        let (params, body) = self.lambda_parts(lambda);
        let ty = self.core_type(ty);
        self.emit_named(Op::Lambda(Box::new(core::Lambda { params, result, body })), ty, "f", span)
    }

    /// A closure that calls a Core function with the captured values before its own parameters.
    pub(crate) fn closure(&mut self, function: core::FunctionId, captured: &[Atom], ty: &Type, span: Span) -> Atom {
        let concrete = self.concrete(ty);
        let Type::Function(params, result) = &concrete else { return Atom::Unit };
        let types: Vec<core::Ty> = params.iter().map(|ty| self.core_concrete(ty)).collect();
        let params: Vec<core::Var> = types.into_iter().map(|ty| self.core.fresh("x", ty)).collect();
        let result = self.core_concrete(result);
        let arguments = captured.iter().cloned().chain(params.iter().map(|param| Atom::Var(*param))).collect();
        let body = self.block(|this| this.emit(Op::Call(function, arguments), result, span));
        let ty = self.core_concrete(&concrete);
        self.emit_named(Op::Lambda(Box::new(core::Lambda { params, result, body })), ty, "f", span)
    }

    /// A constant: literals stand where they are used, the others are computed where they are used.
    pub(crate) fn constant(&mut self, id: ConstantId, span: Span) -> Atom {
        let constant = &self.typed.constants[id.0 as usize];
        match &constant.value.kind {
            ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Real(_) | ExprKind::String(_) => {
                return self.expr(&constant.value);
            }
            _ => {}
        }
        let result = self.core_concrete(&crate::types::substitute(&constant.value.ty, &[]));
        let instance = match self.constants.get(&id) {
            Some(known) => *known,
            None => {
                let instance = self.declare(constant.name.clone(), result, constant.value.span, false);
                self.constants.insert(id, instance);
                self.queue.push(Pending::Constant { id, instance });
                instance
            }
        };
        self.emit_named(Op::Call(instance, Vec::new()), result, &constant.name, span)
    }

    /// Captured values that are shared by the functions of a group.
    pub(crate) fn shared(values: Vec<Atom>) -> Rc<Vec<Atom>> {
        Rc::new(values)
    }
}
