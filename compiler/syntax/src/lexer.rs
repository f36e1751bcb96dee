//! Text to tokens. Takes any text; gives the tokens with their places, the comments, and what is wrong with single tokens.
//!
//! Invariant: the spans of tokens and comments are disjoint, in order, and on character boundaries; every character that
//! is not blank lies in one of them or in the span of a diagnostic.

use std::ops::Range;

use borel_diagnostics::Diagnostic;
use borel_source::{FileId, Span};
use logos::Logos;

use crate::token::Token;

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Lexeme<'a> {
    /// The token.
    pub token: Token<'a>,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The bytes before it on its line, if it is the first of the line.
    pub indent: Option<usize>,
}

/// A comment without its line end.
#[derive(Clone, Copy, Debug)]
pub struct Comment<'a> {
    /// The text, slashes included.
    pub text: &'a str,
    /// First byte.
    pub start: usize,
    /// Whether nothing stands before it on its line.
    pub starts_line: bool,
}

impl<'a> Comment<'a> {
    /// The text of a `///` comment; `////` and `//` are plain comments.
    pub fn doc(&self) -> Option<&'a str> {
        let text = self.text.strip_prefix("///")?;
        (!text.starts_with('/')).then(|| text.strip_prefix(' ').unwrap_or(text).trim_end())
    }
}

/// What a text consists of.
#[derive(Default)]
pub struct Lexed<'a> {
    /// In order.
    pub lexemes: Vec<Lexeme<'a>>,
    /// In order.
    pub comments: Vec<Comment<'a>>,
    /// Bad characters, numbers and strings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Splits `text` into tokens.
pub fn lex(file: FileId, text: &str) -> Lexed<'_> {
    let mut lexed = Lexed::default();
    let mut lexer = Token::lexer(text);
    // Where the current line starts, until its first token has been seen.
    let mut line_start = Some(0);
    while let Some(result) = lexer.next() {
        let (start, mut end) = (lexer.span().start, lexer.span().end);
        let token = match result {
            Ok(Token::Newline) => {
                line_start = Some(end);
                continue;
            }
            Ok(Token::Comment) => {
                lexed.comments.push(Comment {
                    text: lexer.slice().trim_end(),
                    start,
                    starts_line: line_start.is_some(),
                });
                continue;
            }
            Ok(Token::Real(_)) if follows_dot(&lexed.lexemes, start) => {
                split_tuple_fields(&mut lexed, file, text, start, end);
                continue;
            }
            Ok(Token::BadNumber) if is_smallest_int(&lexed.lexemes, text, start..end) => {
                if let Some(minus) = lexed.lexemes.last_mut() {
                    (minus.token, minus.end) = (Token::Int(i64::MIN), end);
                }
                continue;
            }
            Ok(token) => {
                let diagnostic = check(token, Span::new(file, start, end), text);
                let refused = matches!(token, Token::BadNumber | Token::UnterminatedString);
                lexed.diagnostics.extend(diagnostic);
                if refused { Token::Error } else { token }
            }
            Err(()) => {
                let (token, skipped, diagnostic) = bad_character(file, text, start);
                lexer.bump((start + skipped).saturating_sub(end));
                end = start + skipped;
                repeat_or_push(&mut lexed.diagnostics, diagnostic);
                match token {
                    Some(token) => token,
                    None => continue,
                }
            }
        };
        lexed.lexemes.push(Lexeme { token, start, end, indent: line_start.take().map(|line| start - line) });
    }
    lexed
}

fn follows_dot(lexemes: &[Lexeme], start: usize) -> bool {
    lexemes.last().is_some_and(|last| last.token == Token::Dot && last.end == start)
}

/// Whether a number is the magnitude of the smallest Int right after the minus of a negation: the two are one token, since
/// the number alone is too large. (A power would come before the negation.)
fn is_smallest_int(lexemes: &[Lexeme], text: &str, number: Range<usize>) -> bool {
    let negated = match lexemes {
        [.., before, minus] => {
            minus.token == Token::Minus && before.token != Token::Minus && !before.token.ends_operand()
        }
        [minus] => minus.token == Token::Minus,
        [] => false,
    };
    negated
        && lexemes.last().is_some_and(|minus| minus.end == number.start)
        && text[number.clone()].replace('_', "") == i64::MIN.unsigned_abs().to_string()
        && !text[number.end..].trim_start().starts_with('^')
}

/// `t.0.1` holds two fields where a number `0.1` was read.
fn split_tuple_fields<'a>(lexed: &mut Lexed<'a>, file: FileId, text: &'a str, start: usize, end: usize) {
    let mut at = start;
    for part in text[start..end].split('.') {
        let part_end = at + part.len();
        if at > start {
            lexed.lexemes.push(Lexeme { token: Token::Dot, start: at - 1, end: at, indent: None });
        }
        let digits: String = part.chars().filter(|c| *c != '_').collect();
        let token = digits.parse().map_or(Token::Error, Token::Int);
        if token == Token::Error {
            lexed.diagnostics.push(bad_number(Span::new(file, at, part_end), part));
        }
        lexed.lexemes.push(Lexeme { token, start: at, end: part_end, indent: None });
        at = part_end + 1;
    }
}

/// What is wrong with a token by itself.
fn check(token: Token, span: Span, text: &str) -> Option<Diagnostic> {
    match token {
        Token::BadNumber => Some(bad_number(span, &text[span.range()])),
        Token::UnterminatedString => Some(
            Diagnostic::error("E0002", span, "unterminated string", "this string has no closing `\"` on its line")
                .help("add the closing `\"`; a string holds a line break as `\\n`"),
        ),
        Token::String(literal) => unescape(literal).err().map(|(offset, length)| {
            let start = span.start as usize + offset;
            let place = Span::new(span.file, start, start + length);
            Diagnostic::error("E0002", place, "unknown escape in a string", "not an escape that Borel knows")
                .help("the escapes are `\\n`, `\\t`, `\\\"`, `\\\\` and `\\u{..}` with a hexadecimal code point")
        }),
        _ => None,
    }
}

fn bad_number(span: Span, text: &str) -> Diagnostic {
    let digits = text.chars().all(|c| c.is_ascii_digit() || c == '_');
    if digits {
        return Diagnostic::error("E0003", span, "integer literal out of range", "does not fit in 64 bits")
            .note(format!("the largest Int is {}", i64::MAX))
            .help("write it as a Real, for example `1e20`");
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok() {
        return Diagnostic::error("E0003", span, "number out of range", "too large for a Real")
            .help("infinity is written `infinity`");
    }
    let letters = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_' || c == '.');
    let diagnostic = Diagnostic::error("E0003", span, "malformed number", "letters stick to this number");
    match text.starts_with("0x") || text.starts_with("0b") {
        true => diagnostic.help("numbers are decimal"),
        false if letters.starts_with(['e', 'E']) => diagnostic.help("an exponent needs digits: `1e-3`"),
        false => diagnostic.help(format!(
            "names start with a letter; to multiply, write `{} * {letters}`",
            text.strip_suffix(letters).unwrap_or(text)
        )),
    }
}

/// The text of a string literal (quotes included), or the place of its first bad escape.
pub fn unescape(literal: &str) -> Result<String, (usize, usize)> {
    let inner = literal.strip_prefix('"').unwrap_or(literal);
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut result = String::with_capacity(inner.len());
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            result.push(c);
            continue;
        }
        match chars.next().map(|(_, c)| c) {
            Some('n') => result.push('\n'),
            Some('t') => result.push('\t'),
            Some('"') => result.push('"'),
            Some('\\') => result.push('\\'),
            Some('u') => {
                let rest = &inner[at + 2..];
                let (c, length) = code_point(rest).ok_or((at + 1, 2))?;
                result.push(c);
                chars.by_ref().take(length).for_each(drop);
            }
            other => return Err((at + 1, 1 + other.map_or(0, char::len_utf8))),
        }
    }
    Ok(result)
}

/// Reads `{1F600}`: the character and how many characters were read.
fn code_point(text: &str) -> Option<(char, usize)> {
    let digits = text.strip_prefix('{')?.split_once('}')?.0;
    let valid = (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let c = char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| valid)?)?;
    Some((c, digits.len() + 2))
}

/// A character that starts no token: what to read instead, how many bytes to skip, and the message.
fn bad_character<'a>(file: FileId, text: &'a str, start: usize) -> (Option<Token<'a>>, usize, Diagnostic) {
    let rest = &text[start..];
    let c = rest.chars().next().unwrap_or(' ');
    let error = |length: usize, message: &str, label: &str| {
        Diagnostic::error("E0004", Span::new(file, start, start + length), message, label)
    };
    match c {
        '#' => (
            None,
            rest.find('\n').unwrap_or(rest.len()),
            error(1, "`#` does not start a comment", "unexpected `#`").help("comments start with `//`"),
        ),
        '\'' => match quoted(rest) {
            Some(inner) => {
                let length = inner.len() + 2;
                let diagnostic = error(length, "strings are written with double quotes", "single quotes");
                (Some(Token::Error), length, diagnostic.help(format!("write `\"{inner}\"`")))
            }
            None => {
                let diagnostic = error(1, "unexpected `'`", "not part of the language");
                let help = "strings are written with double quotes; the transpose of a matrix is `transpose(m)`";
                (None, 1, diagnostic.help(help))
            }
        },
        '“' | '”' | '„' => {
            let length = c.len_utf8();
            (None, length, error(length, "typographic quotation mark", "not a string quote").help("use a plain `\"`"))
        }
        _ => {
            let length = c.len_utf8();
            let message = format!("unexpected character `{}`", c.escape_debug());
            (None, length, error(length, &message, "not part of the language"))
        }
    }
}

/// The inside of a text in single quotes; a far quote is another's, and looking for it would cost time.
fn quoted(text: &str) -> Option<&str> {
    const LONGEST: usize = 200;
    let inside = &text[1..text.floor_char_boundary(LONGEST)];
    let (inner, _) = inside.split_once('\'')?;
    (!inner.contains('\n')).then_some(inner)
}

/// One message for a run of bad characters of one kind, not one for each.
fn repeat_or_push(diagnostics: &mut Vec<Diagnostic>, next: Diagnostic) {
    if let (Some(last), Some(span)) = (diagnostics.last_mut(), next.span())
        && let Some(label) = last.labels.first_mut()
        && last.code == next.code
        && last.message == next.message
        && label.span.end == span.start
    {
        label.span.end = span.end;
        return;
    }
    diagnostics.push(next);
}
