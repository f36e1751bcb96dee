//! How long each phase took.

use std::time::{Duration, Instant};

/// Phases with their times, in order.
#[derive(Clone, Debug, Default)]
pub struct Timings {
    phases: Vec<(&'static str, Duration)>,
}

impl Timings {
    /// Runs a phase and notes its time.
    pub fn time<T>(&mut self, phase: &'static str, run: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = run();
        self.phases.push((phase, start.elapsed()));
        result
    }

    /// Phases with their times, in order.
    pub fn phases(&self) -> &[(&'static str, Duration)] {
        &self.phases
    }

    /// All phases together.
    pub fn total(&self) -> Duration {
        self.phases.iter().map(|(_, time)| *time).sum()
    }

    /// With those of another after these.
    pub fn extend(&mut self, other: &Timings) {
        self.phases.extend_from_slice(&other.phases);
    }
}
