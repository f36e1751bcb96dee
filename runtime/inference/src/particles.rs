//! Particles of compiled programs: flat words, and what they own.
//!
//! Invariant: a particle that is not in the middle of an advance owns the pointers that its state lists (and its trace and memo
//! table); every other word is plain.

#![allow(unsafe_code)]

use borel_abi::copy::Copier;
use borel_abi::layout::Slot;
use borel_abi::module::{DONE, Machine, Module, frame_start};
use borel_abi::object;
use borel_abi::shape::ShapeId;
use borel_abi::value::slots;
use borel_abi::{Budget, ErrorKind, Worker};
use std::sync::Arc;

/// Words of a particle.
pub const STATE: usize = 0;
/// The log weight gained in the last advance.
pub const LOG_WEIGHT: usize = 1;
/// Of ambient particles: recorded choices.
pub const TRACE: usize = 2;
/// Of ambient particles: the memo table.
pub const MEMO: usize = 3;
/// Of ambient particles: the scope of names.
pub const SCOPE: usize = 4;
/// Of ambient particles: how many `mem`s were made.
pub const MEMS: usize = 5;

/// How the words of particles are arranged.
#[derive(Clone, Debug)]
pub struct Format {
    /// Words of a particle.
    pub stride: usize,
    /// Whether they carry a trace, a memo table, a scope and a counter.
    pub ambient: bool,
    /// By state: the words that are owned pointers.
    states: Vec<Box<[u32]>>,
    /// The same of a finished particle.
    finished: Box<[u32]>,
    /// By state: the place in the program.
    sites: Vec<Option<u32>>,
    /// Whether any state has a pointer.
    pub owning: bool,
}

impl Format {
    /// Of the particles of a machine, for a root with this type of result.
    pub fn of_machine(module: &Module, machine: &Machine, result: ShapeId) -> Format {
        let states = machine.states.iter().map(|state| with_ambient(machine.ambient, state.pointers.iter().copied()));
        let states: Vec<Box<[u32]>> = states.collect();
        let finished = finished(module, machine.ambient, result);
        let owning = machine.ambient || !finished.is_empty() || states.iter().any(|pointers| !pointers.is_empty());
        let sites = machine.states.iter().map(|state| state.site).collect();
        Format { stride: machine.stride, ambient: machine.ambient, states, finished, sites, owning }
    }

    /// Of executions that are run to their end at once.
    pub fn of_runs(module: &Module, result: ShapeId) -> Format {
        let stride = frame_start(true) + slots(module, result).len();
        let finished = finished(module, true, result);
        let states = vec![with_ambient(true, std::iter::empty())];
        Format { stride, ambient: true, states, finished, sites: vec![None], owning: true }
    }

    /// Where the frame or the result begins.
    pub fn start(&self) -> usize {
        frame_start(self.ambient)
    }

    /// The words of a particle that are owned pointers.
    #[inline]
    pub fn pointers(&self, words: &[u64]) -> &[u32] {
        match words[STATE] {
            DONE => &self.finished,
            state => &self.states[state as usize],
        }
    }

    /// The place in the program at which a particle stands.
    pub fn site(&self, words: &[u64]) -> Option<u32> {
        self.sites.get(usize::try_from(words[STATE]).ok()?).copied().flatten()
    }

    /// Adds a reference to what a particle owns: for a copy of its words.
    ///
    /// # Safety
    /// The words are a particle of this worker.
    #[inline]
    pub unsafe fn retain(&self, words: &[u64]) {
        for &pointer in self.pointers(words) {
            // SAFETY: the word is an owned pointer, or 0.
            unsafe { object::retain(words[pointer as usize]) };
        }
    }

    /// Releases what a particle owns; its words are not to be used again.
    ///
    /// # Safety
    /// The words are a particle of this worker that owns its pointers.
    #[inline]
    pub unsafe fn release(&self, worker: &mut Worker, words: &[u64]) {
        for &pointer in self.pointers(words) {
            // SAFETY: the word is an owned pointer, or 0.
            unsafe { worker.release(words[pointer as usize]) };
        }
    }

    /// Makes a copy of another worker's particle own copies of its objects.
    ///
    /// # Safety
    /// The words are a copy of a live particle of a worker that changes nothing meanwhile.
    pub unsafe fn adopt(&self, worker: &mut Worker, copier: &mut Copier, words: &mut [u64]) -> Result<(), ErrorKind> {
        // Until all are copied, what is left are references of the other worker.
        for i in 0..self.pointers(words).len() {
            let at = self.pointers(words)[i] as usize;
            // SAFETY: the word is a live pointer, or 0.
            words[at] = unsafe { copier.copy(words[at], worker)? };
        }
        Ok(())
    }

    /// Releases what a particle owns, and leaves it finished without a result.
    ///
    /// # Safety
    /// As [`Format::release`].
    pub unsafe fn retire(&self, worker: &mut Worker, words: &mut [u64]) {
        // SAFETY: by the contract.
        unsafe { self.release(worker, words) };
        words.fill(0);
        words[STATE] = DONE;
    }
}

fn with_ambient(ambient: bool, pointers: impl Iterator<Item = u32>) -> Box<[u32]> {
    let own = if ambient { vec![TRACE as u32, MEMO as u32] } else { Vec::new() };
    own.into_iter().chain(pointers).collect()
}

fn finished(module: &Module, ambient: bool, result: ShapeId) -> Box<[u32]> {
    let start = frame_start(ambient) as u32;
    let words = (start..).zip(slots(module, result));
    with_ambient(ambient, words.filter(|(_, slot)| *slot == Slot::Pointer).map(|(at, _)| at))
}

/// Particles of one worker.
pub struct Particles {
    words: Vec<u64>,
    stride: usize,
    budget: Arc<Budget>,
}

impl Particles {
    /// As many particles with these words.
    pub fn new(first: &[u64], count: usize, budget: &Arc<Budget>) -> Result<Particles, ErrorKind> {
        budget.take(8 * first.len() * count)?;
        Ok(Particles { words: first.repeat(count), stride: first.len(), budget: budget.clone() })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.words.len() / self.stride
    }

    /// The words of one.
    #[inline]
    pub fn get(&self, index: usize) -> &[u64] {
        &self.words[index * self.stride..][..self.stride]
    }

    /// The words of one, to be changed.
    #[inline]
    pub fn get_mut(&mut self, index: usize) -> &mut [u64] {
        &mut self.words[index * self.stride..][..self.stride]
    }

    /// Where the first begins.
    pub fn as_mut_ptr(&mut self) -> *mut u64 {
        self.words.as_mut_ptr()
    }
}

impl Drop for Particles {
    fn drop(&mut self) {
        self.budget.give_back(8 * self.words.len());
    }
}
