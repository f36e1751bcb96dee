//! Fusion: an array that is built only to be read once is not built. Its element takes the place of the reading.
//!
//! Only elements without effects move, so nothing happens in another order, and none is computed more often than before,
//! unless that is no more work than to load it (Gill, Launchbury, Peyton Jones, "A short cut to deforestation", 1993, does the
//! same for lists).

use std::collections::HashMap;

use borel_core::{Atom, Block, End, FunctionId, Op, Prim, Program, Stmt, Var};

use crate::effect::{self, Effects, Summaries};
use crate::rename::Renaming;
use crate::{reachable, size};

/// Elements up to this size move to a single reading.
const LARGEST: usize = 60;
/// And these are computed again where the array would be read again.
const TRIVIAL: usize = 3;

/// Fuses in every function.
pub(crate) fn fuse(program: &mut Program) {
    let (order, _) = reachable::order(program);
    let summaries = effect::summaries(program, &order);
    for id in order {
        function(program, id, &summaries);
    }
}

fn function(program: &mut Program, id: FunctionId, summaries: &Summaries) {
    let mut search = Search { summaries, readings: HashMap::new(), depth: 0 };
    search.block(&program.function(id).body);
    let fused = search.fused();
    if fused.is_empty() {
        return;
    }
    let index = id.0 as usize;
    let mut body = std::mem::take(&mut program.functions[index].body);
    Rewrite { program, fused, elements: HashMap::new() }.block(&mut body);
    program.functions[index].body = body;
}

/// How an array that is built is read.
struct Readings {
    /// In how many loops it is built.
    depth: usize,
    size: usize,
    /// In how many loops each reading of an element is.
    at: Vec<usize>,
    /// Used otherwise than by reading elements and the length.
    escapes: bool,
}

struct Search<'s> {
    summaries: &'s Summaries,
    readings: HashMap<Var, Readings>,
    depth: usize,
}

impl Search<'_> {
    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
        block.end.atoms().into_iter().for_each(|atom| self.escape(atom));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.op {
            Op::Prim(Prim::Len, _) => {}
            Op::Prim(Prim::IndexUnchecked, operands) => {
                if let [Atom::Var(array), index] = operands.as_slice() {
                    self.escape(index);
                    if let Some(readings) = self.readings.get_mut(array) {
                        readings.at.push(self.depth);
                    }
                }
            }
            op => op.each_atom(&mut |atom| self.escape(atom)),
        }
        let repeats = matches!(stmt.op, Op::Loop(..) | Op::Build(..));
        self.depth += usize::from(repeats);
        match &stmt.op {
            // When it is called, and how often, is not known here.
            Op::Lambda(lambda) => self.captured(&lambda.body),
            op => op.blocks().into_iter().for_each(|inner| self.block(inner)),
        }
        self.depth -= usize::from(repeats);
        if let Op::Build(_, _, element) = &stmt.op
            && self.moves(element)
        {
            let readings = Readings { depth: self.depth, size: size::block(element), at: Vec::new(), escapes: false };
            self.readings.insert(stmt.var, readings);
        }
    }

    fn captured(&mut self, block: &Block) {
        for stmt in &block.stmts {
            stmt.op.each_atom(&mut |atom| self.escape(atom));
            stmt.op.blocks().into_iter().for_each(|inner| self.captured(inner));
        }
        block.end.atoms().into_iter().for_each(|atom| self.escape(atom));
    }

    fn escape(&mut self, atom: &Atom) {
        if let Atom::Var(var) = atom
            && let Some(readings) = self.readings.get_mut(var)
        {
            readings.escapes = true;
        }
    }

    /// Whether the element can be computed elsewhere.
    fn moves(&self, element: &Block) -> bool {
        matches!(element.end, End::Yield(_))
            && effect::block(element, self.summaries).within(Effects::NONE)
            && !element.stmts.iter().any(|stmt| effect::op_escapes(&stmt.op))
            && element.stmts.iter().all(|stmt| !matches!(stmt.op, Op::Lambda(_) | Op::Loop(..) | Op::Build(..)))
    }

    /// Arrays that need not be built.
    fn fused(self) -> Vec<Var> {
        let is_fused = |readings: &Readings| {
            let trivial = readings.size <= TRIVIAL;
            let once = readings.at.len() <= 1 && readings.at.iter().all(|depth| *depth <= readings.depth + 1);
            !readings.escapes && (trivial || (once && readings.size <= LARGEST))
        };
        let fused = self.readings.into_iter().filter(|(_, readings)| is_fused(readings));
        fused.map(|(var, _)| var).collect()
    }
}

struct Rewrite<'p> {
    program: &'p mut Program,
    fused: Vec<Var>,
    /// Length, index and element of those that have been met.
    elements: HashMap<Var, (Atom, Var, Block)>,
}

impl Rewrite<'_> {
    fn block(&mut self, block: &mut Block) {
        for mut stmt in std::mem::take(&mut block.stmts) {
            stmt.op.blocks_mut().into_iter().for_each(|inner| self.block(inner));
            match stmt.op {
                Op::Build(length, index, element) if self.fused.contains(&stmt.var) => {
                    self.elements.insert(stmt.var, (length, index, element));
                }
                Op::Prim(Prim::Len, operands) => {
                    let op = match self.element(&operands) {
                        Some((length, ..)) => Op::Atom(length.clone()),
                        None => Op::Prim(Prim::Len, operands),
                    };
                    block.stmts.push(Stmt { op, ..stmt });
                }
                Op::Prim(Prim::IndexUnchecked, operands) => match self.element(&operands).cloned() {
                    Some((_, index, element)) => {
                        let at = operands[1].clone();
                        let copy = Renaming::new(self.program, [(index, at)]).block(&element);
                        block.stmts.extend(copy.stmts);
                        if let End::Yield(value) = copy.end {
                            block.stmts.push(Stmt { op: Op::Atom(value), ..stmt });
                        }
                    }
                    None => block.stmts.push(Stmt { op: Op::Prim(Prim::IndexUnchecked, operands), ..stmt }),
                },
                op => block.stmts.push(Stmt { op, ..stmt }),
            }
        }
    }

    fn element(&self, operands: &[Atom]) -> Option<&(Atom, Var, Block)> {
        match operands.first() {
            Some(Atom::Var(array)) => self.elements.get(array),
            _ => None,
        }
    }
}
