//! Stopping a run, and hearing how far it is.

use std::sync::atomic::{AtomicBool, Ordering};

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Steps, chunks or executions done.
    pub done: u64,
    /// How many there will be, if that is known.
    pub total: Option<u64>,
    /// The effective sample size, of methods with particles.
    pub effective_sample_size: Option<f64>,
}

/// How the caller of a method takes part.
#[derive(Clone, Copy, Default)]
pub struct Control<'a> {
    /// Set to stop at the next opportunity, with what there is by then. (The interrupt of [`borel_abi::Host`] stops compiled code at
    /// once, and loses the particles that it was advancing.)
    pub stop: Option<&'a AtomicBool>,
    /// Told now and then.
    pub progress: Option<&'a (dyn Fn(Progress) + Sync)>,
}

impl Control<'_> {
    /// Whether to stop.
    pub fn stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    pub(crate) fn report(&self, done: u64, total: Option<u64>, effective_sample_size: Option<f64>) {
        if let Some(progress) = self.progress {
            progress(Progress { done, total, effective_sample_size });
        }
    }
}
