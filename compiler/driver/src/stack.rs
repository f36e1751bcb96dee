//! Compilation on a thread with a large stack: the passes recurse over programs, and deep programs are programs too.

use std::thread::Builder;

/// Bytes tried, in order: memory is only reserved until it is used, but a machine may limit even that.
const SIZES: [usize; 3] = [1 << 30, 1 << 28, 1 << 26];

/// Runs the function on a thread with a large stack and gives what it gives; a panic in it goes on here.
pub fn on_large_stack<T: Send>(function: impl FnOnce() -> T + Send) -> T {
    let mut function = Some(function);
    for size in SIZES {
        let slot = &mut function;
        let run = move || slot.take().map(|function| function());
        let result = std::thread::scope(|scope| {
            let handle = Builder::new().name("borel-compile".into()).stack_size(size).spawn_scoped(scope, run).ok()?;
            Some(handle.join())
        });
        match result {
            Some(Ok(Some(value))) => return value,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            Some(Ok(None)) | None => continue,
        }
    }
    match function {
        Some(function) => function(),
        None => unreachable!("the function is taken only by a thread that has started, whose result was returned"),
    }
}
