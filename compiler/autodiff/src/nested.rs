//! Gradients that programs take themselves: `grad(f)`.
//!
//! Flattening leaves a function without a body that stands for the value and the gradient of another one. It becomes: shadows of the
//! arguments, which are active; the way forward; the way back from an adjoint of 1.

use crate::activity::{Activity, Instance};
use crate::{Unknown, outline, pairs};
use borel_flow::runtime::Named;
use borel_flow::visit::each_statement;
use borel_flow::{Expr, Function, FunctionId, Local, LocalInfo, Module, Operand, Runtime, Site, Stmt, Ty};

/// The functions that stand for gradients, those that others need first.
pub fn in_order(module: &Module) -> Result<Vec<FunctionId>, Vec<Unknown>> {
    let mut order = Order { module, states: vec![State::New; module.functions.len()], found: Vec::new(), cycle: None };
    for index in 0..module.functions.len() {
        order.visit(FunctionId(index as u32));
    }
    match order.cycle {
        Some(site) => Err(vec![Unknown { site, function: "grad" }]),
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

/// Gives such a function its body. Its first parameter is the closure that is differentiated; the others are active.
pub fn gradient(module: &mut Module, id: FunctionId) -> Result<(), Vec<Unknown>> {
    let Some(target) = module.functions[id.0 as usize].gradient_of else { return Ok(()) };
    let takes = &module.functions[target.0 as usize];
    let types: Vec<Ty> = takes.params.iter().map(|param| takes.locals[param.0 as usize].ty).collect();
    let active = types.iter().enumerate().map(|(at, ty)| at > 0 && matches!(ty, Ty::Real | Ty::Pointer)).collect();
    let root = Instance { function: target, active };
    let activity = Activity::of(module, &root)?;
    let (made, pairs, _) = pairs(module, &activity, |_| true);
    let (pair, is_active) = (pairs[&root], activity.instances[&root].results[0]);
    let function = &mut module.functions[id.0 as usize];
    let mut body = Body { function, statements: Vec::new() };
    body.write(&types, pair.forward, pair.backward, is_active);
    let statements = body.statements;
    module.functions[id.0 as usize].body = statements;
    let first = module.functions.len() as u32;
    module.functions.extend(outline::outline(made, first));
    Ok(())
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

    fn write(&mut self, types: &[Ty], forward: FunctionId, backward: FunctionId, is_active: bool) {
        let params = self.function.params.clone();
        let site = self.function.site.unwrap_or(Site(0));
        let mut given: Vec<Operand> = params.iter().map(|param| Operand::Local(*param)).collect();
        let mut derivatives = Vec::new();
        let mut received = Vec::new();
        for (param, ty) in params.iter().zip(types).skip(1) {
            let derivative = self.local("derivative", *ty);
            derivatives.push(Operand::Local(derivative));
            match ty {
                Ty::Pointer => {
                    let shadow = Runtime::Named(Named::Shadow);
                    self.statements.push(Stmt::Runtime(vec![derivative], shadow, vec![Operand::Local(*param)], site));
                    given.push(Operand::Local(derivative));
                }
                _ => received.push(derivative),
            }
        }
        let value = self.local("value", Ty::Real);
        self.statements.push(Stmt::Call(vec![value], forward, given));
        if is_active {
            self.statements.push(Stmt::Call(received, backward, vec![Operand::Real(1.0)]));
        } else {
            let zero = |local| Stmt::Let(local, Expr::Use(Operand::Real(0.0)));
            self.statements.extend(received.into_iter().map(zero));
        }
        let results = std::iter::once(Operand::Local(value)).chain(derivatives).collect();
        self.statements.push(Stmt::Return(results));
    }
}
