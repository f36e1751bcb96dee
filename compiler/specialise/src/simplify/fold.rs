//! Primitives: constants folded with the exact semantics of the run time, lengths and bounds that are known.

use borel_core::{Atom, Op, Prim, Stmt, Var};
use borel_source::{Name, Span};

use super::{Fact, Flow, Simplifier};

impl Simplifier<'_> {
    pub(super) fn prim(&mut self, var: Var, prim: Prim, operands: Vec<Atom>, span: Span, out: &mut Vec<Stmt>) -> Flow {
        if let Some(value) = constant(prim, &operands).or_else(|| self.identity(prim, &operands)) {
            self.changed = true;
            return self.becomes(var, value);
        }
        let prim = match prim {
            Prim::Index if self.in_bounds(&operands) => {
                self.changed = true;
                Prim::IndexUnchecked
            }
            Prim::Index if self.listed(&operands).is_some() => {
                self.changed = true;
                self.check_listed(&operands, span, out);
                Prim::IndexUnchecked
            }
            prim => prim,
        };
        if let (Prim::Len, [Atom::Var(array)]) = (prim, operands.as_slice()) {
            self.lengths.push((*array, Atom::Var(var)));
        }
        self.learn(var, Fact::Prim(prim, operands.clone()));
        self.push(var, Op::Prim(prim, operands), span, out)
    }

    /// Rules that give an operand that exists already.
    fn identity(&self, prim: Prim, operands: &[Atom]) -> Option<Atom> {
        match (prim, operands) {
            (Prim::Len, [array]) => self.length(array),
            (Prim::Index | Prim::IndexUnchecked, [array, Atom::Int(index)]) => match self.fact(array) {
                Fact::Array(elements) => elements.get(usize::try_from(*index).ok()?).cloned(),
                _ => None,
            },
            (Prim::MaxInt, [a, Atom::Int(0)] | [Atom::Int(0), a])
                if self.bounds.is_not_negative(a, |atom| self.is_length(atom)) =>
            {
                Some(a.clone())
            }
            (Prim::AddInt, [a, Atom::Int(0)] | [Atom::Int(0), a]) | (Prim::SubInt, [a, Atom::Int(0)]) => {
                Some(a.clone())
            }
            (Prim::MulInt, [a, Atom::Int(1)] | [Atom::Int(1), a]) => Some(a.clone()),
            (Prim::MinInt | Prim::MaxInt, [a, b]) if a == b => Some(a.clone()),
            (Prim::EqInt | Prim::LeInt | Prim::EqBool, [a, b]) if a == b => Some(Atom::Bool(true)),
            (Prim::LtInt, [a, b]) if a == b => Some(Atom::Bool(false)),
            // x * 1 and x / 1 are x bit for bit, but for the payload of a NaN; x + 0 is not (x = -0).
            (Prim::Mul, [a, Atom::Real(one)] | [Atom::Real(one), a]) | (Prim::Div, [a, Atom::Real(one)])
                if *one == 1.0 =>
            {
                Some(a.clone())
            }
            (Prim::Not, [a]) => match self.fact(a) {
                Fact::Prim(Prim::Not, operands) => operands.first().cloned(),
                _ => None,
            },
            (Prim::EqBool, [a, Atom::Bool(true)] | [Atom::Bool(true), a]) => Some(a.clone()),
            (Prim::MatrixElements, [matrix]) => match self.fact(matrix) {
                Fact::Prim(Prim::MatrixFromElements, operands) => operands.first().cloned(),
                _ => None,
            },
            _ => None,
        }
    }

    /// The length of an array, if it is at hand.
    fn length(&self, array: &Atom) -> Option<Atom> {
        match self.fact(array) {
            Fact::Array(elements) => return Some(Atom::Int(elements.len() as i64)),
            Fact::Build(length) => return Some(length.clone()),
            // Setting an element keeps the length.
            Fact::Prim(Prim::Set, operands) => return self.length(operands.first()?),
            _ => {}
        }
        let Atom::Var(array) = array else { return None };
        self.lengths.iter().rev().find(|(known, _)| known == array).map(|(_, length)| length.clone())
    }

    /// Whether the index of `a[i]` is known to be in bounds.
    fn in_bounds(&self, operands: &[Atom]) -> bool {
        let [array, index] = operands else { return false };
        match index {
            Atom::Int(index) => match self.length(array) {
                Some(Atom::Int(length)) => (0..length).contains(index),
                _ => false,
            },
            Atom::Var(var) => {
                self.bounds.is_not_negative(index, |atom| self.is_length(atom))
                    && self.bounds.limits(*var).any(|limit| self.is_length_of(limit, array))
            }
            _ => false,
        }
    }

    /// Whether the limit is at most the length of the array.
    fn is_length_of(&self, limit: &Atom, array: &Atom) -> bool {
        if let Fact::Prim(Prim::Len, operands) = self.fact(limit)
            && operands.first() == Some(array)
        {
            return true;
        }
        match (self.length(array), limit) {
            (Some(Atom::Int(length)), Atom::Int(limit)) => *limit <= length,
            (Some(length), limit) => self.bounds.are_equal(&length, limit),
            _ => false,
        }
    }
}

/// The value of a primitive on constants, unless it would stop the program.
fn constant(prim: Prim, operands: &[Atom]) -> Option<Atom> {
    match operands {
        [Atom::Int(a), Atom::Int(b)] => int_constant(prim, *a, *b),
        [Atom::Real(a), Atom::Real(b)] => real_constant(prim, *a, *b),
        [Atom::Int(a)] => match prim {
            Prim::NegInt => a.checked_neg().map(Atom::Int),
            Prim::AbsInt => a.checked_abs().map(Atom::Int),
            Prim::IntToReal => Some(Atom::Real(*a as f64)),
            Prim::Str => Some(Atom::String(Name::new(&a.to_string()))),
            _ => None,
        },
        // The functions of the library are the runtime's and are not computed here, so that all agree to the last bit.
        [Atom::Real(a)] => match prim {
            Prim::Neg => Some(Atom::Real(-a)),
            Prim::Abs => Some(Atom::Real(a.abs())),
            Prim::Sqrt => Some(Atom::Real(a.sqrt())),
            Prim::IsNan => Some(Atom::Bool(a.is_nan())),
            _ => None,
        },
        [Atom::Bool(a)] => match prim {
            Prim::Not => Some(Atom::Bool(!a)),
            Prim::BoolToInt => Some(Atom::Int(i64::from(*a))),
            _ => None,
        },
        [Atom::Bool(a), Atom::Bool(b)] if prim == Prim::EqBool => Some(Atom::Bool(a == b)),
        [Atom::String(a), Atom::String(b)] => match prim {
            Prim::EqAny => Some(Atom::Bool(a == b)),
            Prim::LtString => Some(Atom::Bool(a < b)),
            Prim::LeString => Some(Atom::Bool(a <= b)),
            Prim::ConcatString => Some(Atom::String(Name::new(&format!("{a}{b}")))),
            _ => None,
        },
        [Atom::String(a)] if prim == Prim::LenString => Some(Atom::Int(a.chars().count() as i64)),
        _ => None,
    }
}

fn int_constant(prim: Prim, a: i64, b: i64) -> Option<Atom> {
    let value = match prim {
        Prim::AddInt => a.checked_add(b),
        Prim::SubInt => a.checked_sub(b),
        Prim::MulInt => a.checked_mul(b),
        Prim::PowInt => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
        Prim::DivInt => floor_div(a, b),
        Prim::RemInt => floor_div(a, b).map(|quotient| a - quotient * b),
        Prim::MinInt => Some(a.min(b)),
        Prim::MaxInt => Some(a.max(b)),
        Prim::EqInt => return Some(Atom::Bool(a == b)),
        Prim::LtInt => return Some(Atom::Bool(a < b)),
        Prim::LeInt => return Some(Atom::Bool(a <= b)),
        _ => None,
    };
    value.map(Atom::Int)
}

/// Rounded towards minus infinity; none by zero and where the quotient overflows.
fn floor_div(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    let inexact = a.checked_rem(b)? != 0;
    Some(if inexact && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

fn real_constant(prim: Prim, a: f64, b: f64) -> Option<Atom> {
    let value = match prim {
        Prim::Add => a + b,
        Prim::Sub => a - b,
        Prim::Mul => a * b,
        Prim::Div => a / b,
        Prim::Eq => return Some(Atom::Bool(a == b)),
        Prim::Lt => return Some(Atom::Bool(a < b)),
        Prim::Le => return Some(Atom::Bool(a <= b)),
        _ => return None,
    };
    Some(Atom::Real(value))
}
