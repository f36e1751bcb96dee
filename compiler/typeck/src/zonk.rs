//! The last pass over a complete group of definitions: types become final, conversions between equal types go away,
//! literals get their kind, recursive uses their type arguments, and matches are checked for coverage.

use borel_source::Name;
use borel_typed::*;

use crate::exhaustiveness;
use crate::infer::item::Checked;
use crate::infer::{Checker, held};
use crate::scheme::Scheme;
use crate::types::{Node, Ty};

mod expression;
mod literal;

/// The pass; one for each group.
struct Zonk<'c, 'a> {
    checker: &'c mut Checker<'a>,
    /// The final numbers of the type parameters in scope.
    numbering: Vec<(u32, u32)>,
}

impl Checker<'_> {
    /// Makes the types of a data type final.
    pub fn finish_data(&mut self, data: &mut Data, params: &[u32]) {
        let zonk = Zonk::new(self, params);
        for constructor in &mut data.constructors {
            for field in &mut constructor.fields {
                zonk.ty(&mut field.1);
            }
        }
    }

    /// Makes the types of a constant final and adds it to the program.
    pub fn finish_constant(&mut self, id: ConstantId, name: Name, mut value: Expr) {
        self.add_locals();
        Zonk::new(self, &[]).expr(&mut value);
        self.constant_numbers[id.0 as usize] = self.program.constants.len() as u32;
        self.program.constants.push(Constant { name, value });
    }

    /// Makes the types of a group of functions final and keeps them for the program.
    pub fn finish_functions(&mut self, group: Vec<Checked>, scheme: &Scheme) {
        self.add_locals();
        for checked in group {
            let id = checked.id;
            let mut function = self.function_shell(checked);
            function.type_params = scheme.params.len() as u32;
            function.signature = self.signature(self.functions[id.0 as usize].ty, &scheme.constraints);
            let mut zonk = Zonk::new(self, &scheme.params);
            for &param in &function.params {
                zonk.local(param);
            }
            zonk.ty(&mut function.result);
            zonk.expr(&mut function.body);
            self.finished.push((id, function));
        }
    }

    /// Adds the locals made since to the program; their types follow when their binders are reached.
    fn add_locals(&mut self) {
        for info in &self.locals[self.program.locals.len()..] {
            let local = Local { name: info.name.clone(), ty: Type::Unit, mutable: info.mutable };
            self.program.locals.push(local);
        }
    }
}

impl<'c, 'a> Zonk<'c, 'a> {
    fn new(checker: &'c mut Checker<'a>, params: &[u32]) -> Zonk<'c, 'a> {
        let numbering = params.iter().enumerate().map(|(index, &param)| (param, index as u32)).collect();
        Zonk { checker, numbering }
    }

    /// Replaces a handle by its type.
    fn ty(&self, ty: &mut Type) {
        *ty = self.final_type(held(ty));
    }

    fn final_type(&self, ty: Ty) -> Type {
        let all = |items: &[Ty]| items.iter().map(|&item| self.final_type(item)).collect();
        let one = |item: Ty| Box::new(self.final_type(item));
        match self.checker.store.node(ty) {
            // What is still unknown is never looked at; the literals among it are Ints.
            Node::Var { number: true, .. } | Node::Int => Type::Int,
            Node::Unit | Node::Error | Node::Var { .. } | Node::Link(_) => Type::Unit,
            Node::Bool => Type::Bool,
            Node::Real => Type::Real,
            Node::String => Type::String,
            Node::Matrix => Type::Matrix,
            Node::Method => Type::Method,
            Node::Tuple(items) => Type::Tuple(all(items)),
            Node::Record(fields) => {
                Type::Record(fields.iter().map(|(name, ty)| (name.clone(), self.final_type(*ty))).collect())
            }
            Node::Array(item) => Type::Array(one(*item)),
            Node::Function(params, _, result) => Type::Function(all(params), one(*result)),
            Node::Dist(item) => Type::Dist(one(*item)),
            Node::Posterior(item) => Type::Posterior(one(*item)),
            Node::Suspended(item) => Type::Suspended(one(*item)),
            Node::Data(id, items) => Type::Data(*id, all(items)),
            Node::Param(param) => self.param(*param).map_or(Type::Unit, Type::Param),
        }
    }

    fn param(&self, param: u32) -> Option<u32> {
        self.numbering.iter().rev().find(|entry| entry.0 == param).map(|entry| entry.1)
    }

    /// The type of a local, at its binder.
    fn local(&mut self, local: LocalId) {
        let ty = self.final_type(self.checker.locals[local.0 as usize].ty);
        self.checker.program.locals[local.0 as usize].ty = ty;
    }

    /// The type arguments of a use; within its own group a definition is used at its own parameters.
    fn type_arguments(&self, args: &mut Vec<Type>, scheme: Option<&Scheme>) {
        if args.is_empty() {
            let params = scheme.map_or(&[][..], |scheme| &scheme.params);
            *args = params.iter().map(|&param| self.param(param).map_or(Type::Unit, Type::Param)).collect();
        } else {
            args.iter_mut().for_each(|arg| self.ty(arg));
        }
    }

    fn local_arguments(&self, local: LocalId, args: &mut Vec<Type>) {
        let function = self.checker.locals[local.0 as usize].function.as_ref();
        self.type_arguments(args, function.and_then(|function| function.scheme.as_deref()));
    }

    /// A pattern that has no alternative must cover everything.
    fn irrefutable(&mut self, pattern: &mut Pattern) {
        self.pattern(pattern);
        exhaustiveness::check_irrefutable(self.checker, pattern);
    }

    fn pattern(&mut self, pattern: &mut Pattern) {
        self.ty(&mut pattern.ty);
        match &mut pattern.kind {
            PatternKind::Bind(local) => self.local(*local),
            PatternKind::Constructor(_, _, items) | PatternKind::Tuple(items) => {
                items.iter_mut().for_each(|item| self.pattern(item));
            }
            PatternKind::Record(fields) => fields.iter_mut().for_each(|field| self.pattern(&mut field.1)),
            PatternKind::Wildcard | PatternKind::Bool(_) | PatternKind::Int(_) | PatternKind::String(_) => {}
        }
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        match &mut stmt.kind {
            StmtKind::Let(pattern, value) => {
                self.expr(value);
                self.irrefutable(pattern);
            }
            StmtKind::Var(local, value) => {
                self.expr(value);
                self.local(*local);
                let local = *local;
                let info = &self.checker.program.locals[local.0 as usize];
                literal::convert(value, &info.ty);
            }
            StmtKind::LetSample(pattern, draw) => {
                self.draw(draw);
                self.irrefutable(pattern);
            }
            StmtKind::Functions(functions) => self.functions(functions),
            StmtKind::Assign(place, value) => {
                self.place(place);
                self.expr(value);
            }
            StmtKind::AssignSample(place, draw) => {
                self.place(place);
                self.draw(draw);
            }
            StmtKind::Observe(value, distribution) => {
                self.expr(value);
                self.expr(distribution);
            }
            StmtKind::For(pattern, over, body) => {
                self.expr(over);
                self.irrefutable(pattern);
                self.expr(body);
            }
            StmtKind::While(condition, body) => {
                self.expr(condition);
                self.expr(body);
            }
            StmtKind::Return(value) | StmtKind::Expr(value) => self.expr(value),
            StmtKind::Break | StmtKind::Continue => {}
        }
    }

    /// Local functions number their type parameters after those of the definitions around them.
    fn functions(&mut self, functions: &mut [LocalFunction]) {
        let mark = self.numbering.len();
        let first = mark as u32;
        let scheme = functions
            .first()
            .and_then(|function| self.checker.locals[function.local.0 as usize].function.as_ref())
            .and_then(|function| function.scheme.clone())
            .unwrap_or_default();
        for (index, &param) in scheme.params.iter().enumerate() {
            self.numbering.push((param, first + index as u32));
        }
        for function in functions.iter_mut() {
            function.type_params = (first, scheme.params.len() as u32);
            self.local(function.local);
            self.lambda(&mut function.lambda);
        }
        self.numbering.truncate(mark);
    }

    fn lambda(&mut self, lambda: &mut Lambda) {
        lambda.params.iter_mut().for_each(|param| self.irrefutable(param));
        self.ty(&mut lambda.result);
        self.expr(&mut lambda.body);
    }

    fn place(&mut self, place: &mut Place) {
        for step in &mut place.path {
            match step {
                Step::Index(indices, of) => {
                    indices.iter_mut().for_each(|index| self.expr(index));
                    self.ty(of);
                }
                Step::Field(_, of) | Step::Component(_, of) => self.ty(of),
            }
        }
    }

    /// A call that gives nothing to draw from is run.
    fn draw(&mut self, draw: &mut Draw) {
        let (Draw::From(source) | Draw::Run(source)) = draw;
        self.expr(source);
        let is_call = matches!(source.kind, ExprKind::Call(..) | ExprKind::CallLocal(..) | ExprKind::Apply(..));
        if is_call && !is_drawable(&source.ty) {
            let unit = Expr { kind: ExprKind::Unit, ty: Type::Unit, span: source.span };
            *draw = Draw::Run(std::mem::replace(source, unit));
        }
    }
}

/// Whether values of a type are distributions, or arrays or tuples of them.
fn is_drawable(ty: &Type) -> bool {
    match ty {
        Type::Dist(_) | Type::Posterior(_) => true,
        Type::Array(item) => is_drawable(item),
        Type::Tuple(items) => items.iter().all(is_drawable),
        _ => false,
    }
}
