//! Errors of running programs as diagnostics at the source line.

use borel_abi::error::{ErrorKind, RuntimeError};
use borel_diagnostics::{Diagnostic, Severity};
use borel_distributions::Kind;
use borel_source::Span;

/// The diagnostic of an error; `sites` maps the places that errors name to spans.
pub fn diagnostic(error: &RuntimeError, sites: &[Span]) -> Diagnostic {
    let (code, label) = describe(&error.kind);
    let span = error.site.and_then(|site| sites.get(site as usize).copied());
    let message = message(&error.kind);
    let mut diagnostic =
        Diagnostic { severity: Severity::Error, code, message, labels: vec![], notes: vec![], help: None };
    if let Some(span) = span {
        diagnostic = diagnostic.label(span, label);
    }
    diagnostic.help = help(&error.kind);
    diagnostic
}

fn message(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::Parameter { distribution, parameter, found } => {
            let Some(entry) = Kind::from_u32(*distribution).map(Kind::entry) else { return kind.to_string() };
            let Some(parameter) = entry.parameters.get(*parameter as usize) else { return kind.to_string() };
            format!("{}: {} must be {}, found {found}", entry.name, parameter.name, parameter.domain)
        }
        _ => kind.to_string(),
    }
}

/// The code, and what to say at the place.
fn describe(kind: &ErrorKind) -> (&'static str, &'static str) {
    match kind {
        ErrorKind::OutOfBounds { .. } => ("E0601", "this index"),
        ErrorKind::Lengths { .. } | ErrorKind::Shapes { .. } => ("E0602", "these do not fit together"),
        ErrorKind::Overflow => ("E0603", "this overflows"),
        ErrorKind::DivisionByZero => ("E0604", "the divisor is 0"),
        ErrorKind::Message(_) => ("E0605", "stopped here"),
        ErrorKind::Parameter { .. } => ("E0606", "this distribution"),
        ErrorKind::StackOverflow => ("E0607", "this calls itself, or what calls it does"),
        ErrorKind::OutOfMemory { .. } => ("E0608", "needed here"),
        ErrorKind::NotPositiveDefinite(_) | ErrorKind::Singular => ("E0609", "this matrix"),
        ErrorKind::NotAnInt(_) => ("E0610", "this Real"),
        ErrorKind::Negative(_) => ("E0611", "here"),
        ErrorKind::StructureChanged => ("E0615", "this choice was not there before, or another was"),
        ErrorKind::OutsideSupport(_) => ("E0616", "the value given for this choice"),
        ErrorKind::Refused => ("E0612", "reached here"),
        ErrorKind::Unreachable => ("E0613", "reached here"),
        ErrorKind::Interrupted => ("E0614", "was in this"),
        ErrorKind::ZeroWeight | ErrorKind::NothingToDraw => ("E0620", "here"),
        ErrorKind::ZeroDensity => ("E0620", "this makes it so"),
    }
}

fn help(kind: &ErrorKind) -> Option<String> {
    let text = match kind {
        ErrorKind::Lengths { .. } => "arrays that are combined elementwise have the same length",
        ErrorKind::Overflow => "use Real for large numbers",
        ErrorKind::StackOverflow => "does the recursion end? a long iteration is better written as a loop",
        ErrorKind::NotPositiveDefinite(_) => {
            "adding a little to the diagonal often helps: `k + 1e-6 * identity(rows(k))`"
        }
        ErrorKind::OutOfMemory { .. } => {
            "does a loop or a recursion keep ever more? inference needs less with fewer particles or draws, and with --no-record"
        }
        ErrorKind::Refused => "use smc or importance",
        ErrorKind::ZeroWeight => {
            "is the value in the support of its distribution? if it is just unlikely, use more particles"
        }
        ErrorKind::StructureChanged => {
            "a model with a density makes the same choices in every run; `smc` and `importance` run others too"
        }
        ErrorKind::ZeroDensity => {
            "are the data in the support of their distributions, and do priors and bounds leave room for them?"
        }
        _ => return None,
    };
    Some(text.to_string())
}

/// Whether the error is about inference rather than the program: a run with other settings might not have it.
pub fn is_failure_of_inference(error: &RuntimeError) -> bool {
    matches!(
        error.kind,
        ErrorKind::ZeroWeight
            | ErrorKind::ZeroDensity
            | ErrorKind::NothingToDraw
            | ErrorKind::Interrupted
            | ErrorKind::OutOfMemory { .. }
    )
}
