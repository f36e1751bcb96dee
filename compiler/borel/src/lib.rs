//! Borel for Rust programs.
mod data;
mod diagnostics;
mod files;
mod value;
pub use data::{Data, Datum};
pub use diagnostics::Diagnostics;
pub use files::{FileLoader, read_program};
pub use value::Value;
