//! The ends of supports as functions of parameters: what the compiler chooses the transform of a choice by.

use crate::{Argument, Domain, Kind, ParameterKind, ValueKind, support_value};
pub use borel_math::transform::Transform;

/// An end of the support of a distribution over numbers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Bound {
    /// There is none
    Infinite,
    /// A number
    Constant(f64),
    /// The parameter with this index, plus a number
    Parameter(usize, f64),
}

/// The lower and the upper end of the support of a distribution, of which every parameter is a number.
///
/// They are read off two settings of the parameters; a test holds them to the supports of all distributions.
pub fn bounds(kind: Kind) -> (Bound, Bound) {
    let (one, other) = (setting(kind, 0.25, 1.0), setting(kind, 1.5, 2.5));
    let ends = |setting: &[Argument<'_>]| support_value(kind, setting).map(|support| support.bounds());
    let (Some(a), Some(b)) = (ends(&one), ends(&other)) else { return (Bound::Infinite, Bound::Infinite) };
    (bound(a.0, b.0, &one, &other), bound(a.1, b.1, &one, &other))
}

/// The transform of a distribution over arrays or matrices of Reals.
pub fn transform(kind: Kind) -> Transform {
    match kind {
        Kind::Dirichlet => Transform::Simplex,
        Kind::Wishart | Kind::InverseWishart => Transform::Covariance,
        Kind::LKJ => Transform::Correlation,
        Kind::LKJCholesky => Transform::CorrelationFactor,
        _ => Transform::Reals,
    }
}

/// The parameter that says how large the values of a distribution over arrays or matrices are: an Int that is their length (of
/// matrices rows and columns), or one that is as large as they are.
pub fn size_parameter(kind: Kind) -> usize {
    // The Int of those over arrays of counts is their sum.
    let counts = kind.entry().value == ValueKind::IntArray;
    let says_size = |kind| kind != ParameterKind::Real && !(counts && kind == ParameterKind::Int);
    kind.entry().parameters.iter().position(|parameter| says_size(parameter.kind)).unwrap_or(0)
}

/// Parameters that are in their domains, and above those before them.
fn setting(kind: Kind, first: f64, step: f64) -> Vec<Argument<'static>> {
    let parameters = kind.entry().parameters.iter();
    parameters
        .enumerate()
        .map(|(i, parameter)| match (parameter.kind, parameter.domain) {
            (ParameterKind::Int, _) => Argument::Int((first + step * i as f64).ceil() as i64),
            (_, Domain::Probability | Domain::OpenProbability | Domain::PositiveProbability) => {
                Argument::Real(0.3 + 0.1 * first)
            }
            _ => Argument::Real(first + step * i as f64),
        })
        .collect()
}

fn bound(a: f64, b: f64, one: &[Argument<'_>], other: &[Argument<'_>]) -> Bound {
    if a.is_infinite() {
        return Bound::Infinite;
    }
    if a == b {
        return Bound::Constant(a);
    }
    let number = |argument: &Argument<'_>| match argument {
        Argument::Real(x) => *x,
        Argument::Int(n) => *n as f64,
        _ => f64::NAN,
    };
    let offset = |i: usize| (a - number(&one[i]), b - number(&other[i]));
    let found = (0..one.len()).find(|i| (offset(*i).0 - offset(*i).1).abs() < 1e-12);
    found.map_or(Bound::Infinite, |i| Bound::Parameter(i, offset(i).0))
}
