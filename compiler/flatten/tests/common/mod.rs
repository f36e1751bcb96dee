//! From text to Flow, for tests: the whole front end, with or without specialisation, and the verifiers.

use borel_flatten::{Refusal, Request, flatten};
use borel_flow::Module;
use borel_source::{FileId, SourceMap};
use borel_typeck::ParsedModule;

const PRELUDE: &str = include_str!("../../../../stdlib/prelude.ppl");

/// All views, with names recorded.
pub const EVERYTHING: Request = Request { simulate: true, weigh: true, step: true, record: true, ..Request::NONE };

/// The Core of the named function of a program.
pub fn core(text: &str, name: &str, specialised: bool) -> borel_core::Program {
    let mut sources = SourceMap::default();
    let mut parse = |name: &str, text: &str, is_prelude: bool| {
        let file: FileId = sources.add(name, text);
        let (module, diagnostics) = borel_syntax::parse(file, text);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        ParsedModule { path: Vec::new(), module, is_prelude }
    };
    let modules = [parse("program", text, false), parse("<prelude>", PRELUDE, true)];
    let (program, diagnostics) = borel_typeck::check(&modules);
    assert!(!diagnostics.iter().any(|diagnostic| diagnostic.is_error()), "{diagnostics:?}");
    let found = program.functions.iter().position(|function| &*function.name == name);
    let root = borel_typed::FunctionId(found.unwrap_or_else(|| panic!("no function {name}")) as u32);
    let core = borel_lower::lower(&program, root);
    let core = if specialised { borel_specialise::specialise(core, Default::default()) } else { core };
    let problems = borel_core::verify::verify(&core);
    assert!(problems.is_empty(), "{problems:#?}");
    core
}

/// Flattens and verifies.
pub fn try_flow(text: &str, name: &str, specialised: bool, request: &Request) -> Result<Module, Vec<Refusal>> {
    let core = core(text, name, specialised);
    let mut module = flatten(&core, request)?;
    borel_flatten::count::count(&mut module);
    let problems = borel_flow::verify::verify(&module);
    assert!(problems.is_empty(), "{problems:#?}\n{}", borel_flow::print::module(&module));
    Ok(module)
}

/// Flattens and verifies what is not refused.
#[allow(dead_code)]
pub fn flow(text: &str, name: &str, specialised: bool, request: &Request) -> Module {
    try_flow(text, name, specialised, request).unwrap_or_else(|refusals| panic!("{refusals:?}"))
}
