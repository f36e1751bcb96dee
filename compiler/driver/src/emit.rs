//! What each phase gives, as text.

use crate::back::{self, Target};
use crate::front::Front;
use borel_diagnostics::Diagnostic;
use borel_typed::Program;
use std::fmt::Write;

/// A phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The syntax tree
    Ast,
    /// Types and effects
    Types,
    /// Core as lowering gives it
    CoreLowered,
    /// Core after specialisation
    Core,
    /// First-order code
    Flow,
    /// First-order code of a density and of its gradient, before reference counts
    Gradient,
    /// The back end's intermediate language
    Clif,
    /// Machine code
    Asm,
}

/// The text of a stage of the front end; none for other stages.
pub fn front(front: &Front, stage: Stage) -> Option<String> {
    match stage {
        Stage::Ast => front.modules.first().map(|root| without_spans(&format!("{:#?}\n", root.module))),
        Stage::Types => Some(types(&front.program)),
        _ => None,
    }
}

/// The text of a stage behind the front end.
pub fn back(program: &Program, target: &Target, stage: Stage) -> Result<String, Vec<Diagnostic>> {
    let lowered = back::lower(program, target);
    if stage == Stage::CoreLowered {
        return Ok(borel_core::print::program(&lowered));
    }
    let core = back::specialise(lowered, target);
    if stage == Stage::Core {
        return Ok(borel_core::print::program(&core));
    }
    if stage == Stage::Gradient {
        return Ok(borel_flow::print::module(&back::uncounted(&core, target)?));
    }
    let flow = back::flatten(&core, target)?;
    match stage {
        Stage::Flow => Ok(borel_flow::print::module(&flow)),
        Stage::Clif => back::listing(&flow).map(|(clif, _)| clif),
        _ => back::listing(&flow).map(|(_, asm)| asm),
    }
}

/// The definitions of the root file with their types and typed bodies.
fn types(program: &Program) -> String {
    let mut text = String::new();
    for function in program.functions.iter().filter(|function| function.span.file.0 == 0) {
        let _ = writeln!(text, "// {}: {}", function.name, function.signature);
        let _ = writeln!(text, "{}", borel_typed::print::function(program, function));
    }
    text
}

/// Debug output without the places, which fill most of it.
fn without_spans(text: &str) -> String {
    let mut result = String::with_capacity(text.len() / 2);
    let mut skipping: Option<usize> = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        match skipping {
            Some(at) if indent > at => continue,
            Some(_) => {
                skipping = None;
                continue;
            }
            None if line.ends_with("Span {") => skipping = Some(indent),
            None => {
                result.push_str(line);
                result.push('\n');
            }
        }
    }
    result
}
