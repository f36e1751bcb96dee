//! Stacks: how much is left, and threads with much of it.

use std::cell::Cell;

/// What runtime functions may use below the limit that compiled code checks.
const MARGIN: usize = 256 << 10;

/// What is assumed to be left where nothing is known: threads of Rust have 2 MiB.
const UNKNOWN: usize = 1 << 20;

thread_local! {
    static LIMIT: Cell<usize> = const { Cell::new(0) };
}

/// An address near the top of the stack.
#[inline(never)]
fn here() -> usize {
    let mark = 0u8;
    std::hint::black_box(&raw const mark) as usize
}

/// Notes that the current thread began with a stack of this many bytes. To be called where it begins.
pub fn register(bytes: usize) {
    LIMIT.with(|limit| limit.set(here().saturating_sub(bytes.saturating_sub(MARGIN))));
}

/// The stack pointer below which compiled code on this thread has to stop.
pub(crate) fn limit() -> usize {
    match LIMIT.with(Cell::get) {
        0 => here().saturating_sub(UNKNOWN - MARGIN),
        limit => limit,
    }
}

/// Runs a function on a thread of its own with a stack of (at least a good part of) this many bytes, and waits for it.
/// The memory is only reserved: what is not used costs nothing. Panics of the function continue in the caller.
pub fn with_stack<R: Send>(bytes: usize, function: impl FnOnce() -> R + Send) -> R {
    let mut slot = Some(function);
    let mut bytes = bytes.max(1 << 20);
    loop {
        let attempt = std::thread::scope(|scope| {
            let slot = &mut slot;
            let spawned = std::thread::Builder::new().stack_size(bytes).spawn_scoped(scope, move || {
                register(bytes);
                slot.take().map(|function| function())
            });
            match spawned {
                Ok(handle) => match handle.join() {
                    Ok(result) => result,
                    Err(panic) => std::panic::resume_unwind(panic),
                },
                Err(_) => None,
            }
        });
        match (attempt, slot.take()) {
            (Some(result), _) => return result,
            // No room for such a stack: try a smaller one, at last the caller's own.
            (None, Some(function)) if bytes <= 1 << 20 => return function(),
            (None, function) => slot = function,
        }
        bytes /= 2;
    }
}
