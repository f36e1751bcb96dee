//! Types during inference: an arena of nodes in which variables are solved by linking (union-find).
//!
//! Invariant: a variable node is overwritten once, by [`Node::Link`]; every other node is immutable. Read a type through
//! [`Store::node`], which follows links.

use std::rc::Rc;

use borel_source::{Name, Span};
use borel_typed::DataId;

use crate::effect::{Effect, EffectGraph};

/// A type: an index into the [`Store`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Ty(pub u32);

impl Ty {
    pub const UNIT: Ty = Ty(0);
    pub const BOOL: Ty = Ty(1);
    pub const INT: Ty = Ty(2);
    pub const REAL: Ty = Ty(3);
    pub const STRING: Ty = Ty(4);
    pub const MATRIX: Ty = Ty(5);
    pub const METHOD: Ty = Ty(6);
    /// The type of what has been reported already; it goes with everything.
    pub const ERROR: Ty = Ty(7);
}

/// One type constructor with its arguments, or a variable.
#[derive(Clone, Debug)]
pub enum Node {
    Unit,
    Bool,
    Int,
    Real,
    String,
    Matrix,
    Method,
    Error,
    Tuple(Rc<[Ty]>),
    /// Sorted by name.
    Record(Rc<[(Name, Ty)]>),
    Array(Ty),
    Function(Rc<[Ty]>, Effect, Ty),
    Dist(Ty),
    Posterior(Ty),
    Suspended(Ty),
    Data(DataId, Rc<[Ty]>),
    /// A type parameter: it equals itself alone. The number is unique in the program.
    Param(u32),
    /// Unknown as yet. A `number` can only become Int, Real or another number.
    Var {
        level: u32,
        number: bool,
    },
    Link(Ty),
}

/// What is known of a type parameter.
#[derive(Clone, Debug)]
pub struct ParamInfo {
    /// The name if it was declared.
    pub name: Option<Name>,
    /// Whether it stands for Int or Real only.
    pub number: bool,
}

/// All types of one compilation.
pub struct Store {
    nodes: Vec<Node>,
    /// By the number in [`Node::Param`].
    pub params: Vec<ParamInfo>,
    /// Effects on arrows.
    pub effects: EffectGraph,
    /// The depth of generalisable definitions around the present point: variables of a deeper level belong to it.
    pub level: u32,
}

impl Store {
    pub fn new() -> Store {
        use Node::*;
        Store {
            nodes: vec![Unit, Bool, Int, Real, String, Matrix, Method, Error],
            params: Vec::new(),
            effects: EffectGraph::default(),
            level: 0,
        }
    }

    pub fn add(&mut self, node: Node) -> Ty {
        self.nodes.push(node);
        Ty(self.nodes.len() as u32 - 1)
    }

    /// An unknown type.
    pub fn fresh(&mut self) -> Ty {
        self.add(Node::Var { level: self.level, number: false })
    }

    /// An unknown type that is Int or Real.
    pub fn fresh_number(&mut self) -> Ty {
        self.add(Node::Var { level: self.level, number: true })
    }

    /// An unknown effect.
    pub fn fresh_effect(&mut self) -> Effect {
        self.effects.fresh(self.level)
    }

    /// A new type parameter.
    pub fn param(&mut self, name: Option<Name>, number: bool) -> Ty {
        self.params.push(ParamInfo { name, number });
        self.add(Node::Param(self.params.len() as u32 - 1))
    }

    pub fn array(&mut self, element: Ty) -> Ty {
        self.add(Node::Array(element))
    }

    pub fn dist(&mut self, value: Ty) -> Ty {
        self.add(Node::Dist(value))
    }

    pub fn posterior(&mut self, value: Ty) -> Ty {
        self.add(Node::Posterior(value))
    }

    pub fn suspended(&mut self, value: Ty) -> Ty {
        self.add(Node::Suspended(value))
    }

    pub fn tuple(&mut self, items: &[Ty]) -> Ty {
        if items.is_empty() { Ty::UNIT } else { self.add(Node::Tuple(items.into())) }
    }

    pub fn record(&mut self, mut fields: Vec<(Name, Ty)>) -> Ty {
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        self.add(Node::Record(fields.into()))
    }

    pub fn function(&mut self, params: &[Ty], effect: Effect, result: Ty) -> Ty {
        self.add(Node::Function(params.into(), effect, result))
    }

    /// The end of the chain of links, which is shortened on the way.
    pub fn find(&mut self, ty: Ty) -> Ty {
        let mut root = ty;
        while let Node::Link(next) = self.nodes[root.0 as usize] {
            root = next;
        }
        let mut at = ty;
        while let Node::Link(next) = self.nodes[at.0 as usize] {
            self.nodes[at.0 as usize] = Node::Link(root);
            at = next;
        }
        root
    }

    /// The end of the chain of links.
    pub fn root(&self, ty: Ty) -> Ty {
        let mut root = ty;
        while let Node::Link(next) = self.nodes[root.0 as usize] {
            root = next;
        }
        root
    }

    /// What a type is, as far as known.
    pub fn node(&self, ty: Ty) -> &Node {
        &self.nodes[self.root(ty).0 as usize]
    }

    /// Solves a variable.
    pub fn link(&mut self, var: Ty, ty: Ty) {
        debug_assert!(matches!(self.nodes[var.0 as usize], Node::Var { .. }));
        self.nodes[var.0 as usize] = Node::Link(ty);
    }

    /// Changes what is known of an unsolved variable.
    pub fn set_var(&mut self, var: Ty, level: u32, number: bool) {
        let var = self.find(var);
        self.nodes[var.0 as usize] = Node::Var { level, number };
    }

    pub fn is_var(&self, ty: Ty) -> bool {
        matches!(self.node(ty), Node::Var { .. })
    }

    pub fn is_number_var(&self, ty: Ty) -> bool {
        matches!(self.node(ty), Node::Var { number: true, .. })
    }

    pub fn is_int(&self, ty: Ty) -> bool {
        matches!(self.node(ty), Node::Int)
    }

    pub fn is_real(&self, ty: Ty) -> bool {
        matches!(self.node(ty), Node::Real)
    }

    pub fn is_error(&self, ty: Ty) -> bool {
        matches!(self.node(ty), Node::Error)
    }

    pub fn is_function(&self, ty: Ty) -> bool {
        matches!(self.node(ty), Node::Function(..))
    }

    /// Whether an error type occurs in it: then nothing more is said about it.
    pub fn has_error(&self, ty: Ty) -> bool {
        let mut found = false;
        self.walk(ty, &mut |node| found |= matches!(node, Node::Error));
        found
    }

    /// Visits the nodes of a type, outermost first.
    pub fn walk(&self, ty: Ty, visit: &mut dyn FnMut(&Node)) {
        let node = self.node(ty);
        visit(node);
        match node {
            Node::Tuple(items) | Node::Data(_, items) => items.iter().for_each(|&item| self.walk(item, visit)),
            Node::Record(fields) => fields.iter().for_each(|field| self.walk(field.1, visit)),
            Node::Array(item) | Node::Dist(item) | Node::Posterior(item) | Node::Suspended(item) => {
                self.walk(*item, visit)
            }
            Node::Function(params, _, result) => {
                params.iter().for_each(|&param| self.walk(param, visit));
                self.walk(*result, visit);
            }
            _ => {}
        }
    }

    /// The unsolved variables of a type, each once, in the order of their first occurrence.
    pub fn variables(&mut self, ty: Ty, into: &mut Vec<Ty>) {
        let ty = self.find(ty);
        match self.nodes[ty.0 as usize].clone() {
            Node::Var { .. } if !into.contains(&ty) => into.push(ty),
            Node::Tuple(items) | Node::Data(_, items) => items.iter().for_each(|&item| self.variables(item, into)),
            Node::Record(fields) => fields.iter().for_each(|field| self.variables(field.1, into)),
            Node::Array(item) | Node::Dist(item) | Node::Posterior(item) | Node::Suspended(item) => {
                self.variables(item, into)
            }
            Node::Function(params, _, result) => {
                params.iter().for_each(|&param| self.variables(param, into));
                self.variables(result, into);
            }
            _ => {}
        }
    }

    /// The level of an unsolved variable; 0 for anything else.
    pub fn level_of(&self, ty: Ty) -> u32 {
        match self.node(ty) {
            Node::Var { level, .. } => *level,
            _ => 0,
        }
    }

    /// Rebuilds a type from its parts; `replace` may answer for a node (links followed) before its parts are visited.
    pub fn map(&mut self, ty: Ty, replace: &mut dyn FnMut(&mut Store, Ty, &Node) -> Option<Ty>) -> Ty {
        let ty = self.find(ty);
        let node = self.nodes[ty.0 as usize].clone();
        if let Some(other) = replace(self, ty, &node) {
            return other;
        }
        match node {
            Node::Tuple(items) => self.map_all(&items, replace).map_or(ty, |items| self.add(Node::Tuple(items))),
            Node::Data(id, items) => self.map_all(&items, replace).map_or(ty, |items| self.add(Node::Data(id, items))),
            Node::Record(fields) => {
                let types: Vec<Ty> = fields.iter().map(|field| field.1).collect();
                let Some(types) = self.map_all(&types, replace) else { return ty };
                let fields = fields.iter().zip(types.iter()).map(|(field, &ty)| (field.0.clone(), ty)).collect();
                self.add(Node::Record(fields))
            }
            Node::Array(item) => self.map_one(ty, item, Node::Array, replace),
            Node::Dist(item) => self.map_one(ty, item, Node::Dist, replace),
            Node::Posterior(item) => self.map_one(ty, item, Node::Posterior, replace),
            Node::Suspended(item) => self.map_one(ty, item, Node::Suspended, replace),
            Node::Function(params, effect, result) => {
                let new_params = self.map_all(&params, replace);
                let new_result = self.map(result, replace);
                if new_params.is_none() && new_result == self.find(result) {
                    return ty;
                }
                self.add(Node::Function(new_params.unwrap_or(params), effect, new_result))
            }
            _ => ty,
        }
    }

    fn map_one(
        &mut self,
        whole: Ty,
        item: Ty,
        build: fn(Ty) -> Node,
        replace: &mut dyn FnMut(&mut Store, Ty, &Node) -> Option<Ty>,
    ) -> Ty {
        let new = self.map(item, replace);
        if new == self.find(item) { whole } else { self.add(build(new)) }
    }

    /// None if nothing changed.
    fn map_all(
        &mut self,
        items: &[Ty],
        replace: &mut dyn FnMut(&mut Store, Ty, &Node) -> Option<Ty>,
    ) -> Option<Rc<[Ty]>> {
        let new: Vec<Ty> = items.iter().map(|&item| self.map(item, replace)).collect();
        let changed = new.iter().zip(items).any(|(&new, &old)| new != self.find(old));
        changed.then(|| new.into())
    }
}

/// Where a type is expected from, for the secondary label of a mismatch.
#[derive(Clone, Copy, Debug)]
pub enum Why {
    /// Nothing worth pointing at.
    Nothing,
    /// A written type.
    Annotation(Span),
    /// The declared result of a function.
    Result(Span),
    /// The variable that is assigned.
    Variable(Span),
    /// Another branch or element that must have the same type.
    Sibling(Span),
    /// The distribution that is observed.
    Distribution(Span),
}
