//! Stopping a run from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Stops runs: a clone of it is kept elsewhere (in a signal handler, another thread) and set.
///
/// ```
/// let interrupt = borel::Interrupt::new();
/// let elsewhere = interrupt.clone();
/// elsewhere.stop();
/// assert!(interrupt.is_set());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    flag: Arc<AtomicBool>,
}

impl Interrupt {
    /// One that is not set.
    pub fn new() -> Interrupt {
        Interrupt::default()
    }

    /// Stops the runs that have this interrupt: those that can report what they have done so far.
    pub fn stop(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// Whether it is set.
    pub fn is_set(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }

    /// Makes it ready for another run.
    pub fn reset(&self) {
        self.flag.store(false, Ordering::Relaxed);
    }

    /// The flag itself, for signal handlers.
    pub fn flag(&self) -> Arc<AtomicBool> {
        self.flag.clone()
    }
}
