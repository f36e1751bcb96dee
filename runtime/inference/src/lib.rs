//! Inference: one file per algorithm, over the trait [`Model`].
//!
//! Takes a model: a compiled program ([`CompiledModel`]) or one written in Rust ([`rust_model::InRust`]). Gives
//! weighted particles, from which [`run`] makes the draws of a posterior. Invariants: results depend on the seed and not on the number
//! of threads, since random streams are derived from (seed, chunk, step) and sums are taken in the order of the chunks; an error in a program
//! is a value, and whatever happens every object of a particle is freed once.

pub mod advi;
pub mod approximation;
mod batch;
pub mod chains;
mod collect;
pub mod compiled;
pub mod control;
pub mod densities;
pub mod density;
pub mod distribution;
pub mod entry;
pub mod enumerate;
pub mod gaussian;
pub mod hmc;
pub mod importance;
pub mod library;
pub mod mclmc;
pub mod mh;
pub mod model;
pub mod nuts;
pub mod optimize;
pub mod particles;
pub mod replay;
pub mod resample;
pub mod run;
pub mod rust_model;
mod sampler;
pub mod smc;
mod table;
pub mod target;
pub mod team;
mod watch;
pub mod weights;

pub use advi::Family;
pub use approximation::{Advi, Laplace, Optimize};
pub use compiled::CompiledModel;
pub use control::{ChainProgress, Control, Progress};
pub use density::Density;
pub use entry::symbols;
pub use enumerate::{Enumerate, Enumerated, ExactModel, enumerate};
pub use hmc::Hmc;
pub use importance::{Importance, importance};
pub use mclmc::Mclmc;
pub use mh::Mh;
pub use model::{CHUNK, Model};
pub use nuts::{LOW_RANK_DIMENSION, Metric, Nuts};
pub use replay::Replay;
pub use resample::Resampling;
pub use run::{Job, Method, Outcome, Settings, execute, infer};
pub use smc::{Population, Smc, Weighings, smc};
pub use target::{discover, steady_dimension};
pub use team::{Team, thread_pool};
