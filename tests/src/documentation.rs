//! What is documented in the library of Borel.

use borel_driver::front::analyse;
use borel_driver::library::file_name;
use borel_driver::loader::MemoryLoader;
use borel_typed::Function;

/// The documented functions of a module, with the names that programs know them by; of the prelude for no name.
pub fn functions(module: &str) -> Vec<(String, Function)> {
    let import = if module.is_empty() { String::new() } else { format!("import {module}\n") };
    let front = analyse("<library>", &format!("{import}fn main() {{ }}\n"), &MemoryLoader::new());
    let mut found = Vec::new();
    for function in front.program.functions.into_iter().filter(|function| function.doc.is_some()) {
        if module.is_empty() {
            found.push((function.name.to_string(), function));
        } else if front.sources.file(function.span.file).name == file_name(module) {
            found.push((format!("{module}.{}", function.name), function));
        }
    }
    found
}
