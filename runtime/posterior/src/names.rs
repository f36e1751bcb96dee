//! Names of choices: from a scope, a choice and an index to `f[2].x[3]`.

use borel_abi::module::Module;
use borel_abi::scopes::{ScopeEntry, Scopes};
use std::fmt::Write;

/// The name of a choice in a scope; an index of -1 is none.
///
/// A scope without a choice of its own is an iteration of an outer loop: its index stands before those of the name that
/// follows.
pub fn choice_name(module: &Module, scopes: &Scopes, scope: i64, choice: i64, index: i64) -> String {
    let mut path = scopes.path(scope);
    path.push(ScopeEntry { parent: scope, choice, index });
    let mut name = String::new();
    let mut indices = Vec::new();
    for entry in path {
        let info = usize::try_from(entry.choice).ok().and_then(|choice| module.choices.get(choice));
        indices.extend((entry.index >= 0).then_some(entry.index));
        if let Some(info) = info {
            name.push_str(if name.is_empty() { "" } else { "." });
            name.push_str(&info.name);
            for index in indices.drain(..) {
                // Writing to a String cannot fail.
                let _ = write!(name, "[{index}]");
            }
        }
    }
    name
}
