//! From an unexpected token to one message and an edit of the tokens with which parsing can go on.
//!
//! Invariant: every edit makes progress: it removes tokens, replaces one that the grammar refuses by one that it takes
//! there, or replaces source by an error token; the number of edits is bounded by the caller all the same.

use std::ops::Range;

use borel_diagnostics::Diagnostic;
use borel_source::{FileId, Span};

use crate::lexer::Lexeme;
use crate::report::{Expected, describe};
use crate::slips;
use crate::token::Token;

/// A replacement of tokens.
pub struct Edit<'a> {
    /// The tokens to replace.
    pub range: Range<usize>,
    /// What to put there.
    pub replacement: Vec<Lexeme<'a>>,
}

/// Where parsing failed.
pub struct Site<'t, 'a> {
    /// The file, for spans.
    pub file: FileId,
    /// All tokens of the definition.
    pub tokens: &'t [Lexeme<'a>],
    /// The offending one; the number of tokens if they ended too soon.
    pub at: usize,
    /// What would have been right.
    pub expected: Expected,
    /// Whether the tokens are statements rather than one definition.
    pub is_statements: bool,
}

/// What an open brace starts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// Statements.
    Block,
    /// The arms of a match.
    Arms,
    /// A record, or parentheses or brackets.
    Other,
}

impl<'a> Site<'_, 'a> {
    /// The token `offset` places after the offending one.
    pub fn token(&self, offset: isize) -> Option<Token<'a>> {
        let index = self.at.checked_add_signed(offset)?;
        self.tokens.get(index).map(|lexeme| lexeme.token)
    }

    /// The text of the identifier `offset` places after the offending token.
    pub fn name(&self, offset: isize) -> Option<&'a str> {
        match self.token(offset)? {
            Token::Identifier(name) => Some(name),
            _ => None,
        }
    }

    /// The place of the token with this index; the end of the last one behind the end.
    pub fn span(&self, index: usize) -> Span {
        match self.tokens.get(index) {
            Some(lexeme) => Span::new(self.file, lexeme.start, lexeme.end),
            None => {
                let end = self.tokens.last().map_or(0, |last| last.end);
                Span::new(self.file, end, end)
            }
        }
    }

    /// The place of the offending token.
    pub fn here(&self) -> Span {
        self.span(self.at)
    }

    /// An error at the offending token.
    pub fn error(&self, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic::error("E0001", self.here(), message, label)
    }

    /// `unexpected ..`, with what was expected as its label.
    pub fn unexpected(&self) -> Diagnostic {
        let found = self.tokens.get(self.at);
        let inserted = found.is_some_and(|lexeme| lexeme.start == lexeme.end);
        let found = describe(found.map(|lexeme| lexeme.token), inserted);
        self.error(format!("unexpected {found}"), self.expected.describe())
    }

    /// Replaces the tokens of a range of indices by others, all at the place of the first.
    pub fn replace(&self, range: Range<usize>, tokens: &[Token<'a>]) -> Edit<'a> {
        let start = self.tokens.get(range.start).map_or(self.here().start as usize, |first| first.start);
        let end = range.end.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(start, |last| last.end);
        let replacement =
            tokens.iter().map(|&token| Lexeme { token, start, end: end.max(start), indent: None }).collect();
        Edit { range, replacement }
    }

    /// Replaces the offending token.
    pub fn substitute(&self, token: Token<'a>) -> Edit<'a> {
        self.replace(self.at..self.at + 1, &[token])
    }

    /// The indices of the brackets open at the offending token, outermost first.
    pub fn open_groups(&self) -> Vec<usize> {
        let mut open = Vec::new();
        for (index, lexeme) in self.tokens[..self.at.min(self.tokens.len())].iter().enumerate() {
            if lexeme.token.is_open() {
                open.push(index);
            } else if lexeme.token.is_close() {
                open.pop();
            }
        }
        open
    }

    /// What the bracket at `open` starts, judged by what stands before it.
    pub fn group_kind(&self, open: usize) -> GroupKind {
        if self.tokens[open].token != Token::OpenBrace {
            return GroupKind::Other;
        }
        let before = open.checked_sub(1).map(|index| self.tokens[index].token);
        let block = before.is_some_and(|token| token.ends_operand() || token == Token::Else);
        match (block, self.head_of(open)) {
            (true, Some(Token::Match)) => GroupKind::Arms,
            (true, _) => GroupKind::Block,
            _ => GroupKind::Other,
        }
    }

    /// The keyword whose body the brace at `open` starts.
    pub fn head_of(&self, open: usize) -> Option<Token<'a>> {
        let mut depth = 0;
        for lexeme in self.tokens[..open].iter().rev() {
            depth += i64::from(lexeme.token.is_close()) - i64::from(lexeme.token.is_open());
            match lexeme.token {
                _ if depth < 0 => return None,
                _ if depth > 0 => {}
                Token::Terminator | Token::Comma => return None,
                token @ (Token::Match
                | Token::If
                | Token::While
                | Token::For
                | Token::Fn
                | Token::Model
                | Token::Else) => {
                    return Some(token);
                }
                _ => {}
            }
        }
        None
    }

    /// The statement or arm around the offending token directly within the group opened at `open`.
    fn statement_in(&self, open: Option<usize>, kind: GroupKind) -> Range<usize> {
        let separates = |token: Token| token == Token::Terminator || (kind == GroupKind::Arms && token == Token::Comma);
        let mut start = open.map_or(0, |open| open + 1);
        let mut depth = 0i64;
        for (index, lexeme) in self.tokens.iter().enumerate().skip(start) {
            if depth == 0 && (lexeme.token.is_close() || (separates(lexeme.token) && index >= self.at)) {
                return start..index;
            }
            if depth == 0 && separates(lexeme.token) {
                start = index + 1;
            }
            depth += i64::from(lexeme.token.is_open()) - i64::from(lexeme.token.is_close());
        }
        start..self.tokens.len()
    }

    /// The innermost statement around the offending token.
    pub fn statement(&self) -> Range<usize> {
        let open = self.open_groups().into_iter().rev().find(|&open| self.group_kind(open) != GroupKind::Other);
        self.statement_in(open, open.map_or(GroupKind::Block, |open| self.group_kind(open)))
    }

    /// Gives up on the smallest piece of source around the offending token for which an error token can stand.
    pub fn give_up(&self) -> Option<Edit<'a>> {
        for &open in self.open_groups().iter().rev() {
            let kind = self.group_kind(open);
            if kind != GroupKind::Other
                && let Some(edit) = self.give_up_statement(self.statement_in(Some(open), kind), kind)
            {
                return Some(edit);
            }
        }
        if self.is_statements {
            return self.give_up_statement(self.statement_in(None, GroupKind::Block), GroupKind::Block);
        }
        // Behind a complete definition, what follows is dropped.
        let complete = self.token(-1) == Some(Token::CloseBrace) && self.open_groups().is_empty();
        complete.then(|| self.replace(self.at..self.tokens.len(), &[]))
    }

    fn give_up_statement(&self, range: Range<usize>, kind: GroupKind) -> Option<Edit<'a>> {
        if let Some(edit) = self.give_up_value(range.clone()) {
            return Some(edit);
        }
        let replacement: &[Token] = match kind {
            GroupKind::Arms => &[Token::Error, Token::FatArrow, Token::Error],
            _ => &[Token::Error],
        };
        let same = self.tokens[range.clone()].iter().map(|lexeme| lexeme.token).eq(replacement.iter().copied());
        (!same && !range.is_empty()).then(|| self.replace(range, replacement))
    }

    /// Keeps the name that a `let` or `var` binds if only its value is wrong.
    fn give_up_value(&self, range: Range<usize>) -> Option<Edit<'a>> {
        let binds = matches!(self.tokens.get(range.start)?.token, Token::Let | Token::Var);
        let equals = range.clone().find(|&i| matches!(self.tokens[i].token, Token::Equals | Token::Tilde))?;
        let value = equals + 1..range.end;
        let useful = value.len() != 1 || self.tokens[value.start].token != Token::Error;
        (binds && equals < self.at && useful).then(|| {
            let edit = self.replace(value, &[Token::Error]);
            Edit { replacement: edit.replacement, range: edit.range }
        })
    }
}

/// The message for a failure, and the edit with which to go on; without one the whole definition is given up.
pub fn repair<'a>(site: &Site<'_, 'a>) -> (Diagnostic, Option<Edit<'a>>) {
    if let Some((diagnostic, edit)) = slips::recognise(site) {
        return (diagnostic, edit.or_else(|| site.give_up()));
    }
    (site.unexpected(), site.give_up())
}
