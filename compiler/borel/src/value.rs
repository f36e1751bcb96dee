//! Values of the language as Rust values.

/// A value.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Value {
    Unit,
    Bool(bool),
    Int(i64),
    Real(f64),
    String(String),
    Reals(Vec<f64>),
    Array(Vec<Value>),
    Matrix { rows: usize, columns: usize, elements: Vec<f64> },
    Tuple(Vec<Value>),
    Record(Vec<(String, Value)>),
    Data { constructor: String, index: u32, fields: Vec<Value> },
}
impl Value {
    pub(crate) fn matrix(rows: usize, columns: usize, elements: Vec<f64>) -> Value { Value::Matrix { rows, columns, elements } }
    pub(crate) fn constructor(name: &str, index: u32, fields: Vec<Value>) -> Value { Value::Data { constructor: name.into(), index, fields } }
}
