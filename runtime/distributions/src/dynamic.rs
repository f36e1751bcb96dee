//! Distributions by kind and arguments: for distributions that are values of the program, and for the explorer of finite
//! choices. Compiled code that knows its distribution does not come here.

use crate::{Kind, ParameterError, Scalar, Support, Vector};
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
}

/// What a distribution's value is as a [`Value`].
trait Dynamic: Copy {
    fn wrap(self) -> Value;
    fn unwrap(value: &Value) -> Option<Self>;
}

impl Dynamic for f64 {
    fn wrap(self) -> Value {
        Value::Real(self)
    }
    fn unwrap(value: &Value) -> Option<f64> {
        if let Value::Real(x) = value { Some(*x) } else { None }
    }
}

impl Dynamic for i64 {
    fn wrap(self) -> Value {
        Value::Int(self)
    }
    fn unwrap(value: &Value) -> Option<i64> {
        if let Value::Int(n) = value { Some(*n) } else { None }
    }
}

impl Dynamic for bool {
    fn wrap(self) -> Value {
        Value::Bool(self)
    }
    fn unwrap(value: &Value) -> Option<bool> {
        if let Value::Bool(b) = value { Some(*b) } else { None }
    }
}

/// Builds the distribution of a kind from its arguments and hands it to one of two functions; arguments that do not fit
/// the kind give the last expression.
macro_rules! with_distribution {
    ($kind:expr, $arguments:expr, $body:expr, $vector:expr, $otherwise:expr) => {
        match ($kind, $arguments) {
            (Kind::Normal, &[Argument::Real(mu), Argument::Real(sigma)]) => $body(crate::Normal { mu, sigma }),
            (Kind::HalfNormal, &[Argument::Real(sigma)]) => $body(crate::HalfNormal { sigma }),
            (Kind::LogNormal, &[Argument::Real(mu), Argument::Real(sigma)]) => $body(crate::LogNormal { mu, sigma }),
            (Kind::StudentT, &[Argument::Real(nu), Argument::Real(mu), Argument::Real(sigma)]) => {
                $body(crate::StudentT { nu, mu, sigma })
            }
            (Kind::Cauchy, &[Argument::Real(mu), Argument::Real(sigma)]) => $body(crate::Cauchy { mu, sigma }),
            (Kind::HalfCauchy, &[Argument::Real(sigma)]) => $body(crate::HalfCauchy { sigma }),
            (Kind::Exponential, &[Argument::Real(rate)]) => $body(crate::Exponential { rate }),
            (Kind::Gamma, &[Argument::Real(shape), Argument::Real(rate)]) => $body(crate::Gamma { shape, rate }),
            (Kind::InverseGamma, &[Argument::Real(shape), Argument::Real(scale)]) => {
                $body(crate::InverseGamma { shape, scale })
            }
            (Kind::Beta, &[Argument::Real(a), Argument::Real(b)]) => $body(crate::Beta { a, b }),
            (Kind::Uniform, &[Argument::Real(lower), Argument::Real(upper)]) => $body(crate::Uniform { lower, upper }),
            (Kind::Bernoulli, &[Argument::Real(p)]) => $body(crate::Bernoulli { p }),
            (Kind::Binomial, &[Argument::Int(n), Argument::Real(p)]) => $body(crate::Binomial { n, p }),
            (Kind::Poisson, &[Argument::Real(rate)]) => $body(crate::Poisson { rate }),
            (Kind::Geometric, &[Argument::Real(p)]) => $body(crate::Geometric { p }),
            (Kind::Categorical, &[Argument::RealArray(probs)]) => $body(crate::Categorical { probs }),
            (Kind::DiscreteUniform, &[Argument::Int(lower), Argument::Int(upper)]) => {
                $body(crate::DiscreteUniform { lower, upper })
            }
            (Kind::Dirichlet, &[Argument::RealArray(alpha)]) => $vector(&crate::Dirichlet { alpha }),
            (Kind::MvNormal, &[Argument::RealArray(mu), Argument::Matrix(sigma, rows, columns)])
                if rows == mu.len() && columns == rows =>
            {
                $vector(&crate::MvNormal { mu, sigma })
            }
            _ => $otherwise,
        }
    };
}

/// Whether every argument is in its domain.
pub fn check_value(kind: Kind, arguments: &[Argument<'_>]) -> Result<(), ParameterError> {
    let misfit = Err(ParameterError { kind, parameter: kind.entry().parameters.len() as u32 - 1, found: f64::NAN });
    with_distribution!(kind, arguments, |d| Scalar::check(&d), |d: &dyn Vector| d.check(), misfit)
}

/// A draw; NaN from arguments that do not fit.
pub fn sample_value(kind: Kind, arguments: &[Argument<'_>], stream: &mut Stream) -> Value {
    fn scalar<D: Scalar<Value: Dynamic>>(d: &D, stream: &mut Stream) -> Value {
        d.sample(stream).wrap()
    }
    fn vector(d: &dyn Vector, stream: &mut Stream) -> Value {
        let mut out = vec![0.0; d.dimension()];
        d.sample(stream, &mut out);
        Value::RealArray(out)
    }
    with_distribution!(
        kind,
        arguments,
        |d| scalar(&d, stream),
        |d: &dyn Vector| vector(d, stream),
        Value::Real(f64::NAN)
    )
}

/// The log density at a value; NaN from arguments or a value that do not fit.
pub fn log_density_value(kind: Kind, arguments: &[Argument<'_>], value: &Value) -> f64 {
    fn scalar<D: Scalar<Value: Dynamic>>(d: &D, value: &Value) -> f64 {
        Dynamic::unwrap(value).map_or(f64::NAN, |x| d.log_density(x))
    }
    let vector = |d: &dyn Vector| if let Value::RealArray(x) = value { d.log_density(x) } else { f64::NAN };
    with_distribution!(kind, arguments, |d| scalar(&d, value), vector, f64::NAN)
}

/// Where the mass is.
pub fn support_value(kind: Kind, arguments: &[Argument<'_>]) -> Support {
    match (kind, arguments) {
        (Kind::Normal | Kind::StudentT | Kind::Cauchy, _) => Support::Real,
        (Kind::Uniform, &[Argument::Real(lower), Argument::Real(upper)]) => Support::Interval(lower, upper),
        (Kind::Beta, _) => Support::Interval(0.0, 1.0),
        (Kind::Bernoulli, _) => Support::Booleans,
        (Kind::Binomial, &[Argument::Int(n), _]) => Support::Integers(0, Some(n)),
        (Kind::Categorical, &[Argument::RealArray(probs)]) => Support::Integers(0, Some(probs.len() as i64 - 1)),
        (Kind::DiscreteUniform, &[Argument::Int(lower), Argument::Int(upper)]) => Support::Integers(lower, Some(upper)),
        (Kind::Poisson | Kind::Geometric, _) => Support::Integers(0, None),
        (Kind::Dirichlet, &[Argument::RealArray(alpha)]) => Support::Simplex(alpha.len()),
        (Kind::MvNormal, &[Argument::RealArray(mu), _]) => Support::Reals(mu.len()),
        _ => Support::Positive,
    }
}

/// An upper bound of P(X >= k) for a distribution with countable support, tight enough to go to 0 as k grows.
pub fn upper_tail(kind: Kind, arguments: &[Argument<'_>], k: i64) -> f64 {
    match (kind, arguments) {
        _ if k <= 0 => 1.0,
        (Kind::Geometric, &[Argument::Real(p)]) => (k as f64 * (-p).ln_1p()).exp(),
        (Kind::Poisson, &[Argument::Real(rate)]) => {
            // Beyond the mean the masses fall faster than a geometric series of ratio rate / (k + 1).
            let ratio = rate / (k as f64 + 1.0);
            if ratio >= 1.0 {
                return 1.0;
            }
            (crate::Poisson { rate }.log_density(k).exp() / (1.0 - ratio)).min(1.0)
        }
        _ => 1.0,
    }
}
