//! Where a distribution puts its mass.

/// The support of a distribution with given parameters.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Support {
    /// All reals
    Real,
    /// Reals above 0
    Positive,
    /// Reals from a bound upwards
    Above(f64),
    /// Reals between two bounds
    Interval(f64, f64),
    /// false and true
    Booleans,
    /// Integers from the first to the second; none: without end
    Integers(i64, Option<i64>),
    /// Arrays of this length with non-negative elements that sum to 1
    Simplex(usize),
    /// Arrays of this length
    Reals(usize),
    /// Arrays of this length of integers of 0 or more, with this sum
    Counts(usize, i64),
    /// Matrices of so many rows and columns
    Matrices(usize, usize),
    /// Symmetric positive-definite matrices of this size
    Covariance(usize),
    /// The same with ones on the diagonal
    Correlation(usize),
    /// Lower-triangular matrices of this size with a positive diagonal and rows of length 1
    CorrelationFactor(usize),
}

impl Support {
    /// The lower and the upper end, of numbers (of false and true, 0 and 1); of arrays and matrices there are none.
    pub fn bounds(self) -> (f64, f64) {
        match self {
            Support::Real
            | Support::Simplex(_)
            | Support::Reals(_)
            | Support::Counts(..)
            | Support::Matrices(..)
            | Support::Covariance(_)
            | Support::Correlation(_)
            | Support::CorrelationFactor(_) => (f64::NEG_INFINITY, f64::INFINITY),
            Support::Positive => (0.0, f64::INFINITY),
            Support::Above(lower) => (lower, f64::INFINITY),
            Support::Interval(lower, upper) => (lower, upper),
            Support::Booleans => (0.0, 1.0),
            Support::Integers(first, last) => (first as f64, last.map_or(f64::INFINITY, |last| last as f64)),
        }
    }
}
