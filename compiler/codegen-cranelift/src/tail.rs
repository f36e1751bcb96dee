//! Tail calls: finding them, and moving returns to where they make calls tail calls.
//!
//! `if c { r = f() } else { r = 0 }; return r` does not end with a call; with the return moved into both branches one
//! of them does. What is moved is copies of locals and the return itself, so code hardly grows.

use borel_flow::visit::each_statement;
use borel_flow::{Block, Expr, Function, Label, Local, Operand, Stmt};
use std::collections::HashMap;

/// Whether what follows a call returns exactly its results, perhaps through copies.
pub(crate) fn returns_results(results: &[Local], rest: &[Stmt]) -> bool {
    let mut position: HashMap<Local, usize> = results.iter().copied().zip(0..).collect();
    for statement in rest {
        match statement {
            Stmt::Let(copy, Expr::Use(Operand::Local(local))) if position.contains_key(local) => {
                let index = position[local];
                position.insert(*copy, index);
            }
            Stmt::Return(words) => return words.len() == results.len() && in_order(words, &position),
            _ => return false,
        }
    }
    false
}

fn in_order(words: &[Operand], position: &HashMap<Local, usize>) -> bool {
    words.iter().enumerate().all(|(i, word)| matches!(word, Operand::Local(local) if position.get(local) == Some(&i)))
}

/// The function with returns moved into the branches before them, and without statements that cannot be reached.
pub(crate) fn sink_returns(mut function: Function) -> Function {
    function.body = sink(function.body, &[]);
    function
}

/// Whether control can get past the statement.
fn passes(statement: &Stmt) -> bool {
    match statement {
        Stmt::Return(_) | Stmt::Break(_) | Stmt::Continue(_) | Stmt::Trap(..) => false,
        Stmt::Block(label, body) => body.iter().all(passes) || breaks(body, *label),
        Stmt::Loop(label, body) => breaks(body, *label),
        Stmt::If(..) | Stmt::Switch(..) => statement.blocks().into_iter().any(|block| block.iter().all(passes)),
        _ => true,
    }
}

/// Whether the block breaks to the label.
fn breaks(block: &Block, label: Label) -> bool {
    let mut found = false;
    each_statement(block, &mut |statement| found |= matches!(statement, Stmt::Break(target) if *target == label));
    found
}

/// Whether the statements are copies of locals and a return.
fn is_return(statements: &[Stmt]) -> bool {
    let Some((Stmt::Return(_), copies)) = statements.split_last() else { return false };
    copies.iter().all(|statement| matches!(statement, Stmt::Let(_, Expr::Use(_))))
}

/// A block whose end, if control gets there, is followed by the return `after` (or, if that is empty, by other code).
fn sink(mut block: Block, after: &[Stmt]) -> Block {
    match block.iter().position(|statement| !passes(statement)) {
        Some(end) => block.truncate(end + 1),
        None => block.extend_from_slice(after),
    }
    let start = (0..block.len()).find(|start| is_return(&block[*start..])).unwrap_or(block.len());
    let tail = block.split_off(start);
    let last = block.pop();
    let mut sunk: Block = block.into_iter().map(|statement| sink_inside(statement, &[])).collect();
    match last {
        Some(last @ (Stmt::If(..) | Stmt::Switch(..) | Stmt::Block(..))) if !tail.is_empty() => {
            sunk.push(sink_inside(last, &tail));
        }
        Some(last) => {
            sunk.push(sink_inside(last, &[]));
            sunk.extend(tail);
        }
        None => sunk.extend(tail),
    }
    sunk
}

/// A statement that is followed by the return `after`, unless that is empty.
fn sink_inside(statement: Stmt, after: &[Stmt]) -> Stmt {
    match statement {
        Stmt::If(condition, then, otherwise) => Stmt::If(condition, sink(then, after), sink(otherwise, after)),
        Stmt::Switch(on, cases, default) => {
            let cases = cases.into_iter().map(|(value, block)| (value, sink(block, after))).collect();
            Stmt::Switch(on, cases, sink(default, after))
        }
        Stmt::Block(label, mut body) => {
            if !after.is_empty() {
                replace_breaks(&mut body, label, after);
            }
            Stmt::Block(label, sink(body, after))
        }
        Stmt::Loop(label, body) => Stmt::Loop(label, sink(body, &[])),
        other => other,
    }
}

/// Replaces each break of the label by the return.
fn replace_breaks(block: &mut Block, label: Label, after: &[Stmt]) {
    for statement in block.iter_mut() {
        statement.blocks_mut().into_iter().for_each(|inner| replace_breaks(inner, label, after));
    }
    if matches!(block.last(), Some(Stmt::Break(target)) if *target == label) {
        block.pop();
        block.extend_from_slice(after);
    }
}
