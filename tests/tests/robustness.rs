//! Whatever is typed: programs that are nearly right, run under limits, end with a result or a message, never with a panic or a
//! crash, and leave nothing on the heap (which checked builds verify after each run).

use borel::{Data, Inference, Program, RunOptions};
use borel_tests::generate::Choices;
use borel_tests::sections::{files, of_file};
use std::path::Path;
use std::time::Duration;

const PROGRAMS: usize = 400;
const TIME: Duration = Duration::from_millis(100);
const MEMORY: u64 = 64 << 20;

/// Words, spaces, and the other characters one by one.
fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let end = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        found.push(&rest[..end]);
        rest = &rest[end..];
    }
    found
}

/// The text with one or two words replaced by others of it, or by numbers that are hard.
fn mutated(text: &str, choices: &mut Choices) -> String {
    const HARD: [&str; 8] = ["0", "-1", "1e308", "9223372036854775807", "0.0", "[]", "true", "1000000"];
    let mut tokens = tokens(text);
    for _ in 0..1 + choices.below(2) {
        let at = choices.below(tokens.len());
        let from = choices.below(tokens.len() + HARD.len());
        tokens[at] = if from < tokens.len() { tokens[from] } else { HARD[from - tokens.len()] };
    }
    tokens.concat()
}

fn run(text: &str) -> bool {
    let Ok(program) = Program::compile(text) else { return false };
    if program.has_main() {
        let _ = program.run_main(&RunOptions::new().timeout(TIME).max_memory(MEMORY), |_| {});
    }
    for model in program.models() {
        let Ok(bound) = model.bind(&Data::new()) else { continue };
        for inference in [Inference::smc(20), Inference::importance(20), Inference::enumerate()] {
            let _ = inference.timeout(TIME).max_memory(MEMORY).run(&bound);
        }
    }
    true
}

#[test]
fn programs_that_are_nearly_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [("suite", "ppl"), ("../examples", "ppl"), ("../spec", "md")];
    let sections = folders.iter().flat_map(|(folder, ending)| files(&root.join(folder), ending));
    let sources: Vec<String> = sections.flat_map(|path| of_file(&path)).map(|section| section.source).collect();
    let mut choices = Choices::new(1);
    let mut compiled = 0;
    for _ in 0..PROGRAMS {
        let text = mutated(&sources[choices.below(sources.len())], &mut choices);
        let outcome = std::panic::catch_unwind(|| run(&text));
        compiled += usize::from(outcome.unwrap_or_else(|_| panic!("a panic on\n{text}")));
    }
    assert!(compiled * 10 > PROGRAMS, "only {compiled} of {PROGRAMS} programs compile");
}

#[test]
fn the_last_of_several_loops_is_interrupted_too() {
    let text = "fn main() {
  var a = 0
  while a < 10 { a = a + 1 }
  var b = 0
  while b < 10 { b = b + a }
  while a > b - 100 { a = a + 0 * b }
  print(a)
}";
    let program = Program::compile(text).expect("a right program");
    assert!(program.run_main(&RunOptions::new().timeout(TIME), |_| {}).is_err());
}

#[test]
fn recursion_without_end_is_an_error_in_every_view() {
    let text = "fn f(n: Int) ~> Int { if sample Bernoulli(0.0) { n } else { 1 + f(n + 1) } }
fn g(n: Int) ~> Int { observe n ~ DiscreteUniform(0, n)\n 1 + g(n + 1) }
model deep() { return f(0) }
model observing() { return g(0) }";
    let program = Program::compile(text).expect("a right program");
    for model in program.models() {
        let bound = model.bind(&Data::new()).expect("no data are needed");
        for inference in [Inference::smc(2), Inference::importance(2)] {
            let limited = inference.timeout(Duration::from_secs(20)).max_memory(16 << 20);
            assert!(limited.run(&bound).is_err(), "{}", model.name());
        }
    }
}
