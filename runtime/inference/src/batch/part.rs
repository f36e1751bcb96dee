//! The numbers of which the choices of a trace are made: a scalar is one, an array or matrix has its elements, by rows. Programs count and name these.

#![allow(unsafe_code)]

use super::Running;
use borel_abi::batch::Named;
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
    /// The choice.
    pub named: &'a Named,
    /// Which of its elements it is; 0 of a scalar.
    pub element: usize,
}

/// All numbers of the choices of a trace, which is live as long as they are used.
pub(super) fn parts<'a>(running: &'a Running, choices: &'a [Named]) -> impl Iterator<Item = Part<'a>> {
    choices.iter().enumerate().flat_map(|(choice, named)| {
        (0..numbers(running, named).len()).map(move |element| Part { choice, named, element })
    })
}

/// The numbers of a choice, those that are counted by their bits.
pub(super) fn numbers<'a>(running: &Running, named: &'a Named) -> &'a [f64] {
    let word = &named.choice.word;
    // SAFETY: what a choice of a trace refers to is alive as long as the trace; any word is the bits of a Real.
    unsafe {
        if is_object(running, named) {
            object::numbers(*word as *const u64)
        } else {
            std::slice::from_raw_parts(std::ptr::from_ref(word).cast(), 1)
        }
    }
}

fn is_object(running: &Running, named: &Named) -> bool {
    running.module.draws[named.choice.draw as usize].is_pointer
}

fn kind(running: &Running, named: &Named) -> Option<Kind> {
    running.module.draws[named.choice.draw as usize].distribution.and_then(Kind::from_u32)
}

impl Part<'_> {
    fn value_kind(self, running: &Running) -> Option<ValueKind> {
        kind(running, self.named).map(|kind| kind.entry().value)
    }

    /// Whether it is an element of an array or matrix.
    pub(super) fn is_element(self, running: &Running) -> bool {
        is_object(running, self.named)
    }

    /// Whether it is a Real that can change by itself: in other arrays and matrices, as simplices, elements depend on each other.
    pub(super) fn is_free(self, running: &Running) -> bool {
        kind(running, self.named).is_some_and(|kind| match kind.entry().value {
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
                let (_, columns, _) = unsafe { object::matrix(self.named.choice.word as *const u64) };
                [Some(self.element / columns), Some(self.element % columns)]
            }
            _ => [None, None],
        }
    }

    /// Its value: of a Bool 0 or 1, NaN of what is no number.
    pub(super) fn value(self, running: &Running) -> f64 {
        let value = numbers(running, self.named)[self.element];
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
        let bound = |of_scalar, of_element| match (self.is_element(running), self.is_free(running)) {
            (false, _) => of_scalar,
            (true, true) => of_element,
            (true, false) => f64::NAN,
        };
        match which {
            0 => self.value(running),
            // That of the whole stands at the first element.
            1 if self.element > 0 => 0.0,
            1 => self.named.choice.log_density,
            2 => bound(self.named.label.lower, f64::NEG_INFINITY),
            3 => bound(self.named.label.upper, f64::INFINITY),
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
        let label = part.named.label;
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
