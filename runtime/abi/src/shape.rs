//! Types as the runtime needs them: to print values, to bind data, to read results.

use crate::layout::LayoutId;

/// Index into [`crate::module::Module::shapes`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ShapeId(pub u32);

/// A type.
#[derive(Clone, PartialEq, Debug)]
pub enum Shape {
    /// No words.
    Unit,
    /// One word, 0 or 1.
    Bool,
    /// One word.
    Int,
    /// One word: the bits.
    Real,
    /// A pointer to text.
    String,
    /// A pointer to a matrix.
    Matrix,
    /// The words of its components in order.
    Tuple(Vec<ShapeId>),
    /// The words of its fields in order (sorted by name).
    Record(Vec<(String, ShapeId)>),
    /// A pointer to an array with this layout.
    Array(ShapeId, LayoutId),
    /// A pointer to a constructor's object, or an immediate for one without fields.
    Data(String, Vec<(String, Vec<ShapeId>, LayoutId)>),
    /// A pointer to a closure.
    Function,
    /// A pointer to a distribution.
    Distribution(ShapeId),
    /// Pointer to the array of draws, pointer to the weights (`[Real]`), log evidence.
    Posterior(ShapeId),
    /// A pointer to suspended executions.
    Suspended(ShapeId),
    /// Kind, count, resampling, threshold (Real), mass (Real).
    Method,
}
