//! Weighted draws in columns, one for each scalar variable.

use borel_abi::Value;
use std::collections::HashMap;

/// What the values of a column stand for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Reals.
    Real,
    /// Ints.
    Int,
    /// 0 and 1.
    Bool,
    /// Indices of labels: texts, constructors.
    Label,
}

/// The values of one scalar variable.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What the values stand for.
    pub kind: Kind,
    /// The row (the number of the draw) of each value, ascending.
    pub rows: Vec<u32>,
    /// The values.
    pub values: Vec<f64>,
    /// Where each value comes from: values with the same origin are copies of one draw, not independent.
    pub origins: Vec<u32>,
    /// For [`Kind::Label`]: what the values mean.
    pub labels: Vec<String>,
    label_index: HashMap<String, usize>,
}

/// Weighted draws.
#[derive(Clone, Debug, Default)]
pub struct Draws {
    /// The weight of each draw; they sum to 1.
    pub weights: Vec<f64>,
    /// Whether the weights are probabilities, not estimates: the method is exact.
    pub exact: bool,
    /// How many Markov chains the draws are, one after the other and all of one length; 0 if they are none.
    pub chains: usize,
    columns: Vec<Column>,
    by_name: HashMap<String, usize>,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug)]
pub enum Origin {
    /// A recorded draw with an identity: draws that share their history share it.
    Draw(u64),
    /// Computed: copies are recognised by equal Reals, else each row is by itself.
    Computed,
}

impl Draws {
    /// None yet.
    pub fn new() -> Draws {
        Draws::default()
    }

    /// The columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.by_name.get(name).map(|i| &self.columns[*i])
    }

    /// The index of the column with this name, which is added if it is new.
    pub fn column_index(&mut self, name: &str, kind: Kind) -> usize {
        if let Some(&index) = self.by_name.get(name) {
            // Ints and Reals under one name are Reals.
            let column = &mut self.columns[index];
            if column.kind != kind && kind == Kind::Real {
                column.kind = Kind::Real;
            }
            return index;
        }
        let index = self.columns.len();
        self.columns.push(Column {
            name: name.into(),
            kind,
            rows: Vec::new(),
            values: Vec::new(),
            origins: Vec::new(),
            labels: Vec::new(),
            label_index: HashMap::new(),
        });
        self.by_name.insert(name.into(), index);
        index
    }

    /// Adds a value to a column. If the row has one already, the new one counts.
    pub fn push(&mut self, column: usize, row: u32, value: f64, origin: Origin) {
        let column = &mut self.columns[column];
        let origin = match origin {
            Origin::Draw(identity) => mix(identity),
            Origin::Computed if column.kind == Kind::Real => mix(value.to_bits()),
            Origin::Computed => row,
        };
        if column.rows.last() == Some(&row) {
            let last = column.rows.len() - 1;
            column.values[last] = value;
            column.origins[last] = origin;
            return;
        }
        column.rows.push(row);
        column.values.push(value);
        column.origins.push(origin);
    }

    /// Adds the index of a label to a column of labels.
    pub fn push_label(&mut self, column: usize, row: u32, label: &str, origin: Origin) {
        let Column { labels, label_index, .. } = &mut self.columns[column];
        let index = label_index.get(label).copied().unwrap_or_else(|| {
            labels.push(label.into());
            label_index.insert(label.into(), labels.len() - 1);
            labels.len() - 1
        });
        self.push(column, row, index as f64, origin);
    }

    /// Adds a value under a name: its scalars, each in a column of its own (`name[3]`, `name.field`).
    pub fn push_value(&mut self, name: &str, row: u32, value: &Value, origin: Origin) {
        match value {
            Value::Bool(b) => self.push_scalar(name, Kind::Bool, row, f64::from(u8::from(*b)), origin),
            Value::Int(n) => self.push_scalar(name, Kind::Int, row, *n as f64, origin),
            Value::Real(x) => self.push_scalar(name, Kind::Real, row, *x, origin),
            Value::String(text) => {
                let column = self.column_index(name, Kind::Label);
                self.push_label(column, row, text, origin);
            }
            Value::Data { .. } => {
                let column = self.column_index(name, Kind::Label);
                self.push_label(column, row, &value.to_string(), origin);
            }
            Value::Reals(values) => {
                for (i, x) in values.iter().enumerate() {
                    self.push_scalar(&format!("{name}[{i}]"), Kind::Real, row, *x, part(origin, i));
                }
            }
            Value::Array(values) => {
                for (i, value) in values.iter().enumerate() {
                    self.push_value(&format!("{name}[{i}]"), row, value, part(origin, i));
                }
            }
            Value::Matrix { columns, elements, .. } => {
                for (k, x) in elements.iter().enumerate() {
                    let name = format!("{name}[{}][{}]", k / columns, k % columns);
                    self.push_scalar(&name, Kind::Real, row, *x, part(origin, k));
                }
            }
            Value::Tuple(values) => {
                for (i, value) in values.iter().enumerate() {
                    self.push_value(&format!("{name}.{i}"), row, value, part(origin, i));
                }
            }
            Value::Record(fields) => {
                for (i, (field, value)) in fields.iter().enumerate() {
                    self.push_value(&format!("{name}.{field}"), row, value, part(origin, i));
                }
            }
            Value::Unit | Value::Opaque(_) => {}
        }
    }

    fn push_scalar(&mut self, name: &str, kind: Kind, row: u32, value: f64, origin: Origin) {
        let column = self.column_index(name, kind);
        self.push(column, row, value, origin);
    }

    /// Puts the columns in a readable order: as they first came, but arrays in the order of their indices, and `return` last.
    pub fn arrange(&mut self) {
        let mut first: HashMap<&str, usize> = HashMap::new();
        let mut keys = Vec::with_capacity(self.columns.len());
        for (i, column) in self.columns.iter().enumerate() {
            let base = column.name.split(['[', '.']).next().unwrap_or_default();
            let position = *first.entry(base).or_insert(i);
            keys.push((base == "return", position, natural_key(&column.name)));
        }
        let mut order: Vec<usize> = (0..self.columns.len()).collect();
        order.sort_by(|a, b| keys[*a].cmp(&keys[*b]));
        let mut columns: Vec<Option<Column>> = std::mem::take(&mut self.columns).into_iter().map(Some).collect();
        self.columns = order.iter().filter_map(|i| columns[*i].take()).collect();
        self.by_name = self.columns.iter().enumerate().map(|(i, column)| (column.name.clone(), i)).collect();
    }

    /// The first so many draws, with equal weights.
    pub fn first(&self, count: usize) -> Draws {
        let mut first = self.clone();
        first.weights = vec![1.0 / count as f64; count];
        for column in &mut first.columns {
            let kept = column.rows.partition_point(|row| (*row as usize) < count);
            column.rows.truncate(kept);
            column.values.truncate(kept);
            column.origins.truncate(kept);
        }
        first
    }

    /// Adds the draws of another run, whose weights count `share` of the total (and these here the rest).
    pub fn merge(&mut self, other: &Draws, share: f64) {
        let offset = self.weights.len() as u32;
        self.weights.iter_mut().for_each(|weight| *weight *= 1.0 - share);
        self.weights.extend(other.weights.iter().map(|weight| weight * share));
        for column in &other.columns {
            let index = self.column_index(&column.name, column.kind);
            for ((row, value), origin) in column.rows.iter().zip(&column.values).zip(&column.origins) {
                if column.kind == Kind::Label {
                    self.push_label(index, row + offset, &column.labels[*value as usize], Origin::Computed);
                } else {
                    self.push(index, row + offset, *value, Origin::Computed);
                }
                if let Some(last) = self.columns[index].origins.last_mut() {
                    *last = mix(u64::from(*origin) << 32 | u64::from(offset));
                }
            }
        }
    }
}

impl Column {
    /// A value as it is written.
    pub fn show(&self, value: f64) -> String {
        match self.kind {
            Kind::Bool => if value == 0.0 { "false" } else { "true" }.into(),
            Kind::Label => self.labels.get(value as usize).cloned().unwrap_or_default(),
            Kind::Int => format!("{value}"),
            Kind::Real => format!("{value:?}"),
        }
    }
}

/// The origin of a part of a composite value.
fn part(origin: Origin, index: usize) -> Origin {
    match origin {
        Origin::Draw(identity) => Origin::Draw(identity.wrapping_add(index as u64)),
        Origin::Computed => Origin::Computed,
    }
}

/// A short form of an identity: two that differ are seldom the same here.
fn mix(identity: u64) -> u32 {
    (identity.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32
}

/// A name in pieces, so that x[2] comes before x[10].
fn natural_key(name: &str) -> Vec<(u64, String)> {
    let mut key = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number = rest[..digits].parse().unwrap_or(0);
        let text = &rest[digits..];
        let end = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        key.push((number, text[..end].to_string()));
        rest = &text[end..];
    }
    key
}
