//! Control: branches on what is known, blocks that are not left early, loops that are not repeated.

use borel_core::{Atom, Block, End, Label, Op, Prim, Stmt, Var};
use borel_source::Span;

use super::{Fact, Flow, Simplifier};
use crate::counted::counted;
use crate::effect::{mentions_label, mentions_label_continue, names_choices};

impl Simplifier<'_> {
    pub(super) fn control(&mut self, var: Var, op: Op, span: Span, out: &mut Vec<Stmt>) -> Flow {
        match op {
            Op::Match(scrutinee, cases, default) => self.cases(var, scrutinee, cases, default, span, out),
            Op::If(condition, then, otherwise) => self.conditional(var, condition, then, otherwise, span, out),
            Op::Loop(label, params, body) => self.repeated(var, label, params, body, span, out),
            Op::Block(label, body) => self.labelled(var, label, body, span, out),
            Op::Build(length, index, body) => {
                self.learn(var, Fact::Build(length.clone()));
                let bounds = self.bounds.len();
                self.bounds.below(index, length.clone());
                self.bounds.not_negative(Atom::Var(index));
                let body = self.inside(true, body);
                self.bounds.truncate(bounds);
                self.push(var, Op::Build(length, index, body), span, out)
            }
            Op::Scoped(choice, body) => self.scoped(var, choice, body, span, out),
            op => self.push(var, op, span, out),
        }
    }

    fn cases(
        &mut self,
        var: Var,
        scrutinee: Atom,
        cases: Vec<(u32, Vec<Var>, Block)>,
        default: Option<Block>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Flow {
        if let Fact::Construct(constructor, fields) = self.fact(&scrutinee).clone() {
            let case = cases.into_iter().find(|case| case.0 == constructor);
            let block = match case {
                Some((_, vars, block)) => {
                    vars.into_iter().zip(fields).for_each(|(var, field)| self.replace(var, field));
                    block
                }
                None => default.unwrap_or_default(),
            };
            return self.splice(var, block, out);
        }
        let cases: Vec<_> = cases
            .into_iter()
            .map(|(constructor, vars, block)| {
                let block = self.case(&scrutinee, constructor, &vars, block);
                (constructor, vars, block)
            })
            .collect();
        let default = default.map(|block| self.block(block));
        let comes_back = cases.iter().map(|case| &case.2).chain(&default).any(yields);
        out.push(Stmt { var, op: Op::Match(scrutinee, cases, default), span });
        if comes_back { Flow::Next } else { Flow::Ended(End::Unreachable) }
    }

    /// In a case, the constructor of what is matched is known.
    fn case(&mut self, scrutinee: &Atom, constructor: u32, vars: &[Var], block: Block) -> Block {
        let Atom::Var(matched) = scrutinee else { return self.block(block) };
        let before = self.fact(scrutinee).clone();
        let fields = vars.iter().map(|var| Atom::Var(*var)).collect();
        self.learn(*matched, Fact::Construct(constructor, fields));
        let block = self.block(block);
        self.learn(*matched, before);
        block
    }

    fn conditional(
        &mut self,
        var: Var,
        condition: Atom,
        then: Block,
        otherwise: Block,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Flow {
        match condition {
            Atom::Bool(true) => return self.splice(var, then, out),
            Atom::Bool(false) => return self.splice(var, otherwise, out),
            _ => {}
        }
        if let Fact::Prim(Prim::Not, operands) = self.fact(&condition)
            && let [operand] = operands.as_slice()
        {
            let operand = operand.clone();
            self.changed = true;
            return self.conditional(var, operand, otherwise, then, span, out);
        }
        let then = self.under(&condition, true, then);
        let otherwise = self.under(&condition, false, otherwise);
        if let Some(value) = self.without_branches(&condition, &then, &otherwise) {
            self.changed = true;
            return match value {
                Chosen::Atom(atom) => self.becomes(var, atom),
                Chosen::Not => self.prim(var, Prim::Not, vec![condition], span, out),
            };
        }
        let comes_back = (yields(&then), yields(&otherwise));
        match comes_back {
            (true, false) => self.assume(&condition, true),
            (false, true) => self.assume(&condition, false),
            _ => {}
        }
        out.push(Stmt { var, op: Op::If(condition, then, otherwise), span });
        if comes_back.0 || comes_back.1 { Flow::Next } else { Flow::Ended(End::Unreachable) }
    }

    /// A branch, in which the condition is known.
    fn under(&mut self, condition: &Atom, holds: bool, block: Block) -> Block {
        let bounds = self.bounds.len();
        self.compare(condition, holds);
        let Atom::Var(known) = condition else { return self.block(block) };
        self.replace(*known, Atom::Bool(holds));
        let block = self.block(block);
        self.restore(*known);
        self.bounds.truncate(bounds);
        block
    }

    /// The condition is so from here to the end of the block: where it is not, control does not come back.
    fn assume(&mut self, condition: &Atom, holds: bool) {
        self.compare(condition, holds);
        let Atom::Var(known) = condition else { return };
        let equal = match self.fact(condition) {
            Fact::Prim(Prim::EqInt, operands) if holds => match operands.as_slice() {
                [a, Atom::Var(b)] if *a != Atom::Var(*b) => Some((*b, a.clone())),
                [Atom::Var(a), constant] => Some((*a, constant.clone())),
                _ => None,
            },
            _ => None,
        };
        self.assume_value(*known, Atom::Bool(holds));
        if let Some((var, other)) = equal {
            self.assume_value(var, other);
        }
    }

    fn assume_value(&mut self, var: Var, value: Atom) {
        self.replace(var, value);
        self.assumed.push(var);
    }

    /// Notes what a comparison says of Ints.
    fn compare(&mut self, condition: &Atom, holds: bool) {
        let Fact::Prim(prim, operands) = self.fact(condition) else { return };
        match (*prim, operands.as_slice(), holds) {
            (Prim::LtInt, [Atom::Var(low), high], true) => {
                let (low, high) = (*low, high.clone());
                self.bounds.below(low, high);
            }
            (Prim::LtInt, [number, Atom::Int(0)], false) | (Prim::LeInt, [Atom::Int(0), number], true) => {
                let number = number.clone();
                self.bounds.not_negative(number);
            }
            (Prim::EqInt, [left, right], true) => {
                let (left, right) = (left.clone(), right.clone());
                self.bounds.equal(left, right);
            }
            _ => {}
        }
    }

    /// What an `if` without statements comes to.
    fn without_branches(&self, condition: &Atom, then: &Block, otherwise: &Block) -> Option<Chosen> {
        if !then.stmts.is_empty() || !otherwise.stmts.is_empty() {
            return None;
        }
        match (&then.end, &otherwise.end) {
            (End::Yield(a), End::Yield(b)) if same(a, b) => Some(Chosen::Atom(a.clone())),
            (End::Yield(Atom::Bool(true)), End::Yield(Atom::Bool(false))) => Some(Chosen::Atom(condition.clone())),
            (End::Yield(Atom::Bool(false)), End::Yield(Atom::Bool(true))) => Some(Chosen::Not),
            _ => None,
        }
    }

    fn labelled(&mut self, var: Var, label: Label, body: Block, span: Span, out: &mut Vec<Stmt>) -> Flow {
        let mut body = self.block(body);
        self.tail_breaks(&mut body, label);
        if mentions_label(&body, label) {
            return self.push(var, Op::Block(label, body), span, out);
        }
        self.changed = true;
        out.extend(body.stmts);
        match body.end {
            End::Yield(value) => self.becomes(var, value),
            end => Flow::Ended(end),
        }
    }

    /// Breaks of the label at the very end of its block are yields.
    fn tail_breaks(&mut self, body: &mut Block, label: Label) {
        match &body.end {
            End::Break(target, value) if *target == label => body.end = End::Yield(value.clone()),
            End::Unreachable => self.tail_branches(body, label),
            _ => {}
        }
    }

    /// The block ends in an `if` or match all of whose branches jump: those that break to the label yield instead.
    fn tail_branches(&mut self, body: &mut Block, label: Label) {
        let Some(last) = body.stmts.last_mut() else { return };
        if !matches!(last.op, Op::If(..) | Op::Match(..)) {
            return;
        }
        let Some(ty) = break_type(&last.op, label) else { return };
        let ty = match ty {
            Atom::Var(var) => self.program.var_ty(var),
            atom => self.program.atom_ty(&atom),
        };
        for inner in last.op.blocks_mut() {
            self.tail_breaks(inner, label);
        }
        self.changed = true;
        // The old variable was never a value: nothing came out of the branches.
        let var = self.program.fresh("t", ty);
        last.var = var;
        body.end = End::Yield(Atom::Var(var));
    }

    fn repeated(
        &mut self,
        var: Var,
        label: Label,
        mut params: Vec<(Var, Atom)>,
        mut body: Block,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Flow {
        let names = names_choices(&body);
        if !names && !mentions_label_continue(&body, label) {
            params.into_iter().for_each(|(param, first)| self.replace(param, first));
            self.changed = true;
            return self.labelled(var, label, body, span, out);
        }
        self.drop_invariant(label, &mut params, &mut body);
        let bounds = self.bounds.len();
        if let Some(counted) = counted(label, &params, &body)
            && self.bounds.is_not_negative(&counted.first, |atom| self.is_length(atom))
        {
            self.bounds.not_negative(Atom::Var(counted.index));
        }
        let body = self.inside(true, body);
        self.bounds.truncate(bounds);
        if !names && !mentions_label_continue(&body, label) {
            self.changed = true;
            // The parameters have no other value than their first one; a copy for each keeps the scope.
            for (param, first) in params {
                out.push(Stmt { var: param, op: Op::Atom(first), span });
            }
            out.push(Stmt { var, op: Op::Block(label, body), span });
            return Flow::Next;
        }
        let comes_back = mentions_break(&body, label);
        out.push(Stmt { var, op: Op::Loop(label, params, body), span });
        if comes_back { Flow::Next } else { Flow::Ended(End::Unreachable) }
    }

    /// Parameters that every iteration passes on unchanged are no parameters.
    fn drop_invariant(&mut self, label: Label, params: &mut Vec<(Var, Atom)>, body: &mut Block) {
        let mut keep = vec![false; params.len()];
        self.changing(label, params, body, &mut keep);
        if keep.iter().all(|keep| *keep) {
            return;
        }
        self.changed = true;
        for (index, (param, first)) in params.iter().enumerate() {
            if !keep[index] {
                self.replace(*param, first.clone());
            }
        }
        let mut index = 0;
        params.retain(|_| {
            index += 1;
            keep[index - 1]
        });
        drop_arguments(body, label, &keep);
    }

    fn changing(&self, label: Label, params: &[(Var, Atom)], block: &Block, keep: &mut [bool]) {
        for stmt in &block.stmts {
            if !matches!(stmt.op, Op::Lambda(_)) {
                stmt.op.blocks().into_iter().for_each(|inner| self.changing(label, params, inner, keep));
            }
        }
        if let End::Continue(target, values) = &block.end
            && *target == label
        {
            for ((keep, value), (param, first)) in keep.iter_mut().zip(values).zip(params) {
                let mut value = value.clone();
                self.resolve(&mut value);
                *keep |= !same(&value, &Atom::Var(*param)) && !same(&value, first);
            }
        }
    }

    pub(super) fn is_length(&self, atom: &Atom) -> bool {
        match self.fact(atom) {
            Fact::Prim(Prim::Len | Prim::LenString | Prim::RowsMatrix | Prim::ColumnsMatrix, _) => true,
            Fact::Prim(Prim::MaxInt, operands) => {
                operands.iter().any(|operand| matches!(operand, Atom::Int(n) if *n >= 0))
            }
            _ => false,
        }
    }
}

/// Whether two operands are the same to the last bit.
fn same(a: &Atom, b: &Atom) -> bool {
    match (a, b) {
        (Atom::Real(a), Atom::Real(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

/// What an `if` comes to.
enum Chosen {
    Atom(Atom),
    /// The negation of its condition.
    Not,
}

fn yields(block: &Block) -> bool {
    matches!(block.end, End::Yield(_))
}

fn mentions_break(block: &Block, wanted: Label) -> bool {
    matches!(&block.end, End::Break(label, _) if *label == wanted)
        || block.stmts.iter().any(|stmt| {
            !matches!(stmt.op, Op::Lambda(_)) && stmt.op.blocks().into_iter().any(|inner| mentions_break(inner, wanted))
        })
}

/// An operand of a break of the label in tail position, whose type is that of the block.
fn break_type(op: &Op, label: Label) -> Option<Atom> {
    op.blocks().into_iter().find_map(|block| match &block.end {
        End::Break(target, value) if *target == label => Some(value.clone()),
        End::Unreachable => block
            .stmts
            .last()
            .filter(|last| matches!(last.op, Op::If(..) | Op::Match(..)))
            .and_then(|last| break_type(&last.op, label)),
        _ => None,
    })
}

fn drop_arguments(block: &mut Block, label: Label, keep: &[bool]) {
    for stmt in &mut block.stmts {
        if !matches!(stmt.op, Op::Lambda(_)) {
            stmt.op.blocks_mut().into_iter().for_each(|inner| drop_arguments(inner, label, keep));
        }
    }
    if let End::Continue(target, values) = &mut block.end
        && *target == label
    {
        let mut index = 0;
        values.retain(|_| {
            index += 1;
            keep[index - 1]
        });
    }
}
