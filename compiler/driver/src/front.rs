//! From texts to a typed program: the root file, what it imports, and the prelude.

use crate::library::{self, MODULES, PRELUDE};
use crate::loader::{LoadError, Loaded, Loader, dotted};
use crate::timings::Timings;
use borel_diagnostics::Diagnostic;
use borel_source::{FileId, Name, SourceMap, Span};
use borel_typeck::ParsedModule;
use borel_typed::Program;
use std::collections::HashSet;

/// What the front end makes of a program.
#[derive(Clone, Debug)]
pub struct Front {
    /// Every text; the root file is the first.
    pub sources: SourceMap,
    /// The modules, the root first.
    pub modules: Vec<ParsedModule>,
    /// The typed program; meaningful if no diagnostic is an error.
    pub program: Program,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// How long it took.
    pub timings: Timings,
}

impl Front {
    /// Whether some diagnostic is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Loads, parses and checks. `name` is the root file's, for messages.
pub fn analyse(name: &str, text: &str, loader: &dyn Loader) -> Front {
    let mut timings = Timings::default();
    let mut reader = Reader { loader, sources: SourceMap::default(), modules: Vec::new(), diagnostics: Vec::new() };
    timings.time("parse", || reader.read_all(name, text));
    let Reader { sources, modules, mut diagnostics, .. } = reader;
    let broken = broken_items(&modules, &diagnostics);
    let incomplete = diagnostics.iter().any(Diagnostic::is_error);
    let (program, found) = timings.time("check", || borel_typeck::check(&modules));
    // What could not be parsed or loaded defines nothing: that its names are unknown is no news; nor are the types of a
    // definition that was not understood.
    let is_news = |diagnostic: &Diagnostic| {
        let unknown = incomplete && diagnostic.code.starts_with("E01");
        !unknown && !diagnostic.span().is_some_and(|span| broken.iter().any(|item| contains(*item, span)))
    };
    diagnostics.extend(found.into_iter().filter(is_news));
    Front { sources, modules, program, diagnostics, timings }
}

/// The definitions that have an error of syntax.
fn broken_items(modules: &[ParsedModule], diagnostics: &[Diagnostic]) -> Vec<Span> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    let errors: Vec<Span> = errors.filter_map(Diagnostic::span).collect();
    let items = modules.iter().flat_map(|module| &module.module.items).map(|item| item.span);
    items.filter(|item| errors.iter().any(|error| contains(*item, *error))).collect()
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

struct Reader<'a> {
    loader: &'a dyn Loader,
    sources: SourceMap,
    modules: Vec<ParsedModule>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn read_all(&mut self, name: &str, text: &str) {
        let mut wanted = self.read(Vec::new(), name, text, false);
        for (name, text) in PRELUDE {
            self.read(Vec::new(), name, text, true);
        }
        let mut seen = HashSet::new();
        while let Some((path, span)) = wanted.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            match self.load(&path) {
                Ok(loaded) => wanted.extend(self.read(path, &loaded.name, &loaded.text, false)),
                Err(error) => self.diagnostics.push(not_loaded(&path, error, span)),
            }
        }
    }

    /// A module of the program, else one of the standard library.
    fn load(&self, path: &[Name]) -> Result<Loaded, LoadError> {
        match (self.loader.load(path), library::module(path)) {
            (Err(LoadError { is_missing: true, .. }), Some(text)) => {
                Ok(Loaded { name: library::file_name(&dotted(path)), text: text.to_string() })
            }
            (result, _) => result,
        }
    }

    /// Parses a module and gives what it imports.
    fn read(&mut self, path: Vec<Name>, name: &str, text: &str, is_prelude: bool) -> Vec<(Vec<Name>, Span)> {
        let file: FileId = self.sources.add(name, text);
        let (module, diagnostics) = borel_syntax::parse(file, text);
        self.diagnostics.extend(diagnostics);
        let imports = borel_typeck::imports(&module);
        self.modules.push(ParsedModule { path, module, is_prelude });
        imports
    }
}

fn not_loaded(path: &[Name], error: LoadError, span: Span) -> Diagnostic {
    let name = dotted(path);
    let diagnostic = Diagnostic::error("E0104", span, format!("the module `{name}` cannot be imported"), "this import")
        .note(error.reason);
    if !error.is_missing {
        return diagnostic;
    }
    let modules = MODULES.map(|(module, _)| module);
    let near = borel_diagnostics::suggest(&name, modules);
    let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    let help = "`import a.b` is the file a/b.ppl in the folder of the program, or a module of the standard library";
    diagnostic.help(format!("{help} ({}){hint}", modules.join(", ")))
}
