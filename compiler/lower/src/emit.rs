//! Emission: the block in the making, branches and what they join, jumps.
//!
//! Statements after a jump are dropped: the block has ended, and nothing behind can be reached.

use std::collections::HashMap;
use std::rc::Rc;

use borel_core::{Atom, Block, End, Label, Op, Prim, Stmt, Ty};
use borel_source::Span;
use borel_typed::{LocalId, Type};

use crate::Lowering;
use crate::local_function::GroupId;

/// What a function or lambda body is lowered in.
#[derive(Default)]
pub(crate) struct Scope {
    /// What the type parameters stand for.
    pub types: Vec<Type>,
    /// The current value of each variable.
    pub values: HashMap<LocalId, Atom>,
    /// The group that each local function in scope belongs to.
    pub functions: Rc<HashMap<LocalId, GroupId>>,
    /// What each group of local functions in scope captured.
    pub captures: HashMap<GroupId, Rc<Vec<Atom>>>,
    /// The loops around, innermost last.
    pub loops: Vec<LoopScope>,
    /// The statements of the current block.
    pub stmts: Vec<Stmt>,
    /// How the current block ended, if it has.
    pub end: Option<End>,
}

/// A loop of the program around the current place.
#[derive(Clone)]
pub(crate) struct LoopScope {
    pub label: Label,
    /// The index that the next iteration increments.
    pub index: Option<Atom>,
    /// The variables carried.
    pub carried: Rc<Vec<LocalId>>,
    /// Where.
    pub span: Span,
    /// A statement, so that `break` and `continue` mean it; comprehensions are loops too.
    pub is_statement: bool,
}

impl Lowering<'_> {
    pub(crate) fn ended(&self) -> bool {
        self.scope.end.is_some()
    }

    /// Ends the current block, unless it has ended before.
    pub(crate) fn end(&mut self, end: End) {
        self.scope.end.get_or_insert(end);
    }

    pub(crate) fn emit_named(&mut self, op: Op, ty: Ty, name: &str, span: Span) -> Atom {
        if self.ended() {
            return Atom::Unit;
        }
        let var = self.core.fresh(name, ty);
        self.scope.stmts.push(Stmt { var, op, span });
        Atom::Var(var)
    }

    pub(crate) fn emit(&mut self, op: Op, ty: Ty, span: Span) -> Atom {
        self.emit_named(op, ty, "t", span)
    }

    /// Emits something that is done for its effect.
    pub(crate) fn perform(&mut self, op: Op, span: Span) {
        let unit = self.core.unit();
        self.emit_named(op, unit, "_", span);
    }

    pub(crate) fn prim(&mut self, prim: Prim, operands: Vec<Atom>, ty: Ty, span: Span) -> Atom {
        self.emit(Op::Prim(prim, operands), ty, span)
    }

    pub(crate) fn int_prim(&mut self, prim: Prim, operands: Vec<Atom>, span: Span) -> Atom {
        let int = self.core.int();
        self.prim(prim, operands, int, span)
    }

    pub(crate) fn real_prim(&mut self, prim: Prim, operands: Vec<Atom>, span: Span) -> Atom {
        let real = self.core.real();
        self.prim(prim, operands, real, span)
    }

    pub(crate) fn bool_prim(&mut self, prim: Prim, operands: Vec<Atom>, span: Span) -> Atom {
        let bool = self.core.bool();
        self.prim(prim, operands, bool, span)
    }

    pub(crate) fn len(&mut self, array: Atom, span: Span) -> Atom {
        self.int_prim(Prim::Len, vec![array], span)
    }

    /// The element of an array of this element type at an index that is in bounds.
    pub(crate) fn element(&mut self, array: Atom, index: Atom, element: &Type, span: Span) -> Atom {
        let ty = self.core_concrete(element);
        self.prim(Prim::IndexUnchecked, vec![array, index], ty, span)
    }

    /// Stops the program unless the two lengths agree.
    pub(crate) fn check_lengths(&mut self, left: Atom, right: Atom, span: Span) {
        if left == right {
            return;
        }
        let same = self.bool_prim(Prim::EqInt, vec![left.clone(), right.clone()], span);
        let lengths = Op::Fail(borel_core::Failure::Lengths(left, right));
        let otherwise = self.block(|this| {
            this.perform(lengths, span);
            this.end(End::Unreachable);
            Atom::Unit
        });
        self.perform(Op::If(same, Block::of(Atom::Unit), otherwise), span);
    }

    /// The block that `body` emits; it yields what `body` gives unless it has jumped.
    pub(crate) fn block(&mut self, body: impl FnOnce(&mut Self) -> Atom) -> Block {
        let outer_stmts = std::mem::take(&mut self.scope.stmts);
        let outer_end = self.scope.end.take();
        let value = body(self);
        let end = self.scope.end.take().unwrap_or(End::Yield(value));
        self.scope.end = outer_end;
        Block { stmts: std::mem::replace(&mut self.scope.stmts, outer_stmts), end }
    }

    /// A block that may assign `joined` and whose value, if wanted, is of type `ty`: it yields both, packed.
    pub(crate) fn branch(&mut self, join: &Join, body: impl FnOnce(&mut Self) -> Atom) -> Block {
        let before = self.current(&join.locals);
        let block = self.block(|this| {
            let value = body(this);
            this.pack(join, value)
        });
        self.restore(&join.locals, before);
        block
    }

    /// The current values of variables.
    pub(crate) fn current(&self, locals: &[LocalId]) -> Vec<Atom> {
        locals.iter().map(|local| self.scope.values.get(local).cloned().unwrap_or(Atom::Unit)).collect()
    }

    pub(crate) fn restore(&mut self, locals: &[LocalId], values: Vec<Atom>) {
        self.scope.values.extend(locals.iter().copied().zip(values));
    }

    /// What meets after a construct: its value of type `ty`, and those of `assigned` that are in scope.
    pub(crate) fn join(&mut self, ty: &Type, mut assigned: Vec<LocalId>) -> Join {
        assigned.retain(|local| self.scope.values.contains_key(local));
        assigned.sort_unstable();
        assigned.dedup();
        let value = if *ty == Type::Unit { None } else { Some(self.core_concrete(ty)) };
        let types: Vec<Ty> = assigned
            .iter()
            .map(|local| {
                let ty = self.local_type(*local);
                self.core_concrete(&ty)
            })
            .collect();
        let all: Vec<Ty> = value.into_iter().chain(types.iter().copied()).collect();
        let packed = match all.as_slice() {
            [] => self.core.unit(),
            [one] => *one,
            _ => self.core.tuple(all.clone()),
        };
        Join { value, locals: Rc::new(assigned), all, packed }
    }

    /// The value and the variables as one atom.
    pub(crate) fn pack(&mut self, join: &Join, value: Atom) -> Atom {
        if self.ended() {
            return Atom::Unit;
        }
        let mut atoms: Vec<Atom> = join.value.iter().map(|_| value.clone()).collect();
        atoms.extend(self.current(&join.locals));
        match atoms.len() {
            0 => Atom::Unit,
            1 => atoms.remove(0),
            _ => self.emit(Op::Tuple(atoms), join.packed, Span::default()),
        }
    }

    /// Takes apart what [`Lowering::pack`] made: gives the value and sets the variables.
    pub(crate) fn unpack(&mut self, join: &Join, packed: Atom, span: Span) -> Atom {
        if self.ended() {
            return Atom::Unit;
        }
        let mut atoms = match join.all.len() {
            0 => Vec::new(),
            1 => vec![packed],
            _ => {
                let types = join.all.clone();
                let project = |(index, ty)| self.emit(Op::Project(packed.clone(), index as u32), ty, span);
                types.into_iter().enumerate().map(project).collect()
            }
        };
        let locals = atoms.split_off(join.value.iter().count());
        self.restore(&join.locals, locals);
        atoms.pop().unwrap_or(Atom::Unit)
    }

    /// Emits a construct that joins, and takes its result apart. `comes_back` is false if every branch jumps.
    pub(crate) fn emit_join(&mut self, join: &Join, op: Op, comes_back: bool, span: Span) -> Atom {
        let packed = self.emit(op, join.packed, span);
        if !comes_back {
            self.end(End::Unreachable);
        }
        self.unpack(join, packed, span)
    }
}

/// What meets after a construct.
#[derive(Clone)]
pub(crate) struct Join {
    /// The type of its value, if it has one.
    pub value: Option<Ty>,
    /// The variables that it may assign.
    pub locals: Rc<Vec<LocalId>>,
    /// The types of both.
    pub all: Vec<Ty>,
    /// The type of both as one value.
    pub packed: Ty,
}

/// Whether control can come out of the block by its yield.
pub(crate) fn yields(block: &Block) -> bool {
    matches!(block.end, End::Yield(_))
}
