//! The code of a machine: a loop over particles that dispatches on their states, and the parts.

use super::Machine;
use super::plan::{Plan, Point, Saved};
use crate::body::{Body, Exit, Region, UNREACHABLE, slot_offset};
use crate::linker::Linker;
use crate::signature::machine_type;
use crate::unit::Unit;
use borel_abi::ctx::offset;
use borel_abi::module::DONE;
use borel_flow::{Operand, Stmt, Suspension, Ty};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockCall, InstBuilder, JumpTableData, Value, types};
use cranelift_frontend::{FunctionBuilder, Variable};
use std::collections::HashMap;

/// Words of the context that travel with a particle, with their places in it.
const AMBIENT: [(i32, i32); 4] = [(offset::TRACE, 16), (offset::MEMO, 24), (offset::SCOPE, 32), (offset::MEMS, 40)];
/// Where a particle has its log weight.
const LOG_WEIGHT: i32 = 8;

/// Translates the machine.
pub(super) fn translate<'f>(
    mut builder: FunctionBuilder<'f>,
    linker: &'f mut Linker,
    unit: &'f Unit<'f>,
    plan: &'f Plan,
) -> Result<(), String> {
    let start = builder.create_block();
    builder.append_block_params_for_function_params(start);
    builder.switch_to_block(start);
    builder.seal_block(start);
    let values = builder.block_params(start).to_vec();
    let mut blocks = |count: usize| -> Vec<Block> { (0..count).map(|_| builder.create_block()).collect() };
    let entries = blocks(plan.parts.len());
    let leaves = blocks(plan.parts.len());
    let resumes = blocks(plan.saved.len());
    let returns = blocks(plan.frames.len());
    let (head, next) = (builder.create_block(), builder.create_block());
    let particle = builder.append_block_param(head, types::I64);
    let machine = Machine {
        plan,
        part: 0,
        variables: Vec::new(),
        entries,
        leaves,
        resumes,
        returns,
        continuation: builder.declare_var(types::I64),
        results: HashMap::new(),
        particle,
        environment: values[1],
        next,
    };
    let log_weight = builder.declare_var(types::F64);
    let exit = Exit::Machine(Box::new(machine));
    let mut body = Body::new(builder, unit, linker, &plan.parts[0].function, values[0], exit);
    body.log_weight = Some(log_weight);
    body.particle_loop(head, values[2], values[3]);
    for part in 0..plan.parts.len() {
        body.part(part);
    }
    body.finish()
}

impl<'f> Body<'f> {
    fn machine(&self) -> &Machine<'f> {
        match &self.exit {
            Exit::Machine(machine) => machine,
            Exit::Plain { .. } => unreachable!("a plain function has no machine"),
        }
    }

    fn machine_mut(&mut self) -> &mut Machine<'f> {
        match &mut self.exit {
            Exit::Machine(machine) => machine,
            Exit::Plain { .. } => unreachable!("a plain function has no machine"),
        }
    }

    /// The loop over particles; control is left nowhere.
    fn particle_loop(&mut self, head: Block, particles: Value, count: Value) {
        let bytes = 8 * self.machine().plan.stride as i64;
        let (particle, next) = (self.machine().particle, self.machine().next);
        let (dispatch, exit) = (self.builder.create_block(), self.builder.create_block());
        let size = self.builder.ins().imul_imm_s(count, bytes);
        let end = self.builder.ins().iadd(particles, size);
        self.builder.ins().jump(head, &[particles.into()]);

        self.builder.switch_to_block(head);
        let more = self.builder.ins().icmp(IntCC::UnsignedLessThan, particle, end);
        self.builder.ins().brif(more, dispatch, &[], exit, &[]);

        self.builder.switch_to_block(next);
        let following = self.builder.ins().iadd_imm_s(particle, bytes);
        self.builder.ins().jump(head, &[following.into()]);
        self.builder.seal_block(head);

        self.builder.switch_to_block(exit);
        self.builder.seal_block(exit);
        self.forget_ambient();
        self.builder.ins().return_(&[]);

        self.builder.switch_to_block(dispatch);
        self.builder.seal_block(dispatch);
        self.dispatch(particle, next);
    }

    /// Goes on where the particle was suspended; one that is done stays so.
    fn dispatch(&mut self, particle: Value, next: Block) {
        let state = self.load(Ty::Int, Region::Particle, particle, 0);
        let go = self.builder.create_block();
        let states = self.machine().resumes.len() as i64;
        let runs = self.builder.ins().icmp_imm_s(IntCC::UnsignedLessThan, state, states);
        self.builder.ins().brif(runs, go, &[], next, &[]);
        self.builder.switch_to_block(go);
        self.builder.seal_block(go);
        if self.unit.module.ambient {
            for (in_context, in_particle) in AMBIENT {
                let word = self.load(Ty::Int, Region::Particle, particle, in_particle);
                self.store(Ty::Int, Region::Context, word, self.context, in_context);
            }
        }
        if let Some(log_weight) = self.log_weight {
            let zero = self.builder.ins().f64const(0.0);
            self.builder.def_var(log_weight, zero);
        }
        let resumes = self.machine().resumes.clone();
        self.jump_by(state, &resumes);
        resumes.into_iter().for_each(|block| self.builder.seal_block(block));
    }

    /// Jumps to the block with this number, of which there is one.
    fn jump_by(&mut self, number: Value, blocks: &[Block]) {
        if let [block] = blocks {
            self.builder.ins().jump(*block, &[]);
            return;
        }
        let pool = &mut self.builder.func.dfg.value_lists;
        let calls: Vec<BlockCall> = blocks.iter().map(|block| BlockCall::new(*block, [], pool)).collect();
        let other = calls[calls.len() - 1];
        let table = self.builder.create_jump_table(JumpTableData::new(other, &calls[..calls.len() - 1]));
        let number = self.builder.ins().ireduce(types::I32, number);
        self.builder.ins().br_table(number, table);
    }

    /// The context refers to no particle any more.
    fn forget_ambient(&mut self) {
        if self.unit.module.ambient {
            let zero = self.word(0);
            self.store(Ty::Int, Region::Context, zero, self.context, offset::TRACE);
            self.store(Ty::Int, Region::Context, zero, self.context, offset::MEMO);
        }
    }

    /// Translates a part.
    fn part(&mut self, number: usize) {
        let plan = self.machine().plan;
        let part = &plan.parts[number];
        self.function = &part.function;
        self.targets.clear();
        self.variables = self.part_variables(number);
        self.machine_mut().part = number;
        if part.root {
            let start = self.machine().resumes[number];
            self.builder.switch_to_block(start);
            let environment = self.machine().environment;
            part.function.params.iter().for_each(|parameter| self.assign(*parameter, environment));
        } else {
            let entry = self.machine().entries[number];
            self.builder.switch_to_block(entry);
            self.check_interrupt();
        }
        if self.block(&part.function.body) {
            self.fail(format!("control gets to the end of {}", part.function.name));
        }
        if !part.root {
            self.leave_part(number);
        }
    }

    /// The variables of a part, declared when first needed.
    fn part_variables(&mut self, number: usize) -> std::rc::Rc<[Variable]> {
        let plan = self.machine().plan;
        while self.machine().variables.len() <= number {
            let variables = self.declare(&plan.parts[self.machine().variables.len()].function);
            self.machine_mut().variables.push(variables);
        }
        self.machine().variables[number].clone()
    }

    /// Suspends the particle; goes on where it is resumed.
    pub(crate) fn suspend(&mut self, statement: &Stmt, suspension: &Suspension) {
        let Exit::Machine(machine) = &self.exit else {
            self.fail(format!("{} suspends but is not part of a machine", self.function.name));
            return;
        };
        let (plan, part, particle) = (machine.plan, machine.part, machine.particle);
        let Some(Point::Suspend(state)) = plan.point(part, statement) else {
            self.fail(format!("a suspension of {} has no state", self.function.name));
            return;
        };
        if let Suspension::Choice(distribution, _) = suspension {
            let distribution = self.operand(*distribution);
            self.store(Ty::Pointer, Region::Context, distribution, self.context, offset::PENDING);
        }
        let saved = &plan.saved[state];
        let at = 8 * plan.frame_start as i32;
        let mut words: Vec<Value> = Vec::with_capacity(saved.locals.len() + 1);
        if saved.continuation {
            words.push(self.continuation());
        }
        words.extend(saved.locals.iter().map(|local| self.operand(Operand::Local(local.0))).collect::<Vec<_>>());
        for (i, (word, ty)) in (0..).zip(words.into_iter().zip(saved.state_types())) {
            self.store(ty, Region::Particle, word, particle, at + 8 * i);
        }
        self.leave_particle(state as i64);

        let resume = self.machine().resumes[state];
        self.builder.switch_to_block(resume);
        let types = saved.state_types();
        let mut words = Vec::with_capacity(types.len());
        for (i, ty) in (0..).zip(types) {
            words.push(self.load(ty, Region::Particle, particle, at + 8 * i));
        }
        self.restore(saved, words, saved.continuation);
        if let Suspension::Choice(_, local) = suspension {
            let input = self.load(Ty::Int, Region::Context, self.context, offset::INPUT);
            self.assign(*local, input);
        }
    }

    /// The frame to return to.
    fn continuation(&mut self) -> Value {
        let variable = self.machine().continuation;
        self.builder.use_var(variable)
    }

    fn set_continuation(&mut self, frame: Value) {
        let variable = self.machine().continuation;
        self.builder.def_var(variable, frame);
    }

    /// Assigns what has been saved, after the continuation if that comes first; what comes from the environment is
    /// loaded again.
    fn restore(&mut self, saved: &Saved, mut words: Vec<Value>, continuation: bool) {
        if continuation {
            let frame = words.remove(0);
            self.set_continuation(frame);
        }
        for ((local, _), word) in saved.locals.iter().zip(words) {
            self.assign(*local, word);
        }
        let (function, environment) = (self.function, self.machine().environment);
        if self.machine().plan.parts[saved.part].root {
            function.params.iter().for_each(|parameter| self.assign(*parameter, environment));
        }
        for (local, slot) in &function.environment {
            let ty = self.local_type(*local);
            let flags = self.constant_flags(Region::Object);
            let value = self.builder.ins().load(machine_type(ty), flags, environment, slot_offset(*slot));
            self.assign(*local, value);
        }
    }

    /// Puts away the particle, its frame written, and goes on with the next.
    fn leave_particle(&mut self, state: i64) {
        let (particle, next) = (self.machine().particle, self.machine().next);
        let state = self.word(state);
        self.store(Ty::Int, Region::Particle, state, particle, 0);
        if let Some(variable) = self.log_weight {
            let log_weight = self.builder.use_var(variable);
            self.store(Ty::Real, Region::Particle, log_weight, particle, LOG_WEIGHT);
        }
        if self.unit.module.ambient {
            for (in_context, in_particle) in AMBIENT {
                let word = self.load(Ty::Int, Region::Context, self.context, in_context);
                self.store(Ty::Int, Region::Particle, word, particle, in_particle);
            }
        }
        self.builder.ins().jump(next, &[]);
    }

    /// A call of a function that may suspend. Gives whether control goes on after it.
    pub(crate) fn machine_call(&mut self, statement: &'f Stmt) -> bool {
        let Stmt::Call(results, callee, arguments) = statement else { return true };
        let (plan, part) = (self.machine().plan, self.machine().part);
        let point = plan.point(part, statement);
        let callee = plan.part_of(*callee);
        let values: Vec<Value> = arguments.iter().map(|argument| self.operand(*argument)).collect();
        let frame = match point {
            Some(Point::Call(frame)) => Some(frame),
            _ => None,
        };
        if let Some(frame) = frame {
            self.push_frame(frame);
        }
        let variables = self.part_variables(callee);
        for (parameter, value) in plan.parts[callee].function.params.iter().zip(values) {
            self.builder.def_var(variables[parameter.0 as usize], value);
        }
        let entry = self.machine().entries[callee];
        self.builder.ins().jump(entry, &[]);
        let Some(frame) = frame else { return false };
        let block = self.machine().returns[frame];
        self.builder.switch_to_block(block);
        self.pop_frame(frame);
        for (i, local) in results.iter().enumerate() {
            let variable = self.result(i, self.local_type(*local));
            let value = self.builder.use_var(variable);
            self.assign(*local, value);
        }
        true
    }

    /// Saves the caller's live locals in a new frame, which becomes the one to return to.
    fn push_frame(&mut self, frame: usize) {
        let plan = self.machine().plan;
        let saved = &plan.frames[frame];
        let below = if saved.continuation { self.continuation() } else { self.word(0) };
        let object = self.allocate(plan.frame_layout(frame), 1 + saved.locals.len());
        self.store(Ty::Pointer, Region::Object, below, object, slot_offset(0));
        for (slot, (local, ty)) in (1..).zip(&saved.locals) {
            let value = self.operand(Operand::Local(*local));
            self.store(*ty, Region::Object, value, object, slot_offset(slot));
        }
        self.set_continuation(object);
    }

    /// Takes the caller's locals from the frame on top. If other particles share it they are left there as well.
    fn pop_frame(&mut self, frame: usize) {
        let saved = &self.machine().plan.frames[frame];
        let types = saved.frame_types();
        let object = self.continuation();
        let mut words = Vec::with_capacity(types.len());
        for (slot, ty) in (0..).zip(&types) {
            words.push(self.load(*ty, Region::Object, object, slot_offset(slot)));
        }
        let (take, share, join) =
            (self.builder.create_block(), self.builder.create_block(), self.builder.create_block());
        let count = self.count(object);
        let unique = self.builder.ins().icmp_imm_s(IntCC::Equal, count, 1);
        self.builder.ins().brif(unique, take, &[], share, &[]);

        self.builder.switch_to_block(take);
        self.builder.seal_block(take);
        self.free_cell(object, types.len());
        self.builder.ins().jump(join, &[]);

        self.builder.switch_to_block(share);
        self.builder.seal_block(share);
        let first = usize::from(!saved.continuation);
        for (word, ty) in words.iter().zip(&types).skip(first) {
            if *ty == Ty::Pointer {
                self.retain_value(*word);
            }
        }
        self.change_count(object, count, -1);
        self.builder.ins().jump(join, &[]);

        self.builder.switch_to_block(join);
        self.builder.seal_block(join);
        if !saved.continuation {
            words.remove(0);
        }
        self.restore(saved, words, saved.continuation);
    }

    /// The variable of a result of parts.
    fn result(&mut self, index: usize, ty: Ty) -> Variable {
        if let Some(variable) = self.machine().results.get(&(index, ty)) {
            return *variable;
        }
        let variable = self.builder.declare_var(machine_type(ty));
        self.machine_mut().results.insert((index, ty), variable);
        variable
    }

    /// A root finishes the particle; another part returns to the frame on top.
    pub(crate) fn machine_return(&mut self, words: &[Operand]) {
        let (plan, part) = (self.machine().plan, self.machine().part);
        if plan.parts[part].root {
            let particle = self.machine().particle;
            let at = 8 * plan.frame_start as i32;
            for (i, word) in (0..).zip(words) {
                let value = self.operand(*word);
                self.store(self.operand_type(*word), Region::Particle, value, particle, at + 8 * i);
            }
            self.leave_particle(DONE as i64);
            return;
        }
        let values: Vec<Value> = words.iter().map(|word| self.operand(*word)).collect();
        for (i, value) in values.into_iter().enumerate() {
            let variable = self.result(i, plan.parts[part].function.results[i]);
            self.builder.def_var(variable, value);
        }
        let leave = self.machine().leaves[part];
        self.builder.ins().jump(leave, &[]);
    }

    /// Where a part returns: what the frame on top belongs to.
    fn leave_part(&mut self, number: usize) {
        let plan = self.machine().plan;
        let leave = self.machine().leaves[number];
        self.builder.switch_to_block(leave);
        self.builder.seal_block(leave);
        let frames: Vec<usize> = plan.parts[number].returns_to.iter().copied().collect();
        let returns = &self.machine().returns;
        match frames.as_slice() {
            [] => {
                self.builder.ins().trap(UNREACHABLE);
            }
            [frame] => {
                let block = returns[*frame];
                self.builder.ins().jump(block, &[]);
            }
            [first, .., last] => {
                // Frames between that this part does not return to are never seen here.
                let other = returns[*last];
                let blocks: Vec<Block> = (*first..=*last)
                    .map(|frame| if frames.contains(&frame) { returns[frame] } else { other })
                    .collect();
                let first = i64::from(plan.frame_layout(*first).0);
                let frame = self.continuation();
                let layout = self.layout_of(frame);
                let number = self.builder.ins().iadd_imm_s(layout, -first);
                self.jump_by(number, &blocks);
            }
        }
    }
}
