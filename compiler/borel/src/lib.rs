//! Borel for Rust programs: compile probabilistic programs to native code, bind data, infer, read the posterior.
//!
//! ```
//! use borel::{Data, Inference, Program};
//!
//! let program = Program::compile(
//!     "model coin(heads: [Bool]) {
//!        let p ~ Beta(1, 1)
//!        for h in heads { observe h ~ Bernoulli(p) }
//!        return p
//!      }",
//! )?;
//! let model = program.model("coin")?;
//! let data = Data::new().bools("heads", &[true, true, false, true]);
//! let posterior = Inference::smc(10_000).seed(1).run(&model.bind(&data)?)?;
//! let mean = posterior.mean("p").expect("p is a choice of the model");
//! assert!((mean - 4.0 / 6.0).abs() < 0.02);
//! # Ok::<(), borel::Error>(())
//! ```
//!
//! Errors are values ([`Error`], [`Diagnostics`]) that draw themselves over the source text. There is no global state: a
//! [`Program`], its code and what it allocates are freed when the last value that refers to them is dropped, and
//! everything is `Send` and `Sync`.

mod applicable;
mod choose;
mod curves;
mod data;
mod density;
mod describe;
mod diagnostics;
mod error;
mod files;
mod inference;
mod interactive;
mod interrupt;
mod library;
mod method;
mod model;
mod particles;
mod point;
mod posterior;
mod program;
pub mod replay;
mod run;
mod trust;

pub use applicable::Applicability;
pub use borel_abi::Value;
pub use borel_diagnostics::{Diagnostic, Severity, explain, suggest};
pub use borel_driver::emit::Stage;
pub use borel_driver::loader::{LoadError, Loaded, Loader, MemoryLoader};
pub use borel_driver::timings::Timings;
pub use borel_posterior::Summary;
pub use borel_posterior::diagnostics::Predictive;
pub use curves::{Curve, curves};
pub use data::{Data, Datum};
pub use density::Density;
pub use describe::{describe, described_names};
pub use diagnostics::Diagnostics;
pub use error::Error;
pub use files::{FileLoader, read_program};
pub use inference::{ChainProgress, Inference, Progress};
pub use interactive::{ReplInput, definitions, format, is_complete, parse_repl};
pub use interrupt::Interrupt;
pub use library::{Algorithm, Library};
pub use method::{Advi, Family, Hmc, Laplace, Mclmc, Method, Metric, Mh, Nuts, Optimize, Resampling};
pub use model::{Bound, Model, Parameter};
pub use point::DensityAt;
pub use posterior::Posterior;
pub use program::{Program, RunOptions};
pub use replay::Replay;
