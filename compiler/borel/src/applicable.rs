//! Which methods can run a model, and what in its program decides.

use crate::diagnostics::Diagnostics;
use crate::model::Model;
use crate::program::Program;
use borel_driver::back::{Target, Use};
use borel_typed::FunctionId;

/// Whether some methods can run a model.
#[derive(Clone, Debug)]
pub struct Applicability {
    /// The methods, which run the same view of it.
    pub methods: &'static [&'static str],
    /// Why they cannot, at the place that is the reason.
    pub refusal: Option<Diagnostics>,
    /// What only a run tells, if they can.
    pub condition: Option<&'static str>,
}

/// The views, the methods that run them, and what holds besides.
const VIEWS: [(Use, &[&str], Option<&str>); 5] = [
    (Use::Enumerate, &["enumerate"], Some("if the values to go through are not too many")),
    (Use::Weigh, &["importance"], None),
    (Use::Step, &["smc"], None),
    (Use::Replay, &["mh"], None),
    (
        Use::Density,
        &["nuts", "hmc", "mclmc", "optimize", "laplace", "advi"],
        Some("if every run makes the same choices"),
    ),
];

pub(crate) fn applicability(program: &Program, model: &Model) -> Vec<Applicability> {
    let function = model.function_id();
    VIEWS
        .into_iter()
        .map(|(purpose, methods, condition)| of_view(program, function, purpose, methods, condition))
        .collect()
}

fn of_view(
    program: &Program,
    function: FunctionId,
    purpose: Use,
    methods: &'static [&'static str],
    condition: Option<&'static str>,
) -> Applicability {
    let target = Target { function, purpose, record: false, optimise: program.optimises() };
    let refusal = program.executable(target).err().map(|list| program.diagnostics(list));
    let condition = condition.filter(|_| refusal.is_none());
    Applicability { methods, refusal, condition }
}
