//! Defaults of a model's parameters, as data: for what the data leave out.

use super::Datum;
use super::datum::Kind;
use borel_syntax::ast::{Expr, ExprKind, UnaryOp};

/// The datum that a written constant is; none for what must be computed.
pub(crate) fn constant(expr: &Expr) -> Option<Datum> {
    let kind = match &expr.kind {
        ExprKind::Bool(value) => Kind::Bool(*value),
        ExprKind::Int(value) => Kind::Int(*value),
        ExprKind::Real(value) => Kind::Real(*value),
        ExprKind::String(text) => Kind::Text(text.clone()),
        ExprKind::Array(items) | ExprKind::Tuple(items) => {
            Kind::Array(items.iter().map(constant).collect::<Option<_>>()?)
        }
        ExprKind::Record(fields) => {
            let member = |(name, value): &(_, Expr)| -> Option<(String, Datum)> {
                let name: &borel_syntax::ast::Ident = name;
                Some((name.name.as_str().to_string(), constant(value)?))
            };
            Kind::Object(fields.iter().map(member).collect::<Option<_>>()?)
        }
        ExprKind::Unary(UnaryOp::Negate, operand) => match constant(operand)?.kind {
            Kind::Int(value) => Kind::Int(value.checked_neg()?),
            Kind::Real(value) => Kind::Real(-value),
            _ => return None,
        },
        ExprKind::Ascribe(inner, _) => constant(inner)?.kind,
        _ => return None,
    };
    Some(Datum::at(kind, expr.span))
}
