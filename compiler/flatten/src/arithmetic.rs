//! Primitives on scalars; and the list of which file has which primitive.

use crate::body::Body;
use borel_core as core;
use borel_core::{Atom, Prim};
use borel_flow::runtime::Named;
use borel_flow::{Binary, Checked, Expr, Operand, Runtime, Ty, Unary, View};

impl Body<'_, '_> {
    /// A primitive with a result of this type.
    pub fn prim(&mut self, prim: Prim, atoms: &[Atom], result: core::Ty) -> Vec<Operand> {
        let args = self.atoms(atoms);
        if let Some(value) = self.scalar(prim, &args) {
            return vec![value];
        }
        if let Some(value) = self.matrix_prim(prim, &args) {
            return vec![value];
        }
        self.aggregate(prim, atoms, args, result)
    }

    fn aggregate(&mut self, prim: Prim, atoms: &[Atom], args: Vec<Operand>, result: core::Ty) -> Vec<Operand> {
        match prim {
            Prim::EqAny => vec![self.equal(&args)],
            Prim::Str => vec![self.text_of(&atoms[0], &args)],
            Prim::LtString | Prim::LeString | Prim::ConcatString | Prim::LenString | Prim::SliceString => {
                vec![self.text_prim(prim, args)]
            }
            Prim::Draws => vec![args[0]],
            Prim::Weights => vec![args[1]],
            Prim::LogEvidence => vec![args[2]],
            Prim::Posterior | Prim::Method => args,
            _ => self.array_prim(prim, atoms, args, result),
        }
    }

    fn scalar(&mut self, prim: Prim, args: &[Operand]) -> Option<Operand> {
        if let Some(op) = checked(prim) {
            return Some(self.checked(op, args[0], args[1]));
        }
        if let (Prim::Div, Operand::Real(divisor)) = (prim, args.get(1).copied().unwrap_or(Operand::Null))
            && is_power_of_two(divisor)
        {
            return Some(self.binary(Ty::Real, Binary::Mul, args[0], Operand::Real(divisor.recip())));
        }
        if let Some((op, ty)) = binary(prim) {
            return Some(self.binary(ty, op, args[0], args[1]));
        }
        if let Some((op, ty)) = unary(prim) {
            return Some(self.unary(ty, op, args[0]));
        }
        if let Prim::Special(special) = prim {
            return Some(self.runtime(Runtime::Special(special), Ty::Real, args.to_vec()));
        }
        if let (Prim::Log, Some(Operand::Local(local))) = (prim, args.first())
            && let Some(exponent) = self.exponents.get(local)
        {
            return Some(*exponent);
        }
        if let Some(named) = function(prim) {
            let result = self.named(named, args.to_vec());
            if let (Named::Exp, View::Density, Operand::Local(local)) = (named, self.view, result) {
                self.exponents.insert(local, args[0]);
            }
            return Some(result);
        }
        Some(match prim {
            Prim::NextInt => self.binary(Ty::Int, Binary::AddInt, args[0], Operand::Int(1)),
            Prim::NegInt => self.checked(Checked::Sub, Operand::Int(0), args[0]),
            Prim::AbsInt => {
                let negated = self.checked(Checked::Sub, Operand::Int(0), args[0]);
                self.binary(Ty::Int, Binary::MaxInt, args[0], negated)
            }
            Prim::IsNan => {
                let same = self.binary(Ty::Bool, Binary::Eq, args[0], args[0]);
                self.unary(Ty::Bool, Unary::Not, same)
            }
            _ => return None,
        })
    }

    /// Int arithmetic that may trap.
    pub fn checked(&mut self, op: Checked, a: Operand, b: Operand) -> Operand {
        let site = self.site();
        self.define("", Ty::Int, Expr::Checked(op, a, b, site))
    }

    /// Structural equality of two values, whose words come one after the other.
    pub fn equal(&mut self, words: &[Operand]) -> Operand {
        let (left, right) = words.split_at(words.len() / 2);
        let mut all: Option<Operand> = None;
        for (a, b) in left.iter().zip(right) {
            let same = match self.type_of(*a) {
                Ty::Int | Ty::Token(_) => self.binary(Ty::Bool, Binary::EqInt, *a, *b),
                Ty::Real => self.binary(Ty::Bool, Binary::Eq, *a, *b),
                Ty::Bool => self.binary(Ty::Bool, Binary::EqBool, *a, *b),
                Ty::Pointer => self.named(Named::Equal, vec![*a, *b]),
            };
            all = Some(match all {
                Some(before) => self.binary(Ty::Bool, Binary::And, before, same),
                None => same,
            });
        }
        all.unwrap_or(Operand::Bool(true))
    }
}

/// Whether to divide by it is to multiply with its reciprocal, to the last digit.
fn is_power_of_two(x: f64) -> bool {
    const FRACTION: u64 = (1 << 52) - 1;
    x.is_normal() && x.recip().is_normal() && x.to_bits() & FRACTION == 0
}

fn checked(prim: Prim) -> Option<Checked> {
    Some(match prim {
        Prim::AddInt => Checked::Add,
        Prim::SubInt => Checked::Sub,
        Prim::MulInt => Checked::Mul,
        Prim::DivInt => Checked::Div,
        Prim::RemInt => Checked::Rem,
        _ => return None,
    })
}

fn binary(prim: Prim) -> Option<(Binary, Ty)> {
    Some(match prim {
        Prim::MinInt => (Binary::MinInt, Ty::Int),
        Prim::MaxInt => (Binary::MaxInt, Ty::Int),
        Prim::EqInt => (Binary::EqInt, Ty::Bool),
        Prim::LtInt => (Binary::LtInt, Ty::Bool),
        Prim::LeInt => (Binary::LeInt, Ty::Bool),
        Prim::Add => (Binary::Add, Ty::Real),
        Prim::Sub => (Binary::Sub, Ty::Real),
        Prim::Mul => (Binary::Mul, Ty::Real),
        Prim::Div => (Binary::Div, Ty::Real),
        Prim::Min => (Binary::Min, Ty::Real),
        Prim::Max => (Binary::Max, Ty::Real),
        Prim::Eq => (Binary::Eq, Ty::Bool),
        Prim::Lt => (Binary::Lt, Ty::Bool),
        Prim::Le => (Binary::Le, Ty::Bool),
        Prim::EqBool => (Binary::EqBool, Ty::Bool),
        _ => return None,
    })
}

fn unary(prim: Prim) -> Option<(Unary, Ty)> {
    Some(match prim {
        Prim::Neg => (Unary::Negate, Ty::Real),
        Prim::Abs => (Unary::Abs, Ty::Real),
        Prim::Sqrt => (Unary::Sqrt, Ty::Real),
        Prim::IntToReal => (Unary::IntToReal, Ty::Real),
        Prim::BoolToInt => (Unary::BoolToInt, Ty::Int),
        Prim::Not => (Unary::Not, Ty::Bool),
        _ => return None,
    })
}

/// Scalar functions of the runtime.
fn function(prim: Prim) -> Option<Named> {
    Some(match prim {
        Prim::Pow => Named::Pow,
        Prim::Midpoint => Named::Midpoint,
        Prim::PowInt => Named::PowInt,
        Prim::Exp => Named::Exp,
        Prim::Log => Named::Log,
        Prim::Log1p => Named::Log1p,
        Prim::Expm1 => Named::Expm1,
        Prim::Sin => Named::Sin,
        Prim::Cos => Named::Cos,
        Prim::Tan => Named::Tan,
        Prim::Atan => Named::Atan,
        Prim::Tanh => Named::Tanh,
        Prim::Floor => Named::Floor,
        Prim::Ceil => Named::Ceil,
        Prim::Round => Named::Round,
        _ => return None,
    })
}
