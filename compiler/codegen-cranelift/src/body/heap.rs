//! Objects: allocation from the free lists, counting of references.
//!
//! Free cells of a size class are linked through their second word from the context; a cell is popped and pushed here,
//! the runtime is called when a list is empty or an object with pointers dies.

use super::expression::slot_offset;
use super::{Body, Region};
use borel_abi::ctx::{SMALL_CLASSES, offset};
use borel_abi::layout::LayoutId;
use borel_abi::object;
use borel_flow::{Operand, Ty};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

/// No object lies below this address, and no immediate at or above it.
pub(crate) const FIRST_ADDRESS: i64 = 1 << 16;

/// The class of objects with this many slots.
pub(crate) fn size_class(slots: usize) -> usize {
    (8 + 8 * slots).div_ceil(16) - 1
}

/// The offset in the context of the free list of a class, if it has one.
fn free_list(class: usize) -> Option<i32> {
    (class < SMALL_CLASSES).then(|| offset::FREE + 8 * class as i32)
}

impl Body<'_> {
    /// A new object with these slots, which are moved into it.
    pub(super) fn new_object(&mut self, layout: LayoutId, slots: &[Operand]) -> Value {
        let object = self.allocate(layout, slots.len());
        for (slot, operand) in (0..).zip(slots) {
            let value = self.operand(*operand);
            self.store(self.operand_type(*operand), Region::Object, value, object, slot_offset(slot));
        }
        object
    }

    /// A new object with a count of 1 whose slots are undefined.
    pub(crate) fn allocate(&mut self, layout: LayoutId, slots: usize) -> Value {
        let cell = self.cell(size_class(slots));
        let header = self.word(object::header(1, layout.0) as i64);
        self.store(Ty::Int, Region::Header, header, cell, 0);
        cell
    }

    /// A cell of a class: from the free list, or else from the runtime.
    fn cell(&mut self, class: usize) -> Value {
        let number = self.word(class as i64);
        let Some(list) = free_list(class) else {
            return self.call_runtime("borel_alloc", &[Ty::Int], &[Ty::Pointer], &[number])[0];
        };
        let (pop, refill, join) = (self.builder.create_block(), self.cold_block(), self.builder.create_block());
        let cell = self.builder.append_block_param(join, types::I64);
        let head = self.load(Ty::Pointer, Region::Context, self.context, list);
        self.builder.ins().brif(head, pop, &[], refill, &[]);

        self.builder.switch_to_block(pop);
        self.builder.seal_block(pop);
        let next = self.load(Ty::Pointer, Region::Object, head, 8);
        self.store(Ty::Pointer, Region::Context, next, self.context, list);
        self.builder.ins().jump(join, &[head.into()]);

        self.builder.switch_to_block(refill);
        self.builder.seal_block(refill);
        let fresh = self.call_runtime("borel_alloc", &[Ty::Int], &[Ty::Pointer], &[number])[0];
        self.builder.ins().jump(join, &[fresh.into()]);

        self.builder.switch_to_block(join);
        self.builder.seal_block(join);
        cell
    }

    /// Gives back the cell of an object whose pointers have been moved out.
    pub(crate) fn free_cell(&mut self, cell: Value, slots: usize) {
        let class = size_class(slots);
        let Some(list) = free_list(class) else {
            let number = self.word(class as i64);
            self.call_runtime("borel_free_cell", &[Ty::Pointer, Ty::Int], &[], &[cell, number]);
            return;
        };
        let head = self.load(Ty::Pointer, Region::Context, self.context, list);
        self.store(Ty::Pointer, Region::Object, head, cell, 8);
        self.store(Ty::Pointer, Region::Context, cell, self.context, list);
    }

    /// The count in the lower half of the header.
    pub(crate) fn count(&mut self, object: Value) -> Value {
        let flags = self.flags(Region::Header);
        self.builder.ins().load(types::I32, flags, object, 0)
    }

    /// Changes a count by a constant.
    pub(crate) fn change_count(&mut self, object: Value, count: Value, change: i64) {
        let flags = self.flags(Region::Header);
        let changed = self.builder.ins().iadd_imm_s(count, change);
        self.builder.ins().store(flags, changed, object, 0);
    }

    /// Adds a reference, unless the pointer is no object or the object is immortal.
    pub(super) fn retain(&mut self, operand: Operand) {
        if matches!(operand, Operand::Local(_)) {
            let pointer = self.operand(operand);
            self.retain_value(pointer);
        }
    }

    /// As [`Body::retain`].
    pub(crate) fn retain_value(&mut self, pointer: Value) {
        let (check, add, join) =
            (self.builder.create_block(), self.builder.create_block(), self.builder.create_block());
        self.branch_on_object(pointer, check, join);
        let count = self.count(pointer);
        let mortal = self.builder.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, count, 0);
        self.builder.ins().brif(mortal, add, &[], join, &[]);

        self.builder.switch_to_block(add);
        self.builder.seal_block(add);
        self.change_count(pointer, count, 1);
        self.builder.ins().jump(join, &[]);

        self.builder.switch_to_block(join);
        self.builder.seal_block(join);
    }

    /// Takes a reference away; the runtime frees what has none left.
    pub(super) fn release(&mut self, operand: Operand) {
        if !matches!(operand, Operand::Local(_)) {
            return;
        }
        let pointer = self.operand(operand);
        let (check, shared, last, subtract, join) = (
            self.builder.create_block(),
            self.builder.create_block(),
            self.builder.create_block(),
            self.builder.create_block(),
            self.builder.create_block(),
        );
        self.branch_on_object(pointer, check, join);
        let count = self.count(pointer);
        let unique = self.builder.ins().icmp_imm_s(IntCC::Equal, count, 1);
        self.builder.ins().brif(unique, last, &[], shared, &[]);

        self.builder.switch_to_block(last);
        self.builder.seal_block(last);
        self.call_runtime("borel_free", &[Ty::Pointer], &[], &[pointer]);
        self.builder.ins().jump(join, &[]);

        self.builder.switch_to_block(shared);
        self.builder.seal_block(shared);
        let mortal = self.builder.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, count, 0);
        self.builder.ins().brif(mortal, subtract, &[], join, &[]);

        self.builder.switch_to_block(subtract);
        self.builder.seal_block(subtract);
        self.change_count(pointer, count, -1);
        self.builder.ins().jump(join, &[]);

        self.builder.switch_to_block(join);
        self.builder.seal_block(join);
    }

    /// Goes on in the first block if the pointer is an object, else to the second.
    fn branch_on_object(&mut self, pointer: Value, object: Block, other: Block) {
        let is_object = self.builder.ins().icmp_imm_s(IntCC::UnsignedGreaterThanOrEqual, pointer, FIRST_ADDRESS);
        self.builder.ins().brif(is_object, object, &[], other, &[]);
        self.builder.switch_to_block(object);
        self.builder.seal_block(object);
    }
}
