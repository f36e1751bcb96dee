//! Posteriors: weighted draws by variable, summaries with their Monte Carlo errors, tables for people, JSON for scripts.
//!
//! Takes [`Draws`] from an inference method; gives a [`Posterior`]. Invariants: weights are normalised; a variable has a value in
//! the draws that contain it, each with its row, so programs whose draws have different choices are no special case.

pub mod diagnostics;
pub mod draws;
mod json;
pub mod names;
mod posterior;
pub mod summary;
mod table;

pub use draws::{Column, Draws, Kind};
pub use posterior::{Posterior, Seconds};
pub use summary::Summary;
