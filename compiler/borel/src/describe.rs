//! Pages about distributions, builtin functions and the library, for `borel explain`.

use crate::program::Program;
use borel_distributions::{CATALOGUE, Entry};
use borel_driver::library::{MODULES, file_name};
use borel_typed::{Builtin, Function};

/// The page about a distribution or a function, if there is one of this name.
pub fn describe(name: &str) -> Option<String> {
    if let Some(entry) = CATALOGUE.iter().find(|entry| entry.name == name) {
        return Some(distribution(entry));
    }
    if let Some(builtin) = Builtin::all().find(|builtin| builtin.name() == name) {
        return Some(format!("# {name} : {}\n\n{}\n", builtin.signature(), builtin.doc().trim()));
    }
    if let Some((module, function)) = name.rsplit_once('.') {
        // A module goes by its last name too, as in a program that imports it.
        let is_it = |known: &str| known == module || known.strip_suffix(module).is_some_and(|rest| rest.ends_with('.'));
        let in_module = |module: &str| {
            let functions = functions_of(module);
            let function = functions.iter().find(|known| *known.name == *function)?;
            Some(page(&format!("{module}.{}", function.name), function))
        };
        let mut known = MODULES.iter().map(|(module, _)| *module).filter(|known| is_it(known));
        return known.find_map(in_module).or_else(|| module_page(name));
    }
    let of_prelude = || functions_of("").iter().find(|known| *known.name == *name).map(|function| page(name, function));
    let of_modules = || MODULES.iter().find_map(|(module, _)| describe(&format!("{module}.{name}")));
    of_prelude().or_else(|| module_page(name)).or_else(of_modules)
}

fn page(name: &str, function: &Function) -> String {
    format!("# {name} : {}\n\n{}\n", function.signature, function.doc.as_deref().unwrap_or("").trim())
}

/// What a module of the library has: the comment that it begins with, and its functions with the first sentences of theirs.
fn module_page(name: &str) -> Option<String> {
    let (_, text) = MODULES.iter().find(|(module, _)| *module == name)?;
    let comment: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//")).map(str::trim).collect();
    let mut page = format!("# import {name}\n\n{}\n\n", comment.join("\n").trim());
    for function in functions_of(name) {
        page.push_str(&format!("- `{name}.{} : {}`\n", function.name, function.signature));
    }
    Some(page)
}

/// The documented functions of a module of the library, or (for no name) of what every program sees.
fn functions_of(module: &str) -> Vec<Function> {
    let import = if module.is_empty() { String::new() } else { format!("import {module}\n") };
    let Ok(library) = Program::compile(&import) else { return Vec::new() };
    let front = library.front();
    let is_here = |function: &&Function| {
        let file = &front.sources.file(function.span.file).name;
        function.doc.is_some() && (module.is_empty() || **file == *file_name(module))
    };
    front.program.functions.iter().filter(is_here).cloned().collect()
}

/// The names that [`describe`] knows.
pub fn described_names() -> Vec<String> {
    let mut names: Vec<String> = CATALOGUE.iter().map(|entry| entry.name.to_string()).collect();
    names.extend(Builtin::all().map(|builtin| builtin.name().to_string()));
    names.extend(functions_of("").iter().map(|function| function.name.to_string()));
    for (module, _) in MODULES {
        names.push(module.to_string());
        names.extend(functions_of(module).iter().map(|function| format!("{module}.{}", function.name)));
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
