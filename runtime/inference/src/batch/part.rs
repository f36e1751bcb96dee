//! The numbers of which the choices of a trace are made: a scalar is one, an array or matrix has its elements, by rows. Programs count and name these.

#![allow(unsafe_code)]

use super::Running;
use borel_abi::batch::{Choices, Stored};
use borel_abi::{ErrorKind, Worker, object};
use borel_distributions::bounds::{Transform, transform};
use borel_distributions::{Kind, ValueKind};
use borel_posterior::names::choice_name;
use std::collections::HashMap;
use std::fmt::Write;

/// One of the numbers of a choice.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    /// The number of the choice in its trace.
    pub choice: usize,
    /// The choice, whose trace is alive.
    pub stored: Stored<'a>,
    /// Which of its elements it is; 0 of a scalar.
    pub element: usize,
}

/// All numbers of the choices of a trace.
pub(super) fn parts(choices: Choices<'_>) -> impl Iterator<Item = Part<'_>> {
    choices.iter().enumerate().flat_map(|(choice, stored)| {
        (0..numbers(stored).map_or(1, <[f64]>::len)).map(move |element| Part { choice, stored, element })
    })
}

/// Calls a function with each of them: the same without an iterator in an iterator.
#[inline]
pub(super) fn each_part<'a>(choices: Choices<'a>, mut f: impl FnMut(Part<'a>)) {
    for (choice, stored) in choices.iter().enumerate() {
        for element in 0..numbers(stored).map_or(1, <[f64]>::len) {
            f(Part { choice, stored, element });
        }
    }
}

/// How many these are.
pub(super) fn count(choices: Choices<'_>) -> usize {
    if choices.own_pointers() { parts(choices).count() } else { choices.count() }
}

/// One of them.
pub(super) fn part(choices: Choices<'_>, number: i64) -> Option<Part<'_>> {
    let number = usize::try_from(number).ok()?;
    if choices.own_pointers() {
        return parts(choices).nth(number);
    }
    choices.get(number).map(|stored| Part { choice: number, stored, element: 0 })
}

/// The elements of an array or matrix, those that are counted by their bits.
pub(super) fn numbers(stored: Stored<'_>) -> Option<&[f64]> {
    // SAFETY: what a choice of a trace refers to is alive as long as the trace.
    stored.is_pointer().then(|| unsafe { object::numbers(stored.word() as *const u64) })
}

impl Part<'_> {
    fn kind(self, running: &Running) -> Option<Kind> {
        running.module.draws[self.stored.draw() as usize].distribution.and_then(Kind::from_u32)
    }

    fn value_kind(self, running: &Running) -> Option<ValueKind> {
        self.kind(running).map(|kind| kind.entry().value)
    }

    /// Whether it is a Real that can change by itself: in other arrays and matrices, as simplices, elements depend on each other.
    pub(super) fn is_free(self, running: &Running) -> bool {
        self.kind(running).is_some_and(|kind| match kind.entry().value {
            ValueKind::Real => true,
            ValueKind::RealArray | ValueKind::Matrix => transform(kind) == Transform::Reals,
            ValueKind::Int | ValueKind::Bool | ValueKind::IntArray => false,
        })
    }

    /// Its indices in the array or matrix.
    fn place(self, running: &Running) -> [Option<usize>; 2] {
        match self.value_kind(running) {
            Some(ValueKind::RealArray | ValueKind::IntArray) => [Some(self.element), None],
            Some(ValueKind::Matrix) => {
                // SAFETY: as in `numbers`; a matrix with an element has columns.
                let (_, columns, _) = unsafe { object::matrix(self.stored.word() as *const u64) };
                [Some(self.element / columns), Some(self.element % columns)]
            }
            _ => [None, None],
        }
    }

    /// Its value: of a Bool 0 or 1, NaN of what is no number.
    pub(super) fn value(self, running: &Running) -> f64 {
        let elements = numbers(self.stored);
        let value = elements.map_or_else(|| f64::from_bits(self.stored.word()), |elements| elements[self.element]);
        match self.value_kind(running) {
            Some(ValueKind::Real | ValueKind::RealArray | ValueKind::Matrix) => value,
            Some(ValueKind::Int | ValueKind::Bool | ValueKind::IntArray) => value.to_bits() as i64 as f64,
            None => f64::NAN,
        }
    }

    /// A value as its word.
    pub(super) fn word(self, running: &Running, value: f64) -> Result<u64, ErrorKind> {
        let is_int = value == value.trunc() && value.abs() < 9e15;
        match self.value_kind(running) {
            Some(ValueKind::Real | ValueKind::RealArray | ValueKind::Matrix) => Ok(value.to_bits()),
            Some(ValueKind::Int | ValueKind::IntArray) if is_int => Ok(value as i64 as u64),
            Some(ValueKind::Bool) if value == 0.0 || value == 1.0 => Ok(value as u64),
            Some(_) => Err(ErrorKind::NotAnInt(value)),
            None => {
                Err(ErrorKind::Message("a draw of a posterior cannot be given a value: draw this choice again".into()))
            }
        }
    }

    /// One of the numbers that there are of it, by the number of `borel_core::Number`.
    pub(super) fn number(self, running: &Running, which: i64) -> f64 {
        let bound = |of_scalar, of_element| match (self.stored.is_pointer(), self.is_free(running)) {
            (false, _) => of_scalar,
            (true, true) => of_element,
            (true, false) => f64::NAN,
        };
        match which {
            0 => self.value(running),
            // That of the whole stands at the first element.
            1 if self.element > 0 => 0.0,
            1 => self.stored.log_density(),
            2 => bound(self.stored.label().lower, f64::NEG_INFINITY),
            3 => bound(self.stored.label().upper, f64::INFINITY),
            _ if self.is_free(running) => 0.0,
            _ => match self.value_kind(running) {
                Some(ValueKind::Int | ValueKind::Bool) => 1.0,
                _ => f64::NAN,
            },
        }
    }
}

/// What choices are called.
pub(super) struct Names<'a> {
    worker: &'a Worker,
    known: HashMap<(i64, i64, i64), String>,
}

impl<'a> Names<'a> {
    pub(super) fn new(worker: &'a Worker) -> Names<'a> {
        Names { worker, known: HashMap::new() }
    }

    /// The name of a part of a choice; empty if it has none.
    pub(super) fn of(&mut self, running: &Running, part: Part<'_>) -> String {
        let label = part.stored.label();
        if label.choice < 0 {
            return String::new();
        }
        let worker = self.worker;
        let key = (label.scope, label.choice, label.index);
        let name = self.known.entry(key).or_insert_with(|| {
            choice_name(worker.module(), &worker.host().scopes, label.scope, label.choice, label.index)
        });
        let mut name = name.clone();
        let ordinal = (label.ordinal >= 0).then_some(label.ordinal as usize);
        let indices = part.place(running);
        for index in ordinal.into_iter().chain(indices.into_iter().flatten()) {
            // Writing to a String cannot fail.
            let _ = write!(name, "[{index}]");
        }
        name
    }
}

/// Whether a name is that of a choice, or that of a whole of which it is a part.
pub(super) fn is_called(name: &str, wanted: &str) -> bool {
    let rest = name.strip_prefix(wanted);
    wanted.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
}
