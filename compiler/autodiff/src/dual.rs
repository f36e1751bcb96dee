//! Forward mode: functions that carry, beside each Real that depends on what is varied, how it changes, its tangent.
//!
//! Applied to what reverse mode has made, it gives second derivatives in a direction, and so the way back through a gradient that a program
//! takes (Pearlmutter, "Fast exact multiplication by the Hessian", 1994). An object with varied Reals has a second one of the same
//! layout, with their tangents; what is on the tape has its tangent beside it.

mod extent;
mod operations;

use crate::activity::{Instance, Slots};
use crate::emit::Emit;
use crate::rules::{self, Slope};
use crate::{Unknown, rules::bound};
use borel_distributions::bounds::Bound;
use borel_distributions::{Function as Entry, ParameterKind, ValueKind};
use borel_flow::runtime::Named;
use borel_flow::{
    Binary, Block, Expr, Frame, Function, FunctionId, Local, LocalInfo, Module, Operand, Runtime, Site, Stmt, Ty, Unary,
};
use extent::Extent;
use std::collections::HashMap;

/// A function with tangents.
pub struct Made {
    /// The function.
    pub id: FunctionId,
    /// Which results of the original have tangents.
    pub results: Vec<bool>,
}

/// Adds the functions with tangents; gives those of the roots. The tangents of parameters follow the parameters, those of results
/// the results.
pub fn dual(module: &mut Module, roots: &[Instance], slots: &Slots) -> Result<Vec<Made>, Vec<Unknown>> {
    let extent = Extent::of(module, roots, slots)?;
    let mut instances: Vec<&Instance> = extent.instances.keys().filter(|instance| extent.is_varied(instance)).collect();
    instances.sort_by_key(|instance| (instance.function, instance.active.clone()));
    let first = module.functions.len() as u32;
    let numbers =
        instances.iter().enumerate().map(|(at, instance)| ((*instance).clone(), FunctionId(first + at as u32)));
    let ids: HashMap<Instance, FunctionId> = numbers.collect();
    let mut made = Vec::new();
    for instance in instances {
        made.push(Dual::new(module, &extent, &ids, instance).function(instance));
    }
    module.functions.extend(made);
    // Each frame has another shape now.
    module.frames *= 2;
    let root = |root: &Instance| Made { id: ids[root], results: extent.instances[root].results.clone() };
    Ok(roots.iter().map(root).collect())
}

/// A function that is given tangents.
struct Dual<'a> {
    module: &'a Module,
    extent: &'a Extent,
    ids: &'a HashMap<Instance, FunctionId>,
    active: &'a [bool],
    results: &'a [bool],
    source: &'a Function,
    locals: Vec<LocalInfo>,
    tangents: HashMap<Local, Local>,
    out: Block,
    site: Site,
}

impl Emit for Dual<'_> {
    fn emit(&mut self, stmt: Stmt) {
        self.out.push(stmt);
    }

    fn temporary(&mut self, ty: Ty) -> Local {
        self.local("", ty)
    }

    fn site(&self) -> Site {
        self.site
    }

    fn value(&mut self, operand: Operand) -> Operand {
        operand
    }
}

impl<'a> Dual<'a> {
    fn new(
        module: &'a Module,
        extent: &'a Extent,
        ids: &'a HashMap<Instance, FunctionId>,
        instance: &Instance,
    ) -> Dual<'a> {
        let source = &module.functions[instance.function.0 as usize];
        let facts = &extent.instances[instance];
        Dual {
            module,
            extent,
            ids,
            active: &facts.active,
            results: &facts.results,
            source,
            locals: source.locals.clone(),
            tangents: HashMap::new(),
            out: Vec::new(),
            site: source.site.unwrap_or(Site(0)),
        }
    }

    fn function(mut self, instance: &Instance) -> Function {
        let source = self.source;
        let varied = source.params.iter().zip(&instance.active).filter(|(_, active)| **active);
        let varied: Vec<Local> = varied.map(|(param, _)| self.tangent(*param)).collect();
        let params: Vec<Local> = source.params.iter().copied().chain(varied).collect();
        let tangents = source.results.iter().zip(self.results).filter(|(_, active)| **active).map(|(ty, _)| *ty);
        let results = source.results.iter().copied().chain(tangents).collect();
        // What comes without a tangent may get one later.
        for (param, active) in source.params.iter().zip(&instance.active) {
            if !active && self.is_varied(Operand::Local(*param)) {
                self.unchanged(*param);
            }
        }
        let entry = std::mem::take(&mut self.out);
        let body = [entry, self.block(&source.body)].concat();
        let tag: String = instance.active.iter().map(|active| if *active { '1' } else { '0' }).collect();
        Function {
            name: format!("{}.dual {tag} {}", source.name, self.module.functions.len()),
            owned: vec![false; params.len()],
            params,
            results,
            locals: self.locals,
            body,
            gradient_of: None,
            ..source.clone()
        }
    }

    fn local(&mut self, name: &str, ty: Ty) -> Local {
        self.locals.push(LocalInfo { name: name.into(), ty });
        Local(self.locals.len() as u32 - 1)
    }

    fn type_of(&self, operand: Operand) -> Ty {
        match operand {
            Operand::Local(local) => self.locals[local.0 as usize].ty,
            Operand::Int(_) => Ty::Int,
            Operand::Real(_) => Ty::Real,
            Operand::Bool(_) => Ty::Bool,
            Operand::Static(_) | Operand::Immediate(_) | Operand::Null => Ty::Pointer,
        }
    }

    fn is_varied(&self, operand: Operand) -> bool {
        operand.local().is_some_and(|local| self.active.get(local.0 as usize).copied().unwrap_or(false))
    }

    /// The local with the tangent of a varied local.
    fn tangent(&mut self, local: Local) -> Local {
        if let Some(tangent) = self.tangents.get(&local) {
            return *tangent;
        }
        let LocalInfo { name, ty } = self.locals[local.0 as usize].clone();
        let tangent = self.local(&format!("{name}~"), ty);
        self.tangents.insert(local, tangent);
        tangent
    }

    /// The tangent of an operand: 0, or an object of zeros, if it is not varied.
    fn tangent_of(&mut self, operand: Operand) -> Operand {
        match operand {
            Operand::Local(local) if self.is_varied(operand) => Operand::Local(self.tangent(local)),
            Operand::Local(_) | Operand::Static(_) if self.type_of(operand) == Ty::Pointer => {
                self.named(Ty::Pointer, Named::Shadow, vec![operand])
            }
            _ => match self.type_of(operand) {
                Ty::Real => Operand::Real(0.0),
                _ => operand,
            },
        }
    }

    fn named(&mut self, ty: Ty, named: Named, args: Vec<Operand>) -> Operand {
        let made = self.local("", ty);
        self.perform(vec![made], named, args);
        Operand::Local(made)
    }

    fn perform(&mut self, results: Vec<Local>, named: Named, args: Vec<Operand>) {
        let site = self.site;
        self.out.push(Stmt::Runtime(results, Runtime::Named(named), args, site));
    }

    fn block(&mut self, block: &Block) -> Block {
        let outer = std::mem::take(&mut self.out);
        let mut at = 0;
        while at < block.len() {
            at += match &block[at..] {
                [Stmt::Let(old, load), Stmt::Release(gone), stored @ Stmt::StoreElement(array, ..), ..]
                    if *gone == Operand::Local(*old) && self.is_varied(*array) =>
                {
                    self.replaced_pointer(*old, load, stored);
                    3
                }
                _ => {
                    self.stmt(&block[at]);
                    1
                }
            };
        }
        std::mem::replace(&mut self.out, outer)
    }

    /// A pointer in an array is loaded, released, and overwritten: so is its tangent.
    fn replaced_pointer(&mut self, old: Local, load: &Expr, stored: &Stmt) {
        let Stmt::StoreElement(array, index, stride, word, value) = stored else { return };
        // What is new is there before the old is let go.
        let (given, of_array) = (self.tangent_of(*value), self.tangent_of(*array));
        self.out.push(Stmt::Let(old, load.clone()));
        self.out.push(Stmt::Release(Operand::Local(old)));
        self.out.push(stored.clone());
        let gone = self.local("", Ty::Pointer);
        self.out.push(Stmt::Let(gone, Expr::LoadElement(of_array, *index, *stride, *word)));
        self.out.push(Stmt::Release(Operand::Local(gone)));
        self.out.push(Stmt::StoreElement(of_array, *index, *stride, *word, given));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let(local, expr) => self.assignment(*local, expr),
            Stmt::New(local, layout, slots) => {
                self.out.push(stmt.clone());
                if self.is_varied(Operand::Local(*local)) {
                    let words = slots.iter().enumerate().map(|(slot, operand)| match self.type_of(*operand) {
                        Ty::Int => Operand::Int(0),
                        Ty::Bool => Operand::Bool(false),
                        Ty::Real => self.tangent_of(*operand),
                        _ if self.extent.holds(*layout, slot as u32) => self.tangent_of(*operand),
                        _ => Operand::Null,
                    });
                    let words = words.collect();
                    let tangent = self.tangent(*local);
                    self.out.push(Stmt::New(tangent, *layout, words));
                }
            }
            Stmt::NewArray(local, _, _, site) => {
                self.site = *site;
                self.out.push(stmt.clone());
                if self.is_varied(Operand::Local(*local)) {
                    let tangent = self.tangent(*local);
                    self.perform(vec![tangent], Named::ShadowArray, vec![Operand::Local(*local)]);
                }
            }
            Stmt::Store(object, slot, value) => {
                self.out.push(stmt.clone());
                if self.is_varied(*object) && matches!(self.type_of(*value), Ty::Real | Ty::Pointer) {
                    let (object, value) = (self.tangent_of(*object), self.tangent_of(*value));
                    self.out.push(Stmt::Store(object, *slot, value));
                }
            }
            Stmt::StoreElement(array, index, stride, word, value) => {
                self.out.push(stmt.clone());
                if self.is_varied(*array) && matches!(self.type_of(*value), Ty::Real | Ty::Pointer) {
                    let (array, value) = (self.tangent_of(*array), self.tangent_of(*value));
                    self.out.push(Stmt::StoreElement(array, *index, *stride, *word, value));
                }
            }
            Stmt::Call(results, callee, args) => self.call(results, *callee, args),
            Stmt::Runtime(results, runtime, args, site) => {
                self.site = *site;
                self.runtime(stmt, results, *runtime, args);
            }
            Stmt::Push(frame, words) => {
                let varied = (0..words.len()).filter(|at| self.extent.is_varied_on_tape(*frame, *at));
                let varied: Vec<Operand> = varied.collect::<Vec<_>>().into_iter().map(|at| words[at]).collect();
                let tangents: Vec<Operand> = varied.into_iter().map(|word| self.tangent_of(word)).collect();
                self.out.push(Stmt::Push(self.frame(*frame), words.iter().copied().chain(tangents).collect()));
            }
            Stmt::Pop(frame, locals) => {
                let varied = (0..locals.len()).filter(|at| self.extent.is_varied_on_tape(*frame, *at));
                let varied: Vec<Local> = varied.collect::<Vec<_>>().into_iter().map(|at| locals[at]).collect();
                let tangents: Vec<Local> = varied.into_iter().map(|local| self.tangent(local)).collect();
                self.out.push(Stmt::Pop(self.frame(*frame), locals.iter().copied().chain(tangents).collect()));
            }
            Stmt::Return(words) => {
                let varied: Vec<Operand> =
                    words.iter().zip(self.results).filter(|(_, active)| **active).map(|(word, _)| *word).collect();
                let tangents: Vec<Operand> = varied.into_iter().map(|word| self.tangent_of(word)).collect();
                self.out.push(Stmt::Return(words.iter().copied().chain(tangents).collect()));
            }
            Stmt::If(condition, yes, no) => {
                let (yes, no) = (self.block(yes), self.block(no));
                self.out.push(Stmt::If(*condition, yes, no));
            }
            Stmt::Switch(on, cases, default) => {
                let cases = cases.iter().map(|(number, case)| (*number, self.block(case))).collect();
                let default = self.block(default);
                self.out.push(Stmt::Switch(*on, cases, default));
            }
            Stmt::Loop(label, body) => {
                let body = self.block(body);
                self.out.push(Stmt::Loop(*label, body));
            }
            Stmt::Block(label, body) => {
                let body = self.block(body);
                self.out.push(Stmt::Block(*label, body));
            }
            _ => self.out.push(stmt.clone()),
        }
    }

    fn frame(&self, frame: Frame) -> Frame {
        Frame(frame.0 + self.module.frames)
    }

    /// The tangent is computed first: what is assigned may be among the operands.
    fn assignment(&mut self, local: Local, expr: &Expr) {
        if !self.is_varied(Operand::Local(local)) {
            self.out.push(Stmt::Let(local, expr.clone()));
            return;
        }
        let tangent = self.tangent(local);
        let change = match expr {
            Expr::Load(object, layout, slot) if self.is_varied(*object) && self.extent.holds(*layout, *slot) => {
                Expr::Load(self.tangent_of(*object), *layout, *slot)
            }
            Expr::LoadElement(array, index, stride, word) if self.is_varied(*array) => {
                Expr::LoadElement(self.tangent_of(*array), *index, *stride, *word)
            }
            Expr::Use(a) => Expr::Use(self.tangent_of(*a)),
            Expr::Select(condition, a, b) => Expr::Select(*condition, self.tangent_of(*a), self.tangent_of(*b)),
            Expr::Unary(op, a) if self.is_varied(*a) => return self.unary_rule(local, *op, *a),
            Expr::Binary(op, a, b) if self.is_varied(*a) || self.is_varied(*b) => {
                return self.binary_rule(local, *op, *a, *b);
            }
            _ if self.type_of(Operand::Local(local)) == Ty::Pointer => {
                self.out.push(Stmt::Let(local, expr.clone()));
                let zeros = self.named(Ty::Pointer, Named::Shadow, vec![Operand::Local(local)]);
                self.out.push(Stmt::Let(tangent, Expr::Use(zeros)));
                return;
            }
            _ => Expr::Use(Operand::Real(0.0)),
        };
        let ty = self.type_of(Operand::Local(local));
        let change = self.define(ty, change);
        self.out.push(Stmt::Let(local, expr.clone()));
        self.out.push(Stmt::Let(tangent, Expr::Use(change)));
    }

    fn assign(&mut self, local: Local, value: Operand, change: Operand) {
        let tangent = self.tangent(local);
        self.out.push(Stmt::Let(local, Expr::Use(value)));
        self.out.push(Stmt::Let(tangent, Expr::Use(change)));
    }

    fn unary_rule(&mut self, local: Local, op: Unary, a: Operand) {
        let change = self.tangent_of(a);
        let value = self.define(Ty::Real, Expr::Unary(op, a));
        let change = match op {
            Unary::Negate => self.unary(Unary::Negate, change),
            Unary::Abs => {
                let (is_positive, is_negative) =
                    (self.compare(Binary::Lt, Operand::Real(0.0), a), self.compare(Binary::Lt, a, Operand::Real(0.0)));
                let negative = self.unary(Unary::Negate, change);
                let below = self.select(is_negative, negative, Operand::Real(0.0));
                self.select(is_positive, change, below)
            }
            Unary::Sqrt => {
                let twice = self.binary(Binary::Mul, Operand::Real(2.0), value);
                self.binary(Binary::Div, change, twice)
            }
            _ => Operand::Real(0.0),
        };
        self.assign(local, value, change);
    }

    fn binary_rule(&mut self, local: Local, op: Binary, a: Operand, b: Operand) {
        let (da, db) = (self.tangent_of(a), self.tangent_of(b));
        let value = self.define(Ty::Real, Expr::Binary(op, a, b));
        let change = match op {
            Binary::Add | Binary::Sub => self.binary(op, da, db),
            Binary::Mul => {
                let terms = [(a, db), (b, da)].map(|(factor, change)| self.scaled(factor, change));
                self.sum(&terms)
            }
            Binary::Div => {
                // (da - (a / b) db) / b
                let less = self.scaled(value, db);
                let above = self.binary(Binary::Sub, da, less);
                self.binary(Binary::Div, above, b)
            }
            Binary::Min | Binary::Max => {
                let is_first = match op {
                    Binary::Min => self.compare(Binary::Le, a, b),
                    _ => self.compare(Binary::Le, b, a),
                };
                self.select(is_first, da, db)
            }
            _ => Operand::Real(0.0),
        };
        self.assign(local, value, change);
    }

    /// A product with a tangent that may be known to be 0.
    fn scaled(&mut self, factor: Operand, change: Operand) -> Operand {
        if change == Operand::Real(0.0) { change } else { self.binary(Binary::Mul, factor, change) }
    }

    fn sum(&mut self, terms: &[Operand]) -> Operand {
        let some = terms.iter().copied().filter(|term| *term != Operand::Real(0.0));
        some.collect::<Vec<_>>()
            .into_iter()
            .reduce(|sum, term| self.binary(Binary::Add, sum, term))
            .unwrap_or(Operand::Real(0.0))
    }

    fn call(&mut self, results: &[Local], callee: FunctionId, args: &[Operand]) {
        let instance = Instance { function: callee, active: args.iter().map(|arg| self.is_varied(*arg)).collect() };
        let Some(id) = self.ids.get(&instance).copied() else {
            self.out.push(Stmt::Call(results.to_vec(), callee, args.to_vec()));
            let varied: Vec<Local> =
                results.iter().copied().filter(|local| self.is_varied(Operand::Local(*local))).collect();
            varied.into_iter().for_each(|local| self.unchanged(local));
            return;
        };
        let facts = &self.extent.instances[&instance];
        let mut given = args.to_vec();
        for arg in args {
            if self.is_varied(*arg) {
                given.push(self.tangent_of(*arg));
            }
        }
        let mut received = results.to_vec();
        for (local, active) in results.iter().zip(&facts.results) {
            if *active {
                received.push(self.tangent(*local));
            }
        }
        self.out.push(Stmt::Call(received, id, given));
        for (local, active) in results.iter().zip(&facts.results) {
            if !active && self.is_varied(Operand::Local(*local)) {
                self.unchanged(*local);
            }
        }
    }

    /// Gives a varied local that has just been assigned something that is not varied a tangent of zero.
    fn unchanged(&mut self, local: Local) {
        let tangent = self.tangent(local);
        match self.type_of(Operand::Local(local)) {
            Ty::Pointer => self.perform(vec![tangent], Named::Shadow, vec![Operand::Local(local)]),
            _ => self.out.push(Stmt::Let(tangent, Expr::Use(Operand::Real(0.0)))),
        }
    }

    fn runtime(&mut self, stmt: &Stmt, results: &[Local], runtime: Runtime, args: &[Operand]) {
        if let Runtime::Named(named) = runtime
            && !rules::is_function(named)
        {
            return self.operation(stmt, results, named, args);
        }
        let [result] = results[..] else { return self.out.push(stmt.clone()) };
        if !self.is_varied(Operand::Local(result)) {
            return self.out.push(stmt.clone());
        }
        if !args.iter().any(|arg| self.is_varied(*arg)) {
            self.out.push(stmt.clone());
            return self.unchanged(result);
        }
        let changes: Vec<Operand> = args.iter().map(|arg| self.tangent_of(*arg)).collect();
        let value = self.local("", self.type_of(Operand::Local(result)));
        let site = self.site;
        self.out.push(Stmt::Runtime(vec![value], runtime, args.to_vec(), site));
        let value = Operand::Local(value);
        let slopes = match runtime {
            Runtime::Special(special) => rules::special(self, special, args, value),
            Runtime::Named(named) => {
                let active = self.active;
                let wanted = |arg: Operand| crate::activity::is_active(arg, active);
                rules::function(self, named, args, value, wanted)
            }
            Runtime::Distribution(kind, function) => match bound(runtime) {
                Some(Bound::Parameter(index, _)) => {
                    let slope = |at| if at == index { Slope::Times(Operand::Real(1.0)) } else { Slope::None };
                    (0..args.len()).map(slope).collect()
                }
                Some(_) => Vec::new(),
                None => self.slopes_of_distribution(kind, function, args, value),
            },
        };
        let mut terms = Vec::new();
        for (change, slope) in changes.into_iter().zip(slopes) {
            if change == Operand::Real(0.0) {
                continue;
            }
            match slope {
                Slope::Times(factor) => terms.push(self.binary(Binary::Mul, factor, change)),
                Slope::Over(below) => terms.push(self.binary(Binary::Div, change, below)),
                Slope::None => {}
            }
        }
        let change = self.sum(&terms);
        self.assign(result, value, change);
    }

    /// Of a log density or a mass of numbers: value, then parameters.
    fn slopes_of_distribution(
        &mut self,
        kind: borel_distributions::Kind,
        function: Entry,
        args: &[Operand],
        value: Operand,
    ) -> Vec<Slope> {
        let gradient = match function {
            Entry::Cdf | Entry::LogCdf => Entry::LogCdfGradient,
            Entry::Ccdf | Entry::LogCcdf => Entry::LogCcdfGradient,
            _ => Entry::Gradient,
        };
        // dP = P d log P
        let adjoint = if matches!(function, Entry::Cdf | Entry::Ccdf) { value } else { Operand::Real(1.0) };
        let entry = kind.entry();
        let reals = std::iter::once(entry.value == ValueKind::Real)
            .chain(entry.parameters.iter().map(|parameter| parameter.kind == ParameterKind::Real));
        let (mut slopes, mut received) = (Vec::new(), Vec::new());
        for is_real in reals {
            slopes.push(match is_real {
                true => {
                    received.push(self.local("", Ty::Real));
                    Slope::Times(Operand::Local(received[received.len() - 1]))
                }
                false => Slope::None,
            });
        }
        let given = args.iter().copied().chain([adjoint]).collect();
        let site = self.site;
        self.out.push(Stmt::Runtime(received, Runtime::Distribution(kind, gradient), given, site));
        slopes
    }
}
