//! The shape of trees: precedence, layout, documentation, spans, REPL input.

use borel_source::FileId;
use borel_syntax::ast::*;
use borel_syntax::{ReplInput, is_complete, parse, parse_repl};

/// The single statement of a line.
fn statement(text: &str) -> StmtKind {
    match parse_repl(FileId(0), text) {
        (ReplInput::Statements(mut statements), diagnostics) if diagnostics.is_empty() && statements.len() == 1 => {
            statements.remove(0).kind
        }
        other => panic!("{text}: {other:?}"),
    }
}

fn expression(text: &str) -> Expr {
    match statement(text) {
        StmtKind::Expr(expr) => expr,
        other => panic!("{text}: {other:?}"),
    }
}

/// An expression with all its parentheses.
fn show(expr: &Expr) -> String {
    let list = |exprs: &[Expr]| exprs.iter().map(show).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        ExprKind::Name(name) => name.name.to_string(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Real(value) => format!("{value:?}"),
        ExprKind::String(value) => format!("{value:?}"),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Unit => "()".into(),
        ExprKind::Unary(UnaryOp::Negate, a) => format!("(- {})", show(a)),
        ExprKind::Unary(UnaryOp::Not, a) => format!("(! {})", show(a)),
        ExprKind::Sample(a) => format!("(sample {})", show(a)),
        ExprKind::Binary(op, a, b) => format!("({} {} {})", show(a), op.symbol(), show(b)),
        ExprKind::Range(a, b) => format!("({}..{})", show(a), show(b)),
        ExprKind::Field(a, field) => format!("{}.{}", show(a), field.name),
        ExprKind::Call(f, arguments) => {
            let values: Vec<Expr> = arguments.iter().map(|argument| argument.value.clone()).collect();
            format!("{}({})", show(f), list(&values))
        }
        ExprKind::Index(a, indices) => format!("{}[{}]", show(a), indices.len()),
        ExprKind::Tuple(parts) => format!("({})", list(parts)),
        ExprKind::Array(parts) => format!("[{}]", list(parts)),
        ExprKind::Lambda(function) => format!("(fn {})", show(&function.body)),
        ExprKind::Ascribe(a, _) => format!("({} : _)", show(a)),
        other => format!("{other:?}"),
    }
}

#[test]
fn precedence() {
    let cases = [
        ("a || b && c == d .. e ++ f + g * -h ^ i", "(a || (b && (c == (d..(e ++ (f + (g * (- (h ^ i)))))))))"),
        ("a - b - c", "((a - b) - c)"),
        ("a ^ b ^ c", "(a ^ (b ^ c))"),
        ("a ^ -b ^ c", "(a ^ (- (b ^ c)))"),
        ("-x.y(z)[0] ^ 2", "(- (x.y(z)[1] ^ 2))"),
        ("depth == 0 || sample Bernoulli(0.3)", "((depth == 0) || (sample Bernoulli(0.3)))"),
        ("sample Normal(0, 1) + 1", "((sample Normal(0, 1)) + 1)"),
        ("! a == b", "((! a) == b)"),
        ("a @ b * c / d % e", "((((a @ b) * c) / d) % e)"),
        ("fn(x) => x + 1 == y", "(fn ((x + 1) == y))"),
        ("(a < b) == c", "((a < b) == c)"),
        ("1..5", "(1..5)"),
        ("t.0.1", "t.0.1"),
        ("(t.0).1", "t.0.1"),
        ("a++b", "(a ++ b)"),
        ("(x,)", "x"),
        ("(x : Real)", "(x : _)"),
        ("1_000 + 2.5e-3", "(1000 + 0.0025)"),
        ("\"a\\n\\u{e9}\"", "\"a\\né\""),
    ];
    for (text, expected) in cases {
        assert_eq!(show(&expression(text)), expected, "{text}");
    }
}

#[test]
fn newlines_end_statements_unless_the_next_line_continues() {
    let count = |text: &str| match parse_repl(FileId(0), text) {
        (ReplInput::Statements(statements), diagnostics) => (statements.len(), diagnostics.len()),
        other => panic!("{other:?}"),
    };
    for text in
        ["a\n+ b", "a\n// c\n\n  .f", "f(a\nb, c)".replace("a\nb", "a,\nb").as_str(), "a +\nb", "x\n~ d", "x\n= 1"]
    {
        assert_eq!(count(text), (1, 0), "{text}");
    }
    for text in ["a\nb", "a\n-b", "a;b", "a; b;", "f\n(x)", "x\n[1]", "if a { b }\n(c)", "break\na", "a // c\nb"] {
        assert_eq!(count(text), (2, 0), "{text}");
    }
    assert_eq!(count("a\n  -b"), (2, 1), "a warning");
    assert_eq!(count("if a { b }\nelse { c }"), (1, 0));
    assert_eq!(count(""), (0, 0));
}

#[test]
fn statements_take_their_forms() {
    assert!(matches!(statement("let (a, b): T = e"), StmtKind::Let(_, Some(_), _)));
    assert!(matches!(statement("let a ~ e"), StmtKind::LetSample(_, None, _)));
    assert!(matches!(statement("var a: Real ~ e"), StmtKind::VarSample(_, Some(_), _)));
    assert!(matches!(statement("a[0].x ~ e"), StmtKind::AssignSample(..)));
    assert!(matches!(statement("return"), StmtKind::Return(None)));
    let StmtKind::Assign(place, value) = statement("a[i] += 2 * b") else { panic!() };
    assert_eq!((show(&place), show(&value)), ("a[1]".into(), "(a[1] + (2 * b))".into()));
}

#[test]
fn slices() {
    let ExprKind::Index(_, indices) = expression("a[i, 1..n, ..k, j.., ..]").kind else { panic!() };
    let shapes: Vec<_> = indices
        .iter()
        .map(|index| match index {
            Index::At(_) => "at",
            Index::Slice(Some(_), Some(_)) => "both",
            Index::Slice(None, Some(_)) => "to",
            Index::Slice(Some(_), None) => "from",
            Index::Slice(None, None) => "all",
        })
        .collect();
    assert_eq!(shapes, ["at", "both", "to", "from", "all"]);
}

#[test]
fn types_and_constructors() {
    let text =
        "type A = B\ntype C = (B)\ntype D = B -> C\ntype E = B[C]\ntype F = (A, B) -> C\ntype G = ((A, B)) -> C\n";
    let (module, diagnostics) = parse(FileId(0), text);
    assert_eq!(diagnostics, []);
    let bodies: Vec<_> = module
        .items
        .iter()
        .map(|item| match &item.kind {
            ItemKind::Type(TypeItem { body: TypeBody::Data(constructors), .. }) => {
                format!("data {}", constructors.len())
            }
            ItemKind::Type(TypeItem { body: TypeBody::Alias(ty), .. }) => match &ty.kind {
                TypeExprKind::Function(params, false, _) => format!("function {}", params.len()),
                TypeExprKind::Name(_, arguments) => format!("name {}", arguments.len()),
                other => format!("{other:?}"),
            },
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(bodies, ["data 1", "name 0", "function 1", "name 1", "function 2", "function 1"]);
}

#[test]
fn documentation_belongs_to_the_next_definition() {
    let text = "//// rule\n/// First.\n///\n///  Indented.\n// plain\nfn f() {\n  /// inside\n}\nfn g() {}\n/// For h.\nfn h() {}\n";
    let docs: Vec<_> = parse(FileId(0), text).0.items.into_iter().map(|item| item.doc).collect();
    assert_eq!(docs, [Some("First.\n\n Indented.".into()), None, Some("For h.".into())]);
}

#[test]
fn spans_cover_what_was_written() {
    let text = "fn area(r: Real) -> Real {\n  let sq = (r ^ 2) * r\n  sq\n}\n";
    let (module, _) = parse(FileId(0), text);
    let item = &module.items[0];
    assert_eq!(&text[item.span.range()], text.trim_end());
    let ItemKind::Function(function) = &item.kind else { panic!() };
    assert_eq!(&text[function.header.range()], "fn area(r: Real) -> Real");
    let ExprKind::Block(block) = &function.body.kind else { panic!() };
    assert_eq!(&text[block.stmts[0].span.range()], "let sq = (r ^ 2) * r");
    let StmtKind::Let(_, _, value) = &block.stmts[0].kind else { panic!() };
    let ExprKind::Binary(_, power, _) = &value.kind else { panic!() };
    assert_eq!(&text[value.span.range()], "(r ^ 2) * r");
    assert_eq!(&text[power.span.range()], "(r ^ 2)");
}

#[test]
fn definitions_survive_errors_in_their_bodies() {
    let text = "fn f(x) {\n  let a = * 3\n  let b = 2\n  a b c\n}\nfn g( {\n}\nfn h() { 1 }\n";
    let (module, diagnostics) = parse(FileId(0), text);
    assert!(diagnostics.len() >= 3);
    let ItemKind::Function(f) = &module.items[0].kind else { panic!() };
    let ExprKind::Block(body) = &f.body.kind else { panic!() };
    assert!(matches!(&body.stmts[0].kind, StmtKind::Let(_, _, Expr { kind: ExprKind::Error, .. })));
    assert!(matches!(&body.stmts[1].kind, StmtKind::Let(..)));
    assert!(matches!(&body.stmts[2].kind, StmtKind::Error));
    assert!(matches!(&module.items.last().unwrap().kind, ItemKind::Function(_)));
}

#[test]
fn repl_input() {
    assert!(
        matches!(parse_repl(FileId(0), "fn f(x) => x\nmodel m() {}").0, ReplInput::Items(items) if items.len() == 2)
    );
    assert!(matches!(parse_repl(FileId(0), "import seq").0, ReplInput::Items(_)));
    assert!(matches!(parse_repl(FileId(0), "let x = 1; x + 1").0, ReplInput::Statements(s) if s.len() == 2));
    assert!(matches!(parse_repl(FileId(0), "fn(x) => x").0, ReplInput::Statements(_)));
    assert!(!is_complete("fn f(x) {") && !is_complete("f(1,") && is_complete("f(1)") && is_complete("x }"));
    assert!(is_complete("\"(\" // ("));
}
