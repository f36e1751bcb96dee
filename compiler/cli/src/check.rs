//! `borel check`.

use crate::arguments::Check;
use crate::{Status, output};
use borel::{Applicability, Program};

/// Checks each file and says what is wrong with it.
pub(crate) fn check(options: &Check) -> Status {
    let mut status = Status::Done;
    for file in &options.files {
        match Program::compile_file(file) {
            Ok(program) => {
                output::diagnostics(program.warnings());
                if options.methods {
                    output::print(&methods(&program));
                }
            }
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

/// Which methods can run the models of a program: a line for each view, and below it what decides.
fn methods(program: &Program) -> String {
    let mut text = String::new();
    for model in program.models() {
        text += &format!("model {}\n", model.name());
        for found in program.applicability(&model) {
            text += &line(&found);
        }
    }
    text
}

fn line(found: &Applicability) -> String {
    let methods = found.methods.join(", ");
    let Some(refusal) = &found.refusal else {
        let condition = found.condition.map_or(String::new(), |condition| format!(", {condition}"));
        return format!("  yes  {methods}{condition}\n");
    };
    let reasons = refusal.iter().map(|diagnostic| {
        let place = diagnostic.labels.first().map(|label| refusal.sources().location(label.span));
        let reason = diagnostic.message.split_once(": ").map_or(diagnostic.message.as_str(), |(_, reason)| reason);
        format!("         {}: {reason}\n", place.unwrap_or_default())
    });
    format!("  no   {methods}\n{}", reasons.collect::<String>())
}
