//! Stops a run when its time is up or somebody asks for it.

use crate::interrupt::Interrupt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often somebody is listened to.
const PERIOD: Duration = Duration::from_millis(10);

/// Why a run was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Interrupt,
    Timeout,
}

/// A thread that sets `stop` when the run should end with what there is, and `abort` when it has not done so for a while: a
/// single execution may go on for ever.
pub(crate) struct Watchdog {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    stop: Arc<AtomicBool>,
    abort: Arc<AtomicBool>,
    interrupt: Interrupt,
    deadline: Option<Instant>,
    grace: Duration,
    reason: Mutex<Option<Reason>>,
    over: Mutex<bool>,
    wake: Condvar,
}

impl Watchdog {
    /// Watches until it is dropped.
    pub(crate) fn new(
        interrupt: &Interrupt,
        timeout: Option<Duration>,
        grace: Duration,
        abort: Arc<AtomicBool>,
    ) -> Watchdog {
        let shared = Arc::new(Shared {
            stop: Arc::default(),
            abort,
            interrupt: interrupt.clone(),
            deadline: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
            grace,
            reason: Mutex::new(None),
            over: Mutex::new(false),
            wake: Condvar::new(),
        });
        let watched = shared.clone();
        // Without a thread nothing can be stopped, but the run itself is as good.
        let thread = std::thread::Builder::new().name("borel-watchdog".into()).spawn(move || watched.watch()).ok();
        Watchdog { shared, thread }
    }

    /// Set when the run should end with what there is.
    pub(crate) fn stop(&self) -> &AtomicBool {
        &self.shared.stop
    }

    /// Why it was stopped, if it was.
    pub(crate) fn reason(&self) -> Option<Reason> {
        *self.shared.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn watch(&self) {
        let mut stopped: Option<Instant> = None;
        let mut over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        while !*over {
            let now = Instant::now();
            match stopped {
                None => {
                    if let Some(reason) = self.asked(now) {
                        *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
                        self.stop.store(true, Ordering::Relaxed);
                        stopped = Some(now);
                        continue;
                    }
                }
                Some(since) if now.duration_since(since) >= self.grace => {
                    self.abort.store(true, Ordering::Relaxed);
                    return;
                }
                Some(_) => {}
            }
            over = match self.wake.wait_timeout(over, PERIOD) {
                Ok((guard, _)) => guard,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    fn asked(&self, now: Instant) -> Option<Reason> {
        if self.interrupt.is_set() {
            return Some(Reason::Interrupt);
        }
        self.deadline.filter(|deadline| now >= *deadline).map(|_| Reason::Timeout)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        *self.shared.over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.wake.notify_all();
        if let Some(thread) = self.thread.take() {
            // It does nothing that can panic, and if it did the run would be none the worse.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait_for(flag: &AtomicBool) {
        let start = Instant::now();
        while !flag.load(Ordering::Relaxed) {
            assert!(start.elapsed() < Duration::from_secs(20), "never set");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn an_interrupt_stops_and_then_aborts() {
        let (interrupt, abort) = (Interrupt::new(), Arc::new(AtomicBool::new(false)));
        let watchdog = Watchdog::new(&interrupt, None, Duration::from_millis(20), abort.clone());
        assert!(!watchdog.stop().load(Ordering::Relaxed) && watchdog.reason().is_none());
        interrupt.stop();
        wait_for(watchdog.stop());
        wait_for(&abort);
        assert_eq!(watchdog.reason(), Some(Reason::Interrupt));
    }

    #[test]
    fn time_runs_out() {
        let watchdog = Watchdog::new(&Interrupt::new(), Some(Duration::ZERO), Duration::from_secs(60), Arc::default());
        wait_for(watchdog.stop());
        assert_eq!(watchdog.reason(), Some(Reason::Timeout));
    }
}
