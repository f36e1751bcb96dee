//! `borel explain`: a page about an error code, a distribution or a function.

use crate::arguments::Explain;
use crate::{Status, output};

/// Prints the page.
pub(crate) fn explain(options: &Explain) -> Status {
    let subject = options.subject.trim();
    match borel::explain(&subject.to_ascii_uppercase()).map(str::to_string).or_else(|| borel::describe(subject)) {
        Some(page) => {
            output::print(&format!("{}\n", page.trim_end()));
            Status::Done
        }
        None => {
            let names = borel::described_names();
            let near = borel::suggest(subject, names.iter().map(String::as_str));
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            output::error(&format!(
                "error: there is no error code, distribution or function `{subject}`{hint}\n\
                 help: codes look like E0203; distributions like Normal; functions like map"
            ));
            Status::Usage
        }
    }
}
