//! Which definitions a definition refers to, and the groups that must be checked together (Tarjan, 1972).

use borel_source::Name;
use borel_syntax::ast::*;
use borel_typed::{ConstantId, FunctionId};

use crate::resolve::{Entity, Items, Names};

/// A top-level function or constant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Definition {
    Function(FunctionId),
    Constant(ConstantId),
}

/// Definitions that refer to each other.
pub struct Group {
    pub members: Vec<Definition>,
    /// Whether a member refers to a member.
    pub recursive: bool,
}

/// The groups of mutually recursive definitions, each after those that it uses.
pub fn groups(names: &Names, items: &Items) -> Vec<Group> {
    let functions = items.functions.len();
    let total = functions + items.constants.len();
    let edges: Vec<Vec<usize>> = (0..total)
        .map(|node| {
            let mut references = References { names, module: 0, functions, bound: Vec::new(), found: Vec::new() };
            if node < functions {
                let (module, _, function, _) = items.functions[node];
                references.module = module;
                references.function(function);
            } else {
                let (module, item) = items.constants[node - functions];
                references.module = module;
                if let ItemKind::Let(_, _, value) = &item.kind {
                    references.expr(value);
                }
            }
            references.found
        })
        .collect();
    components(&edges)
        .into_iter()
        .map(|group| Group {
            recursive: group.len() > 1 || edges[group[0]].contains(&group[0]),
            members: group
                .into_iter()
                .map(|node| match node.checked_sub(functions) {
                    None => Definition::Function(FunctionId(node as u32)),
                    Some(constant) => Definition::Constant(ConstantId(constant as u32)),
                })
                .collect(),
        })
        .collect()
}

/// Strongly connected components, each after those that it reaches; members in ascending order.
fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    struct State<'e> {
        edges: &'e [Vec<usize>],
        index: Vec<Option<usize>>,
        low: Vec<usize>,
        on_stack: Vec<bool>,
        stack: Vec<usize>,
        next: usize,
        out: Vec<Vec<usize>>,
    }
    fn visit(state: &mut State, node: usize) {
        state.index[node] = Some(state.next);
        state.low[node] = state.next;
        state.next += 1;
        state.stack.push(node);
        state.on_stack[node] = true;
        let edges = state.edges;
        for &next in &edges[node] {
            match state.index[next] {
                None => {
                    visit(state, next);
                    state.low[node] = state.low[node].min(state.low[next]);
                }
                Some(index) if state.on_stack[next] => state.low[node] = state.low[node].min(index),
                Some(_) => {}
            }
        }
        if state.index[node] == Some(state.low[node]) {
            let start = state.stack.iter().rposition(|&at| at == node).unwrap_or(0);
            let mut component = state.stack.split_off(start);
            component.iter().for_each(|&at| state.on_stack[at] = false);
            component.sort_unstable();
            state.out.push(component);
        }
    }
    let count = edges.len();
    let mut state = State {
        edges,
        index: vec![None; count],
        low: vec![0; count],
        on_stack: vec![false; count],
        stack: Vec::new(),
        next: 0,
        out: Vec::new(),
    };
    for node in 0..count {
        if state.index[node].is_none() {
            visit(&mut state, node);
        }
    }
    state.out
}

struct References<'n, 'a> {
    names: &'n Names<'a>,
    module: usize,
    functions: usize,
    bound: Vec<Name>,
    found: Vec<usize>,
}

impl References<'_, '_> {
    fn name(&mut self, name: &Name) {
        if self.bound.contains(name) {
            return;
        }
        let entity = self.names.value(self.module, name);
        self.entity(entity);
    }

    fn entity(&mut self, entity: Option<Entity>) {
        let node = match entity {
            Some(Entity::Function(id)) => id.0 as usize,
            Some(Entity::Constant(id)) => self.functions + id.0 as usize,
            _ => return,
        };
        if !self.found.contains(&node) {
            self.found.push(node);
        }
    }

    fn function(&mut self, function: &Function) {
        let mark = self.bound.len();
        for param in &function.params {
            if let Some(default) = &param.default {
                self.expr(default);
            }
            self.pattern(&param.pattern);
        }
        self.expr(&function.body);
        self.bound.truncate(mark);
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Name(name) => self.bound.push(name.name.clone()),
            PatternKind::Constructor(_, items) | PatternKind::Tuple(items) => {
                items.iter().for_each(|item| self.pattern(item));
            }
            PatternKind::Record(fields, _) => fields.iter().for_each(|field| self.pattern(&field.1)),
            _ => {}
        }
    }

    fn block(&mut self, block: &Block) {
        let mark = self.bound.len();
        block.stmts.iter().for_each(|stmt| self.stmt(stmt));
        self.bound.truncate(mark);
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let(pattern, _, value) | StmtKind::LetSample(pattern, _, value) => {
                self.expr(value);
                self.pattern(pattern);
            }
            StmtKind::Var(name, _, value) | StmtKind::VarSample(name, _, value) => {
                self.expr(value);
                self.bound.push(name.name.clone());
            }
            StmtKind::Assign(a, b) | StmtKind::AssignSample(a, b) | StmtKind::Observe(a, b) => {
                self.expr(a);
                self.expr(b);
            }
            StmtKind::For(pattern, over, body) => {
                self.expr(over);
                let mark = self.bound.len();
                self.pattern(pattern);
                self.block(body);
                self.bound.truncate(mark);
            }
            StmtKind::While(condition, body) => {
                self.expr(condition);
                self.block(body);
            }
            StmtKind::Return(Some(value)) | StmtKind::Expr(value) => self.expr(value),
            StmtKind::Function(function) => {
                if let Some(name) = &function.name {
                    self.bound.push(name.name.clone());
                }
                self.function(function);
            }
            StmtKind::Return(None) | StmtKind::Break | StmtKind::Continue | StmtKind::Error => {}
        }
    }

    fn clauses(&mut self, clauses: &[Clause]) {
        for clause in clauses {
            match clause {
                Clause::For(pattern, over) => {
                    self.expr(over);
                    self.pattern(pattern);
                }
                Clause::If(condition) => self.expr(condition),
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.name(&name.name),
            ExprKind::Tuple(items) | ExprKind::Array(items) => items.iter().for_each(|item| self.expr(item)),
            ExprKind::Record(fields) => fields.iter().for_each(|field| self.expr(&field.1)),
            ExprKind::RecordUpdate(base, fields) => {
                self.expr(base);
                fields.iter().for_each(|field| self.expr(&field.1));
            }
            ExprKind::Comprehension(element, clauses) => {
                let mark = self.bound.len();
                self.clauses(clauses);
                self.expr(element);
                self.bound.truncate(mark);
            }
            ExprKind::Range(a, b) | ExprKind::Binary(_, a, b) => {
                self.expr(a);
                self.expr(b);
            }
            ExprKind::Call(callee, args) => {
                self.expr(callee);
                args.iter().for_each(|arg| self.expr(&arg.value));
            }
            ExprKind::Index(base, indices) => {
                self.expr(base);
                for index in indices {
                    match index {
                        Index::At(at) => self.expr(at),
                        Index::Slice(from, to) => from.iter().chain(to).for_each(|bound| self.expr(bound)),
                    }
                }
            }
            ExprKind::Field(base, member) => {
                if let ExprKind::Name(name) = &base.kind
                    && !self.bound.contains(&name.name)
                    && let Some(&import) = self.names.scopes[self.module].imports.get(&name.name)
                {
                    let entity = self.names.member(import, &member.name);
                    self.entity(entity);
                }
                self.expr(base);
            }
            ExprKind::Unary(_, e) | ExprKind::Sample(e) | ExprKind::Ascribe(e, _) => self.expr(e),
            ExprKind::If(condition, then, otherwise) => {
                self.expr(condition);
                self.block(then);
                otherwise.iter().for_each(|e| self.expr(e));
            }
            ExprKind::Match(scrutinee, arms) => {
                self.expr(scrutinee);
                for arm in arms {
                    let mark = self.bound.len();
                    self.pattern(&arm.pattern);
                    arm.guard.iter().for_each(|guard| self.expr(guard));
                    self.expr(&arm.body);
                    self.bound.truncate(mark);
                }
            }
            ExprKind::Lambda(function) => self.function(function),
            ExprKind::Block(block) => self.block(block),
            ExprKind::Unit
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Real(_)
            | ExprKind::String(_)
            | ExprKind::Error => {}
        }
    }
}
