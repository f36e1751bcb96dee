//! The vocabulary: one value per kind of token, recognised by logos.
//!
//! Invariant: a token is `Copy` and borrows from the source text; numbers have been read, strings have not been unescaped.

use logos::{Lexer, Logos};

/// A token. Those that no grammar rule mentions (`<-`, `:=` ...) exist so that a mistake has one clear message.
#[derive(Logos, Clone, Copy, Debug, PartialEq)]
#[logos(skip r"[ \t\r\x0C\u{FEFF}]+")]
pub enum Token<'a> {
    #[token("fn")]
    Fn,
    #[token("model")]
    Model,
    #[token("let")]
    Let,
    #[token("var")]
    Var,
    #[token("type")]
    Type,
    #[token("import")]
    Import,
    #[token("if")]
    If,
    #[token("else")]
    Else,
    #[token("match")]
    Match,
    #[token("for")]
    For,
    #[token("in")]
    In,
    #[token("while")]
    While,
    #[token("return")]
    Return,
    #[token("break")]
    Break,
    #[token("continue")]
    Continue,
    #[token("sample")]
    Sample,
    #[token("observe")]
    Observe,
    #[token("true")]
    True,
    #[token("false")]
    False,
    #[token("with")]
    With,
    #[token("_")]
    Underscore,

    #[regex(r"[\p{XID_Start}_]\p{XID_Continue}*", priority = 1)]
    Identifier(&'a str),
    Int(i64),
    Real(f64),
    /// The quotes included.
    #[regex(r#""([^"\\\n]|\\[^\n])*""#)]
    String(&'a str),
    /// A string whose closing quote is missing.
    #[regex(r#""([^"\\\n]|\\[^\n])*"#)]
    UnterminatedString,
    /// A number: an integer that does not fit or a number with letters in it, if the callbacks do not make it another.
    #[regex(r"[0-9][0-9_]*", read_int)]
    #[regex(r"[0-9][0-9_]*\.[0-9][0-9_]*([eE][+-]?[0-9][0-9_]*)?", read_real)]
    #[regex(r"[0-9][0-9_]*[eE][+-]?[0-9][0-9_]*", read_real)]
    BadNumber,

    #[token("(")]
    OpenParen,
    #[token(")")]
    CloseParen,
    #[token("[")]
    OpenBracket,
    #[token("]")]
    CloseBracket,
    #[token("{")]
    OpenBrace,
    #[token("}")]
    CloseBrace,

    #[token(",")]
    Comma,
    /// `;`, or the end of a line that ends a statement.
    #[token(";")]
    Terminator,
    #[token(":")]
    Colon,
    #[token(".")]
    Dot,
    #[token("..")]
    DotDot,
    #[token("->")]
    Arrow,
    #[token("~>")]
    RandomArrow,
    #[token("=>")]
    FatArrow,
    #[token("~")]
    Tilde,
    #[token("=")]
    Equals,
    #[token("+=")]
    PlusEquals,
    #[token("-=")]
    MinusEquals,
    #[token("*=")]
    StarEquals,
    #[token("/=")]
    SlashEquals,
    #[token("||")]
    OrOr,
    #[token("&&")]
    AndAnd,
    #[token("|")]
    Bar,
    #[token("==")]
    EqualsEquals,
    #[token("!=")]
    NotEquals,
    #[token("<")]
    Less,
    #[token("<=")]
    LessEquals,
    #[token(">")]
    Greater,
    #[token(">=")]
    GreaterEquals,
    #[token("++")]
    PlusPlus,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("%")]
    Percent,
    #[token("@")]
    At,
    #[token("^")]
    Caret,
    #[token("!")]
    Bang,

    #[token("<-")]
    LeftArrow,
    #[token(":=")]
    ColonEquals,
    #[token("**")]
    StarStar,
    #[token("&")]
    Ampersand,
    #[token("?")]
    Question,
    #[token("|>")]
    Pipe,
    #[token("%*%")]
    PercentStar,
    #[token(".*")]
    DotStar,
    #[token("./")]
    DotSlash,
    #[token("::")]
    ColonColon,
    #[token("===")]
    TripleEquals,
    #[token("<>")]
    LessGreater,

    #[token("\n")]
    Newline,
    #[regex(r"//[^\n]*", allow_greedy = true)]
    Comment,

    /// Stands for source that has been reported and skipped.
    Error,
}

impl Token<'_> {
    /// Whether a newline after it ends a statement.
    pub fn ends_statement(self) -> bool {
        use Token::*;
        matches!(
            self,
            Identifier(_)
                | Int(_)
                | Real(_)
                | String(_)
                | CloseParen
                | CloseBracket
                | CloseBrace
                | Return
                | Break
                | Continue
                | True
                | False
                | Underscore
                | Error
        )
    }

    /// Whether it ends an operand, so that an operator or the end may follow.
    pub fn ends_operand(self) -> bool {
        self.ends_statement() && !matches!(self, Token::Return | Token::Break | Token::Continue)
    }

    /// Whether it is a word that starts a statement and no expression.
    pub fn starts_statement(self) -> bool {
        use Token::*;
        matches!(self, Let | Var | Return | Observe | For | While | Break | Continue)
    }

    /// Whether a line that starts with it continues the line before: no statement can start so.
    pub fn continues_line(self) -> bool {
        use Token::*;
        let structure = matches!(
            self,
            Else | With
                | In
                | Comma
                | Colon
                | Dot
                | DotDot
                | Arrow
                | RandomArrow
                | FatArrow
                | Tilde
                | CloseParen
                | CloseBracket
                | CloseBrace
                | Bar
                | Pipe
                | Terminator
        );
        structure || self.is_assignment() || (self.is_binary_operator() && self != Minus)
    }

    /// Whether it is one of the comparison operators.
    pub fn is_comparison(self) -> bool {
        use Token::*;
        matches!(self, EqualsEquals | NotEquals | Less | LessEquals | Greater | GreaterEquals)
    }

    /// Whether it stands between two operands; `-` does.
    pub fn is_binary_operator(self) -> bool {
        use Token::*;
        self.is_comparison()
            || matches!(
                self,
                OrOr | AndAnd
                    | PlusPlus
                    | Plus
                    | Minus
                    | Star
                    | Slash
                    | Percent
                    | At
                    | Caret
                    | StarStar
                    | PercentStar
                    | DotStar
                    | DotSlash
            )
    }

    /// Whether it assigns: `=`, `+=` ...
    pub fn is_assignment(self) -> bool {
        use Token::*;
        matches!(self, Equals | PlusEquals | MinusEquals | StarEquals | SlashEquals)
    }

    /// Whether it opens a bracket.
    pub fn is_open(self) -> bool {
        matches!(self, Token::OpenParen | Token::OpenBracket | Token::OpenBrace)
    }

    /// Whether it closes a bracket.
    pub fn is_close(self) -> bool {
        matches!(self, Token::CloseParen | Token::CloseBracket | Token::CloseBrace)
    }

    /// The closing bracket of an opening one.
    pub fn closer(self) -> Option<Token<'static>> {
        match self {
            Token::OpenParen => Some(Token::CloseParen),
            Token::OpenBracket => Some(Token::CloseBracket),
            Token::OpenBrace => Some(Token::CloseBrace),
            _ => None,
        }
    }
}

fn read_int<'a>(lexer: &mut Lexer<'a, Token<'a>>) -> Token<'a> {
    if takes_letters(lexer) {
        return Token::BadNumber;
    }
    match lexer.slice().replace('_', "").parse() {
        Ok(value) => Token::Int(value),
        Err(_) => Token::BadNumber,
    }
}

fn read_real<'a>(lexer: &mut Lexer<'a, Token<'a>>) -> Token<'a> {
    if takes_letters(lexer) {
        return Token::BadNumber;
    }
    match lexer.slice().replace('_', "").parse::<f64>() {
        Ok(value) if value.is_finite() => Token::Real(value),
        _ => Token::BadNumber,
    }
}

/// Takes the letters that stick to a number, as in `3x`, into its token.
fn takes_letters<'a>(lexer: &mut Lexer<'a, Token<'a>>) -> bool {
    let rest = lexer.remainder();
    let letters = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    lexer.bump(letters);
    letters > 0
}
