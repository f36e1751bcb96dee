//! From a typed program to native code, for one use of one function: each arrow of the pipeline once, in order.

use crate::timings::Timings;
use borel_abi::module::Module;
use borel_autodiff::Derivative;
use borel_codegen_cranelift::{Compiled, Options};
use borel_diagnostics::{Diagnostic, Severity};
use borel_flatten::{Refusal, Request};
use borel_source::Span;
use borel_typed::{FunctionId, Program};
use std::sync::Arc;

/// What the code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Use {
    /// Running a function as it is, such as `main`, or drawing from the prior.
    Main,
    /// Importance sampling.
    Weigh,
    /// Sequential Monte Carlo.
    Step,
    /// Exact enumeration.
    Enumerate,
    /// Executions on a trace, for Metropolis-Hastings.
    Replay,
    /// The log density on an unconstrained point, and its gradient.
    Density,
    /// The log density on the values of the choices, and its gradient.
    ConstrainedDensity,
    /// The log density with respect to the values of the choices on an unconstrained point, and its gradient: for the mode.
    Mode,
}

impl Use {
    /// Whether it is a density.
    pub fn is_density(self) -> bool {
        matches!(self, Use::Density | Use::ConstrainedDensity | Use::Mode)
    }
}

/// What to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The function: a model, or one without parameters.
    pub function: FunctionId,
    /// What for.
    pub purpose: Use,
    /// Whether named choices are recorded.
    pub record: bool,
    /// Whether specialisation does what it can, or nothing.
    pub optimise: bool,
}

impl Target {
    fn options(&self) -> borel_specialise::Options {
        let density = self.purpose.is_density();
        borel_specialise::Options { optimise: self.optimise, names: self.record, density }
    }

    fn request(&self) -> Request {
        Request {
            simulate: self.purpose == Use::Main,
            weigh: self.purpose == Use::Weigh,
            step: self.purpose == Use::Step,
            enumerate: self.purpose == Use::Enumerate,
            density: self.purpose.is_density(),
            replay: self.purpose == Use::Replay,
            constrained: self.purpose == Use::ConstrainedDensity,
            jacobian: self.purpose == Use::Density,
            record: self.record,
        }
    }
}

/// Native code. The root that was asked for is the first of its module.
pub struct Executable {
    compiled: Compiled,
    sites: Vec<Span>,
    timings: Timings,
}

impl Executable {
    /// What the runtime runs; valid as long as this lives.
    pub fn module(&self) -> &Arc<Module> {
        self.compiled.module()
    }

    /// The places that errors name.
    pub fn sites(&self) -> &[Span] {
        &self.sites
    }

    /// How long compiling took.
    pub fn timings(&self) -> &Timings {
        &self.timings
    }
}

/// Compiles.
pub fn build(program: &Program, target: &Target) -> Result<Executable, Vec<Diagnostic>> {
    let mut timings = Timings::default();
    let lowered = timings.time("lower", || lower(program, target));
    check_samplers(&lowered)?;
    let core = timings.time("specialise", || specialise(lowered, target));
    let flow = timings.time("flatten", || flatten(&core, target))?;
    let compiled = timings.time("compile", || compile(&flow, &Options::default()))?;
    Ok(Executable { compiled, sites: flow.sites, timings })
}

pub(crate) fn lower(program: &Program, target: &Target) -> borel_core::Program {
    let core = borel_lower::lower(program, target.function);
    verify("lowering", || borel_core::verify::verify(&core));
    core
}

/// Samplers of distributions may not score.
pub(crate) fn check_samplers(core: &borel_core::Program) -> Result<(), Vec<Diagnostic>> {
    let found = borel_specialise::scoring_samplers(core);
    let refused = found.iter().map(|scoring| {
        Diagnostic::error("E0406", scoring.score, "the sampler of a distribution scores", "this changes the weight")
            .label(scoring.distribution, "of this distribution")
            .note("a distribution has its density from `log_density`: its sampler may only draw")
            .help("to condition, make a posterior: `infer(fn() => .., method)`")
    });
    let refused: Vec<Diagnostic> = refused.collect();
    if refused.is_empty() { Ok(()) } else { Err(refused) }
}

/// The draws of a function that no method can make that draws from the prior: their distributions have a density, and no sampler. A run stops where it
/// comes to one; here they are said beforehand.
pub fn improper_draws(program: &Program, target: &Target) -> Vec<Diagnostic> {
    // Only optimised code shows what is drawn from.
    let core = specialise(lower(program, target), &Target { optimise: true, ..*target });
    let reason = borel_core::missing(borel_core::Part::Sample);
    let help = "use a method that works on the density, such as `nuts`";
    let refusal = |span: &Span| Refusal { span: *span, reason: reason.into(), help: help.into() };
    borel_specialise::improper_draws(&core).iter().map(|span| refused(target, &refusal(span))).collect()
}

pub(crate) fn specialise(core: borel_core::Program, target: &Target) -> borel_core::Program {
    borel_specialise::specialise(core, target.options())
}

pub(crate) fn flatten(core: &borel_core::Program, target: &Target) -> Result<borel_flow::Module, Vec<Diagnostic>> {
    let mut flow = uncounted(core, target)?;
    if target.optimise {
        borel_flow::outline::quiet(&mut flow);
        verify("outlining", || borel_flow::verify::verify(&flow));
    }
    borel_flatten::count::count(&mut flow);
    verify("counting", || borel_flow::verify::verify(&flow));
    Ok(flow)
}

/// Flow without reference counts, with gradients where the target has them.
pub(crate) fn uncounted(core: &borel_core::Program, target: &Target) -> Result<borel_flow::Module, Vec<Diagnostic>> {
    let mut flow = borel_flatten::flatten(core, &target.request())
        .map_err(|refusals| refusals.iter().map(|refusal| refused(target, refusal)).collect::<Vec<_>>())?;
    verify("flattening", || borel_flow::verify::verify(&flow));
    // What records named choices is there to record them.
    let roots = target.purpose.is_density() && !target.record;
    borel_autodiff::differentiate(&mut flow, roots).map_err(|unknown| {
        let refusal = |unknown: &borel_autodiff::Unknown| Refusal {
            span: flow.sites[unknown.site.0 as usize],
            reason: match unknown.order {
                Derivative::First => format!("the derivative of `{}` is not known", unknown.function),
                Derivative::Second => format!("the second derivative of `{}` is not known", unknown.function),
                Derivative::Any => "this gradient may be of a function that takes it itself".to_string(),
            },
            help: match unknown.order {
                Derivative::Any => {
                    "say which function is differentiated: `grad(f)` of a named one, or of `fn(x) => ..`"
                }
                _ => "write what it is of by functions whose derivatives are known",
            }
            .into(),
        };
        unknown.iter().map(|unknown| refused(target, &refusal(unknown))).collect::<Vec<_>>()
    })?;
    if !target.purpose.is_density() {
        borel_autodiff::differentiate_traces(&mut flow);
    }
    verify("differentiation", || borel_flow::verify::verify(&flow));
    Ok(flow)
}

/// The back end's intermediate language and the machine code, as text.
pub(crate) fn listing(flow: &borel_flow::Module) -> Result<(String, String), Vec<Diagnostic>> {
    let compiled = compile(flow, &Options { texts: true })?;
    Ok((compiled.intermediate_code().to_string(), compiled.assembly().to_string()))
}

fn compile(flow: &borel_flow::Module, options: &Options) -> Result<Compiled, Vec<Diagnostic>> {
    let symbols: Vec<_> =
        [borel_abi::symbols(), borel_distributions::entry::symbols(), borel_inference::symbols()].concat();
    borel_codegen_cranelift::compile(flow, &symbols, options).map_err(|reason| {
        let message = format!("the back end refused the program: {reason}");
        let (labels, notes) = (Vec::new(), vec!["this is a fault of the compiler, not of the program".to_string()]);
        vec![Diagnostic { severity: Severity::Error, code: "E0613", message, labels, notes, help: None }]
    })
}

fn refused(target: &Target, refusal: &Refusal) -> Diagnostic {
    let cannot = match target.purpose {
        Use::Main => "running a program cannot run this",
        Use::Weigh => "importance sampling cannot run this",
        Use::Step => "smc cannot run this",
        Use::Enumerate => "enumerate cannot run this",
        Use::Replay => "mh cannot run this",
        Use::Density | Use::ConstrainedDensity | Use::Mode => "this has no differentiable density",
    };
    let message = format!("{cannot}: {}", refusal.reason);
    Diagnostic::error("E0404", refusal.span, message, "this is the reason").help(refusal.help.clone())
}

/// Checks an invariant of the compiler itself, in builds that check.
fn verify(phase: &str, problems: impl FnOnce() -> Vec<String>) {
    if cfg!(debug_assertions) {
        let problems = problems();
        assert!(problems.is_empty(), "after {phase}: {}", problems.join("\n"));
    }
}
