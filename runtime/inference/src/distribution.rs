//! Distributions that the explorer is given to choose from: objects, listed by what their layout says they are.

#![allow(unsafe_code)]

use borel_abi::layout::{LayoutId, Role, Slot};
use borel_abi::object::{self, LayoutInfo, matrix, reals, word};
use borel_abi::{ErrorKind, Worker};
use borel_distributions::{
    Argument, Kind, ParameterEntry, ParameterError, ParameterKind, Support, Value, ValueKind, check_value,
    log_density_value, support_value, upper_tail,
};

/// A distribution object of some program.
#[derive(Clone, Copy)]
pub struct Distribution<'a> {
    layouts: &'a [LayoutInfo],
    object: *const u64,
}

impl<'a> Distribution<'a> {
    /// # Safety
    /// A live distribution object of a program with these layouts, which stays alive.
    pub unsafe fn new(layouts: &'a [LayoutInfo], object: *const u64) -> Distribution<'a> {
        Distribution { layouts, object }
    }

    fn layout(&self, object: *const u64) -> &'a LayoutInfo {
        // SAFETY: a live object.
        &self.layouts[unsafe { object::layout_of(object) } as usize]
    }

    fn role(&self) -> Role {
        self.layout(self.object).role
    }

    fn slot(&self, index: usize) -> u64 {
        // SAFETY: the slots that the role says it has.
        unsafe { word(self.object, index) }
    }

    /// A distribution of the catalogue, with its arguments.
    fn catalogued(&self) -> Option<(Kind, Vec<Argument<'a>>)> {
        let Role::Distribution(number) = self.role() else { return None };
        let kind = Kind::from_u32(number)?;
        let arguments = kind.entry().parameters.iter().zip(0..).map(|(parameter, i)| argument(parameter, self.slot(i)));
        Some((kind, arguments.collect()))
    }

    /// What it can be, if that can be listed.
    pub fn choices(&self) -> Result<Choices<'a>, ErrorKind> {
        if self.role() == Role::Empirical {
            // SAFETY: the slot points to a live array.
            let weights = unsafe { reals(self.slot(1) as *const u64) };
            return Ok(Choices { source: Source::Weights(weights), first: 0, last: Some(weights.len() as i64 - 1) });
        }
        let Some((kind, arguments)) = self.catalogued() else { return Err(ErrorKind::Refused) };
        check_value(kind, &arguments).map_err(|error| parameter_error(&error))?;
        let (first, last) = match support_value(kind, &arguments) {
            Some(Support::Booleans) => (0, Some(1)),
            Some(Support::Integers(first, last)) => (first, last),
            _ => return Err(ErrorKind::Refused),
        };
        Ok(Choices { source: Source::Catalogue(kind, arguments), first, last })
    }
}

/// The values of a discrete distribution, as the Ints that stand for them.
pub struct Choices<'a> {
    source: Source<'a>,
    /// The first.
    pub first: i64,
    /// The last, if there is one.
    pub last: Option<i64>,
}

enum Source<'a> {
    Weights(&'a [f64]),
    Catalogue(Kind, Vec<Argument<'a>>),
}

impl Choices<'_> {
    /// The log probability of a value.
    pub fn log_mass(&self, choice: i64) -> f64 {
        match &self.source {
            Source::Weights(weights) => weights[choice as usize].ln(),
            Source::Catalogue(kind, arguments) => log_density_value(*kind, arguments, &discrete_value(*kind, choice)),
        }
    }

    /// A bound of the probability of this value and all after it, where there is no end.
    pub fn upper_tail(&self, choice: i64) -> f64 {
        match &self.source {
            Source::Weights(_) => 1.0,
            Source::Catalogue(kind, arguments) => upper_tail(*kind, arguments, choice),
        }
    }
}

fn parameter_error(error: &ParameterError) -> ErrorKind {
    ErrorKind::Parameter { distribution: error.kind as u32, parameter: error.parameter, found: error.found }
}

fn argument<'a>(parameter: &ParameterEntry, word: u64) -> Argument<'a> {
    // SAFETY: array and matrix parameters are pointers to live objects, as the layout of the distribution says.
    unsafe {
        match parameter.kind {
            ParameterKind::Real => Argument::Real(f64::from_bits(word)),
            ParameterKind::Int => Argument::Int(word as i64),
            ParameterKind::RealArray => Argument::RealArray(reals(word as *const u64)),
            ParameterKind::Matrix => {
                let (rows, columns, elements) = matrix(word as *const u64);
                Argument::Matrix(elements, rows, columns)
            }
        }
    }
}

fn discrete_value(kind: Kind, choice: i64) -> Value {
    if kind.entry().value == ValueKind::Bool { Value::Bool(choice & 1 == 1) } else { Value::Int(choice) }
}

/// The layout of arrays whose elements are these words.
pub fn array_layout(layouts: &[LayoutInfo], slots: &[Slot]) -> Option<LayoutId> {
    let fits = |info: &LayoutInfo| info.arrangement == object::Arrangement::Array && *info.slots == *slots;
    layouts.iter().position(fits).map(|position| LayoutId(position as u32))
}

/// An index drawn by weights, which need not sum to 1.
pub fn sample_index(weights: &[f64], worker: &mut Worker) -> Result<usize, ErrorKind> {
    let total: f64 = weights.iter().sum();
    let last = weights.iter().rposition(|weight| *weight > 0.0).ok_or(ErrorKind::NothingToDraw)?;
    let mut rest = worker.ctx().stream.uniform() * total;
    for (index, weight) in weights[..last].iter().enumerate() {
        if rest < *weight {
            return Ok(index);
        }
        rest -= weight;
    }
    Ok(last)
}
