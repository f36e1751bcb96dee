//! Translation of the body of a function: takes Flow, gives Cranelift's intermediate code.
//!
//! Each local is a variable; the builder makes them static single assignment. The same translation serves plain functions
//! and the parts of machines, which differ in how calls, returns and suspensions are done ([`Exit`]).

mod arithmetic;
mod calls;
mod control;
mod expression;
mod gradient;
mod heap;
mod runtime;
mod statement;

pub(crate) use expression::slot_offset;

use crate::linker::Linker;
use crate::machine::Machine;
use crate::signature::machine_type;
use crate::unit::Unit;
use borel_abi::ctx::offset;
use borel_flow::{Function, Label, Local, Operand, Ty};
use cranelift_codegen::ir::{AliasRegionData, Block, FuncRef, InstBuilder, MemFlagsData, TrapCode, Type, Value, types};
use cranelift_frontend::{FunctionBuilder, Variable};
use cranelift_module::FuncId;
use std::collections::HashMap;
use std::rc::Rc;

/// The trap after calls that do not return; never reached.
pub(crate) const UNREACHABLE: TrapCode = TrapCode::unwrap_user(1);

/// Parts of memory that do not overlap.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Region {
    /// The context.
    Context = 1,
    /// Headers of objects.
    Header = 2,
    /// The words of objects after the header.
    Object = 3,
    /// Particles.
    Particle = 4,
    /// The point of a density and its plan.
    Point = 5,
    /// The derivatives of a density.
    Derivative = 6,
    /// The tape.
    Tape = 7,
}

/// Where a label leads.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    /// For Continue, in loops.
    head: Option<Block>,
    /// For Break.
    end: Block,
    /// Whether something breaks to it.
    broken: bool,
}

/// How the function being translated is left.
pub(crate) enum Exit<'f> {
    /// By returning.
    Plain {
        /// Where the results go, if there are many.
        results: Option<Value>,
        /// Where a tail call of the function itself jumps to.
        entry: Block,
    },
    /// It is a part of a machine.
    Machine(Box<Machine<'f>>),
}

/// The translation of one function (or machine) under way.
pub(crate) struct Body<'f> {
    pub(crate) builder: FunctionBuilder<'f>,
    pub(crate) unit: &'f Unit<'f>,
    pub(crate) linker: &'f mut Linker,
    /// The address of the context.
    pub(crate) context: Value,
    /// The function whose code is translated now.
    pub(crate) function: &'f Function,
    /// Its locals.
    pub(crate) variables: Rc<[Variable]>,
    pub(crate) targets: HashMap<Label, Target>,
    references: HashMap<FuncId, FuncRef>,
    /// The log weight, kept in a register between calls that might touch it.
    pub(crate) log_weight: Option<Variable>,
    pub(crate) exit: Exit<'f>,
    /// What is wrong with the code, if anything is.
    error: Option<String>,
}

impl<'f> Body<'f> {
    /// Begins a translation in the entry block, of which `context` is a parameter.
    pub(crate) fn new(
        builder: FunctionBuilder<'f>,
        unit: &'f Unit<'f>,
        linker: &'f mut Linker,
        function: &'f Function,
        context: Value,
        exit: Exit<'f>,
    ) -> Body<'f> {
        let mut body = Body {
            builder,
            unit,
            linker,
            context,
            function,
            variables: Rc::new([]),
            targets: HashMap::new(),
            references: HashMap::new(),
            log_weight: None,
            exit,
            error: None,
        };
        body.variables = body.declare(function);
        body
    }

    /// Variables for the locals of a function.
    pub(crate) fn declare(&mut self, function: &Function) -> Rc<[Variable]> {
        function.locals.iter().map(|local| self.builder.declare_var(machine_type(local.ty))).collect()
    }

    /// Ends the translation: all blocks are there.
    pub(crate) fn finish(mut self) -> Result<(), String> {
        self.builder.seal_all_blocks();
        let target = self.linker.target();
        self.builder.finalize(target);
        self.error.map_or(Ok(()), Err)
    }

    /// Notes that the code is wrong; the first error counts.
    pub(crate) fn fail(&mut self, message: String) {
        self.error.get_or_insert(message);
    }

    /// The type of a local.
    pub(crate) fn local_type(&self, local: Local) -> Ty {
        self.function.locals[local.0 as usize].ty
    }

    /// The type of an operand.
    pub(crate) fn operand_type(&self, operand: Operand) -> Ty {
        match operand {
            Operand::Local(local) => self.local_type(local),
            Operand::Int(_) => Ty::Int,
            Operand::Real(_) => Ty::Real,
            Operand::Bool(_) => Ty::Bool,
            Operand::Static(_) | Operand::Immediate(_) | Operand::Null => Ty::Pointer,
        }
    }

    /// The value of an operand.
    pub(crate) fn operand(&mut self, operand: Operand) -> Value {
        match operand {
            Operand::Local(local) => self.builder.use_var(self.variables[local.0 as usize]),
            Operand::Int(value) => self.word(value),
            Operand::Real(value) => self.builder.ins().f64const(value),
            Operand::Bool(value) => self.builder.ins().iconst(types::I8, i64::from(value)),
            Operand::Static(index) => self.word(self.unit.statics.address(index)),
            Operand::Immediate(constructor) => self.word(2 * i64::from(constructor) + 1),
            Operand::Null => self.word(0),
        }
    }

    /// Assigns a local.
    pub(crate) fn assign(&mut self, local: Local, value: Value) {
        self.builder.def_var(self.variables[local.0 as usize], value);
    }

    /// A constant word.
    pub(crate) fn word(&mut self, value: i64) -> Value {
        self.builder.ins().iconst(types::I64, value)
    }

    /// How memory of a region is accessed: addresses are always valid and aligned.
    pub(crate) fn flags(&mut self, region: Region) -> MemFlagsData {
        let description = match region {
            Region::Context => "context",
            Region::Header => "header",
            Region::Object => "object",
            Region::Particle => "particle",
            Region::Point => "point",
            Region::Derivative => "derivative",
            Region::Tape => "tape",
        };
        let data = AliasRegionData { user_id: region as u32, description: description.into() };
        let region = self.builder.func.dfg.alias_regions.insert(data);
        MemFlagsData::trusted().with_alias_region(Some(region))
    }

    /// Flags for words that nothing changes while the function runs.
    pub(crate) fn constant_flags(&mut self, region: Region) -> MemFlagsData {
        self.flags(region).with_readonly().with_can_move()
    }

    /// Reads a word as a value of a type.
    pub(crate) fn load(&mut self, ty: Ty, region: Region, address: Value, offset: i32) -> Value {
        let flags = self.flags(region);
        self.builder.ins().load(machine_type(ty), flags, address, offset)
    }

    /// Writes a value as a word.
    pub(crate) fn store(&mut self, ty: Ty, region: Region, value: Value, address: Value, offset: i32) {
        let flags = self.flags(region);
        let word = if ty == Ty::Bool { self.builder.ins().uextend(types::I64, value) } else { value };
        self.builder.ins().store(flags, word, address, offset);
    }

    /// The bits of a value as a word.
    pub(crate) fn bits(&mut self, value: Value) -> Value {
        match self.value_type(value) {
            types::F64 => self.builder.ins().bitcast(types::I64, MemFlagsData::new(), value),
            types::I8 => self.builder.ins().uextend(types::I64, value),
            _ => value,
        }
    }

    /// The Cranelift type of a value.
    pub(crate) fn value_type(&self, value: Value) -> Type {
        self.builder.func.dfg.value_type(value)
    }

    /// The log weight is about to be seen by others: by what is called, or by whoever gets an error, which is none after a score of zero.
    pub(crate) fn flush_log_weight(&mut self) {
        if let Some(variable) = self.log_weight {
            let value = self.builder.use_var(variable);
            self.store(Ty::Real, Region::Context, value, self.context, offset::LOG_WEIGHT);
        }
    }

    /// The log weight may have been changed by others.
    pub(crate) fn reload_log_weight(&mut self) {
        if let Some(variable) = self.log_weight {
            let value = self.load(Ty::Real, Region::Context, self.context, offset::LOG_WEIGHT);
            self.builder.def_var(variable, value);
        }
    }

    /// The name of a declared function here.
    pub(crate) fn reference(&mut self, id: FuncId) -> FuncRef {
        if let Some(reference) = self.references.get(&id) {
            return *reference;
        }
        let reference = self.linker.reference(id, self.builder.func);
        self.references.insert(id, reference);
        reference
    }
}
