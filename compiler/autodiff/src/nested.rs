//! Gradients that programs take themselves: `grad(f)`.
//!
//! Flattening leaves a function without a body that stands for the value and the gradient of another one. It becomes: shadows of the
//! arguments, which are active; the way forward; the way back from an adjoint of 1.

use crate::activity::{Activity, Instance, Slots};
use crate::dual::dual;
use crate::reverse::Pair;
use crate::{Derivative, Unknown, negations, pairs};
use borel_flow::runtime::Named;
use borel_flow::visit::each_statement;
use borel_flow::{Expr, Function, FunctionId, Local, LocalInfo, Module, Operand, Runtime, Site, Stmt, Ty};
use std::cell::Cell;

/// The functions that stand for gradients, those that others need first.
pub fn in_order(module: &Module) -> Result<Vec<FunctionId>, Vec<Unknown>> {
    let mut order = Order { module, states: vec![State::New; module.functions.len()], found: Vec::new(), cycle: None };
    for index in 0..module.functions.len() {
        order.visit(FunctionId(index as u32));
    }
    match order.cycle {
        Some(site) => Err(vec![Unknown { site, function: "grad", order: Derivative::Any }]),
        None => Ok(order.found),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

struct Order<'a> {
    module: &'a Module,
    states: Vec<State>,
    found: Vec<FunctionId>,
    /// The place of a gradient of something that takes the same gradient.
    cycle: Option<Site>,
}

impl Order<'_> {
    fn visit(&mut self, id: FunctionId) {
        let function = &self.module.functions[id.0 as usize];
        match self.states[id.0 as usize] {
            State::Done => return,
            // A cycle of calls is recursion; one through a gradient would have gradients of any order.
            State::Open => return,
            State::New => self.states[id.0 as usize] = State::Open,
        }
        match function.gradient_of {
            Some(target) if self.reaches(target, id) => self.cycle = Some(function.site.unwrap_or(Site(0))),
            Some(target) => self.visit(target),
            None => callees(function).into_iter().for_each(|callee| self.visit(callee)),
        }
        self.states[id.0 as usize] = State::Done;
        if function.gradient_of.is_some() {
            self.found.push(id);
        }
    }

    /// Whether a function calls another one, itself or by others.
    fn reaches(&self, from: FunctionId, wanted: FunctionId) -> bool {
        let mut seen = vec![false; self.module.functions.len()];
        let mut open = vec![from];
        while let Some(id) = open.pop() {
            if id == wanted {
                return true;
            }
            if !std::mem::replace(&mut seen[id.0 as usize], true) {
                let function = &self.module.functions[id.0 as usize];
                open.extend(callees(function).into_iter().chain(function.gradient_of));
            }
        }
        false
    }
}

fn callees(function: &Function) -> Vec<FunctionId> {
    let mut found = Vec::new();
    each_statement(&function.body, &mut |stmt| {
        if let Stmt::Call(_, callee, _) = stmt {
            found.push(*callee);
        }
    });
    found
}

/// What is active below a root; the ways back through gradients with something active are added to the module.
pub fn activity(module: &mut Module, root: &Instance, slots: &Slots) -> Result<Activity, Vec<Unknown>> {
    let mut activity = Activity::of(module, root, slots)?;
    for (instance, way_back) in &mut activity.gradients {
        *way_back = twice(module, instance, &activity.slots)?;
    }
    Ok(activity)
}

/// The two functions of an instance, which are added to the module.
struct Both {
    pair: Pair,
    /// Whether its result is active.
    is_active: bool,
    slots: Slots,
}

fn both(module: &mut Module, root: &Instance, slots: &Slots) -> Result<Both, Vec<Unknown>> {
    let activity = activity(module, root, slots)?;
    let frames = Cell::new(module.frames);
    let (mut made, pairs, _) = pairs(module, &activity, &frames, |_| true);
    made.iter_mut().for_each(negations::sink);
    module.frames = frames.get();
    let first = module.functions.len() as u32;
    module.functions.extend(borel_flow::outline::outermost(made, first));
    Ok(Both { pair: pairs[root], is_active: activity.instances[root].results[0], slots: activity.slots })
}

/// Gives such a function its body. Its first parameter is the closure that is differentiated; the others are active.
pub fn gradient(module: &mut Module, id: FunctionId) -> Result<(), Vec<Unknown>> {
    let Some(target) = module.functions[id.0 as usize].gradient_of else { return Ok(()) };
    let types = parameter_types(module, target);
    let active = (0..types.len()).map(|at| at > 0).collect();
    let Both { pair, is_active, .. } = both(module, &Instance { function: target, active }, &Slots::new())?;
    let function = &mut module.functions[id.0 as usize];
    let mut body = Body { function, statements: Vec::new() };
    let params: Vec<Operand> = body.function.params.iter().map(|param| Operand::Local(*param)).collect();
    let mut given = params.clone();
    let (mut derivatives, mut received) = (Vec::new(), Vec::new());
    for (param, ty) in params.iter().zip(&types).skip(1) {
        let derivative = match ty {
            Ty::Pointer => body.shadow(*param),
            _ => body.local("derivative", *ty),
        };
        match ty {
            Ty::Pointer => given.push(Operand::Local(derivative)),
            _ => received.push(derivative),
        }
        derivatives.push(Operand::Local(derivative));
    }
    let value = body.local("value", Ty::Real);
    body.statements.push(Stmt::Call(vec![value], pair.forward, given));
    if is_active {
        body.statements.push(Stmt::Call(received, pair.backward, vec![Operand::Real(1.0)]));
    } else {
        body.zero(received);
    }
    let results = std::iter::once(Operand::Local(value)).chain(derivatives).collect();
    body.statements.push(Stmt::Return(results));
    let statements = body.statements;
    module.functions[id.0 as usize].body = statements;
    Ok(())
}

fn parameter_types(module: &Module, id: FunctionId) -> Vec<Ty> {
    let function = &module.functions[id.0 as usize];
    function.params.iter().map(|param| function.locals[param.0 as usize].ty).collect()
}

/// The way back through the value and the gradient of a function, of which some arguments (of the closure and the others) are active.
///
/// With seeds s for the value and d for the gradient, what it gives is the derivative of s f(x) + d . f'(x) with respect to
/// the active arguments: the tangent, in the direction d, of the gradient from an adjoint of 1 whose own tangent is s.
/// It takes the arguments; s; d (of objects, shadows); and the shadows of active objects, to which it adds. It gives the derivatives with
/// respect to active Reals.
fn twice(module: &mut Module, instance: &Instance, slots: &Slots) -> Result<FunctionId, Vec<Unknown>> {
    let stub = module.functions[instance.function.0 as usize].clone();
    let Some(target) = stub.gradient_of else { return Ok(instance.function) };
    let types = parameter_types(module, target);
    let of_closure = instance.active[0];
    let active: Vec<bool> = (0..types.len()).map(|at| at > 0 || of_closure).collect();
    let root = Instance { function: target, active: active.clone() };
    let Both { pair, is_active, slots } = both(module, &root, slots)?;
    let pointers = active.iter().zip(&types).filter(|(active, ty)| **active && **ty == Ty::Pointer).count();
    let varied = active.iter().copied().chain(std::iter::repeat_n(true, pointers)).collect();
    let roots =
        [Instance { function: pair.forward, active: varied }, Instance { function: pair.backward, active: vec![true] }];
    let ways = if is_active { dual(module, &roots, &slots)? } else { Vec::new() };
    let mut function = Function {
        name: format!("{}.back {}", stub.name, module.functions.len()),
        locals: Vec::new(),
        params: Vec::new(),
        gradient_of: None,
        ..stub
    };
    let mut body = Body { function: &mut function, statements: Vec::new() };
    let param = |body: &mut Body<'_>, name: &str, ty: Ty| {
        let local = body.local(name, ty);
        body.function.params.push(local);
        Operand::Local(local)
    };
    let args: Vec<Operand> = types.iter().map(|ty| param(&mut body, "x", *ty)).collect();
    let of_value = param(&mut body, "seed", Ty::Real);
    let directions: Vec<Operand> = types[1..].iter().map(|ty| param(&mut body, "direction", *ty)).collect();
    let is_target = |at: usize| instance.active[at] && types[at] == Ty::Pointer;
    let targets: Vec<Option<Operand>> =
        (0..types.len()).map(|at| is_target(at).then(|| param(&mut body, "target", Ty::Pointer))).collect();
    let given: Vec<usize> = (0..types.len()).filter(|at| instance.active[*at] && types[*at] == Ty::Real).collect();
    let mut results = Vec::new();
    if let [forward, backward] = &ways[..] {
        let (mut tangents, mut shadows, mut of_shadows) = (Vec::new(), Vec::new(), Vec::new());
        for (at, arg) in args.iter().enumerate().filter(|(at, _)| active[*at]) {
            tangents.push(match at {
                0 => Operand::Local(body.shadow(*arg)),
                _ => directions[at - 1],
            });
            if types[at] == Ty::Pointer {
                shadows.push(Operand::Local(body.shadow(*arg)));
                of_shadows.push(targets[at].unwrap_or_else(|| Operand::Local(body.shadow(*arg))));
            }
        }
        let all = args.iter().chain(&shadows).chain(&tangents).chain(&of_shadows).copied().collect();
        let received = forward.results.iter().filter(|active| **active).count() + 1;
        let received = (0..received).map(|_| body.local("value", Ty::Real)).collect();
        body.statements.push(Stmt::Call(received, forward.id, all));
        let reals: Vec<usize> = (0..types.len()).filter(|at| active[*at] && types[*at] == Ty::Real).collect();
        let first: Vec<Local> = reals.iter().map(|_| body.local("first", Ty::Real)).collect();
        let second: Vec<Option<Local>> =
            backward.results.iter().map(|active| active.then(|| body.local("second", Ty::Real))).collect();
        let received = first.iter().copied().chain(second.iter().flatten().copied()).collect();
        body.statements.push(Stmt::Call(received, backward.id, vec![Operand::Real(1.0), of_value]));
        for at in &given {
            let second = reals.iter().position(|real| real == at).and_then(|index| second[index]);
            results.push(second.map_or(Operand::Real(0.0), Operand::Local));
        }
    } else {
        results = vec![Operand::Real(0.0); given.len()];
    }
    body.statements.push(Stmt::Return(results));
    function.body = body.statements;
    function.results = vec![Ty::Real; given.len()];
    function.owned = vec![false; function.params.len()];
    module.functions.push(function);
    Ok(FunctionId(module.functions.len() as u32 - 1))
}

struct Body<'a> {
    function: &'a mut Function,
    statements: Vec<Stmt>,
}

impl Body<'_> {
    fn local(&mut self, name: &str, ty: Ty) -> Local {
        self.function.locals.push(LocalInfo { name: name.into(), ty });
        Local(self.function.locals.len() as u32 - 1)
    }

    /// An object of zeros like another one.
    fn shadow(&mut self, object: Operand) -> Local {
        let (made, site) = (self.local("shadow", Ty::Pointer), self.function.site.unwrap_or(Site(0)));
        self.statements.push(Stmt::Runtime(vec![made], Runtime::Named(Named::Shadow), vec![object], site));
        made
    }

    fn zero(&mut self, reals: Vec<Local>) {
        self.statements.extend(reals.into_iter().map(|local| Stmt::Let(local, Expr::Use(Operand::Real(0.0)))));
    }
}
