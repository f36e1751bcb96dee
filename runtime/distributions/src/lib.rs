//! Distributions: one file each, and the catalogue that the compiler reads.
//!
//! A distribution is a plain struct of its parameters with the trait [`Scalar`] (values are numbers) or [`Vector`] (values
//! are arrays of Reals). Log-densities are total: -inf outside the support, NaN only from NaN (or a parameter above
//! 1e304, where intermediate results overflow). Samplers expect parameters that [`Scalar::check`] accepts, and give a NaN
//! (or 0) instead of failing where they were not.

pub mod catalogue;
pub mod dynamic;
pub mod entry;
pub mod support;

mod random;

pub use catalogue::{CATALOGUE, Discreteness, Domain, Entry, Kind, Parameter, ParameterKind, ValueKind};
pub use dynamic::{Argument, Value, check_value, log_density_value, sample_value, support_value, upper_tail};
pub use support::Support;

use borel_abi::stream::Stream;
use std::fmt;

mod bernoulli;
mod beta;
mod binomial;
mod categorical;
mod cauchy;
mod dirichlet;
mod discrete_uniform;
mod exponential;
mod gamma;
mod geometric;
mod half_cauchy;
mod half_normal;
mod inverse_gamma;
mod log_normal;
mod mv_normal;
mod normal;
mod poisson;
mod student_t;
mod uniform;

pub use bernoulli::Bernoulli;
pub use beta::Beta;
pub use binomial::Binomial;
pub use categorical::Categorical;
pub use cauchy::Cauchy;
pub use dirichlet::Dirichlet;
pub use discrete_uniform::DiscreteUniform;
pub use exponential::Exponential;
pub use gamma::Gamma;
pub use geometric::Geometric;
pub use half_cauchy::HalfCauchy;
pub use half_normal::HalfNormal;
pub use inverse_gamma::InverseGamma;
pub use log_normal::LogNormal;
pub use mv_normal::MvNormal;
pub use normal::Normal;
pub use poisson::Poisson;
pub use student_t::StudentT;
pub use uniform::Uniform;

/// A distribution over numbers.
pub trait Scalar {
    /// f64, i64 or bool.
    type Value: Copy;

    /// Whether every parameter is in its domain.
    fn check(&self) -> Result<(), ParameterError>;

    /// A draw.
    fn sample(&self, stream: &mut Stream) -> Self::Value;

    /// The log density, or log mass, at a point.
    fn log_density(&self, x: Self::Value) -> f64;

    /// The mean; NaN where there is none.
    fn mean(&self) -> f64;

    /// The variance; NaN where there is none, infinite where it is.
    fn variance(&self) -> f64;
}

/// A distribution over arrays of Reals.
pub trait Vector {
    /// The length of its values.
    fn dimension(&self) -> usize;

    /// Whether every parameter is in its domain.
    fn check(&self) -> Result<(), ParameterError>;

    /// Writes a draw to `out`, which has the length of a value.
    fn sample(&self, stream: &mut Stream, out: &mut [f64]);

    /// The log density at a point; -inf if it has another length.
    fn log_density(&self, x: &[f64]) -> f64;
}

/// A parameter outside its domain.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ParameterError {
    /// The distribution.
    pub kind: Kind,
    /// The index of the parameter.
    pub parameter: u32,
    /// What was found (of an array, the first bad element, or the sum).
    pub found: f64,
}

impl fmt::Display for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = self.kind.entry();
        let Some(parameter) = entry.parameters.get(self.parameter as usize) else { return f.write_str(entry.name) };
        write!(f, "{}: {} must be {}, found {:?}", entry.name, parameter.name, parameter.domain, self.found)
    }
}

impl std::error::Error for ParameterError {}

/// Passes if `ok` holds of the parameter's value.
fn require(ok: bool, kind: Kind, parameter: u32, found: f64) -> Result<(), ParameterError> {
    if ok { Ok(()) } else { Err(ParameterError { kind, parameter, found }) }
}

fn positive(kind: Kind, parameter: u32, x: f64) -> Result<(), ParameterError> {
    require(x > 0.0 && x.is_finite(), kind, parameter, x)
}

fn finite(kind: Kind, parameter: u32, x: f64) -> Result<(), ParameterError> {
    require(x.is_finite(), kind, parameter, x)
}

fn probability(kind: Kind, parameter: u32, x: f64) -> Result<(), ParameterError> {
    require((0.0..=1.0).contains(&x), kind, parameter, x)
}

/// log(sqrt(2 pi)).
const LOG_SQRT_TWO_PI: f64 = 0.918_938_533_204_672_8;
