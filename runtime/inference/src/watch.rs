//! Stopping a run from outside: at a time, or when somebody asks.

use borel_abi::Host;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// How often the watcher looks.
const INTERVAL: Duration = Duration::from_millis(10);

/// Runs a function that looks at a flag now and then (compiled code at that of the host). The flag is set when `stop` is, or after `timeout`. If the function has not come
/// back some time (`grace`) later, compiled code is interrupted wherever it is.
pub(crate) fn watched<R>(
    host: &Host,
    stop: Option<&AtomicBool>,
    timeout: Option<Duration>,
    grace: Duration,
    function: impl FnOnce(&AtomicBool) -> R,
) -> R {
    // A run that is to stop from the beginning may be over before the watcher looks for the first time.
    let is_stopped = stop.is_some_and(|stop| stop.load(Ordering::Relaxed));
    let (halt, done) = (AtomicBool::new(is_stopped), AtomicBool::new(false));
    host.stopping.store(is_stopped, Ordering::Relaxed);
    if stop.is_none() && timeout.is_none() {
        return function(&halt);
    }
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let watch = || {
        let due = || {
            stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) || deadline.is_some_and(|end| Instant::now() >= end)
        };
        let mut since = None;
        while !done.load(Ordering::Acquire) {
            if since.is_none() && due() {
                halt.store(true, Ordering::Relaxed);
                host.stopping.store(true, Ordering::Relaxed);
                since = Some(Instant::now());
            }
            if since.is_some_and(|since: Instant| since.elapsed() >= grace) {
                host.interrupt.store(true, Ordering::Relaxed);
            }
            std::thread::park_timeout(INTERVAL);
        }
    };
    std::thread::scope(|scope| {
        let watcher = std::thread::Builder::new().spawn_scoped(scope, watch);
        let _end = End { done: &done, watcher: watcher.as_ref().ok().map(|watcher| watcher.thread().clone()) };
        function(&halt)
    })
}

/// Ends the watcher, also if the function panics.
struct End<'a> {
    done: &'a AtomicBool,
    watcher: Option<Thread>,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Release);
        if let Some(watcher) = &self.watcher {
            watcher.unpark();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_goes_on_in_the_caller() {
        let (host, stop) = (Host::default(), AtomicBool::new(false));
        let run = || watched(&host, Some(&stop), None, Duration::ZERO, |_| panic!("on purpose"));
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
    }
}
