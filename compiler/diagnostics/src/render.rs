//! Drawing a diagnostic over its source, with ariadne.
//!
//! Spans may be empty or reach beyond the text; they are brought within it, since drawing an error must not fail.

use std::fmt::{self, Write as _};

use ariadne::{CharSet, Color, Config, IndexType, LabelAttach, Report, ReportKind, Source};
use borel_source::{FileId, SourceMap, Span};

use crate::{Diagnostic, Severity};

/// Draws a diagnostic over its source; `color` for terminals.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, color: bool) -> String {
    let (severity, tint, escape) = match diagnostic.severity {
        Severity::Error => ("error", Color::Red, "\u{1b}[31m"),
        Severity::Warning => ("warning", Color::Yellow, "\u{1b}[33m"),
    };
    let (start, stop) = if color { (escape, "\u{1b}[0m") } else { ("", "") };
    let mut text = format!("{start}{severity}[{}]:{stop} {}\n", diagnostic.code, diagnostic.message);
    let snippet = snippet(diagnostic, sources, tint, color).unwrap_or_default();
    text.push_str(&snippet);
    let indent = snippet.chars().take_while(|c| *c == ' ').count().max(2);
    for note in &diagnostic.notes {
        write_remark(&mut text, indent, "note", note);
    }
    if let Some(help) = &diagnostic.help {
        write_remark(&mut text, indent, "help", help);
    }
    text
}

/// `= note: ..`, later lines under the first.
fn write_remark(text: &mut String, indent: usize, title: &str, remark: &str) {
    let later = format!("\n{}", " ".repeat(indent + title.len() + 4));
    let _ = writeln!(text, "{}= {title}: {}", " ".repeat(indent), remark.trim_end().replace('\n', &later));
}

/// The source with its labels, if they lie in known files.
fn snippet(diagnostic: &Diagnostic, sources: &SourceMap, tint: Color, color: bool) -> Option<String> {
    let labels: Vec<(Place, &str)> =
        diagnostic.labels.iter().filter_map(|label| Some((place(label.span, sources)?, label.text.as_str()))).collect();
    let (primary, first) = *labels.first()?;
    if let Some(part) = clipped(primary, first, sources) {
        return Some(part);
    }
    let config = Config::new()
        .with_index_type(IndexType::Byte)
        .with_char_set(CharSet::Unicode)
        .with_label_attach(LabelAttach::Start)
        .with_color(color);
    let mut report = Report::build(ReportKind::Error, primary).with_config(config);
    for (index, &(place, text)) in labels.iter().enumerate() {
        let color = if index == 0 { tint } else { Color::Blue };
        let label = ariadne::Label::new(place).with_message(text).with_color(color).with_order(index as i32);
        report = report.with_label(label);
    }
    let mut output = Vec::new();
    report.finish().write(Cache::new(sources, labels.iter().map(|label| label.0)), &mut output).ok()?;
    Some(compact(&String::from_utf8_lossy(&output)))
}

/// Lines longer than this are shown in part.
const LONG: usize = 200;

/// How much is shown before and behind the place.
const AROUND: usize = 30;

/// The place alone, with what is around it, if its line is long: data often stand on one line.
fn clipped(place: Place, text: &str, sources: &SourceMap) -> Option<String> {
    let source = sources.file(place.file);
    let all = &source.text;
    let start = all[..place.start].rfind('\n').map_or(0, |at| at + 1);
    let end = all[place.start..].find('\n').map_or(all.len(), |at| place.start + at);
    if end - start <= LONG {
        return None;
    }
    let from = all.floor_char_boundary(place.start.saturating_sub(AROUND).max(start));
    let stop = all.floor_char_boundary(place.end.min(place.start + LONG / 2).min(end).max(place.start));
    let to = all.ceil_char_boundary((stop + AROUND).min(end));
    let before = if from > start { ".. " } else { "" };
    let after = if to < end { " .." } else { "" };
    let (line, column) = (all[..start].matches('\n').count() + 1, all[start..place.start].chars().count() + 1);
    let indent = " ".repeat(before.len() + all[from..place.start].chars().count());
    let dashes = "─".repeat(all[place.start..stop].chars().count().saturating_sub(1));
    let mut drawn = format!("   ╭─[ {}:{line}:{column} ]\n", source.name);
    let _ = writeln!(drawn, "{line:>2} │ {before}{}{after}", &all[from..to]);
    let _ = writeln!(drawn, "   │ {indent}┬{dashes}\n   │ {indent}╰── {text}");
    Some(drawn)
}

/// Without ariadne's title, its spacing lines and the closing rule; its own compact mode would drop the underlines.
fn compact(drawn: &str) -> String {
    let is_kept = |line: &&str| {
        let visible = without_escapes(line);
        !visible.chars().all(|c| c.is_whitespace() || matches!(c, '│' | '┆' | '─' | '╯'))
    };
    drawn.lines().skip(1).filter(is_kept).map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// A line without terminal escape sequences (`ESC [ .. m`).
fn without_escapes(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// A span within its text, and not empty unless the text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place {
    file: FileId,
    start: usize,
    end: usize,
}

impl ariadne::Span for Place {
    type SourceId = FileId;
    fn source(&self) -> &FileId {
        &self.file
    }
    fn start(&self) -> usize {
        self.start
    }
    fn end(&self) -> usize {
        self.end
    }
}

/// Brings a span within its text, on character boundaries; an empty one takes the character after it, or the one
/// before it at the end of the text.
fn place(span: Span, sources: &SourceMap) -> Option<Place> {
    let (file, source) = sources.files().nth(span.file.0 as usize)?;
    let text = &source.text;
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary(span.end as usize).max(start);
    if end > start {
        return Some(Place { file, start, end });
    }
    match text[start..].chars().next() {
        Some(next) => Some(Place { file, start, end: start + next.len_utf8() }),
        None => {
            let last = text.trim_end_matches('\n').char_indices().next_back();
            Some(last.map_or(Place { file, start, end }, |(at, c)| Place { file, start: at, end: at + c.len_utf8() }))
        }
    }
}

/// The sources of the files that the labels of one diagnostic are in.
struct Cache<'s> {
    sources: &'s SourceMap,
    files: Vec<(FileId, Source<&'s str>)>,
}

impl<'s> Cache<'s> {
    fn new(sources: &'s SourceMap, places: impl Iterator<Item = Place>) -> Cache<'s> {
        let mut files: Vec<(FileId, Source<&'s str>)> = Vec::new();
        for place in places {
            if files.iter().all(|(file, _)| *file != place.file) {
                files.push((place.file, Source::from(&*sources.file(place.file).text)));
            }
        }
        Cache { sources, files }
    }
}

impl<'s> ariadne::Cache<FileId> for Cache<'s> {
    type Storage = &'s str;

    fn fetch(&mut self, id: &FileId) -> Result<&Source<&'s str>, impl fmt::Debug> {
        let found = self.files.iter().find(|(file, _)| file == id);
        found.map(|(_, source)| source).ok_or_else(|| format!("no file {}", id.0))
    }

    fn display<'a>(&self, id: &'a FileId) -> Option<impl fmt::Display + 'a> {
        Some(self.sources.file(*id).name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> (SourceMap, FileId) {
        let mut sources = SourceMap::default();
        let file = sources.add("line.ppl", "let μ = 1.0 + true\nlet y = f(μ\n");
        (sources, file)
    }

    #[test]
    fn a_message_with_everything() {
        let (sources, file) = example();
        let diagnostic = Diagnostic::error("E0203", Span::new(file, 15, 19), "expected Real, found Bool", "a Bool")
            .label(Span::new(file, 9, 12), "a Real, so the sum is one")
            .note("Bool is not a number")
            .help("write `if true { 1 } else { 0 }`");
        insta::assert_snapshot!(render(&diagnostic, &sources, false), @r"
        error[E0203]: expected Real, found Bool
           ╭─[ line.ppl:1:15 ]
         1 │ let μ = 1.0 + true
           │         ┬──   ┬───
           │         │     ╰───── a Bool
           │         ╰─────────── a Real, so the sum is one
           = note: Bool is not a number
           = help: write `if true { 1 } else { 0 }`
        ");
    }

    #[test]
    fn a_warning_at_the_end_of_a_line() {
        let (sources, file) = example();
        let diagnostic = Diagnostic::warning("E0010", Span::new(file, 31, 31), "unclosed", "expected `)`");
        insta::assert_snapshot!(render(&diagnostic, &sources, false), @r"
        warning[E0010]: unclosed
           ╭─[ line.ppl:2:11 ]
         2 │ let y = f(μ
           │           ┬
           │           ╰── expected `)`
        ");
    }

    #[test]
    fn a_place_in_a_long_line() {
        let mut sources = SourceMap::default();
        let text = format!("{{\"μ\": [{}], \"n\": 12, \"k\": [{}]}}", "1, ".repeat(100), "2, ".repeat(100));
        let start = text.find("\"n\"").expect("it is there");
        let file = sources.add("data.json", text);
        let diagnostic = Diagnostic::warning("W0501", Span::new(file, start, start + 3), "no parameter", "not used");
        insta::assert_snapshot!(render(&diagnostic, &sources, false), @r#"
        warning[W0501]: no parameter
           ╭─[ data.json:1:311 ]
         1 │ .. 1, 1, 1, 1, 1, 1, 1, 1, 1, ], "n": 12, "k": [2, 2, 2, 2, 2, 2,  ..
           │                                  ┬──
           │                                  ╰── not used
        "#);
    }

    #[test]
    fn a_message_about_no_source() {
        let mut diagnostic = Diagnostic::error("E0501", Span::new(FileId(7), 0, 0), "no such file", "");
        diagnostic = diagnostic.note("looked in `.`");
        insta::assert_snapshot!(render(&diagnostic, &SourceMap::default(), false), @r"
        error[E0501]: no such file
          = note: looked in `.`
        ");
    }

    #[test]
    fn spans_outside_of_the_text_are_brought_within() {
        let (sources, file) = example();
        for (start, end) in [(0, 0), (5, 5), (4, 6), (18, 19), (32, 32), (32, 99), (99, 99), (99, 3)] {
            let span = Span { file, start, end };
            assert!(render(&Diagnostic::error("E0001", span, "m", "l"), &sources, true).contains("line.ppl"));
        }
        let mut empty = SourceMap::default();
        let file = empty.add("empty.ppl", "");
        assert!(!render(&Diagnostic::error("E0001", Span::new(file, 0, 0), "m", "l"), &empty, false).is_empty());
    }
}
