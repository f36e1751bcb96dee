//! Runs of compiled programs: `main`, and inference with a model.

use crate::diagnostics::Diagnostics;
use crate::error::Error;
use crate::inference::{Inference, Progress};
use crate::method::{Method, Resampling};
use crate::model::Bound;
use crate::posterior::Posterior;
use crate::program::{Program, RunOptions};
use crate::repeats;
use crate::watchdog::{Reason, Watchdog};
use borel_abi::arena::Environment;
use borel_abi::stack::with_stack;
use borel_abi::stream::Stream;
use borel_abi::{ErrorKind, Host, Output, RuntimeError};
use borel_diagnostics::Diagnostic;
use borel_driver::back::{Executable, Target, Use};
use borel_driver::stop;
use borel_inference::compiled::{Captured, View};
use borel_inference::{CHUNK, CompiledModel, Control, Importance, Model, Population, Smc, Team};
use borel_posterior::Draws;
use borel_typed::FunctionId;
use serde_json::{Value as Json, json};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// Stack of the thread that runs compiled code; only reserved until it is used.
const STACK: usize = 1 << 30;
/// How long a run that is to stop may take to end with what there is.
const GRACE: Duration = Duration::from_secs(2);
/// Lines of output that may wait to be taken.
const LINES: usize = 1024;

/// The view that a method runs.
pub(crate) fn purpose(method: &Method) -> Use {
    match method {
        Method::Enumerate { .. } => Use::Enumerate,
        Method::Importance { .. } => Use::Weigh,
        Method::Smc { .. } => Use::Step,
    }
}

/// Runs a function without parameters.
pub(crate) fn run(
    program: &Program,
    function: FunctionId,
    options: &RunOptions,
    mut output: impl FnMut(&str) + Send,
) -> Result<(), Error> {
    let target = Target { function, purpose: Use::Main, record: false };
    let executable = program.executable(target).map_err(|list| Error::Refused(program.diagnostics(list)))?;
    let (sender, lines) = sync_channel::<String>(LINES);
    let result = std::thread::scope(|scope| {
        let executable = &executable;
        let running = scope.spawn(move || with_stack(STACK, move || run_once(executable, options, sender)));
        lines.iter().for_each(|line| output(&line));
        running.join()
    });
    match result {
        Ok(result) => result.map_err(|error| failure(program, &executable, &error)),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn run_once(executable: &Executable, options: &RunOptions, sender: SyncSender<String>) -> Result<(), RuntimeError> {
    // A receiver that is gone has no use for the line.
    let print: Output = Box::new(move |line| drop(sender.send(line.to_string())));
    let host = host(options.max_memory, print);
    let _watchdog = Watchdog::new(&options.interrupt, options.timeout, Duration::ZERO, host.interrupt.clone());
    let model = compiled_model(executable, &[], View::Simulate, &host)?;
    let mut worker = model.worker();
    let mut particles = model.begin(&mut worker, 1)?;
    let mut stream = Stream::new(options.seed);
    model.advance(&mut worker, &mut particles, &mut stream, &mut [0.0])?;
    model.discard(&mut worker, &mut particles);
    Ok(())
}

fn host(max_memory: Option<u64>, output: Output) -> Host {
    let limit = max_memory.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX / 2);
    Host::new(limit, output)
}

fn compiled_model(
    executable: &Executable,
    values: &[borel_abi::Value],
    view: View,
    host: &Host,
) -> Result<CompiledModel, RuntimeError> {
    let fault = |reason: String| RuntimeError::new(ErrorKind::Message(reason));
    let environment = Environment::bind(executable.module(), 0, values).map_err(|error| fault(error.to_string()))?;
    let model = CompiledModel::new(executable.module(), 0, Captured::Environment(environment), view, host);
    model.ok_or_else(|| fault("the program was not compiled for this".into()))
}

/// The error of a run as one with messages.
fn failure(program: &Program, executable: &Executable, error: &RuntimeError) -> Error {
    let diagnostics = program.diagnostics(vec![stop::diagnostic(error, executable.sites())]);
    if stop::is_failure_of_inference(error) { Error::Inference(diagnostics) } else { Error::Program(diagnostics) }
}

/// One run of a method, before summaries.
pub(crate) struct Outcome {
    pub(crate) draws: Draws,
    pub(crate) log_evidence: f64,
    pub(crate) diagnostics: Vec<(String, Json)>,
    pub(crate) partial: bool,
}

/// Infers with a model.
pub(crate) fn infer(inference: &Inference, bound: &Bound) -> Result<Posterior, Error> {
    let (method, choice) = match inference.method {
        Some(method) => (method, None),
        None => {
            let (method, why) = crate::choose::choose(inference, bound);
            (method, Some(why))
        }
    };
    let program = bound.model.program();
    let purpose = purpose(&method);
    let target = Target { function: bound.model.function_id(), purpose, record: inference.record };
    let executable = program.executable(target).map_err(|list| Error::Refused(program.diagnostics(list)))?;
    let start = Instant::now();
    let host = host(inference.max_memory, Box::new(|_| {}));
    let watchdog = Watchdog::new(&inference.interrupt, inference.timeout, GRACE, host.interrupt.clone());
    let session = Session { inference, method, executable: &executable, host: &host, watchdog: &watchdog };
    let outcome = session.run(bound).map_err(|error| failure(program, &executable, &error))?;
    let mut timings = program.timings().clone();
    timings.extend(executable.timings());
    let inner = borel_posterior::Posterior {
        model: bound.model.name().to_string(),
        method: method.name().to_string(),
        seed: inference.seed,
        backend: "cranelift".to_string(),
        log_evidence: Some(outcome.log_evidence),
        log_evidence_error: outcome.error,
        diagnostics: outcome.diagnostics,
        seconds: borel_posterior::Seconds {
            compile: timings.total().as_secs_f64(),
            warmup: None,
            sampling: start.elapsed().as_secs_f64(),
        },
        partial: outcome.partial,
        draws: outcome.draws,
    };
    let warnings = warnings(bound, &method, &executable);
    let stopped = watchdog.reason().filter(|_| inner.partial).map(stopped_by);
    Ok(Posterior { inner, choice, stopped, warnings, timings })
}

fn stopped_by(reason: Reason) -> &'static str {
    match reason {
        Reason::Interrupt => "interrupted",
        Reason::Timeout => "its time was up",
    }
}

/// What looks suspicious about the model and the method.
fn warnings(bound: &Bound, method: &Method, executable: &Executable) -> Diagnostics {
    let observes = executable.module().roots.first().is_none_or(|root| root.observes);
    let mut list = Vec::new();
    if !observes && matches!(method, Method::Smc { .. }) {
        let model = bound.model.definition();
        let message = format!("the model `{}` observes nothing: its posterior is its prior", model.name);
        list.push(
            Diagnostic::warning("W0401", model.span, message, "has no observe, factor or condition")
                .help("is an `observe` missing? if not, --method importance draws from the prior with less work"),
        );
    }
    bound.model.program().diagnostics(list)
}

/// What a run of a method has to do with.
struct Session<'a> {
    inference: &'a Inference,
    method: Method,
    executable: &'a Executable,
    host: &'a Host,
    watchdog: &'a Watchdog,
}

impl Session<'_> {
    fn run(&self, bound: &Bound) -> Result<repeats::Outcome, RuntimeError> {
        let view = if matches!(self.method, Method::Importance { .. }) { View::Weigh } else { View::Step };
        let model = compiled_model(self.executable, &bound.values, view, self.host)?;
        let threads = self.threads();
        let pool = borel_inference::thread_pool(threads);
        let mut team = Team::new((0..threads).map(|_| model.worker()).collect(), pool.as_ref());
        let mut outcomes = Vec::new();
        for repeat in 0..self.inference.repeats {
            outcomes.push(self.run_once(&model, &mut team, repeats::seed(self.inference.seed, repeat))?);
            if self.watchdog.reason().is_some() {
                break;
            }
        }
        Ok(repeats::combine(outcomes, self.inference.repeats))
    }

    /// More threads than chunks have nothing to do.
    fn threads(&self) -> usize {
        let count = match self.method {
            Method::Enumerate { .. } => 1,
            Method::Importance { draws } => draws,
            Method::Smc { particles, .. } => particles,
        };
        self.inference.threads.min(count.div_ceil(CHUNK)).max(1)
    }

    fn run_once(
        &self,
        model: &CompiledModel,
        team: &mut Team<'_, <CompiledModel as Model>::Worker>,
        seed: u64,
    ) -> Result<Outcome, RuntimeError> {
        let what = if matches!(self.method, Method::Smc { .. }) { "steps" } else { "chunks" };
        let tell = |progress: borel_inference::Progress| {
            if let Some(watcher) = &self.inference.progress {
                watcher(&Progress { what, done: progress.done, total: progress.total });
            }
        };
        let control = Control { stop: Some(self.watchdog.stop()), progress: Some(&tell) };
        let population = match self.method {
            Method::Smc { particles, resampling, threshold } => {
                let resampling = scheme(resampling);
                let settings = Smc { particles, resampling, threshold, seed, genealogy: false };
                borel_inference::smc(model, team, &settings, &control)?
            }
            Method::Importance { draws } => {
                borel_inference::importance(model, team, &Importance { draws, seed }, &control)?
            }
            Method::Enumerate { .. } => return Err(RuntimeError::new(ErrorKind::Refused)),
        };
        Ok(outcome(model, team, population, &self.method))
    }
}

fn outcome(
    model: &CompiledModel,
    team: &mut Team<'_, <CompiledModel as Model>::Worker>,
    population: Population<CompiledModel>,
    method: &Method,
) -> Outcome {
    let size = population.weights.iter().map(|weight| weight * weight).sum::<f64>().recip();
    let mut diagnostics = vec![("effective_sample_size".to_string(), json!(size))];
    match method {
        Method::Smc { particles, .. } => {
            diagnostics.push(("particles".into(), json!(particles)));
            diagnostics.push(("steps".into(), json!(population.steps)));
            diagnostics.push(("resamplings".into(), json!(population.resamplings)));
            diagnostics
                .push(("smallest_effective_sample_size".into(), json!(population.smallest_effective_sample_size)));
        }
        _ => diagnostics.push(("draws".into(), json!(population.weights.len()))),
    }
    if population.not_numbers > 0 {
        diagnostics.push(("log_weights_not_a_number".into(), json!(population.not_numbers)));
    }
    let draws = population.draws(model);
    let (log_evidence, partial) = (population.log_evidence, population.partial);
    population.discard(model, team);
    Outcome { draws, log_evidence, diagnostics, partial }
}

fn scheme(resampling: Resampling) -> borel_inference::Resampling {
    match resampling {
        Resampling::Systematic => borel_inference::Resampling::Systematic,
        Resampling::Stratified => borel_inference::Resampling::Stratified,
        Resampling::Multinomial => borel_inference::Resampling::Multinomial,
        Resampling::Residual => borel_inference::Resampling::Residual,
    }
}
