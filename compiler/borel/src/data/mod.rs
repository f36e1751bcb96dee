//! Data for models: what files and Rust code give ([`Data`]), and how it becomes the parameters of a model.
//!
//! Takes JSON objects, CSV tables and Rust values; gives one value per parameter of a model, of exactly its type, or
//! diagnostics. Nothing is guessed: every name and value that does not fit is an error that says where it stands in the
//! file, what was expected and what was found.

pub(crate) mod bind;
mod convert;
mod csv;
pub(crate) mod datum;
pub(crate) mod default;
mod json;
pub(crate) mod problem;
#[cfg(test)]
mod tests;

pub use datum::Datum;

use crate::diagnostics::Diagnostics;
use borel_diagnostics::Diagnostic;
use borel_source::{FileId, SourceMap, Span};
use std::path::Path;

/// Values by name, for the parameters of a model.
///
/// ```
/// use borel::Data;
/// let data = Data::new().reals("y", &[1.0, 2.5]).int("groups", 2);
/// let more = Data::from_json("more.json", r#"{ "x": [[1, 2], [3, 4]] }"#)?;
/// let all = data.merge(more)?;
/// assert_eq!(all.names().collect::<Vec<_>>(), ["y", "groups", "x"]);
/// # Ok::<(), borel::Diagnostics>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Data {
    pub(crate) sources: SourceMap,
    pub(crate) fields: Vec<Field>,
}

/// One named value.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// Where the name stands in its file.
    pub(crate) span: Option<Span>,
    pub(crate) datum: Datum,
}

/// What a file says, or what is wrong with it.
type Fields = Result<Vec<Field>, Vec<Diagnostic>>;

impl Data {
    /// No data.
    pub fn new() -> Data {
        Data::default()
    }

    /// With a value; one that had the name before is replaced.
    pub fn with(mut self, name: &str, value: impl Into<Datum>) -> Data {
        self.fields.retain(|field| field.name != name);
        self.fields.push(Field { name: name.to_string(), span: None, datum: value.into() });
        self
    }

    /// With a Real.
    pub fn real(self, name: &str, value: f64) -> Data {
        self.with(name, value)
    }

    /// With an Int.
    pub fn int(self, name: &str, value: i64) -> Data {
        self.with(name, value)
    }

    /// With a Bool.
    pub fn bool(self, name: &str, value: bool) -> Data {
        self.with(name, value)
    }

    /// With a String.
    pub fn string(self, name: &str, value: &str) -> Data {
        self.with(name, value)
    }

    /// With an array of Reals.
    pub fn reals(self, name: &str, values: &[f64]) -> Data {
        self.with(name, values)
    }

    /// With an array of Ints.
    pub fn ints(self, name: &str, values: &[i64]) -> Data {
        self.with(name, values)
    }

    /// With an array of Bools.
    pub fn bools(self, name: &str, values: &[bool]) -> Data {
        self.with(name, values)
    }

    /// With an array of Strings.
    pub fn strings(self, name: &str, values: &[&str]) -> Data {
        self.with(name, values)
    }

    /// With a Matrix (or an array of arrays), given by its rows.
    pub fn matrix(self, name: &str, rows: &[Vec<f64>]) -> Data {
        self.with(name, rows)
    }

    /// The members of a JSON object. `file` names it in messages.
    pub fn from_json(file: &str, text: &str) -> Result<Data, Diagnostics> {
        Data::from_text(file, text, json::parse)
    }

    /// The columns of a CSV table with a header. `file` names it in messages.
    pub fn from_csv(file: &str, text: &str) -> Result<Data, Diagnostics> {
        Data::from_text(file, text, csv::parse)
    }

    fn from_text(name: &str, text: &str, parse: fn(FileId, &str) -> Fields) -> Result<Data, Diagnostics> {
        let mut sources = SourceMap::default();
        let file = sources.add(name, text);
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            return Err(Diagnostics::message("E0510", format!("{name} is empty"), "give data in it, or leave it out"));
        }
        match parse(file, text).and_then(|fields| unique_names(&fields).map(|()| fields)) {
            Ok(fields) => Ok(Data { sources, fields }),
            Err(list) => Err(Diagnostics::new(sources, list)),
        }
    }

    /// A file, by its extension: `.json` or `.csv`.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Data, Diagnostics> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
        let parse = match extension.as_deref() {
            Some("json") => Data::from_json,
            Some("csv") => Data::from_csv,
            _ => {
                let message = format!("{name}: data files are JSON or CSV, told by their extension");
                return Err(Diagnostics::message("E0510", message, "name the file .json or .csv"));
            }
        };
        parse(&name, &crate::files::read_text(path, "E0510")?)
    }

    /// Both; a name that both have is an error.
    pub fn merge(self, other: Data) -> Result<Data, Diagnostics> {
        let both = self.followed_by(other);
        match unique_names(&both.fields) {
            Ok(()) => Ok(both),
            Err(list) => Err(Diagnostics::new(both.sources, list)),
        }
    }

    /// Both, whatever their names.
    pub(crate) fn followed_by(mut self, other: Data) -> Data {
        let shift = self.sources.files().count() as u32;
        for (_, file) in other.sources.files() {
            self.sources.add(file.name.clone(), file.text.clone());
        }
        self.fields.extend(other.fields.into_iter().map(|mut field| {
            field.span = field.span.map(|span| datum::shifted(span, shift));
            field.datum.shift(shift);
            field
        }));
        self
    }

    /// The names, in the order given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }
}

fn unique_names(fields: &[Field]) -> Result<(), Vec<Diagnostic>> {
    let mut seen: std::collections::HashMap<&str, &Field> = std::collections::HashMap::new();
    let mut list = Vec::new();
    for field in fields {
        match seen.get(field.name.as_str()) {
            Some(first) => list.push(duplicate(first, field)),
            None => {
                seen.insert(&field.name, field);
            }
        }
    }
    if list.is_empty() { Ok(()) } else { Err(list) }
}

fn duplicate(first: &Field, second: &Field) -> Diagnostic {
    let diagnostic =
        problem::diagnostic("E0509", second.span, format!("`{}` is given twice", second.name), "again here")
            .help("remove one of the two: nothing says which is meant");
    match first.span {
        Some(span) => diagnostic.label(span, "given here first"),
        None => diagnostic,
    }
}
