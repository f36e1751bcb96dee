//! A value as a file or Rust code gives it, before a model's types say what it should be.

use borel_source::{FileId, Span};

/// A value as it was given; where it stands is remembered for messages.
#[derive(Clone, Debug)]
pub struct Datum {
    pub(crate) kind: Kind,
    pub(crate) span: Option<Span>,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    /// An integer literal.
    Int(i64),
    /// An integer literal that does not fit 64 bits, as the nearest Real.
    BigInt(f64),
    /// A number with a fraction or exponent; NaN and infinities too, which binding refuses.
    Real(f64),
    Text(String),
    Array(Vec<Datum>),
    Object(Vec<(String, Datum)>),
    /// Cells of a CSV column: text whose meaning the model's type decides.
    Column(Vec<Datum>),
    Reals(Vec<f64>),
    Ints(Vec<i64>),
}

impl Datum {
    pub(crate) fn at(kind: Kind, span: Span) -> Datum {
        Datum { kind, span: Some(span) }
    }

    /// A record, or a constructor with its fields: `Datum::object([("Leaf", vec![1.0].into())])`.
    pub fn object<'a>(members: impl IntoIterator<Item = (&'a str, Datum)>) -> Datum {
        Kind::Object(members.into_iter().map(|(name, datum)| (name.to_string(), datum)).collect()).into()
    }

    /// An array of anything, or a tuple.
    pub fn array(elements: impl IntoIterator<Item = Datum>) -> Datum {
        Kind::Array(elements.into_iter().collect()).into()
    }

    /// Moves the spans by a number of files, when two sets of data are merged.
    pub(crate) fn shift(&mut self, files: u32) {
        self.span = self.span.map(|span| shifted(span, files));
        match &mut self.kind {
            Kind::Array(elements) | Kind::Column(elements) => elements.iter_mut().for_each(|e| e.shift(files)),
            Kind::Object(members) => members.iter_mut().for_each(|(_, e)| e.shift(files)),
            _ => {}
        }
    }

    /// The datum for people: scalars as they are, the rest by kind and size.
    pub(crate) fn describe(&self) -> String {
        match &self.kind {
            Kind::Null => "null".into(),
            Kind::Bool(value) => format!("the Bool {value}"),
            Kind::Int(value) => format!("the Int {value}"),
            Kind::BigInt(value) => format!("the number {value}"),
            Kind::Real(value) => format!("the number {value:?}"),
            Kind::Text(text) => format!("the text {:?}", shortened(text)),
            Kind::Array(elements) => counted("an array", elements.len(), "element"),
            Kind::Reals(elements) => counted("an array", elements.len(), "element"),
            Kind::Ints(elements) => counted("an array", elements.len(), "element"),
            Kind::Object(members) => counted("an object", members.len(), "member"),
            Kind::Column(cells) => counted("a CSV column", cells.len(), "row"),
        }
    }
}

/// The span when the files of its data come after `files` others.
pub(crate) fn shifted(span: Span, files: u32) -> Span {
    Span { file: FileId(span.file.0 + files), ..span }
}

fn counted(what: &str, count: usize, of: &str) -> String {
    format!("{what} of {count} {of}{}", if count == 1 { "" } else { "s" })
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_string() } else { text.chars().take(37).chain("...".chars()).collect() }
}

impl From<Kind> for Datum {
    fn from(kind: Kind) -> Datum {
        Datum { kind, span: None }
    }
}

macro_rules! from {
    ($($type:ty, $value:ident => $kind:expr;)*) => {
        $(impl From<$type> for Datum {
            fn from($value: $type) -> Datum {
                $kind.into()
            }
        })*
    };
}

from! {
    f64, value => Kind::Real(value);
    i64, value => Kind::Int(value);
    i32, value => Kind::Int(value.into());
    bool, value => Kind::Bool(value);
    &str, value => Kind::Text(value.to_string());
    String, value => Kind::Text(value);
    Vec<f64>, values => Kind::Reals(values);
    Vec<i64>, values => Kind::Ints(values);
    &[f64], values => Kind::Reals(values.to_vec());
    &[i64], values => Kind::Ints(values.to_vec());
    &[bool], values => Kind::Array(values.iter().map(|&value| value.into()).collect());
    &[&str], values => Kind::Array(values.iter().map(|&value| value.into()).collect());
    &[Vec<f64>], rows => Kind::Array(rows.iter().map(|row| row.as_slice().into()).collect());
    Vec<Datum>, elements => Kind::Array(elements);
}
