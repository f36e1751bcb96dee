//! Models written in Rust.
//!
//! ```
//! use borel_inference::rust_model::{InRust, Process, Step};
//! use borel_inference::{Control, Smc, Team, smc};
//! use borel_abi::stream::Stream;
//! use borel_posterior::draws::{Draws, Origin};
//!
//! /// A coin of unknown bias that came up heads three times.
//! struct Coin;
//!
//! impl Process for Coin {
//!     type State = (f64, usize);
//!     fn begin(&self) -> Self::State {
//!         (0.0, 0)
//!     }
//!     fn step(&self, (bias, tosses): &mut Self::State, stream: &mut Stream) -> Step {
//!         if *tosses == 0 {
//!             *bias = stream.uniform();
//!         }
//!         *tosses += 1;
//!         if *tosses == 3 { Step::End(bias.ln()) } else { Step::Score(bias.ln()) }
//!     }
//!     fn collect(&self, (bias, _): &Self::State, row: u32, draws: &mut Draws) {
//!         draws.push_value("bias", row, &borel_abi::Value::Real(*bias), Origin::Computed);
//!     }
//! }
//!
//! let settings = Smc { particles: 10_000, seed: 1, ..Smc::default() };
//! let result = smc(&InRust(Coin), &mut Team::single(()), &settings, &Control::default())?;
//! assert!((result.log_evidence - 0.25f64.ln()).abs() < 0.05);
//! # Ok::<(), borel_abi::RuntimeError>(())
//! ```

use crate::model::{Model, Sources};
use borel_abi::RuntimeError;
use borel_abi::stream::Stream;
use borel_posterior::Draws;

/// A random process that stops at its scores.
pub trait Process: Sync {
    /// The state of an execution.
    type State: Clone + Send + Sync;

    /// The state of one that has not begun.
    fn begin(&self) -> Self::State;

    /// Goes on to the next score or the end.
    fn step(&self, state: &mut Self::State, stream: &mut Stream) -> Step;

    /// Adds the variables of an execution to a row of draws.
    fn collect(&self, state: &Self::State, row: u32, draws: &mut Draws);
}

/// Where a step of a [`Process`] ended, and what it gained in log weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// At a score
    Score(f64),
    /// At the end
    End(f64),
}

/// A [`Process`] as a [`Model`].
pub struct InRust<P>(pub P);

/// Particles of a process: states, and whether each has finished.
pub struct States<S>(Vec<(S, bool)>);

impl<P: Process> Model for InRust<P> {
    type Worker = ();
    type Particles = States<P::State>;

    fn begin(&self, _: &mut (), count: usize) -> Result<Self::Particles, RuntimeError> {
        Ok(States((0..count).map(|_| (self.0.begin(), false)).collect()))
    }

    fn advance(
        &self,
        _: &mut (),
        particles: &mut Self::Particles,
        stream: &mut Stream,
        gains: &mut [f64],
    ) -> Result<usize, RuntimeError> {
        let mut unfinished = 0;
        for ((state, finished), gain) in particles.0.iter_mut().zip(gains) {
            *gain = 0.0;
            if *finished {
                continue;
            }
            match self.0.step(state, stream) {
                Step::Score(log_weight) => {
                    *gain = log_weight;
                    unfinished += 1;
                }
                Step::End(log_weight) => {
                    *gain = log_weight;
                    *finished = true;
                }
            }
        }
        Ok(unfinished)
    }

    fn retire(&self, _: &mut (), particles: &mut Self::Particles, index: usize) {
        particles.0[index].1 = true;
    }

    fn finished(&self, particles: &Self::Particles, index: usize) -> bool {
        particles.0[index].1
    }

    fn gather(&self, _: &mut (), sources: &Sources<'_, Self>, target: &mut Self::Particles) {
        target.0.clear();
        target.0.extend(sources.ancestors.iter().map(|ancestor| {
            let (chunk, index, _) = sources.find(*ancestor);
            chunk.0[index].clone()
        }));
    }

    fn collect(&self, particles: &Self::Particles, first: usize, draws: &mut Draws) {
        for (i, (state, _)) in particles.0.iter().enumerate() {
            if draws.weights[first + i] > 0.0 {
                self.0.collect(state, (first + i) as u32, draws);
            }
        }
    }
}
