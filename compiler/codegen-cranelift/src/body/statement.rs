//! Statements.

use super::expression::slot_offset;
use super::{Body, Exit, Region};
use borel_abi::ctx::offset;
use borel_flow::{Block as Code, Operand, Stmt};

impl<'f> Body<'f> {
    /// Translates a block; gives whether control gets to its end.
    pub(crate) fn block(&mut self, code: &'f Code) -> bool {
        code.iter().enumerate().all(|(i, statement)| self.statement(statement, &code[i + 1..]))
    }

    /// Translates a statement; gives whether control gets past it.
    fn statement(&mut self, statement: &'f Stmt, rest: &'f [Stmt]) -> bool {
        match statement {
            Stmt::Let(local, expression) => {
                let value = self.expression(expression, self.local_type(*local));
                self.assign(*local, value);
            }
            Stmt::Store(object, slot, value) => {
                let (address, word) = (self.operand(*object), self.operand(*value));
                self.store(self.operand_type(*value), Region::Object, word, address, slot_offset(*slot));
            }
            Stmt::StoreElement(array, index, width, word, value) => {
                let (address, offset) = self.element(*array, *index, *width, *word);
                let word = self.operand(*value);
                self.store(self.operand_type(*value), Region::Object, word, address, offset);
            }
            Stmt::New(local, layout, slots) => {
                let object = self.new_object(*layout, slots);
                self.assign(*local, object);
            }
            Stmt::Renew(local, token, layout, slots) => {
                let object = self.renewed_object(*token, *layout, slots);
                self.assign(*local, object);
            }
            Stmt::Take(token, object, layout, moved) => self.take(*token, *object, *layout, moved),
            Stmt::NewArray(local, layout, length, site) => {
                let length = self.operand(*length);
                let array = self.new_array(*layout, length, *site);
                self.assign(*local, array);
            }
            Stmt::Call(..) => return self.call(statement, rest),
            Stmt::Runtime(results, runtime, arguments, site) => self.runtime(results, *runtime, arguments, *site),
            Stmt::SetContext(at, value) => self.set_context(*at, *value),
            Stmt::AddDerivative(index, value) => self.add_derivative(*index, *value),
            Stmt::Push(_, words) => self.push(words),
            Stmt::Pop(_, locals) => self.pop(locals),
            Stmt::Retain(operand) => self.retain(*operand),
            Stmt::Release(operand) => self.release(*operand),
            Stmt::If(condition, then, otherwise) => return self.branch(*condition, then, otherwise),
            Stmt::Switch(on, cases, default) => return self.switch(*on, cases, default),
            Stmt::Loop(label, code) => return self.repeat(*label, code),
            Stmt::Block(label, code) => return self.enclosed(*label, code),
            Stmt::Suspend(suspension, _) => self.suspend(statement, suspension),
            Stmt::Break(label) => self.leave(*label),
            Stmt::Continue(label) => self.again(*label),
            Stmt::Return(words) => self.leave_function(words),
            Stmt::Trap(kind, operands, site) => self.trap(*kind, operands, *site),
        }
        !statement.is_jump()
    }

    /// Writes a word of the context.
    fn set_context(&mut self, at: i32, operand: Operand) {
        let value = self.operand(operand);
        match self.log_weight {
            Some(variable) if at == offset::LOG_WEIGHT => self.builder.def_var(variable, value),
            _ => self.store(self.operand_type(operand), Region::Context, value, self.context, at),
        }
    }

    /// Returns from the function, in the way of its exit.
    fn leave_function(&mut self, words: &[Operand]) {
        match &self.exit {
            Exit::Plain { results, .. } => {
                let results = *results;
                self.return_plainly(words, results);
            }
            Exit::Machine(_) => self.machine_return(words),
        }
    }
}
