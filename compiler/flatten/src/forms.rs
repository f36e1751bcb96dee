//! What is asked of a distribution that is a value: a draw, its log density, or a quantity. For each question, each type of
//! distributions and each place that asks there is a function that tells the forms apart by their layouts: for one of the
//! catalogue it calls the entry points, for one made of functions its closures, for a combination itself, component by component.
//!
//! A sampler never suspends for a score, since it may not score: where that is not certain, the weight is compared.

use crate::body::{Body, operands};
use crate::facts::Form;
use crate::flattener::{Code, Flattener, Instance};
use borel_abi::ctx::offset;
use borel_abi::layout::{LayoutId, LayoutKind, Role};
use borel_core as core;
use borel_core::{DistKind, Part, Quantity, Structural, Type};
use borel_distributions::{Discreteness, Function as Entry};
use borel_flow::runtime::{Named, parameter_types, value_type};
use borel_flow::{Binary, Expr, Function, Operand, Runtime, Stmt, Trap, Ty, Unary, View};
use borel_source::{Name, Span};

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Query {
    /// A draw
    Draw,
    /// The log density at a value
    LogDensity,
    /// A quantity, with its operands
    Quantity(Quantity),
}

impl Query {
    /// The function that answers, of a distribution made of functions.
    fn part(self) -> Option<Part> {
        match self {
            Query::Draw => Some(Part::Sample),
            Query::LogDensity => Some(Part::LogDensity),
            Query::Quantity(quantity) => quantity.part(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Query::Draw => "draw",
            Query::LogDensity => "log_density",
            Query::Quantity(quantity) => quantity.name(),
        }
    }
}

/// A distribution that is asked.
#[derive(Clone)]
struct Asked {
    query: Query,
    /// The type of its values.
    value: core::Ty,
    distribution: Operand,
    /// How it lies in memory.
    layout: LayoutId,
    operands: Vec<Operand>,
}

impl Flattener<'_> {
    /// The function that answers for distributions of this type.
    pub fn make_query(&mut self, query: Query, ty: core::Ty, span: Span, instance: Instance) -> Function {
        let value = self.value_of(ty);
        let words = self.representation.words(value).to_vec();
        let (takes, results) = match query {
            Query::Draw => (Vec::new(), words),
            Query::LogDensity => (words, vec![Ty::Real]),
            Query::Quantity(Quantity::Quantile | Quantity::QuantileCcdf) => (vec![Ty::Real], words),
            Query::Quantity(Quantity::Mean | Quantity::Variance) => (Vec::new(), self.moment_words(value)),
            Query::Quantity(quantity) if quantity.operands() == 1 => (words, vec![Ty::Real]),
            Query::Quantity(_) => (Vec::new(), vec![Ty::Real]),
        };
        let forms = self.facts.forms.get(&ty).cloned().unwrap_or_default();
        let suspends = self.suspends(instance.code, instance.view);
        let mut body = Body::new(self, instance.view, results, span);
        let distribution = body.local("distribution", Ty::Pointer);
        let taken = body.locals_for("operand", &takes);
        let asked = |layout| Asked {
            query,
            value,
            distribution: Operand::Local(distribution),
            layout,
            operands: operands(&taken),
        };
        body.tell_apart(&forms, value, Operand::Local(distribution), asked);
        let params = std::iter::once(distribution).chain(taken).collect();
        body.finish(query.name(), params, suspends, Vec::new())
    }

    fn value_of(&self, ty: core::Ty) -> core::Ty {
        match self.program.ty(ty) {
            Type::Dist(value) => *value,
            _ => ty,
        }
    }

    /// The words of the mean of values of a type.
    pub fn moment_words(&self, value: core::Ty) -> Vec<Ty> {
        match self.program.ty(value) {
            Type::Unit => Vec::new(),
            Type::Bool | Type::Int | Type::Real => vec![Ty::Real],
            Type::Tuple(parts, _) => parts.iter().flat_map(|part| self.moment_words(*part)).collect(),
            _ => vec![Ty::Pointer],
        }
    }
}

impl Body<'_, '_> {
    /// Asks a distribution that is a value.
    pub fn ask(
        &mut self,
        query: Query,
        distribution: &core::Atom,
        operands: Vec<Operand>,
        results: &[Ty],
    ) -> Vec<Operand> {
        let Some(ty) = self.var_type(distribution) else { return Vec::new() };
        let distribution = self.word(distribution);
        self.ask_one(query, ty, distribution, operands, results)
    }

    fn ask_one(
        &mut self,
        query: Query,
        ty: core::Ty,
        distribution: Operand,
        operands: Vec<Operand>,
        results: &[Ty],
    ) -> Vec<Operand> {
        let callee = self.instance(Code::Query(query, ty, self.span));
        self.call(callee, std::iter::once(distribution).chain(operands).collect(), results)
    }

    fn tell_apart(
        &mut self,
        forms: &[Form],
        value: core::Ty,
        distribution: Operand,
        asked: impl Fn(LayoutId) -> Asked,
    ) {
        if forms.is_empty() {
            return self.unreachable();
        }
        let on = match forms {
            [_] => Operand::Int(0),
            _ => self.define("layout", Ty::Int, Expr::LayoutOf(distribution)),
        };
        let mut cases = Vec::new();
        for form in forms {
            let layout = self.form_layout(*form, value);
            let case = self.block(|b| b.answer(*form, &asked(layout)));
            cases.push((i64::from(layout.0), case));
        }
        self.switch(on, cases);
    }

    fn form_layout(&mut self, form: Form, value: core::Ty) -> LayoutId {
        match form {
            Form::Kind(kind) => self.distribution_layout(kind),
            Form::Custom(number) => self.custom_layout(number),
            Form::Structural(structural, _) => {
                let words = match structural {
                    Structural::Delta => self.words(value),
                    Structural::Iid => vec![Ty::Pointer, Ty::Int],
                    Structural::Product => vec![Ty::Pointer],
                    Structural::Empirical | Structural::Custom(_) => vec![Ty::Pointer, Ty::Pointer],
                };
                self.structural_layout(structural, &words)
            }
        }
    }

    /// The layout of distributions made of functions in one place of the program: it tells the functions.
    pub fn custom_layout(&mut self, number: u32) -> LayoutId {
        let functions = self.flattener.facts.customs[number as usize].given.parts().count();
        let words: Vec<Ty> = std::iter::repeat_n(Ty::Pointer, functions).chain([Ty::Real, Ty::Real]).collect();
        let slots = crate::representation::slots(&words);
        self.flattener.representation.layout("distribution", LayoutKind::Fields(slots), Role::Custom(number))
    }

    fn answer(&mut self, form: Form, asked: &Asked) {
        if asked.query == Query::Draw {
            self.number_choices(form, asked.value);
        }
        match form {
            Form::Kind(kind) => self.answer_of_catalogue(kind, asked),
            Form::Custom(number) => self.answer_of_functions(number, asked),
            Form::Structural(Structural::Delta, _) => self.answer_of_point(asked),
            Form::Structural(Structural::Empirical, _) => self.answer_of_draws(asked),
            Form::Structural(Structural::Product, array) => {
                let all = self.define("distributions", Ty::Pointer, Expr::Load(asked.distribution, asked.layout, 0));
                let length = self.length(all);
                let element = self.element_type(array);
                self.answer_of_many(asked, element, length, |b, i| b.element(all, i, &[Ty::Pointer])[0]);
            }
            Form::Structural(Structural::Iid, element) => {
                let one = self.define("distribution", Ty::Pointer, Expr::Load(asked.distribution, asked.layout, 0));
                let length = self.define("length", Ty::Int, Expr::Load(asked.distribution, asked.layout, 1));
                self.check_count(length);
                self.answer_of_many(asked, element, length, |_, _| one);
            }
            Form::Structural(Structural::Custom(_), _) => self.unreachable(),
        }
    }

    fn check_count(&mut self, count: Operand) {
        let site = self.site();
        let ok = self.binary(Ty::Bool, Binary::LeInt, Operand::Int(0), count);
        self.when(ok, |_| {}, |b| b.emit(Stmt::Trap(Trap::Negative, vec![count], site)));
    }

    fn load_words(&mut self, object: Operand, layout: LayoutId, words: &[Ty]) -> Vec<Operand> {
        let load = |(slot, ty): (usize, &Ty)| self.define("", *ty, Expr::Load(object, layout, slot as u32));
        words.iter().enumerate().map(load).collect()
    }

    fn answer_of_catalogue(&mut self, kind: DistKind, asked: &Asked) {
        let types: Vec<Ty> = parameter_types(kind).collect();
        let parameters = self.load_words(asked.distribution, asked.layout, &types);
        let answer = match asked.query {
            Query::Draw if self.view == View::Enumerate => {
                if kind.entry().discreteness == Discreteness::Continuous {
                    return self.trap_refused();
                }
                self.check_parameters(kind, &parameters);
                self.choice(asked.distribution, value_type(kind))
            }
            Query::Draw => self.draw(kind, parameters, None),
            Query::LogDensity => self.known_log_density(kind, parameters, asked.operands.clone()),
            Query::Quantity(quantity) => self.known_quantity(quantity, kind, parameters, asked.operands.clone()),
        };
        self.return_(vec![answer]);
    }

    /// The log density of a distribution of the catalogue.
    pub fn known_log_density(&mut self, kind: DistKind, parameters: Vec<Operand>, value: Vec<Operand>) -> Operand {
        self.check_parameters(kind, &parameters);
        let args = value.into_iter().chain(parameters).collect();
        self.runtime(Runtime::Distribution(kind, Entry::LogDensity), Ty::Real, args)
    }

    /// A quantity of a distribution of the catalogue.
    pub fn known_quantity(
        &mut self,
        quantity: Quantity,
        kind: DistKind,
        parameters: Vec<Operand>,
        operands: Vec<Operand>,
    ) -> Operand {
        let entry = match quantity {
            Quantity::Cdf => Entry::Cdf,
            Quantity::Ccdf => Entry::Ccdf,
            Quantity::LogCdf => Entry::LogCdf,
            Quantity::LogCcdf => Entry::LogCcdf,
            Quantity::Quantile => Entry::Quantile,
            Quantity::QuantileCcdf => Entry::QuantileCcdf,
            Quantity::Mean => Entry::Mean,
            Quantity::Variance => Entry::Variance,
            Quantity::Entropy => Entry::Entropy,
            Quantity::LowerBound => Entry::LowerBound,
            Quantity::UpperBound => Entry::UpperBound,
            Quantity::Normaliser => Entry::Normaliser,
            Quantity::LogDensityGiven => Entry::LogDensityGiven,
        };
        if quantity != Quantity::Normaliser {
            self.check_parameters(kind, &parameters);
        }
        let value = value_type(kind);
        let result = match quantity {
            Quantity::Quantile | Quantity::QuantileCcdf => value,
            Quantity::Mean | Quantity::Variance if value == Ty::Pointer => Ty::Pointer,
            _ => Ty::Real,
        };
        let args = operands.into_iter().chain(parameters).collect();
        self.runtime(Runtime::Distribution(kind, entry), result, args)
    }

    fn answer_of_functions(&mut self, number: u32, asked: &Asked) {
        let custom = &self.flattener.facts.customs[number as usize];
        let (given, functions) = (custom.given, custom.functions.clone());
        if asked.query == Query::Draw && self.view == View::Density && !self.is_of_trace() {
            return self.read_custom(given, &functions, asked);
        }
        let Some(part) = asked.query.part() else {
            let after = u32::from(asked.query == Query::Quantity(Quantity::UpperBound));
            let slot = given.parts().count() as u32 + after;
            let bound = self.define("bound", Ty::Real, Expr::Load(asked.distribution, asked.layout, slot));
            return self.return_(vec![bound]);
        };
        let Some(position) = given.position(part) else { return self.stop(core::missing(part)) };
        let closure =
            self.define("function", Ty::Pointer, Expr::Load(asked.distribution, asked.layout, position as u32));
        let results = self.results.clone();
        let (lambda, ty) = functions[position];
        let may_score = part == Part::Sample && self.flattener.facts.effects_of_function(lambda, ty).scores;
        let before = self.define("", Ty::Real, Expr::Context(offset::LOG_WEIGHT));
        let mut answer = self.call_function(lambda, ty, closure, &asked.operands, &results);
        if may_score {
            let after = self.define("", Ty::Real, Expr::Context(offset::LOG_WEIGHT));
            let same = self.binary(Ty::Bool, Binary::Eq, before, after);
            self.when(same, |_| {}, |b| b.stop(SCORES));
        }
        if matches!(asked.query, Query::Quantity(Quantity::Cdf | Quantity::Ccdf)) {
            answer = vec![self.named(Named::Exp, answer)];
        }
        self.return_(answer);
    }

    /// A choice of a distribution made of functions: a number between its bounds, scored by its log density.
    fn read_custom(&mut self, given: core::Given, functions: &[(Option<u32>, core::Ty)], asked: &Asked) {
        let Some(position) = given.position(Part::LogDensity) else {
            return self.stop(core::missing(Part::LogDensity));
        };
        let words = self.words(asked.value);
        let load =
            |b: &mut Self, name, ty, slot| b.define(name, ty, Expr::Load(asked.distribution, asked.layout, slot));
        if let Some(transform) = given.position(Part::Transform) {
            let closure = load(self, "transform", Ty::Pointer, transform as u32);
            let (lambda, ty) = functions[transform];
            let value = self.call_function(lambda, ty, closure, &[], &words);
            let closure = load(self, "function", Ty::Pointer, position as u32);
            let (lambda, ty) = functions[position];
            let log_density = self.call_function(lambda, ty, closure, &value, &[Ty::Real]);
            log_density.into_iter().for_each(|term| self.score(term));
            return self.return_(value);
        }
        if words != [Ty::Real] {
            self.refuse_choice("its values are no Reals, and it has no `transform`".into(), Ty::Int);
            let values = words.iter().map(|word| self.no_value(*word)).collect();
            return self.return_(values);
        }
        let first = given.parts().count() as u32;
        let lower = load(self, "lower", Ty::Real, first);
        let upper = load(self, "upper", Ty::Real, first + 1);
        let value = self.read_between_unknown(lower, upper);
        let closure = load(self, "function", Ty::Pointer, position as u32);
        let (lambda, ty) = functions[position];
        let log_density = self.call_function(lambda, ty, closure, &[value], &[Ty::Real]);
        log_density.into_iter().for_each(|term| self.score(term));
        self.return_(vec![value]);
    }

    /// Stops the program with a message.
    pub fn stop(&mut self, message: &str) {
        let (text, site) = (self.flattener.text_constant(&Name::new(message)), self.site());
        self.emit(Stmt::Trap(Trap::Message, vec![Operand::Static(text)], site));
    }

    /// Of a distribution that has one value.
    fn answer_of_point(&mut self, asked: &Asked) {
        let words = self.words(asked.value);
        let own = self.load_words(asked.distribution, asked.layout, &words);
        let answer = match asked.query {
            Query::Draw | Query::Quantity(Quantity::Quantile | Quantity::QuantileCcdf) => own,
            Query::LogDensity => {
                let both: Vec<Operand> = own.into_iter().chain(asked.operands.iter().copied()).collect();
                let same = self.equal(&both);
                vec![self.chosen(same, 0.0, f64::NEG_INFINITY)]
            }
            Query::Quantity(Quantity::Mean) => self.mapped(asked.value, &own, &|b, word| b.number(word)),
            Query::Quantity(Quantity::Variance) => self.mapped(asked.value, &own, &|_, _| Operand::Real(0.0)),
            Query::Quantity(Quantity::LowerBound | Quantity::UpperBound) => vec![self.number(own[0])],
            Query::Quantity(Quantity::Entropy) => vec![Operand::Real(0.0)],
            Query::Quantity(quantity) => vec![self.step(quantity, own[0], asked.operands[0])],
        };
        self.return_(answer);
    }

    /// A distribution function that steps at a point.
    fn step(&mut self, quantity: Quantity, point: Operand, x: Operand) -> Operand {
        let (point, x) = (self.number(point), self.number(x));
        let reached = self.binary(Ty::Bool, Binary::Le, point, x);
        match quantity {
            Quantity::Cdf => self.chosen(reached, 1.0, 0.0),
            Quantity::Ccdf => self.chosen(reached, 0.0, 1.0),
            Quantity::LogCdf => self.chosen(reached, 0.0, f64::NEG_INFINITY),
            _ => self.chosen(reached, f64::NEG_INFINITY, 0.0),
        }
    }

    fn chosen(&mut self, condition: Operand, yes: f64, no: f64) -> Operand {
        self.define("", Ty::Real, Expr::Select(condition, Operand::Real(yes), Operand::Real(no)))
    }

    /// A scalar as a Real.
    fn number(&mut self, word: Operand) -> Operand {
        match self.type_of(word) {
            Ty::Int => self.unary(Ty::Real, Unary::IntToReal, word),
            Ty::Bool => {
                let number = self.unary(Ty::Int, Unary::BoolToInt, word);
                self.unary(Ty::Real, Unary::IntToReal, number)
            }
            _ => word,
        }
    }

    /// A value with each scalar in it replaced by a Real.
    fn mapped(
        &mut self,
        ty: core::Ty,
        words: &[Operand],
        number: &dyn Fn(&mut Self, Operand) -> Operand,
    ) -> Vec<Operand> {
        match self.flattener.program.ty(ty) {
            Type::Bool | Type::Int | Type::Real => vec![number(self, words[0])],
            Type::Tuple(parts, _) => {
                let mut rest = words;
                let mut all = Vec::new();
                for part in parts {
                    let (own, others) = rest.split_at(self.words(*part).len());
                    all.extend(self.mapped(*part, own, number));
                    rest = others;
                }
                all
            }
            Type::Array(element) => {
                let (element, array) = (*element, words[0]);
                let taken = self.words(element);
                let given = self.flattener.moment_words(element);
                let length = self.length(array);
                self.filled(&given, length, |b, i| {
                    let words = b.element(array, i, &taken);
                    b.mapped(element, &words, number)
                })
            }
            Type::Matrix => {
                let elements = self.named(Named::MatrixElements, words.to_vec());
                let length = self.length(elements);
                let mapped = self.filled(&[Ty::Real], length, |b, i| {
                    let element = b.element(elements, i, &[Ty::Real])[0];
                    vec![number(b, element)]
                });
                let rows = self.length(words[0]);
                let columns = self.named(Named::MatrixColumns, words.to_vec());
                vec![self.named(Named::MatrixFromElements, vec![mapped[0], rows, columns])]
            }
            _ => words.to_vec(),
        }
    }

    /// A new array of values with these words.
    fn filled(
        &mut self,
        words: &[Ty],
        length: Operand,
        value: impl FnOnce(&mut Self, Operand) -> Vec<Operand>,
    ) -> Vec<Operand> {
        let layout = self.flattener.representation.array_of_words(words);
        let (array, site) = (self.local("array", Ty::Pointer), self.site());
        self.emit(Stmt::NewArray(array, layout, length, site));
        self.count_to(length, |b, i| {
            let value = value(b, i);
            let suspends = b.view == View::Enumerate;
            b.fill(array, i, &value, suspends);
        });
        operands(&[array])
    }

    /// Of the draws of a posterior with their weights.
    fn answer_of_draws(&mut self, asked: &Asked) {
        let words = self.words(asked.value);
        let values = self.define("values", Ty::Pointer, Expr::Load(asked.distribution, asked.layout, 0));
        let weights = self.define("weights", Ty::Pointer, Expr::Load(asked.distribution, asked.layout, 1));
        match asked.query {
            Query::Draw => {
                let chosen = match self.view {
                    View::Enumerate => self.choice(asked.distribution, Ty::Int),
                    view if view.looks_up() => self.replay_index(weights),
                    _ if self.is_of_trace() => self.refuse_choice("it is a draw of a posterior".into(), Ty::Int),
                    _ => self.named(Named::SampleIndex, vec![weights]),
                };
                let value = self.element(values, chosen, &words);
                self.return_(value);
            }
            Query::LogDensity => {
                let length = self.length(values);
                let mass = self.total(length, |b, i| {
                    let own = b.element(values, i, &words);
                    let both: Vec<Operand> = own.into_iter().chain(asked.operands.iter().copied()).collect();
                    let same = b.equal(&both);
                    let weight = b.element(weights, i, &[Ty::Real])[0];
                    b.define("", Ty::Real, Expr::Select(same, weight, Operand::Real(0.0)))
                });
                let log_mass = self.named(Named::Log, vec![mass]);
                self.return_(vec![log_mass]);
            }
            // The moments of a posterior are taken of its draws, and it is no distribution value to ask for more.
            Query::Quantity(_) => self.unreachable(),
        }
    }

    /// The sum of a term for each index.
    fn total(&mut self, length: Operand, term: impl FnOnce(&mut Self, Operand) -> Operand) -> Operand {
        let total = self.local("total", Ty::Real);
        self.assign(&[total], &[Operand::Real(0.0)]);
        self.count_to(length, |b, i| {
            let term = term(b, i);
            let next = b.binary(Ty::Real, Binary::Add, Operand::Local(total), term);
            b.assign(&[total], &[next]);
        });
        Operand::Local(total)
    }

    /// Of independent components: `distribution` gives that of an index, all of one type.
    fn answer_of_many(
        &mut self,
        asked: &Asked,
        ty: core::Ty,
        length: Operand,
        distribution: impl Fn(&mut Self, Operand) -> Operand,
    ) {
        let element = self.element_type(asked.value);
        let words = self.words(element);
        let query = asked.query;
        let answer = match query {
            Query::Draw => self.filled(&words, length, |b, i| {
                let distribution = distribution(b, i);
                b.in_iteration(Some(i), |b| b.ask_one(query, ty, distribution, Vec::new(), &words))
            }),
            Query::Quantity(Quantity::Mean | Quantity::Variance) => {
                let results = self.flattener.moment_words(element);
                self.filled(&results.clone(), length, |b, i| {
                    let distribution = distribution(b, i);
                    b.ask_one(query, ty, distribution, Vec::new(), &results)
                })
            }
            Query::Quantity(Quantity::Entropy) => vec![self.total(length, |b, i| {
                let distribution = distribution(b, i);
                b.ask_one(query, ty, distribution, Vec::new(), &[Ty::Real])[0]
            })],
            Query::LogDensity => {
                let (value, site) = (asked.operands[0], self.site());
                let found = self.length(value);
                let same = self.binary(Ty::Bool, Binary::EqInt, found, length);
                self.when(same, |_| {}, |b| b.emit(Stmt::Trap(Trap::Lengths, vec![found, length], site)));
                vec![self.total(length, |b, i| {
                    let distribution = distribution(b, i);
                    let own = b.element(value, i, &words);
                    b.ask_one(query, ty, distribution, own, &[Ty::Real])[0]
                })]
            }
            // What remains is asked of distributions over scalars.
            Query::Quantity(_) => return self.unreachable(),
        };
        self.return_(answer);
    }
}

/// What to say where a sampler has changed the weight.
pub(crate) const SCORES: &str =
    "the sampler of a distribution scores: it may only draw; make a posterior with `infer` instead";
