//! Rewrites a text in the one style: spaces, indentation and blank lines are normalised, line breaks stay where the
//! author put them, comments are kept.
//!
//! It works on tokens, not on the tree, so that nothing written is lost. Invariants: the result parses to the same tree up
//! to spans; formatting it again changes nothing.

use std::fmt::Write as _;

use borel_diagnostics::Diagnostic;
use borel_source::FileId;

use crate::layout::layout;
use crate::lexer::{Comment, Lexed, Lexeme, lex};
use crate::parser::parse;
use crate::token::Token;

/// Columns per level.
const INDENT: usize = 2;

/// Formats a file; a text with syntax errors is refused with them.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let (_, diagnostics) = parse(FileId::default(), text);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(diagnostics);
    }
    let Lexed { lexemes, comments, .. } = lex(FileId::default(), text);
    let pieces = pieces(text, &lexemes, &comments);
    Ok(print(&lines(&pieces)))
}

/// A token or comment.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    /// None for a comment.
    token: Option<Token<'a>>,
    /// How many line ends stand before it, at most two.
    newlines: usize,
    /// Whether a statement starts here.
    starts_statement: bool,
}

/// Tokens and comments in order, without the semicolons that a line end or brace makes superfluous.
fn pieces<'a>(text: &'a str, lexemes: &[Lexeme<'a>], comments: &[Comment<'a>]) -> Vec<Piece<'a>> {
    let starts = statement_starts(lexemes);
    let mut comments = comments.iter().peekable();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut end = 0;
    let newlines = |from: usize, to: usize| text[from..to].matches('\n').count().min(2);
    // Line ends before a dropped semicolon.
    let mut carried = 0;
    for (index, lexeme) in lexemes.iter().enumerate() {
        while let Some(comment) = comments.next_if(|comment| comment.start < lexeme.start) {
            let newlines = newlines(end, comment.start).max(std::mem::take(&mut carried));
            pieces.push(Piece { text: comment.text, token: None, newlines, starts_statement: false });
            end = comment.start + comment.text.len();
        }
        let before = newlines(end, lexeme.start).max(std::mem::take(&mut carried));
        end = lexeme.end;
        if lexeme.token == Token::Terminator && is_superfluous(lexemes, index) {
            carried = before;
            continue;
        }
        let starts_statement = starts.binary_search(&lexeme.start).is_ok();
        let text = &text[lexeme.start..lexeme.end];
        pieces.push(Piece { text, token: Some(lexeme.token), newlines: before, starts_statement });
    }
    for comment in comments {
        let newlines = newlines(end, comment.start).max(std::mem::take(&mut carried));
        pieces.push(Piece { text: comment.text, token: None, newlines, starts_statement: false });
        end = comment.start + comment.text.len();
    }
    pieces
}

/// The offsets of the tokens that follow a terminator, written or not.
fn statement_starts(lexemes: &[Lexeme]) -> Vec<usize> {
    let tokens = layout(FileId::default(), lexemes).tokens;
    let pairs = tokens.iter().zip(tokens.iter().skip(1));
    pairs.filter(|(before, _)| before.token == Token::Terminator).map(|(_, first)| first.start).collect()
}

/// Whether a semicolon separates nothing that a line end or brace beside it does not separate.
fn is_superfluous(lexemes: &[Lexeme], index: usize) -> bool {
    let before = index.checked_sub(1).map(|before| lexemes[before].token);
    let ends_nothing = matches!(before, None | Some(Token::OpenBrace | Token::Terminator | Token::Comma));
    // Of several in a row, the first stands for all.
    let run = lexemes[index..].iter().take_while(|lexeme| lexeme.token == Token::Terminator).count();
    let next = lexemes.get(index + run);
    let mut until_next = lexemes[index..index + run].iter().chain(next);
    let by_line = next.is_none() || until_next.any(|lexeme| lexeme.indent.is_some());
    ends_nothing || by_line || next.is_some_and(|next| next.token == Token::CloseBrace)
}

/// A line of the result.
#[derive(Default)]
struct Line {
    indent: usize,
    code: String,
    /// A comment after the code, or alone.
    comment: Option<String>,
    blank_before: bool,
}

/// An open bracket: how far its line and what it holds are indented.
struct Group {
    line: usize,
    content: usize,
}

/// Builds lines from pieces.
struct Lines<'a> {
    lines: Vec<Line>,
    groups: Vec<Group>,
    /// The last token, if any.
    last: Option<Piece<'a>>,
    /// Whether the last token is a prefix operator.
    after_prefix: bool,
}

fn lines(pieces: &[Piece]) -> Vec<Line> {
    let mut builder = Lines { lines: Vec::new(), groups: Vec::new(), last: None, after_prefix: false };
    for (index, piece) in pieces.iter().enumerate() {
        match piece.token {
            Some(token) => builder.token(*piece, token, index > 0 && pieces[index - 1].token.is_none()),
            None => {
                let next = pieces[index..].iter().find(|piece| piece.token.is_some());
                builder.comment(*piece, next.copied());
            }
        }
    }
    builder.lines
}

impl<'a> Lines<'a> {
    fn token(&mut self, piece: Piece<'a>, token: Token<'a>, after_comment: bool) {
        // An `else` joins the brace of a block of several lines; after `if c { a }` on one line it may stand below the `if`.
        let joins_brace = token == Token::Else && !after_comment && self.line().code.starts_with('}');
        let prefix = self.is_prefix(piece, token);
        if self.lines.is_empty() || after_comment || (piece.newlines > 0 && !joins_brace) {
            let indent = self.indent(piece, token);
            self.start_line(indent, piece.newlines, token.is_close());
        } else if self.spaced(token, prefix) {
            self.line().code.push(' ');
        }
        let line = self.line();
        line.code.push_str(piece.text);
        let indent = line.indent;
        if token.is_open() {
            self.groups.push(Group { line: indent, content: indent + INDENT });
        } else if token.is_close() {
            self.groups.pop();
        }
        self.last = Some(piece);
        self.after_prefix = prefix;
    }

    fn comment(&mut self, piece: Piece<'a>, next: Option<Piece<'a>>) {
        if self.lines.is_empty() || piece.newlines > 0 || self.line().comment.is_some() {
            let indent = match next.and_then(|next| Some((next, next.token?))) {
                Some((next, token)) if !token.is_close() => self.indent(next, token),
                _ => self.content(),
            };
            self.start_line(indent, piece.newlines, false);
        }
        self.line().comment = Some(piece.text.to_owned());
    }

    fn line(&mut self) -> &mut Line {
        if self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        let last = self.lines.len() - 1;
        &mut self.lines[last]
    }

    /// How far the content of the innermost bracket is indented.
    fn content(&self) -> usize {
        self.groups.last().map_or(0, |group| group.content)
    }

    /// How far a line is indented that starts with a token.
    fn indent(&self, piece: Piece, token: Token) -> usize {
        if token.is_close() {
            return self.groups.last().map_or(0, |group| group.line);
        }
        let last = self.last.and_then(|last| last.token);
        let fresh = piece.starts_statement
            || token == Token::Else
            || last.is_none_or(|last| last.is_open() || matches!(last, Token::Comma | Token::Terminator));
        self.content() + if fresh { 0 } else { INDENT }
    }

    fn start_line(&mut self, indent: usize, newlines: usize, closes: bool) {
        let after_open = match self.lines.last() {
            None => true,
            Some(line) => {
                line.comment.is_none() && self.last.is_some_and(|last| last.token.is_some_and(Token::is_open))
            }
        };
        let blank_before = newlines > 1 && !after_open && !closes;
        self.lines.push(Line { indent, blank_before, ..Line::default() });
    }

    /// Whether the token is a `-` or `!` before its operand.
    fn is_prefix(&self, piece: Piece, token: Token) -> bool {
        let after_operand = self.last.and_then(|last| last.token).is_some_and(Token::ends_operand);
        token == Token::Bang || (token == Token::Minus && (!after_operand || piece.starts_statement))
    }

    /// Whether a space stands between the last token and this one on the same line.
    fn spaced(&self, token: Token, prefix: bool) -> bool {
        use Token::*;
        let Some(last) = self.last.and_then(|last| last.token) else { return false };
        match (last, token) {
            _ if self.after_prefix => false,
            (OpenBrace, CloseBrace) => false,
            (OpenBrace, _) | (_, CloseBrace) => true,
            (OpenParen | OpenBracket | Dot | Caret, _) => false,
            (_, CloseParen | CloseBracket | Comma | Terminator | Colon | Dot | Caret) => false,
            (Comma | Terminator, _) => true,
            (DotDot, _) | (_, DotDot) => false,
            (Fn, OpenParen) => false,
            (_, OpenParen | OpenBracket) => !last.ends_operand(),
            (_, Minus | Bang) if prefix => true,
            _ => true,
        }
    }
}

fn print(lines: &[Line]) -> String {
    let mut text = String::new();
    for (line, column) in lines.iter().zip(comment_columns(lines)) {
        if line.blank_before {
            text.push('\n');
        }
        let _ = write!(text, "{}{}", " ".repeat(line.indent), line.code);
        if let Some(comment) = &line.comment {
            if !line.code.is_empty() {
                text.push_str(&" ".repeat(column - width(line)));
            }
            text.push_str(comment);
        }
        text.push('\n');
    }
    text
}

/// For each line the column of a comment after its code: those of neighbouring lines are aligned.
fn comment_columns(lines: &[Line]) -> Vec<usize> {
    let has_both = |line: &Line| !line.code.is_empty() && line.comment.is_some();
    let runs = lines.chunk_by(|above, below| has_both(above) && has_both(below) && !below.blank_before);
    let columns = runs.flat_map(|run| {
        let column = run.iter().map(width).max().unwrap_or(0) + 2;
        run.iter().map(move |_| column)
    });
    columns.collect()
}

fn width(line: &Line) -> usize {
    line.indent + line.code.chars().count()
}
