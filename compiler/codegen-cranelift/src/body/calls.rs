//! Calls of functions of the module and of the runtime, and plain returns.

use super::{Body, Exit};
use crate::signature::{machine_type, results_in_memory};
use crate::tail;
use borel_flow::{FunctionId, Local, Operand, Stmt, Ty};
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind, Value, types};

impl<'f> Body<'f> {
    /// A call of a function of the module. Gives whether control goes on after it here.
    pub(super) fn call(&mut self, statement: &'f Stmt, rest: &'f [Stmt]) -> bool {
        let Stmt::Call(results, callee, arguments) = statement else { return true };
        match &self.exit {
            Exit::Machine(_) if self.unit.suspends(*callee) => self.machine_call(statement),
            Exit::Plain { entry, .. } if self.is_current(*callee) && tail::returns_results(results, rest) => {
                let entry = *entry;
                self.tail_call(arguments, entry);
                false
            }
            _ => {
                self.plain_call(results, *callee, arguments);
                true
            }
        }
    }

    /// Whether this is the function being translated.
    fn is_current(&self, callee: FunctionId) -> bool {
        std::ptr::eq(self.unit.function(callee), self.function)
    }

    /// A tail call of the function by itself: a jump.
    fn tail_call(&mut self, arguments: &[Operand], entry: Block) {
        let values: Vec<Value> = arguments.iter().map(|argument| self.operand(*argument)).collect();
        for (parameter, value) in self.function.params.iter().zip(values) {
            self.assign(*parameter, value);
        }
        self.builder.ins().jump(entry, &[]);
    }

    /// A call that returns here.
    fn plain_call(&mut self, results: &[Local], callee: FunctionId, arguments: &[Operand]) {
        let function = self.unit.function(callee);
        let weighs = self.unit.graph.weighs(callee);
        self.flush_log_weight();
        let memory = results_in_memory(function).then(|| self.result_area(function.results.len()));
        let mut values = vec![self.context];
        values.extend(memory);
        values.extend(arguments.iter().map(|argument| self.operand(*argument)).collect::<Vec<_>>());
        let reference = self.unit.function_id(callee).map(|id| self.reference(id));
        let Some(reference) = reference else {
            self.fail(format!("{} calls {}, which is part of a machine", self.function.name, function.name));
            return;
        };
        let call = self.builder.ins().call(reference, &values);
        let returned: Vec<Value> = match memory {
            None => self.builder.inst_results(call).to_vec(),
            Some(memory) => self.read_results(&function.results, memory),
        };
        for (local, value) in results.iter().zip(returned) {
            self.assign(*local, value);
        }
        if weighs {
            self.reload_log_weight();
        }
    }

    /// Room for the results of a call.
    fn result_area(&mut self, words: usize) -> Value {
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, 8 * words as u32, 3);
        let slot = self.builder.create_sized_stack_slot(slot);
        self.builder.ins().stack_addr(types::I64, slot, 0)
    }

    fn read_results(&mut self, types: &[Ty], memory: Value) -> Vec<Value> {
        (0..)
            .zip(types)
            .map(|(i, ty)| {
                let ty = machine_type(*ty);
                self.builder.ins().load(ty, MemFlagsData::trusted(), memory, 8 * i)
            })
            .collect()
    }

    /// Returns the words, in registers or through the address.
    pub(super) fn return_plainly(&mut self, words: &[Operand], results: Option<Value>) {
        self.flush_log_weight();
        let mut values: Vec<Value> = words.iter().map(|word| self.operand(*word)).collect();
        if let Some(memory) = results {
            for (i, value) in (0..).zip(values.drain(..)) {
                let word = if self.value_type(value) == types::I8 {
                    self.builder.ins().uextend(types::I64, value)
                } else {
                    value
                };
                self.builder.ins().store(MemFlagsData::trusted(), word, memory, 8 * i);
            }
        }
        self.builder.ins().return_(&values);
    }

    /// A call of a runtime function with these arguments after the context.
    pub(crate) fn call_runtime(
        &mut self,
        symbol: &'static str,
        arguments: &[Ty],
        results: &[Ty],
        values: &[Value],
    ) -> Vec<Value> {
        match self.linker.import(symbol, arguments, results) {
            Ok(id) => {
                let reference = self.reference(id);
                let values: Vec<Value> = std::iter::once(self.context).chain(values.iter().copied()).collect();
                let call = self.builder.ins().call(reference, &values);
                self.builder.inst_results(call).to_vec()
            }
            Err(message) => {
                self.fail(message);
                let zero = self.word(0);
                vec![zero; results.len()]
            }
        }
    }
}
