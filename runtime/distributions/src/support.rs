//! Where a distribution puts its mass.

/// The support of a distribution with given parameters.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Support {
    /// All reals
    Real,
    /// Reals above 0
    Positive,
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
}
