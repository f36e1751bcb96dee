//! Builtins: each becomes primitives for the concrete types of its arguments.

use borel_core::{Atom, Batch, Block, End, Failure, Number, Op, Prim, Structural};
use borel_source::{Name, Span};
use borel_typed::{Builtin, Expr, Type};

use crate::Lowering;
use crate::lift::Value;
use crate::statistic::Statistic;
use crate::types::array;

impl<'a> Lowering<'a> {
    pub(crate) fn builtin(&mut self, builtin: Builtin, arguments: &'a [Expr], ty: &Type, span: Span) -> Atom {
        let values = self.values(arguments);
        let result = self.concrete(ty);
        if let Some(prim) = real_function(builtin) {
            return self.lift(&values, &result, span, &|this, values, _| {
                let operand = this.convert(values[0].atom.clone(), &values[0].ty, &Type::Real, span);
                this.real_prim(prim, vec![operand], span)
            });
        }
        match builtin {
            Builtin::Abs | Builtin::Min | Builtin::Max | Builtin::Midpoint | Builtin::JustBelow => {
                self.number_function(builtin, &values, &result, span)
            }
            Builtin::Floor | Builtin::Ceil | Builtin::Round => self.rounding(builtin, &values, &result, span),
            Builtin::Real | Builtin::Int => self
                .lift(&values, &result, span, &|this, values, result| this.converted_number(&values[0], result, span)),
            Builtin::Len | Builtin::Sum | Builtin::Div | Builtin::IsNan => self.measure(builtin, &values, span),
            Builtin::Str => match values.first() {
                Some(value) => self.text(value, span),
                None => Atom::Unit,
            },
            Builtin::Print => {
                self.print(&values, span);
                Atom::Unit
            }
            Builtin::Mean => self.statistic(Statistic::Mean, &values, span),
            Builtin::Variance => self.statistic(Statistic::Variance, &values, span),
            Builtin::Stddev => self.statistic(Statistic::Deviation, &values, span),
            _ => self.probabilistic(builtin, &values, &result, span),
        }
    }

    fn number_function(&mut self, builtin: Builtin, values: &[Value], result: &Type, span: Span) -> Atom {
        let prims = match builtin {
            Builtin::Min => Some((Prim::MinInt, Prim::Min)),
            Builtin::Max => Some((Prim::MaxInt, Prim::Max)),
            Builtin::Abs => Some((Prim::AbsInt, Prim::Abs)),
            _ => None,
        };
        self.lift(values, result, span, &|this, values, result| {
            let operands: Vec<Atom> =
                values.iter().map(|value| this.convert(value.atom.clone(), &value.ty, result, span)).collect();
            match (result, prims) {
                (Type::Int, Some((int, _))) => this.int_prim(int, operands, span),
                (_, Some((_, real))) => this.real_prim(real, operands, span),
                (Type::Int, None) if operands.len() == 2 => this.midpoint_of_ints(&operands, span),
                (Type::Int, None) => this.before(operands, span),
                (_, None) if operands.len() == 2 => this.real_prim(Prim::Midpoint, operands, span),
                (_, None) => operands.into_iter().next().unwrap_or(Atom::Unit),
            }
        })
    }

    /// Halves and the rests together: the sum of two Ints may overflow.
    fn midpoint_of_ints(&mut self, operands: &[Atom], span: Span) -> Atom {
        let two = || Atom::Int(2);
        let halves: Vec<Atom> =
            operands.iter().map(|a| self.int_prim(Prim::DivInt, vec![a.clone(), two()], span)).collect();
        let rests: Vec<Atom> =
            operands.iter().map(|a| self.int_prim(Prim::RemInt, vec![a.clone(), two()], span)).collect();
        let (half, rest) = (self.int_prim(Prim::AddInt, halves, span), self.int_prim(Prim::MulInt, rests, span));
        self.int_prim(Prim::AddInt, vec![half, rest], span)
    }

    /// The Int before one; the smallest is its own.
    fn before(&mut self, mut operands: Vec<Atom>, span: Span) -> Atom {
        operands.push(Atom::Int(i64::MIN + 1));
        let above = self.int_prim(Prim::MaxInt, operands, span);
        self.int_prim(Prim::SubInt, vec![above, Atom::Int(1)], span)
    }

    fn rounding(&mut self, builtin: Builtin, values: &[Value], result: &Type, span: Span) -> Atom {
        let prim = match builtin {
            Builtin::Floor => Prim::Floor,
            Builtin::Ceil => Prim::Ceil,
            _ => Prim::Round,
        };
        self.lift(values, result, span, &|this, values, _| match values[0].ty {
            Type::Int => values[0].atom.clone(),
            _ => this.int_prim(prim, vec![values[0].atom.clone()], span),
        })
    }

    /// `real(x)` and `int(x)`
    pub(crate) fn converted_number(&mut self, value: &Value, result: &Type, span: Span) -> Atom {
        match (&value.ty, result) {
            (Type::Bool, Type::Int) => self.int_prim(Prim::BoolToInt, vec![value.atom.clone()], span),
            (Type::Bool, _) => {
                let number = self.int_prim(Prim::BoolToInt, vec![value.atom.clone()], span);
                self.int_to_real(number, span)
            }
            (ty, _) => self.convert(value.atom.clone(), ty, result, span),
        }
    }

    fn measure(&mut self, builtin: Builtin, values: &[Value], span: Span) -> Atom {
        let operands: Vec<Atom> = values.iter().map(|value| value.atom.clone()).collect();
        let ty = values.first().map(|value| &value.ty);
        match (builtin, ty) {
            (Builtin::Len, Some(Type::String)) => self.int_prim(Prim::LenString, operands, span),
            (Builtin::Len, _) => self.int_prim(Prim::Len, operands, span),
            (Builtin::Sum, Some(Type::Matrix)) => self.real_prim(Prim::SumMatrix, operands, span),
            (Builtin::Sum, Some(Type::Array(item))) if **item == Type::Int => {
                self.int_prim(Prim::SumInt, operands, span)
            }
            (Builtin::Sum, _) => self.real_prim(Prim::SumReal, operands, span),
            (Builtin::Div, _) => self.int_prim(Prim::DivInt, operands, span),
            _ => match values {
                [value] => {
                    let operand = self.convert(value.atom.clone(), &value.ty, &Type::Real, span);
                    self.bool_prim(Prim::IsNan, vec![operand], span)
                }
                _ => Atom::Unit,
            },
        }
    }

    fn probabilistic(&mut self, builtin: Builtin, values: &[Value], result: &Type, span: Span) -> Atom {
        let atom = |index: usize| values.get(index).map_or(Atom::Unit, |value: &Value| value.atom.clone());
        let ty = self.core_concrete(result);
        match builtin {
            Builtin::Fail => {
                self.perform(Op::Fail(Failure::Message(atom(0))), span);
                self.end(End::Unreachable);
                Atom::Unit
            }
            Builtin::Factor => {
                let weight = self.real_argument(values, 0, span);
                self.perform(Op::Factor(weight), span);
                Atom::Unit
            }
            Builtin::Condition => self.condition(atom(0), span),
            Builtin::Checkpoint => {
                self.perform(Op::Checkpoint, span);
                Atom::Unit
            }
            Builtin::LogDensity => match values {
                [source, value] => self.log_density(source, value, span),
                _ => Atom::Unit,
            },
            Builtin::Distribution => self.distribution_of_functions(values, ty, span),
            Builtin::Cdf
            | Builtin::Ccdf
            | Builtin::LogCdf
            | Builtin::LogCcdf
            | Builtin::Quantile
            | Builtin::QuantileCcdf
            | Builtin::Entropy
            | Builtin::LowerBound
            | Builtin::UpperBound => self.query(builtin, values, span),
            Builtin::Delta => self.emit_named(Op::Structural(Structural::Delta, vec![atom(0)]), ty, "d", span),
            Builtin::Iid => self.emit_named(Op::Structural(Structural::Iid, vec![atom(0), atom(1)]), ty, "d", span),
            Builtin::Mem => self.emit_named(Op::Mem(atom(0)), ty, "memo", span),
            Builtin::MemState => self.mem_state(values, result, span),
            Builtin::Weighted => self.weighted(values, ty, span),
            Builtin::Infer => self.emit_named(Op::Infer(atom(0), atom(1)), ty, "posterior", span),
            Builtin::Grad | Builtin::ValueAndGrad => self.gradient(builtin, values, result, span),
            Builtin::MethodEnumerate | Builtin::MethodImportance | Builtin::MethodSmc | Builtin::MethodMh => {
                self.method(builtin, values, span)
            }
            Builtin::Solve | Builtin::SolveLower | Builtin::SolveUpper => {
                let b = values
                    .get(1)
                    .map_or(Atom::Unit, |value| self.convert(value.atom.clone(), &value.ty, &array(Type::Real), span));
                self.prim(direct(builtin), vec![atom(0), b], ty, span)
            }
            Builtin::Diagonal => {
                let operand = values
                    .first()
                    .map_or(Atom::Unit, |value| self.convert(value.atom.clone(), &value.ty, &array(Type::Real), span));
                self.prim(Prim::Diagonal, vec![operand], ty, span)
            }
            Builtin::Matrix => {
                let rows = array(array(Type::Real));
                let operand =
                    values.first().map_or(Atom::Unit, |value| self.convert(value.atom.clone(), &value.ty, &rows, span));
                self.prim(Prim::Matrix, vec![operand], ty, span)
            }
            _ => {
                let operands: Vec<Atom> = values.iter().map(|value| value.atom.clone()).collect();
                match batch(builtin) {
                    Some(batch) => self.emit_named(Op::Batch(batch, operands), ty, "batch", span),
                    None => self.prim(direct(builtin), operands, ty, span),
                }
            }
        }
    }

    /// A posterior of values with weights, which it has in normalised form.
    fn weighted(&mut self, values: &[Value], ty: borel_core::Ty, span: Span) -> Atom {
        let reals = array(Type::Real);
        let [xs, weights, _] = values else { return Atom::Unit };
        let weights = self.convert(weights.atom.clone(), &weights.ty, &reals, span);
        let log_evidence = self.real_argument(values, 2, span);
        let (int, bool_, core_reals) = (self.core.int(), self.core.bool(), self.core_concrete(&reals));
        let left = self.emit(Op::Prim(Prim::Len, vec![xs.atom.clone()]), int, span);
        let right = self.emit(Op::Prim(Prim::Len, vec![weights.clone()]), int, span);
        let same = self.emit(Op::Prim(Prim::EqInt, vec![left.clone(), right.clone()]), bool_, span);
        let other = self.block(|this| {
            this.perform(Op::Fail(Failure::Lengths(left.clone(), right)), span);
            this.end(End::Unreachable);
            Atom::Unit
        });
        let unit = self.core_concrete(&Type::Unit);
        self.emit(Op::If(same, Block::of(Atom::Unit), other), unit, span);
        let total = self.real_prim(Prim::SumReal, vec![weights.clone()], span);
        let index = self.core.fresh("i", int);
        let share = self.block(|this| {
            let weight = this.real_prim(Prim::IndexUnchecked, vec![weights, Atom::Var(index)], span);
            this.real_prim(Prim::Div, vec![weight, total], span)
        });
        let shares = self.emit_named(Op::Build(left, index, share), core_reals, "weights", span);
        self.prim(Prim::Posterior, vec![xs.atom.clone(), shares, log_evidence], ty, span)
    }

    fn real_argument(&mut self, values: &[Value], index: usize, span: Span) -> Atom {
        values
            .get(index)
            .map_or(Atom::Real(0.0), |value| self.convert(value.atom.clone(), &value.ty, &Type::Real, span))
    }

    /// Weight 1 or 0, in every execution: all particles meet here.
    fn condition(&mut self, holds: Atom, span: Span) -> Atom {
        let real = self.core.real();
        let weight = match holds {
            Atom::Bool(true) => Atom::Real(0.0),
            Atom::Bool(false) => Atom::Real(f64::NEG_INFINITY),
            holds => {
                let (one, zero) = (Block::of(Atom::Real(0.0)), Block::of(Atom::Real(f64::NEG_INFINITY)));
                self.emit(Op::If(holds, one, zero), real, span)
            }
        };
        self.perform(Op::Factor(weight), span);
        Atom::Unit
    }

    /// The closure that differentiates a function at its argument.
    fn gradient(&mut self, builtin: Builtin, values: &[Value], result: &Type, span: Span) -> Atom {
        let concrete = self.concrete(result);
        let ([function], Type::Function(params, given)) = (values, &concrete) else { return Atom::Unit };
        let [param] = params.as_slice() else { return Atom::Unit };
        let (real, param, given) = (self.core.real(), self.core_concrete(param), self.core_concrete(given));
        let both = self.core.tuple(vec![real, param]);
        let x = self.core.fresh("x", param);
        let body = self.block(|this| {
            let pair = this.emit(Op::Gradient(function.atom.clone(), Atom::Var(x)), both, span);
            match builtin {
                Builtin::Grad => this.emit(Op::Project(pair, 1), given, span),
                _ => pair,
            }
        });
        let ty = self.core_concrete(&concrete);
        self.emit_named(
            Op::Lambda(Box::new(borel_core::Lambda { params: vec![x], result: given, body })),
            ty,
            "f",
            span,
        )
    }

    fn method(&mut self, builtin: Builtin, values: &[Value], span: Span) -> Atom {
        let atom = |index: usize| values.get(index).map_or(Atom::Int(0), |value: &Value| value.atom.clone());
        let none = || Atom::Int(0);
        let operands = match builtin {
            Builtin::MethodEnumerate => {
                let mass = self.real_argument(values, 0, span);
                vec![Atom::Int(0), none(), none(), Atom::Real(0.0), mass]
            }
            Builtin::MethodImportance => vec![Atom::Int(1), atom(0), none(), Atom::Real(0.0), Atom::Real(0.0)],
            Builtin::MethodMh => {
                let warmup = self.real_argument(values, 1, span);
                vec![Atom::Int(3), atom(0), atom(2), warmup, Atom::Real(0.0)]
            }
            _ => {
                let resampling = self.resampling(atom(1), span);
                let threshold = self.real_argument(values, 2, span);
                vec![Atom::Int(2), atom(0), resampling, threshold, Atom::Real(0.0)]
            }
        };
        let ty = self.core_concrete(&Type::Method);
        self.prim(Prim::Method, operands, ty, span)
    }

    /// The number of a resampling scheme, by its name.
    fn resampling(&mut self, name: Atom, span: Span) -> Atom {
        if let Atom::String(text) = &name
            && let Some(index) = RESAMPLING.iter().position(|known| *known == text.as_str())
        {
            return Atom::Int(index as i64);
        }
        self.resampling_among(name, 0, span)
    }

    fn resampling_among(&mut self, name: Atom, first: usize, span: Span) -> Atom {
        let Some(known) = RESAMPLING.get(first) else {
            let message = format!("the resampling scheme is one of {}", RESAMPLING.join(", "));
            self.perform(Op::Fail(Failure::Message(Atom::String(Name::new(&message)))), span);
            self.end(End::Unreachable);
            return Atom::Int(0);
        };
        let is = self.bool_prim(Prim::EqAny, vec![name.clone(), Atom::String(Name::new(known))], span);
        let otherwise = self.block(|this| this.resampling_among(name, first + 1, span));
        let int = self.core.int();
        self.emit(Op::If(is, Block::of(Atom::Int(first as i64)), otherwise), int, span)
    }
}

/// By the number that the runtime knows them by.
const RESAMPLING: [&str; 4] = ["systematic", "stratified", "multinomial", "residual"];

/// Functions of a Real that lift.
fn real_function(builtin: Builtin) -> Option<Prim> {
    Some(match builtin {
        Builtin::Exp => Prim::Exp,
        Builtin::Log => Prim::Log,
        Builtin::Log1p => Prim::Log1p,
        Builtin::Expm1 => Prim::Expm1,
        Builtin::Sqrt => Prim::Sqrt,
        Builtin::Sin => Prim::Sin,
        Builtin::Cos => Prim::Cos,
        Builtin::Tan => Prim::Tan,
        Builtin::Atan => Prim::Atan,
        Builtin::Tanh => Prim::Tanh,
        Builtin::Special(special) if special.arguments().len() == 1 => Prim::Special(special),
        _ => return None,
    })
}

/// What is done with batches of executions.
fn batch(builtin: Builtin) -> Option<Batch> {
    Some(match builtin {
        Builtin::Spawn => Batch::Spawn,
        Builtin::SpawnTraced => Batch::SpawnTraced,
        Builtin::Advance => Batch::Advance,
        Builtin::Finish => Batch::Finish,
        Builtin::LogWeights => Batch::LogWeights,
        Builtin::Select => Batch::Select,
        Builtin::Join => Batch::Join,
        Builtin::SelectJoined => Batch::SelectJoined,
        Builtin::IsFinished => Batch::IsFinished,
        Builtin::Size => Batch::Size,
        Builtin::Results => Batch::Results,
        Builtin::Choices => Batch::Choices,
        Builtin::Names => Batch::Names,
        Builtin::Values => Batch::Numbers(Number::Value),
        Builtin::LogDensities => Batch::Numbers(Number::LogDensity),
        Builtin::Gradients => Batch::Gradients,
        Builtin::LowerBounds => Batch::Numbers(Number::Lower),
        Builtin::UpperBounds => Batch::Numbers(Number::Upper),
        Builtin::Spacings => Batch::Numbers(Number::Spacing),
        Builtin::Revise => Batch::Revise,
        Builtin::Redraw => Batch::Redraw,
        Builtin::IsStopping => Batch::IsStopping,
        Builtin::Shared => Batch::Shared,
        Builtin::Follow => Batch::Follow,
        _ => return None,
    })
}

/// Builtins that are primitives as they stand.
fn direct(builtin: Builtin) -> Prim {
    match builtin {
        Builtin::Special(special) => Prim::Special(special),
        Builtin::Draws => Prim::Draws,
        Builtin::Weights => Prim::Weights,
        Builtin::LogEvidence => Prim::LogEvidence,
        Builtin::ToRows => Prim::ToRows,
        Builtin::Rows => Prim::RowsMatrix,
        Builtin::Columns => Prim::ColumnsMatrix,
        Builtin::Identity => Prim::Identity,
        Builtin::Cholesky => Prim::Cholesky,
        Builtin::Solve => Prim::Solve,
        Builtin::SolveLower => Prim::SolveLower,
        Builtin::SolveUpper => Prim::SolveUpper,
        Builtin::Inverse => Prim::Inverse,
        Builtin::LogDeterminant => Prim::LogDeterminant,
        // All others have been taken by the callers.
        _ => Prim::Transpose,
    }
}
