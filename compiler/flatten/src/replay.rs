//! Choices in the replay and traced views: each is looked up in the current trace by its address, or drawn, and put into the new trace with its log
//! density.
//!
//! The address is mixed from the path, which says by which calls, iterations and arguments of `mem` control has come here, and from the
//! place of the draw in its function. A function finds its path in the context, where its caller has put it; within a function the path is in locals, and
//! nothing has to be restored, however control leaves a loop.

use crate::body::Body;
use crate::facts::Form;
use borel_abi::ctx::offset;
use borel_abi::module::Draw;
use borel_abi::replay::mix;
use borel_core::{self as core, ChoiceId, DistKind, Structural};
use borel_distributions::Function;
use borel_flow::runtime::{Named, value_type};
use borel_flow::{Binary, Expr, FunctionId, Operand, Runtime, Stmt, Ty, Unary};

impl Body<'_, '_> {
    /// Finds out where the function is called from.
    pub(crate) fn begin_path(&mut self) {
        if self.view.looks_up() {
            self.path = self.define("path", Ty::Int, Expr::Context(offset::PATH));
        }
    }

    /// Says to a function where it is called from.
    pub(crate) fn pass_path(&mut self, callee: FunctionId) {
        if self.view.looks_up() && self.flattener.replaying.contains(&callee) {
            let path = self.address();
            self.emit(Stmt::SetContext(offset::PATH, path));
        }
    }

    /// The address of this place, which is a new one with each call.
    fn address(&mut self) -> Operand {
        let place = self.place();
        self.binary(Ty::Int, Binary::Mix, self.path, Operand::Int(place))
    }

    /// The body of a loop, in an iteration if choices in it are told apart by that.
    pub(crate) fn in_iteration<T>(&mut self, iteration: Option<Operand>, body: impl FnOnce(&mut Self) -> T) -> T {
        let Some(iteration) = iteration.filter(|_| self.view.looks_up()) else { return body(self) };
        let outer = self.path;
        let loop_ = self.address();
        self.path = self.binary(Ty::Int, Binary::Mix, loop_, iteration);
        let value = body(self);
        self.path = outer;
        value
    }

    /// A number for a `mem` or a cell, which no other one of the execution has: in a trace its address.
    pub(crate) fn memo_number(&mut self) -> Operand {
        match self.view {
            view if view.looks_up() => self.address(),
            _ => self.named(Named::MemNew, Vec::new()),
        }
    }

    /// What is drawn in a `mem` is told apart by the number of that and the arguments, which the key has, and not by who calls it first.
    pub(crate) fn enter_memo(&mut self, key: Operand) {
        if self.view.looks_up() {
            self.path = self.named(Named::KeyHash, vec![key]);
        }
    }

    fn replayed(&mut self, distribution: Option<DistKind>, choice: Option<ChoiceId>, is_pointer: bool) -> Vec<Operand> {
        let site = self.site().0;
        let draws = &mut self.flattener.draws;
        let (distribution, choice) = (distribution.map(|kind| kind as u32), choice.map(|choice| choice.0));
        let draw = Draw { distribution, choice, site, is_pointer };
        // The same place of the source has one number, also where it is in the code more than once: so executions of two closures that call one
        // function can have choices in common.
        let number = *self.flattener.draw_of.entry(draw.clone()).or_insert_with(|| {
            draws.push(draw);
            draws.len() as i64 - 1
        });
        vec![self.address(), Operand::Int(number)]
    }

    /// A choice of a distribution of the catalogue.
    pub(crate) fn replay_draw(
        &mut self,
        kind: DistKind,
        parameters: Vec<Operand>,
        choice: Option<ChoiceId>,
    ) -> Operand {
        self.check_parameters(kind, &parameters);
        self.label_support(kind, &parameters);
        let ty = value_type(kind);
        if ty == Ty::Pointer {
            return self.replay_object(kind, parameters, choice);
        }
        let mut asked = self.replayed(Some(kind), choice, false);
        asked.push(self.fingerprint(&parameters));
        let [is_found, word, known] = self.found(asked);
        let value = self.local("value", ty);
        self.when(
            is_found,
            |b| {
                let found = b.of_word(word, ty);
                b.assign(&[value], &[found]);
            },
            |b| {
                let drawn = b.drawn(kind, parameters.clone());
                b.assign(&[value], &[drawn]);
            },
        );
        let value = Operand::Local(value);
        let log_density = self.local("log_density", Ty::Real);
        let is_known = self.binary(Ty::Bool, Binary::Eq, known, known);
        self.when(
            is_known,
            |b| b.assign(&[log_density], &[known]),
            |b| {
                // The parameters have been checked.
                let args = std::iter::once(value).chain(parameters.iter().copied()).collect();
                let computed = b.runtime(Runtime::Distribution(kind, Function::LogDensity), Ty::Real, args);
                b.assign(&[log_density], &[computed]);
            },
        );
        let word = self.word_of(value);
        self.perform(Named::ChoiceScore, vec![word, Operand::Local(log_density)]);
        value
    }

    /// The choices that are made from here on have a name, where traces are read by names.
    pub(crate) fn begin_label(&mut self, choice: Option<ChoiceId>) {
        if let Some(choice) = choice.filter(|_| self.labels()) {
            let index = self.index.unwrap_or(Operand::Int(-1));
            self.perform(Named::ChoiceLabel, vec![Operand::Int(i64::from(choice.0)), index]);
        }
    }

    /// A draw of a distribution that is made of others makes several choices, which are numbered.
    pub(crate) fn number_choices(&mut self, form: Form, value: core::Ty) {
        let is_made = matches!(form, Form::Custom(_) | Form::Structural(Structural::Product | Structural::Iid, _));
        if is_made && self.labels() && !self.is_scalar(value) {
            self.perform(Named::ChoiceMany, Vec::new());
        }
    }

    /// They have none again.
    pub(crate) fn end_label(&mut self, choice: Option<ChoiceId>) {
        if choice.is_some() && self.labels() {
            self.perform(Named::ChoiceLabel, vec![Operand::Int(-1); 2]);
        }
    }

    /// Tells the support of the choice that comes.
    fn label_support(&mut self, kind: DistKind, parameters: &[Operand]) {
        if self.labels() && !kind.entry().value.is_multivariate() {
            let bound = |b: &mut Self, end| b.runtime(Runtime::Distribution(kind, end), Ty::Real, parameters.to_vec());
            let (lower, upper) = (bound(self, Function::LowerBound), bound(self, Function::UpperBound));
            self.perform(Named::ChoiceSupport, vec![lower, upper]);
        }
    }

    /// A number mixed from parameters that are scalars.
    fn fingerprint(&mut self, parameters: &[Operand]) -> Operand {
        let is_scalar = |parameter: &Operand| self.type_of(*parameter) != Ty::Pointer;
        if !parameters.iter().all(is_scalar) {
            return Operand::Int(0);
        }
        let mut mixed = Operand::Int(1);
        for parameter in parameters {
            let word = match parameter {
                Operand::Real(value) => Operand::Int(value.to_bits() as i64),
                _ => self.word_of(*parameter),
            };
            mixed = match (mixed, word) {
                (Operand::Int(before), Operand::Int(word)) => Operand::Int(mix(before, word)),
                _ => self.binary(Ty::Int, Binary::Mix, mixed, word),
            };
        }
        mixed
    }

    /// A choice of arrays or matrices. What the trace has is used if it is of the right shape.
    fn replay_object(&mut self, kind: DistKind, parameters: Vec<Operand>, choice: Option<ChoiceId>) -> Operand {
        let asked = self.replayed(Some(kind), choice, true);
        let found = self.named(Named::ChoiceFindPointer, asked);
        let (rows, columns) = self.shape_of_values(kind, &parameters);
        let value = self.local("value", Ty::Pointer);
        let draw = |b: &mut Self| {
            let drawn = b.drawn(kind, parameters.clone());
            b.assign(&[value], &[drawn]);
        };
        let is_missing = self.unary(Ty::Bool, Unary::IsNull, found);
        self.when(
            is_missing,
            |b| draw(b),
            |b| {
                let length = b.define("rows", Ty::Int, Expr::Length(found));
                let mut fits = b.binary(Ty::Bool, Binary::EqInt, length, rows);
                if columns != Operand::Int(-1) {
                    let own = b.named(Named::MatrixColumns, vec![found]);
                    let same = b.binary(Ty::Bool, Binary::EqInt, own, columns);
                    fits = b.binary(Ty::Bool, Binary::And, fits, same);
                }
                b.when(
                    fits,
                    |b| b.assign(&[value], &[found]),
                    |b| {
                        b.perform(Named::ChoiceReject, Vec::new());
                        draw(b);
                    },
                );
            },
        );
        let value = Operand::Local(value);
        let log_density = self.known_log_density(kind, parameters, vec![value]);
        self.perform(Named::ChoiceScorePointer, vec![value, log_density]);
        value
    }

    /// The index of a draw of a posterior with these weights.
    pub(crate) fn replay_index(&mut self, weights: Operand) -> Operand {
        let mut asked = self.replayed(None, None, false);
        asked.push(Operand::Int(0));
        let [is_found, word, _] = self.found(asked);
        let length = self.length(weights);
        let index = self.local("index", Ty::Int);
        let draw = |b: &mut Self| {
            let drawn = b.named(Named::SampleIndex, vec![weights]);
            b.assign(&[index], &[drawn]);
        };
        self.when(
            is_found,
            |b| {
                let fits = b.binary(Ty::Bool, Binary::LtUnsigned, word, length);
                b.when(
                    fits,
                    |b| b.assign(&[index], &[word]),
                    |b| {
                        b.perform(Named::ChoiceReject, Vec::new());
                        draw(b);
                    },
                );
            },
            |b| draw(b),
        );
        let index = Operand::Local(index);
        let weight = self.element(weights, index, &[Ty::Real])[0];
        let log_density = self.named(Named::Log, vec![weight]);
        self.perform(Named::ChoiceScore, vec![index, log_density]);
        index
    }

    /// What a posterior by draws is depends on a seed, and on nothing else that is random: the seed is a choice, uniform among all. So a trace
    /// says what such a posterior weighs, and an estimate of the evidence in a `factor` makes a pseudo-marginal chain (Andrieu and Roberts
    /// 2009), whose kept seeds are common random numbers.
    pub(crate) fn replay_seed(&mut self, method: Option<&Operand>) {
        if self.view.looks_up() && method != Some(&Operand::Int(0)) {
            let asked = self.replayed(None, None, false);
            self.perform(Named::ChoiceSeed, asked);
        }
    }

    fn found(&mut self, asked: Vec<Operand>) -> [Operand; 3] {
        let (is_found, word) = (self.local("is_found", Ty::Bool), self.local("word", Ty::Int));
        let known = self.local("known", Ty::Real);
        let site = self.site();
        let find = Runtime::Named(Named::ChoiceFind);
        self.emit(Stmt::Runtime(vec![is_found, word, known], find, asked, site));
        [Operand::Local(is_found), Operand::Local(word), Operand::Local(known)]
    }

    /// A scalar as a word of a trace.
    fn word_of(&mut self, value: Operand) -> Operand {
        match self.type_of(value) {
            Ty::Real => self.unary(Ty::Int, Unary::Bits, value),
            Ty::Bool => self.unary(Ty::Int, Unary::BoolToInt, value),
            _ => value,
        }
    }

    /// A scalar from its word.
    pub(crate) fn of_word(&mut self, word: Operand, ty: Ty) -> Operand {
        match ty {
            Ty::Real => self.unary(Ty::Real, Unary::FromBits, word),
            Ty::Bool => self.unary(Ty::Bool, Unary::IntToBool, word),
            _ => word,
        }
    }
}
