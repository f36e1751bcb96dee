//! The ways through operations on whole arrays and matrices: what makes the shadow of the result on the way forward, and what adds to
//! the shadows of the operands on the way back.

use crate::emit::Emit;
use crate::reverse::Back;
use borel_flow::runtime::Named;
use borel_flow::{Block, Expr, Local, Operand, Runtime, Stmt, Ty, Unary};

/// Whether it is one of them.
pub fn is_operation(named: Named) -> bool {
    use Named::*;
    matches!(
        named,
        Unique
            | Grow
            | Slice
            | Concat
            | MatrixAt
            | MatrixRow
            | MatrixSet
            | MatrixFromRows
            | MatrixToRows
            | MatrixTranspose
            | MatrixDiagonal
            | MatrixCholesky
            | MatrixSolve
            | MatrixInverse
            | MatrixLogDeterminant
            | MatrixArithmetic
            | MatrixProduct
            | MatrixVector
            | VectorMatrix
            | Dot
            | MatrixSum
            | MatrixElements
            | MatrixFromElements
    )
}

/// Both ways: the way back is written, the way forward is given.
pub fn operation(back: &mut Back<'_, '_>, stmt: &Stmt, named: Named, result: Local, args: &[Operand]) -> Block {
    match named {
        Named::Unique | Named::Grow => successor(back, stmt, result, args[0]),
        Named::MatrixSet => replacement(back, stmt, result, args),
        Named::Slice => slice(back, stmt, result, args),
        Named::Concat => joined(back, stmt, result, args),
        _ if back.reverse.type_of(Operand::Local(result)) == Ty::Real => to_real(back, stmt, named, result, args),
        _ => to_object(back, stmt, named, result, args),
    }
}

fn shadow_made(back: &mut Back<'_, '_>, result: Local, named: Named, args: Vec<Operand>) -> Stmt {
    let shadow = back.reverse.shadow(result);
    Stmt::Runtime(vec![shadow], Runtime::Named(named), args, back.site)
}

fn write(back: &mut Back<'_, '_>, named: Named, args: Vec<Operand>) {
    let stmt = Stmt::Runtime(Vec::new(), Runtime::Named(named), args, back.site);
    back.out.push(stmt);
}

/// The shadow of an operand on the way back; null if it is not active.
fn shadow(back: &mut Back<'_, '_>, operand: Operand) -> Operand {
    if back.is_active(operand) { back.shadow_value(operand) } else { Operand::Null }
}

/// An array made unique, or longer: its shadow is that of the array before, if it is the same array still.
fn successor(back: &mut Back<'_, '_>, stmt: &Stmt, result: Local, array: Operand) -> Block {
    if back.is_active(array) {
        let (new, old) = (back.shadow_value(Operand::Local(result)), back.shadow_value(array));
        write(back, Named::ShadowFold, vec![new, old]);
    }
    succeeded(back, stmt, result, array)
}

fn succeeded(back: &mut Back<'_, '_>, stmt: &Stmt, result: Local, array: Operand) -> Block {
    let mut forward = Vec::new();
    let old = back.forward_shadow(array, &mut forward);
    let before = back.reverse.local("before", Ty::Int, back.region);
    forward.push(Stmt::Let(before, Expr::Unary(Unary::Address, array)));
    forward.push(stmt.clone());
    let args = vec![Operand::Local(result), Operand::Local(before), old];
    forward.push(shadow_made(back, result, Named::ShadowUnique, args));
    forward
}

/// An element of a matrix replaced.
fn replacement(back: &mut Back<'_, '_>, stmt: &Stmt, result: Local, args: &[Operand]) -> Block {
    let [matrix, i, j, value] = args[..] else { return vec![stmt.clone()] };
    let target = back.shadow_value(Operand::Local(result));
    let (i, j) = (back.value(i), back.value(j));
    let taken = back.reverse.local("", Ty::Real, back.region);
    back.out.push(Stmt::Runtime(vec![taken], Runtime::Named(Named::MatrixSetAdjoint), vec![target, i, j], back.site));
    back.add(value, Operand::Local(taken));
    successor(back, stmt, result, matrix)
}

fn slice(back: &mut Back<'_, '_>, stmt: &Stmt, result: Local, args: &[Operand]) -> Block {
    let (array, low) = (args[0], args[1]);
    let (of_slice, of_array, from) = (shadow(back, Operand::Local(result)), shadow(back, array), back.value(low));
    write(back, Named::SliceAdjoint, vec![of_array, from, of_slice]);
    let mut forward = Vec::new();
    let old = back.forward_shadow(array, &mut forward);
    forward.push(stmt.clone());
    forward.push(shadow_made(back, result, Named::ShadowSlice, vec![Operand::Local(result), low, old]));
    forward
}

/// Two arrays joined. Both get a shadow: where one ends, the other begins.
fn joined(back: &mut Back<'_, '_>, stmt: &Stmt, result: Local, args: &[Operand]) -> Block {
    let mut forward = Vec::new();
    let parts: Vec<Operand> = args.iter().map(|part| back.forward_shadow(*part, &mut forward)).collect();
    let mut given: Vec<Operand> = parts.iter().map(|part| back.value(*part)).collect();
    given.push(shadow(back, Operand::Local(result)));
    write(back, Named::JoinAdjoint, given);
    forward.push(stmt.clone());
    forward.push(shadow_made(back, result, Named::ShadowJoin, vec![Operand::Local(result), parts[0], parts[1]]));
    forward
}

fn to_real(back: &mut Back<'_, '_>, stmt: &Stmt, named: Named, result: Local, args: &[Operand]) -> Block {
    if let Some(adjoint) = back.taken(result) {
        match named {
            Named::MatrixAt => {
                let (i, j) = (back.value(args[1]), back.value(args[2]));
                let target = shadow(back, args[0]);
                write(back, Named::MatrixAtAdjoint, vec![target, i, j, adjoint]);
            }
            Named::MatrixLogDeterminant => {
                let (matrix, target) = (back.value(args[0]), shadow(back, args[0]));
                write(back, Named::MatrixLogDeterminantAdjoint, vec![matrix, adjoint, target]);
            }
            Named::MatrixSum => {
                let target = shadow(back, args[0]);
                write(back, Named::MatrixSumAdjoint, vec![target, adjoint]);
            }
            _ => {
                let values = [back.value(args[0]), back.value(args[1])];
                let targets = [shadow(back, args[0]), shadow(back, args[1])];
                write(back, Named::DotAdjoint, vec![values[0], values[1], adjoint, targets[0], targets[1]]);
            }
        }
    }
    vec![stmt.clone()]
}

fn to_object(back: &mut Back<'_, '_>, stmt: &Stmt, named: Named, result: Local, args: &[Operand]) -> Block {
    let of_result = shadow(back, Operand::Local(result));
    match named {
        Named::MatrixRow => {
            let (target, i) = (shadow(back, args[0]), back.value(args[1]));
            write(back, Named::MatrixRowAdjoint, vec![target, i, of_result]);
        }
        Named::MatrixFromRows => {
            one(back, Named::MatrixFromRowsAdjoint, args[0], of_result);
            back.hold(args[0]);
        }
        Named::MatrixToRows => {
            one(back, Named::MatrixToRowsAdjoint, args[0], of_result);
            back.hold(Operand::Local(result));
        }
        Named::MatrixTranspose => one(back, Named::MatrixTransposeAdjoint, args[0], of_result),
        Named::MatrixDiagonal => one(back, Named::MatrixDiagonalAdjoint, args[0], of_result),
        Named::MatrixCholesky => by_result(back, Named::MatrixCholeskyAdjoint, result, args[0], of_result),
        Named::MatrixInverse => by_result(back, Named::MatrixInverseAdjoint, result, args[0], of_result),
        Named::MatrixElements | Named::MatrixFromElements => {
            let to_matrix = Operand::Int(i64::from(named == Named::MatrixElements));
            let target = shadow(back, args[0]);
            write(back, Named::ElementsAdjoint, vec![to_matrix, target, of_result]);
        }
        Named::MatrixSolve => {
            let values = [back.value(args[1]), back.value(Operand::Local(result))];
            let targets = [shadow(back, args[1]), shadow(back, args[2])];
            let given = vec![args[0], values[0], values[1], of_result, targets[0], targets[1]];
            write(back, Named::MatrixSolveAdjoint, given);
        }
        Named::MatrixArithmetic => {
            let mut given: Vec<Operand> = args.iter().map(|arg| back.value(*arg)).collect();
            given.push(of_result);
            given.extend([shadow(back, args[1]), shadow(back, args[2])]);
            write(back, Named::MatrixArithmeticAdjoint, given);
        }
        _ => {
            let adjoint = match named {
                Named::MatrixProduct => Named::MatrixProductAdjoint,
                Named::MatrixVector => Named::MatrixVectorAdjoint,
                _ => Named::VectorMatrixAdjoint,
            };
            let values = [back.value(args[0]), back.value(args[1])];
            let targets = [shadow(back, args[0]), shadow(back, args[1])];
            write(back, adjoint, vec![values[0], values[1], of_result, targets[0], targets[1]]);
        }
    }
    let made = if named == Named::MatrixToRows { Named::Shadow } else { Named::ShadowArray };
    vec![stmt.clone(), shadow_made(back, result, made, vec![Operand::Local(result)])]
}

fn one(back: &mut Back<'_, '_>, named: Named, arg: Operand, of_result: Operand) {
    let target = shadow(back, arg);
    write(back, named, vec![target, of_result]);
}

fn by_result(back: &mut Back<'_, '_>, named: Named, result: Local, arg: Operand, of_result: Operand) {
    let (value, target) = (back.value(Operand::Local(result)), shadow(back, arg));
    write(back, named, vec![value, of_result, target]);
}
