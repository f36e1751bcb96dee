//! `borel emit`.

use crate::arguments::{Emit, Stage};
use crate::{Status, output};
use borel::Program;

/// Prints what a phase gives.
pub(crate) fn emit(options: &Emit) -> Status {
    let stage = match options.stage {
        Stage::Ast => borel::Stage::Ast,
        Stage::Types => borel::Stage::Types,
        Stage::CoreLowered => borel::Stage::CoreLowered,
        Stage::Core => borel::Stage::Core,
        Stage::Flow => borel::Stage::Flow,
        Stage::Gradient => borel::Stage::Gradient,
        Stage::Clif => borel::Stage::Clif,
        Stage::Asm => borel::Stage::Asm,
    };
    let method = options.method.map(crate::run::default_method);
    let result =
        Program::compile_file(&options.file).and_then(|program| program.emit(stage, options.model.as_deref(), method));
    match result {
        Ok(text) => {
            output::print(&text);
            Status::Done
        }
        Err(diagnostics) => {
            output::diagnostics(&diagnostics);
            Status::Wrong
        }
    }
}
