//! A function under construction.
//!
//! Each Core variable is a sequence of operands, one for each word of its type. Statements are emitted at the end of the
//! innermost open block; what cannot be reached is dropped.

use crate::flattener::{Code, Flattener};
use borel_abi::shape::ShapeId;
use borel_core as core;
use borel_core::{Atom, Var};
use borel_flow::runtime::Named;
use borel_flow::{
    Binary, Block, Expr, Function, FunctionId, Label, Local, LocalInfo, Operand, Runtime, Site, Stmt, Ty, Unary, View,
};
use borel_source::Span;
use std::collections::{HashMap, HashSet};

/// Where the value of a block goes.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    /// Out of the function
    Return,
    /// Into these locals; control goes on
    Locals(Vec<Local>),
}

/// Where the jumps to a label of Core go.
#[derive(Clone)]
pub(crate) struct Target {
    /// The label in Flow.
    pub label: Label,
    /// Where the value goes.
    pub destination: Destination,
    /// Of a loop: the locals of its parameters.
    pub params: Vec<Local>,
    /// Of a loop in which choices are named: the number of the iteration.
    pub counter: Option<Local>,
    /// How many scopes of names are open there.
    pub scopes: usize,
}

/// See the module.
pub(crate) struct Body<'f, 'a> {
    /// The module it is for.
    pub flattener: &'f mut Flattener<'a>,
    /// The view it is made for.
    pub view: View,
    /// The types of what it returns.
    pub results: Vec<Ty>,
    /// The operands of variables in scope.
    pub vars: HashMap<Var, Vec<Operand>>,
    /// Enclosing labels.
    pub targets: HashMap<core::Label, Target>,
    /// The scopes of names entered: each local holds the scope to restore.
    pub scopes: Vec<Local>,
    /// The number of the iteration of the innermost loop, in this function and scope.
    pub index: Option<Operand>,
    /// The source of the statement at hand.
    pub span: Span,
    /// Of what the exponentials are that are in these locals: their logarithms are known. (In densities, where more digits are no harm.)
    pub exponents: HashMap<Local, Operand>,
    /// Where in the calls and loops of the program control is, as an address (replay view).
    pub path: Operand,
    /// Whether control gets to the end of the innermost open block.
    pub reachable: bool,
    /// Where the function is written, if it is.
    origin: Option<Site>,
    locals: Vec<LocalInfo>,
    blocks: Vec<Block>,
    broken: HashSet<Label>,
    labels: u32,
    /// Places that addresses tell apart.
    places: i64,
}

impl<'f, 'a> Body<'f, 'a> {
    /// An empty function.
    pub fn new(flattener: &'f mut Flattener<'a>, view: View, results: Vec<Ty>, span: Span) -> Body<'f, 'a> {
        let origin = (span != Span::default()).then(|| flattener.site(span));
        let mut body = Body {
            origin,
            flattener,
            view,
            results,
            vars: HashMap::new(),
            targets: HashMap::new(),
            scopes: Vec::new(),
            index: None,
            span,
            exponents: HashMap::new(),
            path: Operand::Int(0),
            reachable: true,
            locals: Vec::new(),
            blocks: vec![Vec::new()],
            broken: HashSet::new(),
            labels: 0,
            places: 0,
        };
        body.begin_path();
        body
    }

    /// A number that no other place of the function has.
    pub fn place(&mut self) -> i64 {
        self.places += 1;
        self.places
    }

    /// The function, with these parameters.
    pub fn finish(
        mut self,
        name: &str,
        params: Vec<Local>,
        suspends: bool,
        environment: Vec<(Local, u32)>,
    ) -> Function {
        // The end of every function is a jump; if control seemed to get here, it is after something that does not come back.
        self.unreachable();
        let name = self.flattener.unique_name(name, self.view);
        Function {
            name,
            view: self.view,
            owned: vec![false; params.len()],
            params,
            results: self.results,
            locals: self.locals,
            body: self.blocks.pop().unwrap_or_default(),
            suspends,
            environment,
            counted: false,
            gradient_of: None,
            site: self.origin,
        }
    }

    /// A new local.
    pub fn local(&mut self, name: &str, ty: Ty) -> Local {
        self.locals.push(LocalInfo { name: name.into(), ty });
        Local(self.locals.len() as u32 - 1)
    }

    /// New locals for a value with these words.
    pub fn locals_for(&mut self, name: &str, words: &[Ty]) -> Vec<Local> {
        words.iter().map(|word| self.local(name, *word)).collect()
    }

    /// New locals for a value of a Core type.
    pub fn locals_of(&mut self, name: &str, ty: core::Ty) -> Vec<Local> {
        let words = self.words(ty);
        self.locals_for(name, &words)
    }

    /// New locals for a variable, which is bound to them.
    pub fn bind(&mut self, var: Var) -> Vec<Local> {
        let program = self.flattener.program;
        let info = &program.vars[var.0 as usize];
        let locals = self.locals_of(&info.name, info.ty);
        self.vars.insert(var, operands(&locals));
        locals
    }

    /// The type of a word.
    pub fn type_of(&self, operand: Operand) -> Ty {
        match operand {
            Operand::Local(local) => self.locals[local.0 as usize].ty,
            Operand::Int(_) => Ty::Int,
            Operand::Real(_) => Ty::Real,
            Operand::Bool(_) => Ty::Bool,
            Operand::Static(_) | Operand::Immediate(_) | Operand::Null => Ty::Pointer,
        }
    }

    /// The words of a Core type.
    pub fn words(&self, ty: core::Ty) -> Vec<Ty> {
        self.flattener.representation.words(ty).to_vec()
    }

    /// The type of an operand of Core; none for a constant.
    pub fn var_type(&self, atom: &Atom) -> Option<core::Ty> {
        match atom {
            Atom::Var(var) => Some(self.flattener.program.var_ty(*var)),
            _ => None,
        }
    }

    /// The words of an operand of Core.
    pub fn atom(&mut self, atom: &Atom) -> Vec<Operand> {
        match atom {
            Atom::Var(var) => self.vars.get(var).cloned().unwrap_or_default(),
            Atom::Unit => Vec::new(),
            Atom::Bool(value) => vec![Operand::Bool(*value)],
            Atom::Int(value) => vec![Operand::Int(*value)],
            Atom::Real(value) => vec![Operand::Real(*value)],
            Atom::String(text) => vec![Operand::Static(self.flattener.text_constant(text))],
        }
    }

    /// The words of several operands.
    pub fn atoms(&mut self, atoms: &[Atom]) -> Vec<Operand> {
        atoms.iter().flat_map(|atom| self.atom(atom)).collect()
    }

    /// The one word of an operand.
    pub fn word(&mut self, atom: &Atom) -> Operand {
        self.atom(atom).first().copied().unwrap_or(Operand::Null)
    }

    /// Emits a statement, if control gets there.
    pub fn emit(&mut self, stmt: Stmt) {
        if !self.reachable {
            return;
        }
        if let Stmt::Break(label) = stmt {
            self.broken.insert(label);
        }
        self.reachable = !stmt.is_jump();
        if let Some(block) = self.blocks.last_mut() {
            block.push(stmt);
        }
    }

    /// Emits `let` and gives the local.
    pub fn define(&mut self, name: &str, ty: Ty, expr: Expr) -> Operand {
        let local = self.local(name, ty);
        self.emit(Stmt::Let(local, expr));
        Operand::Local(local)
    }

    /// An operation on two words.
    pub fn binary(&mut self, ty: Ty, op: Binary, a: Operand, b: Operand) -> Operand {
        self.define("", ty, Expr::Binary(op, a, b))
    }

    /// An operation on one word.
    pub fn unary(&mut self, ty: Ty, op: Unary, a: Operand) -> Operand {
        self.define("", ty, Expr::Unary(op, a))
    }

    /// A call of the runtime with one result.
    pub fn runtime(&mut self, runtime: Runtime, result: Ty, args: Vec<Operand>) -> Operand {
        let local = self.local("", result);
        let site = self.site();
        self.emit(Stmt::Runtime(vec![local], runtime, args, site));
        Operand::Local(local)
    }

    /// A call of a named runtime function with one result.
    pub fn named(&mut self, named: Named, args: Vec<Operand>) -> Operand {
        let result = named.signature().results.first().copied().unwrap_or(Ty::Int);
        self.runtime(Runtime::Named(named), result, args)
    }

    /// A call of a named runtime function without a result.
    pub fn perform(&mut self, named: Named, args: Vec<Operand>) {
        let site = self.site();
        self.emit(Stmt::Runtime(Vec::new(), Runtime::Named(named), args, site));
    }

    /// A call of a function of the module.
    pub fn call(&mut self, callee: FunctionId, args: Vec<Operand>, results: &[Ty]) -> Vec<Operand> {
        let locals = self.locals_for("", results);
        self.pass_path(callee);
        self.emit(Stmt::Call(locals.clone(), callee, args));
        operands(&locals)
    }

    /// The function of some code in this view.
    pub fn instance(&mut self, code: Code) -> FunctionId {
        self.flattener.instance(code, self.view)
    }

    /// The site of the statement at hand.
    pub fn site(&mut self) -> Site {
        self.flattener.site(self.span)
    }

    /// The shape of a type.
    pub fn shape(&mut self, ty: core::Ty) -> ShapeId {
        self.flattener.representation.shape(ty)
    }

    /// A new label.
    pub fn label(&mut self) -> Label {
        self.labels += 1;
        Label(self.labels - 1)
    }

    /// What `f` emits, as a block of its own; and whether control falls out of its end.
    pub fn block(&mut self, f: impl FnOnce(&mut Self)) -> (Block, bool) {
        let outer = std::mem::replace(&mut self.reachable, true);
        self.blocks.push(Vec::new());
        f(self);
        let falls = std::mem::replace(&mut self.reachable, outer);
        (self.blocks.pop().unwrap_or_default(), falls)
    }

    /// A conditional.
    pub fn when(&mut self, condition: Operand, yes: impl FnOnce(&mut Self), no: impl FnOnce(&mut Self)) {
        if !self.reachable {
            return;
        }
        let (yes, yes_falls) = self.block(yes);
        let (no, no_falls) = self.block(no);
        self.emit(Stmt::If(condition, yes, no));
        self.reachable = yes_falls || no_falls;
    }

    /// A choice between blocks by an Int; the last one is taken for all numbers that are not listed.
    pub fn switch(&mut self, on: Operand, mut cases: Vec<(i64, (Block, bool))>) {
        let falls = cases.iter().any(|(_, (_, falls))| *falls);
        let Some((_, (default, _))) = cases.pop() else { return self.unreachable() };
        if cases.is_empty() {
            return self.splice(default, falls);
        }
        let cases = cases.into_iter().map(|(number, (block, _))| (number, block)).collect();
        self.emit(Stmt::Switch(on, cases, default));
        self.reachable &= falls;
    }

    /// The statements of a finished block.
    fn splice(&mut self, block: Block, falls: bool) {
        for stmt in block {
            self.reachable = true;
            self.emit(stmt);
        }
        self.reachable = falls;
    }

    /// A loop, left by Break.
    pub fn repeat(&mut self, label: Label, body: impl FnOnce(&mut Self)) {
        if !self.reachable {
            return;
        }
        let (body, _) = self.block(body);
        self.emit(Stmt::Loop(label, body));
        self.reachable = self.broken.contains(&label);
    }

    /// A block that can be left by Break.
    pub fn breakable(&mut self, label: Label, body: impl FnOnce(&mut Self)) {
        if !self.reachable {
            return;
        }
        let (body, falls) = self.block(body);
        if self.broken.contains(&label) {
            self.emit(Stmt::Block(label, body));
        } else {
            self.splice(body, falls);
        }
        self.reachable = falls || self.broken.contains(&label);
    }

    /// Counts from 0 to before the length: the loop of an array under construction, or over one that is there.
    pub fn count_to(&mut self, length: Operand, body: impl FnOnce(&mut Self, Operand)) {
        let (label, index) = (self.label(), self.local("i", Ty::Int));
        self.emit(Stmt::Let(index, Expr::Use(Operand::Int(0))));
        self.repeat(label, |b| {
            let more = b.binary(Ty::Bool, Binary::LtInt, Operand::Local(index), length);
            b.when(more, |_| {}, |b| b.emit(Stmt::Break(label)));
            body(b, Operand::Local(index));
            b.emit(Stmt::Let(index, Expr::Binary(Binary::AddInt, Operand::Local(index), Operand::Int(1))));
            b.emit(Stmt::Continue(label));
        });
    }

    /// Assigns locals.
    pub fn assign(&mut self, locals: &[Local], values: &[Operand]) {
        for (local, value) in locals.iter().zip(values) {
            self.emit(Stmt::Let(*local, Expr::Use(*value)));
        }
    }

    /// Sends a value where it goes; control goes on after it unless that is out of the function.
    pub fn give(&mut self, value: Vec<Operand>, destination: &Destination) {
        match destination {
            Destination::Return => self.return_(value),
            Destination::Locals(locals) => self.assign(locals, &value),
        }
    }

    /// Leaves the function.
    pub fn return_(&mut self, value: Vec<Operand>) {
        self.leave_scopes(0);
        self.emit(Stmt::Return(value));
    }

    /// Stops the program where it says that control cannot get.
    pub fn unreachable(&mut self) {
        let site = self.site();
        self.emit(Stmt::Trap(borel_flow::Trap::Unreachable, Vec::new(), site));
    }
}

/// Locals as operands.
pub(crate) fn operands(locals: &[Local]) -> Vec<Operand> {
    locals.iter().map(|local| Operand::Local(*local)).collect()
}
