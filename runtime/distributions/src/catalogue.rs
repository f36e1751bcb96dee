//! What is known of distributions: names, parameters with their domains, values, entry points.

use crate::parameter::Matrix;
use crate::table::{CATALOGUE, Kind};
use borel_math::linear::cholesky;
use std::fmt;

impl Kind {
    /// Its entry.
    pub fn entry(self) -> &'static Entry {
        CATALOGUE[self as usize]
    }

    /// Which parameter is a location, that normalisers do not depend on.
    pub fn location(self) -> Option<usize> {
        match self {
            Kind::Normal | Kind::LogNormal | Kind::Cauchy | Kind::Laplace | Kind::Logistic | Kind::Gumbel => Some(0),
            Kind::StudentT => Some(1),
            _ => None,
        }
    }

    /// The distribution with this number.
    pub fn from_u32(number: u32) -> Option<Kind> {
        Kind::ALL.get(number as usize).copied()
    }

    /// The distribution with this name.
    pub fn from_name(name: &str) -> Option<Kind> {
        CATALOGUE.iter().find(|entry| entry.name == name).map(|entry| entry.kind)
    }

    /// The name of the entry point of a function.
    pub fn symbol(self, function: Function) -> &'static str {
        self.entry().symbols[function as usize]
    }
}

/// A function of a distribution that compiled code can call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(usize)]
pub enum Function {
    /// A draw, from the parameters
    Sample,
    /// The log density: value, parameters
    LogDensity,
    /// Raises if a parameter is outside its domain: site, parameters
    Check,
    /// The mean: parameters. Of multivariate distributions the means of the elements, in the shape of the value
    Mean,
    /// The variance: as the mean
    Variance,
    /// The entropy: parameters
    Entropy,
    /// The derivatives of the log density, times an adjoint: value, parameters, adjoint and, where the value or a parameter is an array
    /// or a matrix, four objects (or null): for each of those, in order, the one to whose elements its derivatives are added. Derivatives
    /// with respect to Reals, the value before the parameters, are left in the results of the context
    Gradient,
    /// What the log density needs of the parameters alone; of scalar distributions, as all that follow: parameters
    Normaliser,
    /// The log density: value, normaliser, parameters
    LogDensityGiven,
    /// P(X <= x): value, parameters
    Cdf,
    /// P(X > x): value, parameters
    Ccdf,
    /// log P(X <= x): value, parameters
    LogCdf,
    /// log P(X > x): value, parameters
    LogCcdf,
    /// The quantile: probability, parameters
    Quantile,
    /// The quantile by the probability above it: probability, parameters
    QuantileCcdf,
    /// The lower end of the support: parameters
    LowerBound,
    /// The upper end of the support: parameters
    UpperBound,
    /// The derivatives of log P(X <= x), as [`Function::Gradient`]
    LogCdfGradient,
    /// The derivatives of log P(X > x), as [`Function::Gradient`]
    LogCcdfGradient,
    /// The log density and its derivatives with respect to Reals, the value before the parameters: value, parameters. All are left in the
    /// results of the context
    DensityAndGradient,
}

impl Function {
    /// All of them, in the order of their numbers.
    pub const ALL: [Function; 20] = [
        Function::Sample,
        Function::LogDensity,
        Function::Check,
        Function::Mean,
        Function::Variance,
        Function::Entropy,
        Function::Gradient,
        Function::Normaliser,
        Function::LogDensityGiven,
        Function::Cdf,
        Function::Ccdf,
        Function::LogCdf,
        Function::LogCcdf,
        Function::Quantile,
        Function::QuantileCcdf,
        Function::LowerBound,
        Function::UpperBound,
        Function::LogCdfGradient,
        Function::LogCcdfGradient,
        Function::DensityAndGradient,
    ];

    /// How many of them, from the first on, multivariate distributions have.
    pub const OF_MULTIVARIATE: usize = 7;

    /// Whether it leaves derivatives.
    pub fn is_gradient(self) -> bool {
        matches!(
            self,
            Function::Gradient | Function::LogCdfGradient | Function::LogCcdfGradient | Function::DensityAndGradient
        )
    }
}

/// What is known of a distribution.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The distribution.
    pub kind: Kind,
    /// Its name in programs.
    pub name: &'static str,
    /// What its page says: a sentence, then formula, domain, units, source; an example.
    pub documentation: &'static str,
    /// Its parameters in order.
    pub parameters: &'static [ParameterEntry],
    /// The type of its values.
    pub value: ValueKind,
    /// Whether its values can be enumerated.
    pub discreteness: Discreteness,
    /// The names of the entry points, by [`Function`].
    pub symbols: &'static [&'static str],
}

impl Entry {
    /// The first paragraph of the documentation.
    pub fn summary(&self) -> String {
        self.documentation.split("\n\n").next().unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct ParameterEntry {
    /// Its name, for named arguments.
    pub name: &'static str,
    /// Its type.
    pub kind: ParameterKind,
    /// What it may be.
    pub domain: Domain,
    /// What it means.
    pub doc: &'static str,
}

/// The type of a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ParameterKind {
    /// Real
    Real,
    /// Int
    Int,
    /// [Real]
    RealArray,
    /// Matrix
    Matrix,
}

/// The type of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ValueKind {
    /// Real
    Real,
    /// Int
    Int,
    /// Bool
    Bool,
    /// [Real]
    RealArray,
    /// [Int]
    IntArray,
    /// Matrix
    Matrix,
}

impl ValueKind {
    /// Whether values are arrays or matrices.
    pub fn is_multivariate(self) -> bool {
        matches!(self, ValueKind::RealArray | ValueKind::IntArray | ValueKind::Matrix)
    }
}

impl fmt::Display for ValueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ValueKind::Real => "Real",
            ValueKind::Int => "Int",
            ValueKind::Bool => "Bool",
            ValueKind::RealArray => "[Real]",
            ValueKind::IntArray => "[Int]",
            ValueKind::Matrix => "Matrix",
        })
    }
}

impl fmt::Display for ParameterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ParameterKind::Real => "Real",
            ParameterKind::Int => "Int",
            ParameterKind::RealArray => "[Real]",
            ParameterKind::Matrix => "Matrix",
        })
    }
}

/// Whether values can be enumerated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Discreteness {
    /// Reals
    Continuous,
    /// Finitely many values
    Finite,
    /// Infinitely many values that can be listed
    Countable,
}

/// What a parameter may be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Domain {
    /// Not infinite, not NaN
    Finite,
    /// Above 0 and finite
    Positive,
    /// 0 or above, and finite
    NonNegative,
    /// From 0 to 1
    Probability,
    /// Above 0, up to 1
    PositiveProbability,
    /// Above 0, below 1
    OpenProbability,
    /// Above 1 and finite
    AboveOne,
    /// 0 or above, and at most the number of objects that the parameters after it count
    SampleSize,
    /// Above the parameter before it
    Above,
    /// At least the parameter before it
    AtLeast,
    /// Not empty, all from 0 to 1, with sum 1 within 1e-8
    Simplex,
    /// Not empty, all above 0
    PositiveArray,
    /// All finite
    FiniteArray,
    /// Not empty, all finite
    NonEmptyArray,
    /// Not empty, all finite and 0 or above, not all 0
    WeightArray,
    /// Not empty, all finite, each above the one before
    OrderedArray,
    /// Symmetric positive definite, of the size of the parameter before it if that is an array
    Covariance,
    /// Symmetric positive definite
    CovarianceOfAnySize,
    /// Lower triangular with a positive diagonal, of the size of the parameter before it if that is an array
    CholeskyFactor,
    /// All finite
    FiniteMatrix,
}

/// How far the sum of probabilities may be from 1.
pub const SIMPLEX_TOLERANCE: f64 = 1e-8;

impl Domain {
    /// Whether a number is in the domain; `before` is the parameter before it.
    pub fn accepts_number(self, x: f64, before: f64) -> bool {
        match self {
            Domain::Finite => x.is_finite(),
            Domain::Positive => x > 0.0 && x.is_finite(),
            Domain::NonNegative | Domain::SampleSize => x >= 0.0 && x.is_finite(),
            Domain::AboveOne => x > 1.0 && x.is_finite(),
            Domain::Probability => (0.0..=1.0).contains(&x),
            Domain::PositiveProbability => x > 0.0 && x <= 1.0,
            Domain::OpenProbability => x > 0.0 && x < 1.0,
            Domain::Above => x > before && x.is_finite(),
            Domain::AtLeast => x >= before && x.is_finite(),
            _ => false,
        }
    }

    /// The first number of an array that is outside the domain: an element, or the sum; NaN where there is no such number.
    pub fn misfit_of_array(self, xs: &[f64]) -> Option<f64> {
        let first = |wrong: fn(f64) -> bool| xs.iter().copied().find(|x| wrong(*x));
        let empty = xs.is_empty().then_some(f64::NAN);
        match self {
            Domain::FiniteArray => first(|x| !x.is_finite()),
            Domain::NonEmptyArray => empty.or_else(|| first(|x| !x.is_finite())),
            Domain::PositiveArray => empty.or_else(|| first(|x| !(x > 0.0 && x.is_finite()))),
            Domain::WeightArray => empty.or_else(|| first(|x| !(x >= 0.0 && x.is_finite()))).or_else(|| {
                let sum: f64 = xs.iter().sum();
                (!(sum > 0.0 && sum.is_finite())).then_some(sum)
            }),
            Domain::OrderedArray => empty
                .or_else(|| first(|x| !x.is_finite()))
                .or_else(|| xs.windows(2).find(|pair| pair[0] >= pair[1]).map(|pair| pair[1])),
            Domain::Simplex => first(|x| !(0.0..=1.0 + SIMPLEX_TOLERANCE).contains(&x)).or_else(|| {
                let sum: f64 = xs.iter().sum();
                ((sum - 1.0).abs() > SIMPLEX_TOLERANCE).then_some(sum)
            }),
            _ => Some(f64::NAN),
        }
    }

    /// The same of a matrix; `size` is the length of the array before it, NaN if there is none.
    pub fn misfit_of_matrix(self, matrix: Matrix<'_>, size: f64) -> Option<f64> {
        let n = matrix.rows;
        let finite = || matrix.elements.iter().copied().find(|x| !x.is_finite());
        let fits = n == matrix.columns && n > 0 && (size.is_nan() || n as f64 == size);
        match self {
            Domain::FiniteMatrix => finite(),
            Domain::Covariance if fits => {
                finite().or_else(|| cholesky(matrix.elements, n).is_none().then_some(f64::NAN))
            }
            Domain::CholeskyFactor if fits => {
                finite().or_else(|| (0..n).map(|i| matrix.at(i, i)).find(|x| *x <= 0.0)).or_else(|| {
                    (0..n)
                        .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
                        .map(|(i, j)| matrix.at(i, j))
                        .find(|x| *x != 0.0)
                })
            }
            Domain::CovarianceOfAnySize => Domain::Covariance.misfit_of_matrix(matrix, f64::NAN),
            _ => Some(f64::NAN),
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Domain::Finite => "finite",
            Domain::Positive => "positive",
            Domain::NonNegative => "0 or positive",
            Domain::Probability => "between 0 and 1",
            Domain::PositiveProbability => "above 0 and at most 1",
            Domain::OpenProbability => "above 0 and below 1",
            Domain::AboveOne => "above 1",
            Domain::SampleSize => "0 or positive, and at most the number of objects",
            Domain::Above => "above the lower bound",
            Domain::AtLeast => "at least the lower bound",
            Domain::Simplex => "probabilities that sum to 1",
            Domain::PositiveArray => "a non-empty array of positive numbers",
            Domain::FiniteArray => "an array of finite numbers",
            Domain::NonEmptyArray => "a non-empty array of finite numbers",
            Domain::WeightArray => "a non-empty array of numbers that are 0 or positive, not all 0",
            Domain::OrderedArray => "a non-empty array of ascending numbers",
            Domain::Covariance => "a symmetric positive-definite matrix that fits the mean",
            Domain::CovarianceOfAnySize => "a symmetric positive-definite matrix",
            Domain::CholeskyFactor => "a lower-triangular matrix with a positive diagonal that fits the mean",
            Domain::FiniteMatrix => "a matrix of finite numbers",
        })
    }
}
