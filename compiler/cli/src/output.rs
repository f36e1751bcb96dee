//! Standard output and standard error. A reader that goes away (`borel .. | head`) ends the command quietly.

use std::io::{ErrorKind, IsTerminal, Write};

/// Writes to standard output.
pub(crate) fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let result = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    if let Err(problem) = result {
        if problem.kind() != ErrorKind::BrokenPipe {
            error(&format!("error: standard output cannot be written: {problem}"));
        }
        std::process::exit(if problem.kind() == ErrorKind::BrokenPipe { 0 } else { 3 });
    }
}

/// Writes a line to standard error; if nobody reads it, nothing can be done.
pub(crate) fn error(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
}

/// Whether standard error takes colours.
pub(crate) fn color() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Shows diagnostics.
pub(crate) fn diagnostics(diagnostics: &borel::Diagnostics) {
    if !diagnostics.is_empty() {
        error(&diagnostics.render(color()));
    }
}
