//! Where an array is read: how often each element may be asked for, and whether all of them are.

use borel_core::{Atom, Block, End, Failure, Label, Op, Prim, Stmt, Var};

use crate::counted::counted;
use crate::effect::{self, Effects, Summaries};

/// How often one element may be read in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Times {
    /// At most once.
    Once,
    /// Perhaps more than once.
    Often,
}

/// The reads of an array in the statements after it.
pub(super) struct Reads {
    pub array: Var,
    /// The reads of elements, in order.
    pub found: Vec<Times>,
    /// How often its length is asked for.
    pub lengths: usize,
}

/// Loops around, from the outermost: the variable that has another value in each iteration, if there is one.
type Loops = Vec<Option<Var>>;

impl Reads {
    /// Those in these statements.
    pub(super) fn of(array: Var, stmts: &[Stmt]) -> Reads {
        let mut reads = Reads { array, found: Vec::new(), lengths: 0 };
        stmts.iter().for_each(|stmt| reads.stmt(stmt, &mut Vec::new()));
        reads
    }

    fn block(&mut self, block: &Block, loops: &mut Loops) {
        block.stmts.iter().for_each(|stmt| self.stmt(stmt, loops));
    }

    fn stmt(&mut self, stmt: &Stmt, loops: &mut Loops) {
        match &stmt.op {
            Op::Prim(Prim::Len, operands) if self.is_array(operands.first()) => self.lengths += 1,
            Op::Prim(Prim::IndexUnchecked, operands) if self.is_array(operands.first()) => {
                let once = match loops.as_slice() {
                    [] => true,
                    [Some(counter)] => matches!(operands.get(1), Some(Atom::Var(index)) if index == counter),
                    _ => false,
                };
                self.found.push(if once { Times::Once } else { Times::Often });
            }
            Op::Loop(label, params, body) => {
                self.inside(counted(*label, params, body).map(|counted| counted.index), body, loops);
            }
            Op::Build(_, index, body) => self.inside(Some(*index), body, loops),
            // A closure may be called any number of times, in other executions of a model too: nothing is moved there.
            Op::Lambda(_) => {}
            op => op.blocks().into_iter().for_each(|inner| self.block(inner, loops)),
        }
    }

    fn inside(&mut self, counter: Option<Var>, body: &Block, loops: &mut Loops) {
        loops.push(counter);
        self.block(body, loops);
        loops.pop();
    }

    fn is_array(&self, atom: Option<&Atom>) -> bool {
        matches!(atom, Some(Atom::Var(var)) if *var == self.array)
    }

    /// Whether each element is read before anything else can fail, lengths aside, or be seen from outside.
    pub(super) fn is_read_whole(&self, after: &[Stmt], length: &Atom, summaries: &Summaries) -> bool {
        let mut lengths = vec![length];
        for stmt in after {
            let effects = effect::op(&stmt.op, summaries);
            if !effects.within(Effects::FAILS | Effects::DRAWS) || effect::op_escapes(&stmt.op) {
                return false;
            }
            match &stmt.op {
                Op::Build(limit, index, body) if lengths.contains(&limit) && self.reads_at(body, *index) => {
                    return true;
                }
                Op::Loop(label, params, body) if self.loop_reads_all(*label, params, body, &lengths) => return true,
                op => match checked_lengths(op) {
                    // From here on they are the same.
                    Some((left, right)) if lengths.contains(&left) => lengths.push(right),
                    Some((left, right)) if lengths.contains(&right) => lengths.push(left),
                    Some(_) => {}
                    None if effects.within(Effects::NONE) => {}
                    None => return false,
                },
            }
        }
        false
    }

    /// Whether the statements of the block itself read the element at the index.
    fn reads_at(&self, block: &Block, index: Var) -> bool {
        block.stmts.iter().any(|stmt| {
            matches!(&stmt.op, Op::Prim(Prim::IndexUnchecked, operands)
                if self.is_array(operands.first()) && operands.get(1) == Some(&Atom::Var(index)))
        })
    }

    /// Whether the loop counts from zero to one of the lengths, reads each element and is not left before.
    fn loop_reads_all(&self, label: Label, params: &[(Var, Atom)], body: &Block, lengths: &[&Atom]) -> bool {
        let Some(counted) = counted(label, params, body) else { return false };
        if counted.first != Atom::Int(0) || !lengths.contains(&&counted.limit) {
            return false;
        }
        let goes_on = |block: &Block| self.reads_at(block, counted.index) && !breaks(block, label);
        body.stmts.iter().any(|stmt| matches!(&stmt.op, Op::If(_, then, _) if goes_on(then)))
    }
}

/// Whether some jump in the block leaves the construct of the label.
fn breaks(block: &Block, label: Label) -> bool {
    matches!(&block.end, End::Break(target, _) if *target == label)
        || block.stmts.iter().any(|stmt| stmt.op.blocks().into_iter().any(|inner| breaks(inner, label)))
}

/// The lengths that an operation checks to be the same, if it does nothing else.
fn checked_lengths(op: &Op) -> Option<(&Atom, &Atom)> {
    let Op::If(_, then, otherwise) = op else { return None };
    match otherwise.stmts.as_slice() {
        [Stmt { op: Op::Fail(Failure::Lengths(left, right)), .. }] if then.stmts.is_empty() => Some((left, right)),
        _ => None,
    }
}
