//! Values as Rust sees them: read from words by their shape, and written to objects.

#![allow(unsafe_code)]

use crate::arena::Allocate;
use crate::error::ErrorKind;
use crate::layout::{LayoutId, Slot, builtin};
use crate::module::Module;
use crate::object::{self, is_object, word};
use crate::shape::{Shape, ShapeId};
use std::fmt;

/// Values nested deeper than this are cut off when they are read.
const DEPTH: usize = 500;

/// A value of the language.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `()`
    Unit,
    /// `true`
    Bool(bool),
    /// `3`
    Int(i64),
    /// `3.5`
    Real(f64),
    /// `"text"`
    String(String),
    /// `[1.0, 2.0]`
    Reals(Vec<f64>),
    /// Any other array
    Array(Vec<Value>),
    /// Elements in row-major order
    Matrix {
        /// Rows
        rows: usize,
        /// Columns
        columns: usize,
        /// Row after row
        elements: Vec<f64>,
    },
    /// `(1, true)`
    Tuple(Vec<Value>),
    /// `{ x: 1 }`
    Record(Vec<(String, Value)>),
    /// `Node(..)`
    Data {
        /// The constructor
        constructor: String,
        /// Its fields
        fields: Vec<Value>,
    },
    /// A function, distribution, posterior or method, or what lies too deep
    Opaque(&'static str),
}

/// A value that does not have the type it should have.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// Where in the value: `.field`, `[3]`.
    pub path: String,
    /// What was expected and found.
    pub message: String,
}

impl Mismatch {
    pub(crate) fn new(message: impl Into<String>) -> Mismatch {
        Mismatch { path: String::new(), message: message.into() }
    }

    pub(crate) fn memory(kind: ErrorKind) -> Mismatch {
        Mismatch::new(kind.to_string())
    }

    pub(crate) fn within(mut self, outer: &str) -> Mismatch {
        self.path.insert_str(0, outer);
        self
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { write!(f, "{}", self.message) } else { write!(f, "{}: {}", self.path, self.message) }
    }
}

impl std::error::Error for Mismatch {}

/// How many words a value of this shape has.
pub fn word_count(module: &Module, shape: ShapeId) -> usize {
    match module.shape(shape) {
        Shape::Unit => 0,
        Shape::Tuple(parts) => parts.iter().map(|part| word_count(module, *part)).sum(),
        Shape::Record(fields) => fields.iter().map(|(_, field)| word_count(module, *field)).sum(),
        Shape::Posterior(_) => 3,
        Shape::Method => 5,
        _ => 1,
    }
}

/// What the words of a value of this shape are.
pub fn slots(module: &Module, shape: ShapeId) -> Vec<Slot> {
    let mut slots = Vec::new();
    add_slots(module, shape, &mut slots);
    slots
}

fn add_slots(module: &Module, shape: ShapeId, slots: &mut Vec<Slot>) {
    match module.shape(shape) {
        Shape::Unit => {}
        Shape::Bool => slots.push(Slot::Bool),
        Shape::Int => slots.push(Slot::Int),
        Shape::Real => slots.push(Slot::Real),
        Shape::Tuple(parts) => parts.iter().for_each(|part| add_slots(module, *part, slots)),
        Shape::Record(fields) => fields.iter().for_each(|(_, field)| add_slots(module, *field, slots)),
        Shape::Posterior(_) => slots.extend([Slot::Pointer, Slot::Pointer, Slot::Real]),
        Shape::Method => slots.extend([Slot::Int, Slot::Int, Slot::Int, Slot::Real, Slot::Real]),
        _ => slots.push(Slot::Pointer),
    }
}

impl Value {
    /// Reads a value from its words.
    ///
    /// # Safety
    /// The words are a live value of this shape of this program.
    pub unsafe fn read(module: &Module, shape: ShapeId, words: &[u64]) -> Value {
        // SAFETY: by the contract.
        unsafe { read(module, shape, words, DEPTH) }
    }

    /// Writes the words of a value of this shape; objects come from the allocator.
    pub fn write(
        &self,
        module: &Module,
        shape: ShapeId,
        allocator: &mut impl Allocate,
        words: &mut Vec<u64>,
    ) -> Result<(), Mismatch> {
        match (module.shape(shape), self) {
            (Shape::Unit, Value::Unit) => {}
            (Shape::Bool, Value::Bool(value)) => words.push(u64::from(*value)),
            (Shape::Int, Value::Int(value)) => words.push(*value as u64),
            (Shape::Real, Value::Real(value)) => words.push(value.to_bits()),
            (Shape::Real, Value::Int(value)) => words.push((*value as f64).to_bits()),
            (Shape::String, Value::String(value)) => words.push(write_text(value, allocator)? as u64),
            (Shape::Matrix, Value::Matrix { rows, columns, elements }) => {
                words.push(write_matrix(*rows, *columns, elements, allocator)? as u64);
            }
            (Shape::Tuple(shapes), Value::Tuple(values)) if shapes.len() == values.len() => {
                for (i, (shape, value)) in shapes.iter().zip(values).enumerate() {
                    value.write(module, *shape, allocator, words).map_err(|error| error.within(&format!(".{i}")))?;
                }
            }
            (Shape::Record(fields), Value::Record(values)) => {
                for (name, shape) in fields {
                    let found = values.iter().find(|(field, _)| field == name);
                    let (_, value) = found.ok_or_else(|| Mismatch::new(format!("the field `{name}` is missing")))?;
                    value.write(module, *shape, allocator, words).map_err(|error| error.within(&format!(".{name}")))?;
                }
            }
            (Shape::Array(element, layout), Value::Array(values)) => {
                words.push(write_array(module, *element, *layout, values, allocator)? as u64);
            }
            (Shape::Array(element, layout), Value::Reals(values)) if *module.shape(*element) == Shape::Real => {
                words.push(write_reals(*layout, values, allocator)? as u64);
            }
            (Shape::Data(name, constructors), Value::Data { constructor, fields }) => {
                let position = constructors.iter().position(|(candidate, ..)| candidate == constructor);
                let index =
                    position.ok_or_else(|| Mismatch::new(format!("{name} has no constructor `{constructor}`")))?;
                words.push(write_data(module, index, &constructors[index], fields, allocator)?);
            }
            _ => return Err(Mismatch::new("the value has another type")),
        }
        Ok(())
    }
}

impl Module {
    /// A type.
    pub fn shape(&self, shape: ShapeId) -> &Shape {
        &self.shapes[shape.0 as usize]
    }
}

unsafe fn read(module: &Module, shape: ShapeId, words: &[u64], depth: usize) -> Value {
    if depth == 0 {
        return Value::Opaque("..");
    }
    // SAFETY: the words are those of a live value of the shape, and so are those of its parts.
    unsafe {
        match module.shape(shape) {
            Shape::Unit => Value::Unit,
            Shape::Bool => Value::Bool(words[0] & 1 == 1),
            Shape::Int => Value::Int(words[0] as i64),
            Shape::Real => Value::Real(f64::from_bits(words[0])),
            Shape::String => Value::String(object::text(words[0] as *const u64).to_string()),
            Shape::Matrix => {
                let (rows, columns, elements) = object::matrix(words[0] as *const u64);
                Value::Matrix { rows, columns, elements: elements.to_vec() }
            }
            Shape::Tuple(parts) => Value::Tuple(read_parts(module, parts.iter().copied(), words, depth)),
            Shape::Record(fields) => {
                let values = read_parts(module, fields.iter().map(|(_, shape)| *shape), words, depth);
                Value::Record(fields.iter().map(|(name, _)| name.clone()).zip(values).collect())
            }
            Shape::Array(element, _) if *module.shape(*element) == Shape::Real => {
                Value::Reals(object::reals(words[0] as *const u64).to_vec())
            }
            Shape::Array(element, _) => Value::Array(read_array(module, *element, words[0] as *const u64, depth)),
            Shape::Data(_, constructors) => {
                let (name, shapes, start) = constructor_of(words[0], constructors);
                let count = shapes.iter().map(|shape| word_count(module, *shape)).sum();
                let words = std::slice::from_raw_parts(start, count);
                let fields = read_parts(module, shapes.iter().copied(), words, depth);
                Value::Data { constructor: name.to_string(), fields }
            }
            Shape::Function => Value::Opaque("<function>"),
            Shape::Distribution(_) => Value::Opaque("<distribution>"),
            Shape::Posterior(_) => Value::Opaque("<posterior>"),
            Shape::Suspended(_) => Value::Opaque("<suspended>"),
            Shape::Method => Value::Opaque("<method>"),
        }
    }
}

/// The name, field shapes and first field word of a data value.
///
/// # Safety
/// The word is a live value of the data type with these constructors.
pub(crate) unsafe fn constructor_of(
    value: u64,
    constructors: &[(String, Vec<ShapeId>, LayoutId)],
) -> (&str, &[ShapeId], *const u64) {
    let empty = std::ptr::NonNull::<u64>::dangling().as_ptr() as *const u64;
    if !is_object(value) {
        let index = (value >> 1) as usize;
        return constructors.get(index).map_or(("?", &[], empty), |(name, ..)| (name, &[], empty));
    }
    let object = value as *const u64;
    // SAFETY: a live object.
    let layout = LayoutId(unsafe { object::layout_of(object) });
    let found = constructors.iter().find(|(_, fields, candidate)| *candidate == layout && !fields.is_empty());
    // SAFETY: the fields follow the header.
    found.map_or(("?", &[], empty), |(name, fields, _)| (name, fields, unsafe { object.add(1) }))
}

unsafe fn read_parts(
    module: &Module,
    shapes: impl Iterator<Item = ShapeId>,
    words: &[u64],
    depth: usize,
) -> Vec<Value> {
    let mut at = 0;
    let mut values = Vec::new();
    for shape in shapes {
        let count = word_count(module, shape);
        // SAFETY: the words of the parts follow each other.
        values.push(unsafe { read(module, shape, &words[at..at + count], depth - 1) });
        at += count;
    }
    values
}

unsafe fn read_array(module: &Module, element: ShapeId, array: *const u64, depth: usize) -> Vec<Value> {
    let stride = word_count(module, element);
    // SAFETY: a live array with elements of this shape.
    unsafe {
        let length = word(array, 0) as usize;
        let words = std::slice::from_raw_parts(array.add(2), length * stride);
        (0..length).map(|i| read(module, element, &words[i * stride..(i + 1) * stride], depth - 1)).collect()
    }
}

/// A text object.
pub(crate) fn write_text(text: &str, allocator: &mut impl Allocate) -> Result<*mut u64, Mismatch> {
    let object = allocator.object(builtin::TEXT, 16 + text.len()).map_err(Mismatch::memory)?;
    // SAFETY: room for the length and the bytes.
    unsafe {
        *object.add(1) = text.len() as u64;
        std::ptr::copy_nonoverlapping(text.as_ptr(), object.add(2) as *mut u8, text.len());
    }
    Ok(object)
}

fn write_matrix(
    rows: usize,
    columns: usize,
    elements: &[f64],
    allocator: &mut impl Allocate,
) -> Result<*mut u64, Mismatch> {
    if rows.checked_mul(columns) != Some(elements.len()) {
        return Err(Mismatch::new("a matrix has rows x columns elements"));
    }
    let object = allocator.object(builtin::MATRIX, 24 + 8 * elements.len()).map_err(Mismatch::memory)?;
    // SAFETY: room for the sizes and the elements.
    unsafe {
        *object.add(1) = rows as u64;
        *object.add(2) = columns as u64;
        std::ptr::copy_nonoverlapping(elements.as_ptr(), object.add(3) as *mut f64, elements.len());
    }
    Ok(object)
}

fn write_reals(layout: LayoutId, values: &[f64], allocator: &mut impl Allocate) -> Result<*mut u64, Mismatch> {
    let object = allocator.object(layout, 16 + 8 * values.len()).map_err(Mismatch::memory)?;
    // SAFETY: room for the length and the elements.
    unsafe {
        *object.add(1) = values.len() as u64;
        std::ptr::copy_nonoverlapping(values.as_ptr(), object.add(2) as *mut f64, values.len());
    }
    Ok(object)
}

fn write_array(
    module: &Module,
    element: ShapeId,
    layout: LayoutId,
    values: &[Value],
    allocator: &mut impl Allocate,
) -> Result<*mut u64, Mismatch> {
    let mut words = Vec::with_capacity(values.len() * word_count(module, element));
    for (i, value) in values.iter().enumerate() {
        value.write(module, element, allocator, &mut words).map_err(|error| error.within(&format!("[{i}]")))?;
    }
    let object = allocator.object(layout, 16 + 8 * words.len()).map_err(Mismatch::memory)?;
    // SAFETY: room for the length and the elements.
    unsafe {
        *object.add(1) = values.len() as u64;
        std::ptr::copy_nonoverlapping(words.as_ptr(), object.add(2), words.len());
    }
    Ok(object)
}

fn write_data(
    module: &Module,
    index: usize,
    (name, shapes, layout): &(String, Vec<ShapeId>, LayoutId),
    fields: &[Value],
    allocator: &mut impl Allocate,
) -> Result<u64, Mismatch> {
    if shapes.len() != fields.len() {
        return Err(Mismatch::new(format!("{name} has {} fields, found {}", shapes.len(), fields.len())));
    }
    if shapes.is_empty() {
        return Ok(2 * index as u64 + 1);
    }
    let mut words = Vec::new();
    for (i, (shape, field)) in shapes.iter().zip(fields).enumerate() {
        field.write(module, *shape, allocator, &mut words).map_err(|error| error.within(&format!(".{name}.{i}")))?;
    }
    let object = allocator.object(*layout, 8 + 8 * words.len()).map_err(Mismatch::memory)?;
    // SAFETY: room for the fields.
    unsafe { std::ptr::copy_nonoverlapping(words.as_ptr(), object.add(1), words.len()) };
    Ok(object as u64)
}
