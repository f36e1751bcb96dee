//! Distributions: constructing, sampling, observing and scoring, over arrays and tuples.

use borel_core::{Atom, ChoiceId, DistKind, Op, Prim, Source, Structural};
use borel_distributions::{ParameterKind, ValueKind};
use borel_source::Span;
use borel_typed::{Draw, Expr, ExprKind, Pattern, PatternKind, Type};

use crate::Lowering;
use crate::lift::Value;
use crate::types::{array, dist};

impl<'a> Lowering<'a> {
    /// A distribution of the catalogue; arguments deeper than their parameters make an array of it: a product.
    pub(crate) fn distribution(&mut self, kind: DistKind, arguments: &[Value], span: Span) -> Atom {
        let parameters = kind.entry().parameters;
        let excess: Vec<u32> = arguments
            .iter()
            .zip(parameters)
            .map(|(argument, parameter)| depth(&argument.ty).saturating_sub(parameter_depth(parameter.kind)))
            .collect();
        let deepest = excess.iter().copied().max().unwrap_or(0);
        let value = (0..deepest).fold(value_type(kind), |ty, _| array(ty));
        if deepest == 0 {
            let operands = arguments.iter().zip(parameters).map(|(argument, parameter)| {
                self.convert(argument.atom.clone(), &argument.ty, &parameter_type(parameter.kind), span)
            });
            let operands = operands.collect();
            let ty = self.core_concrete(&dist(value));
            return self.emit_named(Op::Dist(kind, operands), ty, "d", span);
        }
        let element = match &value {
            Type::Array(element) => element.as_ref().clone(),
            other => other.clone(),
        };
        let lifted: Vec<bool> = excess.iter().map(|excess| *excess > 0).collect();
        let parts = self
            .map_lifted(arguments, &lifted, &dist(element), span, |this, parts| this.distribution(kind, parts, span));
        self.structural(Structural::Product, vec![parts], value, span)
    }

    pub(crate) fn structural(&mut self, kind: Structural, operands: Vec<Atom>, value: Type, span: Span) -> Atom {
        let ty = self.core_concrete(&dist(value));
        self.emit_named(Op::Structural(kind, operands), ty, "d", span)
    }

    /// One distribution for a value that stands for one: distributions, posteriors, arrays of these. None for tuples and
    /// functions.
    fn as_distribution(&mut self, source: &Value, span: Span) -> Option<Value> {
        match &source.ty {
            Type::Dist(_) => Some(source.clone()),
            Type::Posterior(value) => {
                let draws = array(value.as_ref().clone());
                let draws = self.core_concrete(&draws);
                let weights = self.core_concrete(&array(Type::Real));
                let draws = self.prim(Prim::Draws, vec![source.atom.clone()], draws, span);
                let weights = self.prim(Prim::Weights, vec![source.atom.clone()], weights, span);
                let value = value.as_ref().clone();
                let atom = self.structural(Structural::Empirical, vec![draws, weights], value.clone(), span);
                Some(Value::new(atom, dist(value)))
            }
            Type::Array(item) => {
                let value = single_value(item)?;
                let parts = match item.as_ref() {
                    Type::Dist(_) => source.atom.clone(),
                    _ => {
                        let length = self.len(source.atom.clone(), span);
                        self.build(length, &dist(value.clone()), span, |this, index| {
                            let element = this.element(source.atom.clone(), index, item, span);
                            let element = Value::new(element, item.as_ref().clone());
                            this.as_distribution(&element, span).map_or(Atom::Unit, |part| part.atom)
                        })
                    }
                };
                let value = array(value);
                let atom = self.structural(Structural::Product, vec![parts], value.clone(), span);
                Some(Value::new(atom, dist(value)))
            }
            _ => None,
        }
    }

    /// A draw, named by the choice if there is one.
    pub(crate) fn sample(&mut self, source: &Value, choice: Option<ChoiceId>, span: Span) -> Atom {
        if let Some(distribution) = self.as_distribution(source, span) {
            let ty = drawn_type(&source.ty);
            let ty = self.core_concrete(&ty);
            return self.emit(Op::Sample(Source::Value(distribution.atom), choice), ty, span);
        }
        let ty = drawn_type(&source.ty);
        let core_type = self.core_concrete(&ty);
        let value = match &source.ty {
            Type::Tuple(items) => {
                let parts = items.iter().enumerate().map(|(index, item)| {
                    let part = self.project(source.atom.clone(), index, item, span);
                    self.sample(&Value::new(part, item.clone()), None, span)
                });
                let parts = parts.collect();
                self.emit(Op::Tuple(parts), core_type, span)
            }
            Type::Array(item) => {
                let length = self.len(source.atom.clone(), span);
                self.build(length, &drawn_type(item), span, |this, index| {
                    let part = this.element(source.atom.clone(), index, item, span);
                    this.sample(&Value::new(part, item.as_ref().clone()), None, span)
                })
            }
            Type::Function(..) => {
                return self.run(choice, Op::Apply(source.atom.clone(), Vec::new()), core_type, span);
            }
            _ => return Atom::Unit,
        };
        self.record(choice, value.clone(), span);
        value
    }

    fn record(&mut self, choice: Option<ChoiceId>, value: Atom, span: Span) {
        if let Some(choice) = choice {
            self.perform(Op::Record(choice, value), span);
        }
    }

    /// A call whose choices get a prefix.
    fn run(&mut self, choice: Option<ChoiceId>, call: Op, ty: borel_core::Ty, span: Span) -> Atom {
        let Some(choice) = choice else { return self.emit(call, ty, span) };
        let body = self.block(|this| this.emit(call, ty, span));
        self.emit(Op::Scoped(choice, body), ty, span)
    }

    /// What is to the right of `~`, under the name to its left.
    pub(crate) fn draw(&mut self, draw: &'a Draw, choice: Option<ChoiceId>, span: Span) -> Value {
        let source = crate::walk::drawn(draw);
        let ty = self.concrete(&source.ty);
        // Where the type was a parameter, only now is it known whether the call gives something to draw from.
        let is_call = matches!(source.kind, ExprKind::Call(..) | ExprKind::CallLocal(..) | ExprKind::Apply(..));
        if matches!(draw, Draw::From(_)) && (!is_call || is_drawn(&ty)) {
            let atom = self.expr(source);
            let drawn = drawn_type(&ty);
            return Value::new(self.sample(&Value::new(atom, ty), choice, span), drawn);
        }
        let core_type = self.core_concrete(&ty);
        let call = self.call_op(source);
        Value::new(self.run(choice, call, core_type, span), ty)
    }

    /// `let p ~ e`: one variable names the choice; the variables of a larger pattern name its parts.
    pub(crate) fn let_sample(&mut self, pattern: &'a Pattern, draw: &'a Draw, span: Span) {
        let mut locals = Vec::new();
        crate::pattern::bound_locals(pattern, &mut locals);
        let is_variable = matches!(pattern.kind, PatternKind::Bind(_));
        let is_run = matches!(draw, Draw::Run(_));
        let named = if is_variable || is_run { locals.first() } else { None };
        let choice = named.map(|local| {
            let name = self.local_name(*local);
            self.core.choice(&name, pattern.span)
        });
        let value = self.draw(draw, choice, span);
        self.bind(pattern, value.atom);
        if !is_variable && !is_run {
            for local in locals {
                let choice = self.core.choice(&self.local_name(local), pattern.span);
                let part = self.variable(local);
                self.record(Some(choice), part, span);
            }
        }
    }

    pub(crate) fn observe(&mut self, value: &Value, source: &Value, span: Span) {
        let expected = drawn_type(&source.ty);
        if matches!(value.ty, Type::Array(_)) && matches!(expected, Type::Real | Type::Int | Type::Bool) {
            return self.observe_each(value, source, &array(expected), span);
        }
        let observed = self.convert(value.atom.clone(), &value.ty, &expected, span);
        self.observe_converted(observed, source, span);
    }

    /// The elements of an array are independent draws of one distribution.
    fn observe_each(&mut self, values: &Value, source: &Value, expected: &Type, span: Span) {
        let observed = self.convert(values.atom.clone(), &values.ty, expected, span);
        if let Some(distribution) = self.as_distribution(source, span) {
            let length = self.int_prim(Prim::Len, vec![observed.clone()], span);
            let each = self.structural(Structural::Iid, vec![distribution.atom, length], expected.clone(), span);
            self.perform(Op::Observe(Source::Value(each), observed), span);
        }
    }

    fn observe_converted(&mut self, value: Atom, source: &Value, span: Span) {
        if let Some(distribution) = self.as_distribution(source, span) {
            return self.perform(Op::Observe(Source::Value(distribution.atom), value), span);
        }
        match &source.ty {
            Type::Tuple(items) => {
                for (index, item) in items.iter().enumerate() {
                    let part = self.project(source.atom.clone(), index, item, span);
                    let observed = self.project(value.clone(), index, &drawn_type(item), span);
                    self.observe_converted(observed, &Value::new(part, item.clone()), span);
                }
            }
            Type::Array(item) => {
                let length = self.len(source.atom.clone(), span);
                let observed = self.len(value.clone(), span);
                self.check_lengths(length.clone(), observed, span);
                let join = self.join(&Type::Unit, Vec::new());
                self.counted(Atom::Int(0), length, &join, span, |this, index| {
                    let part = this.element(source.atom.clone(), index.clone(), item, span);
                    let observed = this.element(value, index, &drawn_type(item), span);
                    this.observe_converted(observed, &Value::new(part, item.as_ref().clone()), span);
                });
            }
            _ => {}
        }
    }

    pub(crate) fn log_density(&mut self, source: &Value, value: &Value, span: Span) -> Atom {
        let expected = drawn_type(&source.ty);
        let value = self.convert(value.atom.clone(), &value.ty, &expected, span);
        let real = self.core.real();
        match self.as_distribution(source, span) {
            Some(distribution) => self.emit(Op::LogDensity(Source::Value(distribution.atom), value), real, span),
            None => self.log_density_of_tuple(source, value, span),
        }
    }

    fn log_density_of_tuple(&mut self, source: &Value, value: Atom, span: Span) -> Atom {
        let Type::Tuple(items) = &source.ty else { return Atom::Real(0.0) };
        let mut total: Option<Atom> = None;
        for (index, item) in items.iter().enumerate() {
            let part = self.project(source.atom.clone(), index, item, span);
            let ty = drawn_type(item);
            let observed = self.project(value.clone(), index, &ty, span);
            let term = self.log_density(&Value::new(part, item.clone()), &Value::new(observed, ty), span);
            total = Some(match total {
                Some(total) => self.real_prim(Prim::Add, vec![total, term], span),
                None => term,
            });
        }
        total.unwrap_or(Atom::Real(0.0))
    }

    /// Arguments with their concrete types, evaluated from left to right.
    pub(crate) fn values(&mut self, arguments: &'a [Expr]) -> Vec<Value> {
        arguments.iter().map(|argument| self.value(argument)).collect()
    }

    pub(crate) fn value(&mut self, argument: &'a Expr) -> Value {
        let ty = self.concrete(&argument.ty);
        Value::new(self.expr(argument), ty)
    }
}

/// The type of draws from a concrete type.
pub(crate) fn drawn_type(ty: &Type) -> Type {
    match ty {
        Type::Dist(value) | Type::Posterior(value) => value.as_ref().clone(),
        Type::Array(item) => array(drawn_type(item)),
        Type::Tuple(items) => Type::Tuple(items.iter().map(drawn_type).collect()),
        Type::Function(_, result) => result.as_ref().clone(),
        other => other.clone(),
    }
}

/// Whether `sample` draws from values of the type; functions are run, not drawn from.
fn is_drawn(ty: &Type) -> bool {
    match ty {
        Type::Dist(_) | Type::Posterior(_) => true,
        Type::Array(item) => is_drawn(item),
        Type::Tuple(items) => !items.is_empty() && items.iter().all(is_drawn),
        _ => false,
    }
}

/// What one distribution made of the type gives, see [`Lowering::as_distribution`].
fn single_value(ty: &Type) -> Option<Type> {
    match ty {
        Type::Dist(value) | Type::Posterior(value) => Some(value.as_ref().clone()),
        Type::Array(item) => single_value(item).map(array),
        _ => None,
    }
}

fn depth(ty: &Type) -> u32 {
    match ty {
        Type::Array(item) => 1 + depth(item),
        _ => 0,
    }
}

fn parameter_depth(kind: ParameterKind) -> u32 {
    u32::from(kind == ParameterKind::RealArray)
}

fn parameter_type(kind: ParameterKind) -> Type {
    match kind {
        ParameterKind::Real => Type::Real,
        ParameterKind::Int => Type::Int,
        ParameterKind::RealArray => array(Type::Real),
        ParameterKind::Matrix => Type::Matrix,
    }
}

/// The type of the values of a distribution that is not lifted.
fn value_type(kind: DistKind) -> Type {
    match kind.entry().value {
        ValueKind::Real => Type::Real,
        ValueKind::Int => Type::Int,
        ValueKind::Bool => Type::Bool,
        ValueKind::RealArray => array(Type::Real),
        ValueKind::IntArray => array(Type::Int),
        ValueKind::Matrix => Type::Matrix,
    }
}
