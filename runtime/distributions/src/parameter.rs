//! Parameters and values: how they are given by tests and tools, and how compiled code passes them.

#![allow(unsafe_code)]

use crate::catalogue::{Domain, ParameterKind, ValueKind};
use crate::dynamic::{Argument, Value};
use borel_abi::layout::{LayoutId, builtin};
use borel_abi::object;

/// A matrix that somebody else owns.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Matrix<'a> {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Row-major, rows x columns of them.
    pub elements: &'a [f64],
}

impl Matrix<'_> {
    /// An element.
    #[inline]
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.elements[row * self.columns + column]
    }
}

/// The type of a parameter.
pub trait Parameter: Copy {
    /// The type in the language.
    const KIND: ParameterKind;
    /// What compiled code passes.
    type Passed: Copy;

    /// What compiled code passed.
    ///
    /// # Safety
    /// Pointers are live objects of the kind, which outlive the call.
    unsafe fn receive(passed: Self::Passed) -> Self;

    /// The first number that is outside the domain; `before` is the parameter before this one, as a number.
    fn misfit(self, domain: Domain, before: f64) -> Option<f64>;

    /// The parameter as a number, for what the next one is compared with (its length, if it is an array).
    fn number(self) -> f64;

    /// How many numbers it is that derivatives are taken with respect to.
    fn reals(self) -> usize {
        0
    }

    /// Itself as such a number; NaN where it is none or several.
    fn real(self) -> f64 {
        f64::NAN
    }

    /// The parameter with another value of that number; unchanged where it is none or several.
    fn with_real(self, _value: f64) -> Self {
        self
    }
}

impl Parameter for f64 {
    const KIND: ParameterKind = ParameterKind::Real;
    type Passed = f64;

    unsafe fn receive(passed: f64) -> f64 {
        passed
    }

    fn misfit(self, domain: Domain, before: f64) -> Option<f64> {
        (!domain.accepts_number(self, before)).then_some(self)
    }

    fn number(self) -> f64 {
        self
    }

    fn reals(self) -> usize {
        1
    }

    fn real(self) -> f64 {
        self
    }

    fn with_real(self, value: f64) -> f64 {
        value
    }
}

impl Parameter for i64 {
    const KIND: ParameterKind = ParameterKind::Int;
    type Passed = i64;

    unsafe fn receive(passed: i64) -> i64 {
        passed
    }

    fn misfit(self, domain: Domain, before: f64) -> Option<f64> {
        (!domain.accepts_number(self as f64, before)).then_some(self as f64)
    }

    fn number(self) -> f64 {
        self as f64
    }
}

impl<'a> Parameter for &'a [f64] {
    const KIND: ParameterKind = ParameterKind::RealArray;
    type Passed = *const u64;

    unsafe fn receive(passed: *const u64) -> &'a [f64] {
        // SAFETY: by the contract.
        unsafe { object::reals(passed) }
    }

    fn misfit(self, domain: Domain, _before: f64) -> Option<f64> {
        domain.misfit_of_array(self)
    }

    fn number(self) -> f64 {
        self.len() as f64
    }

    fn reals(self) -> usize {
        self.len()
    }
}

impl<'a> Parameter for Matrix<'a> {
    const KIND: ParameterKind = ParameterKind::Matrix;
    type Passed = *const u64;

    unsafe fn receive(passed: *const u64) -> Matrix<'a> {
        // SAFETY: by the contract.
        let (rows, columns, elements) = unsafe { object::matrix(passed) };
        Matrix { rows, columns, elements }
    }

    fn misfit(self, domain: Domain, before: f64) -> Option<f64> {
        domain.misfit_of_matrix(self, before)
    }

    fn number(self) -> f64 {
        self.rows as f64
    }

    fn reals(self) -> usize {
        self.elements.len()
    }
}

/// A parameter from an argument.
pub trait FromArgument<'a>: Sized {
    /// The argument, if it is of this type.
    fn from_argument(argument: &Argument<'a>) -> Option<Self>;
}

impl FromArgument<'_> for f64 {
    fn from_argument(argument: &Argument<'_>) -> Option<f64> {
        if let Argument::Real(x) = argument { Some(*x) } else { None }
    }
}

impl FromArgument<'_> for i64 {
    fn from_argument(argument: &Argument<'_>) -> Option<i64> {
        if let Argument::Int(n) = argument { Some(*n) } else { None }
    }
}

impl<'a> FromArgument<'a> for &'a [f64] {
    fn from_argument(argument: &Argument<'a>) -> Option<&'a [f64]> {
        if let Argument::RealArray(xs) = argument { Some(xs) } else { None }
    }
}

impl<'a> FromArgument<'a> for Matrix<'a> {
    fn from_argument(argument: &Argument<'a>) -> Option<Matrix<'a>> {
        if let Argument::Matrix(elements, rows, columns) = *argument {
            Some(Matrix { rows, columns, elements })
        } else {
            None
        }
    }
}

/// A value that is a number.
pub trait ScalarValue: Copy {
    /// The type in the language.
    const KIND: ValueKind;
    /// What compiled code passes and gets.
    type Passed: Copy;

    /// To compiled code.
    fn pass(self) -> Self::Passed;
    /// From compiled code.
    fn receive(passed: Self::Passed) -> Self;
    /// As a [`Value`].
    fn wrap(self) -> Value;
    /// The value, if it is of this type.
    fn unwrap(value: &Value) -> Option<Self>;
}

impl ScalarValue for f64 {
    const KIND: ValueKind = ValueKind::Real;
    type Passed = f64;

    fn pass(self) -> f64 {
        self
    }
    fn receive(passed: f64) -> f64 {
        passed
    }
    fn wrap(self) -> Value {
        Value::Real(self)
    }
    fn unwrap(value: &Value) -> Option<f64> {
        if let Value::Real(x) = value { Some(*x) } else { None }
    }
}

impl ScalarValue for i64 {
    const KIND: ValueKind = ValueKind::Int;
    type Passed = i64;

    fn pass(self) -> i64 {
        self
    }
    fn receive(passed: i64) -> i64 {
        passed
    }
    fn wrap(self) -> Value {
        Value::Int(self)
    }
    fn unwrap(value: &Value) -> Option<i64> {
        if let Value::Int(n) = value { Some(*n) } else { None }
    }
}

impl ScalarValue for bool {
    const KIND: ValueKind = ValueKind::Bool;
    type Passed = u8;

    fn pass(self) -> u8 {
        u8::from(self)
    }
    fn receive(passed: u8) -> bool {
        passed != 0
    }
    fn wrap(self) -> Value {
        Value::Bool(self)
    }
    fn unwrap(value: &Value) -> Option<bool> {
        if let Value::Bool(b) = value { Some(*b) } else { None }
    }
}

/// An element of an array or a matrix.
pub trait Element: Copy + Default + 'static {
    /// The layout of arrays of it.
    const LAYOUT: LayoutId;
    /// The elements as a value of a shape.
    fn wrap(elements: Vec<Self>, shape: crate::Shape) -> Value;
    /// The elements of a value, if it has this shape.
    fn unwrap(value: &Value, shape: crate::Shape) -> Option<&[Self]>;
}

impl Element for f64 {
    const LAYOUT: LayoutId = builtin::REALS;

    fn wrap(elements: Vec<f64>, shape: crate::Shape) -> Value {
        match shape {
            crate::Shape::Array(_) => Value::RealArray(elements),
            crate::Shape::Matrix(rows, columns) => Value::Matrix(elements, rows, columns),
        }
    }

    fn unwrap(value: &Value, shape: crate::Shape) -> Option<&[f64]> {
        match (value, shape) {
            (Value::RealArray(xs), crate::Shape::Array(length)) if xs.len() == length => Some(xs),
            (Value::Matrix(xs, m, n), crate::Shape::Matrix(rows, columns)) if (*m, *n) == (rows, columns) => Some(xs),
            _ => None,
        }
    }
}

impl Element for i64 {
    const LAYOUT: LayoutId = builtin::INTS;

    fn wrap(elements: Vec<i64>, _: crate::Shape) -> Value {
        Value::IntArray(elements)
    }

    fn unwrap(value: &Value, shape: crate::Shape) -> Option<&[i64]> {
        match value {
            Value::IntArray(xs) if crate::Shape::Array(xs.len()) == shape => Some(xs),
            _ => None,
        }
    }
}
