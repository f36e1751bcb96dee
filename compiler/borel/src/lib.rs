//! Borel for Rust programs.
mod data;
mod diagnostics;
mod files;

pub use borel_abi::Value;
pub use data::{Data, Datum};
pub use diagnostics::Diagnostics;
pub use files::{FileLoader, read_program};
