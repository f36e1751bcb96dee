//! Drives the generated parser: cuts a file into definitions, parses each one, and after an error repairs the tokens
//! and parses again, so that one run reports every mistake and keeps every definition that can be kept.
//!
//! Invariants: parsing never fails, never recurses, and takes at most [`MAX_ERRORS`] attempts for a definition.

use std::collections::HashSet;

use borel_diagnostics::Diagnostic;
use borel_source::{FileId, Span};
use lalrpop_util::ParseError;

use crate::actions::{Context, Never};
use crate::ast::{Item, ItemKind, Module, Stmt};
use crate::grammar::{ItemParser, StatementsParser};
use crate::layout::{Layout, layout, starts_definition};
use crate::lexer::{Comment, Lexed, Lexeme, lex};
use crate::repair::{Edit, Site, repair};
use crate::report::Expected;
use crate::token::Token;

/// How many errors are reported for one definition.
const MAX_ERRORS: usize = 20;

/// What a line typed into a REPL is.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplInput {
    /// Definitions.
    Items(Vec<Item>),
    /// Statements; a single expression is one.
    Statements(Vec<Stmt>),
}

/// Parses one file.
pub fn parse(file: FileId, text: &str) -> (Module, Vec<Diagnostic>) {
    let Some(source) = Source::new(file, text) else { return (Module::default(), vec![too_large(file)]) };
    source.items()
}

/// Parses a line typed into a REPL: definitions if it starts with one, else statements.
pub fn parse_repl(file: FileId, text: &str) -> (ReplInput, Vec<Diagnostic>) {
    let Some(source) = Source::new(file, text) else {
        return (ReplInput::Statements(Vec::new()), vec![too_large(file)]);
    };
    let tokens = &source.layout.tokens;
    let is_item = tokens.first().is_some_and(|first| starts_definition(first.token, tokens.get(1)));
    if is_item {
        let (module, diagnostics) = source.items();
        return (ReplInput::Items(module.items), diagnostics);
    }
    let (statements, diagnostics) = source.statements();
    (ReplInput::Statements(statements), diagnostics)
}

/// Whether a text has no open bracket, so that a REPL need not ask for more lines.
pub fn is_complete(text: &str) -> bool {
    !crate::layout::unclosed_brackets(&lex(FileId::default(), text).lexemes)
}

/// Spans have 32-bit offsets.
fn too_large(file: FileId) -> Diagnostic {
    Diagnostic::error("E0005", Span::new(file, 0, 0), "the file is too large", "more than 4 GiB")
}

/// A text after lexing and layout.
struct Source<'a> {
    file: FileId,
    comments: Vec<Comment<'a>>,
    layout: Layout<'a>,
    diagnostics: Vec<Diagnostic>,
    /// The offsets of the newlines.
    newlines: Vec<usize>,
    /// The lines on which the tokens differ from the text.
    reported_lines: HashSet<usize>,
}

/// The number of the line of an offset.
fn line_of(newlines: &[usize], offset: usize) -> usize {
    newlines.partition_point(|&newline| newline < offset)
}

impl<'a> Source<'a> {
    /// None if the text is too large for spans.
    fn new(file: FileId, text: &'a str) -> Option<Source<'a>> {
        u32::try_from(text.len()).ok()?;
        let Lexed { lexemes, comments, mut diagnostics } = lex(file, text);
        let mut layout = layout(file, &lexemes);
        let lexical = diagnostics.iter().filter_map(Diagnostic::span).map(|span| span.start as usize);
        let newlines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        let repaired = lexical.chain(layout.repaired.iter().copied());
        let reported_lines = repaired.map(|at| line_of(&newlines, at)).collect();
        diagnostics.append(&mut layout.diagnostics);
        Some(Source { file, comments, layout, diagnostics, newlines, reported_lines })
    }

    fn items(mut self) -> (Module, Vec<Diagnostic>) {
        let mut module = Module::default();
        let mut docs = Docs { comments: &self.comments, previous_end: 0 };
        for chunk in chunks(&self.layout.tokens) {
            let doc = docs.before(chunk);
            let span = self.span(chunk);
            let (kind, diagnostics) = attempt(self.file, chunk, &ItemGoal);
            self.diagnostics.extend(self.causes(diagnostics));
            module.items.push(Item { doc, kind: kind.unwrap_or(ItemKind::Error), span });
        }
        (module, in_order(self.diagnostics))
    }

    fn statements(mut self) -> (Vec<Stmt>, Vec<Diagnostic>) {
        let tokens = &self.layout.tokens;
        let (statements, diagnostics) = attempt(self.file, tokens, &StatementsGoal);
        self.diagnostics.extend(self.causes(diagnostics));
        (statements.unwrap_or_default(), in_order(self.diagnostics))
    }

    /// The diagnostics of the parser that are not consequences of what the lexer and layout have reported on their lines.
    fn causes(&self, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        diagnostics.retain(|diagnostic| {
            let line = diagnostic.span().map(|span| line_of(&self.newlines, span.start as usize));
            diagnostic.code != "E0001" || !line.is_some_and(|line| self.reported_lines.contains(&line))
        });
        diagnostics
    }

    fn span(&self, tokens: &[Lexeme]) -> Span {
        let start = tokens.first().map_or(0, |first| first.start);
        let end = tokens.last().map_or(start, |last| last.end);
        Span::new(self.file, start, end.max(start))
    }
}

/// By place in the file.
fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|diagnostic| diagnostic.span().map_or(0, |span| span.start));
    diagnostics
}

/// Finds the documentation before each definition.
struct Docs<'a, 'b> {
    comments: &'b [Comment<'a>],
    previous_end: usize,
}

impl Docs<'_, '_> {
    /// The `///` lines between the last definition and this one.
    fn before(&mut self, chunk: &[Lexeme]) -> Option<String> {
        let (start, end) = (chunk.first()?.start, chunk.last()?.end);
        let skipped = self.comments.partition_point(|comment| comment.start < self.previous_end);
        let above = &self.comments[skipped..];
        let above = &above[..above.partition_point(|comment| comment.start < start)];
        let lines: Vec<&str> = above.iter().filter(|c| c.starts_line).filter_map(Comment::doc).collect();
        self.previous_end = end;
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

/// Cuts the tokens of a file into definitions: at terminators outside of brackets, and where a new definition starts
/// without one.
fn chunks<'b, 'a>(tokens: &'b [Lexeme<'a>]) -> Vec<&'b [Lexeme<'a>]> {
    let mut chunks = Vec::new();
    let (mut start, mut depth) = (0, 0i64);
    for (index, lexeme) in tokens.iter().enumerate() {
        depth += i64::from(lexeme.token.is_open()) - i64::from(lexeme.token.is_close());
        if depth > 0 {
            continue;
        }
        if lexeme.token == Token::Terminator {
            if !opens_body_on_next_line(&tokens[start..], index - start) {
                chunks.push(&tokens[start..index]);
                start = index + 1;
            }
        } else if index > start && starts_definition(lexeme.token, tokens.get(index + 1)) {
            chunks.push(&tokens[start..index]);
            start = index;
        }
    }
    chunks.push(&tokens[start..]);
    chunks.retain(|chunk| !chunk.is_empty());
    chunks
}

/// Whether the terminator at `index` separates the header of a definition from a body on the next line: a mistake that
/// is reported once the definition is parsed as a whole.
fn opens_body_on_next_line(tokens: &[Lexeme], index: usize) -> bool {
    let header = tokens.first().is_some_and(|first| matches!(first.token, Token::Fn | Token::Model));
    let has_body = tokens[..index].iter().any(|lexeme| matches!(lexeme.token, Token::OpenBrace | Token::FatArrow));
    let next = tokens.get(index + 1).map(|lexeme| lexeme.token);
    header && !has_body && next == Some(Token::OpenBrace)
}

type Failure<'a> = ParseError<usize, Token<'a>, Never>;

/// A start symbol of the grammar.
trait Goal {
    /// What it gives.
    type Tree;
    /// Whether it is a sequence of statements.
    const IS_STATEMENTS: bool;
    /// One attempt of the generated parser.
    fn parse<'a>(&self, context: &Context<'a>, tokens: &[Lexeme<'a>]) -> Result<Self::Tree, Failure<'a>>;
}

struct ItemGoal;

impl Goal for ItemGoal {
    type Tree = ItemKind;
    const IS_STATEMENTS: bool = false;
    fn parse<'a>(&self, context: &Context<'a>, tokens: &[Lexeme<'a>]) -> Result<ItemKind, Failure<'a>> {
        ItemParser::new().parse(context, numbered(tokens))
    }
}

struct StatementsGoal;

impl Goal for StatementsGoal {
    type Tree = Vec<Stmt>;
    const IS_STATEMENTS: bool = true;
    fn parse<'a>(&self, context: &Context<'a>, tokens: &[Lexeme<'a>]) -> Result<Vec<Stmt>, Failure<'a>> {
        StatementsParser::new().parse(context, numbered(tokens))
    }
}

/// The generated parser counts places in tokens.
fn numbered<'a, 'b>(tokens: &'b [Lexeme<'a>]) -> impl Iterator<Item = (usize, Token<'a>, usize)> + use<'a, 'b> {
    tokens.iter().enumerate().map(|(index, lexeme)| (index, lexeme.token, index + 1))
}

/// Parses tokens, repairing them after each error; none if they cannot be repaired.
fn attempt<G: Goal>(file: FileId, tokens: &[Lexeme], goal: &G) -> (Option<G::Tree>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut repaired = tokens.to_vec();
    for _ in 0..=MAX_ERRORS {
        let context = Context::new(file, &repaired);
        let failure = match goal.parse(&context, &repaired) {
            Ok(tree) => {
                diagnostics.extend(context.into_diagnostics());
                return (Some(tree), diagnostics);
            }
            Err(failure) => failure,
        };
        let (at, expected) = place(failure, repaired.len());
        let expected = Expected::new(expected, accepts_operator(file, &repaired, at, goal));
        let site = Site { file, tokens: &repaired, at, expected, is_statements: G::IS_STATEMENTS };
        let (diagnostic, edit) = repair(&site);
        diagnostics.push(diagnostic);
        let Some(Edit { range, replacement }) = edit else { break };
        repaired.splice(range, replacement);
    }
    (None, diagnostics)
}

/// Whether an operator could stand at `at`. The parser may have reduced an operand before it met the error, and then no
/// longer lists what could have followed the operand.
fn accepts_operator<G: Goal>(file: FileId, tokens: &[Lexeme], at: usize, goal: &G) -> bool {
    let mut prefix = tokens[..at].to_vec();
    let Some(&last) = prefix.last() else { return false };
    prefix.push(Lexeme { token: Token::Plus, start: last.end, end: last.end, indent: None });
    let context = Context::new(file, &prefix);
    match goal.parse(&context, &prefix) {
        Ok(_) => true,
        Err(failure) => place(failure, prefix.len()).0 != at,
    }
}

/// The index of the offending token, and what was expected in its place.
fn place(failure: Failure, end: usize) -> (usize, Vec<String>) {
    match failure {
        ParseError::UnrecognizedToken { token, expected } => (token.0, expected),
        ParseError::UnrecognizedEof { expected, .. } => (end, expected),
        ParseError::ExtraToken { token } => (token.0, Vec::new()),
        ParseError::InvalidToken { location } => (location, Vec::new()),
        ParseError::User { error } => match error {},
    }
}
