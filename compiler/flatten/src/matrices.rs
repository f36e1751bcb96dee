//! Primitives on matrices: all but the number of rows are functions of the runtime.

use crate::body::Body;
use borel_core::Prim;
use borel_flow::runtime::Named;
use borel_flow::{Expr, Operand, Ty};
use borel_math::linear::Part;

impl Body<'_, '_> {
    /// A primitive on matrices, if it is one.
    pub fn matrix_prim(&mut self, prim: Prim, args: &[Operand]) -> Option<Operand> {
        if prim == Prim::RowsMatrix {
            return Some(self.define("", Ty::Int, Expr::Length(args[0])));
        }
        if let Some((named, number)) = numbered(prim) {
            let mut all = vec![Operand::Int(number)];
            all.extend(args);
            return Some(self.named(named, all));
        }
        function(prim).map(|named| self.named(named, args.to_vec()))
    }
}

/// Functions that do one of several things: which, by its number.
fn numbered(prim: Prim) -> Option<(Named, i64)> {
    Some(match prim {
        Prim::AddMatrix => (Named::MatrixArithmetic, 0),
        Prim::SubMatrix => (Named::MatrixArithmetic, 1),
        Prim::MulMatrix => (Named::MatrixArithmetic, 2),
        Prim::DivMatrix => (Named::MatrixArithmetic, 3),
        Prim::Solve => (Named::MatrixSolve, Part::Whole as i64),
        Prim::SolveLower => (Named::MatrixSolve, Part::Lower as i64),
        Prim::SolveUpper => (Named::MatrixSolve, Part::Upper as i64),
        _ => return None,
    })
}

fn function(prim: Prim) -> Option<Named> {
    Some(match prim {
        Prim::IndexMatrix => Named::MatrixAt,
        Prim::RowMatrix => Named::MatrixRow,
        Prim::SetMatrix => Named::MatrixSet,
        Prim::Matrix => Named::MatrixFromRows,
        Prim::ToRows => Named::MatrixToRows,
        Prim::ColumnsMatrix => Named::MatrixColumns,
        Prim::Transpose => Named::MatrixTranspose,
        Prim::Identity => Named::MatrixIdentity,
        Prim::Diagonal => Named::MatrixDiagonal,
        Prim::Cholesky => Named::MatrixCholesky,
        Prim::Inverse => Named::MatrixInverse,
        Prim::LogDeterminant => Named::MatrixLogDeterminant,
        Prim::MatMul => Named::MatrixProduct,
        Prim::MatVec => Named::MatrixVector,
        Prim::VecMat => Named::VectorMatrix,
        Prim::Dot => Named::Dot,
        Prim::SumMatrix => Named::MatrixSum,
        Prim::MatrixElements => Named::MatrixElements,
        Prim::MatrixFromElements => Named::MatrixFromElements,
        _ => return None,
    })
}
