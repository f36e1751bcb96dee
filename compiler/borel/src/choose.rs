//! The method for a model where none is asked for: exact if that is possible with little work, else by sampling.

use crate::applicable::is_improper;
use crate::error::Error;
use crate::inference::Inference;
use crate::method::{Method, Mh, Resampling};
use crate::model::Bound;
use crate::run::{self, Code};
use borel_abi::ErrorKind;
use borel_inference::{Control, Outcome};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Executions of code between choices that enumeration is tried for.
const EXECUTIONS: u64 = 200_000;
/// Time that it is tried for, where executions are slow.
const TIME: Duration = Duration::from_secs(2);
/// Executions that are run to see how often they are weighed.
const PILOT: usize = 100;
/// Their seed: the choice is not another one for another seed of the run.
const PILOT_SEED: u64 = 1;
/// Steps after which they are not followed any more.
const PILOT_STEPS: u64 = 20;

/// A method, and why.
pub(crate) struct Choice {
    pub(crate) method: Method,
    pub(crate) reason: String,
    /// The result, if finding the method has given it.
    pub(crate) outcome: Option<Outcome>,
}

/// Chooses.
pub(crate) fn choose(inference: &Inference, bound: &Bound) -> Result<Choice, Error> {
    let improper = is_improper(bound.model.program(), &bound.model);
    let obstacle = if improper {
        "no one can draw from an improper distribution".to_string()
    } else {
        match exact(inference, bound)? {
            Ok(choice) => return Ok(choice),
            Err(obstacle) => obstacle,
        }
    };
    let code = run::code(inference, bound, &Method::smc(Method::PARTICLES));
    let root = code.as_ref().ok().and_then(|code| code.main.module().roots.first());
    let observes = root.is_none_or(|root| root.observes);
    // What only has a density is not drawn, but weighed.
    if (observes || improper)
        && let Some(choice) = by_gradient(inference, bound, &obstacle)?
    {
        return Ok(choice);
    }
    Ok(by_sampling(inference, bound, &code?, observes, &obstacle))
}

/// The exact result, or what is in its way.
fn exact(inference: &Inference, bound: &Bound) -> Result<Result<Choice, String>, Error> {
    let method = Method::enumerate();
    let code = match run::code(inference, bound, &method) {
        Ok(code) => code,
        Err(Error::Refused(diagnostics)) => {
            let reason = diagnostics.iter().next().map_or("", |diagnostic| diagnostic.message.as_str());
            return Ok(Err(reason.rsplit_once(": ").map_or(reason, |(_, reason)| reason).to_string()));
        }
        Err(error) => return Err(error),
    };
    let Some(outcome) = attempt(inference, bound, &code, &method)? else {
        return Ok(Err("its choices are too many to explore".to_string()));
    };
    let reason = "method: enumerate, since all choices are finite and few: the result is exact".to_string();
    Ok(Ok(Choice { method, reason, outcome: Some(outcome) }))
}

/// SMC, if executions are weighed on the way and can be resampled there; else Metropolis-Hastings, or draws from the prior if nothing is observed.
fn by_sampling(inference: &Inference, bound: &Bound, code: &Code, observes: bool, obstacle: &str) -> Choice {
    let mh = Mh::default();
    let (method, reason) = if !observes {
        let reason = format!("importance, {} draws, since nothing is observed ({obstacle})", Method::DRAWS);
        (Method::importance(Method::DRAWS), reason)
    } else if weighs_once(inference, bound, code) && run::code(inference, bound, &Method::Mh(mh)).is_ok() {
        let reason = "since an execution is weighed only once, where smc would be importance sampling";
        (Method::Mh(mh), format!("mh, {} chains of {} draws, {reason} ({obstacle})", mh.chains, mh.draws))
    } else {
        let smc = Method::smc(Method::PARTICLES);
        (smc, format!("smc, {} particles, since the model observes ({obstacle})", Method::PARTICLES))
    };
    Choice { method, reason: format!("method: {reason}"), outcome: None }
}

/// Whether executions have one score each, as far as a few tell that are run for it. Whatever keeps them from their ends, the method that is chosen
/// then meets it too, and says so.
fn weighs_once(inference: &Inference, bound: &Bound, code: &Code) -> bool {
    let stop = AtomicBool::new(false);
    let watch = |progress: borel_inference::Progress| {
        if progress.done >= PILOT_STEPS || inference.interrupt.is_set() {
            stop.store(true, Ordering::Relaxed);
        }
    };
    let pilot = Inference { threads: 1, repeats: 1, genealogy: false, ..limited(inference) }.seed(PILOT_SEED);
    let method = Method::Smc { particles: PILOT, resampling: Resampling::Systematic, threshold: 0.0 };
    let control = Control { stop: Some(&stop), progress: Some(&watch) };
    let outcome = run::run_method(&pilot, bound, code, &method, control);
    outcome.is_ok_and(|outcome| !outcome.partial && outcome.weighings.count == 1)
}

/// With the time that is there for finding a method.
fn limited(inference: &Inference) -> Inference {
    inference.clone().timeout(inference.timeout.map_or(TIME, |timeout| timeout.min(TIME)))
}

/// NUTS, if the density of the model is differentiable, with the same choices at every point tried.
fn by_gradient(inference: &Inference, bound: &Bound, obstacle: &str) -> Result<Option<Choice>, Error> {
    let method = Method::nuts();
    let code = match run::code(inference, bound, &method) {
        Ok(code) => code,
        Err(Error::Refused(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(dimension) = run::steady_dimension(inference, bound, &code) else { return Ok(None) };
    let reason = format!(
        "method: nuts, 4 chains of 1000 draws, since the density is differentiable, of {dimension} dimension{} ({obstacle})",
        if dimension == 1 { "" } else { "s" }
    );
    Ok(Some(Choice { method, reason, outcome: None }))
}

/// The exact result, if it can be had with little work.
fn attempt(inference: &Inference, bound: &Bound, code: &Code, method: &Method) -> Result<Option<Outcome>, Error> {
    let stop = AtomicBool::new(false);
    let watch = |progress: borel_inference::Progress| {
        if progress.done >= EXECUTIONS || inference.interrupt.is_set() {
            stop.store(true, Ordering::Relaxed);
        }
    };
    let control = Control { stop: Some(&stop), progress: Some(&watch) };
    match run::run_method(&limited(inference), bound, code, method, control) {
        Ok(outcome) => Ok(Some(outcome).filter(|outcome| !outcome.partial)),
        Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Interrupted) => Ok(None),
        Err(error) => Err(run::failure(bound.model.program(), &code.main, &error, &inference.interrupt)),
    }
}
