//! Executions of a program on traces: what Metropolis-Hastings kernels are made of.
//!
//! Takes a root compiled with the replay view. Holds a current trace with its log weight; proposes another one by an execution in which a
//! choice gets another value, and says how their densities compare; the caller accepts or rejects it.

#![allow(unsafe_code)]

use crate::compiled::{Captured, CompiledModel, Handle, View};
use crate::model::Model;
use crate::particles::Particles;
use crate::run::Job;
use borel_abi::copy::Copier;
use borel_abi::module::Module;
use borel_abi::mutation::{self, Mutation};
use borel_abi::object;
use borel_abi::replay::{Asked, Change, Choice};
use borel_abi::stream::Stream;
use borel_abi::{ErrorKind, Host, RuntimeError, Value, Worker};
use borel_distributions::random::normal;
use borel_posterior::Draws;

/// How often an execution with a weight is looked for.
const ATTEMPTS: usize = 100_000;

/// What executions that fail may leave on the heap until it is made anew, in bytes.
const GARBAGE: usize = 16 << 20;

/// A program with a current trace. One thread uses it.
pub struct Replay {
    model: CompiledModel,
    worker: Handle,
    particles: Particles,
    log_weight: f64,
    proposed_log_weight: f64,
    /// The last error that made an execution impossible.
    rejection: Option<RuntimeError>,
    /// The array that is proposed for a choice.
    array: Option<u64>,
}

/// How a proposed trace compares with the current one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proposal {
    /// The log of the ratio of the densities of what both traces have or set, weights included: choices that only one of them has were drawn
    /// from their prior, and cancel with the probability of that. -inf if the proposed one is impossible.
    pub log_ratio: f64,
    /// How many choices the proposed trace has.
    pub length: usize,
    /// Whether both make the same choices.
    pub keeps_structure: bool,
    /// The log of the probability of what was drawn.
    pub log_drawn: f64,
}

impl Replay {
    /// Of a root compiled for it. There is no trace yet.
    pub fn new(job: &Job, host: &Host) -> Result<Replay, RuntimeError> {
        let captured = Captured::Environment(job.environment.clone());
        let model = CompiledModel::new(&job.module, job.root, captured, View::Replay, host)
            .ok_or(RuntimeError::new(ErrorKind::Refused))?;
        let mut worker = model.worker();
        let particles = model.begin(&mut worker, 1)?;
        Ok(Replay::without_trace(model, worker, particles))
    }

    fn without_trace(model: CompiledModel, worker: Handle, particles: Particles) -> Replay {
        let (log_weight, proposed_log_weight) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        Replay { model, worker, particles, log_weight, proposed_log_weight, rejection: None, array: None }
    }

    /// The same within a worker, of a closure that its program infers with.
    ///
    /// # Safety
    /// The worker outlives it, and is used through it alone meanwhile.
    pub(crate) unsafe fn within(model: CompiledModel, worker: *mut Worker) -> Result<Replay, RuntimeError> {
        let mut worker = Handle::Borrowed(worker);
        let mut particles = model.begin(&mut worker, 1)?;
        // Each execution begins its particle anew.
        model.discard(&mut worker, &mut particles);
        Ok(Replay::without_trace(model, worker, particles))
    }

    /// The program.
    pub(crate) fn module(&self) -> &Module {
        self.model.module()
    }

    /// The value of the current trace, as the words of a finished particle that the caller owns.
    pub(crate) fn value(&mut self) -> Result<Vec<u64>, RuntimeError> {
        self.run(Change::None, true, &mut Stream::new(0))?;
        debug_assert!(self.worker.get().replay().keeps_structure(), "a trace does not replay itself");
        self.reject();
        Ok(self.particles.get(0).to_vec())
    }

    /// The choices of the current trace, in the order in which they are made.
    pub fn choices(&mut self) -> &[Choice] {
        self.worker.get().replay().current()
    }

    /// The log weight of the current trace.
    pub fn log_weight(&self) -> f64 {
        self.log_weight
    }

    /// The last error that made a proposal impossible.
    pub fn rejection(&self) -> Option<&RuntimeError> {
        self.rejection.as_ref()
    }

    /// Draws executions from the prior until one has a weight.
    pub fn begin(&mut self, stream: &mut Stream) -> Result<(), RuntimeError> {
        self.begin_unless(stream, || false)
    }

    /// The same, as long as nobody asks to stop.
    pub fn begin_unless(&mut self, stream: &mut Stream, stopped: impl Fn() -> bool) -> Result<(), RuntimeError> {
        for _ in 0..ATTEMPTS {
            if stopped() {
                return Err(RuntimeError::new(ErrorKind::Interrupted));
            }
            self.restart(stream)?;
            if self.proposed_log_weight > f64::NEG_INFINITY {
                self.accept();
                return match self.worker.get().replay().has_distinct_addresses() {
                    true => Ok(()),
                    false => Err(RuntimeError::new(ErrorKind::Unreachable)),
                };
            }
            self.reject();
        }
        Err(self.rejection.clone().unwrap_or(RuntimeError::new(ErrorKind::ZeroWeight)))
    }

    /// Forgets the current trace, and proposes a new one drawn from the prior, with its log weight as the ratio.
    pub fn restart(&mut self, stream: &mut Stream) -> Result<Proposal, RuntimeError> {
        self.worker.get().forget_trace();
        self.log_weight = 0.0;
        self.propose(Change::None, stream)
    }

    /// The same, with the value that the execution comes to, if it does.
    pub fn restart_for_value(&mut self, stream: &mut Stream) -> Result<(Proposal, Option<Value>), RuntimeError> {
        self.worker.get().forget_trace();
        self.log_weight = 0.0;
        self.run(Change::None, true, stream)?;
        let log_ratio = self.proposed_log_weight;
        let value = (log_ratio > f64::NEG_INFINITY).then(|| self.model.result(&self.particles, 0));
        self.drop_value();
        let replay = self.worker.get().replay();
        let (length, log_drawn) = (replay.proposed().len(), replay.changes().log_drawn);
        Ok((Proposal { log_ratio, length, keeps_structure: false, log_drawn }, value))
    }

    /// Proposes another trace. What is not decided by the current one and the change is drawn from the stream. It has to be accepted or
    /// rejected before the next one.
    pub fn propose(&mut self, change: Change, stream: &mut Stream) -> Result<Proposal, RuntimeError> {
        self.execute(change, true, stream)?;
        let replay = self.worker.get().replay();
        let (length, keeps_structure) = (replay.proposed().len(), replay.keeps_structure());
        let log_drawn = replay.changes().log_drawn;
        let log_ratio = self.proposed_log_weight - self.log_weight + replay.changes().log_density;
        let log_ratio = if log_ratio.is_nan() { f64::NEG_INFINITY } else { log_ratio };
        Ok(Proposal { log_ratio, length, keeps_structure, log_drawn })
    }

    /// Proposes a trace in which a choice of an array or matrix of Reals has gone a normal step of this length in each of its elements.
    pub fn propose_step(&mut self, index: usize, length: f64, stream: &mut Stream) -> Result<Proposal, RuntimeError> {
        let choice = self.choices()[index];
        let worker = self.worker.get();
        // SAFETY: the trace keeps its array; the copy is our own until an execution has it too.
        let array = unsafe {
            let array = worker.copy_numbers(choice.word as *const u64).map_err(RuntimeError::new)?;
            for element in object::numbers_mut(array) {
                *element += length * normal(stream);
            }
            array as u64
        };
        self.array = Some(array);
        let proposal = self.propose(Change::Set(index, array), stream);
        self.array = None;
        // SAFETY: our own reference; the heap is still that of the copy.
        unsafe { self.worker.get().release(array) };
        proposal
    }

    /// The proposed trace becomes the current one.
    pub fn accept(&mut self) {
        self.worker.get().accept_trace();
        self.log_weight = self.proposed_log_weight;
    }

    /// The proposed trace is dropped.
    pub fn reject(&mut self) {
        if mutation::is_active(Mutation::RejectedTrace) {
            return self.accept();
        }
        self.worker.get().reject_trace();
    }

    /// The named choices and the value of the current trace go into a row of draws.
    pub fn record(&mut self, row: usize, draws: &mut Draws) -> Result<(), RuntimeError> {
        // Nothing is drawn; but what is recorded says where in a stream it is, and rows are no copies of each other.
        self.run(Change::None, false, &mut Stream::derive(0, row as u64, 0))?;
        debug_assert!(self.worker.get().replay().keeps_structure(), "a trace does not replay itself");
        self.model.collect(&self.particles, row, draws);
        self.model.discard(&mut self.worker, &mut self.particles);
        self.reject();
        Ok(())
    }

    /// Gives choices that would be drawn these words, for tests that go through all draws.
    pub fn follow(&mut self, script: Option<Vec<u64>>) {
        self.worker.get().replay().follow(script);
    }

    /// The words that the last execution has asked the script for.
    pub fn scripted(&mut self) -> Vec<Asked> {
        self.worker.get().replay().scripted().to_vec()
    }

    /// The choices of the proposed trace.
    pub fn proposed(&mut self) -> &[Choice] {
        self.worker.get().replay().proposed()
    }

    /// Runs on the current trace; the value is dropped. An execution that fails because of the values of numbers is impossible.
    fn execute(&mut self, change: Change, quiet: bool, stream: &mut Stream) -> Result<(), RuntimeError> {
        match self.run(change, quiet, stream) {
            Ok(()) => self.drop_value(),
            Err(error) if error.kind.is_numeric() => {
                self.rejection = Some(error);
                self.proposed_log_weight = f64::NEG_INFINITY;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Releases what the value of the last execution owns.
    fn drop_value(&mut self) {
        let words = self.particles.get(0);
        if self.model.format().pointers(words).iter().any(|at| words[*at as usize] != 0) {
            self.model.discard(&mut self.worker, &mut self.particles);
        }
    }

    fn run(&mut self, change: Change, quiet: bool, stream: &mut Stream) -> Result<(), RuntimeError> {
        // Not afterwards: then the value of the execution is on the heap.
        let is_full = self.worker.get().has_garbage() && self.worker.get().heap_bytes() > GARBAGE;
        if is_full && self.array.is_none() {
            self.renew()?;
        }
        let worker = self.worker.get();
        worker.replay().begin(change, quiet);
        let ended = self.model.replay(worker, &mut self.particles, stream);
        match ended {
            Ok((log_weight, true)) => self.proposed_log_weight = log_weight,
            Ok((_, false)) => {
                self.proposed_log_weight = f64::NEG_INFINITY;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Another worker with the current trace: what an execution that failed has left on the heap goes with the old one.
    fn renew(&mut self) -> Result<(), RuntimeError> {
        if matches!(self.worker, Handle::Borrowed(_)) {
            // The heap is that of the program that infers: what was left on it goes with that.
            return Ok(());
        }
        let mut next = self.model.worker();
        let mut copier = Copier::new(next.get().layouts().clone());
        self.worker.get().move_traces(next.get(), &mut copier).map_err(RuntimeError::new)?;
        self.worker = next;
        Ok(())
    }

    /// How many objects are left on the heap when the traces are dropped: none, unless reference counts are wrong.
    pub fn live_objects(&mut self) -> usize {
        if self.worker.get().has_garbage() && self.renew().is_err() {
            return 0;
        }
        let worker = self.worker.get();
        worker.forget_trace();
        worker.live_objects()
    }
}
