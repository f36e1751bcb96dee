//! Statements: values left out, statements where expressions stand, two statements on a line, missing commas.

use super::Slip;
use crate::repair::{Edit, Site};
use crate::report::{is_keyword, symbol};
use crate::token::Token;

/// The first slip that fits.
pub fn recognise<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let rules = [
        missing_value,
        binding_with_comparison,
        unfinished_expression,
        local_function,
        lambda_of_python,
        stan_declaration,
        operand_lambda,
        statement_as_expression,
        reserved_word,
        real_pattern,
        missing_comma,
        missing_terminator,
    ];
    rules.iter().find_map(|rule| rule(site))
}

/// `let x: Real`
fn missing_value<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let ends = matches!(site.token(0), None | Some(Token::Terminator | Token::CloseBrace));
    let statement = site.statement();
    let word =
        site.tokens.get(statement.start).map(|first| first.token).filter(|t| matches!(t, Token::Let | Token::Var))?;
    let applies = ends && site.expected.has("=") && !site.expected.operator() && !site.expected.expression();
    applies.then(|| {
        let word = symbol(word);
        let mut diagnostic =
            site.error(format!("this `{word}` has no value"), "expected `= value` or `~ distribution`");
        if site.at > 0 {
            diagnostic.labels[0].span = site.span(statement.start).to(site.span(site.at - 1));
        }
        let help = match word {
            "let" => "a name is defined with its value: `let x = 1.0`, or `let x ~ Normal(0, 1)`",
            _ => "a variable starts with a value: `var x = 0.0`",
        };
        let edit = Edit { range: site.at..site.at, ..site.replace(site.at..site.at, &[Token::Equals, Token::Error]) };
        (diagnostic.help(help), Some(edit))
    })
}

/// `let x == 3`
fn binding_with_comparison<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let applies = site.token(0) == Some(Token::EqualsEquals) && site.expected.has("=");
    applies.then(|| {
        let diagnostic = site.error("unexpected `==`", "`==` compares").help("to define or assign, write `=`");
        (diagnostic, Some(site.substitute(Token::Equals)))
    })
}

/// `let x = a +` and the next statement or the end of the block
fn unfinished_expression<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let before = site.token(-1)?;
    let found = site.tokens.get(site.at)?;
    let lacks_operand = before.is_binary_operator() || before.is_assignment() || before == Token::Tilde;
    let ends = found.token == Token::CloseBrace || found.start == found.end || found.indent.is_some();
    (lacks_operand && before != Token::PlusPlus && ends && site.expected.expression()).then(|| {
        let text = symbol(before);
        let mut diagnostic = site.error("unfinished expression", format!("expected an expression after this `{text}`"));
        diagnostic.labels[0].span = site.span(site.at - 1);
        let missing: &[Token] = match found.token {
            Token::CloseBrace | Token::Terminator => &[Token::Error],
            _ => &[Token::Error, Token::Terminator],
        };
        let at = site.at;
        (diagnostic, Some(Edit { range: at..at, ..site.replace(at..at, missing) }))
    })
}

/// `def f(x) { .. }` in a block
fn local_function<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let word = site.name(-1).filter(|word| matches!(*word, "def" | "function" | "func" | "fun" | "proc"))?;
    let applies = site.name(0).is_some() && site.expected.operator();
    applies.then(|| {
        let mut diagnostic = site.error(format!("functions are defined with `fn`, not `{word}`"), "`fn` is meant");
        diagnostic.labels[0].span = site.span(site.at - 1);
        (diagnostic.help("write `fn`"), Some(site.replace(site.at - 1..site.at, &[Token::Fn])))
    })
}

/// `lambda x: x + 1`, `function(x) { x + 1 }`
fn lambda_of_python<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let statement = site.statement();
    let index = (statement.start..site.at)
        .rev()
        .find(|&index| matches!(site.tokens[index].token, Token::Identifier("lambda" | "function" | "func")))?;
    let applies = site.expected.operator()
        && (index + 1 == site.at || site.tokens[index + 1].token == Token::OpenParen)
        && (site.token(-1) == Some(Token::CloseParen) || index + 1 == site.at);
    applies.then(|| {
        let mut diagnostic = site.error("a function value is written `fn(x) => ..`", "`fn` is meant");
        diagnostic.labels[0].span = site.span(index);
        (diagnostic.help("write `fn(x) => x + 1`, or `fn(x) { .. }`"), None)
    })
}

/// `real x;`, `int n = 3`
fn stan_declaration<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    const TYPES: [&str; 14] = [
        "real",
        "int",
        "vector",
        "matrix",
        "row_vector",
        "array",
        "simplex",
        "ordered",
        "float",
        "double",
        "const",
        "val",
        "Real",
        "Int",
    ];
    let name = site.name(0).filter(|_| site.expected.operator())?;
    let first = site.statement().start;
    match site.tokens.get(first)?.token {
        Token::Identifier(ty) if TYPES.contains(&ty) && first < site.at => {
            let mut diagnostic = site.error(format!("a name is not declared with `{ty}`"), "unexpected declaration");
            diagnostic.labels[0].span = site.span(first).to(site.here());
            let help = format!(
                "write `let {name} ~ distribution` for a parameter of the model, `let {name} = value` for a value; \
                 data are parameters of the `model`"
            );
            Some((diagnostic.help(help), None))
        }
        _ => None,
    }
}

/// `1 + fn(x) => x`
fn operand_lambda<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let applies = site.token(0) == Some(Token::Fn) && site.expected.expression() && !site.expected.has("fn");
    applies.then(|| {
        let diagnostic = site.error("unexpected `fn` after an operator", "expected an operand");
        (diagnostic.help("put the function in parentheses: `(fn(x) => x)`"), None)
    })
}

/// `x => return 1`, `f(let y = 1)`
fn statement_as_expression<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let found = site.token(0).filter(|token| token.starts_statement())?;
    let applies = site.expected.expression() && !site.expected.has("let");
    applies.then(|| {
        let word = symbol(found);
        let diagnostic = site.error(format!("`{word}` is a statement, not an expression"), "expected an expression");
        let help = match site.token(-1) {
            Some(Token::FatArrow) => format!("write a block instead of `=>`: `{{ {word} .. }}`"),
            _ => "statements stand in blocks".into(),
        };
        (diagnostic.help(help), None)
    })
}

/// `let type = 3`, `r.type`
fn reserved_word<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let found = site.token(0).filter(|token| is_keyword(*token))?;
    let names_only = site.expected.has("identifier") && !site.expected.expression() && !site.expected.has("let");
    // After `.` comes a field; in other places a keyword more likely starts the next thing.
    let follows = match site.token(1) {
        None => true,
        Some(next) => {
            next.is_binary_operator()
                || next.is_assignment()
                || next.is_close()
                || matches!(
                    next,
                    Token::Terminator
                        | Token::Tilde
                        | Token::Colon
                        | Token::Comma
                        | Token::OpenParen
                        | Token::Dot
                        | Token::In
                )
        }
    };
    (names_only && follows).then(|| {
        let word = symbol(found);
        let diagnostic = site
            .error(format!("`{word}` is a reserved word"), "expected a name")
            .help(format!("choose another name, for example `{word}_`"));
        (diagnostic, Some(site.substitute(Token::Identifier(word))))
    })
}

/// `match x { 1.5 => .. }`
fn real_pattern<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let applies = matches!(site.token(0), Some(Token::Real(_))) && site.expected.pattern();
    applies.then(|| {
        let diagnostic = site.error("a Real is not a pattern", "expected a pattern");
        let diagnostic = diagnostic.note("equality of Reals is rarely what is meant");
        (diagnostic.help("write a guard: `x if x == 1.5 => ..`"), Some(site.substitute(Token::Underscore)))
    })
}

/// `f(a b)`, `[1 2]`, `{ a: 1 b: 2 }`
fn missing_comma<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let found = site.token(0)?;
    let starts_operand = matches!(
        found,
        Token::Identifier(_)
            | Token::Int(_)
            | Token::Real(_)
            | Token::String(_)
            | Token::True
            | Token::False
            | Token::OpenBrace
            | Token::Underscore
    );
    let newline = found == Token::Terminator;
    let applies = site.expected.has(",") && !site.expected.has(";") && (starts_operand || newline);
    let in_group = site.open_groups().last().is_some();
    (applies && in_group && site.token(-1).is_some_and(Token::ends_operand)).then(|| {
        let diagnostic = site.unexpected().help("separate the elements with commas");
        let at = site.at;
        let edit = match newline {
            true => site.substitute(Token::Comma),
            false => Edit { range: at..at, ..site.replace(at..at, &[Token::Comma]) },
        };
        (diagnostic, Some(edit))
    })
}

/// `let x = 1 let y = 2`
fn missing_terminator<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let starts = site
        .token(0)
        .is_some_and(|token| token.starts_statement() || matches!(token, Token::Fn | Token::If | Token::Match));
    let applies = starts && site.expected.has(";") && site.token(-1).is_some_and(Token::ends_operand);
    applies.then(|| {
        let diagnostic = site.unexpected().help("put each statement on a line of its own, or separate them with `;`");
        let at = site.at;
        (diagnostic, Some(Edit { range: at..at, ..site.replace(at..at, &[Token::Terminator]) }))
    })
}
