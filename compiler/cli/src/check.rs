//! `borel check`.

use crate::arguments::Check;
use crate::{Status, output};
use borel::Program;

/// Checks each file and says what is wrong with it.
pub(crate) fn check(options: &Check) -> Status {
    let mut status = Status::Done;
    for file in &options.files {
        match Program::compile_file(file) {
            Ok(program) => output::diagnostics(program.warnings()),
            Err(diagnostics) => {
                output::diagnostics(&diagnostics);
                status = Status::Wrong;
            }
        }
    }
    if status == Status::Done {
        let files = options.files.len();
        output::error(&format!("{files} file{}, no errors", if files == 1 { "" } else { "s" }));
    }
    status
}
