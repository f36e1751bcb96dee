//! Inference: syntax tree to typed tree.
//!
//! `infer` gives an expression the type it has, `check` the type that its place wants; `check` passes expectations into
//! literals, branches and lambdas and inserts conversions of Int to Real. The tree is built at once, its types being
//! handles ([`hold`]) that [`crate::zonk`] replaces when a group of definitions is complete.

mod access;
mod argument;
mod array;
mod assign;
mod builtin;
mod call;
mod control;
mod convert;
mod distribution;
mod draw;
mod effect;
mod expression;
mod function;
pub mod item;
mod local;
mod operator;
mod pattern;
mod statement;

use std::rc::Rc;

use borel_diagnostics::Diagnostic;
use borel_source::{Name, Span};
use borel_syntax::ast;
use borel_typed::{self as typed, DataId, Expr, ExprKind, LocalId, Type};

use crate::constraint::Constraint;
use crate::effect::Effect;
use crate::resolve::{Items, Names};
use crate::scheme::Scheme;
use crate::types::{Store, Ty, Why};

/// Marks a [`Type::Param`] that is a handle of a type in the store.
const HOLD: u32 = 1 << 31;

/// A type of the store as a placeholder in the typed tree.
pub fn hold(ty: Ty) -> Type {
    Type::Param(ty.0 | HOLD)
}

/// The type that a placeholder stands for.
pub fn held(ty: &Type) -> Ty {
    match ty {
        Type::Param(handle) if handle & HOLD != 0 => Ty(handle & !HOLD),
        _ => Ty::ERROR,
    }
}

/// A node of the typed tree.
pub fn node(kind: ExprKind, ty: Ty, span: Span) -> Expr {
    Expr { kind, ty: hold(ty), span }
}

/// How the value of a block or branch is used.
#[derive(Clone, Copy)]
pub enum Mode {
    /// It is the value, of whatever type.
    Infer,
    /// It must have this type.
    Check(Ty, Why),
    /// It is dropped: the whole has type Unit.
    Drop,
}

/// A data type.
pub struct DataInfo {
    pub name: Name,
    /// Its parameters, in terms of which the fields are typed.
    pub params: Vec<u32>,
    pub constructors: Vec<ConstructorInfo>,
}

/// A constructor.
pub struct ConstructorInfo {
    pub name: Name,
    pub span: Span,
    pub fields: Vec<(Option<Name>, Ty)>,
}

/// A local variable or function.
pub struct LocalInfo<'a> {
    pub name: Name,
    pub ty: Ty,
    pub mutable: bool,
    pub span: Span,
    /// The number of functions around its declaration.
    pub depth: usize,
    pub function: Option<LocalFunctionInfo<'a>>,
}

/// What is more to know of a local function.
#[derive(Clone)]
pub struct LocalFunctionInfo<'a> {
    pub syntax: &'a ast::Function,
    /// None while its own group is inferred.
    pub scheme: Option<Rc<Scheme>>,
}

/// A top-level function.
pub struct FunctionInfo {
    /// The type, once its group has been begun.
    pub ty: Ty,
    /// None while its own group is inferred.
    pub scheme: Option<Rc<Scheme>>,
}

/// The function whose body is being inferred.
pub struct Context {
    /// What its body does counts towards this.
    pub effect: Effect,
    /// The promise that it is deterministic, if it was written.
    pub declared_pure: Option<Span>,
    /// What it returns.
    pub result: Ty,
    /// Where the result type was declared; then `return` checks against it.
    pub declared_result: Option<Why>,
    /// Types of the values returned, when the result is inferred.
    pub returns: Vec<(Ty, Span)>,
    /// How many loops are around.
    pub loops: u32,
    /// Constants are not functions: nothing to return from.
    pub is_constant: bool,
}

/// The state of a compilation.
pub struct Checker<'a> {
    pub store: Store,
    pub diagnostics: Vec<Diagnostic>,
    pub names: Names<'a>,
    pub items: Items<'a>,
    pub datas: Vec<DataInfo>,
    pub functions: Vec<FunctionInfo>,
    /// The type of each constant.
    pub constants: Vec<Ty>,
    pub locals: Vec<LocalInfo<'a>>,
    /// Local names in scope, innermost last.
    pub scope: Vec<(Name, LocalId)>,
    /// Declared type parameters in scope.
    pub type_params: Vec<(Name, Ty)>,
    pub contexts: Vec<Context>,
    /// Constraints that wait.
    pub pending: Vec<Constraint>,
    /// For each definition that is being inferred, the outermost first: where its constraints begin in `pending`.
    pub marks: Vec<usize>,
    /// The module of the definition being checked.
    pub module: usize,
    /// Aliases being expanded.
    pub expanding: Vec<usize>,
    /// The final number of each constant: constants are numbered in the order of their dependence.
    pub constant_numbers: Vec<u32>,
    /// Functions whose types are final.
    pub finished: Vec<(typed::FunctionId, typed::Function)>,
    pub program: typed::Program,
}

impl<'a> Checker<'a> {
    pub fn new(names: Names<'a>, items: Items<'a>, diagnostics: Vec<Diagnostic>) -> Checker<'a> {
        Checker {
            store: Store::new(),
            diagnostics,
            names,
            items,
            datas: Vec::new(),
            functions: Vec::new(),
            constants: Vec::new(),
            locals: Vec::new(),
            scope: Vec::new(),
            type_params: Vec::new(),
            contexts: Vec::new(),
            pending: Vec::new(),
            marks: Vec::new(),
            module: 0,
            expanding: Vec::new(),
            constant_numbers: Vec::new(),
            finished: Vec::new(),
            program: typed::Program::default(),
        }
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// The type of a node of the tree.
    pub fn ty(&self, expr: &Expr) -> Ty {
        held(&expr.ty)
    }

    /// Stands for an expression about which something has been said.
    pub fn error(&self, span: Span) -> Expr {
        node(ExprKind::Unit, Ty::ERROR, span)
    }

    /// The local that a name means here.
    pub fn local(&self, name: &str) -> Option<LocalId> {
        self.scope.iter().rev().find(|entry| &*entry.0 == name).map(|entry| entry.1)
    }

    /// A new local variable, not yet in scope.
    pub fn new_local(&mut self, name: &Name, ty: Ty, mutable: bool, span: Span) -> LocalId {
        let depth = self.contexts.len();
        self.locals.push(LocalInfo { name: name.clone(), ty, mutable, span, depth, function: None });
        LocalId(self.locals.len() as u32 - 1)
    }

    /// A new local variable in scope.
    pub fn bind(&mut self, name: &ast::Ident, ty: Ty, mutable: bool) -> LocalId {
        let local = self.new_local(&name.name, ty, mutable, name.span);
        self.scope.push((name.name.clone(), local));
        local
    }

    /// The parameters, effect and result of a function type.
    pub fn function_parts(&self, ty: Ty) -> Option<(Rc<[Ty]>, Effect, Ty)> {
        match self.store.node(ty) {
            crate::types::Node::Function(params, effect, result) => Some((params.clone(), *effect, *result)),
            _ => None,
        }
    }

    /// The type of a constructor's data with fresh arguments, and of its fields.
    pub fn constructor_types(&mut self, data: DataId, index: u32) -> (Ty, Vec<Ty>) {
        let info = &self.datas[data.0 as usize];
        let params = info.params.clone();
        let fields: Vec<Ty> = info.constructors[index as usize].fields.iter().map(|field| field.1).collect();
        let scheme = Scheme { params: params.into(), ..Scheme::default() };
        let instance = self.instantiate(&scheme);
        let args: Vec<Ty> = instance.types.iter().map(|entry| entry.1).collect();
        let fields = fields.iter().map(|&field| instance.apply(&mut self.store, field)).collect();
        (self.store.add(crate::types::Node::Data(data, args.into())), fields)
    }
}
