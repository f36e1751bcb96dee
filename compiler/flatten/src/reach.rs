//! Which lambdas may be in the value of a variable: what a call of a closure may call, and what a gradient may be taken of. (By their type
//! alone it might be the gradient itself, and a gradient of that has no end.)
//!
//! Flow-insensitive, over everything that the root reaches (Shivers, "Control-flow analysis of higher-order languages", 1991, with no
//! contexts): what goes into a value is taken to be in all of it.

use crate::facts::{Facts, Unit};
use borel_core::{Atom, Batch, Block, End, FunctionId, Label, Op, Program, Source, Stmt, Var};
use std::collections::{BTreeSet, HashMap};

type Set = BTreeSet<u32>;

/// What stands for a `mem` among the numbers of lambdas.
pub(crate) const MEM: u32 = u32::MAX;

/// See the module.
#[derive(Default)]
pub(crate) struct Reach {
    in_value: HashMap<Var, Set>,
    results: HashMap<Unit, Set>,
    /// What is in cells.
    cells: Set,
    changed: bool,
}

impl Reach {
    /// Of all that a program reaches.
    pub fn of(program: &Program, facts: &Facts<'_>) -> Reach {
        let mut reach = Reach::default();
        let functions = facts.effects.keys().filter_map(|unit| match unit {
            Unit::Function(id) => Some(*id),
            Unit::Lambda(_) => None,
        });
        let functions: BTreeSet<FunctionId> = functions.collect();
        loop {
            for id in &functions {
                let body = &program.function(*id).body;
                Pass { program, facts, reach: &mut reach, unit: Unit::Function(*id), targets: HashMap::new() }
                    .body(body);
            }
            for (number, lambda) in facts.lambdas.iter().enumerate() {
                let unit = Unit::Lambda(number as u32);
                let body = &lambda.lambda.body;
                Pass { program, facts, reach: &mut reach, unit, targets: HashMap::new() }.body(body);
            }
            if !std::mem::replace(&mut reach.changed, false) {
                return reach;
            }
        }
    }

    /// The lambdas that may be in the value of a variable, and [`MEM`].
    pub fn lambdas(&self, var: Var) -> impl Iterator<Item = u32> + '_ {
        self.in_value.get(&var).into_iter().flatten().copied()
    }

    fn add(&mut self, var: Var, set: &Set) {
        if !set.is_empty() {
            let known = self.in_value.entry(var).or_default();
            let before = known.len();
            known.extend(set);
            self.changed |= known.len() > before;
        }
    }
}

/// Once through the body of a function or lambda.
struct Pass<'p, 'f, 'r> {
    program: &'p Program,
    facts: &'f Facts<'p>,
    reach: &'r mut Reach,
    unit: Unit,
    /// Where the value of a break goes, and of a continue.
    targets: HashMap<Label, (Var, Vec<Var>)>,
}

impl Pass<'_, '_, '_> {
    fn body(&mut self, body: &Block) {
        if let Some(result) = self.block(body) {
            self.returns(&result);
        }
    }

    fn returns(&mut self, set: &Set) {
        let known = self.reach.results.entry(self.unit).or_default();
        let before = known.len();
        known.extend(set);
        self.reach.changed |= known.len() > before;
    }

    fn of(&self, atom: &Atom) -> Set {
        match atom {
            Atom::Var(var) => self.reach.in_value.get(var).cloned().unwrap_or_default(),
            _ => Set::new(),
        }
    }

    /// What the block yields.
    fn block(&mut self, block: &Block) -> Option<Set> {
        block.stmts.iter().for_each(|stmt| self.stmt(stmt));
        match &block.end {
            End::Yield(atom) => return Some(self.of(atom)),
            End::Return(atom) => {
                let set = self.of(atom);
                self.returns(&set);
            }
            End::Break(label, atom) => {
                if let Some((var, _)) = self.targets.get(label) {
                    let (var, set) = (*var, self.of(atom));
                    self.reach.add(var, &set);
                }
            }
            End::Continue(label, atoms) => {
                let params = self.targets.get(label).map(|(_, params)| params.clone()).unwrap_or_default();
                self.pass(&params, atoms);
            }
            End::Unreachable => {}
        }
        None
    }

    fn pass(&mut self, params: &[Var], atoms: &[Atom]) {
        for (param, atom) in params.iter().zip(atoms) {
            let set = self.of(atom);
            self.reach.add(*param, &set);
        }
    }

    /// What calling any of these lambdas gives, of arguments with these sets.
    fn call(&mut self, lambdas: &Set, args: &[Set]) -> Set {
        let mut result = Set::new();
        for number in lambdas.iter().filter(|number| **number != MEM) {
            let params = &self.facts.lambda(*number).lambda.params;
            for (param, set) in params.iter().zip(args) {
                self.reach.add(*param, set);
            }
            result.extend(self.reach.results.get(&Unit::Lambda(*number)).into_iter().flatten());
        }
        result
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let var = stmt.var;
        let mut all = Set::new();
        stmt.op.each_atom(&mut |atom| all.extend(self.of(atom)));
        let result = match &stmt.op {
            Op::Lambda(_) => self.facts.lambda_of.get(&var).copied().into_iter().collect(),
            Op::Call(callee, atoms) => {
                let params = self.program.function(*callee).params.clone();
                self.pass(&params, atoms);
                self.reach.results.get(&Unit::Function(*callee)).cloned().unwrap_or_default()
            }
            Op::Apply(closure, atoms) => {
                let args: Vec<Set> = atoms.iter().map(|atom| self.of(atom)).collect();
                let lambdas = self.of(closure);
                self.call(&lambdas, &args)
            }
            Op::Infer(closure, _) => {
                let lambdas = self.of(closure);
                self.call(&lambdas, &[])
            }
            Op::Batch(Batch::Spawn | Batch::SpawnTraced, atoms) => {
                let lambdas = self.of(&atoms[0]);
                self.call(&lambdas, &[])
            }
            Op::Match(atom, arms, _) => {
                let set = self.of(atom);
                arms.iter().flat_map(|arm| &arm.1).for_each(|binder| self.reach.add(*binder, &set));
                Set::new()
            }
            Op::Loop(label, params, _) => {
                for (param, atom) in params {
                    let set = self.of(atom);
                    self.reach.add(*param, &set);
                }
                self.targets.insert(*label, (var, params.iter().map(|(param, _)| *param).collect()));
                Set::new()
            }
            Op::Block(label, _) => {
                self.targets.insert(*label, (var, Vec::new()));
                Set::new()
            }
            Op::Mem(_) => {
                all.insert(MEM);
                all
            }
            Op::Cell(_) | Op::Put(..) => {
                let before = self.reach.cells.len();
                self.reach.cells.extend(&all);
                self.reach.changed |= self.reach.cells.len() > before;
                Set::new()
            }
            Op::Take(_) => self.reach.cells.clone(),
            // What a distribution is made of is called where it is asked something.
            Op::Sample(Source::Value(_), _)
            | Op::Observe(Source::Value(_), _)
            | Op::LogDensity(Source::Value(_), _)
            | Op::Quantity(_, Source::Value(_), _) => {
                let given = self.call(&all, std::slice::from_ref(&all));
                all.union(&given).copied().collect()
            }
            _ => all,
        };
        self.reach.add(var, &result);
        if !matches!(stmt.op, Op::Lambda(_)) {
            for block in stmt.op.blocks() {
                if let Some(set) = self.block(block) {
                    self.reach.add(var, &set);
                }
            }
        }
    }
}
