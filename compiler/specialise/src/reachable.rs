//! The call graph: an order with callees first, recursion, and which functions the root reaches.

use borel_core::{Block, Function, FunctionId, Op, Program};

/// Calls `found` with the callee of each call in the block.
pub(crate) fn each_call(block: &Block, found: &mut dyn FnMut(FunctionId)) {
    for stmt in &block.stmts {
        match &stmt.op {
            Op::Call(callee, _) => found(*callee),
            op => op.blocks().into_iter().for_each(|inner| each_call(inner, found)),
        }
    }
}

/// The functions that each function calls, perhaps repeated.
fn calls(program: &Program) -> Vec<Vec<FunctionId>> {
    let callees = |function: &Function| {
        let mut found = Vec::new();
        each_call(&function.body, &mut |callee| found.push(callee));
        found
    };
    program.functions.iter().map(callees).collect()
}

/// Reachable functions, each after those it calls (but for recursion), and by index whether it is recursive.
pub(crate) fn order(program: &Program) -> (Vec<FunctionId>, Vec<bool>) {
    let calls = calls(program);
    let mut search = Components {
        calls: &calls,
        index: vec![0; calls.len()],
        low: vec![0; calls.len()],
        on_stack: vec![false; calls.len()],
        stack: Vec::new(),
        next: 1,
        order: Vec::new(),
        recursive: vec![false; calls.len()],
    };
    program.root.iter().for_each(|root| search.visit(root.0 as usize));
    (search.order, search.recursive)
}

/// Strongly connected components (Tarjan, Depth-first search and linear graph algorithms, 1972).
struct Components<'c> {
    calls: &'c [Vec<FunctionId>],
    index: Vec<u32>,
    low: Vec<u32>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next: u32,
    order: Vec<FunctionId>,
    recursive: Vec<bool>,
}

impl Components<'_> {
    fn visit(&mut self, node: usize) {
        self.index[node] = self.next;
        self.low[node] = self.next;
        self.next += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
        for callee in &self.calls[node] {
            let callee = callee.0 as usize;
            if callee == node {
                self.recursive[node] = true;
            }
            if self.index[callee] == 0 {
                self.visit(callee);
                self.low[node] = self.low[node].min(self.low[callee]);
            } else if self.on_stack[callee] {
                self.low[node] = self.low[node].min(self.index[callee]);
            }
        }
        if self.low[node] == self.index[node] {
            self.component(node);
        }
    }

    fn component(&mut self, root: usize) {
        let start = self.stack.iter().rposition(|node| *node == root).unwrap_or(0);
        let members = self.stack.split_off(start);
        for member in &members {
            self.on_stack[*member] = false;
            self.recursive[*member] |= members.len() > 1;
        }
        self.order.extend(members.iter().rev().map(|member| FunctionId(*member as u32)));
    }
}

/// Drops functions that the root does not reach; the others keep their order.
pub(crate) fn prune(program: &mut Program) {
    let (order, _) = order(program);
    let mut reached = vec![false; program.functions.len()];
    order.iter().for_each(|id| reached[id.0 as usize] = true);
    let mut new_ids = vec![FunctionId(0); program.functions.len()];
    let mut next = 0;
    for (index, reached) in reached.iter().enumerate() {
        new_ids[index] = FunctionId(next);
        next += u32::from(*reached);
    }
    let mut keep = reached.iter();
    program.functions.retain(|_| keep.next().copied().unwrap_or(false));
    program.functions.iter_mut().for_each(|function| renumber(&mut function.body, &new_ids));
    program.root = program.root.map(|root| new_ids[root.0 as usize]);
}

fn renumber(block: &mut Block, new_ids: &[FunctionId]) {
    for stmt in &mut block.stmts {
        match &mut stmt.op {
            Op::Call(callee, _) => *callee = new_ids[callee.0 as usize],
            op => op.blocks_mut().into_iter().for_each(|inner| renumber(inner, new_ids)),
        }
    }
}
