//! Exact inference: every finite choice of a program, with exact weights.
//!
//! Executions stand at their choices. All that have made the same number of choices are advanced together, and those that have
//! come to the same state are joined, which is dynamic programming: a chain of n states with k values costs n k^2. What has
//! little prior mass (the tails of countable choices, deep recursion) is put off; it is taken up again, the
//! largest mass first, until what is left is at most what the caller allows.

#![allow(unsafe_code)]

use crate::collect::Collector;
use crate::compiled::{Captured, is_impossible};
use crate::control::Control;
use crate::distribution::{Choices, Distribution};
use crate::particles::{Format, LOG_WEIGHT, MEMO, MEMS, STATE, TRACE};
use crate::table::StateTable;
use crate::weights::log_add;
use borel_abi::module::{DONE, Machine, Module};
use borel_abi::object;
use borel_abi::shape::ShapeId;
use borel_abi::{ErrorKind, Host, RuntimeError, Worker};
use borel_posterior::Draws;
use std::collections::BinaryHeap;
use std::ptr::null_mut;
use std::sync::Arc;

/// Executions between two looks at the clock and the caller.
const REPORT_EVERY: u64 = 1024;

/// Settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Enumerate {
    /// The prior mass to explore: 1 for all of it.
    pub mass: f64,
    /// Whether recorded choices are kept (without them more executions can be joined).
    pub keep_trace: bool,
    /// Give up after so many executions of code between choices.
    pub most_executions: u64,
}

impl Default for Enumerate {
    fn default() -> Enumerate {
        Enumerate { mass: 1.0 - 1e-9, keep_trace: true, most_executions: u64::MAX }
    }
}

/// Final states with their weights.
pub struct Enumerated {
    /// The particles, which own their pointers.
    pub particles: Vec<Vec<u64>>,
    /// Their normalised weights.
    pub weights: Vec<f64>,
    /// The log evidence.
    pub log_evidence: f64,
    /// The prior mass that was not explored.
    pub unexplored: f64,
    /// How many times code between choices was run.
    pub executions: u64,
    /// Whether the run was stopped before its end.
    pub partial: bool,
}

/// An execution at a choice, or several that are in the same state.
pub(crate) struct Node {
    pub(crate) words: Vec<u64>,
    /// The distribution to choose from (owned), or 0 of an execution that has not begun or is finished
    pub(crate) pending: u64,
    /// The probability of the choices so far
    pub(crate) mass: f64,
    /// The log of that times the weight
    pub(crate) log_joint: f64,
    /// The first choice that has not been made here
    next: Option<i64>,
    /// The mass of the choices from there on
    rest: f64,
}

impl Node {
    /// Adds the mass of one in the same state (both new).
    pub(crate) fn join_rest(&mut self, other: &Node) {
        self.rest += other.rest;
    }
}

/// A node that has been put off, in the order of what is left of its mass.
struct Deferred(Node);

impl Ord for Deferred {
    fn cmp(&self, other: &Deferred) -> std::cmp::Ordering {
        self.0.rest.total_cmp(&other.0.rest)
    }
}

impl PartialOrd for Deferred {
    fn partial_cmp(&self, other: &Deferred) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Deferred {
    fn eq(&self, other: &Deferred) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Deferred {}

/// A root of a program that was compiled for enumeration, with its environment.
pub struct ExactModel {
    module: Arc<Module>,
    machine: Machine,
    captured: Captured,
    format: Format,
    result: ShapeId,
    start: u64,
    /// What a nested inference starts with: the memo table (kept alive by the caller) and the number of `mem`s
    memory: (u64, u64),
}

impl ExactModel {
    /// None if the program was not compiled for it.
    pub fn new(module: &Arc<Module>, root: usize, captured: Captured) -> Option<ExactModel> {
        let info = module.roots.get(root)?;
        let machine = module.enumerate.clone()?;
        let format = Format::of_machine(module, &machine, info.result);
        let start = info.enumerate_start?;
        Some(ExactModel {
            module: module.clone(),
            machine,
            captured,
            format,
            result: info.result,
            start,
            memory: (0, 0),
        })
    }

    /// With a memo table to begin with.
    pub(crate) fn with_memory(mut self, memo: *mut u64, mems: i64) -> ExactModel {
        self.memory = (memo as u64, mems as u64);
        self
    }

    /// How particles are arranged.
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// A worker for it.
    pub fn worker(&self, host: &Host) -> Worker {
        Worker::new(self.module.clone(), host.clone(), 0)
    }

    /// An execution that has not begun.
    fn first(&self) -> Node {
        let mut words = vec![0; self.format.stride];
        words[STATE] = self.start;
        if self.format.ambient {
            // SAFETY: the caller of a nested inference keeps its memo table; for others it is 0.
            unsafe { object::retain(self.memory.0) };
            (words[MEMO], words[MEMS]) = self.memory;
        }
        Node { words, pending: 0, mass: 1.0, log_joint: 0.0, next: None, rest: 1.0 }
    }
}

/// What an exploration works on.
struct Explorer<'a, 'c> {
    model: &'a ExactModel,
    worker: &'a mut Worker,
    settings: Enumerate,
    control: &'a Control<'c>,
    deferred: BinaryHeap<Deferred>,
    results: StateTable,
    /// What has less mass is put off
    threshold: f64,
    executions: u64,
}

/// Explores a model.
pub fn enumerate(
    model: &ExactModel,
    worker: &mut Worker,
    settings: &Enumerate,
    control: &Control<'_>,
) -> Result<Enumerated, RuntimeError> {
    let explorer = Explorer {
        model,
        worker,
        settings: *settings,
        control,
        deferred: BinaryHeap::new(),
        results: StateTable::default(),
        threshold: 0.1 * (1.0 - settings.mass).max(0.0),
        executions: 0,
    };
    explorer.explore(model.first())
}

impl Explorer<'_, '_> {
    fn explore(mut self, first: Node) -> Result<Enumerated, RuntimeError> {
        let mut partial = false;
        let mut level = StateTable::default();
        let explored = self.advance(first, None, &mut level).and_then(|()| self.run_levels(level));
        match explored {
            Ok(stopped) => partial |= stopped,
            Err(error) if error.kind == ErrorKind::Interrupted && !self.results.is_empty() => partial = true,
            Err(error) => return Err(error),
        }
        self.finish(partial)
    }

    /// Goes on until little enough mass is left. Gives whether it was stopped.
    fn run_levels(&mut self, mut level: StateTable) -> Result<bool, RuntimeError> {
        let allowed = (1.0 - self.settings.mass).max(0.0);
        loop {
            while !level.is_empty() {
                let mut next = StateTable::default();
                let mut nodes = level.drain().into_iter();
                while let Some(node) = nodes.next() {
                    if self.stopped() {
                        self.deferred.extend([node].into_iter().chain(nodes).map(Deferred));
                        self.deferred.extend(next.drain().into_iter().map(Deferred));
                        return Ok(true);
                    }
                    self.expand(node, &mut next)?;
                }
                level = next;
            }
            let left: f64 = self.deferred.iter().map(|node| node.0.rest).sum();
            if left <= allowed || self.deferred.is_empty() {
                return Ok(false);
            }
            // Takes up what is largest, and with it what is at least a hundredth of that.
            self.threshold = self.threshold.min(self.deferred.peek().map_or(0.0, |node| 0.01 * node.0.rest));
            while let Some(node) = self.deferred.peek() {
                if node.0.rest < self.threshold {
                    break;
                }
                if let Some(Deferred(node)) = self.deferred.pop() {
                    self.expand(node, &mut level)?;
                }
            }
        }
    }

    fn stopped(&self) -> bool {
        if self.executions.is_multiple_of(REPORT_EVERY) {
            self.control.report(self.executions, None, None);
        }
        self.control.stopped() || self.executions >= self.settings.most_executions
    }

    /// Makes the choices of a node that have mass enough; puts off the rest.
    fn expand(&mut self, mut node: Node, level: &mut StateTable) -> Result<(), RuntimeError> {
        let layouts = self.worker.layouts().clone();
        // SAFETY: the node owns the distribution until it is released below.
        let distribution = unsafe { Distribution::new(&layouts, node.pending as *const u64) };
        let at_site = |kind| RuntimeError { kind, site: self.model.format.site(&node.words) };
        let choices = distribution.choices().map_err(at_site)?;
        let mut choice = node.next.unwrap_or(choices.first);
        while choices.last.is_none_or(|last| choice <= last) {
            if node.rest <= self.threshold {
                node.next = Some(choice);
                self.deferred.push(Deferred(node));
                return Ok(());
            }
            let log_mass = choices.log_mass(choice);
            if log_mass > f64::NEG_INFINITY {
                self.make_choice(&node, choice, log_mass, level)?;
            }
            node.rest = rest(&choices, choice, log_mass, &node);
            if choices.last.is_none() && node.rest == 0.0 {
                break;
            }
            let Some(next) = choice.checked_add(1) else { break };
            choice = next;
        }
        // SAFETY: the node owns its words and its distribution.
        unsafe {
            self.model.format.release(self.worker, &node.words);
            self.worker.release(node.pending);
        }
        Ok(())
    }

    /// Goes on from a copy of a node with a choice made.
    fn make_choice(
        &mut self,
        node: &Node,
        choice: i64,
        log_mass: f64,
        level: &mut StateTable,
    ) -> Result<(), RuntimeError> {
        // SAFETY: the words are a particle of this worker.
        unsafe { self.model.format.retain(&node.words) };
        let mass = node.mass * log_mass.exp();
        let log_joint = node.log_joint + log_mass;
        let child = Node { words: node.words.clone(), pending: 0, mass, log_joint, next: None, rest: mass };
        self.advance(child, Some(choice), level)
    }

    /// Runs an execution to its next choice or its end.
    fn advance(&mut self, mut node: Node, choice: Option<i64>, level: &mut StateTable) -> Result<(), RuntimeError> {
        self.executions += 1;
        let (advance, environment, words) =
            (self.model.machine.advance, self.model.captured.pointer(), node.words.as_mut_ptr());
        let ctx = self.worker.ctx();
        ctx.input = choice.unwrap_or(0);
        ctx.pending = null_mut();
        // SAFETY: the particle is as the machine left it, the environment is alive; the closure captures pointers only.
        let result = unsafe { self.worker.enter(move |ctx| advance(ctx, environment, words, 1)) };
        let ctx = self.worker.ctx();
        node.pending = std::mem::replace(&mut ctx.pending, null_mut()) as u64;
        if let Err(error) = result {
            // What the execution had is left to the heap.
            return if is_impossible(&error, ctx.log_weight) { Ok(()) } else { Err(error) };
        }
        let gain = f64::from_bits(std::mem::replace(&mut node.words[LOG_WEIGHT], 0));
        if gain.is_nan() || gain == f64::NEG_INFINITY {
            // SAFETY: the node owns its words and its distribution.
            unsafe {
                self.model.format.release(self.worker, &node.words);
                self.worker.release(node.pending);
            }
            return Ok(());
        }
        node.log_joint += gain;
        if self.model.format.ambient && !self.settings.keep_trace {
            let trace = std::mem::replace(&mut node.words[TRACE], 0);
            // SAFETY: the particle owned it.
            unsafe { self.worker.release(trace) };
        }
        let done = node.words[STATE] == DONE;
        let table = if done { &mut self.results } else { level };
        // SAFETY: the node owns its pointers, which are of this worker.
        unsafe { table.add(&self.model.format, self.worker, node) };
        Ok(())
    }

    fn finish(self, partial: bool) -> Result<Enumerated, RuntimeError> {
        let (worker, format) = (self.worker, &self.model.format);
        let mut unexplored = 0.0;
        let mut site = None;
        for Deferred(node) in self.deferred {
            unexplored += node.rest;
            site = site.or(format.site(&node.words));
            // SAFETY: the node owns its words and its distribution.
            unsafe {
                format.release(worker, &node.words);
                worker.release(node.pending);
            }
        }
        let mut results = self.results;
        let nodes = results.drain();
        let log_evidence = nodes.iter().fold(f64::NEG_INFINITY, |sum, node| log_add(sum, node.log_joint));
        if log_evidence == f64::NEG_INFINITY {
            let kind = if partial { ErrorKind::Interrupted } else { ErrorKind::ZeroWeight };
            return Err(RuntimeError { kind, site });
        }
        let weights = nodes.iter().map(|node| (node.log_joint - log_evidence).exp()).collect();
        let particles = nodes.into_iter().map(|node| node.words).collect();
        Ok(Enumerated { particles, weights, log_evidence, unexplored, executions: self.executions, partial })
    }
}

/// What is left of the mass of a node after a choice.
fn rest(choices: &Choices<'_>, choice: i64, log_mass: f64, node: &Node) -> f64 {
    match choices.last {
        Some(last) if choice >= last => 0.0,
        Some(_) => (node.rest - node.mass * log_mass.exp()).max(f64::MIN_POSITIVE),
        None => node.mass * choices.upper_tail(choice.saturating_add(1)),
    }
}

impl Enumerated {
    /// The variables of the final states.
    pub fn draws(&self, model: &ExactModel, host: &Host) -> Draws {
        let mut draws = Draws::new();
        draws.weights = self.weights.clone();
        draws.exact = true;
        let mut collector = Collector::new(&model.module, &host.scopes, model.result);
        for (row, words) in (0..).zip(&self.particles) {
            // SAFETY: finished particles, live until they are discarded.
            unsafe { collector.particle(&model.format, words, row, &mut draws) };
        }
        draws.arrange();
        draws
    }

    /// Releases what the particles own. Without it they go with the heap of the worker.
    pub fn discard(self, model: &ExactModel, worker: &mut Worker) {
        for words in &self.particles {
            // SAFETY: the particles own their pointers, of this worker.
            unsafe { model.format.release(worker, words) };
        }
    }
}
