//! Copies, before a loop, of locals that the loop reads but does not assign, where code elsewhere assigns them again. So the way back need not
//! keep them in each iteration, and what a loop adds to their adjoints is not taken for that of a later value.

use super::Node;
use borel_flow::{Expr, Local, LocalInfo, Operand, Stmt};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Copies for all loops of a function with these parameters.
pub(super) fn copy(nodes: &mut Vec<Node>, params: &[Local], locals: &mut Vec<LocalInfo>) {
    let mut assignments: HashMap<Local, u32> = params.iter().map(|param| (*param, 1)).collect();
    nodes.iter().for_each(|node| node.each_definition(&mut |local| *assignments.entry(local).or_default() += 1));
    let changes = assignments.into_iter().filter(|(_, count)| *count > 1).map(|(local, _)| local).collect();
    list(nodes, &changes, locals);
}

fn list(nodes: &mut Vec<Node>, changes: &HashSet<Local>, locals: &mut Vec<LocalInfo>) {
    for mut node in std::mem::take(nodes) {
        if let Node::Loop(..) = node {
            let mut assigned = HashSet::new();
            node.each_definition(&mut |local| {
                assigned.insert(local);
            });
            stored_to(&node, &mut assigned);
            let mut read = BTreeSet::new();
            node.each_operand_mut(&mut |operand| read.extend(operand.local()));
            read.retain(|local| changes.contains(local) && !assigned.contains(local));
            let mut copies = HashMap::new();
            for local in read {
                let copy = Local(locals.len() as u32);
                locals.push(locals[local.0 as usize].clone());
                copies.insert(local, copy);
                nodes.push(Node::Plain(Stmt::Let(copy, Expr::Use(Operand::Local(local)))));
            }
            node.each_operand_mut(&mut |operand| {
                if let Some(copy) = operand.local().and_then(|local| copies.get(&local)) {
                    *operand = Operand::Local(*copy);
                }
            });
        }
        node.lists_mut().into_iter().for_each(|inner| list(inner, changes, locals));
        nodes.push(node);
    }
}

/// The objects that code writes to.
fn stored_to(node: &Node, found: &mut HashSet<Local>) {
    if let Node::Plain(Stmt::Store(object, ..) | Stmt::StoreElement(object, ..)) = node {
        found.extend(object.local());
    }
    node.lists().into_iter().flatten().for_each(|node| stored_to(node, found));
}
