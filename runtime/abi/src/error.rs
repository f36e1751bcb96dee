//! Errors of running programs, as values.

use std::fmt;

/// What went wrong, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct RuntimeError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// The place in the program, an index that the driver maps to a span.
    pub site: Option<u32>,
}

/// What can go wrong in a running program.
#[derive(Clone, Debug, PartialEq)]
pub enum ErrorKind {
    /// An index outside an array.
    OutOfBounds {
        /// The index.
        index: i64,
        /// The length of the array.
        length: i64,
    },
    /// Two lengths that had to be equal.
    Lengths {
        /// One.
        left: i64,
        /// The other.
        right: i64,
    },
    /// Shapes of matrices (or a matrix and a vector) that do not fit.
    Shapes {
        /// Rows and columns.
        left: (i64, i64),
        /// Rows and columns.
        right: (i64, i64),
    },
    /// Int arithmetic left the range of 64 bits.
    Overflow,
    /// Int division by zero.
    DivisionByZero,
    /// `fail(message)`.
    Message(String),
    /// A Real that had to be an Int in range.
    NotAnInt(f64),
    /// A negative number where none can be.
    Negative(i64),
    /// A parameter of a distribution outside its domain; the numbers are those of the catalogue of distributions.
    Parameter {
        /// The distribution.
        distribution: u32,
        /// Which parameter.
        parameter: u32,
        /// Its value (or the offending element).
        found: f64,
    },
    /// A matrix that had to be symmetric positive definite; the text says where it is not.
    NotPositiveDefinite(String),
    /// A matrix that had to be invertible.
    Singular,
    /// A distribution without any value to draw.
    NothingToDraw,
    /// Recursion deeper than the stack.
    StackOverflow,
    /// The run was stopped from outside.
    Interrupted,
    /// More memory than allowed.
    OutOfMemory {
        /// The limit in bytes.
        limit: usize,
    },
    /// The method cannot run a construct that was reached.
    Refused,
    /// The choices of a model are not those that its first evaluation had.
    StructureChanged,
    /// A value that was given for a choice cannot be one of its distribution; the text says why.
    OutsideSupport(String),
    /// Every particle has weight zero.
    ZeroWeight,
    /// No point was found where the density is not 0.
    ZeroDensity,
    /// Something that the compiler said cannot happen.
    Unreachable,
}

impl ErrorKind {
    /// Whether it comes from the values of numbers, so that at another point there may be none.
    pub fn is_numeric(&self) -> bool {
        matches!(
            self,
            ErrorKind::Parameter { .. }
                | ErrorKind::NotPositiveDefinite(_)
                | ErrorKind::Singular
                | ErrorKind::NotAnInt(_)
        )
    }
}

impl RuntimeError {
    /// An error without a place.
    pub fn new(kind: ErrorKind) -> RuntimeError {
        RuntimeError { kind, site: None }
    }

    /// An error at a site as compiled code numbers them (negative: none).
    pub fn at(kind: ErrorKind, site: i64) -> RuntimeError {
        RuntimeError { kind, site: u32::try_from(site).ok() }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErrorKind::OutOfBounds { index, length: 0 } => {
                write!(f, "index {index} is out of bounds: there are no elements")
            }
            ErrorKind::OutOfBounds { index, length } => {
                write!(
                    f,
                    "index {index} is out of bounds: the length is {length}, so indices go from 0 to {}",
                    length - 1
                )
            }
            ErrorKind::Lengths { left, right } => write!(f, "lengths differ: {left} and {right}"),
            ErrorKind::Shapes { left, right } => {
                write!(f, "shapes do not fit: {} x {} and {} x {}", left.0, left.1, right.0, right.1)
            }
            ErrorKind::Overflow => write!(f, "Int overflow: the result does not fit in 64 bits"),
            ErrorKind::DivisionByZero => write!(f, "division of an Int by zero"),
            ErrorKind::Message(text) => write!(f, "{text}"),
            ErrorKind::NotAnInt(found) => write!(f, "{found:?} is not an Int in the range of 64 bits"),
            ErrorKind::Negative(found) => write!(f, "{found} is negative"),
            ErrorKind::Parameter { distribution, parameter, found } => {
                write!(f, "parameter {parameter} of distribution {distribution} is outside its domain: found {found}")
            }
            ErrorKind::NotPositiveDefinite(why) => write!(f, "the matrix is not symmetric positive definite: {why}"),
            ErrorKind::Singular => write!(f, "the matrix is singular"),
            ErrorKind::NothingToDraw => write!(f, "there is nothing to draw from: no values, or all weights are zero"),
            ErrorKind::StackOverflow => write!(f, "the recursion is too deep for the stack"),
            ErrorKind::Interrupted => write!(f, "the run was interrupted"),
            ErrorKind::OutOfMemory { limit } => {
                write!(f, "out of memory: the limit is {} MiB", limit.div_ceil(1 << 20))
            }
            ErrorKind::StructureChanged => {
                write!(
                    f,
                    "the choices of the model depend on the values of others: it has no density of fixed dimension"
                )
            }
            ErrorKind::Refused => write!(f, "the method cannot run this"),
            ErrorKind::ZeroWeight => {
                write!(f, "every execution has weight zero: the observation is impossible in all of them")
            }
            ErrorKind::OutsideSupport(why) => write!(f, "{why}"),
            ErrorKind::ZeroDensity => write!(f, "the density is zero, or not a number, at every point tried"),
            ErrorKind::Unreachable => write!(f, "internal error: reached code that cannot be reached"),
        }
    }
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for RuntimeError {}
