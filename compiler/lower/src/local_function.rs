//! Local functions: lifted to the top, with what their group captures as leading parameters (Johnsson, Lambda lifting, 1985).
//!
//! All functions of a group that may call each other capture the same: the variables around that any of them mentions, with
//! their values at the definition, and all that the groups they call captured.

use std::collections::HashMap;
use std::rc::Rc;

use borel_core as core;
use borel_core::{Atom, Op};
use borel_source::Span;
use borel_typed::{LocalFunction, LocalId, Type};

use crate::Lowering;
use crate::emit::Scope;
use crate::function::Pending;
use crate::walk::mentioned;

/// Index into [`Lowering::groups`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub(crate) struct GroupId(u32);

/// A group of local functions, as met when one instance of the function around was lowered.
pub(crate) struct Group<'a> {
    functions: &'a [LocalFunction],
    /// What becomes the leading parameters.
    captures: Rc<Vec<Capture>>,
    /// The type arguments of the definitions around.
    types: Vec<Type>,
    /// The local functions in scope in the bodies.
    scope: Rc<HashMap<LocalId, GroupId>>,
    /// Lowered functions by function and its own type arguments.
    instances: HashMap<(LocalId, Vec<Type>), core::FunctionId>,
}

/// Something captured by a group.
#[derive(Clone, PartialEq)]
struct Capture {
    from: From,
    ty: core::Ty,
}

/// What a captured value is in the scope of the definition.
#[derive(Clone, PartialEq)]
enum From {
    /// The value of a variable.
    Local(LocalId),
    /// What another group captured, by place.
    Group(GroupId, usize),
}

/// An instance of a local function to be lowered.
pub(crate) struct PendingLocal<'a> {
    function: &'a LocalFunction,
    group: GroupId,
    arguments: Vec<Type>,
    instance: core::FunctionId,
}

impl<'a> Lowering<'a> {
    /// Brings a group of local functions into scope.
    pub(crate) fn define_group(&mut self, functions: &'a [LocalFunction]) {
        let id = GroupId(self.groups.len() as u32);
        let captures = Rc::new(self.captures_of(functions));
        let values = captures.iter().map(|capture| self.captured(&capture.from)).collect();
        let mut scope = self.scope.functions.as_ref().clone();
        scope.extend(functions.iter().map(|function| (function.local, id)));
        let scope = Rc::new(scope);
        self.scope.functions = scope.clone();
        self.scope.captures.insert(id, Self::shared(values));
        let types = self.scope.types.clone();
        self.groups.push(Group { functions, captures, types, scope, instances: HashMap::new() });
    }

    fn captures_of(&mut self, functions: &[LocalFunction]) -> Vec<Capture> {
        let mut names = Vec::new();
        functions.iter().for_each(|function| mentioned(&function.lambda.body, &mut names));
        names.sort_unstable();
        names.dedup();
        let mut captures = Vec::new();
        for local in names {
            if self.scope.values.contains_key(&local) {
                let ty = self.local_type(local);
                let ty = self.core_concrete(&ty);
                captures.push(Capture { from: From::Local(local), ty });
            } else if let Some(group) = self.scope.functions.get(&local).copied() {
                let inherited = self.groups[group.0 as usize].captures.clone();
                let inherited = inherited.iter().enumerate();
                captures.extend(inherited.map(|(i, capture)| Capture { from: From::Group(group, i), ty: capture.ty }));
            }
        }
        // Two functions of one outer group bring its captures twice.
        let mut unique: Vec<Capture> = Vec::new();
        for capture in captures {
            if !unique.contains(&capture) {
                unique.push(capture);
            }
        }
        unique
    }

    /// The value of a capture in the current scope.
    fn captured(&self, from: &From) -> Atom {
        let value = match from {
            From::Local(local) => self.scope.values.get(local),
            From::Group(group, index) => self.scope.captures.get(group).and_then(|values| values.get(*index)),
        };
        value.cloned().unwrap_or(Atom::Unit)
    }

    /// The Core function of a local function for its own type arguments, and what to pass first.
    fn local_instance(&mut self, local: LocalId, arguments: Vec<Type>) -> Option<(core::FunctionId, Rc<Vec<Atom>>)> {
        let id = self.scope.functions.get(&local).copied()?;
        let captured = self.scope.captures.get(&id).cloned().unwrap_or_default();
        let key = (local, arguments);
        if let Some(known) = self.groups[id.0 as usize].instances.get(&key) {
            return Some((*known, captured));
        }
        let group = &self.groups[id.0 as usize];
        let function = group.functions.iter().find(|function| function.local == local)?;
        let types = own_types(&group.types, function, &key.1);
        let result = crate::types::substitute(&function.lambda.result, &types);
        let result = self.core_concrete(&result);
        let instance = self.declare(self.local_name(local), result, function.lambda.body.span, false);
        self.groups[id.0 as usize].instances.insert(key.clone(), instance);
        let pending = PendingLocal { function, group: id, arguments: key.1, instance };
        self.queue.push(Pending::Local(pending));
        Some((instance, captured))
    }

    pub(crate) fn call_local(&mut self, local: LocalId, arguments: &[Type], operands: Vec<Atom>) -> Op {
        let arguments = self.concrete_all(arguments);
        match self.local_instance(local, arguments) {
            Some((instance, captured)) => Op::Call(instance, captured.iter().cloned().chain(operands).collect()),
            // A local function that is a value after all: a parameter, say.
            None => Op::Apply(self.variable(local), operands),
        }
    }

    /// A local function as a value.
    pub(crate) fn local_closure(&mut self, local: LocalId, arguments: &[Type], ty: &Type, span: Span) -> Atom {
        let arguments = self.concrete_all(arguments);
        match self.local_instance(local, arguments) {
            Some((instance, captured)) => self.closure(instance, &captured, ty, span),
            None => self.variable(local),
        }
    }

    pub(crate) fn pending_local(&mut self, pending: PendingLocal<'a>) {
        let group = &self.groups[pending.group.0 as usize];
        let captures = group.captures.clone();
        self.scope = Scope {
            types: own_types(&group.types, pending.function, &pending.arguments),
            functions: group.scope.clone(),
            ..Scope::default()
        };
        let mut params = self.capture_params(pending.group, &captures);
        let lambda = &pending.function.lambda;
        let (own, body) = self.lambda_parts(lambda);
        params.extend(own);
        let function = &mut self.core.functions[pending.instance.0 as usize];
        function.params = params;
        function.body = body;
    }

    /// Parameters for what is captured, and the scope that they stand for.
    fn capture_params(&mut self, own: GroupId, captures: &[Capture]) -> Vec<core::Var> {
        let mut params = Vec::new();
        let mut inherited: HashMap<GroupId, Vec<(usize, Atom)>> = HashMap::new();
        for capture in captures {
            let name = match capture.from {
                From::Local(local) => self.local_name(local),
                From::Group(..) => "captured".into(),
            };
            let var = self.core.fresh(name, capture.ty);
            params.push(var);
            match capture.from {
                From::Local(local) => {
                    self.scope.values.insert(local, Atom::Var(var));
                }
                From::Group(group, index) => inherited.entry(group).or_default().push((index, Atom::Var(var))),
            }
        }
        for (group, mut values) in inherited {
            values.sort_by_key(|(index, _)| *index);
            let values = values.into_iter().map(|(_, value)| value).collect();
            self.scope.captures.insert(group, Self::shared(values));
        }
        self.scope.captures.insert(own, Self::shared(params.iter().map(|var| Atom::Var(*var)).collect()));
        params
    }
}

/// The type arguments around, and those of the function itself at its place.
fn own_types(around: &[Type], function: &LocalFunction, arguments: &[Type]) -> Vec<Type> {
    let (first, count) = function.type_params;
    let mut types = around.to_vec();
    if count > 0 {
        types.resize(first as usize, Type::Unit);
        types.extend(arguments.iter().cloned());
    }
    types
}
