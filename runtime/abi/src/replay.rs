//! Traces: the choices of an execution by their addresses, on which the replay view runs.
//!
//! The address of a choice is a number mixed from the calls, the iterations of loops and the arguments of `mem` on the way to it,
//! and the place of the draw. So it says where in the structure of an execution the choice is made, and not when: choices of another
//! execution with the same address are the same choice. An execution looks each of its choices up in the *current* trace; those that
//! are there keep their values, the others are drawn. What it chooses becomes the *proposed* trace, which replaces the current one if
//! it is accepted. An execution with the structure of the last one finds each choice right after the one before it.

use crate::batch::Named;
use crate::copy::Copier;
use crate::error::ErrorKind;
use crate::module::Module;
use crate::mutation::{self, Mutation};
use crate::worker::Worker;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

/// What addresses are mixed with: a = rotate((a ^ b) * FACTOR, ROTATION).
pub const FACTOR: i64 = 0x9E37_79B9_7F4A_7C15_u64 as i64;
/// See [`FACTOR`].
pub const ROTATION: i64 = 29;

/// An address from an address and a number, as compiled code computes it.
pub fn mix(address: i64, number: i64) -> i64 {
    (address ^ number).wrapping_mul(FACTOR).rotate_left(ROTATION as u32)
}

/// Shorter traces are searched; of longer ones there is an index.
const SHORT: usize = 12;

/// A choice of a trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// Its address.
    pub address: i64,
    /// Its value: the bits of a Real, an Int, 0 or 1 of a Bool, or a pointer.
    pub word: u64,
    /// Its log density given what was chosen before.
    pub log_density: f64,
    /// A number mixed from the parameters of its distribution, or 0: with the same ones it has the same density.
    pub parameters: i64,
    /// Where it is drawn, in [`crate::module::Module::draws`].
    pub draw: u32,
}

/// What a choice is called, and where it can lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    /// The scope of the name.
    pub scope: i64,
    /// The name, or -1: none.
    pub choice: i64,
    /// The iteration of the innermost loop, or -1.
    pub index: i64,
    /// Which of the choices with this name it is, if there can be several, else -1.
    pub ordinal: i64,
    /// The lower end of its support, NaN if it is no number.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

impl Label {
    /// Of a choice without a name.
    pub const NONE: Label = Label { scope: 0, choice: -1, index: -1, ordinal: -1, lower: f64::NAN, upper: f64::NAN };
}

/// Where the value of a choice comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Origin {
    /// Drawn now
    Fresh,
    /// The choice of the current trace with this index
    Kept(usize),
    /// The selected choice, drawn now
    Redrawn,
    /// The selected choice, whose value was given
    Given,
}

/// What an execution has done with a trace.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Changes {
    /// How many choices have been drawn, but for the selected one.
    pub fresh: usize,
    /// How many choices of the current trace have been kept or selected.
    pub met: usize,
    /// By how much the log densities of the kept choices have changed, in all, and that of a selected one whose value was given.
    pub log_density: f64,
    /// The log of the probability of what has been drawn, the selected choice included.
    pub log_drawn: f64,
}

/// Which choice gets another value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Change {
    /// None
    #[default]
    None,
    /// The choice of the current trace with this index is drawn again
    Redraw(usize),
    /// It gets this word
    Set(usize, u64),
}

impl Change {
    fn index(self) -> Option<usize> {
        match self {
            Change::None => None,
            Change::Redraw(index) | Change::Set(index, _) => Some(index),
        }
    }
}

/// A word that a script was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asked {
    /// The place of the draw.
    pub draw: u32,
    /// The log of the probability of what had been drawn by then.
    pub log_drawn: f64,
    /// The support of its distribution, in programs whose choices have labels; else NaN.
    pub support: (f64, f64),
}

/// Words that fresh choices get one after the other instead of being drawn, for tests that go through all draws.
pub type Script = Vec<u64>;

/// See the module.
#[derive(Debug, Default)]
pub struct Replay {
    current: Vec<Choice>,
    proposed: Vec<Choice>,
    change: Change,
    changes: Changes,
    /// Where in the current trace the next choice is expected.
    cursor: usize,
    /// Whether each kept choice was where it was expected.
    is_in_order: bool,
    /// What was looked up last.
    address: i64,
    draw: u32,
    parameters: i64,
    origin: Option<Origin>,
    /// By address, of a long current trace, once something was not where it was expected.
    index: Option<HashMap<i64, u32, BuildHasherDefault<crate::scopes::Mixer>>>,
    /// Whether named choices are not recorded.
    quiet: bool,
    /// Whether some values are pointers.
    owns_pointers: bool,
    /// The seed of the inference that comes next.
    seed: Option<u64>,
    script: Option<Script>,
    scripted: Vec<Asked>,
    /// Labels of the proposed trace, if they are kept, and that of the choice that comes.
    labels: Option<Vec<Label>>,
    label: Option<Label>,
    /// What had been drawn before the choices that have not been taken.
    log_drawn: f64,
}

impl Replay {
    /// No trace yet, for a program some of whose choices are pointers, or none.
    pub fn new(owns_pointers: bool) -> Replay {
        Replay { owns_pointers, ..Replay::default() }
    }

    /// No trace yet, for a program.
    pub fn of(module: &Module) -> Replay {
        Replay::new(module.draws.iter().any(|draw| draw.is_pointer))
    }

    /// No trace yet, for executions whose choices keep their labels. What it has scripted goes on with the script of another one.
    pub fn labelled(module: &Module, outer: &mut Replay) -> Replay {
        let (script, scripted) = (outer.script.take(), std::mem::take(&mut outer.scripted));
        let log_drawn = outer.changes.log_drawn;
        Replay { labels: Some(Vec::new()), quiet: outer.quiet, script, scripted, log_drawn, ..Replay::of(module) }
    }

    /// Gives the script back, and the probability of what has been drawn by it.
    pub fn give_back(self, outer: &mut Replay) {
        (outer.script, outer.scripted) = (self.script, self.scripted);
        if outer.script.is_some() {
            outer.changes.log_drawn = self.log_drawn;
        }
    }

    /// Whether a script was too short: the execution has nothing to go on with.
    #[inline]
    pub fn is_exhausted(&self) -> bool {
        self.script.as_ref().is_some_and(|script| self.scripted.len() > script.len())
    }

    /// Whether draws follow a script.
    pub fn is_scripted(&self) -> bool {
        self.script.is_some()
    }

    /// Prepares an execution that looks its choices up among these, which others own; so many have been made already.
    pub fn look_up_in(&mut self, choices: impl Iterator<Item = Choice>, made: usize) {
        self.current.clear();
        self.current.extend(choices);
        self.index = None;
        (self.change, self.changes, self.cursor) = (Change::None, Changes::default(), made);
        (self.is_in_order, self.origin, self.label) = (true, None, None);
    }

    /// Moves the choices that have been made since, with their labels, to a list; gives what has changed. The caller owns the pointers among them.
    pub fn take_labelled(&mut self, made: &mut Vec<Named>) -> Changes {
        self.log_drawn += self.changes.log_drawn;
        if let Some(labels) = &mut self.labels {
            made.extend(self.proposed.drain(..).zip(labels.drain(..)).map(|(choice, label)| Named { choice, label }));
        }
        std::mem::take(&mut self.changes)
    }

    /// The current trace.
    pub fn current(&self) -> &[Choice] {
        &self.current
    }

    /// The trace of the last execution.
    pub fn proposed(&self) -> &[Choice] {
        &self.proposed
    }

    /// What the last execution has changed.
    pub fn changes(&self) -> Changes {
        self.changes
    }

    /// Whether the last execution made the same choices as the current trace.
    pub fn keeps_structure(&self) -> bool {
        self.changes.fresh == 0 && self.changes.met == self.current.len()
    }

    /// Whether named choices are not recorded.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Prepares an execution, in which a choice gets another value; named choices are recorded, or are not.
    pub fn begin(&mut self, change: Change, quiet: bool) {
        debug_assert!(self.proposed.is_empty(), "a proposed trace was neither accepted nor rejected");
        (self.change, self.quiet) = (change, quiet);
        (self.changes, self.cursor, self.is_in_order, self.origin) = (Changes::default(), 0, true, None);
        self.scripted.clear();
    }

    /// Gives fresh choices these words, until it is given none.
    pub fn follow(&mut self, script: Option<Script>) {
        self.script = script;
    }

    /// The words that the last execution has asked the script for: more than the script has if it was too short.
    pub fn scripted(&self) -> &[Asked] {
        &self.scripted
    }

    /// The value of the choice at an address, if it has one, and its log density, if that is known (else NaN).
    #[inline]
    pub(crate) fn find(&mut self, address: i64, draw: u32, parameters: i64) -> (Option<u64>, f64) {
        (self.address, self.draw, self.parameters) = (address, draw, parameters);
        let any = mutation::is_active(Mutation::StaleAddress);
        let expected = self.current.get(self.cursor).is_some_and(|choice| choice.address == address || any);
        let found = if expected { Some(self.cursor) } else { self.search(address) };
        let Some(at) = found.filter(|at| self.current[*at].draw == draw) else {
            return (self.drawn(Origin::Fresh), f64::NAN);
        };
        self.cursor = at + 1;
        if self.change.index() == Some(at) {
            return (self.selected(), f64::NAN);
        }
        self.origin = Some(Origin::Kept(at));
        let kept = &self.current[at];
        let is_known = parameters != 0 && kept.parameters == parameters;
        (Some(kept.word), if is_known { kept.log_density } else { f64::NAN })
    }

    #[cold]
    fn selected(&mut self) -> Option<u64> {
        self.changes.met += 1;
        match self.change {
            Change::Set(_, word) => {
                self.origin = Some(Origin::Given);
                Some(word)
            }
            _ => self.drawn(Origin::Redrawn),
        }
    }

    fn drawn(&mut self, origin: Origin) -> Option<u64> {
        self.origin = Some(origin);
        let script = self.script.as_ref()?;
        let support = self.label.map_or((f64::NAN, f64::NAN), |label| (label.lower, label.upper));
        self.scripted.push(Asked { draw: self.draw, log_drawn: self.log_drawn + self.changes.log_drawn, support });
        // One that is too short ends the execution when the choice is scored.
        Some(script.get(self.scripted.len() - 1).copied().unwrap_or(0))
    }

    pub(crate) fn set_seed(&mut self, seed: u64) {
        self.seed = Some(seed);
    }

    /// The seed of the inference that begins now, if it is a choice.
    pub fn take_seed(&mut self) -> Option<u64> {
        self.seed.take()
    }

    /// The value that was found is not used: the choice is drawn.
    pub(crate) fn reject_value(&mut self) {
        self.origin = Some(Origin::Fresh);
    }

    fn search(&mut self, address: i64) -> Option<usize> {
        self.is_in_order = false;
        let current = &self.current;
        if current.len() <= SHORT {
            return current.iter().position(|choice| choice.address == address);
        }
        let index = self.index.get_or_insert_with(|| {
            (0..).zip(current).map(|(at, choice): (u32, &Choice)| (choice.address, at)).collect()
        });
        index.get(&address).map(|at| *at as usize)
    }

    /// Puts the choice that was looked up last into the new trace.
    #[inline]
    pub(crate) fn score(&mut self, word: u64, log_density: f64) {
        match self.origin.take() {
            Some(Origin::Kept(at)) => {
                self.changes.met += 1;
                if !mutation::is_active(Mutation::KeptDensity) {
                    self.changes.log_density += log_density - self.current[at].log_density;
                }
            }
            Some(Origin::Given) => {
                let before = self.change.index().map_or(0.0, |at| self.current[at].log_density);
                self.changes.log_density += log_density - before;
            }
            Some(Origin::Redrawn) => self.changes.log_drawn += log_density,
            Some(Origin::Fresh) | None => {
                self.changes.fresh += 1;
                self.changes.log_drawn += log_density;
                if mutation::is_active(Mutation::DrawnDensity) {
                    self.changes.log_density += log_density;
                }
            }
        }
        let Replay { address, draw, parameters, .. } = *self;
        self.proposed.push(Choice { address, word, log_density, draw, parameters });
        if let Some(labels) = &mut self.labels {
            let label = self.label.get_or_insert(Label::NONE);
            labels.push(*label);
            label.ordinal += i64::from(label.ordinal >= 0);
        }
        if let Some(label) = &mut self.label {
            (label.lower, label.upper) = (f64::NAN, f64::NAN);
        }
    }

    /// The choices that come have this name.
    pub(crate) fn set_label(&mut self, scope: i64, choice: i64, index: i64) {
        self.label = Some(Label { scope, choice, index, ..Label::NONE });
    }

    /// There can be several of these choices, which are told apart by their number.
    pub(crate) fn count_labels(&mut self) {
        if let Some(label) = &mut self.label {
            label.ordinal = label.ordinal.max(0);
        }
    }

    /// The support of the choice that comes.
    pub(crate) fn set_support(&mut self, lower: f64, upper: f64) {
        let label = self.label.get_or_insert(Label::NONE);
        (label.lower, label.upper) = (lower, upper);
    }

    fn side(&mut self, proposed: bool) -> &mut Vec<Choice> {
        if proposed { &mut self.proposed } else { &mut self.current }
    }

    /// Whether no two choices of the current trace have one address.
    pub fn has_distinct_addresses(&self) -> bool {
        let mut addresses: Vec<i64> = self.current.iter().map(|choice| choice.address).collect();
        addresses.sort_unstable();
        addresses.windows(2).all(|pair| pair[0] != pair[1])
    }
}

impl Worker {
    /// The trace of the last execution becomes the current one.
    pub fn accept_trace(&mut self) {
        // The same choices may come in another order: those of `mem` come where they are asked for first.
        let keeps_index = self.replay.is_in_order && self.replay.keeps_structure();
        std::mem::swap(&mut self.replay.current, &mut self.replay.proposed);
        if !keeps_index {
            self.replay.index = None;
        }
        self.reject_trace();
    }

    /// The trace of the last execution is dropped.
    pub fn reject_trace(&mut self) {
        if self.replay.owns_pointers {
            for at in 0..self.replay.proposed.len() {
                let Choice { word, draw, .. } = self.replay.proposed[at];
                if self.module.draws[draw as usize].is_pointer {
                    // SAFETY: traces own their pointers, of this worker's heap.
                    #[allow(unsafe_code)]
                    unsafe {
                        self.release(word)
                    };
                }
            }
        }
        self.replay.proposed.clear();
    }

    /// Forgets the current trace.
    pub fn forget_trace(&mut self) {
        self.reject_trace();
        std::mem::swap(&mut self.replay.current, &mut self.replay.proposed);
        self.replay.index = None;
        self.reject_trace();
    }

    /// Moves the traces to another worker of the same program.
    pub fn move_traces(&mut self, to: &mut Worker, copier: &mut Copier) -> Result<(), ErrorKind> {
        to.replay = std::mem::take(&mut self.replay);
        if !to.replay.owns_pointers {
            return Ok(());
        }
        for proposed in [false, true] {
            let mut choices = std::mem::take(to.replay.side(proposed));
            for choice in &mut choices {
                if self.module.draws[choice.draw as usize].is_pointer {
                    // SAFETY: a live object of this worker, which is at rest.
                    #[allow(unsafe_code)]
                    unsafe {
                        choice.word = copier.copy(choice.word, to)?
                    };
                }
            }
            *to.replay.side(proposed) = choices;
        }
        Ok(())
    }
}
