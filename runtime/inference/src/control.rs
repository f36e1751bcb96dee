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
    /// Of methods with chains: which chain this is about.
    pub chain: Option<ChainProgress>,
}

/// How a chain is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChainProgress {
    /// Its number.
    pub chain: usize,
    /// How many trajectories have diverged after the warmup.
    pub divergences: u64,
    /// The step size.
    pub step_size: f64,
    /// Whether it is still warming up.
    pub is_warmup: bool,
}

impl Progress {
    /// How far it is, and nothing else.
    pub fn new(done: u64, total: Option<u64>) -> Progress {
        Progress { done, total, effective_sample_size: None, chain: None }
    }
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
        self.tell(Progress { effective_sample_size, ..Progress::new(done, total) });
    }

    pub(crate) fn tell(&self, progress: Progress) {
        if let Some(watcher) = self.progress {
            watcher(progress);
        }
    }
}
