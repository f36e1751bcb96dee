//! Fusion: an array that is built only for its elements to be read, each once, is never built. What gives the element
//! stands where the element was read.
//!
//! A block that cannot fail may be moved to any such place. One that can is moved only where every element is read, in
//! order, before anything else can be observed: what would have stopped the program stops it still. Nothing that draws,
//! acts or may not end is moved. [`reads`] finds where an array is read.

mod reads;

use borel_core::{Atom, Block, End, FunctionId, Op, Prim, Program, Stmt, Type, Var};

use crate::effect::{self, Effects, Summaries};
use crate::rename::Renaming;
use crate::uses::Uses;
use reads::{Reads, Times};

/// An element that takes no more statements than these, all of them quick, may be computed again and again.
const QUICK: usize = 4;

/// Rewrites a function; whether anything was fused.
pub(crate) fn function(program: &mut Program, id: FunctionId, summaries: &Summaries) -> bool {
    let index = id.0 as usize;
    let mut body = std::mem::take(&mut program.functions[index].body);
    let uses = Uses::of(&body, program.vars.len());
    let mut fusion = Fusion { program, summaries, uses, changed: false };
    fusion.block(&mut body);
    let changed = fusion.changed;
    program.functions[index].body = body;
    changed
}

struct Fusion<'p> {
    program: &'p mut Program,
    summaries: &'p Summaries,
    uses: Uses,
    changed: bool,
}

/// An array: its length, the index, what gives the element.
struct Producer {
    array: Var,
    length: Atom,
    index: Var,
    element: Block,
}

impl Fusion<'_> {
    fn block(&mut self, block: &mut Block) {
        self.ranges(block);
        let mut position = 0;
        while position < block.stmts.len() {
            if self.may_go(block, position) {
                self.fuse(block, position);
            } else {
                position += 1;
            }
        }
        for stmt in &mut block.stmts {
            stmt.op.blocks_mut().into_iter().for_each(|inner| self.block(inner));
        }
    }

    /// Ranges from zero are arrays built of their indices: those of which only elements are asked for need not be made.
    fn ranges(&mut self, block: &mut Block) {
        for position in 0..block.stmts.len() {
            let Op::Prim(Prim::Range, operands) = &block.stmts[position].op else { continue };
            let [Atom::Int(0), limit] = operands.as_slice() else { continue };
            let (limit, var, span) = (limit.clone(), block.stmts[position].var, block.stmts[position].span);
            if !self.only_read(&Reads::of(var, &block.stmts[position + 1..])) {
                continue;
            }
            let int = self.program.int();
            let (length, index) = (self.program.fresh("n", int), self.program.fresh("i", int));
            block.stmts[position].op = Op::Build(Atom::Var(length), index, Block::of(Atom::Var(index)));
            let length = Stmt { var: length, op: Op::Prim(Prim::MaxInt, vec![limit, Atom::Int(0)]), span };
            block.stmts.insert(position, length);
            // The statement after has been looked at already, which does no harm.
        }
    }

    /// Whether elements and the length are all that is asked of an array.
    fn only_read(&self, reads: &Reads) -> bool {
        reads.found.len() + reads.lengths == self.uses.count(reads.array) as usize
    }

    /// Whether the statement builds an array that need not be.
    fn may_go(&self, block: &Block, position: usize) -> bool {
        let Stmt { var, op: Op::Build(length, _, element), .. } = &block.stmts[position] else { return false };
        let effects = effect::block(element, self.summaries);
        let escapes = element.stmts.iter().any(|stmt| effect::op_escapes(&stmt.op));
        if !effects.within(Effects::FAILS) || escapes || !matches!(element.end, End::Yield(_)) {
            return false;
        }
        let after = &block.stmts[position + 1..];
        let reads = Reads::of(*var, after);
        if !self.only_read(&reads) {
            return false;
        }
        match reads.found.as_slice() {
            // What nothing reads is dead; whether it goes is not decided here.
            [] => false,
            [_] if !effects.within(Effects::NONE) => reads.is_read_whole(after, length, self.summaries),
            [Times::Once] => true,
            [Times::Often] => self.is_quick(element),
            _ => element.stmts.is_empty(),
        }
    }

    fn is_quick(&self, element: &Block) -> bool {
        let is_scalar = |var: Var| {
            matches!(self.program.ty(self.program.var_ty(var)), Type::Int | Type::Real | Type::Bool | Type::Tuple(..))
        };
        let is_quick = |stmt: &Stmt| match &stmt.op {
            Op::Prim(prim, _) => is_arithmetic(*prim) && is_scalar(stmt.var),
            Op::Tuple(_) | Op::Project(..) => is_scalar(stmt.var),
            _ => false,
        };
        element.stmts.len() <= QUICK && element.stmts.iter().all(is_quick)
    }

    /// Takes the statement away, and puts what it computes where its elements were read.
    fn fuse(&mut self, block: &mut Block, position: usize) {
        let stmt = block.stmts.remove(position);
        let Op::Build(length, index, element) = stmt.op else { return };
        self.changed = true;
        let producer = Producer { array: stmt.var, length, index, element };
        self.replace(&mut block.stmts, position, &producer);
    }

    fn replace(&mut self, stmts: &mut Vec<Stmt>, from: usize, producer: &Producer) {
        let rest = stmts.split_off(from);
        for mut stmt in rest {
            match &stmt.op {
                Op::Prim(Prim::Len, operands) if is(operands.first(), producer.array) => {
                    stmt.op = Op::Atom(producer.length.clone());
                }
                Op::Prim(Prim::IndexUnchecked, operands) if is(operands.first(), producer.array) => {
                    let at = operands.get(1).cloned().unwrap_or(Atom::Int(0));
                    let copy = Renaming::new(self.program, [(producer.index, at)]).block(&producer.element);
                    stmts.extend(copy.stmts);
                    if let End::Yield(value) = copy.end {
                        stmt.op = Op::Atom(value);
                    }
                }
                _ => {
                    stmt.op.blocks_mut().into_iter().for_each(|inner| self.replace(&mut inner.stmts, 0, producer));
                }
            }
            stmts.push(stmt);
        }
    }
}

fn is(atom: Option<&Atom>, var: Var) -> bool {
    matches!(atom, Some(Atom::Var(found)) if *found == var)
}

/// Primitives that are a few machine instructions.
fn is_arithmetic(prim: Prim) -> bool {
    use Prim::*;
    matches!(
        prim,
        Add | Sub | Mul | Neg | Abs | Min | Max | Eq | Lt | Le | EqInt | LtInt | LeInt | MinInt | MaxInt | Not | EqBool
    ) || matches!(prim, IntToReal | BoolToInt | IsNan | IndexUnchecked)
}
