//! Special functions and small dense linear algebra, as plain functions of doubles.
//!
//! Invariants: no function panics, loops for ever or allocates unless its name says so; NaN in gives NaN out.

pub mod adjoint;
pub mod bessel;
mod coefficients;
pub mod difference;
pub mod elementary;
pub mod error;
pub mod gamma;
pub mod incomplete;
pub mod linear;
pub mod logarithm;
pub mod normal;
mod owen;
pub mod saddle;
pub mod slices;
mod slopes;
pub mod special;
pub mod transform;
pub mod zeta;

pub use owen::owens_t;
