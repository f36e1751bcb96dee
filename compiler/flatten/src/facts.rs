//! What is known of a Core program before any code is made: the functions and lambdas that its root reaches, what each lambda
//! captures, which closures and distributions each type can stand for, and what effects each function has.
//!
//! A closure of type T may be any lambda of that type, or a `mem` of one; which of them, [`crate::reach`] tells.

use borel_core as core;
use borel_core::{Atom, Block, DistKind, Given, Op, Part, Program, Structural, Ty, Var};
use std::collections::{HashMap, HashSet};

/// A lambda of the program. Its number is its index in [`Facts::lambdas`].
pub(crate) struct LambdaFacts<'a> {
    /// The lambda.
    pub lambda: &'a core::Lambda,
    /// The variable it is bound to: gives its name and type.
    pub var: Var,
    /// Free variables, in the order of their first use.
    pub captures: Vec<Var>,
    /// Where it stands.
    pub span: borel_source::Span,
}

/// What a distribution value can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// One of the catalogue
    Kind(DistKind),
    /// A combination, with the type of its first operand
    Structural(Structural, Ty),
    /// One made of functions, by its number
    Custom(u32),
}

/// A place where a distribution is made of functions. Its number is its index in [`Facts::customs`].
pub(crate) struct CustomFacts {
    /// Which.
    pub given: Given,
    /// For each: the lambda that it is, if that is known, and its type.
    pub functions: Vec<(Option<u32>, Ty)>,
}

/// A piece of code with effects of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub(crate) enum Unit {
    /// A function
    Function(core::FunctionId),
    /// The lambda with this number
    Lambda(u32),
}

/// The effects of a unit, with all it may call.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Effects {
    /// Samples.
    pub draws: bool,
    /// Observes, factors or passes checkpoints.
    pub scores: bool,
    /// Infers; in a trace the seed of that is a choice.
    pub infers: bool,
}

impl Effects {
    /// What makes choices of a trace.
    pub const CHOICES: Effects = Effects { draws: true, scores: false, infers: true };

    /// Whether it is random.
    pub fn any(self) -> bool {
        self.draws || self.scores
    }

    fn union(self, other: Effects) -> Effects {
        Effects {
            draws: self.draws || other.draws,
            scores: self.scores || other.scores,
            infers: self.infers || other.infers,
        }
    }

    /// Whether both have one.
    pub fn meets(self, other: Effects) -> bool {
        self.draws && other.draws || self.scores && other.scores || self.infers && other.infers
    }
}

/// See the module.
#[derive(Default)]
pub(crate) struct Facts<'a> {
    /// By number.
    pub lambdas: Vec<LambdaFacts<'a>>,
    /// The number of the lambda bound to a variable.
    pub lambda_of: HashMap<Var, u32>,
    /// The lambdas of each function type.
    pub lambdas_of: HashMap<Ty, Vec<u32>>,
    /// The function types that some `mem` has.
    pub mems: HashSet<Ty>,
    /// By number.
    pub customs: Vec<CustomFacts>,
    /// The number of the distribution made of functions that a variable is bound to.
    pub custom_of: HashMap<Var, u32>,
    /// The forms that occur of each distribution type.
    pub forms: HashMap<Ty, Vec<Form>>,
    /// Effects of all units reached.
    pub effects: HashMap<Unit, Effects>,
}

/// What a unit does itself.
#[derive(Default)]
struct Direct {
    effects: Effects,
    calls: Vec<Unit>,
    applies: Vec<Ty>,
}

struct Scan<'a> {
    program: &'a Program,
    facts: Facts<'a>,
    direct: HashMap<Unit, Direct>,
    /// Units in the order found: effects are propagated in this order, so that the result does not depend on hashing.
    order: Vec<Unit>,
}

impl<'a> Facts<'a> {
    /// Of all that the root reaches.
    pub fn of(program: &'a Program, root: core::FunctionId) -> Facts<'a> {
        let mut scan =
            Scan { program, facts: Facts::default(), direct: HashMap::new(), order: vec![Unit::Function(root)] };
        let mut next = 0;
        while let Some(&unit) = scan.order.get(next) {
            let mut direct = Direct::default();
            scan.block(scan.body(unit), &mut direct);
            for callee in &direct.calls {
                if !scan.order.contains(callee) {
                    scan.order.push(*callee);
                }
            }
            scan.direct.insert(unit, direct);
            next += 1;
        }
        scan.propagate();
        scan.facts
    }

    /// The lambda with this number.
    pub fn lambda(&self, number: u32) -> &LambdaFacts<'a> {
        &self.lambdas[number as usize]
    }

    /// What calling a closure of this type may do.
    pub fn effects_of_closure(&self, ty: Ty) -> Effects {
        let lambdas = self.lambdas_of.get(&ty).into_iter().flatten();
        lambdas.fold(Effects::default(), |all, lambda| all.union(self.effects_of(Unit::Lambda(*lambda))))
    }

    /// What calling a function may do: of a lambda, or of any closure of the type.
    pub fn effects_of_function(&self, lambda: Option<u32>, ty: Ty) -> Effects {
        lambda.map_or_else(|| self.effects_of_closure(ty), |number| self.effects_of(Unit::Lambda(number)))
    }

    /// Whether a draw from distributions of this type might score, which stops the program.
    pub fn draw_may_score(&self, program: &Program, ty: Ty) -> bool {
        self.forms.get(&ty).into_iter().flatten().any(|form| match form {
            Form::Kind(_) => false,
            Form::Custom(number) => {
                let custom = &self.customs[*number as usize];
                let sampler = custom.given.position(Part::Sample).map(|index| custom.functions[index]);
                sampler.is_some_and(|(lambda, ty)| self.effects_of_function(lambda, ty).scores)
            }
            Form::Structural(Structural::Iid, element) => self.draw_may_score(program, *element),
            Form::Structural(Structural::Product, array) => {
                program.element(*array).is_some_and(|element| self.draw_may_score(program, element))
            }
            Form::Structural(..) => false,
        })
    }

    /// The effects of a unit.
    pub fn effects_of(&self, unit: Unit) -> Effects {
        self.effects.get(&unit).copied().unwrap_or_default()
    }
}

impl<'a> Scan<'a> {
    fn body(&self, unit: Unit) -> &'a Block {
        match unit {
            Unit::Function(id) => &self.program.function(id).body,
            Unit::Lambda(number) => &self.facts.lambda(number).lambda.body,
        }
    }

    fn block(&mut self, block: &'a Block, direct: &mut Direct) {
        for stmt in &block.stmts {
            self.stmt(stmt, direct);
        }
    }

    fn stmt(&mut self, stmt: &'a core::Stmt, direct: &mut Direct) {
        let ty = self.program.var_ty(stmt.var);
        match &stmt.op {
            Op::Lambda(lambda) => return self.lambda(stmt, lambda, ty),
            Op::Call(callee, _) => direct.calls.push(Unit::Function(*callee)),
            Op::Apply(Atom::Var(closure), _) | Op::Gradient(Atom::Var(closure), _) => {
                direct.applies.push(self.program.var_ty(*closure))
            }
            Op::Sample(..) => direct.effects.draws = true,
            Op::Read(..) => (direct.effects.draws, direct.effects.scores) = (true, true),
            Op::Observe(..) | Op::Factor(_) | Op::Checkpoint => direct.effects.scores = true,
            Op::Infer(..) => direct.effects.infers = true,
            Op::Batch(batch, _) => direct.effects.infers |= batch.is_random(),
            Op::Mem(_) => {
                self.facts.mems.insert(ty);
            }
            Op::Dist(kind, _) => self.form(ty, Form::Kind(*kind)),
            Op::Structural(Structural::Custom(given), operands) => self.custom(stmt.var, *given, operands, ty),
            Op::Structural(structural, operands) => {
                if let Some(Atom::Var(first)) = operands.first() {
                    self.form(ty, Form::Structural(*structural, self.program.var_ty(*first)));
                } else {
                    self.form(ty, Form::Structural(*structural, ty));
                }
            }
            _ => {}
        }
        for block in stmt.op.blocks() {
            self.block(block, direct);
        }
    }

    fn lambda(&mut self, stmt: &'a core::Stmt, lambda: &'a core::Lambda, ty: Ty) {
        let number = self.facts.lambdas.len() as u32;
        let captures = free_variables(lambda);
        self.facts.lambdas.push(LambdaFacts { lambda, var: stmt.var, captures, span: stmt.span });
        self.facts.lambda_of.insert(stmt.var, number);
        self.facts.lambdas_of.entry(ty).or_default().push(number);
        self.order.push(Unit::Lambda(number));
    }

    fn custom(&mut self, var: Var, given: Given, operands: &[Atom], ty: Ty) {
        let number = self.facts.customs.len() as u32;
        let function = |operand: &Atom| match operand {
            Atom::Var(function) => (self.facts.lambda_of.get(function).copied(), self.program.var_ty(*function)),
            _ => (None, ty),
        };
        let functions = given.parts().zip(operands).map(|(_, operand)| function(operand)).collect();
        self.facts.customs.push(CustomFacts { given, functions });
        self.facts.custom_of.insert(var, number);
        self.form(ty, Form::Custom(number));
    }

    fn form(&mut self, ty: Ty, form: Form) {
        let forms = self.facts.forms.entry(ty).or_default();
        if !forms.contains(&form) {
            forms.push(form);
        }
    }

    /// Adds the effects of callees until nothing changes.
    fn propagate(&mut self) {
        loop {
            let mut changed = false;
            for &unit in &self.order {
                let Some(direct) = self.direct.get(&unit) else { continue };
                let mut all = self.facts.effects_of(unit).union(direct.effects);
                for callee in &direct.calls {
                    all = all.union(self.facts.effects_of(*callee));
                }
                for ty in &direct.applies {
                    all = all.union(self.facts.effects_of_closure(*ty));
                }
                changed |= self.facts.effects.insert(unit, all) != Some(all);
            }
            if !changed {
                return;
            }
        }
    }
}

/// The variables that a lambda uses and does not bind, in the order of their first use.
fn free_variables(lambda: &core::Lambda) -> Vec<Var> {
    let mut bound: HashSet<Var> = lambda.params.iter().copied().collect();
    let mut free = Vec::new();
    uses(&lambda.body, &mut bound, &mut free);
    free
}

fn uses(block: &Block, bound: &mut HashSet<Var>, free: &mut Vec<Var>) {
    fn atom(atom: &Atom, bound: &HashSet<Var>, free: &mut Vec<Var>) {
        if let Atom::Var(var) = atom
            && !bound.contains(var)
            && !free.contains(var)
        {
            free.push(*var);
        }
    }
    for stmt in &block.stmts {
        stmt.op.each_atom(&mut |a| atom(a, bound, free));
        bound.extend(stmt.op.binders());
        for inner in stmt.op.blocks() {
            uses(inner, bound, free);
        }
        bound.insert(stmt.var);
    }
    for a in block.end.atoms() {
        atom(a, bound, free);
    }
}

/// Whether a block names choices itself, not in what it calls or in lambdas.
pub(crate) fn names_choices(block: &Block) -> bool {
    block.stmts.iter().any(|stmt| match &stmt.op {
        Op::Sample(_, Some(_)) | Op::Record(..) | Op::Scoped(..) => true,
        Op::Lambda(_) => false,
        op => op.blocks().into_iter().any(names_choices),
    })
}
