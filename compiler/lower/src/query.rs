//! Distributions made of functions, and functions of distributions: cdfs, quantiles, moments, bounds.

use borel_core::{Atom, Block, End, Failure, Given, Op, Part, Prim, Quantity, Source, Structural, Ty};
use borel_source::{Name, Span};
use borel_typed::{Builtin, Type};

use crate::Lowering;
use crate::lift::Value;
use crate::statistic::{Statistic, mean_type};
use crate::types::array;

impl Lowering<'_> {
    /// `distribution(..)`: the functions in the order of [`Part::ALL`], `()` for those that are not given, then the bounds.
    pub(crate) fn distribution_of_functions(&mut self, values: &[Value], ty: Ty, span: Span) -> Atom {
        let mut given = Given::default();
        let mut operands = Vec::new();
        for (part, value) in Part::ALL.into_iter().zip(values) {
            if value.ty != Type::Unit {
                given = given.with(part);
                operands.push(value.atom.clone());
            }
        }
        for bound in values.iter().skip(Part::ALL.len()) {
            operands.push(self.convert(bound.atom.clone(), &bound.ty, &Type::Real, span));
        }
        self.emit_named(Op::Structural(Structural::Custom(given), operands), ty, "d", span)
    }

    /// A function of a distribution: the distribution, and perhaps a point or a probability.
    pub(crate) fn query(&mut self, builtin: Builtin, values: &[Value], span: Span) -> Atom {
        let real = self.core.real();
        let quantity = match builtin {
            Builtin::Cdf => Quantity::Cdf,
            Builtin::Ccdf => Quantity::Ccdf,
            Builtin::LogCdf => Quantity::LogCdf,
            Builtin::LogCcdf => Quantity::LogCcdf,
            Builtin::Quantile => return self.quantile(Quantity::Quantile, values, span),
            Builtin::QuantileCcdf => return self.quantile(Quantity::QuantileCcdf, values, span),
            Builtin::Entropy => Quantity::Entropy,
            Builtin::LowerBound => Quantity::LowerBound,
            _ => Quantity::UpperBound,
        };
        let Some(Value { atom, ty: Type::Dist(value) }) = values.first() else { return Atom::Unit };
        let operands = values.iter().skip(1).map(|x| self.convert(x.atom.clone(), &x.ty, value, span)).collect();
        self.emit(Op::Quantity(quantity, Source::Value(atom.clone()), operands), real, span)
    }

    fn quantile(&mut self, quantity: Quantity, values: &[Value], span: Span) -> Atom {
        let [source, p] = values else { return Atom::Unit };
        let p = self.convert(p.atom.clone(), &p.ty, &Type::Real, span);
        self.check_probability(p.clone(), span);
        match &source.ty {
            Type::Posterior(_) => {
                let reals = self.core_concrete(&array(Type::Real));
                let draws = self.prim(Prim::Draws, vec![source.atom.clone()], reals, span);
                let weights = self.prim(Prim::Weights, vec![source.atom.clone()], reals, span);
                self.real_prim(Prim::WeightedQuantile, vec![draws, weights, p], span)
            }
            Type::Dist(value) => {
                let ty = self.core_concrete(value);
                self.emit(Op::Quantity(quantity, Source::Value(source.atom.clone()), vec![p]), ty, span)
            }
            _ => Atom::Unit,
        }
    }

    /// Stops the program unless the number is from 0 to 1.
    fn check_probability(&mut self, p: Atom, span: Span) {
        let below = self.bool_prim(Prim::Le, vec![Atom::Real(0.0), p.clone()], span);
        let above = self.block(|this| this.bool_prim(Prim::Le, vec![p.clone(), Atom::Real(1.0)], span));
        let bool = self.core.bool();
        let inside = self.emit(Op::If(below, above, Block::of(Atom::Bool(false))), bool, span);
        let otherwise = self.block(|this| {
            let string = this.core_concrete(&Type::String);
            let found = this.prim(Prim::Str, vec![p], string, span);
            let text = Atom::String(Name::new("quantile: the probability must be between 0 and 1, found "));
            let text = this.prim(Prim::ConcatString, vec![text, found], string, span);
            this.perform(Op::Fail(Failure::Message(text)), span);
            this.end(End::Unreachable);
            Atom::Unit
        });
        self.perform(Op::If(inside, Block::of(Atom::Unit), otherwise), span);
    }

    /// A moment of a distribution over values of a type.
    pub(crate) fn moment(&mut self, statistic: Statistic, distribution: Atom, value: &Type, span: Span) -> Atom {
        let quantity = if statistic == Statistic::Mean { Quantity::Mean } else { Quantity::Variance };
        let ty = mean_type(value);
        let core_type = self.core_concrete(&ty);
        let moment = self.emit(Op::Quantity(quantity, Source::Value(distribution), Vec::new()), core_type, span);
        if statistic == Statistic::Deviation { self.roots(moment, &ty, span) } else { moment }
    }

    /// The square roots of the Reals that a value is made of.
    fn roots(&mut self, value: Atom, ty: &Type, span: Span) -> Atom {
        match ty {
            Type::Real => self.real_prim(Prim::Sqrt, vec![value], span),
            Type::Tuple(items) => self.component_roots(value, ty, items.iter(), span),
            Type::Record(fields) => self.component_roots(value, ty, fields.iter().map(|(_, item)| item), span),
            Type::Array(item) => {
                let length = self.len(value.clone(), span);
                self.build(length, item, span, |this, index| {
                    let element = this.element(value, index, item, span);
                    this.roots(element, item, span)
                })
            }
            Type::Matrix => self.lift(&[Value::new(value, Type::Matrix)], ty, span, &|this, values, _| {
                this.real_prim(Prim::Sqrt, vec![values[0].atom.clone()], span)
            }),
            _ => value,
        }
    }

    fn component_roots<'t>(
        &mut self,
        value: Atom,
        ty: &Type,
        items: impl Iterator<Item = &'t Type>,
        span: Span,
    ) -> Atom {
        let mut parts = Vec::new();
        for (index, item) in items.enumerate() {
            let part = self.project(value.clone(), index, item, span);
            parts.push(self.roots(part, item, span));
        }
        let ty = self.core_concrete(ty);
        self.emit(Op::Tuple(parts), ty, span)
    }
}
