//! Words for tokens: what was found, and what the parser's list of admissible tokens amounts to.

use crate::token::Token;

/// A found token, in words.
pub fn describe(token: Option<Token>, is_inserted: bool) -> String {
    use Token::*;
    match token {
        None => "end of the definition".into(),
        Some(Terminator) if is_inserted => "end of the line".into(),
        Some(Identifier(name)) => format!("name `{name}`"),
        Some(Int(_) | Real(_) | BadNumber) => "number".into(),
        Some(String(_) | UnterminatedString) => "string".into(),
        Some(Error) => "text".into(),
        Some(token) if is_keyword(token) => format!("keyword `{}`", symbol(token)),
        Some(token) => format!("`{}`", symbol(token)),
    }
}

/// Whether the token is a reserved word.
pub fn is_keyword(token: Token) -> bool {
    symbol(token).starts_with(|c: char| c.is_ascii_lowercase())
}

/// The text of a token that always has the same.
pub fn symbol(token: Token) -> &'static str {
    use Token::*;
    match token {
        Fn => "fn",
        Model => "model",
        Let => "let",
        Var => "var",
        Type => "type",
        Import => "import",
        If => "if",
        Else => "else",
        Match => "match",
        For => "for",
        In => "in",
        While => "while",
        Return => "return",
        Break => "break",
        Continue => "continue",
        Sample => "sample",
        Observe => "observe",
        True => "true",
        False => "false",
        With => "with",
        Underscore => "_",
        OpenParen => "(",
        CloseParen => ")",
        OpenBracket => "[",
        CloseBracket => "]",
        OpenBrace => "{",
        CloseBrace => "}",
        Comma => ",",
        Terminator => ";",
        Colon => ":",
        Dot => ".",
        DotDot => "..",
        Arrow => "->",
        RandomArrow => "~>",
        FatArrow => "=>",
        Tilde => "~",
        Equals => "=",
        PlusEquals => "+=",
        MinusEquals => "-=",
        StarEquals => "*=",
        SlashEquals => "/=",
        OrOr => "||",
        AndAnd => "&&",
        Bar => "|",
        EqualsEquals => "==",
        NotEquals => "!=",
        Less => "<",
        LessEquals => "<=",
        Greater => ">",
        GreaterEquals => ">=",
        PlusPlus => "++",
        Plus => "+",
        Minus => "-",
        Star => "*",
        Slash => "/",
        Percent => "%",
        At => "@",
        Caret => "^",
        Bang => "!",
        LeftArrow => "<-",
        ColonEquals => ":=",
        StarStar => "**",
        Ampersand => "&",
        Question => "?",
        Pipe => "|>",
        PercentStar => "%*%",
        DotStar => ".*",
        DotSlash => "./",
        ColonColon => "::",
        TripleEquals => "===",
        LessGreater => "<>",
        Identifier(_) | Int(_) | Real(_) | String(_) | UnterminatedString | BadNumber | Newline | Comment | Error => "",
    }
}

/// The terminals that the parser would have taken.
pub struct Expected {
    names: Vec<String>,
    operator: bool,
}

impl Expected {
    /// The terminals as the generated parser names them, and whether an operator may follow.
    pub fn new(names: Vec<String>, operator: bool) -> Expected {
        Expected { names, operator }
    }

    /// Whether nothing may follow.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether the terminal is admissible; symbols without quotes, classes as `identifier`, `int`.
    pub fn has(&self, terminal: &str) -> bool {
        self.names.iter().any(|name| name.trim_matches('"') == terminal)
    }

    /// Whether an expression may start here.
    pub fn expression(&self) -> bool {
        self.has("sample")
    }

    /// Whether a pattern may start here, and no expression.
    pub fn pattern(&self) -> bool {
        self.has("int") && self.has("_") && !self.expression()
    }

    /// Whether a type may start here, and no pattern.
    pub fn ty(&self) -> bool {
        self.has("identifier") && self.has("_") && !self.has("int")
    }

    /// Whether an operator may follow here: an expression has just ended.
    pub fn operator(&self) -> bool {
        self.operator
    }

    /// All of it in words.
    pub fn describe(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        if self.has("let") && self.has("return") {
            return "expected a statement".into();
        }
        if self.expression() {
            parts.push("an expression".into());
        } else if self.pattern() {
            parts.push("a pattern".into());
        } else if self.ty() {
            parts.push("a type".into());
        } else if self.has("identifier") {
            parts.push("a name".into());
        } else if self.operator() && !self.has(";") && !self.has("{") && !self.has(",") {
            parts.push("an operator".into());
        }
        let binds = self.has("=") && self.has("~") && !self.has(";");
        let marks: &[&str] = match () {
            _ if self.expression() || self.pattern() || self.ty() => &[],
            _ if binds => &["=", "~"],
            _ if self.has(";") => &[],
            _ if self.has("{") || self.has("=>") => &["{", "=>"],
            _ if self.has("in") => &["in"],
            _ if self.has("(") && self.names.len() == 1 => &["("],
            _ => &["=", "~", ":", ",", ")", "]", "}"],
        };
        let after_operand = self.operator();
        let shown = |mark: &&&str| self.has(mark) && !(after_operand && **mark == "=");
        parts.extend(marks.iter().filter(shown).map(|mark| format!("`{mark}`")));
        if self.has(";") && !self.expression() {
            parts.push(if self.has(",") { "the end of the arm" } else { "the end of the statement" }.into());
        }
        match parts.split_last() {
            None if self.is_empty() => "expected the end of the definition".into(),
            None => "not expected here".into(),
            Some((only, [])) => format!("expected {only}"),
            Some((last, rest)) => format!("expected {} or {last}", rest.join(", ")),
        }
    }
}
