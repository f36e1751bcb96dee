//! Closures, their calls, and `mem`.
//!
//! A closure is an object whose layout tells its lambda and whose slots are the captured words. A call switches over all lambdas
//! of its type (defunctionalisation: Reynolds, "Definitional interpreters for higher-order programming languages", 1972).
//! A `mem` is an object with a number and the closure behind it; results are in the memo table of the particle, under the
//! number and the arguments.

use crate::body::{Body, Destination, operands};
use crate::facts::Unit;
use crate::flattener::{Code, Flattener, Group, Instance};
use crate::reach::{MEM, Reach};
use borel_abi::layout::{LayoutId, LayoutKind, Role, Slot};
use borel_core as core;
use borel_core::Atom;
use borel_flow::runtime::Named;
use borel_flow::{Expr, Function, FunctionId, Local, Operand, Stmt, Ty, Unary, View};

/// What a closure may be.
#[derive(Clone, Copy)]
enum Candidate {
    Lambda(u32),
    Mem,
}

impl Flattener<'_> {
    /// The layout of the closures of a lambda.
    pub fn closure_layout(&mut self, number: u32) -> LayoutId {
        let facts = self.facts.lambda(number);
        let name = self.program.vars[facts.var.0 as usize].name.to_string();
        let types = facts.captures.iter().map(|var| self.program.var_ty(*var));
        let words: Vec<Ty> = types.flat_map(|ty| self.representation.words(ty).to_vec()).collect();
        let slots = crate::representation::slots(&words);
        self.representation.layout(&name, LayoutKind::Fields(slots), Role::Closure(number))
    }

    /// The layout of all `mem`s.
    fn mem_layout(&mut self) -> LayoutId {
        let role = Role::Closure(self.facts.lambdas.len() as u32);
        self.representation.layout("mem", LayoutKind::Fields(vec![Slot::Int, Slot::Pointer]), role)
    }

    /// The function of a lambda: the closure comes first and is loaded from.
    pub fn make_lambda(&mut self, number: u32, instance: Instance) -> Function {
        let facts = self.facts.lambda(number);
        let (lambda, var, span) = (facts.lambda, facts.var, facts.span);
        let results = self.representation.words(lambda.result).to_vec();
        let suspends = self.suspends(instance.code, instance.view);
        let program = self.program;
        let mut body = Body::new(self, instance.view, results, span);
        let closure = body.local("closure", Ty::Pointer);
        let mut params = vec![closure];
        for param in &lambda.params {
            params.extend(body.bind(*param));
        }
        body.load_captures(number, Operand::Local(closure));
        body.core_block(&lambda.body, &Destination::Return);
        let name = format!("lambda {number} {}", program.vars[var.0 as usize].name);
        body.finish(name.trim_end(), params, suspends, Vec::new())
    }

    /// What a call of a `mem` of this function type does.
    pub fn make_mem(&mut self, ty: core::Ty, instance: Instance) -> Function {
        let (params, result) = self.function_type(ty);
        let words: Vec<Ty> = params.iter().flat_map(|param| self.representation.words(*param).to_vec()).collect();
        let results = self.representation.words(result).to_vec();
        let suspends = self.suspends(instance.code, instance.view);
        let mut body = Body::new(self, instance.view, results, borel_source::Span::default());
        let mem = body.local("mem", Ty::Pointer);
        let args = body.locals_for("argument", &words);
        body.forgo_gradient();
        body.memoised_call(ty, Operand::Local(mem), &words, operands(&args));
        let params = std::iter::once(mem).chain(args).collect();
        body.finish("mem", params, suspends, Vec::new())
    }
}

impl Flattener<'_> {
    /// What a call of one of several lambdas does.
    pub fn make_any(&mut self, group: u32, instance: Instance) -> Function {
        let Group { ty, lambdas, .. } = self.groups[group as usize].clone();
        let (params, result) = self.function_type(ty);
        let words: Vec<Ty> = params.iter().flat_map(|param| self.representation.words(*param).to_vec()).collect();
        let results = self.representation.words(result).to_vec();
        let mut body = Body::new(self, instance.view, results, borel_source::Span::default());
        let closure = body.local("closure", Ty::Pointer);
        let args = body.locals_for("argument", &words);
        let candidates: Vec<Candidate> = lambdas.into_iter().map(Candidate::Lambda).collect();
        body.dispatch(&candidates, ty, Operand::Local(closure), &operands(&args), &Destination::Return);
        let params = std::iter::once(closure).chain(args).collect();
        body.finish("any", params, false, Vec::new())
    }

    /// Which lambdas are in values.
    fn reach(&mut self) -> &Reach {
        let (program, facts) = (self.program, &self.facts);
        self.reach.get_or_insert_with(|| Reach::of(program, facts))
    }

    /// The number of the group of lambdas without effects that may be in the value of a variable.
    fn group(&mut self, closure: core::Var, ty: core::Ty) -> u32 {
        let found: Vec<u32> = self.reach().lambdas(closure).collect();
        let (program, facts) = (self.program, &self.facts);
        let has_mem = found.contains(&MEM) && facts.mems.contains(&ty);
        let fits = |number: &u32| {
            *number != MEM
                && program.var_ty(facts.lambda(*number).var) == ty
                && !facts.effects_of(Unit::Lambda(*number)).any()
        };
        let group = Group { ty, lambdas: found.into_iter().filter(fits).collect(), has_mem };
        if let Some(known) = self.groups.iter().position(|known| *known == group) {
            return known as u32;
        }
        self.groups.push(group);
        self.groups.len() as u32 - 1
    }

    /// The function that stands for the value and the gradient of another one.
    fn gradient_of(&mut self, target: FunctionId, name: &str, words: &[Ty], span: borel_source::Span) -> FunctionId {
        if let Some(known) = self.gradients.get(&target) {
            return *known;
        }
        let results = std::iter::once(Ty::Real).chain(words.iter().copied()).collect();
        let mut body = Body::new(self, View::Pure, results, span);
        let closure = body.local("closure", Ty::Pointer);
        let x = body.locals_for("x", words);
        let function = body.finish(name, std::iter::once(closure).chain(x).collect(), false, Vec::new());
        let id = self.add(Function { gradient_of: Some(target), ..function });
        self.gradients.insert(target, id);
        id
    }
}

impl Body<'_, '_> {
    /// The value of a closure and its gradient.
    pub fn gradient(&mut self, closure: &Atom, x: &Atom) -> Vec<Operand> {
        let Some(ty) = self.var_type(closure) else { return Vec::new() };
        let Atom::Var(var) = closure else { return Vec::new() };
        let group = self.flattener.group(*var, ty);
        if self.flattener.groups[group as usize].has_mem {
            let reason = "what a memoised function gives is drawn once for each argument: it has no derivative";
            self.refuse(reason.into(), "differentiate the function itself".into());
        }
        let (code, name) = match self.flattener.groups[group as usize].lambdas[..] {
            [only] => (Code::Lambda(only), format!("gradient of lambda {only}")),
            _ => (Code::Any(group), "gradient of any".to_string()),
        };
        let target = self.flattener.instance(code, View::Pure);
        let (pointer, args) = (self.word(closure), self.atom(x));
        let words: Vec<Ty> = args.iter().map(|arg| self.type_of(*arg)).collect();
        let callee = self.flattener.gradient_of(target, &name, &words, self.span);
        let results: Vec<Ty> = std::iter::once(Ty::Real).chain(words).collect();
        self.call(callee, std::iter::once(pointer).chain(args).collect(), &results)
    }

    /// Binds the captured variables of a lambda to loads from its closure; gives the locals with their slots.
    pub fn load_captures(&mut self, number: u32, closure: Operand) -> Vec<(Local, u32)> {
        let mut loaded = Vec::new();
        let layout = self.flattener.closure_layout(number);
        for var in self.flattener.facts.lambda(number).captures.clone() {
            for local in self.bind(var) {
                let slot = loaded.len() as u32;
                self.emit(Stmt::Let(local, Expr::Load(closure, layout, slot)));
                loaded.push((local, slot));
            }
        }
        loaded
    }

    /// The closure of the lambda bound to a variable.
    pub fn closure(&mut self, var: core::Var) -> Vec<Operand> {
        let Some(number) = self.flattener.facts.lambda_of.get(&var).copied() else { return Vec::new() };
        let captures = self.flattener.facts.lambda(number).captures.clone();
        let slots = captures.into_iter().flat_map(|var| self.atom(&Atom::Var(var))).collect();
        let layout = self.flattener.closure_layout(number);
        let local = self.local("closure", Ty::Pointer);
        self.emit(Stmt::New(local, layout, slots));
        vec![Operand::Local(local)]
    }

    /// A `mem` of a closure.
    pub fn mem(&mut self, closure: &Atom) -> Vec<Operand> {
        self.flattener.ambient = true;
        self.refuse_lazy_choices();
        let closure = self.word(closure);
        let number = self.memo_number();
        let layout = self.flattener.mem_layout();
        let local = self.local("mem", Ty::Pointer);
        self.emit(Stmt::New(local, layout, vec![number, closure]));
        vec![Operand::Local(local)]
    }

    /// A call of a closure.
    pub fn apply(&mut self, closure: &Atom, atoms: &[Atom]) -> Vec<Operand> {
        let Some(ty) = self.var_type(closure) else { return Vec::new() };
        let candidates = self.candidates(closure, ty);
        if let [only] = candidates[..] {
            let (closure, args) = (self.word(closure), self.atoms(atoms));
            return self.call_candidate(only, ty, closure, &args);
        }
        let results = self.locals_of("", self.flattener.function_type(ty).1);
        self.apply_into(closure, atoms, &Destination::Locals(results.clone()));
        operands(&results)
    }

    /// A call of a closure whose result goes to the destination.
    pub fn apply_into(&mut self, closure: &Atom, atoms: &[Atom], destination: &Destination) {
        let Some(ty) = self.var_type(closure) else { return self.unreachable() };
        let candidates = self.candidates(closure, ty);
        let (closure, args) = (self.word(closure), self.atoms(atoms));
        self.dispatch(&candidates, ty, closure, &args, destination);
    }

    fn dispatch(
        &mut self,
        candidates: &[Candidate],
        ty: core::Ty,
        closure: Operand,
        args: &[Operand],
        destination: &Destination,
    ) {
        if candidates.is_empty() {
            // There is no closure of this type, so control does not get here.
            return self.unreachable();
        }
        let on = match candidates {
            [_] => Operand::Int(0),
            _ => self.define("layout", Ty::Int, Expr::LayoutOf(closure)),
        };
        let mut cases = Vec::new();
        for candidate in candidates {
            let layout = match candidate {
                Candidate::Lambda(number) => self.flattener.closure_layout(*number),
                Candidate::Mem => self.flattener.mem_layout(),
            };
            let case = self.block(|b| {
                let result = b.call_candidate(*candidate, ty, closure, args);
                b.give(result, destination);
            });
            cases.push((i64::from(layout.0), case));
        }
        self.switch(on, cases);
    }

    /// What a closure of this type may be; just one if it is bound to a lambda right here.
    fn candidates(&mut self, closure: &Atom, ty: core::Ty) -> Vec<Candidate> {
        let facts = &self.flattener.facts;
        let Atom::Var(var) = closure else { return self.all_candidates(ty) };
        if let Some(number) = facts.lambda_of.get(var) {
            return vec![Candidate::Lambda(*number)];
        }
        let all = self.all_candidates(ty);
        if all.len() < 2 {
            return all;
        }
        let found: Vec<u32> = self.flattener.reach().lambdas(*var).collect();
        all.into_iter()
            .filter(|candidate| match candidate {
                Candidate::Lambda(number) => found.contains(number),
                Candidate::Mem => found.contains(&MEM),
            })
            .collect()
    }

    /// A call of a function: of a lambda, or of any closure of the type.
    pub fn call_function(
        &mut self,
        lambda: Option<u32>,
        ty: core::Ty,
        closure: Operand,
        args: &[Operand],
        results: &[Ty],
    ) -> Vec<Operand> {
        let candidates = match lambda {
            Some(number) => vec![Candidate::Lambda(number)],
            None => self.all_candidates(ty),
        };
        let locals = self.locals_for("answer", results);
        self.dispatch(&candidates, ty, closure, args, &Destination::Locals(locals.clone()));
        operands(&locals)
    }

    fn call_candidate(
        &mut self,
        candidate: Candidate,
        ty: core::Ty,
        closure: Operand,
        args: &[Operand],
    ) -> Vec<Operand> {
        let (code, result) = match candidate {
            Candidate::Lambda(number) => (Code::Lambda(number), self.flattener.facts.lambda(number).lambda.result),
            Candidate::Mem => (Code::Mem(ty), self.flattener.function_type(ty).1),
        };
        let results = self.words(result);
        let callee = self.instance(code);
        let args = std::iter::once(closure).chain(args.iter().copied()).collect();
        self.call(callee, args, &results)
    }

    /// Looks the arguments up in the memo table; if they are new, calls the closure and keeps the result.
    fn memoised_call(&mut self, ty: core::Ty, mem: Operand, words: &[Ty], args: Vec<Operand>) {
        let results = self.results.clone();
        let layout = self.flattener.mem_layout();
        let number = self.define("number", Ty::Int, Expr::Load(mem, layout, 0));
        let key_words: Vec<Ty> = std::iter::once(Ty::Int).chain(words.iter().copied()).collect();
        let key_slots = std::iter::once(number).chain(args.iter().copied()).collect();
        let key = self.boxed("key", &key_words, key_slots);
        let found = self.named(Named::MemFind, vec![key]);
        let is_new = self.unary(Ty::Bool, Unary::IsNull, found);
        self.when(
            is_new,
            |b| {
                let closure = b.define("closure", Ty::Pointer, Expr::Load(mem, layout, 1));
                let value = b.locals_for("value", &results);
                b.enter_memo(key);
                let candidates = b.all_candidates(ty);
                b.dispatch(&candidates, ty, closure, &args, &Destination::Locals(value.clone()));
                let value = operands(&value);
                let kept = b.boxed("memoised", &results, value.clone());
                b.perform(Named::MemInsert, vec![key, kept]);
                b.return_(value);
            },
            |b| {
                let kept = b.box_layout("memoised", &results);
                let load = |(slot, word): (usize, &Ty)| b.define("value", *word, Expr::Load(found, kept, slot as u32));
                let value = results.iter().enumerate().map(load).collect();
                b.return_(value);
            },
        );
    }

    /// All closures of a type.
    fn all_candidates(&self, ty: core::Ty) -> Vec<Candidate> {
        let facts = &self.flattener.facts;
        let lambdas = facts.lambdas_of.get(&ty).into_iter().flatten().map(|number| Candidate::Lambda(*number));
        lambdas.chain(facts.mems.contains(&ty).then_some(Candidate::Mem)).collect()
    }
}
