//! The standard library: its texts are part of the compiler.

use crate::loader::dotted;
use borel_source::Name;

/// The part that every program sees: names for messages, and texts.
pub const PRELUDE: [(&str, &str); 2] = [
    ("<prelude>", include_str!("../../../stdlib/prelude.ppl")),
    ("<distributions>", include_str!("../../../stdlib/distributions.ppl")),
];

/// The modules that programs import: as imports write them, and texts.
pub const MODULES: [(&str, &str); 6] = [
    ("process", include_str!("../../../stdlib/process.ppl")),
    ("infer.population", include_str!("../../../stdlib/infer/population.ppl")),
    ("infer.smc", include_str!("../../../stdlib/infer/smc.ppl")),
    ("infer.mcmc", include_str!("../../../stdlib/infer/mcmc.ppl")),
    ("infer.methods", include_str!("../../../stdlib/infer/methods.ppl")),
    ("infer.particle", include_str!("../../../stdlib/infer/particle.ppl")),
];

/// The text of the module that `import a.b` names by `[a, b]`.
pub fn module(path: &[Name]) -> Option<&'static str> {
    let wanted = dotted(path);
    MODULES.iter().find(|(name, _)| *name == wanted).map(|(_, text)| *text)
}

/// How messages name the text of a module.
pub fn file_name(module: &str) -> String {
    format!("<{module}>")
}
