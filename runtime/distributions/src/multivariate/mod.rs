//! Distributions over arrays and matrices.

mod dirichlet;
mod mv_normal;

pub use dirichlet::Dirichlet;
pub use mv_normal::MvNormal;
