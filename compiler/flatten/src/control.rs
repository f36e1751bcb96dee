//! Blocks, branches, loops and jumps. A construct in tail position gives its value straight to the destination of the block
//! around it, so that tail calls stay tail calls.

use crate::body::{Body, Destination, Target, operands};
use crate::facts::names_choices;
use borel_core as core;
use borel_core::{Atom, End, Op};
use borel_flow::{Binary, Expr, Operand, Stmt, Ty};

impl<'a> Body<'_, 'a> {
    /// A block whose value goes to the destination.
    pub fn core_block(&mut self, block: &'a core::Block, destination: &Destination) {
        let Some((last, rest)) = block.stmts.split_last() else { return self.end(&block.end, destination) };
        for stmt in rest {
            self.core_stmt(stmt);
            if !self.reachable {
                return;
            }
        }
        if is_control(&last.op) && self.tail(last, &block.end, destination) {
            return;
        }
        self.core_stmt(last);
        if self.reachable {
            self.end(&block.end, destination);
        }
    }

    /// A last statement whose value is all that the end of its block hands on; says whether it was one.
    fn tail(&mut self, last: &'a core::Stmt, end: &End, destination: &Destination) -> bool {
        let value = Atom::Var(last.var);
        self.span = last.span;
        match end {
            End::Yield(atom) if *atom == value => self.core_op_into(&last.op, last, destination),
            End::Return(atom) if *atom == value => self.core_op_into(&last.op, last, &Destination::Return),
            End::Break(label, atom) if *atom == value => {
                let Some(target) = self.targets.get(label).cloned() else { return false };
                self.core_op_into(&last.op, last, &target.destination);
                self.leave_scopes(target.scopes);
                self.emit(Stmt::Break(target.label));
            }
            _ => return false,
        }
        true
    }

    fn core_stmt(&mut self, stmt: &'a core::Stmt) {
        self.span = stmt.span;
        if is_control(&stmt.op) && !matches!(stmt.op, Op::Call(..) | Op::Apply(..)) {
            let locals = self.bind(stmt.var);
            return self.core_op_into(&stmt.op, stmt, &Destination::Locals(locals));
        }
        let value = self.operation(&stmt.op, stmt.var);
        self.vars.insert(stmt.var, value);
    }

    /// A construct with blocks inside (or a call), its value to the destination.
    fn core_op_into(&mut self, op: &'a Op, stmt: &'a core::Stmt, destination: &Destination) {
        match op {
            Op::If(condition, yes, no) => {
                let condition = self.word(condition);
                self.when(condition, |b| b.core_block(yes, destination), |b| b.core_block(no, destination));
            }
            Op::Match(scrutinee, arms, default) => self.match_into(scrutinee, arms, default.as_ref(), destination),
            Op::Block(label, block) => {
                let target = self.label();
                let scopes = self.scopes.len();
                let destination = destination.clone();
                let entry =
                    Target { label: target, destination: destination.clone(), params: vec![], counter: None, scopes };
                self.targets.insert(*label, entry);
                self.breakable(target, |b| b.core_block(block, &destination));
            }
            Op::Loop(label, params, block) => self.loop_into(*label, params, block, destination),
            Op::Scoped(choice, block) => self.scoped_into(*choice, block, destination),
            Op::Apply(closure, atoms) => self.apply_into(closure, atoms, destination),
            _ => {
                let value = self.operation(op, stmt.var);
                self.span = stmt.span;
                self.give(value, destination);
            }
        }
    }

    fn loop_into(
        &mut self,
        label: core::Label,
        params: &'a [(core::Var, Atom)],
        block: &'a core::Block,
        destination: &Destination,
    ) {
        let mut locals = Vec::new();
        for (var, initial) in params {
            let value = self.atom(initial);
            let bound = self.bind(*var);
            self.assign(&bound, &value);
            locals.extend(bound);
        }
        let named = self.names() && names_choices(block);
        let outer = if named { self.enter_iteration() } else { None };
        let saved = self.index;
        let replayed = self.may_choose(block);
        let counter = (named || replayed).then(|| self.local("iteration", Ty::Int));
        if let Some(counter) = counter {
            self.emit(Stmt::Let(counter, Expr::Use(Operand::Int(0))));
        }
        if named {
            self.index = counter.map(Operand::Local);
        }
        let target = self.label();
        let scopes = self.scopes.len();
        let entry = Target { label: target, destination: destination.clone(), params: locals, counter, scopes };
        self.targets.insert(label, entry);
        // The body of a loop never yields.
        self.repeat(target, |b| {
            let iteration = counter.filter(|_| replayed).map(Operand::Local);
            b.in_iteration(iteration, |b| b.core_block(block, &Destination::Locals(Vec::new())));
        });
        self.index = saved;
        if outer.is_some() {
            self.leave_scopes(scopes - 1);
            self.scopes.pop();
        }
    }

    fn end(&mut self, end: &End, destination: &Destination) {
        match end {
            End::Yield(atom) => {
                let value = self.atom(atom);
                self.give(value, destination);
            }
            End::Break(label, atom) => {
                let Some(target) = self.targets.get(label).cloned() else { return self.unreachable() };
                let value = self.atom(atom);
                self.give(value, &target.destination);
                self.leave_scopes(target.scopes);
                self.emit(Stmt::Break(target.label));
            }
            End::Continue(label, atoms) => self.continue_(*label, atoms),
            End::Return(atom) => {
                let value = self.atom(atom);
                self.return_(value);
            }
            End::Unreachable => self.unreachable(),
        }
    }

    /// Gives the parameters of a loop their new values, as if all at once.
    fn continue_(&mut self, label: core::Label, atoms: &[Atom]) {
        let Some(target) = self.targets.get(&label).cloned() else { return self.unreachable() };
        let values = self.atoms(atoms);
        let moves: Vec<(borel_flow::Local, Operand)> = target.params.iter().copied().zip(values).collect();
        let moves: Vec<_> = moves.into_iter().filter(|(local, value)| *value != Operand::Local(*local)).collect();
        let mut values = Vec::new();
        for (i, (_, value)) in moves.iter().enumerate() {
            // What an assignment before it overwrites is read first.
            let overwritten = moves[..i].iter().any(|(local, _)| *value == Operand::Local(*local));
            let ty = self.type_of(*value);
            values.push(if overwritten { self.define("", ty, Expr::Use(*value)) } else { *value });
        }
        let locals: Vec<_> = moves.iter().map(|(local, _)| *local).collect();
        self.assign(&locals, &values);
        if let Some(counter) = target.counter {
            let next = Expr::Binary(Binary::AddInt, Operand::Local(counter), Operand::Int(1));
            self.emit(Stmt::Let(counter, next));
        }
        self.leave_scopes(target.scopes);
        self.emit(Stmt::Continue(target.label));
    }

    /// An array of the values of a block.
    pub fn build(
        &mut self,
        length: &Atom,
        index: core::Var,
        block: &'a core::Block,
        array_ty: core::Ty,
    ) -> Vec<Operand> {
        let element = self.element_type(array_ty);
        let words = self.words(element);
        let layout = self.flattener.representation.array(element);
        let length = self.word(length);
        let array = self.local("array", Ty::Pointer);
        let site = self.site();
        self.emit(Stmt::NewArray(array, layout, length, site));
        let named = self.names() && names_choices(block);
        let outer = if named { self.enter_iteration() } else { None };
        let saved = self.index;
        let suspends = self.may_suspend(block);
        let replayed = self.may_choose(block);
        self.count_to(length, |b, i| {
            if named {
                b.index = Some(i);
            }
            b.vars.insert(index, vec![i]);
            let element = b.locals_for("", &words);
            let destination = Destination::Locals(element.clone());
            b.in_iteration(replayed.then_some(i), |b| b.core_block(block, &destination));
            b.fill(array, i, &operands(&element), suspends);
        });
        self.index = saved;
        if outer.is_some() {
            let scopes = self.scopes.len();
            self.leave_scopes(scopes - 1);
            self.scopes.pop();
        }
        vec![Operand::Local(array)]
    }

    /// Writes an element of an array under construction. If its evaluation may have suspended, there may be copies of the
    /// particle by now, and they share the array.
    pub fn fill(&mut self, array: borel_flow::Local, index: Operand, element: &[Operand], suspends: bool) {
        if suspends {
            let unique = borel_flow::Runtime::Named(borel_flow::runtime::Named::Unique);
            let site = self.site();
            self.emit(Stmt::Runtime(vec![array], unique, vec![Operand::Local(array)], site));
        }
        let stride = element.len() as u32;
        for (word, value) in element.iter().enumerate() {
            self.emit(Stmt::StoreElement(Operand::Local(array), index, stride, word as u32, *value));
        }
    }
}

/// Whether the operation can give its value straight to a destination.
fn is_control(op: &Op) -> bool {
    matches!(
        op,
        Op::If(..) | Op::Match(..) | Op::Block(..) | Op::Loop(..) | Op::Scoped(..) | Op::Call(..) | Op::Apply(..)
    )
}
