//! Operators and literals of other languages, and operators in the wrong place.

use super::Slip;
use crate::repair::Site;
use crate::token::Token;

/// The first slip that fits.
pub fn recognise<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let rules = [
        equals_in_expression,
        foreign_operator,
        foreign_assignment,
        word_operator,
        colon_range,
        increment,
        decimal_point,
    ];
    rules.iter().find_map(|rule| rule(site))
}

/// `if x = 1 {`
fn equals_in_expression<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let applies = site.token(0) == Some(Token::Equals) && site.expected.operator();
    if !applies {
        return None;
    }
    if site.token(-2) == Some(Token::OpenBrace) && site.expected.has(":") {
        let diagnostic =
            site.error("unexpected `=` in a record", "expected `:`").help("a field is written `name: value`");
        return Some((diagnostic, Some(site.substitute(Token::Colon))));
    }
    let diagnostic = site.error("unexpected `=` in an expression", "`=` assigns").help("to compare, write `==`");
    Some((diagnostic, Some(site.substitute(Token::EqualsEquals))))
}

/// `x ** 2`, `a & b`, `m %*% n`: the message names the operator that is meant.
fn foreign_operator<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    if !site.expected.operator() {
        return None;
    }
    let (written, meant, right) = match site.token(0)? {
        Token::StarStar => ("**", "^", Token::Caret),
        Token::Ampersand => ("&", "&&", Token::AndAnd),
        Token::Bar => ("|", "||", Token::OrOr),
        Token::PercentStar => ("%*%", "@", Token::At),
        Token::DotStar => (".*", "*", Token::Star),
        Token::DotSlash => ("./", "/", Token::Slash),
        Token::ColonColon => ("::", ".", Token::Dot),
        Token::TripleEquals => ("===", "==", Token::EqualsEquals),
        Token::LessGreater => ("<>", "!=", Token::NotEquals),
        Token::Pipe => {
            let diagnostic = site.error("there is no operator `|>`", "not an operator").help("write the call `f(x)`");
            return Some((diagnostic, None));
        }
        Token::Question => {
            let diagnostic = site.error("there is no operator `?`", "not an operator");
            return Some((diagnostic.help("a conditional is written `if c { a } else { b }`"), None));
        }
        _ => return None,
    };
    let mut diagnostic = site.error(format!("there is no operator `{written}`"), format!("`{meant}` is meant"));
    diagnostic = match right {
        Token::Star | Token::Slash => diagnostic.note("arithmetic on arrays is elementwise; the matrix product is `@`"),
        Token::AndAnd | Token::OrOr => diagnostic.note("there are no bitwise operators"),
        _ => diagnostic,
    };
    Some((diagnostic.help(format!("write `{meant}`")), Some(site.substitute(right))))
}

/// `x <- d`, `x := d`
fn foreign_assignment<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let written = match site.token(0)? {
        Token::LeftArrow => "<-",
        Token::ColonEquals => ":=",
        _ => return None,
    };
    if site.expected.has("=") {
        let binds = site.statement().start + 1 == site.at;
        let help = match (binds, site.name(-1)) {
            (true, Some(name)) => {
                format!("write `let {name} = ..` to define, `{name} = ..` to assign, `let {name} ~ ..` to sample")
            }
            _ => "write `=` to assign, `~` to sample".into(),
        };
        let diagnostic = site.error(format!("`{written}` does not assign"), "not part of the language").help(help);
        return Some((diagnostic, Some(site.substitute(Token::Equals))));
    }
    if written == "<-" && site.expected.operator() {
        let diagnostic =
            site.error("unexpected `<-`", "not an operator").help("to compare with a negative number, write `< -`");
        return Some((diagnostic, Some(site.replace(site.at..site.at + 1, &[Token::Less, Token::Minus]))));
    }
    None
}

/// `a and b`, `not a`
fn word_operator<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    if site.expected.operator() {
        let (word, meant, right) = match site.name(0)? {
            word @ "and" => (word, "&&", Token::AndAnd),
            word @ "or" => (word, "||", Token::OrOr),
            word @ ("mod" | "rem") => (word, "%", Token::Percent),
            _ => return word_not(site),
        };
        let diagnostic = site.error(format!("there is no operator `{word}`"), format!("`{meant}` is meant"));
        return Some((diagnostic.help(format!("write `{meant}`")), Some(site.substitute(right))));
    }
    None
}

fn word_not<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    if site.name(-1) != Some("not") {
        return None;
    }
    let word = site.at - 1;
    let mut diagnostic = site.error("there is no operator `not`", "`!` is meant").help("write `!`");
    diagnostic.labels[0].span = site.span(word);
    Some((diagnostic, Some(site.replace(word..site.at, &[Token::Bang]))))
}

/// `1:n`
fn colon_range<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let operand_follows = site.tokens.get(site.at + 1).is_some_and(|next| {
        next.indent.is_none() && matches!(next.token, Token::Identifier(_) | Token::Int(_) | Token::OpenParen)
    });
    let applies = site.token(0) == Some(Token::Colon) && site.expected.operator() && operand_follows;
    applies.then(|| {
        let diagnostic = site
            .error("unexpected `:`", "ranges are written with `..`")
            .help("`a..b` holds the integers from a up to but without b, so `1:n` is `1..n + 1`; indices start at 0");
        (diagnostic, Some(site.substitute(Token::DotDot)))
    })
}

/// `x++`
fn increment<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let applies = site.token(-1) == Some(Token::PlusPlus)
        && site.expected.expression()
        && matches!(site.token(0), None | Some(Token::CloseBrace | Token::CloseParen | Token::Terminator));
    applies.then(|| {
        let mut diagnostic = site.error("there is no increment operator", "`++` joins arrays and strings");
        diagnostic.labels[0].span = site.span(site.at - 1);
        (diagnostic.help("write `x += 1`"), None)
    })
}

/// `.5`, `1.`
fn decimal_point<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    if let (Some(Token::Dot), Some(Token::Int(digits)), true) =
        (site.token(0), site.token(1), site.expected.expression())
    {
        let span = site.here().to(site.span(site.at + 1));
        let mut diagnostic = site.error("a number starts with a digit", "digits are missing before the point");
        diagnostic.labels[0].span = span;
        diagnostic.code = "E0003";
        let edit = site.replace(site.at..site.at + 2, &[Token::Error]);
        return Some((diagnostic.help(format!("write `0.{digits}`")), Some(edit)));
    }
    if let (Some(Token::Int(digits)), Some(Token::Dot)) = (site.token(-2), site.token(-1)) {
        let point = site.at - 1;
        let mut diagnostic = site.error("a number ends with a digit", "digits are missing after the point");
        diagnostic.labels[0].span = site.span(site.at - 2).to(site.span(point));
        diagnostic.code = "E0003";
        return Some((diagnostic.help(format!("write `{digits}.0`")), Some(site.replace(point..site.at, &[]))));
    }
    None
}
