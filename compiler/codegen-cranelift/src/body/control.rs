//! Structured control: branches, loops, traps.

use super::{Body, Region, Target, UNREACHABLE};
use borel_abi::ctx::offset;
use borel_flow::visit::each_statement;
use borel_flow::{Binary, Block as Code, Expr, Label, Local, Operand, Site, Stmt, Trap, Ty};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value, types};
use cranelift_frontend::Switch;

impl<'f> Body<'f> {
    /// A block that is hardly ever reached.
    pub(crate) fn cold_block(&mut self) -> Block {
        let block = self.builder.create_block();
        self.builder.set_cold_block(block);
        block
    }

    /// Two branches. Gives whether control can get past them.
    pub(super) fn branch(&mut self, condition: Operand, then: &'f Code, otherwise: &'f Code) -> bool {
        let condition = self.operand(condition);
        let blocks = [self.builder.create_block(), self.builder.create_block()];
        let join = self.builder.create_block();
        if matches!(then.last(), Some(Stmt::Continue(_))) {
            // Blocks are laid out with the second target next: so the round of a loop comes right after its test.
            let is_false = self.builder.ins().icmp_imm_s(IntCC::Equal, condition, 0);
            self.builder.ins().brif(is_false, blocks[1], &[], blocks[0], &[]);
        } else {
            self.builder.ins().brif(condition, blocks[0], &[], blocks[1], &[]);
        }
        let mut reached = false;
        for (block, code) in blocks.into_iter().zip([then, otherwise]) {
            self.builder.seal_block(block);
            reached |= self.arm(block, code, join);
        }
        self.join(join, reached)
    }

    /// Many branches. Gives whether control can get past them.
    pub(super) fn switch(&mut self, on: Operand, cases: &'f [(i64, Code)], default: &'f Code) -> bool {
        let value = self.operand(on);
        let join = self.builder.create_block();
        let mut switch = Switch::new();
        let mut arms = Vec::with_capacity(cases.len() + 1);
        for (constant, code) in cases {
            let block = self.builder.create_block();
            switch.set_entry(u128::from(*constant as u64), block);
            arms.push((block, code));
        }
        let other = self.builder.create_block();
        arms.push((other, default));
        switch.emit(&mut self.builder, value, other);
        let mut reached = false;
        for (block, code) in arms {
            self.builder.seal_block(block);
            reached |= self.arm(block, code, join);
        }
        self.join(join, reached)
    }

    /// Translates a branch; gives whether it goes on to the end of all.
    fn arm(&mut self, block: Block, code: &'f Code, join: Block) -> bool {
        self.builder.switch_to_block(block);
        let continues = self.block(code);
        if continues {
            self.builder.ins().jump(join, &[]);
        }
        continues
    }

    /// Goes on after a construct, if anything gets there.
    fn join(&mut self, join: Block, reached: bool) -> bool {
        if reached {
            self.builder.switch_to_block(join);
            self.builder.seal_block(join);
        }
        reached
    }

    /// A loop. Gives whether it can be left by a break.
    pub(super) fn repeat(&mut self, label: Label, code: &'f Code) -> bool {
        let (head, end) = (self.builder.create_block(), self.builder.create_block());
        self.builder.ins().jump(head, &[]);
        self.builder.switch_to_block(head);
        if let Some(index) = self.brief_count(label, code) {
            self.check_interrupt_now_and_then(index);
        } else if !suspends_each_round(label, code) {
            self.check_interrupt();
        }
        self.targets.insert(label, Target { head: Some(head), end, broken: false });
        if self.block(code) {
            self.builder.ins().jump(head, &[]);
        }
        self.builder.seal_block(head);
        let broken = self.targets[&label].broken;
        self.join(end, broken)
    }

    /// A block that can be left by a break. Gives whether control gets past it.
    pub(super) fn enclosed(&mut self, label: Label, code: &'f Code) -> bool {
        let end = self.builder.create_block();
        self.targets.insert(label, Target { head: None, end, broken: false });
        let continues = self.block(code);
        if continues {
            self.builder.ins().jump(end, &[]);
        }
        let broken = self.targets[&label].broken;
        self.join(end, continues || broken)
    }

    /// Leaves the construct with this label.
    pub(super) fn leave(&mut self, label: Label) {
        match self.targets.get_mut(&label) {
            Some(target) => {
                target.broken = true;
                let end = target.end;
                self.builder.ins().jump(end, &[]);
            }
            None => self.wrong_jump(),
        }
    }

    /// Begins the next round of the loop with this label.
    pub(super) fn again(&mut self, label: Label) {
        match self.targets.get(&label).and_then(|target| target.head) {
            Some(head) => {
                self.builder.ins().jump(head, &[]);
            }
            None => self.wrong_jump(),
        }
    }

    fn wrong_jump(&mut self) {
        self.fail(format!("{} jumps to a label that does not enclose the jump", self.function.name));
        self.builder.ins().trap(UNREACHABLE);
    }

    /// The index of a loop that counts up or down by 1 in short rounds: without calls, loops, or work on objects in them.
    fn brief_count(&self, label: Label, code: &Code) -> Option<Local> {
        let (mut is_brief, mut rounds) = (true, 0);
        each_statement(code, &mut |stmt| match stmt {
            Stmt::Call(..) | Stmt::Loop(..) | Stmt::Suspend(..) | Stmt::NewArray(..) => is_brief = false,
            Stmt::Runtime(_, _, args, _) => is_brief &= args.iter().all(|arg| self.operand_type(*arg) != Ty::Pointer),
            Stmt::Continue(target) if *target == label => rounds += 1,
            _ => {}
        });
        let block = (is_brief && rounds == 1).then(|| ends_in(label, code)).flatten()?;
        // In the block that ends in the next round: i = i + 1, or i = next after next = i + 1.
        let (mut next, mut index) = (None, None);
        for stmt in block {
            match stmt {
                Stmt::Let(
                    local,
                    Expr::Binary(Binary::AddInt | Binary::SubInt, Operand::Local(from), Operand::Int(1)),
                ) => match local == from {
                    true => index = Some(*local),
                    false => next = Some((*local, *from)),
                },
                Stmt::Let(local, Expr::Use(Operand::Local(from))) if next == Some((*from, *local)) => {
                    index = Some(*local);
                }
                _ => {}
            }
        }
        let index = index?;
        let mut assignments = 0;
        each_statement(code, &mut |stmt| stmt.each_definition(&mut |local| assignments += u32::from(local == index)));
        (assignments == 1).then_some(index)
    }

    /// Stops if the run is interrupted, in some rounds of a loop.
    fn check_interrupt_now_and_then(&mut self, index: Local) {
        let count = self.operand(Operand::Local(index));
        let (check, on) = (self.cold_block(), self.builder.create_block());
        let skipped = self.builder.ins().band_imm_u(count, ROUNDS_BETWEEN_CHECKS);
        self.builder.ins().brif(skipped, on, &[], check, &[]);
        self.builder.switch_to_block(check);
        self.builder.seal_block(check);
        self.check_interrupt();
        self.builder.ins().jump(on, &[]);
        self.builder.switch_to_block(on);
        self.builder.seal_block(on);
    }

    /// Stops if the run is interrupted.
    pub(crate) fn check_interrupt(&mut self) {
        let flags = self.constant_flags(Region::Context);
        let address = self.builder.ins().load(types::I64, flags, self.context, offset::INTERRUPT);
        // Another thread writes it: an ordinary load would be taken for that of an earlier loop.
        let byte = self.builder.ins().atomic_load(types::I8, MemFlagsData::trusted(), address);
        self.stop_if(byte, |body| {
            let site = body.function_site();
            body.call_runtime("borel_interrupted", &[Ty::Int], &[], &[site]);
        });
    }

    /// Stops if the stack is nearly used up.
    pub(crate) fn check_stack(&mut self) {
        let pointer = self.builder.ins().get_stack_pointer(types::I64);
        let limit = self.load(Ty::Int, Region::Context, self.context, offset::STACK_LIMIT);
        let over = self.builder.ins().icmp(IntCC::UnsignedLessThan, pointer, limit);
        self.stop_if(over, |body| {
            let site = body.function_site();
            body.call_runtime("borel_stack_overflow", &[Ty::Int], &[], &[site]);
        });
    }

    /// The place of the function, as errors name it.
    fn function_site(&mut self) -> Value {
        let site = self.function.site.map_or(-1, |site| i64::from(site.0));
        self.word(site)
    }

    /// Stops with an error if the condition holds.
    pub(super) fn trap_if(&mut self, condition: Value, kind: Trap, operands: &[Operand], site: Site) {
        self.stop_if(condition, |body| body.call_trap(kind, operands, site));
    }

    /// If the condition holds, does what does not return.
    fn stop_if(&mut self, condition: Value, stop: impl FnOnce(&mut Self)) {
        let (cold, on) = (self.cold_block(), self.builder.create_block());
        self.builder.ins().brif(condition, cold, &[], on, &[]);
        self.builder.switch_to_block(cold);
        self.builder.seal_block(cold);
        stop(self);
        self.builder.ins().trap(UNREACHABLE);
        self.builder.switch_to_block(on);
        self.builder.seal_block(on);
    }

    /// Stops with an error.
    pub(super) fn trap(&mut self, kind: Trap, operands: &[Operand], site: Site) {
        self.call_trap(kind, operands, site);
        self.builder.ins().trap(UNREACHABLE);
    }

    fn call_trap(&mut self, kind: Trap, operands: &[Operand], site: Site) {
        self.flush_log_weight();
        let mut words = vec![self.word(i64::from(kind as u32)), self.word(i64::from(site.0))];
        for operand in operands.iter().take(2) {
            let value = self.operand(*operand);
            words.push(self.bits(value));
        }
        while words.len() < 4 {
            words.push(self.word(0));
        }
        self.call_runtime("borel_trap", &[Ty::Int; 4], &[], &words);
    }
}

/// Whether every round of a loop suspends; then whoever advances particles sees interrupts soon enough.
fn suspends_each_round(label: Label, code: &Code) -> bool {
    let Some(point) = code.iter().position(|statement| matches!(statement, Stmt::Suspend(..))) else { return false };
    let mut skips = false;
    for statement in code[..point].iter().flat_map(Stmt::blocks) {
        each_statement(statement, &mut |inner| skips |= matches!(inner, Stmt::Continue(target) if *target == label));
    }
    !skips
}

/// One less than how many short rounds a loop makes between looks whether to stop; a power of two.
const ROUNDS_BETWEEN_CHECKS: i64 = 1023;

/// The innermost block that ends in the next round of a loop.
fn ends_in(label: Label, code: &Code) -> Option<&Code> {
    if matches!(code.last(), Some(Stmt::Continue(target)) if *target == label) {
        return Some(code);
    }
    code.iter().flat_map(Stmt::blocks).find_map(|inner| ends_in(label, inner))
}
