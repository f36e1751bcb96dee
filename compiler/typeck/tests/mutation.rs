//! Mutated programs: whatever the text, checking ends without a panic, spans stay inside the text, and a program without
//! errors has a tree that keeps its promises.

use borel_source::FileId;
use borel_typeck::{ParsedModule, check};

/// A small generator of numbers; the test must be the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }
}

/// Words, and the other characters one by one.
fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let end = if word(first) { rest.find(|c| !word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        found.push(&rest[..end]);
        rest = &rest[end..];
    }
    found
}

fn programs() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["tests/suite", "../../examples", "../../tests/suite"] {
        let folder = format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(folder).expect("a folder of programs").flatten() {
            if entry.path().extension().is_some_and(|extension| extension == "ppl") {
                let text = std::fs::read_to_string(entry.path()).expect("a readable program");
                found.extend(text.split("//@ test:").map(str::to_string));
            }
        }
    }
    found.sort();
    found
}

fn mutate(random: &mut Random, text: &str, other: &str) -> String {
    let mut tokens = tokens(text);
    let others = self::tokens(other);
    for _ in 0..1 + random.below(3) {
        let at = random.below(tokens.len());
        let from = random.below(tokens.len());
        match random.below(4) {
            0 if !tokens.is_empty() => {
                tokens.remove(at);
            }
            1 if !tokens.is_empty() => tokens.swap(at, from),
            2 if !tokens.is_empty() => tokens[at] = tokens[from],
            _ if !others.is_empty() => tokens.insert(at, others[random.below(others.len())]),
            _ => {}
        }
    }
    tokens.concat()
}

/// The library: paths, of which what every program sees has none, and texts.
const LIBRARY: [(&[&str], &str); 3] = [
    (&[], include_str!("../../../stdlib/prelude.ppl")),
    (&[], include_str!("../../../stdlib/distributions.ppl")),
    (&["process"], include_str!("../../../stdlib/process.ppl")),
];

#[test]
fn mutated_programs() {
    let rounds = std::env::var("MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(600);
    let library = LIBRARY.map(|(path, text)| {
        let (module, _) = borel_syntax::parse(FileId(0), text);
        ParsedModule { path: path.iter().map(|&name| name.into()).collect(), module, is_prelude: path.is_empty() }
    });
    let programs = programs();
    let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut random = Random(seed);
    let mut clean = 0;
    for _ in 0..rounds {
        let text = {
            let at = random.below(programs.len());
            let other = random.below(programs.len());
            mutate(&mut random, &programs[at], &programs[other])
        };
        let (module, mut diagnostics) = borel_syntax::parse(FileId(1), &text);
        let program = ParsedModule { path: Vec::new(), module, is_prelude: false };
        let modules: Vec<ParsedModule> = library.iter().cloned().chain([program]).collect();
        let outcome = std::panic::catch_unwind(|| check(&modules));
        let (program, found) = outcome.unwrap_or_else(|_| panic!("checking panics on\n{text}"));
        diagnostics.extend(found);
        for span in diagnostics.iter().flat_map(|diagnostic| diagnostic.labels.iter().map(|label| label.span)) {
            assert!(span.file == FileId(0) || text.get(span.range()).is_some(), "a span outside of\n{text}");
        }
        if !diagnostics.iter().any(|diagnostic| diagnostic.is_error()) {
            let problems = borel_typed::verify::verify(&program);
            assert!(problems.is_empty(), "{}\n{text}", problems.join("\n"));
            clean += 1;
        }
    }
    assert!(clean * 25 > rounds, "only {clean} of {rounds} programs are right");
}
