//! Why something could not be done.

use crate::diagnostics::Diagnostics;
use std::fmt;

/// Why something could not be done; each carries messages that say where and why.
#[derive(Clone, Debug)]
pub enum Error {
    /// The program or its data are wrong, or the program stopped itself.
    Program(Diagnostics),
    /// The method cannot run this model.
    Refused(Diagnostics),
    /// Inference failed or was stopped before there was anything to report.
    Inference(Diagnostics),
}

impl Error {
    /// The messages.
    pub fn diagnostics(&self) -> &Diagnostics {
        match self {
            Error::Program(diagnostics) | Error::Refused(diagnostics) | Error::Inference(diagnostics) => diagnostics,
        }
    }
}

impl From<Diagnostics> for Error {
    fn from(diagnostics: Diagnostics) -> Error {
        Error::Program(diagnostics)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.diagnostics().fmt(f)
    }
}

impl std::error::Error for Error {}
