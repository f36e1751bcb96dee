//! Whole runs of compiled programs: a root with its data, a method, and what comes out.

use crate::approximation::{self, Advi, Laplace, Optimize};
use crate::chains;
use crate::compiled::{Captured, CompiledModel, View};
use crate::control::Control;
use crate::densities::Densities;
use crate::enumerate::{Enumerate, ExactModel, enumerate};
use crate::hmc::Hmc;
use crate::importance::{Importance, importance};
use crate::library::{self, Library};
use crate::mclmc::Mclmc;
use crate::mh::Mh;
use crate::model::Model;
use crate::nuts::Nuts;
use crate::resample::Resampling;
use crate::smc::{Population, Smc, Weighings, smc};
use crate::team::{Team, thread_pool};
use crate::watch::watched;
use crate::weights::log_add;
use borel_abi::arena::Environment;
use borel_abi::module::Module;
use borel_abi::stream::Stream;
use borel_abi::{ErrorKind, Host, RuntimeError, Value, stack};
use borel_posterior::Draws;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// The stack of the thread that runs a program. Only reserved.
const STACK: usize = 1 << 30;

/// How long a method has to stop by itself before its code is interrupted.
const GRACE: Duration = Duration::from_millis(300);

/// A root of a program with its data.
#[derive(Clone)]
pub struct Job {
    /// The program. Whoever made its code keeps it alive.
    pub module: Arc<Module>,
    /// Which root.
    pub root: usize,
    /// Its data.
    pub environment: Environment,
}

/// A method.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Method {
    /// Exact, up to a prior mass
    Enumerate {
        /// The prior mass to explore
        mass: f64,
    },
    /// Importance sampling from the prior
    Importance {
        /// How many executions
        draws: usize,
    },
    /// Draws from the prior, whatever is observed
    Simulate {
        /// How many executions
        draws: usize,
    },
    /// Sequential Monte Carlo
    Smc {
        /// How many particles
        particles: usize,
        /// How to resample
        resampling: Resampling,
        /// Resample below this times the number of particles
        threshold: f64,
    },
    /// The No-U-Turn sampler
    Nuts(Nuts),
    /// Hamiltonian Monte Carlo with trajectories of one length
    Hmc(Hmc),
    /// Unadjusted microcanonical Langevin Monte Carlo
    Mclmc(Mclmc),
    /// Metropolis-Hastings, a choice at a time
    Mh(Mh),
    /// The mode
    Optimize(Optimize),
    /// A normal approximation at the mode
    Laplace(Laplace),
    /// A normal approximation by variational inference
    Advi(Advi),
    /// One that is written in the language: the root gives the draws
    Library(Library),
}

/// How to run.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// The method.
    pub method: Method,
    /// The seed.
    pub seed: u64,
    /// How many threads; the result does not depend on it.
    pub threads: usize,
    /// Independent repetitions, for the standard error of the evidence.
    pub repeats: usize,
    /// Whether SMC keeps who descends from whom.
    pub genealogy: bool,
    /// Stop after this time, with what there is by then.
    pub timeout: Option<Duration>,
    /// How the caller takes part.
    pub control: Control<'a>,
    /// The same root with its gradient, for methods that use it.
    pub gradient: Option<&'a Job>,
}

/// What came out.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The draws.
    pub draws: Draws,
    /// The log evidence; none of prior draws.
    pub log_evidence: Option<f64>,
    /// Its standard error, where it is known.
    pub log_evidence_error: Option<f64>,
    /// For each resampling of the first run the ancestor of each particle, if they were asked for.
    pub genealogy: Vec<Vec<u32>>,
    /// Of the first run of SMC: the steps that changed weights.
    pub weighings: Weighings,
    /// Figures of the method.
    pub diagnostics: Vec<(&'static str, f64)>,
    /// Whether the run was stopped before its end.
    pub partial: bool,
    /// For each chain the energies of its draws.
    pub energies: Vec<Vec<f64>>,
    /// How long the warmup took, of methods that have one.
    pub warmup_seconds: Option<f64>,
    /// The last error that made a point be rejected.
    pub rejection: Option<RuntimeError>,
    /// Objects that were still there at the end: 0 unless reference counts are wrong.
    pub live_objects: usize,
}

/// Infers.
pub fn infer(job: &Job, host: &Host, settings: &Settings<'_>) -> Result<Outcome, RuntimeError> {
    watched(host, settings.control.stop, settings.timeout, GRACE, |halt| {
        let control = Control { stop: Some(halt), ..settings.control };
        stack::with_stack(STACK, || match settings.method {
            Method::Enumerate { mass } => infer_exact(job, host, mass, &control),
            Method::Nuts(nuts) => chains::nuts(&densities(job, host, settings)?, &nuts, &control),
            Method::Hmc(hmc) => chains::hmc(&densities(job, host, settings)?, &hmc, &control),
            Method::Mclmc(mclmc) => chains::mclmc(&densities(job, host, settings)?, &mclmc, &control),
            Method::Mh(mh) => chains::mh(job, host, &mh, (settings.seed, settings.threads), &control),
            Method::Optimize(optimize) => {
                approximation::optimize(&densities(job, host, settings)?, &optimize, &control)
            }
            Method::Laplace(laplace) => approximation::laplace(&densities(job, host, settings)?, &laplace, &control),
            Method::Library(own) => {
                let times = (settings.seed, settings.threads, settings.repeats);
                library::infer(job, host, own, times, &control)
            }
            Method::Advi(advi) => approximation::advi(&densities(job, host, settings)?, &advi, &control),
            Method::Importance { .. } | Method::Simulate { .. } | Method::Smc { .. } => {
                repeat(job, host, settings, &control)
            }
        })
    })
}

fn densities<'a>(job: &'a Job, host: &'a Host, settings: &Settings<'a>) -> Result<Densities<'a>, RuntimeError> {
    let gradient = settings.gradient.ok_or(RuntimeError::new(ErrorKind::Refused))?;
    Ok(Densities { gradient, recording: job, host, seed: settings.seed, threads: settings.threads })
}

/// Runs a program that is not a model: its `main`. Gives its value, and how many objects were left.
pub fn execute(
    job: &Job,
    host: &Host,
    seed: u64,
    stop: Option<&AtomicBool>,
    timeout: Option<Duration>,
) -> Result<(Value, usize), RuntimeError> {
    watched(host, stop, timeout, Duration::ZERO, |_| stack::with_stack(STACK, || run_once(job, host, seed)))
}

fn run_once(job: &Job, host: &Host, seed: u64) -> Result<(Value, usize), RuntimeError> {
    let view = if job.module.roots.get(job.root).is_some_and(|root| root.simulate.is_some()) {
        View::Simulate
    } else {
        View::Weigh
    };
    let model = model(job, host, view)?;
    let mut worker = model.worker();
    let mut particles = model.begin(&mut worker, 1)?;
    model.advance(&mut worker, &mut particles, &mut Stream::new(seed), &mut [0.0])?;
    let value = model.result(&particles, 0);
    model.discard(&mut worker, &mut particles);
    Ok((value, worker.get().live_objects()))
}

fn model(job: &Job, host: &Host, view: View) -> Result<CompiledModel, RuntimeError> {
    let captured = Captured::Environment(job.environment.clone());
    let model = CompiledModel::new(&job.module, job.root, captured, view, host);
    model.ok_or(RuntimeError::new(ErrorKind::Refused))
}

/// Runs a Monte Carlo method as often as asked, and puts the runs together by their evidence.
fn repeat(job: &Job, host: &Host, settings: &Settings<'_>, control: &Control<'_>) -> Result<Outcome, RuntimeError> {
    let simulate = matches!(settings.method, Method::Simulate { .. });
    let model = model(job, host, if simulate { View::Simulate } else { View::Step })?;
    let pool = if settings.threads > 1 { thread_pool(settings.threads) } else { None };
    let mut total = Outcome::default();
    let mut evidences = Vec::new();
    for repetition in 0..settings.repeats.max(1) {
        if repetition > 0 && control.stopped() {
            total.partial = true;
            break;
        }
        let workers = (0..settings.threads.max(1)).map(|_| model.worker()).collect();
        let mut team = Team::new(workers, pool.as_ref());
        let seed = seed_of(settings.seed, repetition);
        let mut run = || sample(&model, &mut team, settings, seed, control);
        let mut population = match &pool {
            // On a thread of the pool: to hand each step over from outside would wake one thread more.
            Some(pool) => pool.install(run),
            None => run(),
        }?;
        join(&mut total, &mut evidences, &model, &population);
        if repetition == 0 {
            total.genealogy = std::mem::take(&mut population.genealogy);
        }
        population.discard(&model, &mut team);
        total.live_objects += team.workers().iter_mut().map(|worker| worker.get().live_objects()).sum::<usize>();
    }
    total.draws.arrange();
    if simulate {
        (total.log_evidence, total.log_evidence_error) = (None, None);
    }
    Ok(total)
}

/// The seed of a repetition: the first has the seed itself.
pub(crate) fn seed_of(seed: u64, repetition: usize) -> u64 {
    if repetition == 0 { seed } else { Stream::derive(seed, u64::MAX - 1, repetition as u64).next_u64() }
}

fn sample(
    model: &CompiledModel,
    team: &mut Team<'_, crate::compiled::Handle>,
    settings: &Settings<'_>,
    seed: u64,
    control: &Control<'_>,
) -> Result<Population<CompiledModel>, RuntimeError> {
    let genealogy = settings.genealogy;
    match settings.method {
        Method::Smc { particles, resampling, threshold } => {
            smc(model, team, &Smc { particles, resampling, threshold, seed, genealogy }, control)
        }
        Method::Importance { draws } | Method::Simulate { draws } => {
            importance(model, team, &Importance { draws, seed }, control)
        }
        _ => Err(RuntimeError::new(ErrorKind::Unreachable)),
    }
}

/// Adds a run to those before it.
fn join(total: &mut Outcome, evidences: &mut Vec<f64>, model: &CompiledModel, population: &Population<CompiledModel>) {
    if evidences.is_empty() {
        total.diagnostics = diagnostics(population);
        total.weighings = population.weighings;
    }
    join_repeats(total, evidences, population.draws(model), population.log_evidence);
    if evidences.len() == 1 && population.resamplings == 0 {
        total.log_evidence_error = error_of_mean(&population.weights);
    }
    total.partial |= population.partial;
}

/// Adds the draws of a run to those before it, each with the share that is its evidence's.
pub(crate) fn join_repeats(total: &mut Outcome, evidences: &mut Vec<f64>, draws: Draws, log_evidence: f64) {
    let log_sum = evidences.iter().fold(f64::NEG_INFINITY, |sum, evidence| log_add(sum, *evidence));
    evidences.push(log_evidence);
    let log_total = log_add(log_sum, log_evidence);
    if evidences.len() == 1 {
        total.draws = draws;
    } else {
        total.draws.merge(&draws, (log_evidence - log_total).exp());
        total.log_evidence_error = error_of_repeats(evidences);
    }
    total.log_evidence = Some(log_total - (evidences.len() as f64).ln());
}

fn diagnostics(population: &Population<CompiledModel>) -> Vec<(&'static str, f64)> {
    let squares: f64 = population.weights.iter().map(|weight| weight * weight).sum();
    let mut diagnostics = vec![
        ("particles", population.weights.len() as f64),
        ("steps", population.steps as f64),
        ("resamplings", population.resamplings as f64),
        ("effective_sample_size", 1.0 / squares),
        ("smallest_effective_sample_size", population.smallest_effective_sample_size),
    ];
    if population.not_numbers > 0 {
        diagnostics.push(("not_a_number_weights", population.not_numbers as f64));
    }
    diagnostics
}

/// The standard error of the log of the mean of independent weights, by the delta method.
fn error_of_mean(weights: &[f64]) -> Option<f64> {
    let count = weights.len() as f64;
    let squares: f64 = weights.iter().map(|weight| weight * weight).sum();
    (count > 1.0).then(|| ((count * squares - 1.0).max(0.0) / (count - 1.0)).sqrt())
}

/// The same for the mean of the evidences of independent runs.
fn error_of_repeats(evidences: &[f64]) -> Option<f64> {
    error_of_mean(&crate::weights::normalise(evidences))
}

fn infer_exact(job: &Job, host: &Host, mass: f64, control: &Control<'_>) -> Result<Outcome, RuntimeError> {
    let captured = Captured::Environment(job.environment.clone());
    let model = ExactModel::new(&job.module, job.root, captured).ok_or(RuntimeError::new(ErrorKind::Refused))?;
    let mut worker = model.worker(host);
    let found = enumerate(&model, &mut worker, &Enumerate { mass, ..Enumerate::default() }, control)?;
    let draws = found.draws(&model, host);
    let diagnostics = vec![
        ("executions", found.executions as f64),
        ("values", found.particles.len() as f64),
        ("unexplored_mass", found.unexplored),
    ];
    let (log_evidence, partial) = (Some(found.log_evidence), found.partial);
    found.discard(&model, &mut worker);
    let live_objects = worker.live_objects();
    Ok(Outcome { draws, log_evidence, diagnostics, partial, live_objects, ..Outcome::default() })
}
