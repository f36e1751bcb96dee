//! Tokens to balanced tokens with terminators: the rule by which newlines end statements, and the matching of brackets.
//!
//! A newline becomes a terminator if the token before it can end a statement, the token after it cannot continue one,
//! and the innermost open bracket is not `(` or `[`. No terminator stands before `}`.
//!
//! Invariants of the result, for any input: brackets match; they nest at most [`MAX_NESTING`] deep; and no path from the
//! root of a tree built from it is longer than a small multiple of [`MAX_DEPTH`], so that recursion over trees is safe.

use borel_diagnostics::Diagnostic;
use borel_source::{FileId, Span};

use crate::lexer::Lexeme;
use crate::token::Token;

/// How deep brackets may nest.
pub const MAX_NESTING: usize = 256;
/// How many operators, keywords and brackets may stand above one another in a tree.
pub const MAX_DEPTH: usize = 2000;

/// A balanced token sequence.
pub struct Layout<'a> {
    /// The tokens; inserted ones have empty spans.
    pub tokens: Vec<Lexeme<'a>>,
    /// Unmatched brackets and excessive nesting.
    pub diagnostics: Vec<Diagnostic>,
    /// Offsets of repairs: errors of the parser near them are consequences and are not reported.
    pub repaired: Vec<usize>,
}

/// Inserts terminators and balances brackets.
pub fn layout<'a>(file: FileId, lexemes: &[Lexeme<'a>]) -> Layout<'a> {
    let mut result = Builder::new(file, false).run(lexemes);
    if result.unclosed_at_end {
        // Only for an unbalanced file is a definition at the margin taken to end the definition before it.
        result = Builder::new(file, true).run(lexemes);
    }
    Layout { tokens: result.tokens, diagnostics: result.diagnostics, repaired: result.repaired }
}

/// Whether every bracket of the tokens is closed, and none was closed too often.
pub fn unclosed_brackets(lexemes: &[Lexeme]) -> bool {
    let mut depth = 0i64;
    for lexeme in lexemes {
        depth += i64::from(lexeme.token.is_open()) - i64::from(lexeme.token.is_close());
    }
    depth > 0
}

/// An open bracket, or the top of the file.
struct Group<'a> {
    opener: Option<Lexeme<'a>>,
    /// Tokens since the last separator that can deepen the tree.
    weight: usize,
}

struct Builder<'a> {
    file: FileId,
    definitions_at_margin_close: bool,
    groups: Vec<Group<'a>>,
    weight: usize,
    /// How far the line is indented on which the current statement starts.
    indent: usize,
    tokens: Vec<Lexeme<'a>>,
    diagnostics: Vec<Diagnostic>,
    repaired: Vec<usize>,
    unclosed_at_end: bool,
}

impl<'a> Builder<'a> {
    fn new(file: FileId, definitions_at_margin_close: bool) -> Builder<'a> {
        Builder {
            file,
            definitions_at_margin_close,
            groups: vec![Group { opener: None, weight: 0 }],
            weight: 0,
            indent: 0,
            tokens: Vec::new(),
            diagnostics: Vec::new(),
            repaired: Vec::new(),
            unclosed_at_end: false,
        }
    }

    fn run(mut self, lexemes: &[Lexeme<'a>]) -> Builder<'a> {
        let mut index = 0;
        while let Some(&lexeme) = lexemes.get(index) {
            if let Some(indent) = lexeme.indent {
                self.start_line(lexeme, indent, lexemes.get(index + 1));
            }
            index += match lexeme.token {
                token if token.is_close() => self.close(lexeme),
                _ if self.weight >= MAX_DEPTH => self.skip_statement(&lexemes[index..]),
                token if token.is_open() && self.groups.len() > MAX_NESTING => self.skip_group(&lexemes[index..]),
                token if token.is_open() => self.open(lexeme),
                _ => self.plain(lexeme),
            };
        }
        let end = lexemes.last().map_or(0, |last| last.end);
        self.unclosed_at_end = self.groups.len() > 1;
        while self.groups.len() > 1 {
            self.close_unclosed(end, "expected before the end of the file");
        }
        self.terminate(end);
        self
    }

    fn innermost(&self) -> Option<Token<'a>> {
        self.groups.last().and_then(|group| group.opener).map(|opener| opener.token)
    }

    fn in_parentheses(&self) -> bool {
        matches!(self.innermost(), Some(Token::OpenParen | Token::OpenBracket))
    }

    /// Decides at the first token of a line whether the line before ended a statement.
    fn start_line(&mut self, lexeme: Lexeme<'a>, indent: usize, next: Option<&Lexeme<'a>>) {
        let at_margin = indent == 0 || lexeme.token != Token::Fn;
        if self.definitions_at_margin_close && at_margin && starts_definition(lexeme.token, next) {
            while self.groups.len() > 1 {
                self.close_unclosed(self.last_end(), "expected before the next definition");
            }
        }
        while self.in_parentheses() && starts_statement_only(lexeme.token, next) {
            self.close_unclosed(self.last_end(), "expected before the next statement");
        }
        let ended = self.tokens.last().is_some_and(|last| last.token.ends_statement());
        if ended && !self.in_parentheses() && !lexeme.token.continues_line() {
            if lexeme.token == Token::Minus && indent > self.indent {
                self.warn_of_minus(lexeme);
            }
            self.terminate(self.last_end());
        }
        if self.tokens.last().is_none_or(|last| last.token == Token::Terminator || last.token == Token::OpenBrace) {
            self.indent = indent;
        }
    }

    /// An indented line that starts with `-` looks like the second half of a subtraction, and is not.
    fn warn_of_minus(&mut self, lexeme: Lexeme<'a>) {
        self.diagnostics.push(
            Diagnostic::warning("W0001", self.span(lexeme), "a new statement starts with `-`", "not a subtraction")
                .note("a line that starts with `-` is a statement of its own: the line before is complete")
                .help("to subtract, end the line before with `-`, or put the expression in parentheses"),
        );
    }

    fn last_end(&self) -> usize {
        self.tokens.last().map_or(0, |last| last.end)
    }

    fn push(&mut self, token: Token<'a>, start: usize, end: usize) {
        self.tokens.push(Lexeme { token, start, end, indent: None });
    }

    fn terminate(&mut self, at: usize) {
        if self.tokens.last().is_some_and(|last| last.token.ends_statement()) {
            self.push(Token::Terminator, at, at);
        }
        self.reset_weight();
    }

    fn reset_weight(&mut self) {
        if let Some(group) = self.groups.last_mut() {
            self.weight -= group.weight;
            group.weight = 0;
        }
    }

    fn add_weight(&mut self) {
        self.weight += 1;
        if let Some(group) = self.groups.last_mut() {
            group.weight += 1;
        }
    }

    fn plain(&mut self, lexeme: Lexeme<'a>) -> usize {
        match lexeme.token {
            Token::Comma | Token::Terminator => self.reset_weight(),
            Token::Identifier(_) | Token::Int(_) | Token::Real(_) | Token::String(_) => {}
            _ => self.add_weight(),
        }
        self.tokens.push(lexeme);
        1
    }

    fn open(&mut self, lexeme: Lexeme<'a>) -> usize {
        self.add_weight();
        self.groups.push(Group { opener: Some(lexeme), weight: 0 });
        self.tokens.push(lexeme);
        1
    }

    fn close(&mut self, lexeme: Lexeme<'a>) -> usize {
        let matches = |group: &Group| group.opener.and_then(|o| o.token.closer()) == Some(lexeme.token);
        if !self.groups.iter().any(matches) {
            return self.unmatched_closer(lexeme);
        }
        while !self.groups.last().is_some_and(matches) {
            self.close_unclosed(self.last_end(), "expected here");
        }
        self.reset_weight();
        self.groups.pop();
        self.tokens.push(lexeme);
        1
    }

    fn unmatched_closer(&mut self, lexeme: Lexeme<'a>) -> usize {
        let text = symbol(lexeme.token);
        let mut diagnostic = Diagnostic::error(
            "E0006",
            self.span(lexeme),
            format!("unmatched `{text}`"),
            format!("no bracket that this `{text}` could close is open here"),
        );
        if let Some(opener) = self.groups.last().and_then(|group| group.opener) {
            diagnostic = diagnostic.label(self.span(opener), "the innermost open bracket");
        }
        self.diagnostics.push(diagnostic.help(format!("remove the `{text}`")));
        self.repaired.push(lexeme.start);
        1
    }

    /// Reports the innermost bracket as unclosed and closes it at `at`.
    fn close_unclosed(&mut self, at: usize, place_text: &str) {
        let Some(opener) = self.groups.last().and_then(|group| group.opener) else { return };
        let Some(closer) = opener.token.closer() else { return };
        let (open, close) = (symbol(opener.token), symbol(closer));
        let already = self.repaired.last() == Some(&at);
        if !already {
            let place = Span::new(self.file, at, at);
            self.diagnostics.push(
                Diagnostic::error("E0006", self.span(opener), format!("unclosed `{open}`"), "this is never closed")
                    .label(place, format!("`{close}` {place_text}"))
                    .help(format!("add the missing `{close}`")),
            );
        }
        self.repaired.extend([opener.start, at]);
        self.reset_weight();
        self.groups.pop();
        self.push(closer, at, at);
    }

    /// Skips a bracket that nests too deeply, to its end.
    fn skip_group(&mut self, lexemes: &[Lexeme<'a>]) -> usize {
        self.report_too_deep(lexemes[0]);
        let mut depth = 0;
        let mut length = 0;
        for lexeme in lexemes {
            depth += i64::from(lexeme.token.is_open()) - i64::from(lexeme.token.is_close());
            length += 1;
            if depth <= 0 {
                break;
            }
        }
        self.push(Token::Error, lexemes[0].start, lexemes[length - 1].end);
        length
    }

    /// Skips the rest of a statement that is too complex.
    fn skip_statement(&mut self, lexemes: &[Lexeme<'a>]) -> usize {
        self.report_too_deep(lexemes[0]);
        let mut depth = 0;
        let mut length = 0;
        for lexeme in lexemes {
            let closes = lexeme.token.is_close() && depth == 0;
            let separates = depth == 0 && length > 0 && lexeme.indent.is_some();
            if closes || separates {
                break;
            }
            depth += i64::from(lexeme.token.is_open()) - i64::from(lexeme.token.is_close());
            length += 1;
        }
        self.push(Token::Error, lexemes[0].start, lexemes[length - 1].end);
        length
    }

    fn report_too_deep(&mut self, lexeme: Lexeme<'a>) {
        self.repaired.push(lexeme.start);
        if self.diagnostics.iter().any(|diagnostic| diagnostic.code == "E0005") {
            return;
        }
        self.diagnostics.push(
            Diagnostic::error("E0005", self.span(lexeme), "nested too deeply", "the nesting is too deep from here on")
                .note(format!("brackets nest at most {MAX_NESTING} deep, operators and branches at most {MAX_DEPTH}"))
                .help("name parts of it with `let`, or keep the values in an array"),
        );
    }

    fn span(&self, lexeme: Lexeme<'a>) -> Span {
        Span::new(self.file, lexeme.start, lexeme.end)
    }
}

/// The text of a bracket.
fn symbol(token: Token) -> &'static str {
    match token {
        Token::OpenParen => "(",
        Token::CloseParen => ")",
        Token::OpenBracket => "[",
        Token::CloseBracket => "]",
        Token::OpenBrace => "{",
        _ => "}",
    }
}

/// Whether a definition starts with this token; a `fn` must have a name.
pub fn starts_definition(token: Token, next: Option<&Lexeme>) -> bool {
    match token {
        Token::Model | Token::Type | Token::Import => true,
        Token::Fn => matches!(next, Some(Lexeme { token: Token::Identifier(_), .. })),
        _ => false,
    }
}

/// Whether this token starts a statement and can stand nowhere within `(..)` or `[..]`.
fn starts_statement_only(token: Token, next: Option<&Lexeme>) -> bool {
    // A `for` may be that of a comprehension.
    let keyword = token.starts_statement() && token != Token::For;
    keyword || starts_definition(token, next)
}
