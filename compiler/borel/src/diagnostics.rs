//! Diagnostics together with the texts they point into.

use borel_diagnostics::{Diagnostic, Severity, render};
use borel_source::SourceMap;
use std::fmt;

/// What is wrong with a program or its data: messages and the sources they are about.
#[derive(Clone)]
pub struct Diagnostics {
    sources: SourceMap,
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    pub(crate) fn new(sources: SourceMap, list: Vec<Diagnostic>) -> Diagnostics {
        Diagnostics { sources, list }
    }

    /// One error about no place in particular.
    pub(crate) fn message(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Diagnostics {
        let help: String = help.into();
        let help = if help.is_empty() { None } else { Some(help) };
        let (labels, notes) = (Vec::new(), Vec::new());
        let diagnostic = Diagnostic { severity: Severity::Error, code, message: message.into(), labels, notes, help };
        Diagnostics::new(SourceMap::default(), vec![diagnostic])
    }

    /// The messages.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The texts that the messages point into.
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// The messages drawn over their sources; `color` for terminals.
    pub fn render(&self, color: bool) -> String {
        self.list.iter().map(|diagnostic| render(diagnostic, &self.sources, color)).collect()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.render(false).trim_end())
    }
}

impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Diagnostics {}
