//! Distributions: one file each, and the catalogue that the compiler reads.
//!
//! A distribution is a plain struct of its parameters, declared with [`distribution!`], with the trait [`Scalar`] (values are
//! numbers) or [`Multivariate`] (values are arrays or matrices). Log densities are total: -inf outside the support, NaN only from
//! NaN (or a parameter above 1e304, where intermediate results overflow). Samplers expect parameters that `check` accepts, and
//! give a NaN (or 0) instead of failing where they were not.

pub mod bounds;
pub mod catalogue;
pub mod dynamic;
pub mod entry;
pub mod parameter;
pub mod support;

mod declare;
mod gradient;
pub mod random;
mod table;

mod continuous;
mod discrete;
mod multivariate;

pub use catalogue::{Discreteness, Domain, Entry, Function, ParameterEntry, ParameterKind, ValueKind};
pub use continuous::*;
pub use discrete::*;
pub use dynamic::{Argument, Value, check_value, log_density_value, sample_value, support_value, upper_tail};
pub use gradient::Side;
pub use multivariate::*;
pub use parameter::{Matrix, Parameter, ScalarValue};
pub use random::AliasTable;
pub use support::Support;
pub use table::{CATALOGUE, Kind, Visitor, visit};

use borel_abi::stream::Stream;
use declare::distribution;
use std::fmt;

/// What the declaration of a distribution says of it.
pub trait Declared: Sized {
    /// Its row in the catalogue.
    const ENTRY: Entry;

    /// Whether every parameter is in its domain, each by itself.
    fn check_domains(&self) -> Result<(), ParameterError>;

    /// How many derivatives with respect to the parameters a gradient has: one for every Real, none for an Int, and one for each
    /// element of an array or a matrix.
    fn gradient_length(&self) -> usize;

    /// How many of them are with respect to one parameter, by its index.
    fn reals(&self, parameter: usize) -> usize;

    /// A Real parameter, by its index among the parameters; NaN if it is of another type.
    fn real(&self, parameter: usize) -> f64;

    /// The same distribution with another value of a Real parameter; unchanged if it is of another type.
    fn with_real(self, parameter: usize, value: f64) -> Self;
}

/// A distribution over numbers.
pub trait Scalar: Declared + Copy {
    /// f64, i64 or bool.
    type Value: ScalarValue;

    /// Whether the parameters are what they must be.
    fn check(&self) -> Result<(), ParameterError> {
        self.check_domains()
    }

    /// Where the mass is.
    fn support(&self) -> Support;

    /// A draw.
    fn sample(&self, stream: &mut Stream) -> Self::Value;

    /// What the log density needs of the parameters alone, for [`Scalar::log_density_given`]: computed once for many points.
    fn normaliser(&self) -> f64 {
        0.0
    }

    /// The log density, or log mass, at a point.
    fn log_density_given(&self, x: Self::Value, normaliser: f64) -> f64;

    /// The log density, or log mass, at a point.
    #[inline]
    fn log_density(&self, x: Self::Value) -> f64 {
        self.log_density_given(x, self.normaliser())
    }

    /// Writes the derivatives of the log density at a point of the support: with respect to the value (0 for Ints and Bools), then
    /// to each parameter in order: one number for a Real, none for an Int, one for each element of an array. `out` is one longer than
    /// [`Declared::gradient_length`]. Outside the support all are 0; at its ends, and where parameters are at those of their domains,
    /// what the limit is, which may be infinite.
    fn gradient(&self, x: Self::Value, out: &mut [f64]);

    /// Writes the derivatives of the logarithm of the mass up to x (of values up to x, or above x), laid out as in
    /// [`Scalar::gradient`]. All are 0 where that mass is 0 or 1.
    ///
    /// With respect to the value they come from the density, and with respect to locations and scales, and to whatever else has
    /// a closed form, from relations that the distributions give. What is left (shapes such as those of Gamma, Beta and
    /// StudentT) is found by extrapolated central differences of the logarithm of the mass, and is good to a relative 1e-8.
    fn mass_gradient(&self, x: Self::Value, side: Side, out: &mut [f64]) {
        gradient::of_mass(self, x, side, out);
    }

    /// Writes the derivatives of log P(X <= x), as [`Scalar::mass_gradient`].
    fn log_cdf_gradient(&self, x: Self::Value, out: &mut [f64]) {
        self.mass_gradient(x, Side::Below, out);
    }

    /// Writes the derivatives of log P(X > x), as [`Scalar::mass_gradient`].
    fn log_ccdf_gradient(&self, x: Self::Value, out: &mut [f64]) {
        self.mass_gradient(x, Side::Above, out);
    }

    /// The mean; NaN where there is none.
    fn mean(&self) -> f64;

    /// The variance; NaN where there is none, infinite where it is.
    fn variance(&self) -> f64;

    /// The entropy in nats (differential, of densities); NaN where it has no closed form.
    fn entropy(&self) -> f64 {
        f64::NAN
    }

    /// P(X <= x).
    fn cdf(&self, x: Self::Value) -> f64;

    /// P(X > x).
    fn ccdf(&self, x: Self::Value) -> f64;

    /// log P(X <= x), also where P(X <= x) underflows.
    fn log_cdf(&self, x: Self::Value) -> f64 {
        self.cdf(x).ln()
    }

    /// log P(X > x), also where P(X > x) underflows.
    fn log_ccdf(&self, x: Self::Value) -> f64 {
        self.ccdf(x).ln()
    }

    /// The smallest x with P(X <= x) >= p, for p from 0 to 1.
    fn quantile(&self, p: f64) -> Self::Value;

    /// The smallest x with P(X > x) <= q, for q from 0 to 1: quantiles far in the upper tail.
    fn quantile_ccdf(&self, q: f64) -> Self::Value {
        self.quantile(1.0 - q)
    }
}

/// The shape of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// An array of this length
    Array(usize),
    /// A matrix of so many rows and columns, row-major
    Matrix(usize, usize),
}

impl Shape {
    /// How many elements there are.
    pub fn count(self) -> usize {
        match self {
            Shape::Array(length) => length,
            Shape::Matrix(rows, columns) => rows * columns,
        }
    }
}

/// A distribution over arrays or matrices.
pub trait Multivariate: Declared + Copy {
    /// f64 or i64.
    type Element: Element;

    /// The shape of its values.
    fn shape(&self) -> Shape;

    /// Whether the parameters are what they must be, alone and together.
    fn check(&self) -> Result<(), ParameterError> {
        self.check_domains()
    }

    /// Where the mass is.
    fn support(&self) -> Support;

    /// Writes a draw to `out`, which has as many elements as the shape.
    fn sample(&self, stream: &mut Stream, out: &mut [Self::Element]);

    /// The log density at a point with the elements of the shape.
    fn log_density(&self, x: &[Self::Element]) -> f64;

    /// Writes the derivatives of the log density at a point of the support: with respect to the elements of the value, if they are
    /// Reals, then as [`Scalar::gradient`]. NaN where a matrix among the parameters is not what it must be.
    ///
    /// Elements that are tied to each other are moved as if they were free. The derivatives with respect to a symmetric matrix S are a
    /// symmetric matrix G such that the sum of G[i, j] dS[i, j] over all i and j is the change for a symmetric change dS;
    /// those with respect to a triangular one are 0 outside the triangle.
    fn gradient(&self, x: &[Self::Element], out: &mut [f64]);

    /// Writes the means of the elements; NaN where there is none.
    fn mean(&self, out: &mut [f64]);

    /// Writes the variances of the elements; NaN where there is none.
    fn variance(&self, out: &mut [f64]);

    /// The entropy in nats; NaN where it has no closed form.
    fn entropy(&self) -> f64 {
        f64::NAN
    }
}

pub use parameter::Element;

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

/// log(sqrt(2 pi)).
const LOG_SQRT_TWO_PI: f64 = 0.918_938_533_204_672_8;
