//! `borel fmt`.

use crate::arguments::Fmt;
use crate::{Status, output};
use std::path::Path;

/// Formats each file, or with `--check` says which are not formatted.
pub(crate) fn format(options: &Fmt) -> Status {
    let mut status = Status::Done;
    for file in &options.files {
        if !format_file(file, options.check) {
            status = Status::Wrong;
        }
    }
    status
}

fn format_file(file: &Path, check: bool) -> bool {
    let name = file.display().to_string();
    let result = borel::read_program(file).and_then(|text| Ok((borel::format(&name, &text)?, text)));
    match result {
        Err(diagnostics) => {
            output::diagnostics(&diagnostics);
            false
        }
        Ok((formatted, text)) if formatted == text => true,
        Ok(_) if check => {
            output::error(&format!("{name} is not formatted"));
            false
        }
        Ok((formatted, _)) => match std::fs::write(file, formatted) {
            Ok(()) => true,
            Err(error) => {
                output::error(&format!("error: {name} cannot be written: {error}"));
                false
            }
        },
    }
}
