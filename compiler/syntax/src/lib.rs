//! Text to syntax tree: lexer (logos), layout, grammar (lalrpop), tree. Parsing never fails: it returns a tree, perhaps
//! with error nodes, and the diagnostics that explain them. [`format`] rewrites a text in the one style.
//!
//! Invariants, for any text: no panic, no recursion while parsing, trees of bounded depth, spans within the text.

mod actions;
pub mod ast;
mod format;
mod layout;
mod lexer;
mod parser;
mod repair;
mod report;
mod slips;
mod token;

pub use format::format;
pub use parser::{ReplInput, is_complete, parse, parse_repl};

/// The generated parser.
#[allow(missing_docs, clippy::all, unused_parens)]
mod grammar {
    lalrpop_util::lalrpop_mod!(generated, "/grammar.rs");
    pub use generated::{ItemParser, StatementsParser};
}
