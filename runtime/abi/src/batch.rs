//! Batches of suspended executions, as objects: what the language calls `Suspended[A]`.
//!
//! After the header: how many there are; for each, four words: its environment, its trace (or 0), of one with a trace how often it has advanced
//! ([`FINISHED`]: it was run to its end), and its log weight; then the particles of the machine, one after the other. Which words of a particle are
//! pointers depends on its state.
//!
//! A trace is an object of three words: its choices, the pointers among their values (which stand there by their numbers), and the trace that
//! choices are looked up in from here on (or 0).

#![allow(unsafe_code)]

use crate::layout::{BatchLayout, LayoutId, builtin};
use crate::module::DONE;
use crate::object;
use crate::replay::{Choice, Label};
use crate::worker::Worker;

/// The state of a particle that has become impossible: it has ended and has no value.
pub const IMPOSSIBLE: u64 = DONE - 1;

/// How often an execution that was run to its end has advanced: as often as it takes.
pub const FINISHED: u64 = i64::MAX as u64;

/// Words of an execution before those of its particle.
pub const PREFIX: usize = 4;

/// A batch: the caller keeps the object alive, and writes only if it is unique.
#[derive(Clone, Copy)]
pub struct Batch {
    object: *mut u64,
    count: usize,
    stride: usize,
}

impl Batch {
    /// Of an object.
    ///
    /// # Safety
    /// It is a live batch with this layout.
    pub unsafe fn of(object: *mut u64, layout: &BatchLayout) -> Batch {
        // SAFETY: by the contract.
        Batch { object, count: unsafe { *object.add(1) } as usize, stride: layout.stride }
    }

    /// The object.
    pub fn object(&self) -> *mut u64 {
        self.object
    }

    /// How many executions.
    pub fn count(&self) -> usize {
        self.count
    }

    fn prefix(&self, index: usize) -> *mut u64 {
        debug_assert!(index < self.count);
        // SAFETY: the words of an execution lie in the object.
        unsafe { self.object.add(2 + PREFIX * index) }
    }

    /// Where the environment of an execution stands.
    pub fn environment(&self, index: usize) -> *mut u64 {
        self.prefix(index)
    }

    /// Where its trace stands.
    pub fn trace(&self, index: usize) -> *mut u64 {
        // SAFETY: the second of the four words.
        unsafe { self.prefix(index).add(1) }
    }

    /// Where it stands how often it has advanced.
    pub fn time(&self, index: usize) -> *mut u64 {
        // SAFETY: the third of the four words.
        unsafe { self.prefix(index).add(2) }
    }

    /// Where the bits of its log weight stand.
    pub fn log_weight(&self, index: usize) -> *mut u64 {
        // SAFETY: the last of the four words.
        unsafe { self.prefix(index).add(3) }
    }

    /// Where the first particle begins.
    pub fn particles(&self) -> *mut u64 {
        // SAFETY: they follow the prefixes.
        unsafe { self.object.add(2 + PREFIX * self.count) }
    }

    /// The words of a particle.
    ///
    /// # Safety
    /// The object is alive and unique while they are used, or they are not written.
    pub unsafe fn particle<'a>(&self, index: usize) -> &'a mut [u64] {
        debug_assert!(index < self.count);
        // SAFETY: by the contract, and the words lie in the object.
        unsafe { std::slice::from_raw_parts_mut(self.particles().add(self.stride * index), self.stride) }
    }

    /// Calls a function with the place of each pointer word, the first of which is the environment of the first execution.
    ///
    /// # Safety
    /// The object is a live batch with this layout.
    pub unsafe fn each_pointer(&self, layout: &BatchLayout, f: &mut dyn FnMut(*mut u64)) {
        // SAFETY: by the contract.
        unsafe {
            for index in 0..self.count {
                f(self.environment(index));
                f(self.trace(index));
            }
            for index in 0..self.count {
                let particle = self.particles().add(self.stride * index);
                for &at in layout.pointers(*particle) {
                    f(particle.add(at as usize));
                }
            }
        }
    }
}

impl BatchLayout {
    /// Words of a batch after the header.
    pub fn words(&self, count: usize) -> usize {
        1 + count * (PREFIX + self.stride)
    }

    /// Whether any word of any particle is a pointer.
    pub fn owns_pointers(&self) -> bool {
        !self.finished.is_empty() || self.states.iter().any(|pointers| !pointers.is_empty())
    }

    /// The words of a particle in a state that are pointers.
    pub fn pointers(&self, state: u64) -> &[u32] {
        match state {
            DONE => &self.finished,
            IMPOSSIBLE => &[],
            state => self.states.get(state as usize).map_or(&[], |pointers| pointers),
        }
    }
}

/// A choice of a trace with what it is called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Named {
    /// The choice.
    pub choice: Choice,
    /// What it is called.
    pub label: Label,
}

/// Words of a choice in a trace object.
pub const CHOICE_WORDS: usize = 11;

/// Set in the word of the draw where the value is the number of a pointer.
const POINTER: u64 = 1 << 32;

impl Named {
    /// As it stands in a trace; with the number of its pointer if it is one.
    fn words(&self, pointer: Option<usize>) -> [u64; CHOICE_WORDS] {
        let Named { choice, label } = self;
        [
            choice.address as u64,
            pointer.map_or(choice.word, |number| number as u64),
            choice.log_density.to_bits(),
            choice.parameters as u64,
            u64::from(choice.draw) | if pointer.is_some() { POINTER } else { 0 },
            label.scope as u64,
            label.choice as u64,
            label.index as u64,
            label.ordinal as u64,
            label.lower.to_bits(),
            label.upper.to_bits(),
        ]
    }
}

/// A choice as it stands in a trace.
#[derive(Clone, Copy)]
pub struct Stored<'a> {
    words: &'a [u64],
    pointers: &'a [u64],
}

impl Stored<'_> {
    /// The number of the place of its draw.
    #[inline]
    pub fn draw(self) -> u32 {
        self.words[4] as u32
    }

    /// Whether its value is an array or matrix.
    #[inline]
    pub fn is_pointer(self) -> bool {
        self.words[4] & POINTER != 0
    }

    /// Its value.
    #[inline]
    pub fn word(self) -> u64 {
        if self.is_pointer() { self.pointers[self.words[1] as usize] } else { self.words[1] }
    }

    /// Its address.
    #[inline]
    pub fn address(self) -> i64 {
        self.words[0] as i64
    }

    /// Its log density.
    #[inline]
    pub fn log_density(self) -> f64 {
        f64::from_bits(self.words[2])
    }

    /// All of it but for its label.
    #[inline]
    pub fn choice(self) -> Choice {
        Choice {
            address: self.address(),
            word: self.word(),
            log_density: self.log_density(),
            parameters: self.words[3] as i64,
            draw: self.draw(),
        }
    }

    /// What it is called.
    #[inline]
    pub fn label(self) -> Label {
        Label {
            scope: self.words[5] as i64,
            choice: self.words[6] as i64,
            index: self.words[7] as i64,
            ordinal: self.words[8] as i64,
            lower: f64::from_bits(self.words[9]),
            upper: f64::from_bits(self.words[10]),
        }
    }
}

/// The choices of a trace, in order, as they stand in the object.
#[derive(Clone, Copy, Default)]
pub struct Choices<'a> {
    words: &'a [u64],
    pointers: &'a [u64],
}

impl<'a> Choices<'a> {
    /// Of a trace (0: none).
    ///
    /// # Safety
    /// The word is 0 or a trace that lives as long as what is read here, and is not written meanwhile.
    #[inline]
    pub unsafe fn of(trace: u64) -> Choices<'a> {
        if trace == 0 {
            return Choices::default();
        }
        // SAFETY: by the contract; the first word of a trace is the array of its choices, the second that of their pointers.
        unsafe {
            let array = object::word(trace as *const u64, 0) as *const u64;
            let pointers = object::word(trace as *const u64, 1) as *const u64;
            let words = |array: *const u64, size| match array.is_null() {
                true => &[][..],
                false => std::slice::from_raw_parts(array.add(2), size * object::word(array, 0) as usize),
            };
            Choices { words: words(array, CHOICE_WORDS), pointers: words(pointers, 1) }
        }
    }

    /// How many there are.
    #[inline]
    pub fn count(self) -> usize {
        self.words.len() / CHOICE_WORDS
    }

    /// Whether the values of some are arrays or matrices.
    #[inline]
    pub fn own_pointers(self) -> bool {
        !self.pointers.is_empty()
    }

    /// One of them.
    #[inline]
    pub fn get(self, at: usize) -> Option<Stored<'a>> {
        let words = self.words.get(CHOICE_WORDS * at..)?.get(..CHOICE_WORDS)?;
        Some(Stored { words, pointers: self.pointers })
    }

    /// Each of them.
    #[inline]
    pub fn iter(self) -> impl ExactSizeIterator<Item = Stored<'a>> + use<'a> {
        self.words.chunks_exact(CHOICE_WORDS).map(move |words| Stored { words, pointers: self.pointers })
    }
}

/// The trace that the choices of this one are looked up in, or 0.
///
/// # Safety
/// The word is a live trace, or 0.
pub unsafe fn followed(trace: u64) -> u64 {
    // SAFETY: by the contract; it is the last word.
    if trace == 0 { 0 } else { unsafe { object::word(trace as *const u64, 2) } }
}

impl Worker {
    /// A trace without choices, which looks up its choices in another one (owned, or 0).
    pub fn new_trace(&mut self, followed: u64) -> Result<u64, crate::ErrorKind> {
        let trace = self.allocate(builtin::TRACE.0, 8 + 8 * 3)?;
        // SAFETY: a new object of three words.
        unsafe {
            *trace.add(1) = 0;
            *trace.add(2) = 0;
            *trace.add(3) = followed;
        }
        Ok(trace as u64)
    }

    /// A trace with choices appended. The trace is consumed, and of choices that are pointers the references.
    ///
    /// # Safety
    /// The trace and the pointers are owned by the caller and live.
    pub unsafe fn extend_trace(&mut self, trace: u64, more: &[Named]) -> Result<u64, crate::ErrorKind> {
        if more.is_empty() {
            return Ok(trace);
        }
        // SAFETY: by the contract; a trace has three words, and its parts are arrays or 0.
        unsafe {
            let mut trace = trace as *mut u64;
            if !object::is_unique(trace) {
                let copy = self.allocate(builtin::TRACE.0, 8 + 8 * 3)?;
                for word in 1..4 {
                    object::retain(*trace.add(word));
                    *copy.add(word) = *trace.add(word);
                }
                self.release(trace as u64);
                trace = copy;
            }
            let module = self.module().clone();
            let is_pointer = |named: &Named| module.draws[named.choice.draw as usize].is_pointer;
            let owned: Vec<u64> = more.iter().filter(|one| is_pointer(one)).map(|one| one.choice.word).collect();
            let mut number = 0;
            if !owned.is_empty() {
                let array = std::mem::replace(&mut *trace.add(2), 0);
                let (array, at) = self.longer(array, builtin::POINTERS, owned.len())?;
                *trace.add(2) = array as u64;
                std::ptr::copy_nonoverlapping(owned.as_ptr(), array.add(2 + at), owned.len());
                number = at;
            }
            let array = std::mem::replace(&mut *trace.add(1), 0);
            let (array, at) = self.longer(array, builtin::CHOICES, more.len())?;
            *trace.add(1) = array as u64;
            for (i, named) in more.iter().enumerate() {
                let pointer = is_pointer(named).then_some(number);
                number += usize::from(pointer.is_some());
                let target = array.add(2 + CHOICE_WORDS * (at + i));
                std::ptr::copy_nonoverlapping(named.words(pointer).as_ptr(), target, CHOICE_WORDS);
            }
            Ok(trace as u64)
        }
    }

    /// A trace with the same choices that looks up those to come in another one. Both are consumed.
    ///
    /// # Safety
    /// Both are owned by the caller and live.
    pub unsafe fn following(&mut self, trace: u64, followed: u64) -> Result<u64, crate::ErrorKind> {
        let copy = self.new_trace(followed)?;
        // SAFETY: by the contract; a trace has three words.
        unsafe {
            for word in 0..2 {
                let shared = object::word(trace as *const u64, word);
                object::retain(shared);
                *(copy as *mut u64).add(1 + word) = shared;
            }
            self.release(trace);
        }
        Ok(copy)
    }

    /// An array (owned, or 0) with room for more elements, and where they begin.
    unsafe fn longer(
        &mut self,
        array: u64,
        layout: LayoutId,
        more: usize,
    ) -> Result<(*mut u64, usize), crate::ErrorKind> {
        if array == 0 {
            return Ok((self.allocate_array(layout.0, more)?, 0));
        }
        // SAFETY: an array that the caller owns.
        unsafe {
            let length = object::word(array as *const u64, 0) as usize;
            Ok((crate::entry::lengthen(self, array as *mut u64, more)?, length))
        }
    }
}
