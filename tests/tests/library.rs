//! The library's chapter of the specification is made from the library itself; `BLESS=1 cargo test -p borel-tests --test
//! library` writes it anew.

use borel_distributions::{CATALOGUE, Discreteness, ParameterEntry};
use borel_driver::library::MODULES;
use borel_tests::documentation::functions;
use borel_typed::Builtin;
use std::fmt::Write;

#[test]
fn chapter_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/07-library.md");
    let expected = chapter();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &expected).expect("a writable file");
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == expected, "spec/07-library.md differs from the library: BLESS=1 writes it anew");
}

fn chapter() -> String {
    let mut text = String::from(
        "# 7. The library\n\nThis chapter is made from the library's own documentation by the tests.\n\n## Distributions\n\nThe \
         parameterisations are Stan's. A scalar parameter may be an array: the distribution lifts.\n\n",
    );
    for entry in CATALOGUE {
        let parameter = |p: &ParameterEntry| format!("{}: {}", p.name, p.kind);
        let parameters: Vec<String> = entry.parameters.iter().map(parameter).collect();
        let (name, value) = (entry.name, entry.value);
        let _ = writeln!(text, "### {name}\n\n`{name}({}) : Dist[{value}]`\n", parameters.join(", "));
        let enumerable = match entry.discreteness {
            Discreteness::Continuous => "",
            _ if value.is_multivariate() => "",
            Discreteness::Finite => " Finite: `enumerate` can list its values.",
            Discreteness::Countable => " Countable: `enumerate` lists its values until little mass is left.",
        };
        let _ = writeln!(text, "{}{enumerable}\n", entry.summary());
        for p in entry.parameters {
            let _ = writeln!(text, "- `{}`: {}; {}", p.name, p.doc.trim(), p.domain);
        }
        text.push('\n');
    }
    text.push_str(
        "## Builtins\n\n`lift(..)` means that the function also applies to arrays and matrices, element by element; `Number` \
         is Int or Real.\n\n| name | type | meaning |\n|---|---|---|\n",
    );
    for builtin in Builtin::all() {
        let cell = |s: &str| s.trim().replace('|', "\\|");
        let _ = writeln!(text, "| `{}` | `{}` | {} |", builtin.name(), cell(builtin.signature()), cell(builtin.doc()));
    }
    text.push_str("\n## In Borel itself\n\nOpen everywhere.\n\n");
    for (name, function) in functions("") {
        let doc = function.doc.as_deref().unwrap_or_default().trim();
        let _ = writeln!(text, "### {name}\n\n`{}`\n\n{doc}\n", function.signature);
    }
    for (module, source) in MODULES {
        let comment: Vec<&str> = source.lines().map_while(|line| line.strip_prefix("//")).map(str::trim).collect();
        let _ = writeln!(
            text,
            "## `import {module}`\n\n`stdlib/{}.ppl`\n\n{}\n",
            module.replace('.', "/"),
            comment.join("\n").trim()
        );
        for (name, function) in functions(module) {
            let doc = function.doc.as_deref().unwrap_or_default().trim();
            let _ = writeln!(text, "### {name}\n\n`{}`\n\n{doc}\n", function.signature);
        }
    }
    text
}
