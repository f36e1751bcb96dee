//! The top of a file: things that are not definitions, and mistakes in the heads of definitions.

use super::Slip;
use crate::repair::Site;
use crate::report::symbol;
use crate::token::Token;

/// The first slip that fits.
pub fn recognise<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    if site.is_statements {
        return None;
    }
    let rules = [
        foreign_keyword,
        stan_block,
        not_a_definition,
        two_on_a_line,
        top_sample,
        nameless_model,
        angle_brackets,
        type_before_name,
        double_arrow_body,
    ];
    rules.iter().find_map(|rule| rule(site))
}

/// `def f(x) { .. }`
fn foreign_keyword<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let word = site.name(0).filter(|_| site.at == 0)?;
    let (meant, right) = match word {
        "def" | "function" | "func" | "fun" | "proc" => ("fn", Token::Fn),
        "struct" | "data" | "enum" | "newtype" if site.name(1).is_some() => ("type", Token::Type),
        "const" | "val" if site.name(1).is_some() => ("let", Token::Let),
        "use" | "include" | "require" | "from" if site.name(1).is_some() => ("import", Token::Import),
        _ => return None,
    };
    let diagnostic =
        site.error(format!("definitions start with `{meant}`, not `{word}`"), format!("`{meant}` is meant"));
    Some((diagnostic.help(format!("write `{meant}`")), Some(site.substitute(right))))
}

/// `data { .. }`, `parameters { .. }`
fn stan_block<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let word = site.name(0).filter(|_| site.at == 0)?;
    let is_block = matches!(word, "data" | "parameters" | "transformed" | "generated" | "functions");
    let opens = site.tokens.iter().take(3).any(|lexeme| lexeme.token == Token::OpenBrace);
    (is_block && opens).then(|| {
        let mut diagnostic = site
            .error("a program has no blocks as in Stan", "not a definition")
            .note("data are the parameters of a model, and a parameter is declared where it is sampled")
            .help("write `model name(y: [Real]) { let mu ~ Normal(0, 10); observe y ~ Normal(mu, 1) }`");
        diagnostic.code = "E0008";
        (diagnostic, None)
    })
}

/// A statement at the top of a file.
fn not_a_definition<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    (site.at == 0).then(|| {
        let mut diagnostic = site.unexpected();
        diagnostic.message = "this is not a definition".into();
        diagnostic.labels[0].text = "expected `fn`, `model`, `type`, `let` or `import`".into();
        diagnostic.code = "E0008";
        (diagnostic.help("statements stand in a body: `fn main() { .. }`"), None)
    })
}

/// `fn f() { } x`
fn two_on_a_line<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let complete = site.token(-1) == Some(Token::CloseBrace) && site.expected.is_empty();
    complete.then(|| (site.unexpected().help("start each definition on a line of its own"), None))
}

/// `let x ~ Normal(0, 1)` at the top
fn top_sample<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let top = site.open_groups().is_empty() && site.tokens[0].token == Token::Let;
    if top && site.token(0) == Some(Token::Tilde) {
        let diagnostic = site.error("a constant is not random", "cannot sample at the top of a file");
        return Some((diagnostic.help("sample within a `model` or `fn`"), Some(site.substitute(Token::Equals))));
    }
    let pattern = matches!(site.token(0), Some(Token::OpenParen | Token::OpenBrace | Token::Underscore));
    (top && pattern && site.at == 1).then(|| {
        let diagnostic = site.error("a constant has one name", "expected a name");
        (diagnostic.help("give each constant a `let` of its own"), None)
    })
}

/// `model { .. }`, `fn (x) { .. }`
fn nameless_model<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let word = match site.tokens[0].token {
        Token::Model => "model",
        Token::Fn => "fn",
        _ => return None,
    };
    if site.at == 1 && matches!(site.token(0), Some(Token::OpenBrace | Token::OpenParen)) {
        let diagnostic = site.error(format!("this `{word}` has no name"), "expected a name");
        return Some((
            diagnostic.help(format!("write `{word} name(..) {{ .. }}`; data are the parameters of a model")),
            None,
        ));
    }
    let no_parameters = site.at == 2 && site.token(0) == Some(Token::OpenBrace);
    no_parameters.then(|| {
        let diagnostic = site.error(format!("this `{word}` has no parameters"), "expected `(`").help("write `()`");
        let mut edit = site.replace(2..2, &[Token::OpenParen, Token::CloseParen]);
        edit.range = 2..2;
        (diagnostic, Some(edit))
    })
}

/// `fn f<A>(x: A)`, `Tree<A>`
fn angle_brackets<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let in_type = site.expected.has("[") && !site.expected.operator() && !site.expected.expression();
    (site.token(0) == Some(Token::Less) && in_type).then(|| {
        let diagnostic = site.error("unexpected `<`", "type parameters stand in `[..]`");
        (diagnostic.help("write `Tree[A]`, `fn f[A](x: A)`"), None)
    })
}

/// `fn f(int x)`
fn type_before_name<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let (name, ty) = (site.name(0)?, site.name(-1)?);
    let open = *site.open_groups().last()?;
    let ty = type_name(ty)?;
    let is_parameter = site.expected.has(":") && site.expected.has(",") && !site.expected.operator();
    (site.tokens[open].token == Token::OpenParen && is_parameter).then(|| {
        let mut diagnostic =
            site.error("the type of a parameter follows its name", format!("expected `:` after `{ty}`"));
        diagnostic.labels[0].span = site.span(site.at - 1).to(site.here());
        (diagnostic.help(format!("write `{name}: {ty}`")), Some(site.replace(site.at - 1..site.at, &[])))
    })
}

/// The Borel name of a type, also as other languages name it.
fn type_name(name: &str) -> Option<&str> {
    match name {
        "int" | "integer" | "i64" => Some("Int"),
        "real" | "float" | "double" | "num" | "f64" => Some("Real"),
        "bool" | "boolean" | "logical" => Some("Bool"),
        "string" | "str" | "character" => Some("String"),
        "matrix" => Some("Matrix"),
        "vector" | "array" => Some("[Real]"),
        _ => name.starts_with(char::is_uppercase).then_some(name),
    }
}

/// `fn f(x) = x * x`
fn double_arrow_body<'a>(site: &Site<'_, 'a>) -> Slip<'a> {
    let found = site.token(0)?;
    let is_body = site.expected.has("=>") && site.expected.has("{") && !site.expected.has("if");
    (is_body && matches!(found, Token::Equals | Token::Colon | Token::Arrow)).then(|| {
        let diagnostic = site.error(format!("unexpected `{}`", symbol(found)), "expected `{` or `=>`");
        let is_short = found != Token::Colon;
        let diagnostic = diagnostic.help("a body is written `{ .. }`, or `=> expression`");
        (diagnostic, is_short.then(|| site.substitute(Token::FatArrow)))
    })
}
