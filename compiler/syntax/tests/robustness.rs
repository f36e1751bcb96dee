//! Any text gives a tree and diagnostics whose spans lie within it; deep nesting gives an error, not an overflow.

use borel_source::{FileId, Span};
use borel_syntax::ast::Module;
use borel_syntax::{is_complete, parse, parse_repl};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Parses, walks (prints, compares, drops) the tree and checks the spans, on a stack of 8 MiB.
fn survives(text: &str) {
    let text = text.to_owned();
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(move || {
        let (module, diagnostics) = parse(FileId(0), &text);
        assert_eq!(module, module.clone());
        assert!(!format!("{module:?}").is_empty());
        for diagnostic in &diagnostics {
            assert!(diagnostic.labels.iter().all(|label| is_within(label.span, &text)), "{diagnostic:?}\n{text}");
        }
        check_items(&module, &text);
        let (input, diagnostics) = parse_repl(FileId(0), &text);
        assert!(diagnostics.iter().all(|diagnostic| is_within(diagnostic.labels[0].span, &text)));
        assert_eq!(input, input.clone());
        is_complete(&text);
    });
    thread.unwrap().join().unwrap();
}

fn check_items(module: &Module, text: &str) {
    for item in &module.items {
        assert!(is_within(item.span, text));
    }
}

fn is_within(span: Span, text: &str) -> bool {
    text.get(span.range()).is_some()
}

/// A text of tokens that are likely to be near one another.
fn token_soup() -> impl Strategy<Value = String> {
    let tokens = [
        "fn",
        "model",
        "let",
        "var",
        "type",
        "import",
        "if",
        "else",
        "match",
        "for",
        "in",
        "while",
        "return",
        "break",
        "sample",
        "observe",
        "true",
        "with",
        "_",
        "x",
        "Leaf",
        "f",
        "1",
        "2.5",
        ".5",
        "1.",
        "\"s\"",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "{",
        "}",
        ",",
        ";",
        ":",
        ".",
        "..",
        "->",
        "~>",
        "=>",
        "~",
        "=",
        "+=",
        "||",
        "&&",
        "|",
        "==",
        "<",
        "++",
        "+",
        "-",
        "*",
        "@",
        "^",
        "!",
        "<-",
        ":=",
        "&",
        "?",
        "\n",
        "\n",
        "\n",
        "// c\n",
        "/// d\n",
        "\"",
        "'",
        "#",
        "é",
        "def",
        "elif",
        "not",
        "and",
        "real",
        "lambda",
        "fn f(x) {",
        "match x {",
        "if x {",
        "} else {",
        "for i in xs {",
        "let x = ",
        "99999999999999999999",
        "3x",
        "t.0.1",
    ];
    prop::collection::vec(prop::sample::select(tokens.to_vec()), 0..60).prop_map(|tokens| tokens.join(" "))
}

/// A valid program with a few characters replaced or removed.
fn mutated_program() -> impl Strategy<Value = String> {
    let source: Vec<char> = include_str!("programs/constructs.ppl").chars().collect();
    let length = source.len();
    let edit =
        (0..length, prop::sample::select("(){}[]=~+-*<>,.;:\n\"' xf1".chars().collect::<Vec<_>>()), any::<bool>());
    prop::collection::vec(edit, 1..6).prop_map(move |edits| {
        let mut text = source.clone();
        for (at, c, remove) in edits {
            let at = at.min(text.len() - 1);
            if remove {
                text.remove(at);
            } else {
                text[at] = c;
            }
        }
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn any_tokens(text in token_soup()) {
        survives(&text);
    }

    #[test]
    fn any_tokens_in_a_body(text in token_soup()) {
        survives(&format!("fn f(x) {{\n{text}\n}}\nfn g() {{}}"));
    }

    #[test]
    fn nearly_valid_programs(text in mutated_program()) {
        survives(&text);
    }
}

#[test]
fn deep_nesting_is_refused() {
    let n = 20_000;
    let chains = [
        ("(", ")"),
        ("[", "]"),
        ("{ a: ", "}"),
        ("f(", ")"),
        ("if c { ", " }"),
        ("fn(x) { ", "}"),
        ("match x { _ => ", "}"),
    ];
    for (open, close) in chains {
        for text in [open.repeat(n), open.repeat(n) + "1", open.repeat(n) + "1" + &close.repeat(n), close.repeat(n)] {
            survives(&format!("fn f(x) {{\nlet y = {text}\n}}"));
            survives(&text);
        }
    }
    let (_, diagnostics) = parse(FileId(0), &format!("fn f() {{ {}1{} }}", "(".repeat(n), ")".repeat(n)));
    assert_eq!(diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(), ["E0005"]);
}

#[test]
fn long_chains_are_refused() {
    let n = 20_000;
    let links = [
        "- ",
        "! ",
        "sample ",
        "1 + ",
        "a ^ ",
        "a && ",
        "if c { 1 } else ",
        "fn(x) => ",
        "a < ",
        "a..",
        "f(x)(",
        "a ++\n",
    ];
    for link in links {
        survives(&format!("fn f(x) {{\nlet y = {}1\n}}", link.repeat(n)));
    }
    for link in ["(x)", "[0]", ".x", "[0](1).y", " + 1"] {
        survives(&format!("fn f(x) {{\nlet y = x{}\n}}\nfn g() {{}}", link.repeat(n)));
    }
    for ty in ["A -> ", "[", "Dist[", "() ~> ", "(A, "] {
        survives(&format!("type T = {}B\nfn f(x: {}B) {{}}", ty.repeat(n), ty.repeat(n)));
    }
    for pattern in ["(", "C(", "{ a: ", "-"] {
        survives(&format!("fn f(x) {{\nlet {}y = x\nmatch x {{ {}\n}}\n}}", pattern.repeat(n), pattern.repeat(n)));
    }
}

#[test]
fn breadth_is_not_depth() {
    let n = 20_000;
    let texts = [
        format!("let xs = [{}]", "1 + 2, ".repeat(n)),
        format!("fn f(x) {{\n{}}}", "g(x + 1)\n".repeat(n)),
        "fn f(x) { x }\n".repeat(n),
        format!("fn f(x) {{\nmatch x {{\n{}}}\n}}", "A(x) => x + 1,\n".repeat(n)),
    ];
    for text in texts {
        assert_eq!(parse(FileId(0), &text).1, []);
    }
}

#[test]
fn many_errors_are_found_quickly() {
    let text = format!("fn f(x) {{\n{}}}", "let y = * 3\n".repeat(20_000));
    assert!(!parse(FileId(0), &text).1.is_empty());
    survives(&"fn f( {\n".repeat(20_000));
    survives(&"£ ".repeat(200_000));
    survives(&"x ~ 3\n".repeat(20_000));
}
