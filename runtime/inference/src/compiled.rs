//! A root of a compiled program as a [`Model`].

#![allow(unsafe_code)]

use crate::collect::Collector;
use crate::model::{Model, Sources};
use crate::particles::{Format, LOG_WEIGHT, MEMO, MEMS, Particles, STATE, TRACE};
use borel_abi::arena::Environment;
use borel_abi::copy::Copier;
use borel_abi::module::{DONE, Machine, Module, Root, Run};
use borel_abi::object;
use borel_abi::stream::Stream;
use borel_abi::value::word_count;
use borel_abi::{Ctx, ErrorKind, Host, RuntimeError, Value, Worker};
use borel_posterior::Draws;
use std::sync::Arc;

/// A worker of a compiled program: its own, or the one that called for a nested inference.
pub enum Handle {
    /// Its own
    Owned(Box<Worker>),
    /// Somebody else's, who waits
    Borrowed(*mut Worker),
}

// SAFETY: a borrowed worker is used by the thread that waits in it: nested inference has one worker and no pool.
unsafe impl Send for Handle {}

impl Handle {
    /// The worker.
    pub fn get(&mut self) -> &mut Worker {
        match self {
            Handle::Owned(worker) => worker,
            // SAFETY: the caller's worker outlives the nested inference and is not used but through this handle.
            Handle::Borrowed(worker) => unsafe { &mut **worker },
        }
    }
}

/// The data or captured values of a root.
#[derive(Clone)]
pub enum Captured {
    /// Data
    Environment(Environment),
    /// A closure that the caller keeps alive
    Closure(*const u64),
}

impl Captured {
    pub(crate) fn pointer(&self) -> *const u64 {
        match self {
            Captured::Environment(environment) => environment.pointer(),
            Captured::Closure(closure) => *closure,
        }
    }
}

/// How executions advance.
#[derive(Clone)]
enum Code {
    /// To their next score
    Step(Machine, u64),
    /// To their end
    Run(Run),
    /// To their end, from the point of the worker
    Evaluate(Run),
    /// To their end, on the trace of the worker
    Replay(Run),
}

/// A root of a compiled program, with its environment.
pub struct CompiledModel {
    module: Arc<Module>,
    root: usize,
    captured: Captured,
    code: Code,
    format: Format,
    host: Host,
    /// What a nested inference starts with: the memo table (kept alive by the caller) and the number of `mem`s
    memory: (u64, u64),
}

// SAFETY: the closure of a nested inference is used by one thread; environments are immortal.
unsafe impl Sync for CompiledModel {}

/// Which view of a root to run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// With scores, stopping at each where the program was compiled for that
    Step,
    /// With scores, without stopping if the program was compiled for that only
    Weigh,
    /// Without scores
    Simulate,
    /// At the point of the worker
    Density,
    /// On the trace of the worker
    Replay,
}

impl CompiledModel {
    /// A view of a root. None if the program was not compiled for it.
    pub fn new(
        module: &Arc<Module>,
        root: usize,
        captured: Captured,
        view: View,
        host: &Host,
    ) -> Option<CompiledModel> {
        let info: &Root = module.roots.get(root)?;
        let step = || Some(Code::Step(module.step.clone()?, info.step_start?));
        let weigh = || info.weigh.map(Code::Run);
        let code = match view {
            // A machine is preferred also where it need not stop: what has become impossible does not go on there.
            View::Step | View::Weigh => step().or_else(weigh)?,
            View::Simulate => Code::Run(info.simulate?),
            View::Density => Code::Evaluate(info.density?),
            View::Replay => Code::Replay(info.replay?),
        };
        let format = match &code {
            Code::Step(machine, _) => Format::of_machine(module, machine, info.result),
            Code::Run(_) | Code::Evaluate(_) | Code::Replay(_) => Format::of_runs(module, info.result),
        };
        let (module, host) = (module.clone(), host.clone());
        Some(CompiledModel { module, root, captured, code, format, host, memory: (0, 0) })
    }

    /// The program.
    pub(crate) fn module(&self) -> &Module {
        &self.module
    }

    /// With a memo table that particles begin with.
    pub(crate) fn with_memory(mut self, memo: *mut u64, mems: i64) -> CompiledModel {
        self.memory = (memo as u64, mems as u64);
        self
    }

    /// The data or captured values.
    pub(crate) fn environment(&self) -> *const u64 {
        self.captured.pointer()
    }

    /// A worker for it.
    pub fn worker(&self) -> Handle {
        Handle::Owned(Box::new(Worker::new(self.module.clone(), self.host.clone(), 0)))
    }

    /// How particles are arranged.
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// The value that a particle has come to.
    pub fn result(&self, particles: &Particles, index: usize) -> Value {
        let shape = self.module.roots[self.root].result;
        let words = &particles.get(index)[self.format.start()..][..word_count(&self.module, shape)];
        // SAFETY: a finished particle whose worker is at rest.
        unsafe { Value::read(&self.module, shape, words) }
    }

    /// The words of a particle that has not begun.
    fn first(&self) -> Vec<u64> {
        let mut words = vec![0; self.format.stride];
        if let Code::Step(_, start) = self.code {
            words[STATE] = start;
        }
        if self.format.ambient {
            (words[MEMO], words[MEMS]) = self.memory;
        }
        words
    }

    /// Runs one execution on the trace of the worker. Gives its log weight, and whether it came to its end: if not, it failed after
    /// a score of zero, and what it had is left to the heap.
    pub(crate) fn replay(
        &self,
        worker: &mut Worker,
        particles: &mut Particles,
        stream: &mut Stream,
    ) -> Result<(f64, bool), RuntimeError> {
        let Code::Replay(run) = self.code else { return Err(RuntimeError::new(ErrorKind::Refused)) };
        let words = particles.get_mut(0);
        words.fill(0);
        (words[MEMO], words[MEMS]) = self.memory;
        // SAFETY: the caller of a nested inference keeps its memo table; for others it is 0.
        unsafe { object::retain(self.memory.0) };
        std::mem::swap(&mut worker.ctx().stream, stream);
        let ended = run_one(run, worker, self.captured.pointer(), words, self.format.start());
        std::mem::swap(&mut worker.ctx().stream, stream);
        Ok((f64::from_bits(std::mem::replace(&mut words[LOG_WEIGHT], 0)), ended?))
    }

    fn advance_machine(
        &self,
        machine: &Machine,
        worker: &mut Worker,
        particles: &mut Particles,
    ) -> Result<(), RuntimeError> {
        let (advance, environment) = (machine.advance, self.captured.pointer());
        let (first, count) = (particles.as_mut_ptr(), particles.count() as i64);
        // SAFETY: the particles are as the machine left them, the environment is alive; the closure captures pointers only.
        unsafe { worker.enter(move |ctx| advance(ctx, environment, first, count)) }
    }

    /// Runs each particle that has not finished to its end.
    fn run_all(&self, run: Run, worker: &mut Worker, particles: &mut Particles) -> Result<(), RuntimeError> {
        let start = self.format.start();
        for i in 0..particles.count() {
            let words = particles.get_mut(i);
            if words[STATE] != DONE {
                run_one(run, worker, self.captured.pointer(), words, start)?;
            }
        }
        Ok(())
    }
}

/// Runs an execution to its end. What fails after a score of zero is impossible, not an error. Gives whether the end was reached.
fn run_one(
    run: Run,
    worker: &mut Worker,
    environment: *const u64,
    words: &mut [u64],
    start: usize,
) -> Result<bool, RuntimeError> {
    let ctx = worker.ctx();
    ctx.log_weight = 0.0;
    ctx.trace = std::mem::replace(&mut words[TRACE], 0) as *mut u64;
    ctx.memo = std::mem::replace(&mut words[MEMO], 0) as *mut u64;
    ctx.mems = words[MEMS] as i64;
    (ctx.scope, ctx.path) = (0, 0);
    let out = words[start..].as_mut_ptr();
    // SAFETY: the environment is alive, and there is room for the result; the closure captures pointers only.
    let result = unsafe { worker.enter(move |ctx: *mut Ctx| run(ctx, environment, out)) };
    let ctx = worker.ctx();
    let log_weight = ctx.log_weight;
    let trace = std::mem::replace(&mut ctx.trace, std::ptr::null_mut()) as u64;
    let memo = std::mem::replace(&mut ctx.memo, std::ptr::null_mut()) as u64;
    words[STATE] = DONE;
    words[LOG_WEIGHT] = log_weight.to_bits();
    match result {
        Ok(()) => {
            (words[TRACE], words[MEMO]) = (trace, memo);
            Ok(true)
        }
        Err(error) => {
            // SAFETY: the particle's own; what else the execution had is left to the heap.
            unsafe {
                worker.release(trace);
                worker.release(memo);
            }
            words[start..].fill(0);
            if is_impossible(&error, log_weight) { Ok(false) } else { Err(error) }
        }
    }
}

/// Whether an error comes from going on after a score of zero, as `condition(i < n)` before `xs[i]` does where nothing stops.
pub(crate) fn is_impossible(error: &RuntimeError, log_weight: f64) -> bool {
    let outside = matches!(error.kind, ErrorKind::Interrupted | ErrorKind::OutOfMemory { .. });
    log_weight == f64::NEG_INFINITY && !outside
}

impl Model for CompiledModel {
    type Worker = Handle;
    type Particles = Particles;

    fn begin(&self, _: &mut Handle, count: usize) -> Result<Particles, RuntimeError> {
        let first = self.first();
        let particles = Particles::new(&first, count, &self.host.budget).map_err(RuntimeError::new)?;
        if self.format.ambient {
            // SAFETY: the caller of a nested inference keeps its memo table; for others it is 0.
            unsafe { object::retain_times(self.memory.0, count as u32) };
        }
        Ok(particles)
    }

    fn advance(
        &self,
        worker: &mut Handle,
        particles: &mut Particles,
        stream: &mut Stream,
        gains: &mut [f64],
    ) -> Result<usize, RuntimeError> {
        let worker = worker.get();
        std::mem::swap(&mut worker.ctx().stream, stream);
        let result = match &self.code {
            Code::Step(machine, _) => self.advance_machine(machine, worker, particles),
            Code::Run(run) => self.run_all(*run, worker, particles),
            Code::Evaluate(run) => {
                worker.begin_density();
                self.run_all(*run, worker, particles)
            }
            Code::Replay(run) => self.run_all(*run, worker, particles),
        };
        std::mem::swap(&mut worker.ctx().stream, stream);
        result?;
        let mut unfinished = 0;
        for (i, gain) in gains.iter_mut().enumerate() {
            let words = particles.get_mut(i);
            // Taken out, since nothing writes it again once the particle has finished.
            *gain = f64::from_bits(std::mem::replace(&mut words[LOG_WEIGHT], 0));
            unfinished += usize::from(words[STATE] != DONE);
        }
        Ok(unfinished)
    }

    fn retire(&self, worker: &mut Handle, particles: &mut Particles, index: usize) {
        // SAFETY: a particle of this worker, not in the middle of an advance.
        unsafe { self.format.retire(worker.get(), particles.get_mut(index)) }
    }

    fn finished(&self, particles: &Particles, index: usize) -> bool {
        particles.get(index)[STATE] == DONE
    }

    fn site(&self, particles: &Particles, index: usize) -> Option<u32> {
        self.format.site(particles.get(index))
    }

    fn gather(&self, _: &mut Handle, sources: &Sources<'_, Self>, target: &mut Particles) {
        for (i, ancestor) in sources.ancestors.iter().enumerate() {
            let (chunk, index, own) = sources.find(*ancestor);
            let words = chunk.get(index);
            target.get_mut(i).copy_from_slice(words);
            if own && self.format.owning {
                // SAFETY: a particle of this worker.
                unsafe { self.format.retain(words) };
            }
        }
    }

    fn adopt(
        &self,
        worker: &mut Handle,
        sources: &Sources<'_, Self>,
        target: &mut Particles,
    ) -> Result<(), RuntimeError> {
        let worker = worker.get();
        let mut copier = Copier::new(worker.layouts().clone());
        for (i, ancestor) in sources.ancestors.iter().enumerate() {
            if !sources.find(*ancestor).2 {
                // SAFETY: the words were copied from a live particle, whose worker copies from others meanwhile and changes nothing.
                unsafe { self.format.adopt(worker, &mut copier, target.get_mut(i)).map_err(RuntimeError::new)? };
            }
        }
        Ok(())
    }

    fn discard(&self, worker: &mut Handle, particles: &mut Particles) {
        if self.format.owning {
            for i in 0..particles.count() {
                // SAFETY: particles of this worker that own their pointers.
                unsafe { self.format.release(worker.get(), particles.get(i)) };
            }
        }
    }

    fn owns_memory(&self) -> bool {
        self.format.owning
    }

    fn collect(&self, particles: &Particles, first: usize, draws: &mut Draws) {
        let mut collector = Collector::new(&self.module, &self.host.scopes, self.module.roots[self.root].result);
        for i in 0..particles.count() {
            if draws.weights[first + i] > 0.0 {
                // SAFETY: a live particle whose worker is at rest.
                unsafe { collector.particle(&self.format, particles.get(i), (first + i) as u32, draws) };
            }
        }
    }
}
