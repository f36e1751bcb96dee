//! Which methods can run a model, and what in its program decides.

use crate::diagnostics::Diagnostics;
use crate::method::Method;
use crate::model::Model;
use crate::program::Program;
use crate::run;
use borel_driver::back::{Target, Use};

/// Whether some methods can run a model.
#[derive(Clone, Debug)]
pub struct Applicability {
    /// The methods, which run the same view of it.
    pub methods: Vec<&'static str>,
    /// Why they cannot, at the place that is the reason.
    pub refusal: Option<Diagnostics>,
    /// What only a run tells, if they can.
    pub condition: Option<&'static str>,
}

pub(crate) fn applicability(program: &Program, model: &Model) -> Vec<Applicability> {
    views().into_iter().map(|(purpose, methods)| of_view(program, model, purpose, methods)).collect()
}

/// The views with the methods that run them, in the order of the methods.
fn views() -> Vec<(Use, Vec<&'static str>)> {
    let mut views: Vec<(Use, Vec<&'static str>)> = Vec::new();
    for name in Method::NAMES {
        let Some(purpose) = Method::from_name(name).map(|method| run::purpose(&method)) else { continue };
        match views.iter_mut().find(|(other, _)| *other == purpose) {
            Some((_, methods)) => methods.push(name),
            None => views.push((purpose, vec![name])),
        }
    }
    views
}

/// What holds of a view besides.
fn condition(purpose: Use) -> Option<&'static str> {
    match purpose {
        Use::Enumerate => Some("if the values to go through are not too many"),
        Use::Density => Some("if every run makes the same choices"),
        _ => None,
    }
}

fn of_view(program: &Program, model: &Model, purpose: Use, methods: Vec<&'static str>) -> Applicability {
    let refusal = refusal(program, &target(program, model, purpose));
    let condition = condition(purpose).filter(|_| refusal.is_none());
    Applicability { methods, refusal, condition }
}

fn target(program: &Program, model: &Model, purpose: Use) -> Target {
    Target { function: model.function_id(), purpose, record: false, optimise: program.optimises() }
}

/// Why a view cannot be run: it cannot be compiled, or its runs come to draws that cannot be made.
fn refusal(program: &Program, target: &Target) -> Option<Diagnostics> {
    let draws = |()| if target.purpose.is_density() { Vec::new() } else { program.improper_draws(target) };
    let list = program.executable(*target).map(|_| ()).map_or_else(|list| list, draws);
    (!list.is_empty()).then(|| program.diagnostics(list))
}

/// Whether no one can draw from the prior of a model: it has choices that only have a density.
pub(crate) fn is_improper(program: &Program, model: &Model) -> bool {
    !program.improper_draws(&target(program, model, Use::Weigh)).is_empty()
}
