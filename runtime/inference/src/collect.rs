//! From finished particles to columns of draws: the recorded choices by name, and the result under `return`.

#![allow(unsafe_code)]

use crate::particles::{Format, STATE, TRACE};
use borel_abi::Value;
use borel_abi::module::{DONE, Module};
use borel_abi::object::word;
use borel_abi::scopes::Scopes;
use borel_abi::shape::{Shape, ShapeId};
use borel_abi::value::word_count;
use borel_posterior::draws::{Draws, Kind, Origin};
use borel_posterior::names::choice_name;
use std::collections::HashMap;

/// A recorded choice as its object has it: next, scope, choice, index, shape, value.
struct Record {
    draw: u64,
    scope: i64,
    choice: i64,
    index: i64,
    shape: ShapeId,
    value: u64,
}

/// Where the values of a choice go.
enum Target {
    /// A scalar: the column
    Column(usize, Kind),
    /// A composite value: the name
    Name(String),
}

/// Reads particles of a program.
pub(crate) struct Collector<'a> {
    module: &'a Module,
    scopes: &'a Scopes,
    result: ShapeId,
    targets: HashMap<(i64, i64, i64), Target>,
    records: Vec<Record>,
    /// The column of the returned value, if it is a scalar; known after the first.
    returns: Option<Option<(usize, Kind)>>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(module: &'a Module, scopes: &'a Scopes, result: ShapeId) -> Collector<'a> {
        Collector { module, scopes, result, targets: HashMap::new(), records: Vec::new(), returns: None }
    }

    /// Adds the variables of a particle to a row.
    ///
    /// # Safety
    /// A live particle of this program and format.
    pub(crate) unsafe fn particle(&mut self, format: &Format, words: &[u64], row: u32, draws: &mut Draws) {
        // SAFETY: by the contract; records are live as long as the particle.
        unsafe {
            if format.ambient {
                self.read_trace(words[TRACE] as *const u64);
            }
            let records = std::mem::take(&mut self.records);
            for record in records.iter().rev() {
                self.record(record, row, draws);
            }
            self.records = records;
            if words[STATE] == DONE {
                self.returned(&words[format.start()..], row, draws);
            }
        }
    }

    /// Adds the returned value.
    ///
    /// # Safety
    /// The words of a live value.
    unsafe fn returned(&mut self, words: &[u64], row: u32, draws: &mut Draws) {
        let (module, result) = (self.module, self.result);
        let column = *self
            .returns
            .get_or_insert_with(|| kind(module.shape(result)).map(|kind| (draws.column_index("return", kind), kind)));
        match column {
            Some((column, kind)) => draws.push(column, row, scalar(kind, words[0]), Origin::Computed),
            None => {
                // SAFETY: by the contract.
                let value = unsafe { Value::read(module, result, &words[..word_count(module, result)]) };
                draws.push_value("return", row, &value, Origin::Computed);
            }
        }
    }

    /// The records of a particle, the last first.
    unsafe fn read_trace(&mut self, mut record: *const u64) {
        self.records.clear();
        while !record.is_null() {
            // SAFETY: a live record.
            unsafe {
                self.records.push(Record {
                    draw: word(record, 6),
                    scope: word(record, 1) as i64,
                    choice: word(record, 2) as i64,
                    index: word(record, 3) as i64,
                    shape: ShapeId(word(record, 4) as u32),
                    value: word(record, 5),
                });
                record = word(record, 0) as *const u64;
            }
        }
    }

    unsafe fn record(&mut self, record: &Record, row: u32, draws: &mut Draws) {
        let key = (record.scope, record.choice, record.index);
        let target = self.targets.entry(key).or_insert_with(|| {
            let name = choice_name(self.module, self.scopes, record.scope, record.choice, record.index);
            match kind(self.module.shape(record.shape)) {
                Some(kind) => Target::Column(draws.column_index(&name, kind), kind),
                None => Target::Name(name),
            }
        });
        let origin = Origin::Draw(record.draw);
        match target {
            Target::Column(column, kind) => draws.push(*column, row, scalar(*kind, record.value), origin),
            Target::Name(name) => {
                // SAFETY: the value of a live record.
                let value = unsafe { Value::read(self.module, record.shape, &[record.value]) };
                draws.push_value(name, row, &value, origin);
            }
        }
    }
}

/// The number that stands in a column for the word of a scalar.
fn scalar(kind: Kind, word: u64) -> f64 {
    match kind {
        Kind::Real => f64::from_bits(word),
        Kind::Int => word as i64 as f64,
        Kind::Bool | Kind::Label => (word & 1) as f64,
    }
}

/// The kind of column of a scalar.
fn kind(shape: &Shape) -> Option<Kind> {
    match shape {
        Shape::Real => Some(Kind::Real),
        Shape::Int => Some(Kind::Int),
        Shape::Bool => Some(Kind::Bool),
        _ => None,
    }
}
