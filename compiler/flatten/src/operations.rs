//! From each operation of Core to the statements that do it: the one place where all operations are listed.

use crate::body::Body;
use borel_core as core;
use borel_core::{Atom, Failure, Op};
use borel_flow::runtime::Named;
use borel_flow::{Operand, Stmt, Trap};

impl<'a> Body<'_, 'a> {
    /// Emits an operation that is bound to the variable; gives the words of its value.
    pub fn operation(&mut self, op: &'a Op, var: core::Var) -> Vec<Operand> {
        let ty = self.flattener.program.var_ty(var);
        match op {
            Op::Atom(atom) => self.atom(atom),
            Op::Prim(prim, atoms) => self.prim(*prim, atoms, ty),
            Op::Call(callee, atoms) => self.core_call(*callee, atoms),
            Op::Apply(closure, atoms) => self.apply(closure, atoms),
            Op::Lambda(_) => self.closure(var),
            Op::Tuple(atoms) => self.atoms(atoms),
            Op::Project(atom, index) => self.project(atom, *index),
            Op::Construct(data, index, atoms) => self.construct(*data, *index, atoms),
            Op::Build(length, index, block) => self.build(length, *index, block, ty),
            Op::Array(atoms) => self.array(atoms, ty),
            Op::Dist(kind, atoms) => self.distribution(*kind, atoms),
            Op::Structural(structural, atoms) => self.structural(*structural, atoms, var),
            Op::Sample(source, choice) => self.sample(source, *choice, ty),
            Op::Read(bounds, count) => vec![self.read(bounds, count.as_ref())],
            Op::Record(choice, atom) => {
                let value = self.atom(atom);
                self.record_atom(*choice, atom, &value);
                Vec::new()
            }
            Op::Observe(source, atom) => self.observe(source, atom),
            Op::Factor(atom) => self.factor(atom),
            Op::Checkpoint => self.checkpoint(),
            Op::LogDensity(source, atom) => vec![self.log_density(source, atom)],
            Op::Quantity(quantity, source, atoms) => self.quantity(*quantity, source, atoms, ty),
            Op::Mem(atom) => self.mem(atom),
            Op::Cell(value) => self.cell(value),
            Op::Take(cell) => self.take(cell, ty),
            Op::Put(cell, value) => self.put(cell, value),
            Op::Infer(closure, method) => self.infer(closure, method),
            Op::Batch(batch, atoms) => self.batch(*batch, atoms, ty),
            Op::Gradient(closure, x) => self.gradient(closure, x),
            Op::Print(atom) => {
                let text = self.word(atom);
                self.perform(Named::Print, vec![text]);
                Vec::new()
            }
            Op::Fail(failure) => self.fail(failure),
            // Constructs with blocks inside are taken apart in `control`.
            Op::Match(..) | Op::If(..) | Op::Loop(..) | Op::Block(..) | Op::Scoped(..) => Vec::new(),
        }
    }

    fn core_call(&mut self, callee: core::FunctionId, atoms: &[Atom]) -> Vec<Operand> {
        let args = self.atoms(atoms);
        let results = self.words(self.flattener.program.function(callee).result);
        let id = self.instance(crate::flattener::Code::Function(callee));
        self.call(id, args, &results)
    }

    fn fail(&mut self, failure: &Failure) -> Vec<Operand> {
        let (trap, operands) = match failure {
            Failure::Message(text) => (Trap::Message, vec![self.word(text)]),
            Failure::Unreachable => (Trap::Unreachable, Vec::new()),
            Failure::OutOfBounds(a, b) => (Trap::OutOfBounds, vec![self.word(a), self.word(b)]),
            Failure::Lengths(a, b) => (Trap::Lengths, vec![self.word(a), self.word(b)]),
        };
        let site = self.site();
        self.emit(Stmt::Trap(trap, operands, site));
        Vec::new()
    }
}
