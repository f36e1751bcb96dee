//! The point of a density, its derivatives, and the tape.

use super::{Body, Region};
use crate::signature::machine_type;
use borel_abi::ctx::offset;
use borel_flow::{Local, Operand, Ty};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

impl Body<'_> {
    /// A number of one of the arrays of 8-byte words that the context points to.
    pub(super) fn word_of(&mut self, array: i32, index: Operand, ty: Ty) -> Value {
        let address = self.address_of(array, index);
        self.load(ty, Region::Point, address, 0)
    }

    fn address_of(&mut self, array: i32, index: Operand) -> Value {
        let base = self.load(Ty::Pointer, Region::Context, self.context, array);
        let index = self.operand(index);
        let bytes = self.builder.ins().ishl_imm_u(index, 3);
        self.builder.ins().iadd(base, bytes)
    }

    /// Adds to a derivative.
    pub(super) fn add_derivative(&mut self, index: Operand, value: Operand) {
        let address = self.address_of(offset::DERIVATIVE, index);
        let before = self.load(Ty::Real, Region::Derivative, address, 0);
        let value = self.operand(value);
        let after = self.builder.ins().fadd(before, value);
        self.store(Ty::Real, Region::Derivative, after, address, 0);
    }

    /// Moves words to the tape, which is made larger if it is full.
    pub(super) fn push(&mut self, words: &[Operand]) {
        let bytes = 8 * words.len() as i64;
        let top = self.load(Ty::Pointer, Region::Context, self.context, offset::TAPE);
        let end = self.load(Ty::Pointer, Region::Context, self.context, offset::TAPE_END);
        let after = self.builder.ins().iadd_imm_s(top, bytes);
        let is_full = self.builder.ins().icmp(IntCC::UnsignedGreaterThan, after, end);
        let (full, ready) = (self.builder.create_block(), self.builder.create_block());
        let place = self.builder.append_block_param(ready, machine_type(Ty::Pointer));
        self.builder.ins().brif(is_full, full, &[], ready, &[top.into()]);
        self.builder.set_cold_block(full);
        self.builder.switch_to_block(full);
        let more = self.word(words.len() as i64);
        self.call_runtime("borel_tape_grow", &[Ty::Int], &[], &[more]);
        let moved = self.load(Ty::Pointer, Region::Context, self.context, offset::TAPE);
        self.builder.ins().jump(ready, &[moved.into()]);
        self.builder.switch_to_block(ready);
        for (operand, at) in words.iter().zip(0..) {
            let value = self.operand(*operand);
            self.store(self.operand_type(*operand), Region::Tape, value, place, 8 * at);
        }
        let top = self.builder.ins().iadd_imm_s(place, bytes);
        self.store(Ty::Pointer, Region::Context, top, self.context, offset::TAPE);
    }

    /// Takes words back from the tape.
    pub(super) fn pop(&mut self, locals: &[Local]) {
        let top = self.load(Ty::Pointer, Region::Context, self.context, offset::TAPE);
        let place = self.builder.ins().iadd_imm_s(top, -8 * locals.len() as i64);
        for (local, at) in locals.iter().zip(0..) {
            let value = self.load(self.local_type(*local), Region::Tape, place, 8 * at);
            self.assign(*local, value);
        }
        self.store(Ty::Pointer, Region::Context, place, self.context, offset::TAPE);
    }
}
