//! The formatter: what it does to spaces, and that it changes neither meaning nor comments.

use std::fs;

use borel_source::FileId;
use borel_syntax::{format, parse};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn formatted(text: &str) -> String {
    format(text).unwrap_or_else(|diagnostics| panic!("{diagnostics:?}"))
}

/// The tree in text, without its spans.
fn tree(text: &str) -> String {
    let tree = format!("{:?}", parse(FileId(0), text).0);
    let mut parts = tree.split("Span {");
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |tree, part| tree + part.split_once('}').map_or("", |(_, rest)| rest))
}

fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.find("//").map(|at| line[at..].trim_end())).collect()
}

fn check(text: &str) {
    let once = formatted(text);
    assert_eq!(tree(text), tree(&once), "{text}\n{once}");
    assert_eq!(once, formatted(&once), "{text}");
    assert_eq!(comments(text), comments(&once));
    assert!(once.lines().all(|line| !line.ends_with(' ')));
}

#[test]
fn programs_keep_their_meaning() {
    check(include_str!("programs/glance.ppl"));
    check(include_str!("programs/constructs.ppl"));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "ppl") {
            check(&fs::read_to_string(entry.path()).unwrap_or_default());
        }
    }
}

#[test]
fn spaces_and_indentation() {
    let text = "\n\n// head\nfn   f( x:Real ,y : Int=3 )->Real{\nlet a=-x^2+y*( 1+2 );  // one\n  let bc = xs [ 1 .. n ]// two\n\n\n
   if a<b{ a }\n   else   { ! b }\nif a<b {\na\n}\nelse {b}\nlet r={a:1,b}\nlet long = a\n+ b\n.c\n   g(x,\n fn (y) {\n y\n},\n)\n// last\n}\n
type T=\n|A\n| B(Real)\nfn g(){}; fn h()=>sample  Normal(0,1)||- 1 <- 2\n";
    assert!(format(text).is_err(), "`<-` is no operator");
    let expected = "\
// head
fn f(x: Real, y: Int = 3) -> Real {
  let a = -x^2 + y * (1 + 2)  // one
  let bc = xs[1..n]           // two

  if a < b { a }
  else { !b }
  if a < b {
    a
  } else { b }
  let r = { a: 1, b }
  let long = a
    + b
    .c
  g(x,
    fn(y) {
      y
    },
  )
  // last
}

type T =
  | A
  | B(Real)
fn g() {}; fn h() => sample Normal(0, 1) || -1 < -2
";
    assert_eq!(formatted(&text.replace("<-", "< -")), expected);
    check(expected);
}

#[test]
fn semicolons_and_comments() {
    let text = "fn f() {\n;a;b ; c;\n\n;d // e\n; return ;}\n// end";
    let expected = "fn f() {\n  a; b; c\n\n  d  // e\n  return\n}\n// end\n";
    assert_eq!(tree(text), tree(expected));
    check(text);
    check("fn f() { // c\n// d\n\n// e\n\n}");
    check("fn f() {\n  if a { b } // c\n  // d\n  else { c }\n}");
    check("fn f(x, // x\n y) => [ // open\n1, 2 // two\n]\n");
    check("fn f(a, // x\n\n// y\n b // z\n) { }\n//\n\n\n//end\n\n\n");
    check("");
    check("// only");
    check("fn f() { match t { A { 1 } B(x) { x } _ if c { 2 } C => 3, D => 4 } }");
    check("fn f() { a = 1;; b = 2 ; ; \n ; c = 3;;}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    /// Line breaks, spaces and comments anywhere they may stand.
    #[test]
    fn any_spacing(edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4usize), 0..40)) {
        let mut text: Vec<String> = include_str!("programs/constructs.ppl").split(' ').map(str::to_owned).collect();
        for (index, kind) in edits {
            let word = index.get(&text).clone() + ["\n", " ", "  // c\n", ";"][kind];
            let at = index.index(text.len());
            text[at] = word;
        }
        let text = text.join(" ");
        if parse(FileId(0), &text).1.iter().all(|diagnostic| !diagnostic.is_error()) {
            check(&text);
        }
    }
}
