//! Distributions by kind and arguments: for distributions that are values of the program, for the explorer of finite
//! choices, and for tools. Compiled code that knows its distribution does not come here.

use crate::{Element, Kind, Multivariate, ParameterError, Scalar, ScalarValue, Support, Visitor, visit};
use borel_abi::stream::Stream;

/// A parameter.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Argument<'a> {
    /// Real
    Real(f64),
    /// Int
    Int(i64),
    /// [Real]
    RealArray(&'a [f64]),
    /// Row-major data, rows, columns
    Matrix(&'a [f64], usize, usize),
}

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// Real
    Real(f64),
    /// Int
    Int(i64),
    /// Bool
    Bool(bool),
    /// [Real]
    RealArray(Vec<f64>),
    /// [Int]
    IntArray(Vec<i64>),
    /// Row-major data, rows, columns
    Matrix(Vec<f64>, usize, usize),
}

/// A distribution from arguments.
pub trait Build<'a>: Sized {
    /// None if they are not of the types of its parameters.
    fn build(arguments: &[Argument<'a>]) -> Option<Self>;
}

/// Whether every argument is in its domain.
pub fn check_value(kind: Kind, arguments: &[Argument<'_>]) -> Result<(), ParameterError> {
    struct Check;
    impl Visitor for Check {
        type Output = Result<(), ParameterError>;
        fn scalar<D: Scalar>(self, d: D) -> Self::Output {
            d.check()
        }
        fn multivariate<D: Multivariate>(self, d: D) -> Self::Output {
            d.check()
        }
    }
    let last = kind.entry().parameters.len() as u32 - 1;
    visit(kind, arguments, Check).unwrap_or(Err(ParameterError { kind, parameter: last, found: f64::NAN }))
}

/// A draw; NaN from arguments that do not fit.
pub fn sample_value(kind: Kind, arguments: &[Argument<'_>], stream: &mut Stream) -> Value {
    struct Sample<'s>(&'s mut Stream);
    impl Visitor for Sample<'_> {
        type Output = Value;
        fn scalar<D: Scalar>(self, d: D) -> Value {
            d.sample(self.0).wrap()
        }
        fn multivariate<D: Multivariate>(self, d: D) -> Value {
            let mut out = vec![D::Element::default(); d.shape().count()];
            d.sample(self.0, &mut out);
            D::Element::wrap(out, d.shape())
        }
    }
    visit(kind, arguments, Sample(stream)).unwrap_or(Value::Real(f64::NAN))
}

/// The log density at a value: -inf at one of another shape, NaN from arguments or a value that do not fit.
pub fn log_density_value(kind: Kind, arguments: &[Argument<'_>], value: &Value) -> f64 {
    struct LogDensity<'v>(&'v Value);
    impl Visitor for LogDensity<'_> {
        type Output = f64;
        fn scalar<D: Scalar>(self, d: D) -> f64 {
            D::Value::unwrap(self.0).map_or(f64::NAN, |x| d.log_density(x))
        }
        fn multivariate<D: Multivariate>(self, d: D) -> f64 {
            D::Element::unwrap(self.0, d.shape()).map_or(f64::NEG_INFINITY, |x| d.log_density(x))
        }
    }
    visit(kind, arguments, LogDensity(value)).unwrap_or(f64::NAN)
}

/// Where the mass is. None if the arguments do not fit the kind.
pub fn support_value(kind: Kind, arguments: &[Argument<'_>]) -> Option<Support> {
    struct Where;
    impl Visitor for Where {
        type Output = Support;
        fn scalar<D: Scalar>(self, d: D) -> Support {
            d.support()
        }
        fn multivariate<D: Multivariate>(self, d: D) -> Support {
            d.support()
        }
    }
    visit(kind, arguments, Where)
}

/// P(X >= k) of a distribution over Ints; 1 of others.
pub fn upper_tail(kind: Kind, arguments: &[Argument<'_>], k: i64) -> f64 {
    struct Tail(i64);
    impl Visitor for Tail {
        type Output = f64;
        fn scalar<D: Scalar>(self, d: D) -> f64 {
            D::Value::unwrap(&Value::Int(self.0.saturating_sub(1))).map_or(1.0, |before| d.ccdf(before))
        }
        fn multivariate<D: Multivariate>(self, _: D) -> f64 {
            1.0
        }
    }
    visit(kind, arguments, Tail(k)).unwrap_or(1.0)
}
