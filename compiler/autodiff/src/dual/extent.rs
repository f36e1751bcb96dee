//! What a direction reaches: the Reals that have tangents, and the objects with such Reals in them. As in reverse mode it is
//! known of objects with fields by layout and slot; what the shadows of objects hold is always taken to be varied.

use super::operations;
use crate::activity::{Facts, Instance, Slots, is_active};
use crate::{Derivative, Unknown};
use borel_abi::layout::LayoutId;
use borel_flow::visit::each_statement;
use borel_flow::{Expr, Frame, Function, Local, Module, Operand, Stmt, Ty};
use std::collections::{HashMap, HashSet};

/// See the module.
#[derive(Default)]
pub struct Extent {
    /// What is varied in the functions, for each set of varied parameters that they are called with.
    pub instances: HashMap<Instance, Facts>,
    slots: Slots,
    /// The layouts of those slots.
    layouts: HashSet<LayoutId>,
    frames: HashSet<(Frame, usize)>,
    unknown: Vec<Unknown>,
    changed: bool,
}

impl Extent {
    /// Of the functions that the roots call with objects that may hold something varied in these slots.
    pub fn of(module: &Module, roots: &[Instance], slots: &Slots) -> Result<Extent, Vec<Unknown>> {
        let layouts = slots.iter().map(|(layout, _)| *layout).collect();
        let mut extent = Extent { slots: slots.clone(), layouts, ..Extent::default() };
        roots.iter().for_each(|root| extent.demand(module, root));
        while std::mem::replace(&mut extent.changed, false) {
            let known: Vec<Instance> = extent.instances.keys().cloned().collect();
            known.iter().for_each(|instance| extent.round(module, instance));
        }
        if !extent.unknown.is_empty() {
            return Err(extent.unknown);
        }
        extent.keep_called(module, roots);
        Ok(extent)
    }

    /// Forgets functions that were called while less was known of what they are given.
    fn keep_called(&mut self, module: &Module, roots: &[Instance]) {
        let mut called: HashSet<Instance> = HashSet::new();
        let mut waiting = roots.to_vec();
        while let Some(instance) = waiting.pop() {
            if !called.insert(instance.clone()) {
                continue;
            }
            let facts = &self.instances[&instance];
            each_statement(&module.functions[instance.function.0 as usize].body, &mut |stmt| {
                if let Stmt::Call(_, callee, args) = stmt {
                    let active = args.iter().map(|arg| is_active(*arg, &facts.active)).collect();
                    waiting.push(Instance { function: *callee, active });
                }
            });
        }
        self.instances.retain(|instance, _| called.contains(instance));
    }

    /// Whether a slot may hold something varied.
    pub fn holds(&self, layout: LayoutId, slot: u32) -> bool {
        self.slots.contains(&(layout, slot))
    }

    /// Whether a word of a frame may be varied.
    pub fn is_varied_on_tape(&self, frame: Frame, at: usize) -> bool {
        self.frames.contains(&(frame, at))
    }

    /// Whether anything in a function is varied.
    pub fn is_varied(&self, instance: &Instance) -> bool {
        self.instances.get(instance).is_some_and(|facts| facts.active.contains(&true))
    }

    fn demand(&mut self, module: &Module, instance: &Instance) {
        if self.instances.contains_key(instance) {
            return;
        }
        self.changed = true;
        let function = &module.functions[instance.function.0 as usize];
        let mut active = vec![false; function.locals.len()];
        for (param, is_active) in function.params.iter().zip(&instance.active) {
            active[param.0 as usize] = *is_active;
        }
        self.instances.insert(instance.clone(), Facts { active, results: vec![false; function.results.len()] });
    }

    fn round(&mut self, module: &Module, instance: &Instance) {
        let function = &module.functions[instance.function.0 as usize];
        let mut facts = self.instances[instance].clone();
        loop {
            let mut changed = false;
            each_statement(&function.body, &mut |stmt| changed |= self.stmt(module, function, stmt, &mut facts));
            if !changed {
                break;
            }
            self.changed = true;
        }
        self.instances.insert(instance.clone(), facts);
    }

    /// Whether something new is known of the function.
    fn stmt(&mut self, module: &Module, function: &Function, stmt: &Stmt, facts: &mut Facts) -> bool {
        let mut changed = false;
        let mut mark = |facts: &mut Facts, local: Local, varied: bool| {
            let can_be = matches!(function.locals[local.0 as usize].ty, Ty::Real | Ty::Pointer);
            if varied && can_be && !std::mem::replace(&mut facts.active[local.0 as usize], true) {
                changed = true;
            }
        };
        match stmt {
            Stmt::Let(local, expr) => {
                let varied = self.expr(expr, facts);
                mark(facts, *local, varied);
            }
            Stmt::New(local, layout, slots) => {
                for (slot, operand) in slots.iter().enumerate() {
                    if is_active(*operand, &facts.active) && self.slots.insert((*layout, slot as u32)) {
                        self.layouts.insert(*layout);
                        self.changed = true;
                    }
                }
                mark(facts, *local, self.layouts.contains(layout));
            }
            Stmt::StoreElement(array, _, _, _, value) => {
                if let (Some(array), true) = (array.local(), is_active(*value, &facts.active)) {
                    mark(facts, array, true);
                }
            }
            Stmt::Runtime(locals, runtime, args, site) => {
                let varied = args.iter().any(|arg| is_active(*arg, &facts.active));
                if varied && !operations::is_known(*runtime, args, &facts.active) {
                    let unknown =
                        Unknown { site: *site, function: operations::name(*runtime, args), order: Derivative::Second };
                    if !self.unknown.contains(&unknown) {
                        self.unknown.push(unknown);
                    }
                }
                let carries = operations::carries(*runtime);
                let varied = varied && carries || operations::makes_shadow(*runtime);
                locals.iter().for_each(|local| mark(facts, *local, varied));
            }
            Stmt::Call(locals, callee, args) => {
                let active = args.iter().map(|arg| is_active(*arg, &facts.active)).collect();
                let instance = Instance { function: *callee, active };
                self.demand(module, &instance);
                let known = &self.instances[&instance];
                locals.iter().zip(&known.results).for_each(|(local, varied)| mark(facts, *local, *varied));
                // It may have stored something varied in an array that it was given.
                for (arg, param) in args.iter().zip(&module.functions[callee.0 as usize].params) {
                    if let Operand::Local(arg) = arg {
                        mark(facts, *arg, known.active[param.0 as usize]);
                    }
                }
            }
            Stmt::Push(frame, words) => {
                for (at, word) in words.iter().enumerate() {
                    if is_active(*word, &facts.active) {
                        self.changed |= self.frames.insert((*frame, at));
                    }
                }
            }
            Stmt::Pop(frame, locals) => {
                for (at, local) in locals.iter().enumerate() {
                    mark(facts, *local, self.frames.contains(&(*frame, at)));
                }
            }
            Stmt::Return(words) => {
                for (known, word) in facts.results.iter_mut().zip(words) {
                    let varied = is_active(*word, &facts.active);
                    self.changed |= varied && !*known;
                    *known |= varied;
                }
            }
            _ => {}
        }
        changed
    }

    fn expr(&self, expr: &Expr, facts: &Facts) -> bool {
        let is = |operand| is_active(operand, &facts.active);
        match expr {
            Expr::Load(object, layout, slot) => is(*object) && self.holds(*layout, *slot),
            Expr::LoadElement(array, ..) => is(*array),
            Expr::Use(a) | Expr::Unary(_, a) => is(*a),
            Expr::Binary(_, a, b) | Expr::Select(_, a, b) => is(*a) || is(*b),
            _ => false,
        }
    }
}
