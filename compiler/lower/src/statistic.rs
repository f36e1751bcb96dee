//! Means, variances and standard deviations of arrays, distributions and posteriors.
//!
//! Those of a posterior are weighted, and structural: of a tuple or record component by component, of an array index by
//! index, of Bools as 0 and 1.

use borel_core::{Atom, Block, Op, Prim};
use borel_source::Span;
use borel_typed::{LocalId, Type};

use crate::Lowering;
use crate::emit::Join;
use crate::lift::Value;
use crate::types::array;

/// Which statistic.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statistic {
    Mean,
    Variance,
    Deviation,
}

/// Draws of a posterior: an array of values of a type, and the array of their weights.
#[derive(Clone)]
struct Draws {
    values: Atom,
    ty: Type,
    weights: Atom,
    count: Atom,
}

impl Lowering<'_> {
    pub(crate) fn statistic(&mut self, statistic: Statistic, values: &[Value], span: Span) -> Atom {
        let Some(value) = values.first() else { return Atom::Unit };
        match &value.ty {
            Type::Posterior(ty) => {
                let ty = ty.as_ref().clone();
                let draws = self.core_concrete(&array(ty.clone()));
                let weights = self.core_concrete(&array(Type::Real));
                let draws = self.prim(Prim::Draws, vec![value.atom.clone()], draws, span);
                let weights = self.prim(Prim::Weights, vec![value.atom.clone()], weights, span);
                let count = self.len(draws.clone(), span);
                self.of_draws(statistic, &Draws { values: draws, ty, weights, count }, span)
            }
            Type::Dist(of) => self.moment(statistic, value.atom.clone(), of, span),
            ty => {
                let reals = self.convert(value.atom.clone(), ty, &array(Type::Real), span);
                self.of_array(statistic, reals, span)
            }
        }
    }

    /// Of an array of Reals; the variance is divided by the length.
    fn of_array(&mut self, statistic: Statistic, reals: Atom, span: Span) -> Atom {
        let length = self.len(reals.clone(), span);
        let count = self.int_to_real(length.clone(), span);
        let total = self.real_prim(Prim::SumReal, vec![reals.clone()], span);
        let mean = self.real_prim(Prim::Div, vec![total, count.clone()], span);
        if statistic == Statistic::Mean {
            return mean;
        }
        let total = self.sum(length, span, |this, index| {
            let value = this.element(reals, index, &Type::Real, span);
            this.squared_difference(value, mean, span)
        });
        let variance = self.real_prim(Prim::Div, vec![total, count], span);
        self.root_if(statistic, variance, span)
    }

    fn of_draws(&mut self, statistic: Statistic, draws: &Draws, span: Span) -> Atom {
        match draws.ty.clone() {
            Type::Tuple(items) => {
                let types: Vec<&Type> = items.iter().collect();
                self.of_components(statistic, draws, &types, Type::Tuple(means(&items)), span)
            }
            Type::Record(fields) => {
                let types: Vec<&Type> = fields.iter().map(|(_, ty)| ty).collect();
                let result = fields.iter().map(|(name, ty)| (name.clone(), mean_type(ty))).collect();
                self.of_components(statistic, draws, &types, Type::Record(result), span)
            }
            Type::Array(item) => self.of_elements(statistic, draws, &item, span),
            Type::Matrix => self.of_matrices(statistic, draws, span),
            _ => self.of_scalars(statistic, draws, span),
        }
    }

    fn of_components(
        &mut self,
        statistic: Statistic,
        draws: &Draws,
        types: &[&Type],
        result: Type,
        span: Span,
    ) -> Atom {
        let parts = types.iter().enumerate().map(|(index, ty)| {
            let column = self.column(draws, ty, span, |this, draw| this.project(draw, index, ty, span));
            self.of_draws(statistic, &column, span)
        });
        let parts = parts.collect();
        let ty = self.core_concrete(&result);
        self.emit(Op::Tuple(parts), ty, span)
    }

    /// All draws have the length of the first.
    fn of_elements(&mut self, statistic: Statistic, draws: &Draws, item: &Type, span: Span) -> Atom {
        let length = self.first_length(draws, span);
        let join = self.join(&Type::Unit, Vec::new());
        self.counted(Atom::Int(0), draws.count.clone(), &join, span, |this, index| {
            let draw = this.element(draws.values.clone(), index, &draws.ty, span);
            let own = this.len(draw, span);
            this.check_lengths(length.clone(), own, span);
        });
        self.build(length, &mean_type(item), span, |this, index| {
            let column = this.column(draws, item, span, |this, draw| this.element(draw, index, item, span));
            this.of_draws(statistic, &column, span)
        })
    }

    fn first_length(&mut self, draws: &Draws, span: Span) -> Atom {
        let any = self.bool_prim(Prim::LtInt, vec![Atom::Int(0), draws.count.clone()], span);
        let then = self.block(|this| {
            let first = this.element(draws.values.clone(), Atom::Int(0), &draws.ty, span);
            this.len(first, span)
        });
        let int = self.core.int();
        self.emit(Op::If(any, then, Block::of(Atom::Int(0))), int, span)
    }

    fn of_matrices(&mut self, statistic: Statistic, draws: &Draws, span: Span) -> Atom {
        let matrix = self.core_concrete(&Type::Matrix);
        let elements = array(Type::Real);
        let ty = self.core_concrete(&elements);
        let flat =
            self.column(draws, &elements, span, |this, draw| this.prim(Prim::MatrixElements, vec![draw], ty, span));
        let first = self.prim(Prim::Index, vec![draws.values.clone(), Atom::Int(0)], matrix, span);
        let rows = self.int_prim(Prim::RowsMatrix, vec![first.clone()], span);
        let columns = self.int_prim(Prim::ColumnsMatrix, vec![first], span);
        let result = self.of_draws(statistic, &flat, span);
        self.prim(Prim::MatrixFromElements, vec![result, rows, columns], matrix, span)
    }

    /// A part of every draw.
    fn column(&mut self, draws: &Draws, ty: &Type, span: Span, part: impl FnOnce(&mut Self, Atom) -> Atom) -> Draws {
        let values = self.build(draws.count.clone(), ty, span, |this, index| {
            let draw = this.element(draws.values.clone(), index, &draws.ty, span);
            part(this, draw)
        });
        Draws { values, ty: ty.clone(), weights: draws.weights.clone(), count: draws.count.clone() }
    }

    fn of_scalars(&mut self, statistic: Statistic, draws: &Draws, span: Span) -> Atom {
        let mean = self.weighted_sum(draws, span, |_, value| value);
        if statistic == Statistic::Mean {
            return mean;
        }
        let variance = self.weighted_sum(draws, span, |this, value| this.squared_difference(value, mean, span));
        self.root_if(statistic, variance, span)
    }

    fn weighted_sum(&mut self, draws: &Draws, span: Span, term: impl FnOnce(&mut Self, Atom) -> Atom) -> Atom {
        self.sum(draws.count.clone(), span, |this, index| {
            let weight = this.element(draws.weights.clone(), index.clone(), &Type::Real, span);
            let value = this.element(draws.values.clone(), index, &draws.ty, span);
            let value = this.converted_number(&Value::new(value, draws.ty.clone()), &Type::Real, span);
            let term = term(this, value);
            this.real_prim(Prim::Mul, vec![weight, term], span)
        })
    }

    /// The sum of the terms for the indices below the length, from the first to the last.
    fn sum(&mut self, length: Atom, span: Span, term: impl FnOnce(&mut Self, Atom) -> Atom) -> Atom {
        let total: LocalId = self.extra_local(Type::Real);
        self.bind_local(total, Atom::Real(0.0));
        let join: Join = self.join(&Type::Unit, vec![total]);
        self.counted(Atom::Int(0), length, &join, span, |this, index| {
            let term = term(this, index);
            let before = this.variable(total);
            let after = this.real_prim(Prim::Add, vec![before, term], span);
            this.bind_local(total, after);
        });
        self.variable(total)
    }

    fn squared_difference(&mut self, value: Atom, mean: Atom, span: Span) -> Atom {
        let difference = self.real_prim(Prim::Sub, vec![value, mean], span);
        self.real_prim(Prim::Mul, vec![difference.clone(), difference], span)
    }

    fn root_if(&mut self, statistic: Statistic, variance: Atom, span: Span) -> Atom {
        match statistic {
            Statistic::Deviation => self.real_prim(Prim::Sqrt, vec![variance], span),
            _ => variance,
        }
    }
}

/// The type of the mean of values of a type.
pub(crate) fn mean_type(ty: &Type) -> Type {
    match ty {
        Type::Bool | Type::Int => Type::Real,
        Type::Array(item) => array(mean_type(item)),
        Type::Tuple(items) => Type::Tuple(means(items)),
        Type::Record(fields) => Type::Record(fields.iter().map(|(name, ty)| (name.clone(), mean_type(ty))).collect()),
        other => other.clone(),
    }
}

fn means(items: &[Type]) -> Vec<Type> {
    items.iter().map(mean_type).collect()
}
