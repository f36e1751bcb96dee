//! What to warn of after Markov chains: those that have not mixed, diverged, or moved too little. The thresholds are those of Vehtari and
//! others (2021), Betancourt (2016) and Stan.

use borel_diagnostics::{Diagnostic, Severity};
use borel_inference::Outcome;
use borel_posterior::diagnostics::good_shape;
use borel_posterior::summary::summarise;
use borel_source::Span;

/// Above this, chains do not agree.
const R_HAT: f64 = 1.01;

/// Effective draws that each chain should give.
const ENOUGH: f64 = 100.0;

/// Below this, energies move too little.
const E_BFMI: f64 = 0.3;

/// The warnings.
pub(crate) fn warnings(model: &str, span: Span, outcome: &Outcome) -> Vec<Diagnostic> {
    let mut list = Vec::new();
    let mut warn = |code: &'static str, message: String, help: &str| {
        list.push(Diagnostic::warning(code, span, message, "of this model").help(help));
    };
    let figure = |name: &str| outcome.diagnostics.iter().find(|(key, _)| *key == name).map_or(0.0, |(_, value)| *value);
    let draws = outcome.draws.weights.len();
    let divergences = figure("divergences");
    if divergences > 0.0 {
        warn(
            "W0403",
            format!(
                "{divergences} of {draws} trajectories diverged: parts of the posterior of `{model}` may not have been reached"
            ),
            "draw what is scaled as a standard normal and scale it afterwards (`theta = mu + tau * z`), or take smaller steps: \
             --target-acceptance 0.95",
        );
    }
    let (mut worst, mut fewest) = ((R_HAT, None), (ENOUGH * outcome.draws.chains as f64, None));
    for column in outcome.draws.columns() {
        let summary = summarise(&outcome.draws, column);
        // What never changes has not been drawn.
        if summary.sd.is_none_or(|sd| sd <= 1e-12 * summary.mean.unwrap_or(0.0).abs()) {
            continue;
        }
        if let Some(r_hat) = summary.r_hat.filter(|r_hat| *r_hat > worst.0) {
            worst = (r_hat, Some(&column.name));
        }
        let sizes = [summary.ess_bulk, summary.ess_tail];
        let size = sizes.into_iter().flatten().fold(f64::INFINITY, f64::min);
        if size < fewest.0 {
            fewest = (size, Some(&column.name));
        }
    }
    if let (r_hat, Some(name)) = worst {
        warn(
            "W0404",
            format!("the chains do not agree: r_hat of {name} is {r_hat:.3}, and should be below {R_HAT}"),
            "take more draws (--warmup, --draws); chains that stay apart are in different modes: has the posterior several?",
        );
    } else if let (size, Some(name)) = fewest {
        warn(
            "W0405",
            format!("few effective draws: those of {name} are worth {size:.0} independent ones"),
            "take more draws (--draws); below 100 for each chain, the figures themselves are not to be trusted",
        );
    }
    let saturated = figure("saturated_tree_depth");
    if saturated > 0.0 {
        warn(
            "W0406",
            format!("{saturated} of {draws} trajectories were cut short at the greatest depth"),
            "the draws are right, but cost more than they need to: allow longer ones (--max-depth 12), or bring the choices of the model \
             to similar scales",
        );
    }
    let least = outcome.diagnostics.iter().find(|(key, _)| *key == "e_bfmi").map(|(_, value)| *value);
    if let Some(least) = least.filter(|least| *least < E_BFMI) {
        warn(
            "W0407",
            format!("the energy moves too little between draws: E-BFMI is {least:.2}, and should be above {E_BFMI}"),
            "the tails of the posterior may not have been reached: a prior with lighter tails, or another parameterisation, may help",
        );
    }
    list
}

/// What to warn of after a search for the mode, or an approximation: that it has not converged, or does not fit.
pub(crate) fn of_approximations(model: &str, span: Span, outcome: &Outcome) -> Vec<Diagnostic> {
    let mut list = Vec::new();
    let mut warn = |code: &'static str, message: String, help: &str| {
        list.push(Diagnostic::warning(code, span, message, "of this model").help(help));
    };
    let figure = |name: &str| outcome.diagnostics.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    if let (Some(0.0), Some(steepest)) = (figure("converged"), figure("largest_derivative")) {
        warn(
            "W0408",
            format!(
                "the search for the mode of `{model}` has not come to rest: the largest derivative is {steepest:.2e}"
            ),
            "is there a mode? a density may grow without end where a scale goes to 0, or where nothing bounds a choice; else --iterations",
        );
    }
    let draws = outcome.draws.weights.len();
    if let Some(shape) = figure("pareto_k").filter(|shape| *shape > good_shape(draws)) {
        warn(
            "W0409",
            format!(
                "the posterior of `{model}` is not like its approximation: the ratios of the two have tails of shape {shape:.2}"
            ),
            "use nuts; above 0.7, not even weighted draws of the approximation tell means and variances",
        );
    }
    list
}

/// More rejected evaluations than this, of all, are worth a word.
const REJECTED: f64 = 0.01;

/// What to say if the last of many rejected evaluations failed with this error.
pub(crate) fn of_rejections(error: Diagnostic, outcome: &Outcome) -> Option<Diagnostic> {
    let figure = |name: &str| outcome.diagnostics.iter().find(|(key, _)| *key == name).map_or(0.0, |(_, value)| *value);
    let (rejected, all) = (figure("rejected_evaluations"), figure("gradient_evaluations"));
    (rejected > REJECTED * all).then(|| Diagnostic {
        severity: Severity::Warning,
        code: "W0411",
        message: format!("{rejected} of {all} evaluations of the density were rejected, the last one because {}", error.message),
        help: Some(
            "chains cannot cross where the density has no value: can the model be written so that it has one everywhere?".into(),
        ),
        ..error
    })
}

/// A chain of which fewer proposals are accepted and change something hardly moves.
const MOVES: f64 = 0.001;

/// What to say of chains that hardly move, or do not move at all.
pub(crate) fn of_acceptance(model: &str, span: Span, outcome: &Outcome) -> Option<Diagnostic> {
    let figure = |name: &str| outcome.diagnostics.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let (moves, proposals) = (figure("moves")?, figure("proposals")?);
    let message =
        format!("only {moves} of {proposals} proposals changed anything: the chains of `{model}` hardly move");
    (proposals > 0.0 && moves < MOVES * proposals).then(|| {
        Diagnostic::warning("W0412", span, message, "of this model").help(
            "mh changes one choice at a time: where a condition ties choices together, none can change by itself; use smc, draw them as one \
             choice, or weigh what is nearly right with a `factor` instead of excluding it",
        )
    })
}

/// What to say of draws whose steps nothing corrects.
pub(crate) fn of_unadjusted_draws(span: Span, step_size: f64) -> Diagnostic {
    let message = format!("the draws of mclmc are not exact: nothing corrects for what steps of {step_size} are off");
    Diagnostic::warning("W0410", span, message, "of this model")
        .help("compare with smaller steps (--step-size), or with nuts; the method is experimental")
}
