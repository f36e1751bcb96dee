//! Special functions and small dense linear algebra, as plain functions of doubles.
//!
//! Invariants: no function panics, loops for ever or allocates unless its name says so; NaN in gives NaN out.

pub mod gamma;
pub mod linear;
pub mod logarithm;
pub mod normal;
pub mod saddle;
pub mod special;
