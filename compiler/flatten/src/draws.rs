//! Draws and scores: what the views differ in.
//!
//! | | simulate | weigh | step | enumerate |
//! |---|---|---|---|---|
//! | draw | from the stream | from the stream | from the stream | suspends, the explorer chooses |
//! | score | computed, not used | log weight | log weight, then suspends | log weight |
//!
//! In the density view a draw is read from the unconstrained point, and scored itself ([`crate::density`]). In the replay view it is looked
//! up in a trace ([`crate::replay`]); the traced view does so too, and suspends as step does.

use crate::Refusal;
use crate::body::Body;
use crate::facts::{Effects, Unit};
use crate::forms::Query;
use borel_abi::ctx::offset;
use borel_abi::layout::{LayoutId, LayoutKind, Role, Slot};
use borel_core as core;
use borel_core::{Atom, Block, ChoiceId, DistKind, Op, Quantity, Source, Structural};
use borel_distributions::{Argument, Discreteness, Domain, Function, ParameterKind, check_value};
use borel_flow::runtime::value_type;
use borel_flow::{Binary, Expr, Operand, Runtime, Stmt, Suspension, Trap, Ty, Unary, View};

impl<'a> Body<'_, 'a> {
    /// A draw, recorded if it has a name.
    pub fn sample(&mut self, source: &Source, choice: Option<ChoiceId>, ty: core::Ty) -> Vec<Operand> {
        self.begin_label(choice);
        let value = match source {
            Source::Known(kind, atoms) => {
                let parameters = self.atoms(atoms);
                vec![self.draw(*kind, parameters, choice)]
            }
            Source::Value(atom) => self.draw_value(atom, ty),
        };
        self.end_label(choice);
        if let Some(choice) = choice {
            self.record(choice, ty, &value);
        }
        value
    }

    /// A draw from a distribution of the catalogue; with the name of the choice, if it has one.
    pub fn draw(&mut self, kind: DistKind, parameters: Vec<Operand>, choice: Option<ChoiceId>) -> Operand {
        match self.view {
            view if view.looks_up() => return self.replay_draw(kind, parameters, choice),
            View::Enumerate => return self.choose(kind, parameters),
            View::Density => return self.read_choice(kind, parameters),
            _ => {}
        }
        self.check_parameters(kind, &parameters);
        self.drawn(kind, parameters)
    }

    /// A value from the stream; the parameters are known to be in their domains.
    pub fn drawn(&mut self, kind: DistKind, parameters: Vec<Operand>) -> Operand {
        self.runtime(Runtime::Distribution(kind, Function::Sample), value_type(kind), parameters)
    }

    fn choose(&mut self, kind: DistKind, parameters: Vec<Operand>) -> Operand {
        if kind.entry().discreteness == Discreteness::Continuous {
            return self.refuse_continuous(kind);
        }
        if kind.entry().value.is_multivariate() {
            return self.refuse_arrays(kind);
        }
        self.check_parameters(kind, &parameters);
        let object = self.distribution_of(kind, parameters);
        self.choice(object, value_type(kind))
    }

    /// Suspends for a value of a distribution with Ints or Bools as values (the object is consumed).
    pub fn choice(&mut self, distribution: Operand, word: Ty) -> Operand {
        let (chosen, site) = (self.local("chosen", Ty::Int), self.site());
        self.emit(Stmt::Suspend(Suspension::Choice(distribution, chosen), site));
        match word {
            Ty::Bool => self.unary(Ty::Bool, Unary::IntToBool, Operand::Local(chosen)),
            _ => Operand::Local(chosen),
        }
    }

    fn refuse_arrays(&mut self, kind: DistKind) -> Operand {
        self.refuse(
            format!("{} has arrays of counts, which are not listed", kind.entry().name),
            "draw the counts one after the other (`Binomial` of what is left), or use `smc` or `importance`".into(),
        );
        self.trap_refused();
        Operand::Null
    }

    fn refuse_continuous(&mut self, kind: DistKind) -> Operand {
        let name = kind.entry().name;
        self.refuse(
            format!("{name} has continuous values"),
            "use `smc` or `importance`, or replace it with a distribution that has finitely many values".into(),
        );
        self.no_value(value_type(kind))
    }

    /// Stops the run where the method meets what it cannot do.
    pub fn no_value(&mut self, word: Ty) -> Operand {
        self.trap_refused();
        // Control does not get here; the value only has to be one.
        match word {
            Ty::Real => Operand::Real(0.0),
            Ty::Int => Operand::Int(0),
            Ty::Bool => Operand::Bool(false),
            Ty::Pointer | Ty::Token(_) => Operand::Null,
        }
    }

    /// Stops the run where the method meets what it cannot do.
    pub fn trap_refused(&mut self) {
        let site = self.site();
        self.emit(Stmt::Trap(Trap::Refused, Vec::new(), site));
    }

    /// Notes why the code asked for cannot be made, if that is to be said now.
    pub fn refuse(&mut self, reason: String, help: String) {
        if self.reachable {
            self.forgo_gradient();
        }
        if self.flattener.refuses && self.reachable {
            self.flattener.refusals.push(Refusal { span: self.span, reason, help });
        }
    }

    pub(crate) fn is_scalar(&self, ty: core::Ty) -> bool {
        matches!(self.flattener.program.ty(ty), core::Type::Bool | core::Type::Int | core::Type::Real)
    }

    fn draw_value(&mut self, atom: &Atom, ty: core::Ty) -> Vec<Operand> {
        let words = self.words(ty);
        self.ask(Query::Draw, atom, Vec::new(), &words)
    }

    /// Scores a value under a distribution.
    pub fn observe(&mut self, source: &Source, value: &Atom) -> Vec<Operand> {
        let log_density = self.log_density(source, value);
        self.score(log_density);
        Vec::new()
    }

    /// Adds to the log weight.
    pub fn factor(&mut self, log_weight: &Atom) -> Vec<Operand> {
        let log_weight = self.word(log_weight);
        self.score(log_weight);
        Vec::new()
    }

    /// A place to resample.
    pub fn checkpoint(&mut self) -> Vec<Operand> {
        if self.view.stops_at_scores() {
            let site = self.site();
            self.emit(Stmt::Suspend(Suspension::Score, site));
        }
        Vec::new()
    }

    /// Adds to the log weight; a weight that is not a number counts as zero. A program that is only run has no weight, but
    /// what cannot be scored stops it all the same.
    pub fn score(&mut self, log_weight: Operand) {
        if self.view == View::Simulate {
            return;
        }
        let log_weight = match log_weight {
            Operand::Real(value) => Operand::Real(if value.is_nan() { f64::NEG_INFINITY } else { value }),
            // What has no number for a density is found out at the end.
            _ if self.view == View::Density => log_weight,
            _ => {
                let is_number = self.binary(Ty::Bool, Binary::Eq, log_weight, log_weight);
                let zero = Operand::Real(f64::NEG_INFINITY);
                self.define("", Ty::Real, Expr::Select(is_number, log_weight, zero))
            }
        };
        let before = self.define("", Ty::Real, Expr::Context(offset::LOG_WEIGHT));
        let after = self.binary(Ty::Real, Binary::Add, before, log_weight);
        self.emit(Stmt::SetContext(offset::LOG_WEIGHT, after));
        if self.view == View::Density && self.records() {
            self.blame(after);
        }
        self.checkpoint();
    }

    /// The log density of a distribution at a value.
    pub fn log_density(&mut self, source: &Source, value: &Atom) -> Operand {
        let value = self.atom(value);
        match source {
            Source::Known(kind, atoms) => {
                let parameters = self.atoms(atoms);
                self.known_log_density(*kind, parameters, value)
            }
            Source::Value(atom) => {
                let answer = self.ask(Query::LogDensity, atom, value, &[Ty::Real]);
                answer.first().copied().unwrap_or(Operand::Real(0.0))
            }
        }
    }

    /// A quantity of a distribution, of this type.
    pub fn quantity(&mut self, quantity: Quantity, source: &Source, operands: &[Atom], ty: core::Ty) -> Vec<Operand> {
        let operands = self.atoms(operands);
        match source {
            Source::Known(kind, atoms) => {
                let parameters = self.atoms(atoms);
                vec![self.known_quantity(quantity, *kind, parameters, operands)]
            }
            Source::Value(atom) => {
                let words = self.words(ty);
                self.ask(Query::Quantity(quantity), atom, operands, &words)
            }
        }
    }

    /// A distribution of the catalogue as a value.
    pub fn distribution(&mut self, kind: DistKind, parameters: &[Atom]) -> Vec<Operand> {
        let slots = self.atoms(parameters);
        vec![self.distribution_of(kind, slots)]
    }

    fn distribution_of(&mut self, kind: DistKind, slots: Vec<Operand>) -> Operand {
        let layout = self.distribution_layout(kind);
        let local = self.local(kind.entry().name, Ty::Pointer);
        self.emit(Stmt::New(local, layout, slots));
        Operand::Local(local)
    }

    /// The layout of distributions of a kind.
    pub fn distribution_layout(&mut self, kind: DistKind) -> LayoutId {
        let entry = kind.entry();
        let slot = |kind: &ParameterKind| match kind {
            ParameterKind::Real => Slot::Real,
            ParameterKind::Int => Slot::Int,
            ParameterKind::RealArray | ParameterKind::Matrix => Slot::Pointer,
        };
        let slots = entry.parameters.iter().map(|parameter| slot(&parameter.kind)).collect();
        self.flattener.representation.layout(entry.name, LayoutKind::Fields(slots), Role::Distribution(kind as u32))
    }

    /// A combination of distributions, or of functions, as a value.
    pub fn structural(&mut self, structural: Structural, atoms: &[Atom], var: core::Var) -> Vec<Operand> {
        let words = self.atoms(atoms);
        let kinds: Vec<Ty> = words.iter().map(|word| self.type_of(*word)).collect();
        let layout = match self.flattener.facts.custom_of.get(&var).copied() {
            Some(number) => self.custom_layout(number),
            None => self.structural_layout(structural, &kinds),
        };
        let local = self.local("distribution", Ty::Pointer);
        self.emit(Stmt::New(local, layout, words));
        vec![Operand::Local(local)]
    }

    /// The layout of combinations with these words.
    pub fn structural_layout(&mut self, structural: Structural, words: &[Ty]) -> LayoutId {
        let (name, role) = match structural {
            Structural::Delta => ("Delta", Role::Delta),
            Structural::Iid => ("iid", Role::Iid),
            Structural::Product => ("product", Role::Product),
            // Those made of functions have layouts of their own.
            Structural::Empirical | Structural::Custom(_) => ("empirical", Role::Empirical),
        };
        let slots = crate::representation::slots(words);
        self.flattener.representation.layout(name, LayoutKind::Fields(slots), role)
    }

    /// Whether running a block in this view may suspend.
    pub fn may_suspend(&self, block: &Block) -> bool {
        let (draws, scores) = (self.view == View::Enumerate, self.view.stops_at_scores());
        self.may(block, Effects { draws, scores, infers: false })
    }

    /// Whether running a block makes choices of the trace, in the views that look them up.
    pub fn may_choose(&self, block: &Block) -> bool {
        self.view.looks_up() && self.may(block, Effects::CHOICES)
    }

    /// Whether running a block may have one of these effects.
    fn may(&self, block: &Block, asked: Effects) -> bool {
        let facts = &self.flattener.facts;
        block.stmts.iter().any(|stmt| {
            let effects = match &stmt.op {
                Op::Sample(..) | Op::Read(..) => return asked.draws,
                Op::Observe(..) | Op::Factor(_) | Op::Checkpoint => return asked.scores,
                Op::Infer(..) => return asked.infers,
                Op::Batch(batch, _) => return asked.infers && batch.is_random(),
                Op::Call(callee, _) => facts.effects_of(Unit::Function(*callee)),
                Op::Apply(closure, _) => {
                    self.var_type(closure).map(|ty| facts.effects_of_closure(ty)).unwrap_or_default()
                }
                Op::Lambda(_) => return false,
                op => return op.blocks().into_iter().any(|inner| self.may(inner, asked)),
            };
            effects.meets(asked)
        })
    }

    /// Raises if a parameter is outside its domain. What is known to be right is not checked; numbers are checked here,
    /// so that the call, which then knows what to say, is off the usual path.
    pub fn check_parameters(&mut self, kind: DistKind, parameters: &[Operand]) {
        if let Some(arguments) = constant_arguments(parameters)
            && check_value(kind, &arguments).is_ok()
        {
            return;
        }
        let site = self.site();
        let check = Stmt::Runtime(Vec::new(), Runtime::Distribution(kind, Function::Check), parameters.to_vec(), site);
        match self.in_domain(kind, parameters) {
            Some(ok) => self.when(ok, |_| {}, |b| b.emit(check)),
            None => self.emit(check),
        }
    }

    /// Whether all parameters are in their domains, if that is quickly said.
    fn in_domain(&mut self, kind: DistKind, parameters: &[Operand]) -> Option<Operand> {
        let domains: Vec<Domain> = kind.entry().parameters.iter().map(|parameter| parameter.domain).collect();
        let simple = |(domain, word): (&Domain, &Operand)| match domain {
            Domain::Finite | Domain::Positive | Domain::NonNegative => true,
            Domain::Probability | Domain::PositiveProbability | Domain::OpenProbability | Domain::Above => {
                self.type_of(*word) == Ty::Real
            }
            Domain::AtLeast => self.type_of(*word) == Ty::Int,
            _ => false,
        };
        if !domains.iter().zip(parameters).all(simple) {
            return None;
        }
        let mut all = None;
        for (index, (domain, word)) in domains.iter().zip(parameters).enumerate() {
            let before = parameters[index.saturating_sub(1)];
            for ok in self.in_one_domain(*domain, *word, before) {
                all = Some(match all {
                    Some(all) => self.binary(Ty::Bool, Binary::And, all, ok),
                    None => ok,
                });
            }
        }
        all
    }

    /// The conditions for one parameter.
    fn in_one_domain(&mut self, domain: Domain, word: Operand, before: Operand) -> Vec<Operand> {
        let zero = Operand::Real(0.0);
        match (domain, word) {
            (_, Operand::Real(value)) if value.is_finite() && domain == Domain::Finite => Vec::new(),
            (_, Operand::Real(value)) if value.is_finite() && value > 0.0 && domain == Domain::Positive => Vec::new(),
            (Domain::Positive, _) if self.type_of(word) == Ty::Int => {
                vec![self.binary(Ty::Bool, Binary::LeInt, Operand::Int(1), word)]
            }
            (Domain::NonNegative, _) if self.type_of(word) == Ty::Int => {
                vec![self.binary(Ty::Bool, Binary::LeInt, Operand::Int(0), word)]
            }
            (Domain::Finite, _) if self.type_of(word) == Ty::Int => Vec::new(),
            (Domain::AtLeast, _) => vec![self.binary(Ty::Bool, Binary::LeInt, before, word)],
            (Domain::Finite, _) => {
                let size = self.unary(Ty::Real, Unary::Abs, word);
                vec![self.binary(Ty::Bool, Binary::Le, size, Operand::Real(f64::MAX))]
            }
            (Domain::Positive | Domain::NonNegative | Domain::Above, _) => {
                let (op, low) = match domain {
                    Domain::NonNegative => (Binary::Le, zero),
                    Domain::Above => (Binary::Lt, before),
                    _ => (Binary::Lt, zero),
                };
                let above = self.binary(Ty::Bool, op, low, word);
                vec![above, self.binary(Ty::Bool, Binary::Le, word, Operand::Real(f64::MAX))]
            }
            _ => {
                let low = if domain == Domain::Probability { Binary::Le } else { Binary::Lt };
                let high = if domain == Domain::OpenProbability { Binary::Lt } else { Binary::Le };
                let above = self.binary(Ty::Bool, low, zero, word);
                vec![above, self.binary(Ty::Bool, high, word, Operand::Real(1.0))]
            }
        }
    }
}

/// The parameters, if all are constants.
fn constant_arguments(parameters: &[Operand]) -> Option<Vec<Argument<'static>>> {
    let argument = |operand: &Operand| match operand {
        Operand::Real(value) => Some(Argument::Real(*value)),
        Operand::Int(value) => Some(Argument::Int(*value)),
        _ => None,
    };
    parameters.iter().map(argument).collect()
}
