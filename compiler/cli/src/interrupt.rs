//! Ctrl-C: the first stops the run cleanly, the second ends the process.

use borel::Interrupt;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// The exit status of a process that a second Ctrl-C ends, as shells count it.
const ENDED: i32 = 128 + SIGINT;

/// An interrupt that the first Ctrl-C (or SIGTERM) sets.
pub(crate) fn on_signals() -> Interrupt {
    let interrupt = Interrupt::new();
    for signal in [SIGINT, SIGTERM] {
        // The conditional shutdown is registered first: it acts only if the flag was set by an earlier signal. If a
        // handler cannot be installed the signal ends the process, as it does without any handler.
        let _ = flag::register_conditional_shutdown(signal, ENDED, interrupt.flag());
        let _ = flag::register(signal, interrupt.flag());
    }
    interrupt
}
