//! Statements in the making, and the constructs that passes write: branches that fail, loops that add up.

use borel_core::{Atom, Block, End, Failure, Op, Prim, Program, Stmt, Ty};
use borel_source::Span;

/// Statements in order, all of one place in the source.
pub(crate) struct Code {
    /// What there is so far.
    pub stmts: Vec<Stmt>,
    /// The place.
    pub span: Span,
}

impl Code {
    /// No statements yet.
    pub(crate) fn at(span: Span) -> Code {
        Code { stmts: Vec::new(), span }
    }

    /// Adds `name = op`, and gives the new variable.
    pub(crate) fn emit(&mut self, program: &mut Program, name: &str, ty: Ty, op: Op) -> Atom {
        let var = program.fresh(name, ty);
        self.stmts.push(Stmt { var, op, span: self.span });
        Atom::Var(var)
    }

    /// The length of an array.
    pub(crate) fn length(&mut self, program: &mut Program, array: &Atom) -> Atom {
        let int = program.int();
        self.emit(program, "n", int, Op::Prim(Prim::Len, vec![array.clone()]))
    }

    /// An element of an array, at an index that is in bounds.
    pub(crate) fn element(&mut self, program: &mut Program, array: &Atom, index: Atom, name: &str, ty: Ty) -> Atom {
        self.emit(program, name, ty, Op::Prim(Prim::IndexUnchecked, vec![array.clone(), index]))
    }

    /// Stops the program unless two lengths are the same.
    pub(crate) fn check_lengths(&mut self, program: &mut Program, left: Atom, right: Atom) {
        let (bool, unit) = (program.bool(), program.unit());
        let same = self.emit(program, "same", bool, Op::Prim(Prim::EqInt, vec![left.clone(), right.clone()]));
        let mut wrong = Code::at(self.span);
        wrong.emit(program, "_", unit, Op::Fail(Failure::Lengths(left, right)));
        let wrong = Block { stmts: wrong.stmts, end: End::Unreachable };
        self.emit(program, "_", unit, Op::If(same, Block::of(Atom::Unit), wrong));
    }

    /// A loop over the indices below the length.
    pub(crate) fn each(
        &mut self,
        program: &mut Program,
        length: Atom,
        round: impl FnOnce(&mut Program, Atom, &mut Code),
    ) {
        let (int, bool, unit) = (program.int(), program.bool(), program.unit());
        let label = program.fresh_label();
        let index = program.fresh("i", int);
        let mut next = Code::at(self.span);
        round(program, Atom::Var(index), &mut next);
        let step = next.emit(program, "i", int, Op::Prim(Prim::AddInt, vec![Atom::Var(index), Atom::Int(1)]));
        let next = Block { stmts: next.stmts, end: End::Continue(label, vec![step]) };
        let mut body = Code::at(self.span);
        let more = body.emit(program, "more", bool, Op::Prim(Prim::LtInt, vec![Atom::Var(index), length]));
        let done = Block { stmts: Vec::new(), end: End::Break(label, Atom::Unit) };
        body.emit(program, "_", unit, Op::If(more, next, done));
        let body = Block { stmts: body.stmts, end: End::Unreachable };
        self.emit(program, "_", unit, Op::Loop(label, vec![(index, Atom::Int(0))], body));
    }

    /// A loop that adds a term for each index below the length to the first value, from the first to the last.
    pub(crate) fn accumulate(
        &mut self,
        program: &mut Program,
        length: Atom,
        add: Prim,
        zero: Atom,
        term: impl FnOnce(&mut Program, Atom, &mut Code) -> Atom,
    ) -> Atom {
        let (int, bool, unit) = (program.int(), program.bool(), program.unit());
        let ty = program.atom_ty(&zero);
        let label = program.fresh_label();
        let (index, total) = (program.fresh("i", int), program.fresh("total", ty));

        let mut next = Code::at(self.span);
        let term = term(program, Atom::Var(index), &mut next);
        let sum = next.emit(program, "total", ty, Op::Prim(add, vec![Atom::Var(total), term]));
        let step = next.emit(program, "i", int, Op::Prim(Prim::AddInt, vec![Atom::Var(index), Atom::Int(1)]));
        let next = Block { stmts: next.stmts, end: End::Continue(label, vec![step, sum]) };

        let mut body = Code::at(self.span);
        let more = body.emit(program, "more", bool, Op::Prim(Prim::LtInt, vec![Atom::Var(index), length]));
        let done = Block { stmts: Vec::new(), end: End::Break(label, Atom::Var(total)) };
        body.emit(program, "_", unit, Op::If(more, next, done));
        let body = Block { stmts: body.stmts, end: End::Unreachable };
        let params = vec![(index, Atom::Int(0)), (total, zero)];
        self.emit(program, "total", ty, Op::Loop(label, params, body))
    }
}
