//! Braces: missing, misplaced, or written as indentation; the parts of `if`, `for` and `match`.

use super::Slip;
use crate::repair::{GroupKind, Site};
use crate::report::symbol;
use crate::token::Token;

/// The first slip that fits.
pub fn recognise<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let rules = [
        brace_on_next_line,
        colon_block,
        missing_braces,
        then,
        parenthesised_for,
        else_if,
        arm_arrow,
        case,
        block_for_record,
    ];
    rules.iter().find_map(|rule| rule(site))
}

/// `fn f()` newline `{`
fn brace_on_next_line<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let applies = site.token(0) == Some(Token::Terminator)
        && site.token(1) == Some(Token::OpenBrace)
        && site.expected.has("{")
        && !site.expected.expression();
    applies.then(|| {
        let diagnostic = site
            .error("the `{` must stand on the line of its head", "the line, and with it the statement, ends here")
            .label(site.span(site.at + 1), "this `{` comes too late")
            .help("move the `{` to the end of the line before");
        (diagnostic, Some(site.replace(site.at..site.at + 1, &[])))
    })
}

/// `if x:` and an indented line
fn colon_block<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let at_line_end = site.tokens.get(site.at + 1).is_none_or(|next| next.indent.is_some() || next.start == next.end);
    let applies = site.token(0) == Some(Token::Colon) && site.expected.has("{") && at_line_end;
    applies.then(|| {
        let diagnostic = site
            .error("unexpected `:`", "expected `{`")
            .note("blocks are written with braces; indentation has no meaning")
            .help("write `{` here and `}` after the block");
        (diagnostic, None)
    })
}

/// `if c a else b`, `if (c) return x`
fn missing_braces<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let after_else = site.token(-1) == Some(Token::Else);
    let head = match after_else {
        true => "else",
        false => site.head_of(site.at).map(symbol).filter(|word| matches!(*word, "if" | "for" | "while"))?,
    };
    let found = site.token(0)?;
    let applies = site.expected.has("{")
        && !site.expected.expression()
        && (after_else || site.token(-1).is_some_and(Token::ends_operand))
        && found != Token::OpenBrace
        && starts_statement(found)
        && !matches!(site.name(0), Some("then" | "and" | "or" | "mod" | "rem" | "if"))
        && site.name(-1) != Some("not");
    applies.then(|| {
        let diagnostic = site.error(format!("the body of `{head}` needs braces"), "expected `{`").help(
            if matches!(head, "if" | "else") {
                "write `if c { a } else { b }`".into()
            } else {
                format!("write `{head} .. {{ .. }}`")
            },
        );
        (diagnostic, None)
    })
}

fn starts_statement(token: Token) -> bool {
    use Token::*;
    matches!(
        token,
        Identifier(_)
            | Int(_)
            | Real(_)
            | String(_)
            | Return
            | Break
            | Continue
            | Let
            | Var
            | Observe
            | Sample
            | For
            | While
            | Terminator
            | If
            | Match
            | True
            | False
    )
}

/// `if c then a else b`
fn then<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let applies = site.name(0) == Some("then") && site.expected.has("{");
    applies.then(|| {
        let diagnostic = site.error("there is no `then`", "expected `{`").help("write `if c { a } else { b }`");
        (diagnostic, None)
    })
}

/// `for (i in 0..n) {`, `for (int i = 0; ..) {`
fn parenthesised_for<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let open = *site.open_groups().last()?;
    let head = open.checked_sub(1).map(|index| site.tokens[index].token);
    if site.tokens[open].token != Token::OpenParen || head != Some(Token::For) {
        return None;
    }
    let diagnostic = site.error("the head of `for` has no parentheses", "unexpected inside these parentheses");
    let diagnostic = diagnostic.label(site.span(open), "remove them").help("write `for i in 0..n { .. }`");
    if site.token(0) != Some(Token::In) {
        return Some((diagnostic, None));
    }
    let close = closing(site, open)?;
    let inner: Vec<_> = site.tokens[open + 1..close].to_vec();
    let mut edit = site.replace(open..close + 1, &[]);
    edit.replacement = inner;
    Some((diagnostic, Some(edit)))
}

/// The index of the bracket that closes the one at `open`.
fn closing(site: &Site, open: usize) -> Option<usize> {
    let mut depth = 0;
    (open..site.tokens.len()).find(|&index| {
        let token = site.tokens[index].token;
        depth += i64::from(token.is_open()) - i64::from(token.is_close());
        depth == 0
    })
}

/// `elif`, `elseif`
fn else_if<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let offset = [0, -1].into_iter().find(|&offset| matches!(site.name(offset), Some("elif" | "elsif" | "elseif")))?;
    let index = site.at.checked_add_signed(offset)?;
    let word = site.name(offset)?;
    let mut diagnostic = site.error(format!("there is no `{word}`"), "`else if` is meant").help("write `else if`");
    diagnostic.labels[0].span = site.span(index);
    // The terminator between `}` and the word came from taking the word for a name.
    let start = match index.checked_sub(1).map(|before| site.tokens[before].token) {
        Some(Token::Terminator) => index - 1,
        _ => index,
    };
    Some((diagnostic, Some(site.replace(start..index + 1, &[Token::Else, Token::If]))))
}

/// `Leaf(x) -> x`, `Leaf(x): x`, `A | B => x` in a match
fn arm_arrow<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let open = *site.open_groups().last()?;
    if site.group_kind(open) != GroupKind::Arms || !site.expected.has("=>") {
        return None;
    }
    match site.token(0)? {
        found @ (Token::Arrow | Token::Colon | Token::Equals) => {
            let diagnostic = site.error(format!("unexpected `{}` in a match", symbol(found)), "expected `=>`");
            let diagnostic = diagnostic.help("an arm is written `pattern => value` or `pattern { .. }`");
            Some((diagnostic, Some(site.substitute(Token::FatArrow))))
        }
        Token::Bar => {
            let diagnostic = site.error("a pattern has no alternatives", "expected `=>`");
            Some((diagnostic.help("write an arm for each pattern"), None))
        }
        _ => None,
    }
}

/// `case Leaf(x) => x`
fn case<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let open = *site.open_groups().last()?;
    let applies = site.name(-1) == Some("case") && site.group_kind(open) == GroupKind::Arms;
    applies.then(|| {
        let mut diagnostic =
            site.error("arms have no `case`", "remove this").help("an arm is written `pattern => value`");
        diagnostic.labels[0].span = site.span(site.at - 1);
        (diagnostic, Some(site.replace(site.at - 1..site.at, &[])))
    })
}

/// `let x = { let y = 1 .. }`, `=> { return .. }`: a brace where an expression starts is a record.
fn block_for_record<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let open = *site.open_groups().last()?;
    let inside = site.tokens[open].token == Token::OpenBrace && site.group_kind(open) == GroupKind::Other;
    let found = site.token(0)?;
    let is_statement = found.starts_statement() || matches!(found, Token::Terminator | Token::Tilde);
    // A newline between fields lacks a comma.
    let separates_fields = found == Token::Terminator && site.expected.has(",");
    if !inside || !is_statement || separates_fields {
        return None;
    }
    let after_arrow = open.checked_sub(1).map(|index| site.tokens[index].token) == Some(Token::FatArrow);
    let help = match after_arrow {
        true => "for a block as the body, leave out the `=>`: `pattern { .. }`, `fn(x) { .. }`",
        false => "move the statements before this one, or into a function",
    };
    let diagnostic = site
        .error("a block cannot stand here", "a statement within a record")
        .label(site.span(open), "where an expression starts, `{` opens a record")
        .help(help);
    let edit = after_arrow.then(|| site.replace(open - 1..open, &[]));
    Some((diagnostic, edit))
}
