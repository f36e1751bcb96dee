//! Reverse-mode differentiation: Flow to Flow.
//!
//! Takes a module without reference counts, with a root that has a density; adds the function that computes the density and its
//! derivatives at once. The adjoint of the log weight is 1 everywhere. Functions that the root calls become two functions: the way
//! forward keeps on the tape what the way back needs.
//!
//! An object with active Reals has a shadow of the same layout, with their adjoints (Moses and Churavy, "Instead of rewriting foreign code for
//! machine learning, automatically synthesize fast gradients", 2020).

mod activity;
mod dual;
mod emit;
mod negations;
mod nested;
mod operations;
mod regions;
mod reverse;
mod rules;
mod sums;
mod tree;

use activity::{Activity, Instance, Slots};
use borel_flow::{Expr, Function, FunctionId, Local, Module, Operand, Runtime, Site, Stmt, Ty, View};
use reverse::{Pair, Reverse};
use std::cell::Cell;
use std::collections::HashMap;

/// A call of a function whose derivative is not known, on the way from the point to the density.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The call.
    pub site: Site,
    /// The function.
    pub function: &'static str,
    /// Which derivative: the first, or a higher one.
    pub order: Derivative,
}

/// What is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derivative {
    /// The derivative
    First,
    /// The derivative of the derivative
    Second,
    /// Of a gradient that takes itself
    Any,
}

/// Gives the functions that stand for gradients of others their bodies and, if that is asked for, adds gradients to the roots that have
/// densities.
pub fn differentiate(module: &mut Module, roots: bool) -> Result<(), Vec<Unknown>> {
    for id in nested::in_order(module)? {
        nested::gradient(module, id)?;
    }
    for index in 0..if roots { module.roots.len() } else { 0 } {
        if let Some(density) = module.roots[index].density {
            module.roots[index].gradient = Some(gradient(module, density)?);
        }
    }
    Ok(())
}

/// Adds gradients to the roots that have densities which can be differentiated.
pub fn differentiate_traces(module: &mut Module) {
    for index in 0..module.roots.len() {
        module.roots[index].gradient = module.roots[index].density.and_then(|density| gradient(module, density).ok());
    }
}

/// The gradient of a function that takes nothing active; the functions that it calls are added too.
fn gradient(module: &mut Module, density: FunctionId) -> Result<FunctionId, Vec<Unknown>> {
    let active = vec![false; module.functions[density.0 as usize].params.len()];
    let root = Instance { function: density, active };
    let activity = nested::activity(module, &root, &Slots::new())?;
    let frames = Cell::new(module.frames);
    let (mut made, pairs, next) = pairs(module, &activity, &frames, |instance| *instance != root);
    made.push(whole(Reverse::new(module, &activity, &pairs, &root, true, &frames), density));
    made.iter_mut().for_each(negations::sink);
    made.iter_mut().for_each(sums::hoist);
    module.frames = frames.get();
    let first = module.functions.len() as u32;
    module.functions.extend(borel_flow::outline::outermost(made, first));
    Ok(next)
}

/// The two functions of each instance, numbered after those of the module, and the number that comes after them.
fn pairs(
    module: &Module,
    activity: &Activity,
    frames: &Cell<u32>,
    wanted: impl Fn(&Instance) -> bool,
) -> (Vec<Function>, HashMap<Instance, Pair>, FunctionId) {
    let mut next = module.functions.len() as u32;
    let mut instances: Vec<&Instance> = activity.instances.keys().filter(|instance| wanted(instance)).collect();
    instances.sort();
    let mut pairs = HashMap::new();
    for instance in &instances {
        pairs.insert((*instance).clone(), Pair { forward: FunctionId(next), backward: FunctionId(next + 1) });
        next += 2;
    }
    let both = |instance| both_ways(Reverse::new(module, activity, &pairs, instance, false, frames), instance);
    let made = instances.into_iter().flat_map(both).collect();
    (made, pairs, FunctionId(next))
}

/// What a function of the runtime is called in programs.
fn name(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Distribution(kind, _) => kind.entry().name,
        Runtime::Special(special) => special.name(),
        Runtime::Named(named) => {
            let symbol = named.signature().symbol.trim_start_matches("borel_").trim_start_matches("matrix_");
            symbol.trim_end_matches("_adjoint")
        }
    }
}

/// The root, forward and back.
fn whole(mut reverse: Reverse<'_>, density: FunctionId) -> Function {
    let ways = reverse.ways();
    let function = &reverse.module.functions[density.0 as usize];
    let body = [ways.forward(), ways.backward(), vec![Stmt::Return(Vec::new())]].concat();
    Function {
        name: format!("{}.gradient", function.name),
        results: Vec::new(),
        locals: reverse.locals,
        body,
        gradient_of: None,
        ..function.clone()
    }
}

/// The two functions of an instance.
fn both_ways(mut reverse: Reverse<'_>, instance: &Instance) -> [Function; 2] {
    let function = &reverse.module.functions[instance.function.0 as usize];
    let results = reverse.tree.results.clone();
    let is_active = |reverse: &Reverse<'_>, local: &Local, ty: Ty| {
        reverse.is_active_local(*local) && reverse.type_of(Operand::Local(*local)) == ty
    };
    let shadows = |reverse: &mut Reverse<'_>, locals: &[Local]| -> Vec<Local> {
        let pointers: Vec<Local> =
            locals.iter().copied().filter(|local| is_active(reverse, local, Ty::Pointer)).collect();
        pointers.into_iter().map(|local| reverse.shadow(local)).collect()
    };
    let adjoints = |reverse: &mut Reverse<'_>, locals: &[Local]| -> Vec<Local> {
        let reals: Vec<Local> = locals.iter().copied().filter(|local| is_active(reverse, local, Ty::Real)).collect();
        reals.into_iter().map(|local| reverse.given_adjoint(local)).collect()
    };
    let shadow_params = shadows(&mut reverse, &function.params);
    let shadow_results = shadows(&mut reverse, &results);
    let taken = adjoints(&mut reverse, &results);
    let given = adjoints(&mut reverse, &function.params);
    let early: Vec<Local> = function.params.iter().copied().filter(|param| reverse.is_early(*param)).collect();
    let early: Vec<Local> = early.into_iter().map(|param| reverse.given_adjoint(param)).collect();
    let ways = reverse.ways();
    let tag: String = instance.active.iter().map(|active| if *active { '1' } else { '0' }).collect();
    let outgoing: Vec<Local> = results.iter().chain(&shadow_results).copied().collect();
    let operands = |locals: &[Local]| locals.iter().map(|local| Operand::Local(*local)).collect::<Vec<_>>();
    let types = |reverse: &Reverse<'_>, locals: &[Local]| -> Vec<Ty> {
        locals.iter().map(|local| reverse.type_of(Operand::Local(*local))).collect()
    };
    let params: Vec<Local> = function.params.iter().chain(&shadow_params).copied().collect();
    let forward = Function {
        name: format!("{}.forward {tag}", function.name),
        owned: vec![false; params.len()],
        params,
        results: types(&reverse, &outgoing),
        locals: reverse.locals.clone(),
        body: [ways.forward(), vec![Stmt::Return(operands(&outgoing))]].concat(),
        gradient_of: None,
        ..function.clone()
    };
    let zeros = given
        .iter()
        .filter(|adjoint| !early.contains(adjoint))
        .map(|adjoint| Stmt::Let(*adjoint, Expr::Use(Operand::Real(0.0))))
        .collect();
    let backward = Function {
        name: format!("{}.backward {tag}", function.name),
        view: View::Pure,
        owned: vec![false; taken.len()],
        results: vec![Ty::Real; given.len()],
        locals: reverse.locals.clone(),
        body: [zeros, ways.backward(), vec![Stmt::Return(operands(&given))]].concat(),
        params: taken,
        gradient_of: None,
        ..function.clone()
    };
    [forward, backward]
}
