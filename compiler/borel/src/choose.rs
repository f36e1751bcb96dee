//! The method for a model where none is asked for: exact if that is possible with little work, else by sampling.

use crate::error::Error;
use crate::inference::Inference;
use crate::method::Method;
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

/// A method, and why.
pub(crate) struct Choice {
    pub(crate) method: Method,
    pub(crate) reason: String,
    /// The result, if finding the method has given it.
    pub(crate) outcome: Option<Outcome>,
}

/// Chooses.
pub(crate) fn choose(inference: &Inference, bound: &Bound) -> Result<Choice, Error> {
    let exact = Method::enumerate();
    let obstacle = match run::code(inference, bound, &exact) {
        Err(Error::Refused(diagnostics)) => {
            let reason = diagnostics.iter().next().map_or(String::new(), |diagnostic| diagnostic.message.clone());
            reason.rsplit_once(": ").map_or(reason.clone(), |(_, reason)| reason.to_string())
        }
        Err(error) => return Err(error),
        Ok(code) => match attempt(inference, bound, &code, &exact)? {
            Some(outcome) => {
                let reason = "method: enumerate, since all choices are finite and few: the result is exact".to_string();
                return Ok(Choice { method: exact, reason, outcome: Some(outcome) });
            }
            None => "its choices are too many to explore".to_string(),
        },
    };
    if let Some(choice) = by_gradient(inference, bound, &obstacle)? {
        return Ok(choice);
    }
    let smc = Method::smc(Method::PARTICLES);
    let observes = run::code(inference, bound, &smc)?.main.module().roots.first().is_none_or(|root| root.observes);
    Ok(if observes {
        let reason = format!("method: smc, {} particles, since the model observes ({obstacle})", Method::PARTICLES);
        Choice { method: smc, reason, outcome: None }
    } else {
        let reason = format!("method: importance, {} draws, since nothing is observed ({obstacle})", Method::DRAWS);
        Choice { method: Method::importance(Method::DRAWS), reason, outcome: None }
    })
}

/// NUTS, if the model observes and its density is differentiable, with the same choices at every point tried.
fn by_gradient(inference: &Inference, bound: &Bound, obstacle: &str) -> Result<Option<Choice>, Error> {
    let method = Method::nuts();
    let code = match run::code(inference, bound, &method) {
        Ok(code) if code.main.module().roots.first().is_some_and(|root| root.observes) => code,
        Ok(_) | Err(Error::Refused(_)) => return Ok(None),
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
    let limited = inference.clone().timeout(inference.timeout.map_or(TIME, |timeout| timeout.min(TIME)));
    let control = Control { stop: Some(&stop), progress: Some(&watch) };
    match run::run_method(&limited, bound, code, method, control) {
        Ok(outcome) => Ok(Some(outcome).filter(|outcome| !outcome.partial)),
        Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Interrupted) => Ok(None),
        Err(error) => Err(run::failure(bound.model.program(), &code.main, &error, &inference.interrupt)),
    }
}
