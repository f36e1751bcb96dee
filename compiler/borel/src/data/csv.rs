//! CSV (RFC 4180, with a header) to columns with the places of their cells.

use super::Field;
use super::datum::{Datum, Kind};
use borel_diagnostics::Diagnostic;
use borel_source::{FileId, Span};

/// The columns of the table, named by its header.
pub(super) fn parse(file: FileId, text: &str) -> Result<Vec<Field>, Vec<Diagnostic>> {
    let mut rows = Rows { file, text, position: if text.starts_with('\u{feff}') { 3 } else { 0 } };
    let header = rows.next_row().map_err(|diagnostic| vec![*diagnostic])?;
    let header = header.unwrap_or_default();
    check_header(&header).map_err(|diagnostic| vec![*diagnostic])?;
    let mut columns: Vec<Vec<Datum>> = header.iter().map(|_| Vec::new()).collect();
    while let Some(row) = rows.next_row().map_err(|diagnostic| vec![*diagnostic])? {
        if row.len() != header.len() {
            return Err(vec![ragged(&header, &row)]);
        }
        columns.iter_mut().zip(row).for_each(|(column, cell)| column.push(Datum::at(Kind::Text(cell.text), cell.span)));
    }
    let field = |(name, column): (Cell, Vec<Datum>)| {
        let datum = Datum::at(Kind::Column(column), name.span);
        Field { name: name.text.trim().to_string(), span: Some(name.span), datum }
    };
    Ok(header.into_iter().zip(columns).map(field).collect())
}

struct Cell {
    text: String,
    span: Span,
}

struct Rows<'a> {
    file: FileId,
    text: &'a str,
    position: usize,
}

impl Rows<'_> {
    /// The next row; none at the end of the file, also if only blank lines follow.
    fn next_row(&mut self) -> Result<Option<Vec<Cell>>, Box<Diagnostic>> {
        if self.text[self.position..].trim().is_empty() {
            return Ok(None);
        }
        let mut cells = Vec::new();
        loop {
            cells.push(if self.rest().starts_with('"') { self.quoted()? } else { self.bare() });
            match self.rest().as_bytes().first() {
                Some(b',') => self.position += 1,
                _ => break,
            }
        }
        let rest = self.rest();
        self.position += if rest.starts_with("\r\n") { 2 } else { rest.len().min(1) };
        Ok(Some(cells))
    }

    fn rest(&self) -> &str {
        &self.text[self.position..]
    }

    fn bare(&mut self) -> Cell {
        let start = self.position;
        let length = self.rest().find([',', '\n', '\r']).unwrap_or(self.rest().len());
        self.position += length;
        Cell { text: self.text[start..self.position].to_string(), span: Span::new(self.file, start, self.position) }
    }

    fn quoted(&mut self) -> Result<Cell, Box<Diagnostic>> {
        let start = self.position;
        let mut text = String::new();
        self.position += 1;
        loop {
            let Some(length) = self.rest().find('"') else {
                let message = "this cell has no closing quote".to_string();
                let span = Span::new(self.file, start, start + 1);
                return Err(Box::new(Diagnostic::error("E0508", span, message, "opened here")));
            };
            text.push_str(&self.text[self.position..self.position + length]);
            self.position += length + 1;
            if !self.rest().starts_with('"') {
                break;
            }
            text.push('"');
            self.position += 1;
        }
        let span = Span::new(self.file, start, self.position);
        if !self.rest().is_empty() && !self.rest().starts_with([',', '\n', '\r']) {
            let message = "text follows the closing quote of this cell".to_string();
            return Err(Box::new(
                Diagnostic::error("E0508", span, message, "closed here").help("a quote inside a cell is written \"\""),
            ));
        }
        Ok(Cell { text, span })
    }
}

fn check_header(header: &[Cell]) -> Result<(), Box<Diagnostic>> {
    let error = |cell: &Cell, message: String, label: &str, help: &str| {
        Err(Box::new(Diagnostic::error("E0508", cell.span, message, label).help(help)))
    };
    let Some(first) = header.first() else { return Ok(()) };
    if header.iter().all(|cell| cell.text.trim().parse::<f64>().is_ok()) {
        let message = "the first line of a CSV file names its columns, and this one has numbers".into();
        return error(
            first,
            message,
            "expected a name",
            "put the names of the parameters on a line before the numbers",
        );
    }
    if header.len() == 1
        && let Some(separator) = [';', '\t'].into_iter().find(|&c| first.text.contains(c))
    {
        let message = format!("the cells of a CSV file are separated by commas, not by {separator:?}");
        return error(first, message, "one column", "write the file with commas and decimal points");
    }
    if let Some((index, cell)) = header.iter().enumerate().find(|(_, cell)| cell.text.trim().is_empty()) {
        let message = format!("column {} has no name", index + 1);
        let help = "leave row names out: write.csv(.., row.names = FALSE) in R, to_csv(.., index=False) in pandas";
        return error(cell, message, "expected a name", help);
    }
    Ok(())
}

fn ragged(header: &[Cell], row: &[Cell]) -> Diagnostic {
    let span = row[0].span.to(row[row.len() - 1].span);
    let blank = row.len() == 1 && row[0].text.trim().is_empty();
    let found = match (blank, row.len()) {
        (true, _) => "this line is empty".to_string(),
        (_, 1) => "this row has 1 cell".to_string(),
        (_, count) => format!("this row has {count} cells"),
    };
    let message = format!("{found}, where the header has {}", header.len());
    Diagnostic::error("E0508", span, message, "this row")
        .label(header[0].span.to(header[header.len() - 1].span), "header")
}
