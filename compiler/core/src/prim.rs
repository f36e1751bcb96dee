//! The table of primitives: operand and result types, and which may stop the program.

use crate::Prim;
use Operand::{Any, Array, Bool, Int, Ints, Matrix, Real, Reals, Rows, Same, Text};

/// What a primitive asks of an operand, or gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Bool
    Bool,
    /// Int
    Int,
    /// Real
    Real,
    /// String
    Text,
    /// Matrix
    Matrix,
    /// [Int]
    Ints,
    /// [Real]
    Reals,
    /// [[Real]]
    Rows,
    /// Any type, called A
    Any,
    /// [A]
    Array,
    /// A, as the operand before says
    Same,
    /// Posterior[A]
    Posterior,
    /// Method
    Method,
}

/// Operands, result, and whether the program may stop here.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// Operands.
    pub operands: &'static [Operand],
    /// Result.
    pub result: Operand,
    /// Marked (!): may stop the program.
    pub may_fail: bool,
}

const fn total(operands: &'static [Operand], result: Operand) -> Signature {
    Signature { operands, result, may_fail: false }
}

const fn partial(operands: &'static [Operand], result: Operand) -> Signature {
    Signature { operands, result, may_fail: true }
}

impl Prim {
    /// Its types, and whether it may fail.
    pub fn signature(self) -> Signature {
        use Prim::*;
        match self {
            AddInt | SubInt | MulInt | DivInt | RemInt | PowInt => partial(&[Int, Int], Int),
            NextInt => total(&[Int], Int),
            NegInt | AbsInt => partial(&[Int], Int),
            MinInt | MaxInt => total(&[Int, Int], Int),
            EqInt | LtInt | LeInt => total(&[Int, Int], Bool),
            Add | Sub | Mul | Div | Pow | Min | Max | Midpoint => total(&[Real, Real], Real),
            Eq | Lt | Le => total(&[Real, Real], Bool),
            Neg | Abs | Exp | Log | Log1p | Expm1 | Sqrt | Sin | Cos | Tan | Atan | Tanh => total(&[Real], Real),
            Special(special) => total(&[Real; 3][..special.arguments().len()], Real),
            Floor | Ceil | Round => partial(&[Real], Int),
            IsNan => total(&[Real], Bool),
            IntToReal => total(&[Int], Real),
            BoolToInt => total(&[Bool], Int),
            Not => total(&[Bool], Bool),
            EqBool => total(&[Bool, Bool], Bool),
            EqAny => total(&[Any, Same], Bool),
            LtString | LeString => total(&[Text, Text], Bool),
            _ => self.signature_of_aggregate(),
        }
    }

    fn signature_of_aggregate(self) -> Signature {
        match self {
            Prim::Len => total(&[Array], Int),
            Prim::Index => partial(&[Array, Int], Same),
            Prim::IndexUnchecked => total(&[Array, Int], Same),
            Prim::Set => partial(&[Array, Int, Same], Array),
            Prim::Slice => partial(&[Array, Int, Int], Array),
            Prim::Concat => total(&[Array, Array], Array),
            Prim::Push => total(&[Array, Same], Array),
            Prim::Range => total(&[Int, Int], Ints),
            Prim::SumReal => total(&[Reals], Real),
            Prim::SumInt => partial(&[Ints], Int),
            Prim::WeightedQuantile => partial(&[Reals, Reals, Real], Real),
            Prim::Str => total(&[Any], Text),
            Prim::ConcatString => total(&[Text, Text], Text),
            Prim::LenString => total(&[Text], Int),
            Prim::SliceString => partial(&[Text, Int, Int], Text),
            Prim::Draws => total(&[Operand::Posterior], Array),
            Prim::Weights => total(&[Operand::Posterior], Reals),
            Prim::LogEvidence => total(&[Operand::Posterior], Real),
            Prim::Posterior => total(&[Array, Reals, Real], Operand::Posterior),
            Prim::Method => total(&[Int, Int, Int, Real, Real], Operand::Method),
            _ => self.signature_of_matrix(),
        }
    }

    fn signature_of_matrix(self) -> Signature {
        match self {
            Prim::IndexMatrix => partial(&[Matrix, Int, Int], Real),
            Prim::RowMatrix => partial(&[Matrix, Int], Reals),
            Prim::SetMatrix => partial(&[Matrix, Int, Int, Real], Matrix),
            Prim::Matrix => partial(&[Rows], Matrix),
            Prim::ToRows => total(&[Matrix], Rows),
            Prim::RowsMatrix | Prim::ColumnsMatrix => total(&[Matrix], Int),
            Prim::Transpose => total(&[Matrix], Matrix),
            Prim::Identity => partial(&[Int], Matrix),
            Prim::Diagonal => total(&[Reals], Matrix),
            Prim::Cholesky | Prim::Inverse => partial(&[Matrix], Matrix),
            Prim::Solve | Prim::SolveLower | Prim::SolveUpper | Prim::MatVec => partial(&[Matrix, Reals], Reals),
            Prim::LogDeterminant => partial(&[Matrix], Real),
            Prim::VecMat => partial(&[Reals, Matrix], Reals),
            Prim::Dot => partial(&[Reals, Reals], Real),
            Prim::SumMatrix => total(&[Matrix], Real),
            Prim::MatrixElements => total(&[Matrix], Reals),
            // The shape comes from another matrix, so it fits; a wrong one would be a defect of the compiler.
            Prim::MatrixFromElements => total(&[Reals, Int, Int], Matrix),
            _ => partial(&[Matrix, Matrix], Matrix),
        }
    }

    /// Whether the program may stop here.
    pub fn may_fail(self) -> bool {
        self.signature().may_fail
    }
}
