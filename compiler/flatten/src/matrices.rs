//! Primitives on matrices: all but the number of rows are functions of the runtime.

use crate::body::Body;
use borel_core::Prim;
use borel_flow::runtime::Named;
use borel_flow::{Expr, Operand, Ty};

impl Body<'_, '_> {
    /// A primitive on matrices, if it is one.
    pub fn matrix_prim(&mut self, prim: Prim, args: &[Operand]) -> Option<Operand> {
        if prim == Prim::RowsMatrix {
            return Some(self.define("", Ty::Int, Expr::Length(args[0])));
        }
        if let Some(number) = elementwise(prim) {
            let mut all = vec![Operand::Int(number)];
            all.extend(args);
            return Some(self.named(Named::MatrixArithmetic, all));
        }
        function(prim).map(|named| self.named(named, args.to_vec()))
    }
}

/// The number of an elementwise operation.
fn elementwise(prim: Prim) -> Option<i64> {
    [Prim::AddMatrix, Prim::SubMatrix, Prim::MulMatrix, Prim::DivMatrix]
        .iter()
        .position(|each| *each == prim)
        .map(|index| index as i64)
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
        Prim::Solve => Named::MatrixSolve,
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
