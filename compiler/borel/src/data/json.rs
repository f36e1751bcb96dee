//! JSON to fields with their places. (General JSON libraries lose places, duplicated names and big numbers, which the
//! messages need.)

use super::Field;
use super::datum::{Datum, Kind};
use borel_diagnostics::Diagnostic;
use borel_source::{FileId, Span};

/// Arrays and objects may be nested this deep: parsing, binding and dropping recurse.
const DEPTH: usize = 1000;

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// The members of the object that the text is.
pub(super) fn parse(file: FileId, text: &str) -> std::result::Result<Vec<Field>, Vec<Diagnostic>> {
    let mut parser = Parser { file, text, position: if text.starts_with('\u{feff}') { 3 } else { 0 }, depth: 0 };
    parser.document().map_err(|diagnostic| vec![*diagnostic])
}

struct Parser<'a> {
    file: FileId,
    text: &'a str,
    position: usize,
    depth: usize,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<Vec<Field>> {
        self.blanks();
        let start = self.position;
        if self.peek() != Some(b'{') {
            let what = if self.peek() == Some(b'[') { "an array" } else { "not an object" };
            let message = format!("data are a JSON object of names to values, and this is {what}");
            return Err(Box::new(
                Diagnostic::error("E0507", self.here(), message, "expected `{`")
                    .help("write { \"name\": value, .. } with the names of the model's parameters"),
            ));
        }
        let members = self.members()?;
        self.blanks();
        if self.position < self.text.len() {
            return Err(self.unexpected("nothing after the object"));
        }
        debug_assert!(start < self.position);
        Ok(members.into_iter().map(|(name, span, datum)| Field { name, span: Some(span), datum }).collect())
    }

    fn value(&mut self) -> Result<Datum> {
        self.blanks();
        let start = self.position;
        let kind = match self.peek() {
            Some(b'{') => self.object()?,
            Some(b'[') => self.array()?,
            Some(b'"') => Kind::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(c) if c.is_ascii_alphabetic() => self.word()?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Datum::at(kind, Span::new(self.file, start, self.position)))
    }

    fn object(&mut self) -> Result<Kind> {
        let start = self.position;
        let mut members: Vec<(String, Datum)> = Vec::new();
        for (name, span, datum) in self.members()? {
            if members.iter().any(|(other, _)| *other == name) {
                return Err(self.error(span, format!("the field `{name}` is given twice in one object"), "again here"));
            }
            members.push((name, datum));
        }
        debug_assert!(start < self.position);
        Ok(Kind::Object(members))
    }

    fn members(&mut self) -> Result<Vec<(String, Span, Datum)>> {
        let mut members = Vec::new();
        self.open()?;
        self.blanks();
        while self.peek() != Some(b'}') {
            let start = self.position;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a name in double quotes"));
            }
            let name = self.string()?;
            let span = Span::new(self.file, start, self.position);
            self.blanks();
            self.expect(b':', "`:` after the name")?;
            members.push((name, span, self.value()?));
            self.separator(b'}', "`,` or `}`")?;
        }
        self.close();
        Ok(members)
    }

    fn array(&mut self) -> Result<Kind> {
        let mut elements = Vec::new();
        self.open()?;
        self.blanks();
        while self.peek() != Some(b']') {
            elements.push(self.value()?);
            self.separator(b']', "`,` or `]`")?;
        }
        self.close();
        Ok(Kind::Array(elements))
    }

    /// After an element: a comma and another element, or the closing bracket (not consumed).
    fn separator(&mut self, close: u8, expected: &str) -> Result<()> {
        self.blanks();
        if self.peek() == Some(close) {
            return Ok(());
        }
        self.expect(b',', expected)?;
        self.blanks();
        if self.peek() == Some(close) {
            return Err(self.unexpected("another element after the comma"));
        }
        Ok(())
    }

    fn open(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > DEPTH {
            let message = format!("arrays and objects are nested more than {DEPTH} deep");
            return Err(self.error(self.here(), message, "too deep"));
        }
        self.position += 1;
        Ok(())
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.position += 1;
    }

    fn word(&mut self) -> Result<Kind> {
        let start = self.position;
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || c == b'_') {
            self.position += 1;
        }
        match &self.text[start..self.position] {
            "true" => Ok(Kind::Bool(true)),
            "false" => Ok(Kind::Bool(false)),
            "null" => Ok(Kind::Null),
            "NaN" => Ok(Kind::Real(f64::NAN)),
            "Infinity" => Ok(Kind::Real(f64::INFINITY)),
            word => {
                let span = Span::new(self.file, start, self.position);
                let mut diagnostic =
                    Diagnostic::error("E0507", span, format!("this is not JSON: `{word}`"), "expected a value");
                diagnostic.help = match word {
                    "True" | "False" => Some(format!("write {}", word.to_ascii_lowercase())),
                    "None" | "NA" => Some("there is no way to give missing values: leave them out".into()),
                    _ => Some("text stands in double quotes".into()),
                };
                Err(Box::new(diagnostic))
            }
        }
    }

    fn number(&mut self) -> Result<Kind> {
        let start = self.position;
        if self.text[start..].starts_with("-Infinity") {
            self.position += "-Infinity".len();
            return Ok(Kind::Real(f64::NEG_INFINITY));
        }
        while self.peek().is_some_and(|c| matches!(c, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.position += 1;
        }
        let text = &self.text[start..self.position];
        if is_number(text) {
            if let Ok(value) = text.parse::<i64>() {
                return Ok(Kind::Int(value));
            }
            if let Ok(value) = text.parse::<f64>() {
                let whole = !text.contains(['.', 'e', 'E']);
                return Ok(if whole { Kind::BigInt(value) } else { Kind::Real(value) });
            }
        }
        let span = Span::new(self.file, start, self.position);
        Err(self.error(span, format!("`{text}` is not a number in JSON"), "expected a number such as -1, 2.5 or 1e-3"))
    }

    fn string(&mut self) -> Result<String> {
        let start = self.position;
        self.position += 1;
        let mut result = String::new();
        loop {
            let run = self.position;
            while self.peek().is_some_and(|c| c != b'"' && c != b'\\' && c >= 0x20) {
                self.position += 1;
            }
            result.push_str(&self.text[run..self.position]);
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(result);
                }
                Some(b'\\') => result.push(self.escape()?),
                _ => {
                    let span = Span::new(self.file, start, self.position);
                    return Err(self.error(span, "this text has no closing quote on its line".into(), "begins here"));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let start = self.position;
        let letter = self.text.as_bytes().get(start + 1).copied();
        self.position = (start + 2).min(self.text.len());
        let character = match letter {
            Some(b'n') => Some('\n'),
            Some(b't') => Some('\t'),
            Some(b'r') => Some('\r'),
            Some(b'b') => Some('\u{8}'),
            Some(b'f') => Some('\u{c}'),
            Some(c @ (b'"' | b'\\' | b'/')) => Some(c.into()),
            Some(b'u') => self.unicode(),
            _ => None,
        };
        character.ok_or_else(|| {
            let span = Span::new(self.file, start, start + 1);
            self.error(span, "this escape does not exist in JSON".into(), "a backslash is written \\\\")
        })
    }

    /// The four digits after `\u`, and those of the low surrogate if they are a high one.
    fn unicode(&mut self) -> Option<char> {
        let high = self.hex()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high);
        }
        if !self.text[self.position..].starts_with("\\u") {
            return None;
        }
        self.position += 2;
        let low = self.hex().filter(|low| (0xdc00..0xe000).contains(low))?;
        char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.position..self.position + 4)?;
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
        self.position += 4;
        Some(value)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|c| matches!(c, b' ' | b'\t' | b'\n' | b'\r')) {
            self.position += 1;
        }
    }

    fn expect(&mut self, byte: u8, expected: &str) -> Result<()> {
        if self.peek() != Some(byte) {
            return Err(self.unexpected(expected));
        }
        self.position += 1;
        Ok(())
    }

    fn here(&self) -> Span {
        let width = self.text[self.position..].chars().next().map_or(0, char::len_utf8);
        Span::new(self.file, self.position, self.position + width)
    }

    fn unexpected(&self, expected: &str) -> Box<Diagnostic> {
        let found = match self.text[self.position..].chars().next() {
            Some(c) => format!("`{c}`"),
            None => "the end of the file".into(),
        };
        let message = format!("this is not JSON: expected {expected}, found {found}");
        let mut diagnostic = self.error(self.here(), message, "here");
        diagnostic.help = match self.peek() {
            Some(b'/' | b'#') => Some("JSON has no comments".into()),
            Some(b'\'') => Some("text stands in double quotes".into()),
            Some(b']' | b'}') => Some("remove the comma before it".into()).filter(|_| expected.contains("comma")),
            _ => None,
        };
        diagnostic
    }

    fn error(&self, span: Span, message: String, label: &str) -> Box<Diagnostic> {
        Box::new(Diagnostic::error("E0507", span, message, label))
    }
}

/// Whether the text is a number by JSON's grammar.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}
