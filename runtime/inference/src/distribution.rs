//! Distributions that are values of the program: objects, drawn from and scored by what their layout says they are.

#![allow(unsafe_code)]

use borel_abi::layout::{LayoutId, Role, Slot, builtin};
use borel_abi::object::{self, LayoutInfo, matrix, reals, retain, word};
use borel_abi::structure::{self, Equality};
use borel_abi::{ErrorKind, Worker};
use borel_distributions::{
    Argument, Kind, ParameterEntry, ParameterError, ParameterKind, Support, Value, ValueKind, check_value,
    log_density_value, sample_value, support_value, upper_tail,
};
use std::cmp::Ordering;

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

    /// The distribution in a slot.
    fn inner(&self, pointer: u64) -> Distribution<'a> {
        Distribution { layouts: self.layouts, object: pointer as *const u64 }
    }

    /// The distributions of a product.
    fn factors(&self) -> impl Iterator<Item = Distribution<'a>> + use<'a> {
        let this = *self;
        // SAFETY: the slot points to a live array of distributions.
        let factors = unsafe { object::words(self.slot(0) as *const u64) };
        factors.iter().map(move |factor| this.inner(*factor))
    }

    /// A distribution of the catalogue, with its arguments.
    fn catalogued(&self) -> Option<(Kind, Vec<Argument<'a>>)> {
        let Role::Distribution(number) = self.role() else { return None };
        let kind = Kind::from_u32(number)?;
        let arguments = kind.entry().parameters.iter().zip(0..).map(|(parameter, i)| argument(parameter, self.slot(i)));
        Some((kind, arguments.collect()))
    }

    /// The words of its values.
    fn value_slots(&self) -> Vec<Slot> {
        match self.role() {
            Role::Distribution(number) => match Kind::from_u32(number).map(|kind| kind.entry().value) {
                Some(ValueKind::Int) => vec![Slot::Int],
                Some(ValueKind::Bool) => vec![Slot::Bool],
                Some(ValueKind::RealArray | ValueKind::IntArray | ValueKind::Matrix) => vec![Slot::Pointer],
                Some(ValueKind::Real) | None => vec![Slot::Real],
            },
            Role::Delta => self.layout(self.object).slots.to_vec(),
            Role::Empirical => self.layout(self.slot(0) as *const u64).slots.to_vec(),
            _ => vec![Slot::Pointer],
        }
    }

    /// Whether its parameters are in their domains.
    pub fn check(&self) -> Result<(), ErrorKind> {
        match self.role() {
            Role::Iid => self.iid().and_then(|(factor, _)| factor.check()),
            Role::Product => self.factors().try_for_each(|factor| factor.check()),
            _ if self.catalogued().is_some() => self.checked().map(drop),
            _ => Ok(()),
        }
    }

    /// A distribution of the catalogue with its parameters, which are in their domains.
    fn checked(&self) -> Result<(Kind, Vec<Argument<'a>>), ErrorKind> {
        let (kind, arguments) = self.catalogued().ok_or(ErrorKind::Unreachable)?;
        check_value(kind, &arguments).map_err(|error| parameter_error(&error))?;
        Ok((kind, arguments))
    }

    /// The distribution that is repeated, and how often.
    fn iid(&self) -> Result<(Distribution<'a>, usize), ErrorKind> {
        let count = self.slot(1) as i64;
        let factor = self.inner(self.slot(0));
        usize::try_from(count).map(|count| (factor, count)).map_err(|_| ErrorKind::Negative(count))
    }

    /// Draws a value; its words are added to `out`, pointers owned.
    pub fn sample(&self, worker: &mut Worker, out: &mut Vec<u64>) -> Result<(), ErrorKind> {
        match self.role() {
            Role::Delta => {
                let words = 0..self.layout(self.object).slots.len();
                push_retained(&self.layout(self.object).slots, words.map(|i| self.slot(i)), out);
                Ok(())
            }
            Role::Empirical => {
                // SAFETY: the slots point to live arrays.
                let weights = unsafe { reals(self.slot(1) as *const u64) };
                let index = sample_index(weights, worker)?;
                push_retained(&self.value_slots(), self.empirical_value(index), out);
                Ok(())
            }
            Role::Iid => {
                let (factor, count) = self.iid()?;
                sample_array(worker, (0..count).map(|_| factor), out)
            }
            Role::Product => sample_array(worker, self.factors(), out),
            _ => self.sample_catalogued(worker, out),
        }
    }

    fn sample_catalogued(&self, worker: &mut Worker, out: &mut Vec<u64>) -> Result<(), ErrorKind> {
        let (kind, arguments) = self.checked()?;
        out.push(match sample_value(kind, &arguments, &mut worker.ctx().stream) {
            Value::Real(x) => x.to_bits(),
            Value::Int(n) => n as u64,
            Value::Bool(b) => u64::from(b),
            Value::RealArray(xs) => {
                let array = worker.allocate_array(builtin::REALS.0, xs.len())?;
                // SAFETY: a new array with these elements.
                unsafe { std::ptr::copy_nonoverlapping(xs.as_ptr(), array.add(2) as *mut f64, xs.len()) };
                array as u64
            }
            Value::IntArray(xs) => {
                let array = worker.allocate_array(builtin::INTS.0, xs.len())?;
                // SAFETY: a new array with these elements.
                unsafe { std::ptr::copy_nonoverlapping(xs.as_ptr(), array.add(2) as *mut i64, xs.len()) };
                array as u64
            }
            Value::Matrix(xs, rows, columns) => {
                let matrix = worker.allocate_matrix(rows, columns)?;
                // SAFETY: a new matrix with these elements.
                unsafe { std::ptr::copy_nonoverlapping(xs.as_ptr(), matrix.add(3) as *mut f64, xs.len()) };
                matrix as u64
            }
        });
        Ok(())
    }

    /// The words of an element of an empirical distribution.
    fn empirical_value(&self, index: usize) -> impl Iterator<Item = u64> + use<> {
        let array = self.slot(0) as *const u64;
        let stride = self.layout(array).stride;
        // SAFETY: a live array with this element.
        (0..stride).map(move |i| unsafe { *array.add(2 + index * stride + i) })
    }

    /// The log density at the value with these words.
    pub fn log_density(&self, words: &[u64]) -> Result<f64, ErrorKind> {
        match self.role() {
            Role::Delta => {
                let own = (0..words.len()).map(|i| self.slot(i));
                Ok(log_indicator(self.equal(&self.layout(self.object).slots, own, words)))
            }
            Role::Empirical => Ok(self.empirical_log_mass(words)),
            Role::Iid => {
                let (factor, count) = self.iid()?;
                self.array_log_density((0..count).map(|_| factor), words)
            }
            Role::Product => self.array_log_density(self.factors(), words),
            _ => {
                let (kind, arguments) = self.checked()?;
                Ok(log_density_value(kind, &arguments, &value(kind, words[0])))
            }
        }
    }

    /// The log of the total weight of equal values.
    fn empirical_log_mass(&self, words: &[u64]) -> f64 {
        let slots = self.value_slots();
        // SAFETY: the slots point to live arrays.
        let weights = unsafe { reals(self.slot(1) as *const u64) };
        let equal = |index: &usize| self.equal(&slots, self.empirical_value(*index), words);
        let mass: f64 = (0..weights.len()).filter(equal).map(|index| weights[index]).sum();
        mass.ln()
    }

    /// The sum of the log densities of the elements of an array.
    fn array_log_density(
        &self,
        factors: impl Iterator<Item = Distribution<'a>>,
        words: &[u64],
    ) -> Result<f64, ErrorKind> {
        let array = words[0] as *const u64;
        let stride = self.layout(array).stride;
        // SAFETY: the value is a live array.
        let length = unsafe { word(array, 0) } as usize;
        let (mut sum, mut count) = (0.0, 0);
        for factor in factors {
            if count < length {
                // SAFETY: an element of the array.
                let element = unsafe { std::slice::from_raw_parts(array.add(2 + count * stride), stride) };
                sum += factor.log_density(element)?;
            }
            count += 1;
        }
        if count == length { Ok(sum) } else { Err(ErrorKind::Lengths { left: length as i64, right: count as i64 }) }
    }

    /// Whether values of one type are equal.
    fn equal(&self, slots: &[Slot], left: impl Iterator<Item = u64>, right: &[u64]) -> bool {
        slots.iter().zip(left).zip(right).all(|((slot, a), b)| match slot {
            Slot::Real => f64::from_bits(a) == f64::from_bits(*b),
            Slot::Int | Slot::Bool => a == *b,
            // SAFETY: live values.
            Slot::Pointer => unsafe { structure::compare(self.layouts, a, *b, Equality::Program) == Ordering::Equal },
        })
    }

    /// What it can be, if that can be listed.
    pub fn choices(&self) -> Result<Choices<'a>, ErrorKind> {
        if self.role() == Role::Empirical {
            // SAFETY: the slot points to a live array.
            let weights = unsafe { reals(self.slot(1) as *const u64) };
            return Ok(Choices { source: Source::Weights(weights), first: 0, last: Some(weights.len() as i64 - 1) });
        }
        self.check()?;
        let (kind, arguments) = self.catalogued().ok_or(ErrorKind::Refused)?;
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

fn log_indicator(holds: bool) -> f64 {
    if holds { 0.0 } else { f64::NEG_INFINITY }
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

fn value(kind: Kind, word: u64) -> Value {
    match kind.entry().value {
        ValueKind::Real => Value::Real(f64::from_bits(word)),
        // SAFETY: the value is a live object of its type.
        ValueKind::RealArray => Value::RealArray(unsafe { reals(word as *const u64) }.to_vec()),
        // SAFETY: as above.
        ValueKind::IntArray => {
            Value::IntArray(unsafe { object::words(word as *const u64) }.iter().map(|n| *n as i64).collect())
        }
        // SAFETY: as above.
        ValueKind::Matrix => {
            let (rows, columns, elements) = unsafe { matrix(word as *const u64) };
            Value::Matrix(elements.to_vec(), rows, columns)
        }
        ValueKind::Int | ValueKind::Bool => discrete_value(kind, word as i64),
    }
}

fn discrete_value(kind: Kind, choice: i64) -> Value {
    if kind.entry().value == ValueKind::Bool { Value::Bool(choice & 1 == 1) } else { Value::Int(choice) }
}

fn push_retained(slots: &[Slot], words: impl Iterator<Item = u64>, out: &mut Vec<u64>) {
    for (slot, word) in slots.iter().zip(words) {
        if *slot == Slot::Pointer {
            // SAFETY: a live pointer of this worker.
            unsafe { retain(word) };
        }
        out.push(word);
    }
}

/// An array of draws, one from each distribution.
fn sample_array<'a>(
    worker: &mut Worker,
    factors: impl Iterator<Item = Distribution<'a>>,
    out: &mut Vec<u64>,
) -> Result<(), ErrorKind> {
    let (mut words, mut count, mut slots) = (Vec::new(), 0, vec![Slot::Real]);
    for factor in factors {
        if count == 0 {
            slots = factor.value_slots();
        }
        factor.sample(worker, &mut words)?;
        count += 1;
    }
    let layout = array_layout(worker.layouts(), &slots).ok_or(ErrorKind::Unreachable)?;
    let array = worker.allocate_array(layout.0, count)?;
    // SAFETY: a new array with these words.
    unsafe { std::ptr::copy_nonoverlapping(words.as_ptr(), array.add(2), words.len()) };
    out.push(array as u64);
    Ok(())
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
