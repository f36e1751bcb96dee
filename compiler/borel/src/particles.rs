//! What to warn of after SMC and importance sampling: a model that observes nothing, and weights that are on a few of the particles.

use crate::method::Method;
use crate::run::Code;
use borel_diagnostics::Diagnostic;
use borel_inference::Outcome;
use borel_typed::Function;

/// Fewer effective particles than this say little about a distribution.
const FEW: f64 = 10.0;

/// Where fewer than this share of the particles count, nearly all methods do more with the same work.
const SHARE: f64 = 0.5;

/// The warnings.
pub(crate) fn warnings(model: &Function, method: &Method, code: &Code, outcome: &Outcome) -> Vec<Diagnostic> {
    let is_smc = matches!(method, Method::Smc { .. });
    let observes = code.main.module().roots.first().is_none_or(|root| root.observes);
    let unobserved = (is_smc && !observes).then(|| of_no_observation(model));
    // That all weight came at once is why it is on a few: what is said of one says the other.
    let uneven = of_one_weighing(model, is_smc, code, outcome).or_else(|| of_collapse(model, outcome));
    unobserved.into_iter().chain(uneven).collect()
}

fn of_no_observation(model: &Function) -> Diagnostic {
    let message = format!("the model `{}` observes nothing: its posterior is its prior", model.name);
    Diagnostic::warning("W0401", model.span, message, "has no observe, factor or condition")
        .help("is an `observe` missing? if not, --method importance draws from the prior with less work")
}

/// The number of particles, and the smallest that they were worth at any step.
fn sizes(outcome: &Outcome) -> Option<(f64, f64)> {
    let figure = |name| outcome.diagnostics.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    Some((figure("particles")?, figure("smallest_effective_sample_size")?))
}

/// What to say if SMC weighed its particles once, and many of them for nothing.
fn of_one_weighing(model: &Function, is_smc: bool, code: &Code, outcome: &Outcome) -> Option<Diagnostic> {
    let (particles, size) = sizes(outcome)?;
    if !is_smc || outcome.partial || outcome.weighings.count != 1 || size >= SHARE * particles {
        return None;
    }
    let site = outcome.weighings.site.and_then(|site| code.main.sites().get(site as usize).copied());
    let message = format!(
        "smc weighed the particles of `{}` only once, so it was nothing but importance sampling: {particles} particles were worth {size:.1}",
        model.name
    );
    let label = if site.is_some() { "all weight comes from here" } else { "an execution of this model has one score" };
    let help = "score the data one by one, each as soon as what it depends on is drawn, with an `observe` or a `factor` in a loop: \
                `for (x, y) in zip(xs, ys) { observe y ~ .. }`; or use nuts or mh";
    Some(Diagnostic::warning("W0413", site.unwrap_or(model.span), message, label).help(help))
}

/// What to say if, at some step, nearly all weight was on a few of many particles.
fn of_collapse(model: &Function, outcome: &Outcome) -> Option<Diagnostic> {
    let (particles, size) = sizes(outcome)?;
    (size < FEW && particles >= 10.0 * FEW).then(|| {
        let message = format!("the weights collapsed: at one step {particles} particles were worth {size:.1}");
        Diagnostic::warning("W0402", model.span, message, "the posterior of this model rests on them alone").help(
            "take more particles; or give the prior less room, or draw each choice just before what is observed of it",
        )
    })
}
