//! Distributions by name, with arguments and values from text.

use borel_distributions::{Argument, Kind, ParameterKind, Value, ValueKind};

/// An argument that owns its array.
pub enum Owned {
    Real(f64),
    Int(i64),
    Array(Vec<f64>),
    /// A square matrix, row-major.
    Matrix(Vec<f64>),
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("not a number: {text}"))
}

fn numbers(text: &str) -> Vec<f64> {
    text.split(' ').map(number).collect()
}

/// The distribution with this name.
pub fn kind(name: &str) -> Kind {
    Kind::from_name(name).unwrap_or_else(|| panic!("no distribution {name}"))
}

/// Arguments separated by ';', the elements of an array by blanks.
pub fn arguments(kind: Kind, text: &str) -> Vec<Owned> {
    let parts: Vec<&str> = text.split(';').collect();
    let parameters = kind.entry().parameters;
    assert_eq!(parts.len(), parameters.len(), "{kind:?} {text}");
    let one = |(part, kind): (&&str, ParameterKind)| match kind {
        ParameterKind::Real => Owned::Real(number(part)),
        ParameterKind::Int => Owned::Int(number(part)),
        ParameterKind::RealArray => Owned::Array(numbers(part)),
        ParameterKind::Matrix => Owned::Matrix(numbers(part)),
    };
    parts.iter().zip(parameters.iter().map(|p| p.kind)).map(one).collect()
}

/// The arguments as the library takes them.
pub fn borrow(arguments: &[Owned]) -> Vec<Argument<'_>> {
    arguments.iter().map(Owned::borrow).collect()
}

impl Owned {
    fn borrow(&self) -> Argument<'_> {
        match self {
            Owned::Real(x) => Argument::Real(*x),
            Owned::Int(n) => Argument::Int(*n),
            Owned::Array(xs) => Argument::RealArray(xs),
            Owned::Matrix(xs) => Argument::Matrix(xs, xs.len().isqrt(), xs.len().isqrt()),
        }
    }
}

/// A value of the distribution.
#[allow(dead_code, reason = "not every table has values of all kinds")]
pub fn value(kind: Kind, text: &str) -> Value {
    match kind.entry().value {
        ValueKind::Real => Value::Real(number(text)),
        ValueKind::Int => Value::Int(number(text)),
        ValueKind::Bool => Value::Bool(number(text)),
        ValueKind::RealArray => Value::RealArray(numbers(text)),
        ValueKind::IntArray => Value::IntArray(text.split(' ').map(number).collect()),
        ValueKind::Matrix => {
            let elements = numbers(text);
            let size = elements.len().isqrt();
            Value::Matrix(elements, size, size)
        }
    }
}
