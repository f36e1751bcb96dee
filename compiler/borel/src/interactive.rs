//! What interactive tools need of the syntax: is an input complete, what is it, what does a file define.

use crate::diagnostics::Diagnostics;
use borel_diagnostics::Diagnostic;
use borel_source::{SourceMap, Span};
use borel_syntax::ast::{Item, ItemKind, StmtKind};

/// What an input is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplInput {
    /// Definitions: name and text of each.
    Definitions(Vec<(String, String)>),
    /// One expression.
    Expression,
    /// Statements.
    Statements,
}

/// Whether all brackets are closed, so that no further line is needed.
pub fn is_complete(text: &str) -> bool {
    borel_syntax::is_complete(text)
}

/// What an input is; its syntax errors if it has any.
pub fn parse_repl(text: &str) -> Result<ReplInput, Diagnostics> {
    let mut sources = SourceMap::default();
    let file = sources.add("<repl>", text);
    let (input, diagnostics) = borel_syntax::parse_repl(file, text);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Diagnostics::new(sources, diagnostics));
    }
    Ok(match input {
        borel_syntax::ReplInput::Items(items) => ReplInput::Definitions(named(&items, &sources)),
        borel_syntax::ReplInput::Statements(statements) => match statements.as_slice() {
            [statement] if matches!(statement.kind, StmtKind::Expr(_)) => ReplInput::Expression,
            _ => ReplInput::Statements,
        },
    })
}

/// The definitions of a program: name and text of each.
pub fn definitions(name: &str, text: &str) -> Result<Vec<(String, String)>, Diagnostics> {
    let mut sources = SourceMap::default();
    let file = sources.add(name, text);
    let (module, diagnostics) = borel_syntax::parse(file, text);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Diagnostics::new(sources, diagnostics));
    }
    Ok(named(&module.items, &sources))
}

/// The text of a program in the standard format.
pub fn format(name: &str, text: &str) -> Result<String, Diagnostics> {
    borel_syntax::format(text).map_err(|diagnostics| {
        let mut sources = SourceMap::default();
        sources.add(name, text);
        Diagnostics::new(sources, diagnostics)
    })
}

fn named(items: &[Item], sources: &SourceMap) -> Vec<(String, String)> {
    let text = |span: Span| sources.text(span).to_string();
    let name = |kind: &ItemKind| match kind {
        ItemKind::Import(path) => path.iter().map(|part| part.name.as_str()).collect::<Vec<_>>().join("."),
        ItemKind::Type(item) => item.name.name.to_string(),
        ItemKind::Function(function) => function.name.as_ref().map_or(String::new(), |name| name.name.to_string()),
        ItemKind::Let(name, ..) => name.name.to_string(),
        ItemKind::Error => String::new(),
    };
    items.iter().map(|item| (name(&item.kind), text(item.span))).collect()
}
