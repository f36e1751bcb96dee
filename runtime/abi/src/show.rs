//! The text of a value, from its words or as a [`Value`]. Reals in the shortest form that reads back.

#![allow(unsafe_code)]

use crate::layout::LayoutId;
use crate::module::Module;
use crate::object::{self, word};
use crate::shape::{Shape, ShapeId};
use crate::value::{Value, constructor_of, word_count};
use std::fmt::{self, Write};

/// What is still to be written.
enum Task<'a> {
    /// Text
    Text(&'a str),
    /// A value: its shape and where its words are
    Value(ShapeId, *const u64),
    /// The elements from an index on
    Elements(ShapeId, *const u64, usize),
}

/// The text of the value with these words. A string is quoted, unless `bare` is set and it is the whole value.
///
/// Works without recursion: a list of a million cells is no problem.
///
/// # Safety
/// The words are a live value of this shape of this program.
pub unsafe fn show(module: &Module, shape: ShapeId, words: *const u64, bare: bool) -> String {
    let mut out = String::new();
    if bare && *module.shape(shape) == Shape::String {
        // SAFETY: the word is a live text.
        out.push_str(unsafe { object::text(*words as *const u64) });
        return out;
    }
    let mut tasks = vec![Task::Value(shape, words)];
    while let Some(task) = tasks.pop() {
        match task {
            Task::Text(text) => out.push_str(text),
            // SAFETY: parts of a live value.
            Task::Value(shape, words) => unsafe { show_value(module, shape, words, &mut out, &mut tasks) },
            Task::Elements(shape, array, from) => {
                // SAFETY: an array of such elements.
                unsafe {
                    if from < word(array, 0) as usize {
                        out.push_str(if from == 0 { "" } else { ", " });
                        tasks.push(Task::Elements(shape, array, from + 1));
                        tasks.push(Task::Value(shape, array.add(2 + from * word_count(module, shape))));
                    } else {
                        out.push(']');
                    }
                }
            }
        }
    }
    out
}

/// Writes a scalar, or the beginning of a composite value and what is left of it to do.
unsafe fn show_value<'a>(
    module: &'a Module,
    shape: ShapeId,
    words: *const u64,
    out: &mut String,
    tasks: &mut Vec<Task<'a>>,
) {
    // SAFETY: the words are a live value of the shape.
    unsafe {
        match module.shape(shape) {
            Shape::Unit => out.push_str("()"),
            Shape::Bool => out.push_str(if *words & 1 == 1 { "true" } else { "false" }),
            Shape::Int => push(out, format_args!("{}", *words as i64)),
            Shape::Real => push(out, format_args!("{:?}", f64::from_bits(*words))),
            Shape::String => push(out, format_args!("{:?}", object::text(*words as *const u64))),
            Shape::Matrix => {
                let (rows, columns, elements) = object::matrix(*words as *const u64);
                show_matrix(rows, columns, elements, out);
            }
            Shape::Tuple(parts) => {
                out.push('(');
                show_parts(module, parts.iter().map(|part| ("", *part)), words, ")", tasks);
            }
            Shape::Record(fields) => {
                out.push_str("{ ");
                show_parts(module, fields.iter().map(|(name, part)| (name.as_str(), *part)), words, " }", tasks);
            }
            Shape::Array(element, _) => {
                out.push('[');
                tasks.push(Task::Elements(*element, *words as *const u64, 0));
            }
            Shape::Data(_, constructors) => show_data(module, *words, constructors, out, tasks),
            Shape::Function => out.push_str("<function>"),
            Shape::Distribution(_) => out.push_str("<distribution>"),
            Shape::Posterior(_) => out.push_str("<posterior>"),
            Shape::Suspended(_) => out.push_str("<suspended>"),
            Shape::Method => out.push_str("<method>"),
        }
    }
}

unsafe fn show_data<'a>(
    module: &'a Module,
    value: u64,
    constructors: &'a [(String, Vec<ShapeId>, LayoutId)],
    out: &mut String,
    tasks: &mut Vec<Task<'a>>,
) {
    // SAFETY: a live value of the data type.
    let (name, shapes, start) = unsafe { constructor_of(value, constructors) };
    out.push_str(name);
    if !shapes.is_empty() {
        out.push('(');
        show_parts(module, shapes.iter().map(|shape| ("", *shape)), start, ")", tasks);
    }
}

/// Leaves the parts of a tuple, record or constructor to do, with what stands between and after them.
fn show_parts<'a>(
    module: &Module,
    parts: impl Iterator<Item = (&'a str, ShapeId)>,
    words: *const u64,
    end: &'a str,
    tasks: &mut Vec<Task<'a>>,
) {
    let first = tasks.len();
    let mut at = words;
    for (i, (name, shape)) in parts.enumerate() {
        tasks.extend((i > 0).then_some(Task::Text(", ")));
        if !name.is_empty() {
            tasks.extend([Task::Text(name), Task::Text(": ")]);
        }
        tasks.push(Task::Value(shape, at));
        at = at.wrapping_add(word_count(module, shape));
    }
    tasks.push(Task::Text(end));
    tasks[first..].reverse();
}

fn show_matrix(rows: usize, columns: usize, elements: &[f64], out: &mut String) {
    out.push('[');
    for row in 0..rows {
        out.push_str(if row == 0 { "[" } else { ", [" });
        for (i, element) in elements[row * columns..(row + 1) * columns].iter().enumerate() {
            push(out, format_args!("{}{element:?}", if i == 0 { "" } else { ", " }));
        }
        out.push(']');
    }
    out.push(']');
}

/// Writing to a String cannot fail.
fn push(out: &mut String, arguments: fmt::Arguments<'_>) {
    let _ = out.write_fmt(arguments);
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Unit => write!(f, "()"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::Real(value) => write!(f, "{value:?}"),
            Value::String(value) => write!(f, "{value:?}"),
            Value::Reals(values) => write!(f, "{values:?}"),
            Value::Array(values) => write_list(f, "[", values, "]"),
            Value::Matrix { rows, columns, elements } => {
                let mut text = String::new();
                show_matrix(*rows, *columns, elements, &mut text);
                write!(f, "{text}")
            }
            Value::Tuple(values) => write_list(f, "(", values, ")"),
            Value::Record(fields) => {
                for (i, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}{name}: {value}", if i == 0 { "{ " } else { ", " })?;
                }
                write!(f, " }}")
            }
            Value::Data { constructor, fields } if fields.is_empty() => write!(f, "{constructor}"),
            Value::Data { constructor, fields } => {
                write!(f, "{constructor}")?;
                write_list(f, "(", fields, ")")
            }
            Value::Opaque(text) => write!(f, "{text}"),
        }
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, open: &str, values: &[Value], close: &str) -> fmt::Result {
    write!(f, "{open}")?;
    for (i, value) in values.iter().enumerate() {
        write!(f, "{}{value}", if i == 0 { "" } else { ", " })?;
    }
    write!(f, "{close}")
}
