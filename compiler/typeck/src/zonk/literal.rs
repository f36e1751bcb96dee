//! Literals and conversions once types are final: an integer literal in a place of Real is a Real.

use borel_distributions::{Kind as DistKind, ParameterKind};
use borel_typed::*;

/// The literal of a type that is known now.
pub fn settle(expr: &mut Expr) {
    if let ExprKind::Number(value) = expr.kind {
        match expr.ty {
            Type::Real => expr.kind = ExprKind::Real(value as f64),
            Type::Param(_) => {}
            _ => expr.kind = ExprKind::Int(value),
        }
    }
}

/// Whether a type is Real, or arrays of Real.
pub fn is_real(ty: &Type) -> bool {
    match ty {
        Type::Real => true,
        Type::Array(item) => is_real(item),
        _ => false,
    }
}

fn is_int(ty: &Type) -> bool {
    match ty {
        Type::Int => true,
        Type::Array(item) => is_int(item),
        _ => false,
    }
}

/// The type with Real for its Int.
fn real_type(ty: &Type) -> Type {
    match ty {
        Type::Array(item) => Type::Array(Box::new(real_type(item))),
        _ => Type::Real,
    }
}

/// A literal of Ints as one of Reals.
pub fn as_real(expr: &Expr, ty: &Type) -> Option<Expr> {
    let kind = match (&expr.kind, ty) {
        (ExprKind::Int(value) | ExprKind::Number(value), Type::Real) => ExprKind::Real(*value as f64),
        (ExprKind::Array(items), Type::Array(element)) => {
            ExprKind::Array(items.iter().map(|item| as_real(item, element)).collect::<Option<Vec<Expr>>>()?)
        }
        (ExprKind::Real(value), Type::Real) => ExprKind::Real(*value),
        _ => return None,
    };
    Some(Expr { kind, ty: ty.clone(), span: expr.span })
}

/// Converts an expression of Int (or arrays of it) to the Real type `ty`; leaves others alone.
pub fn convert(expr: &mut Expr, ty: &Type) {
    if !is_int(&expr.ty) || !is_real(ty) {
        return;
    }
    let unit = Expr { kind: ExprKind::Unit, ty: Type::Unit, span: expr.span };
    let inner = std::mem::replace(expr, unit);
    *expr = match as_real(&inner, ty) {
        Some(value) => value,
        None => {
            let span = inner.span;
            Expr { kind: ExprKind::ToReal(Box::new(inner)), ty: ty.clone(), span }
        }
    };
}

fn to_real(expr: &mut Expr) {
    let ty = real_type(&expr.ty);
    convert(expr, &ty);
}

/// Converts arguments of a distribution where its parameters are Real.
pub fn distribution(kind: DistKind, args: &mut [Expr]) {
    for (arg, parameter) in args.iter_mut().zip(kind.entry().parameters) {
        if matches!(parameter.kind, ParameterKind::Real | ParameterKind::RealArray) {
            to_real(arg);
        }
    }
}

/// Converts literal arguments of functions of Reals.
pub fn builtin(builtin: Builtin, args: &mut [Expr]) {
    if builtin.signature().starts_with("lift(Real)") {
        args.iter_mut().filter(|arg| matches!(arg.kind, ExprKind::Int(_))).for_each(to_real);
    }
}

/// Converts literal operands of an operation whose result is Real. An exponent stays an Int: powers by Ints are exact.
pub fn arithmetic(operator: Arithmetic, a: &mut Expr, b: &mut Expr, result: &Type) {
    if !is_real(result) {
        return;
    }
    if matches!(a.kind, ExprKind::Int(_)) {
        to_real(a);
    }
    if matches!(b.kind, ExprKind::Int(_)) && operator != Arithmetic::Power {
        to_real(b);
    }
}

/// Converts a literal that is compared with a Real.
pub fn comparison(a: &mut Expr, b: &mut Expr) {
    if matches!(a.kind, ExprKind::Int(_)) && b.ty == Type::Real {
        to_real(a);
    }
    if matches!(b.kind, ExprKind::Int(_)) && a.ty == Type::Real {
        to_real(b);
    }
}
