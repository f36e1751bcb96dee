//! The programs of the design and of the examples check without a word.

use borel_source::SourceMap;
use borel_typeck::{ParsedModule, check};

const PRELUDE: &str = include_str!("../../../stdlib/prelude.ppl");

fn messages(text: &str) -> Vec<String> {
    let mut sources = SourceMap::default();
    let mut modules = Vec::new();
    let mut diagnostics = Vec::new();
    for (name, text, is_prelude) in [("prelude", PRELUDE, true), ("test", text, false)] {
        let file = sources.add(name, text);
        let (module, found) = borel_syntax::parse(file, text);
        diagnostics.extend(found);
        modules.push(ParsedModule { path: Vec::new(), module, is_prelude });
    }
    diagnostics.extend(check(&modules).1);
    diagnostics.iter().map(|diagnostic| borel_diagnostics::render(diagnostic, &sources, false)).collect()
}

#[test]
fn examples_check() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    let mut failures = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder of examples") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "ppl") {
            let text = std::fs::read_to_string(&path).expect("a readable example");
            failures.extend(messages(&text).into_iter().map(|message| format!("{}:\n{message}", path.display())));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn design_programs_check() {
    let failures = messages(include_str!("design.ppl"));
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
