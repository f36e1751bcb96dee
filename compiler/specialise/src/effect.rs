//! What computations do besides giving a value.

use std::ops::{BitOr, BitOrAssign};

use borel_core::{Batch, Block, End, FunctionId, Label, Op, Prim, Program, Quantity};

/// A set of effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Effects(u8);

impl Effects {
    /// Nothing but a value.
    pub(crate) const NONE: Effects = Effects(0);
    /// May stop the program with an error.
    pub(crate) const FAILS: Effects = Effects(1);
    /// Draws without a name.
    pub(crate) const DRAWS: Effects = Effects(2);
    /// Names choices, scores, suspends, prints, or calls something unknown.
    pub(crate) const ACTS: Effects = Effects(4);
    /// May not come to an end.
    pub(crate) const LOOPS: Effects = Effects(8);
    /// All of them.
    pub(crate) const ALL: Effects = Effects(15);

    /// Whether there is nothing beyond `allowed`.
    pub(crate) fn within(self, allowed: Effects) -> bool {
        self.0 & !allowed.0 == 0
    }
}

impl BitOr for Effects {
    type Output = Effects;
    fn bitor(self, other: Effects) -> Effects {
        Effects(self.0 | other.0)
    }
}

impl BitOrAssign for Effects {
    fn bitor_assign(&mut self, other: Effects) {
        self.0 |= other.0;
    }
}

/// The effects of every function, by index.
pub(crate) type Summaries = Vec<Effects>;

/// The effects of all functions, given an order with callees first; those of recursive ones include not coming to an end.
pub(crate) fn summaries(program: &Program, order: &[FunctionId]) -> Summaries {
    let mut summaries = vec![Effects::LOOPS; program.functions.len()];
    // One round settles what is not recursive; recursion seldom needs more than two.
    for _ in 0..4 {
        let mut changed = false;
        for id in order {
            let found = block(&program.function(*id).body, &summaries);
            changed |= found != summaries[id.0 as usize];
            summaries[id.0 as usize] = found;
        }
        if !changed {
            return summaries;
        }
    }
    vec![Effects::ALL; summaries.len()]
}

/// The effects of a block, jumps aside.
pub(crate) fn block(block: &Block, summaries: &Summaries) -> Effects {
    block.stmts.iter().fold(Effects::NONE, |effects, stmt| effects | op(&stmt.op, summaries))
}

/// The effects of an operation, with those of its blocks.
pub(crate) fn op(op: &Op, summaries: &Summaries) -> Effects {
    match op {
        Op::Lambda(_) => Effects::NONE,
        Op::Loop(label, params, body) => {
            let inside = self::block(body, summaries);
            match crate::counted::counted(*label, params, body) {
                // The increment of a counted loop does not overflow, and it ends.
                Some(counted) => counted_effects(body, counted.increments.as_slice(), summaries),
                None => inside | Effects::LOOPS,
            }
        }
        Op::If(..) | Op::Match(..) | Op::Block(..) | Op::Build(..) | Op::Scoped(..) => {
            op.blocks().into_iter().fold(Effects::NONE, |effects, inner| effects | self::block(inner, summaries))
        }
        _ => flat(op, summaries),
    }
}

fn counted_effects(block: &Block, increments: &[borel_core::Var], summaries: &Summaries) -> Effects {
    block.stmts.iter().filter(|stmt| !increments.contains(&stmt.var)).fold(Effects::NONE, |effects, stmt| {
        effects
            | match &stmt.op {
                Op::If(..) | Op::Match(..) | Op::Block(..) => stmt
                    .op
                    .blocks()
                    .into_iter()
                    .fold(Effects::NONE, |inner, block| inner | counted_effects(block, increments, summaries)),
                other => op(other, summaries),
            }
    })
}

fn flat(op: &Op, summaries: &Summaries) -> Effects {
    match op {
        Op::Prim(prim, operands) if may_fail(*prim, operands) => Effects::FAILS,
        Op::Call(function, _) => summaries.get(function.0 as usize).copied().unwrap_or(Effects::ALL),
        Op::Apply(..) | Op::Infer(..) | Op::Gradient(..) => Effects::ALL,
        Op::Batch(Batch::IsStopping, _) => Effects::ALL,
        Op::Batch(batch, _) if batch.is_random() => Effects::ALL,
        Op::Batch(..) => Effects::FAILS,
        Op::Sample(_, None) => Effects::DRAWS | Effects::FAILS,
        Op::Quantity(Quantity::Normaliser, ..) => Effects::NONE,
        // Parameters are checked where a distribution is used. The functions that one is made of are taken to come to an end.
        Op::LogDensity(..) | Op::Quantity(..) => Effects::FAILS,
        Op::Fail(_) => Effects::FAILS,
        Op::Sample(_, Some(_)) | Op::Record(..) | Op::Read(..) | Op::Observe(..) | Op::Factor(_) | Op::Checkpoint => {
            Effects::ACTS
        }
        Op::Mem(_) | Op::Cell(_) | Op::Put(..) | Op::Print(_) => Effects::ACTS,
        Op::Take(_) => Effects::ACTS | Effects::FAILS,
        _ => Effects::NONE,
    }
}

/// Whether a primitive may fail on these operands.
pub(crate) fn may_fail(prim: Prim, operands: &[borel_core::Atom]) -> bool {
    use borel_core::Atom::Int;
    match (prim, operands) {
        (Prim::DivInt | Prim::RemInt, [_, Int(divisor)]) => *divisor == 0 || *divisor == -1,
        _ => prim.may_fail(),
    }
}

/// Whether control can leave the operation other than by coming to its end.
pub(crate) fn op_escapes(op: &Op) -> bool {
    op_escapes_from(op, &mut Vec::new())
}

fn op_escapes_from(op: &Op, labels: &mut Vec<Label>) -> bool {
    match op {
        Op::Lambda(_) => false,
        Op::Loop(label, _, body) | Op::Block(label, body) => {
            labels.push(*label);
            let found = escapes_from(body, labels);
            labels.pop();
            found
        }
        _ => op.blocks().into_iter().any(|inner| escapes_from(inner, labels)),
    }
}

fn escapes_from(block: &Block, labels: &mut Vec<Label>) -> bool {
    let by_end = match &block.end {
        End::Return(_) => true,
        End::Break(label, _) | End::Continue(label, _) => !labels.contains(label),
        End::Yield(_) | End::Unreachable => false,
    };
    by_end || block.stmts.iter().any(|stmt| op_escapes_from(&stmt.op, labels))
}

/// Whether the block names choices itself, not in what it calls. The names have the number of the iteration of the loop
/// around, so such a block may not be moved into a loop or out of it.
pub(crate) fn names_choices(block: &Block) -> bool {
    block.stmts.iter().any(|stmt| match &stmt.op {
        Op::Sample(_, Some(_)) | Op::Record(..) | Op::Scoped(..) => true,
        Op::Lambda(_) => false,
        op => op.blocks().into_iter().any(names_choices),
    })
}

/// Whether some jump in the block goes to the label.
pub(crate) fn mentions_label(block: &Block, wanted: Label) -> bool {
    let by_end = matches!(&block.end, End::Break(label, _) | End::Continue(label, _) if *label == wanted);
    by_end
        || block.stmts.iter().any(|stmt| {
            !matches!(stmt.op, Op::Lambda(_)) && stmt.op.blocks().into_iter().any(|inner| mentions_label(inner, wanted))
        })
}

/// Whether some jump in the block starts the next iteration of the loop of the label.
pub(crate) fn mentions_label_continue(block: &Block, wanted: Label) -> bool {
    matches!(&block.end, End::Continue(label, _) if *label == wanted)
        || block.stmts.iter().any(|stmt| {
            !matches!(stmt.op, Op::Lambda(_))
                && stmt.op.blocks().into_iter().any(|inner| mentions_label_continue(inner, wanted))
        })
}
