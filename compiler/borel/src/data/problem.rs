//! Why a datum does not fit a type, and the message about it.

use super::datum::Datum;
use borel_diagnostics::{Diagnostic, Severity};
use borel_source::Span;

/// A datum that does not fit.
pub(crate) struct Problem {
    code: &'static str,
    /// The path to it, innermost part first: `[3]`, `.field`.
    path: Vec<String>,
    text: String,
    span: Option<Span>,
    note: Option<String>,
    help: Option<String>,
}

impl Problem {
    /// What was expected, and what was found.
    pub(crate) fn expected(code: &'static str, expected: &str, found: &Datum) -> Box<Problem> {
        Problem::because(code, format!("expected {expected}, found {}", found.describe()), found.span)
    }

    /// Any reason.
    pub(crate) fn because(code: &'static str, text: String, span: Option<Span>) -> Box<Problem> {
        Box::new(Problem { code, path: Vec::new(), text, span, note: None, help: None })
    }

    pub(crate) fn help(mut self: Box<Problem>, help: impl Into<String>) -> Box<Problem> {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn note(mut self: Box<Problem>, note: impl Into<String>) -> Box<Problem> {
        self.note = Some(note.into());
        self
    }

    /// It is in this element.
    pub(crate) fn in_element(mut self: Box<Problem>, index: usize) -> Box<Problem> {
        self.path.push(format!("[{index}]"));
        self
    }

    /// It is in this component of a matrix, tuple, record or constructor.
    pub(crate) fn in_part(mut self: Box<Problem>, part: String) -> Box<Problem> {
        self.path.push(part);
        self
    }

    /// The message, for the parameter of this name.
    pub(crate) fn diagnostic(self, name: &str, file: Option<&str>) -> Diagnostic {
        let path: String = self.path.iter().rev().map(String::as_str).collect();
        let place = file.map_or(String::new(), |file| format!("{file}: "));
        let mut diagnostic = diagnostic(self.code, self.span, format!("{place}`{name}{path}`: {}", self.text), "here");
        diagnostic.notes.extend(self.note);
        diagnostic.help = self.help;
        diagnostic
    }
}

/// An error whose place may be unknown (data given by Rust code stands in no file).
pub(crate) fn diagnostic(code: &'static str, span: Option<Span>, message: String, label: &str) -> Diagnostic {
    match span {
        Some(span) => Diagnostic::error(code, span, message, label),
        None => {
            Diagnostic { severity: Severity::Error, code, message, labels: Vec::new(), notes: Vec::new(), help: None }
        }
    }
}
