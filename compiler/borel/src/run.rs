//! Runs of compiled programs: `main`, and inference with a model.

use crate::choose::choose;
use crate::density;
use crate::diagnostics::Diagnostics;
use crate::error::Error;
use crate::inference::{ChainProgress, Inference, Progress};
use crate::interrupt::Interrupt;
use crate::library;
use crate::method::{Advi, Family, Hmc, Laplace, Mclmc, Method, Metric, Mh, Nuts, Optimize, Resampling};
use crate::model::Bound;
use crate::posterior::Posterior;
use crate::program::{Program, RunOptions};
use borel_abi::arena::Environment;
use borel_abi::{ErrorKind, Host, Output, RuntimeError, Value};
use borel_driver::back::{Executable, Target, Use};
use borel_driver::stop;
use borel_inference::{Control, Job, Outcome, Settings};
use borel_source::FileId;
use borel_typed::FunctionId;
use serde_json::json;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

/// Lines of output that may wait to be taken.
const LINES: usize = 1024;

/// The view that a method runs.
pub(crate) fn purpose(method: &Method) -> Use {
    match method {
        Method::Enumerate { .. } => Use::Enumerate,
        Method::Importance { .. } => Use::Weigh,
        Method::Smc { .. } | Method::Library(_) => Use::Step,
        Method::Mh(_) => Use::Replay,
        _ => Use::Density,
    }
}

/// Runs a function without parameters.
pub(crate) fn run(
    program: &Program,
    function: FunctionId,
    options: &RunOptions,
    mut output: impl FnMut(&str) + Send,
) -> Result<(), Error> {
    let target = Target { function, purpose: Use::Main, record: false, optimise: program.optimises() };
    let executable = program.executable(target).map_err(|list| Error::Refused(program.diagnostics(list)))?;
    let (sender, lines) = sync_channel::<String>(LINES);
    // A receiver that is gone has no use for the line.
    let print: Output = Box::new(move |line| drop(sender.send(line.to_string())));
    let host = host(options.max_memory, print);
    let stop = options.interrupt.flag();
    let result = std::thread::scope(|scope| {
        let (executable, timeout) = (&executable, options.timeout);
        // The host goes with the thread: the lines end when nobody can print any more.
        let running = scope.spawn(move || {
            let job = job(executable, &[])?;
            borel_inference::execute(&job, &host, options.seed, Some(&stop), timeout)
                .map(|(_, left)| debug_assert_eq!(left, 0, "objects are left on the heap"))
        });
        lines.iter().for_each(|line| output(&line));
        running.join()
    });
    match result {
        Ok(result) => result.map_err(|error| failure(program, &executable, &error, &options.interrupt)),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn host(max_memory: Option<u64>, output: Output) -> Host {
    let limit = max_memory.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX / 2);
    Host::new(limit, output)
}

/// The root that was asked for, with the values of its parameters.
pub(crate) fn job(executable: &Executable, values: &[Value]) -> Result<Job, RuntimeError> {
    let module = executable.module().clone();
    let environment = Environment::bind(&module, 0, values)
        .map_err(|error| RuntimeError::new(ErrorKind::Message(error.to_string())))?;
    Ok(Job { module, root: 0, environment })
}

/// The error of a run as one with messages.
pub(crate) fn failure(
    program: &Program,
    executable: &Executable,
    error: &RuntimeError,
    interrupt: &Interrupt,
) -> Error {
    let mut diagnostic = stop::diagnostic(error, executable.sites());
    if error.kind == ErrorKind::Interrupted {
        let why = if interrupt.is_set() { "the run was interrupted" } else { "the time is up" };
        diagnostic.message = format!("{why}, and there is no result yet");
    }
    let diagnostics = program.diagnostics(vec![diagnostic]);
    if stop::is_failure_of_inference(error) { Error::Inference(diagnostics) } else { Error::Program(diagnostics) }
}

/// The native code that a method runs.
pub(crate) struct Code {
    /// The view of the method.
    pub(crate) main: Arc<Executable>,
    /// The density with its gradient, of methods that use it.
    pub(crate) gradient: Option<Arc<Executable>>,
}

/// Native code for a method. Both views are compiled at the same time.
pub(crate) fn code(inference: &Inference, bound: &Bound, method: &Method) -> Result<Code, Error> {
    let purpose_of_gradient = match method {
        Method::Optimize(Optimize { jacobian: false, .. }) => Some(Use::Mode),
        method if method.is_by_gradient() => Some(Use::Density),
        _ => None,
    };
    std::thread::scope(|scope| {
        let gradient =
            purpose_of_gradient.map(|purpose| scope.spawn(move || density::executable(bound, purpose, false)));
        // What runs a method of the library is a program that calls it.
        let purpose = if matches!(method, Method::Library(_)) { Use::Main } else { purpose(method) };
        let main = density::executable(bound, purpose, inference.record);
        let gradient = gradient.map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        Ok(Code { gradient: gradient.transpose()?, main: main? })
    })
}

/// The number of choices of a density, if it makes the same ones at several points and has some.
pub(crate) fn steady_dimension(inference: &Inference, bound: &Bound, code: &Code) -> Option<usize> {
    let host = host(inference.max_memory, Box::new(|_| {}));
    let job = job(code.gradient.as_ref()?, &bound.values).ok()?;
    borel_inference::steady_dimension(&job, &host, inference.seed).filter(|dimension| *dimension > 0)
}

/// Runs a method once its code is there.
pub(crate) fn run_method(
    inference: &Inference,
    bound: &Bound,
    code: &Code,
    method: &Method,
    control: Control<'_>,
) -> Result<Outcome, RuntimeError> {
    let gradient = code.gradient.as_ref().map(|executable| job(executable, &bound.values)).transpose()?;
    let settings = Settings {
        gradient: gradient.as_ref(),
        method: runtime_method(method),
        seed: inference.seed,
        threads: inference.threads,
        repeats: inference.repeats,
        genealogy: inference.genealogy,
        timeout: inference.timeout,
        control,
    };
    let host = host(inference.max_memory, Box::new(|_| {}));
    borel_inference::infer(&job(&code.main, &bound.values)?, &host, &settings)
}

/// Infers with a model.
pub(crate) fn infer(inference: &Inference, bound: &Bound) -> Result<Posterior, Error> {
    let start = Instant::now();
    let (method, choice, found) = match inference.method {
        Some(method) => (method, None, None),
        None => {
            let choice = choose(inference, bound)?;
            (choice.method, Some(choice.reason), choice.outcome)
        }
    };
    let inferring = match &method {
        Method::Library(own) => Some(library::inferring(bound, own)?),
        _ => None,
    };
    let (given, bound) = (bound, inferring.as_ref().unwrap_or(bound));
    let code = code(inference, bound, &method)?;
    let started = Instant::now();
    let outcome = match found {
        Some(outcome) => outcome,
        None => run_with_progress(inference, bound, &code, &method)
            .map_err(|error| explained(inference, (given, bound), &method, &code, &error))?,
    };
    debug_assert!(outcome.partial || outcome.live_objects == 0, "{} objects are left", outcome.live_objects);
    let sampling = if choice.is_some() { start.elapsed() } else { started.elapsed() };
    let mut timings = bound.model.program().timings().clone();
    timings.extend(code.main.timings());
    if let Some(gradient) = &code.gradient {
        timings.extend(gradient.timings());
    }
    let interrupted = inference.interrupt.is_set();
    let stopped = outcome.partial.then_some(if interrupted { "interrupted" } else { "its time was up" });
    let warnings = warnings(given, &method, &code, &outcome);
    let inner = borel_posterior::Posterior {
        model: given.model.name().to_string(),
        method: method.name().to_string(),
        seed: inference.seed,
        backend: "cranelift".to_string(),
        log_evidence: outcome.log_evidence,
        log_evidence_error: outcome.log_evidence_error,
        diagnostics: outcome.diagnostics.iter().map(|(name, value)| (name.to_string(), figure(*value))).collect(),
        seconds: borel_posterior::Seconds {
            compile: timings.total().as_secs_f64(),
            warmup: outcome.warmup_seconds,
            sampling: sampling.as_secs_f64() - outcome.warmup_seconds.unwrap_or(0.0),
        },
        partial: outcome.partial,
        draws: outcome.draws,
    };
    Ok(Posterior { inner, choice, stopped, warnings, timings, genealogy: outcome.genealogy })
}

/// The error of a run of a method on a model, by the model that it runs. Importance sampling and Metropolis-Hastings weigh whole executions; which observation none of them
/// survives, SMC knows.
fn explained(
    inference: &Inference,
    (model, running): (&Bound, &Bound),
    method: &Method,
    code: &Code,
    error: &RuntimeError,
) -> Error {
    let is_hopeless = error.kind == ErrorKind::ZeroWeight;
    let particles = match method {
        Method::Importance { draws } if is_hopeless => Some((*draws).min(Method::PARTICLES)),
        Method::Mh(_) if is_hopeless => Some(Method::PARTICLES),
        // What the library itself says is that nothing is possible.
        Method::Library(_) if is_hopeless || is_of_library(&code.main, error) => Some(Method::PARTICLES),
        _ => None,
    };
    if let Some(particles) = particles {
        let smc = Method::smc(particles);
        if let Ok(stepwise) = self::code(inference, model, &smc)
            && let Err(located) = run_with_progress(inference, model, &stepwise, &smc)
            && located.kind == ErrorKind::ZeroWeight
        {
            return failure(model.model.program(), &stepwise.main, &located, &inference.interrupt);
        }
    }
    let program = running.model.program();
    // Where the density is zero the code that records has found.
    let executable = code.gradient.as_ref().filter(|_| error.kind != ErrorKind::ZeroDensity).unwrap_or(&code.main);
    failure(program, executable, error, &inference.interrupt)
}

/// Whether a program was stopped by `fail` in a module of the library.
fn is_of_library(executable: &Executable, error: &RuntimeError) -> bool {
    let span = error.site.and_then(|site| executable.sites().get(site as usize));
    matches!(error.kind, ErrorKind::Message(_)) && span.is_some_and(|span| span.file != FileId(0))
}

/// A figure of a method: counts without a fraction.
fn figure(value: f64) -> serde_json::Value {
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

fn run_with_progress(
    inference: &Inference,
    bound: &Bound,
    code: &Code,
    method: &Method,
) -> Result<Outcome, RuntimeError> {
    let what = match method {
        Method::Enumerate { .. } => "executions",
        Method::Importance { .. } => "chunks of draws",
        Method::Smc { .. } => "steps",
        Method::Nuts(_) | Method::Hmc(_) | Method::Mclmc(_) | Method::Mh(_) => "draws",
        Method::Optimize(_) | Method::Laplace(_) => "starts",
        Method::Advi(_) => "iterations",
        Method::Library(_) => "runs",
    };
    let tell = |progress: borel_inference::Progress| {
        if let Some(watcher) = &inference.progress {
            let chain = progress.chain.map(|chain| ChainProgress {
                chain: chain.chain,
                divergences: chain.divergences,
                step_size: chain.step_size,
                is_warmup: chain.is_warmup,
            });
            watcher(&Progress { what, done: progress.done, total: progress.total, chain });
        }
    };
    let stop = inference.interrupt.flag();
    let control = Control { stop: Some(&stop), progress: Some(&tell) };
    run_method(inference, bound, code, method, control)
}

/// What looks suspicious about the model and the method.
fn warnings(bound: &Bound, method: &Method, code: &Code, outcome: &Outcome) -> Diagnostics {
    let model = bound.model.definition();
    let mut list = crate::particles::warnings(model, method, code, outcome);
    if let Some(error) = &outcome.rejection {
        let sites = code.gradient.as_ref().unwrap_or(&code.main).sites();
        list.extend(crate::trust::of_rejections(stop::diagnostic(error, sites), outcome));
    }
    if method.has_chains() {
        list.extend(crate::trust::warnings(model.name.as_ref(), model.span, outcome));
        if matches!(method, Method::Mh(_)) {
            list.extend(crate::trust::of_acceptance(model.name.as_ref(), model.span, outcome));
        }
        if let Method::Mclmc(settings) = method {
            list.push(crate::trust::of_unadjusted_draws(model.span, settings.step_size));
        }
    } else if method.is_by_gradient() {
        list.extend(crate::trust::of_approximations(model.name.as_ref(), model.span, outcome));
    }
    bound.model.program().diagnostics(list)
}

fn runtime_method(method: &Method) -> borel_inference::Method {
    match *method {
        Method::Enumerate { mass } => borel_inference::Method::Enumerate { mass },
        Method::Importance { draws } => borel_inference::Method::Importance { draws },
        Method::Smc { particles, resampling, threshold } => {
            borel_inference::Method::Smc { particles, resampling: scheme(resampling), threshold }
        }
        Method::Nuts(Nuts { metric, draws, warmup, chains, target_acceptance, max_depth }) => {
            let metric = runtime_metric(metric);
            let settings = borel_inference::Nuts { metric, draws, warmup, chains, target_acceptance, max_depth };
            borel_inference::Method::Nuts(settings)
        }
        Method::Hmc(Hmc { steps, draws, warmup, chains, target_acceptance }) => {
            borel_inference::Method::Hmc(borel_inference::Hmc { steps, draws, warmup, chains, target_acceptance })
        }
        Method::Mclmc(Mclmc { metric, draws, warmup, chains, step_size, decoherence_length }) => {
            let metric = runtime_metric(metric);
            let settings = borel_inference::Mclmc { metric, draws, warmup, chains, step_size, decoherence_length };
            borel_inference::Method::Mclmc(settings)
        }
        Method::Library(library) => borel_inference::Method::Library(match library.has_chains() {
            true => borel_inference::library::Library::Chains {
                count: library.chains,
                warmup: library.warmup,
                draws: library.draws,
            },
            false => borel_inference::library::Library::Population,
        }),
        Method::Mh(Mh { draws, warmup, chains, thin }) => {
            borel_inference::Method::Mh(borel_inference::Mh { draws, warmup, chains, thin })
        }
        Method::Optimize(Optimize { starts, iterations, .. }) => {
            borel_inference::Method::Optimize(borel_inference::Optimize { starts, iterations })
        }
        Method::Laplace(Laplace { starts, iterations, draws }) => {
            let optimize = borel_inference::Optimize { starts, iterations };
            borel_inference::Method::Laplace(borel_inference::Laplace { optimize, draws })
        }
        Method::Advi(Advi { family, iterations, draws }) => {
            let family = match family {
                Family::MeanField => borel_inference::Family::MeanField,
                Family::FullRank => borel_inference::Family::FullRank,
            };
            borel_inference::Method::Advi(borel_inference::Advi { family, iterations, draws })
        }
    }
}

fn runtime_metric(metric: Metric) -> Option<borel_inference::Metric> {
    match metric {
        Metric::Automatic => None,
        Metric::Diagonal => Some(borel_inference::Metric::Diagonal),
        Metric::LowRank => Some(borel_inference::Metric::LowRank),
    }
}

fn scheme(resampling: Resampling) -> borel_inference::Resampling {
    match resampling {
        Resampling::Systematic => borel_inference::Resampling::Systematic,
        Resampling::Stratified => borel_inference::Resampling::Stratified,
        Resampling::Multinomial => borel_inference::Resampling::Multinomial,
        Resampling::Residual => borel_inference::Resampling::Residual,
    }
}
