//! Where the texts of imported modules come from. The driver knows no file system: whoever starts it brings a loader.

use borel_source::Name;
use std::collections::HashMap;

/// Gives the texts of modules.
pub trait Loader: Sync {
    /// The module that `import a.b` names by `[a, b]`.
    fn load(&self, module: &[Name]) -> Result<Loaded, LoadError>;
}

/// The text of a module.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its file, for messages.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A module could not be had.
#[derive(Clone, Debug)]
pub struct LoadError {
    /// Why, for people.
    pub reason: String,
    /// That there is none of this name: then the standard library may have it.
    pub is_missing: bool,
}

/// Modules kept in memory by their dotted names.
#[derive(Clone, Debug, Default)]
pub struct MemoryLoader {
    modules: HashMap<String, String>,
}

impl MemoryLoader {
    /// No modules.
    pub fn new() -> MemoryLoader {
        MemoryLoader::default()
    }

    /// With the module of a dotted name, such as `seq.hmm`.
    pub fn with(mut self, module: &str, text: &str) -> MemoryLoader {
        self.modules.insert(module.to_string(), text.to_string());
        self
    }
}

impl Loader for MemoryLoader {
    fn load(&self, module: &[Name]) -> Result<Loaded, LoadError> {
        let name = dotted(module);
        match self.modules.get(&name) {
            Some(text) => Ok(Loaded { name: format!("{name}.ppl"), text: text.clone() }),
            None => Err(LoadError { reason: format!("there is no module {name}"), is_missing: true }),
        }
    }
}

/// The name of a module as programs write it.
pub fn dotted(module: &[Name]) -> String {
    module.iter().map(Name::as_str).collect::<Vec<_>>().join(".")
}
