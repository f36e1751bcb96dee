//! Distributions: one file each, and the catalogue that the compiler reads.

pub mod catalogue;

pub use catalogue::{CATALOGUE, Discreteness, Domain, Entry, Kind, Parameter, ParameterKind, ValueKind};
