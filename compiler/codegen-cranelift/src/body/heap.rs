//! Objects: allocation from the free lists or in the memory of a dead object, counting of references.
//!
//! Free cells of a size class are linked through their second word from the context; a cell is popped and pushed here,
//! the runtime is called when a list is empty or an object with pointers dies.

use super::expression::slot_offset;
use super::{Body, Region};
use borel_abi::ctx::{SMALL_CLASSES, offset};
use borel_abi::layout::{LayoutId, LayoutKind, Slot};
use borel_abi::object;
use borel_flow::{Local, Operand, Ty};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, Value, types};

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
        self.fill(object, slots);
        object
    }

    /// As [`Body::new_object`], in the memory of a token if it has any.
    pub(super) fn renewed_object(&mut self, token: Operand, layout: LayoutId, slots: &[Operand]) -> Value {
        let memory = self.operand(token);
        let (fresh, join) = (self.builder.create_block(), self.builder.create_block());
        let cell = self.builder.append_block_param(join, types::I64);
        self.builder.ins().brif(memory, join, &[memory.into()], fresh, &[]);
        self.builder.switch_to_block(fresh);
        self.builder.seal_block(fresh);
        let allocated = self.cell(size_class(slots.len()));
        self.builder.ins().jump(join, &[allocated.into()]);
        self.builder.switch_to_block(join);
        self.builder.seal_block(join);
        self.write_header(cell, layout);
        self.fill(cell, slots);
        cell
    }

    /// Moves words into the slots of an object.
    fn fill(&mut self, object: Value, slots: &[Operand]) {
        for (slot, operand) in (0..).zip(slots) {
            let value = self.operand(*operand);
            self.store(self.operand_type(*operand), Region::Object, value, object, slot_offset(slot));
        }
    }

    /// A new object with a count of 1 whose slots are undefined.
    pub(crate) fn allocate(&mut self, layout: LayoutId, slots: usize) -> Value {
        let cell = self.cell(size_class(slots));
        self.write_header(cell, layout);
        cell
    }

    /// The header of an object with one reference.
    fn write_header(&mut self, cell: Value, layout: LayoutId) {
        let header = self.word(object::header(1, layout.0) as i64);
        self.store(Ty::Int, Region::Header, header, cell, 0);
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
        self.free_cell_of(cell, size_class(slots));
    }

    fn free_cell_of(&mut self, cell: Value, class: usize) {
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

    /// An array or matrix, or a copy of it if others have it too.
    pub(super) fn unique(&mut self, array: Value) -> Value {
        let (shared, join) = (self.cold_block(), self.builder.create_block());
        let unique = self.builder.append_block_param(join, types::I64);
        let count = self.count(array);
        let is_unique = self.builder.ins().icmp_imm_s(IntCC::Equal, count, 1);
        self.builder.ins().brif(is_unique, join, &[array.into()], shared, &[]);
        self.builder.switch_to_block(shared);
        self.builder.seal_block(shared);
        let copy = self.call_runtime("borel_unique", &[Ty::Pointer], &[Ty::Pointer], &[array])[0];
        self.builder.ins().jump(join, &[copy.into()]);
        self.builder.switch_to_block(join);
        self.builder.seal_block(join);
        unique
    }

    /// Takes an object of a known layout apart: the last reference moves what is in its slots to the locals and gives its
    /// memory to the token, or back.
    pub(super) fn take(&mut self, token: Option<Local>, operand: Operand, layout: LayoutId, moved: &[(u32, Operand)]) {
        let object = self.operand(operand);
        let (last, shared, join) =
            (self.builder.create_block(), self.builder.create_block(), self.builder.create_block());
        let memory = token.map(|_| self.builder.append_block_param(join, types::I64));
        let count = self.count(object);
        let unique = self.builder.ins().icmp_imm_s(IntCC::Equal, count, 1);
        self.builder.ins().brif(unique, last, &[], shared, &[]);

        self.builder.switch_to_block(last);
        self.builder.seal_block(last);
        let slots = self.release_rest(object, layout, moved);
        if memory.is_some() {
            self.builder.ins().jump(join, &[object.into()]);
        } else {
            self.free_cell(object, slots);
            self.builder.ins().jump(join, &[]);
        }

        self.builder.switch_to_block(shared);
        self.builder.seal_block(shared);
        for (_, operand) in moved {
            self.retain(*operand);
        }
        self.drop_shared(object, count);
        let none = self.word(0);
        let arguments: &[BlockArg] = if memory.is_some() { &[none.into()] } else { &[] };
        self.builder.ins().jump(join, arguments);

        self.builder.switch_to_block(join);
        self.builder.seal_block(join);
        if let (Some(token), Some(memory)) = (token, memory) {
            self.assign(token, memory);
        }
    }

    /// Releases the pointers of a dying object that are not moved elsewhere; gives the number of its slots.
    fn release_rest(&mut self, object: Value, layout: LayoutId, moved: &[(u32, Operand)]) -> usize {
        let unit = self.unit;
        let LayoutKind::Fields(slots) = &unit.module.layouts[layout.0 as usize].kind else { return 0 };
        for (slot, kind) in (0..).zip(slots) {
            if *kind == Slot::Pointer && moved.iter().all(|(taken, _)| *taken != slot) {
                let pointer = self.load(Ty::Pointer, Region::Object, object, slot_offset(slot));
                self.release_value(pointer);
            }
        }
        slots.len()
    }

    /// Takes a reference away from an object that has others, or is immortal.
    fn drop_shared(&mut self, object: Value, count: Value) {
        let (subtract, join) = (self.builder.create_block(), self.builder.create_block());
        let mortal = self.builder.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, count, 0);
        self.builder.ins().brif(mortal, subtract, &[], join, &[]);
        self.builder.switch_to_block(subtract);
        self.builder.seal_block(subtract);
        self.change_count(object, count, -1);
        self.builder.ins().jump(join, &[]);
        self.builder.switch_to_block(join);
        self.builder.seal_block(join);
    }

    /// Takes a reference away; the runtime frees what has none left. Of a token: gives back its memory.
    pub(super) fn release(&mut self, operand: Operand) {
        if !matches!(operand, Operand::Local(_)) {
            return;
        }
        let pointer = self.operand(operand);
        match self.operand_type(operand) {
            Ty::Token(units) => self.release_token(pointer, units),
            _ => self.release_value(pointer),
        }
    }

    /// Gives back the memory of a token, if it has any.
    fn release_token(&mut self, memory: Value, units: u32) {
        let (give, join) = (self.builder.create_block(), self.builder.create_block());
        self.builder.ins().brif(memory, give, &[], join, &[]);
        self.builder.switch_to_block(give);
        self.builder.seal_block(give);
        self.free_cell_of(memory, units as usize - 1);
        self.builder.ins().jump(join, &[]);
        self.builder.switch_to_block(join);
        self.builder.seal_block(join);
    }

    /// As [`Body::release`] of a pointer.
    fn release_value(&mut self, pointer: Value) {
        let (check, shared, last, join) = (
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
        self.drop_shared(pointer, count);
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
