//! What the point can have an effect on: the Reals that have derivatives, and the objects with such Reals in them.
//!
//! Flow-insensitive: a local is active if anything that is assigned to it may be. Of objects with fields it is known by layout and slot
//! which may hold something active, so that data which a closure captures beside parameters stay without shadows. Functions are
//! analysed for each set of active parameters they are called with, until nothing changes.

use crate::tree::{Node, Tree, tree};
use crate::{Derivative, Unknown, name, rules};
use borel_abi::layout::LayoutId;
use borel_flow::runtime::Named;
use borel_flow::{Expr, FunctionId, Local, Module, Operand, Runtime, Stmt, Ty, View};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A function with a set of active parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instance {
    /// The function.
    pub function: FunctionId,
    /// Which of its parameters are active.
    pub active: Vec<bool>,
}

/// What is known of an instance.
#[derive(Clone)]
pub struct Facts {
    /// For each local, whether it is active.
    pub active: Vec<bool>,
    /// For each result, the same.
    pub results: Vec<bool>,
}

/// Slots of objects with fields.
pub type Slots = HashSet<(LayoutId, u32)>;

/// The activity of a program.
pub struct Activity {
    /// The functions as trees, those that are needed.
    pub trees: HashMap<FunctionId, Tree>,
    /// The instances that are needed.
    pub instances: HashMap<Instance, Facts>,
    /// The calls of gradients with something active: for each set of active parameters the function that is the way back.
    pub gradients: BTreeMap<Instance, FunctionId>,
    /// Slots that may hold something active.
    pub slots: Slots,
    /// Calls of functions whose derivatives are not known.
    unknown: Vec<Unknown>,
    changed: bool,
}

impl Activity {
    /// Of the functions that a root calls with objects that may hold something active in these slots.
    pub fn of(module: &Module, root: &Instance, slots: &Slots) -> Result<Activity, Vec<Unknown>> {
        let mut activity = Activity {
            trees: HashMap::new(),
            instances: HashMap::new(),
            gradients: BTreeMap::new(),
            slots: slots.clone(),
            unknown: Vec::new(),
            changed: true,
        };
        activity.demand(module, root);
        while std::mem::replace(&mut activity.changed, false) {
            let known: Vec<Instance> = activity.instances.keys().cloned().collect();
            known.iter().for_each(|instance| activity.round(module, instance));
        }
        if activity.unknown.is_empty() { Ok(activity) } else { Err(activity.unknown) }
    }

    /// Whether a slot may hold something active.
    pub fn holds(&self, layout: LayoutId, slot: u32) -> bool {
        self.slots.contains(&(layout, slot))
    }

    /// The instance that a call in another one is of.
    pub fn callee(function: FunctionId, args: &[Operand], active: &[bool]) -> Instance {
        Instance { function, active: args.iter().map(|arg| is_active(*arg, active)).collect() }
    }

    fn cannot(&mut self, unknown: Unknown) {
        if !self.unknown.contains(&unknown) {
            self.unknown.push(unknown);
        }
    }

    fn demand(&mut self, module: &Module, instance: &Instance) {
        if self.instances.contains_key(instance) {
            return;
        }
        self.changed = true;
        let function = &module.functions[instance.function.0 as usize];
        let tree = self.trees.entry(instance.function).or_insert_with(|| tree(function));
        let mut active = vec![false; tree.locals.len()];
        for (param, is_active) in function.params.iter().zip(&instance.active) {
            active[param.0 as usize] = *is_active;
        }
        let results = vec![false; tree.results.len()];
        self.instances.insert(instance.clone(), Facts { active, results });
    }

    fn round(&mut self, module: &Module, instance: &Instance) {
        let tree = self.trees[&instance.function].clone();
        // The table keeps what was known, for calls of itself; the next round sees more.
        let mut facts = self.instances[instance].clone();
        loop {
            let mut pass = Pass { module, tree: &tree, activity: self, active: &mut facts.active, changed: false };
            pass.nodes(&tree.body);
            if !pass.changed {
                break;
            }
            self.changed = true;
        }
        for (known, result) in facts.results.iter_mut().zip(&tree.results) {
            *known = facts.active[result.0 as usize];
        }
        self.instances.insert(instance.clone(), facts);
    }
}

/// Whether an operand is active.
pub fn is_active(operand: Operand, active: &[bool]) -> bool {
    operand.local().is_some_and(|local| active[local.0 as usize])
}

struct Pass<'a> {
    module: &'a Module,
    tree: &'a Tree,
    activity: &'a mut Activity,
    active: &'a mut Vec<bool>,
    changed: bool,
}

impl Pass<'_> {
    fn is_active(&self, operand: Operand) -> bool {
        is_active(operand, self.active)
    }

    fn can_be_active(&self, local: Local) -> bool {
        matches!(self.tree.locals[local.0 as usize].ty, Ty::Real | Ty::Pointer)
    }

    fn mark(&mut self, local: Local, is_active: bool) {
        if is_active && self.can_be_active(local) && !self.active[local.0 as usize] {
            self.active[local.0 as usize] = true;
            self.changed = true;
        }
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            if let Node::Plain(stmt) = node {
                self.stmt(stmt);
            }
            node.lists().into_iter().for_each(|list| self.nodes(list));
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let(local, expr) => {
                let is_active = self.expr(expr);
                self.mark(*local, is_active);
            }
            Stmt::New(local, layout, slots) => {
                for (slot, operand) in slots.iter().enumerate() {
                    if self.is_active(*operand) {
                        self.changed |= self.activity.slots.insert((*layout, slot as u32));
                        self.mark(*local, true);
                    }
                }
            }
            Stmt::StoreElement(array, _, _, _, value) => {
                if let (Operand::Local(array), true) = (array, self.is_active(*value)) {
                    self.mark(*array, true);
                }
            }
            Stmt::Runtime(locals, runtime, args, site) => {
                let reads_point = *runtime == Runtime::Named(Named::Constrain);
                let is_active = reads_point || args.iter().any(|arg| self.is_active(*arg));
                let carries = rules::carries(*runtime);
                locals.iter().for_each(|local| self.mark(*local, is_active && carries));
                let has_active_result = |local: &Local| self.can_be_active(*local);
                if is_active && !carries && !rules::is_constant(*runtime) && locals.iter().any(has_active_result) {
                    self.activity.cannot(Unknown { site: *site, function: name(*runtime), order: Derivative::First });
                }
            }
            Stmt::Call(locals, callee, args) => {
                let instance = Activity::callee(*callee, args, self.active);
                let function = &self.module.functions[callee.0 as usize];
                let takes_active = instance.active.contains(&true);
                if function.gradient_of.is_some() && takes_active {
                    self.activity.gradients.entry(instance).or_insert(*callee);
                    return locals.iter().for_each(|local| self.mark(*local, true));
                }
                if function.view == View::Pure && !takes_active {
                    return;
                }
                self.activity.demand(self.module, &instance);
                let results = self.activity.instances[&instance].results.clone();
                for (local, is_active) in locals.iter().zip(results) {
                    self.mark(*local, is_active);
                }
            }
            _ => {}
        }
    }

    fn expr(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Load(object, layout, slot) => self.is_active(*object) && self.activity.holds(*layout, *slot),
            Expr::LoadElement(array, ..) => self.is_active(*array),
            Expr::Point(_) => true,
            Expr::Use(a) | Expr::Unary(_, a) => self.is_active(*a),
            Expr::Binary(_, a, b) => self.is_active(*a) || self.is_active(*b),
            Expr::Select(_, a, b) => self.is_active(*a) || self.is_active(*b),
            _ => false,
        }
    }
}
