//! Schemes: the types of polymorphic definitions, with the constraints on their parameters and the bounds among their
//! effects. Generalisation makes them, instantiation uses them.
//!
//! Invariant: everything that is unknown inside a generalised definition is a parameter of its scheme, results of
//! overloaded operations included, so an instance whose arguments are concrete is concrete throughout.

use std::rc::Rc;

use borel_source::Span;

use crate::constraint::{Constraint, Kind};
use crate::effect::Effect;
use crate::infer::Checker;
use crate::types::{Node, Store, Ty};

/// What a group of definitions that were generalised together shares.
#[derive(Clone, Debug, Default)]
pub struct Scheme {
    /// Type parameters, by their unique numbers.
    pub params: Rc<[u32]>,
    /// Effect variables that each use renews.
    pub effects: Rc<[u32]>,
    /// Bounds that involve them: the first is at most the second.
    pub bounds: Rc<[(u32, u32)]>,
    /// Constraints that each use must satisfy.
    pub constraints: Rc<[Constraint]>,
}

/// One use of a scheme: what its parameters stand for.
#[derive(Clone, Debug, Default)]
pub struct Instance {
    pub types: Vec<(u32, Ty)>,
    effects: Vec<(u32, Effect)>,
}

impl Instance {
    /// The type under this instance.
    pub fn apply(&self, store: &mut Store, ty: Ty) -> Ty {
        if self.types.is_empty() && self.effects.is_empty() {
            return ty;
        }
        store.map(ty, &mut |store, _, node| match node {
            Node::Param(param) => self.types.iter().find(|entry| entry.0 == *param).map(|entry| entry.1),
            Node::Function(params, effect, result) => {
                let replaced = self.effect(*effect);
                (replaced != *effect).then(|| {
                    let params: Vec<Ty> = params.iter().map(|&param| self.apply(store, param)).collect();
                    let result = self.apply(store, *result);
                    store.function(&params, replaced, result)
                })
            }
            _ => None,
        })
    }

    fn effect(&self, effect: Effect) -> Effect {
        match effect {
            Effect::Var(var) => self.effects.iter().find(|entry| entry.0 == var).map_or(effect, |entry| entry.1),
            known => known,
        }
    }
}

impl Checker<'_> {
    /// A use of a scheme: fresh unknowns for its parameters, on which its constraints are placed.
    pub fn instantiate(&mut self, scheme: &Scheme) -> Instance {
        let mut instance = Instance::default();
        for &param in scheme.params.iter() {
            let number = self.store.params[param as usize].number;
            let ty = if number { self.store.fresh_number() } else { self.store.fresh() };
            instance.types.push((param, ty));
        }
        for &var in scheme.effects.iter() {
            instance.effects.push((var, self.store.fresh_effect()));
        }
        for &(low, high) in scheme.bounds.iter() {
            let (low, high) = (instance.effect(Effect::Var(low)), instance.effect(Effect::Var(high)));
            // Fresh variables have no bounds yet that could conflict.
            let _ = self.store.effects.at_most(low, high, None);
        }
        instance
    }

    /// Places the constraints of a scheme on an instance. Done after the arguments are known, for better messages.
    pub fn require_constraints(&mut self, scheme: &Scheme, instance: &Instance, span: Span) {
        for constraint in scheme.constraints.iter() {
            let kind = constraint.kind.map(&mut |ty| instance.apply(&mut self.store, ty));
            let origin = constraint.origin.unwrap_or(constraint.span);
            self.require(Constraint { kind, span, operands: Rc::from([]), origin: Some(origin) });
        }
    }

    /// Enters the level of a definition, or of several that depend on each other, whose types [`generalise`] will give.
    ///
    /// [`generalise`]: Checker::generalise
    pub fn open_definition(&mut self) {
        self.marks.push(self.pending.len());
        self.store.level += 1;
    }

    /// Generalises definitions inferred at the present level, which is left: turns their unknowns into parameters.
    /// `types` are their types, `declared` the parameters they declare.
    /// With `monomorphic`, unknowns are given default types instead.
    pub fn generalise(&mut self, types: &[Ty], declared: &[u32], monomorphic: bool) -> Scheme {
        let mark = self.marks.pop().unwrap_or(0);
        let level = self.store.level - 1;
        // What settling makes known still belongs to these definitions.
        self.settle(types, mark, level, monomorphic);
        self.store.level = level;
        let (own, left) = self.own_constraints(declared, mark, level);
        let mut variables = Vec::new();
        if !monomorphic {
            for &ty in types {
                self.store.variables(ty, &mut variables);
            }
            for constraint in &own {
                constraint.kind.each(&mut |ty| self.store.variables(ty, &mut variables));
            }
            variables.retain(|&var| self.store.level_of(var) > level);
        }
        let mut params = declared.to_vec();
        for var in variables {
            let number = self.store.is_number_var(var);
            let param = self.store.param(None, number);
            params.push(self.store.params.len() as u32 - 1);
            self.store.link(var, param);
        }
        self.pending.truncate(mark);
        self.pending.extend(left);
        let (effects, bounds) = self.generalise_effects(types, level);
        Scheme { params: params.into(), effects: effects.into(), bounds: bounds.into(), constraints: own.into() }
    }

    /// Solves what can be solved and gives default types to unknowns that no use could determine.
    fn settle(&mut self, types: &[Ty], mark: usize, level: u32, monomorphic: bool) {
        loop {
            self.solve_pending(mark);
            self.keep_outer_results(mark, level);
            let determined = if monomorphic { Vec::new() } else { self.determined(types, mark) };
            if !self.default_numbers(types, &determined, mark, level, monomorphic)
                && !self.default_constraints(&determined, mark, level)
            {
                return;
            }
        }
    }

    /// Results of constraints on outer unknowns are outer too.
    fn keep_outer_results(&mut self, mark: usize, level: u32) {
        for index in mark..self.pending.len() {
            let constraint = self.pending[index].clone();
            let mut inputs = Vec::new();
            constraint.kind.inputs(&mut |ty| self.store.variables(ty, &mut inputs));
            if !inputs.is_empty() && inputs.iter().all(|&var| self.store.level_of(var) <= level) {
                constraint.kind.outputs(&mut |ty| self.store.limit_level(ty, level));
            }
        }
    }

    /// The unknowns that a use determines: those of the parameters, and results of operations on determined ones.
    fn determined(&mut self, types: &[Ty], mark: usize) -> Vec<Ty> {
        let mut found = Vec::new();
        for &ty in types {
            match self.store.node(ty).clone() {
                Node::Function(params, _, _) => {
                    params.iter().for_each(|&param| self.store.variables(param, &mut found));
                }
                _ => self.store.variables(ty, &mut found),
            }
        }
        loop {
            let before = found.len();
            for index in mark..self.pending.len() {
                let kind = self.pending[index].kind.clone();
                let mut inputs = Vec::new();
                kind.inputs(&mut |ty| self.store.variables(ty, &mut inputs));
                if inputs.iter().all(|var| found.contains(var)) {
                    kind.outputs(&mut |ty| self.store.variables(ty, &mut found));
                }
            }
            if found.len() == before {
                return found;
            }
        }
    }

    fn default_numbers(&mut self, types: &[Ty], determined: &[Ty], mark: usize, level: u32, all: bool) -> bool {
        let mut variables = Vec::new();
        for &ty in types {
            self.store.variables(ty, &mut variables);
        }
        for index in mark..self.pending.len() {
            let kind = self.pending[index].kind.clone();
            kind.inputs(&mut |ty| self.store.variables(ty, &mut variables));
        }
        let mut changed = false;
        for var in variables {
            let inner = self.store.level_of(var) > level;
            let open = inner && self.store.is_number_var(var) && (all || !determined.contains(&var));
            if open && !self.is_result(var, mark) {
                self.store.link(var, Ty::INT);
                changed = true;
            }
        }
        changed
    }

    /// Whether a pending constraint will tell what `var` is.
    fn is_result(&self, var: Ty, mark: usize) -> bool {
        self.pending[mark..].iter().any(|constraint| {
            let mut found = false;
            constraint.kind.outputs(&mut |ty| found |= self.store.root(ty) == self.store.root(var));
            found
        })
    }

    fn default_constraints(&mut self, determined: &[Ty], mark: usize, level: u32) -> bool {
        for index in mark..self.pending.len() {
            let constraint = self.pending[index].clone();
            let mut inputs = Vec::new();
            constraint.kind.inputs(&mut |ty| self.store.variables(ty, &mut inputs));
            let inner = |var: &Ty| self.store.level_of(*var) > level;
            // Whether a call is run or drawn from is settled here: lowering must know.
            let ambiguous = match constraint.kind {
                Kind::Draw(..) => inputs.iter().any(inner),
                _ => inputs.iter().any(|var| inner(var) && !determined.contains(var)),
            };
            if ambiguous && self.default_constraint(index) {
                return true;
            }
        }
        false
    }

    /// Splits the constraints from `mark` on: those that mention unknowns of this definition or its declared
    /// parameters, and the others, which remain for the definitions around it.
    fn own_constraints(&mut self, declared: &[u32], mark: usize, level: u32) -> (Vec<Constraint>, Vec<Constraint>) {
        let mut own = Vec::new();
        let mut left = Vec::new();
        for constraint in self.pending[mark..].iter().cloned() {
            let mut is_own = false;
            constraint.kind.each(&mut |ty| {
                self.store.walk(ty, &mut |node| match node {
                    Node::Var { level: of, .. } => is_own |= *of > level,
                    Node::Param(param) => is_own |= declared.contains(param),
                    _ => {}
                });
            });
            if is_own { own.push(constraint) } else { left.push(constraint) }
        }
        (own, left)
    }

    fn generalise_effects(&mut self, types: &[Ty], level: u32) -> (Vec<u32>, Vec<(u32, u32)>) {
        let (mut positive, mut negative) = (Vec::new(), Vec::new());
        for &ty in types {
            self.effect_variables(ty, level, true, &mut positive, &mut negative);
        }
        let mut all = negative.clone();
        for &var in &positive {
            if !all.contains(&var) {
                all.push(var);
            }
        }
        // An effect that nothing bounds from below is pure: uses may still take it for random.
        for &var in &positive {
            let bounded = !self.store.effects.bounds(var, level, &negative, false).is_empty();
            if !negative.contains(&var) && !bounded {
                let _ = self.store.effects.at_most(Effect::Var(var), Effect::Pure, None);
            }
        }
        all.retain(|&var| matches!(self.store.effects.find(Effect::Var(var)), Effect::Var(_)));
        let mut bounds = Vec::new();
        for &var in &all {
            bounds.extend(self.store.effects.bounds(var, level, &all, true).into_iter().map(|above| (var, above)));
            let below = self.store.effects.bounds(var, level, &all, false);
            bounds.extend(below.into_iter().filter(|low| !all.contains(low)).map(|low| (low, var)));
        }
        (all, bounds)
    }

    fn effect_variables(&self, ty: Ty, level: u32, covariant: bool, positive: &mut Vec<u32>, negative: &mut Vec<u32>) {
        match self.store.node(ty) {
            Node::Function(params, effect, result) => {
                if let Effect::Var(var) = self.store.effects.find(*effect)
                    && self.store.effects.is_inner(*effect, level)
                {
                    let into = if covariant { &mut *positive } else { &mut *negative };
                    if !into.contains(&var) {
                        into.push(var);
                    }
                }
                for &param in params.iter() {
                    self.effect_variables(param, level, !covariant, positive, negative);
                }
                self.effect_variables(*result, level, covariant, positive, negative);
            }
            Node::Tuple(items) | Node::Data(_, items) => {
                for &item in items.iter() {
                    self.effect_variables(item, level, covariant, positive, negative);
                }
            }
            Node::Record(fields) => {
                for field in fields.iter() {
                    self.effect_variables(field.1, level, covariant, positive, negative);
                }
            }
            Node::Array(item) | Node::Dist(item) | Node::Posterior(item) | Node::Suspended(item) => {
                self.effect_variables(*item, level, covariant, positive, negative);
            }
            _ => {}
        }
    }

    /// The type of an occurrence of a function: a pure function may stand where a random one is wanted.
    pub fn open_effects(&mut self, ty: Ty) -> Ty {
        let Node::Function(params, effect, result) = self.store.node(ty).clone() else { return ty };
        let result = self.open_effects(result);
        let effect = match self.store.effects.find(effect) {
            Effect::Random => Effect::Random,
            Effect::Pure => self.store.fresh_effect(),
            known => {
                let fresh = self.store.fresh_effect();
                let _ = self.store.effects.at_most(known, fresh, None);
                fresh
            }
        };
        self.store.function(&params, effect, result)
    }
}
