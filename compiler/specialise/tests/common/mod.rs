//! From text to specialised Core, for tests, and counts of what is in it.

use borel_core::{Block, Op, Program};
use borel_source::SourceMap;
use borel_specialise::{Options, specialise};
use borel_typeck::ParsedModule;

const PRELUDE: &str = include_str!("../../../../stdlib/prelude.ppl");

/// The typed program, if it has no errors.
pub fn typed(text: &str) -> Option<borel_typed::Program> {
    let mut sources = SourceMap::default();
    let mut modules = Vec::new();
    for (name, text, is_prelude) in [("test", text, false), ("prelude", PRELUDE, true)] {
        let file = sources.add(name, text);
        let (module, found) = borel_syntax::parse(file, text);
        if found.iter().any(|diagnostic| diagnostic.is_error()) {
            return None;
        }
        modules.push(ParsedModule { path: Vec::new(), module, is_prelude });
    }
    let (program, found) = borel_typeck::check(&modules);
    (!found.iter().any(|diagnostic| diagnostic.is_error())).then_some(program)
}

/// The Core of the named function, specialised.
#[allow(dead_code)]
pub fn specialised_with(text: &str, name: &str, options: Options) -> Program {
    let program = typed(text).unwrap_or_else(|| panic!("the program has errors: {text}"));
    let found = program.functions.iter().position(|function| &*function.name == name);
    let root = borel_typed::FunctionId(found.unwrap_or_else(|| panic!("no function {name}")) as u32);
    let core = specialise(borel_lower::lower(&program, root), options);
    verified(&core);
    core
}

/// The same, with everything that there is.
#[allow(dead_code)]
pub fn specialised(text: &str, name: &str) -> Program {
    specialised_with(text, name, Options::default())
}

/// Fails unless the program passes the verifier.
pub fn verified(core: &Program) {
    let problems = borel_core::verify::verify(core);
    assert!(problems.is_empty(), "{problems:#?}\n{}", borel_core::print::program(core));
}

/// How many operations of the program are of a kind.
#[allow(dead_code)]
pub fn count(program: &Program, wanted: impl Fn(&Op) -> bool) -> usize {
    fn within(block: &Block, wanted: &impl Fn(&Op) -> bool) -> usize {
        let inner = |op: &Op| op.blocks().into_iter().map(|inner| within(inner, wanted)).sum::<usize>();
        block.stmts.iter().map(|stmt| usize::from(wanted(&stmt.op)) + inner(&stmt.op)).sum()
    }
    program.functions.iter().map(|function| within(&function.body, &wanted)).sum()
}

/// Fails if there are operations of a kind.
#[allow(dead_code)]
pub fn none(program: &Program, what: &str, wanted: impl Fn(&Op) -> bool) {
    let found = count(program, wanted);
    assert_eq!(found, 0, "{what} are left in\n{}", borel_core::print::program(program));
}
