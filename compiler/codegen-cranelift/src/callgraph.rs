//! Who calls whom: recursion, and who touches the log weight of the execution.

use borel_abi::ctx::offset;
use borel_flow::visit::each_statement;
use borel_flow::{Expr, Function, FunctionId, Module, Stmt};

/// What is known of the functions of a module through their calls.
#[derive(Debug)]
pub(crate) struct CallGraph {
    /// The component of mutually recursive functions that each belongs to.
    component: Vec<usize>,
    calls_itself: Vec<bool>,
    /// Members of each component.
    sizes: Vec<usize>,
    /// Whether it, or a function below it, reads or writes the log weight.
    weighs: Vec<bool>,
}

impl CallGraph {
    pub(crate) fn new(module: &Module) -> CallGraph {
        let calls: Vec<Vec<usize>> = module.functions.iter().map(callees).collect();
        let mut search = Search::new(&calls);
        for function in 0..calls.len() {
            search.visit(function);
        }
        let mut sizes = vec![0; search.components];
        for component in &search.component {
            sizes[*component] += 1;
        }
        let calls_itself = calls.iter().enumerate().map(|(i, callees)| callees.contains(&i)).collect();
        let weighs = close(&calls, module.functions.iter().map(touches_log_weight).collect());
        CallGraph { component: search.component, calls_itself, sizes, weighs }
    }

    /// Whether a call of it can lead to another call of it.
    pub(crate) fn recursive(&self, function: FunctionId) -> bool {
        let index = function.0 as usize;
        self.calls_itself[index] || self.sizes[self.component[index]] > 1
    }

    /// Whether a call of it can read or write the log weight.
    pub(crate) fn weighs(&self, function: FunctionId) -> bool {
        self.weighs[function.0 as usize]
    }
}

/// The functions that a function calls.
fn callees(function: &Function) -> Vec<usize> {
    let mut callees = Vec::new();
    each_statement(&function.body, &mut |statement| {
        if let Stmt::Call(_, callee, _) = statement {
            callees.push(callee.0 as usize);
        }
    });
    callees
}

/// Whether the function itself reads or writes the log weight.
pub(crate) fn touches_log_weight(function: &Function) -> bool {
    let mut touches = false;
    each_statement(&function.body, &mut |statement| {
        touches |= matches!(
            statement,
            Stmt::SetContext(offset::LOG_WEIGHT, _) | Stmt::Let(_, Expr::Context(offset::LOG_WEIGHT))
        );
    });
    touches
}

/// Those that have the property, or call one that has it.
fn close(calls: &[Vec<usize>], mut property: Vec<bool>) -> Vec<bool> {
    loop {
        let mut changed = false;
        for (caller, callees) in calls.iter().enumerate() {
            if !property[caller] && callees.iter().any(|callee| property[*callee]) {
                property[caller] = true;
                changed = true;
            }
        }
        if !changed {
            return property;
        }
    }
}

/// Strongly connected components by path-based depth-first search (Gabow, Information Processing Letters 74, 2000), with
/// a stack of its own.
struct Search<'a> {
    calls: &'a [Vec<usize>],
    order: Vec<Option<usize>>,
    component: Vec<usize>,
    components: usize,
    open: Vec<usize>,
    boundaries: Vec<usize>,
    visited: usize,
}

const UNASSIGNED: usize = usize::MAX;

impl<'a> Search<'a> {
    fn new(calls: &'a [Vec<usize>]) -> Search<'a> {
        let count = calls.len();
        Search {
            calls,
            order: vec![None; count],
            component: vec![UNASSIGNED; count],
            components: 0,
            open: Vec::new(),
            boundaries: Vec::new(),
            visited: 0,
        }
    }

    fn visit(&mut self, root: usize) {
        if self.order[root].is_some() {
            return;
        }
        let mut path = vec![(root, 0)];
        self.enter(root);
        while let Some((function, next)) = path.last_mut() {
            let function = *function;
            if let Some(&callee) = self.calls[function].get(*next) {
                *next += 1;
                match self.order[callee] {
                    None => {
                        self.enter(callee);
                        path.push((callee, 0));
                    }
                    Some(order) if self.component[callee] == UNASSIGNED => self.contract(order),
                    Some(_) => {}
                }
            } else {
                path.pop();
                self.leave(function);
            }
        }
    }

    fn enter(&mut self, function: usize) {
        self.order[function] = Some(self.visited);
        self.boundaries.push(self.visited);
        self.visited += 1;
        self.open.push(function);
    }

    /// A path leads back to the function with this order: everything after it is in its component.
    fn contract(&mut self, order: usize) {
        while self.boundaries.last().is_some_and(|boundary| *boundary > order) {
            self.boundaries.pop();
        }
    }

    fn leave(&mut self, function: usize) {
        if self.boundaries.last().copied() != self.order[function] {
            return;
        }
        self.boundaries.pop();
        while let Some(member) = self.open.pop() {
            self.component[member] = self.components;
            if member == function {
                break;
            }
        }
        self.components += 1;
    }
}
