//! Golden messages: below each wrong line of `errors/*.ppl` stands what is reported for it, the carets under the span
//! (within the first two columns they stand in the third). `--- name ---` starts a section, which is a program of its
//! own. `BLESS=1 cargo test` writes the messages.

use std::fmt::Write as _;
use std::{env, fs, path::Path};

use borel_diagnostics::Diagnostic;
use borel_source::{FileId, SourceMap};
use borel_syntax::parse;

#[test]
fn messages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let written = fs::read_to_string(&path).unwrap();
        let actual: String = sections(&written).iter().map(|section| annotated(&program(section))).collect();
        if env::var_os("BLESS").is_some() {
            fs::write(&path, &actual).unwrap();
        } else {
            assert_eq!(written, actual, "{} (BLESS=1 writes it)", path.display());
        }
    }
}

/// The sections of a golden file, each with its title line.
fn sections(text: &str) -> Vec<String> {
    let mut sections: Vec<String> = Vec::new();
    for line in text.lines() {
        match sections.last_mut() {
            Some(section) if !line.starts_with("--- ") => *section += &format!("{line}\n"),
            _ => sections.push(format!("{line}\n")),
        }
    }
    sections
}

fn is_annotation(line: &str) -> bool {
    line.trim_start().strip_prefix("//").is_some_and(|rest| rest.trim_start().starts_with(['^', '=']))
}

/// A section without its annotations; the title becomes a comment.
fn program(section: &str) -> String {
    section.lines().filter(|line| !is_annotation(line)).map(|line| format!("{line}\n")).collect()
}

fn annotated(section: &str) -> String {
    let text = section.replacen("---", "//-", 1);
    let (_, diagnostics) = parse(FileId(0), &text);
    let mut sources = SourceMap::default();
    let file = sources.add("test.ppl", text.as_str());
    let mut output = String::new();
    for (index, line) in section.lines().enumerate() {
        writeln!(output, "{line}").unwrap();
        for diagnostic in &diagnostics {
            let span = diagnostic.span().unwrap();
            let (row, column) = sources.file(file).line_column(span.start);
            if row == index + 1 {
                let rest = line.chars().count().saturating_sub(column - 1).max(1);
                let width = sources.text(span).chars().count().clamp(1, rest);
                output += &annotation(diagnostic, column - 1, width);
            }
        }
    }
    output
}

fn annotation(diagnostic: &Diagnostic, column: usize, width: usize) -> String {
    let kind = if diagnostic.is_error() { "error" } else { "warning" };
    let code = diagnostic.code;
    let mut text = format!("//{}{} {kind}[{code}]: ", " ".repeat(column.saturating_sub(2)), "^".repeat(width));
    writeln!(text, "{}; {}", diagnostic.message, diagnostic.labels[0].text).unwrap();
    for label in &diagnostic.labels[1..] {
        writeln!(text, "//   = {}", label.text).unwrap();
    }
    if let Some(help) = &diagnostic.help {
        writeln!(text, "//   = help: {help}").unwrap();
    }
    text
}

/// Each block of a page that is marked with the page's code gives that code, every other block nothing.
#[test]
fn pages_of_syntax_errors() {
    for code in borel_diagnostics::codes().filter(|code| code[1..].starts_with("00")) {
        let page = borel_diagnostics::explain(code).unwrap();
        for block in page.split("```borel").skip(1) {
            let (mark, rest) = block.split_once('\n').unwrap();
            let (_, diagnostics) = parse(FileId(0), rest.split("```").next().unwrap());
            let codes: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
            match mark.strip_prefix(",error=") {
                Some(expected) => assert_eq!(codes, [expected], "{code}: {diagnostics:?}"),
                None => assert!(codes.is_empty(), "{code}: {diagnostics:?}"),
            }
        }
    }
}

/// Every code of a golden message has a page.
#[test]
fn every_code_has_a_page() {
    let sources =
        [include_str!("../src/lexer.rs"), include_str!("../src/layout.rs"), include_str!("../src/actions.rs")];
    for code in sources.iter().flat_map(|source| source.split('"')) {
        let is_code = code.len() == 5 && code.starts_with(['E', 'W']) && code[1..].bytes().all(|b| b.is_ascii_digit());
        assert!(!is_code || borel_diagnostics::explain(code).is_some(), "{code} has no page");
    }
}
