//! Pages about distributions, builtin functions and the library, for `borel explain`.

use crate::program::Program;
use borel_distributions::{CATALOGUE, Entry};
use borel_typed::Builtin;

/// The page about a distribution or a function, if there is one of this name.
pub fn describe(name: &str) -> Option<String> {
    if let Some(entry) = CATALOGUE.iter().find(|entry| entry.name == name) {
        return Some(distribution(entry));
    }
    if let Some(builtin) = Builtin::all().find(|builtin| builtin.name() == name) {
        return Some(format!("# {name} : {}\n\n{}\n", builtin.signature(), builtin.doc().trim()));
    }
    let library = Program::compile("").ok()?;
    let function = library.front().program.functions.iter().find(|function| *function.name == *name)?;
    Some(format!("# {name} : {}\n\n{}\n", function.signature, function.doc.as_deref().unwrap_or("").trim()))
}

/// The names that [`describe`] knows.
pub fn described_names() -> Vec<String> {
    let mut names: Vec<String> = CATALOGUE.iter().map(|entry| entry.name.to_string()).collect();
    names.extend(Builtin::all().map(|builtin| builtin.name().to_string()));
    if let Ok(library) = Program::compile("") {
        names.extend(library.front().program.functions.iter().map(|function| function.name.to_string()));
    }
    names
}

fn distribution(entry: &Entry) -> String {
    let names: Vec<&str> = entry.parameters.iter().map(|parameter| parameter.name).collect();
    let documentation: Vec<&str> =
        entry.documentation.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let mut page = format!("# {}({})\n\n{}\n\n", entry.name, names.join(", "), documentation.join("\n").trim_end());
    for parameter in entry.parameters {
        page.push_str(&format!("- `{}`: {}; {}\n", parameter.name, parameter.doc.trim(), parameter.domain));
    }
    page.push_str(&format!("\nIts values are of type {}.\n", entry.value));
    page
}
