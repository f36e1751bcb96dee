//! Expressions.

use super::{Body, Region};
use crate::signature::machine_type;
use borel_abi::ctx::offset;
use borel_abi::layout::LayoutId;
use borel_flow::{Binary, Expr, Operand, Ty, Unary};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};

impl Body<'_> {
    /// The value of an expression whose type is that of the local it is assigned to.
    pub(super) fn expression(&mut self, expression: &Expr, ty: Ty) -> Value {
        match expression {
            Expr::Use(operand) => self.operand(*operand),
            Expr::Unary(operation, operand) => self.unary(*operation, *operand),
            Expr::Binary(operation, left, right) => self.binary(*operation, *left, *right),
            Expr::Checked(operation, left, right, site) => self.checked(*operation, *left, *right, *site),
            Expr::Select(condition, yes, no) => {
                let (condition, yes, no) = (self.operand(*condition), self.operand(*yes), self.operand(*no));
                self.builder.ins().select(condition, yes, no)
            }
            Expr::Load(object, _, slot) => self.load_slot(*object, *slot, ty),
            Expr::LoadElement(array, index, width, word) => {
                let (address, offset) = self.element(*array, *index, *width, *word);
                self.load(ty, Region::Object, address, offset)
            }
            Expr::Length(array) => self.length(*array),
            Expr::LayoutOf(object) => {
                let object = self.operand(*object);
                self.layout_of(object)
            }
            Expr::Tag(object, layouts) => self.tag(*object, layouts),
            Expr::Context(offset::LOG_WEIGHT) if self.log_weight.is_some() => self.log_weight(),
            Expr::Context(offset) => self.load(ty, Region::Context, self.context, *offset),
            Expr::Point(index) => self.word_of(offset::POINT, *index, ty),
            Expr::Plan(index) => self.word_of(offset::PLAN, *index, ty),
        }
    }

    fn log_weight(&mut self) -> Value {
        match self.log_weight {
            Some(variable) => self.builder.use_var(variable),
            None => self.load(Ty::Real, Region::Context, self.context, offset::LOG_WEIGHT),
        }
    }

    /// A slot of an object. Those of an environment do not change while the function runs.
    fn load_slot(&mut self, object: Operand, slot: u32, ty: Ty) -> Value {
        let address = self.operand(object);
        let constant = self.is_environment(object);
        let flags = if constant { self.constant_flags(Region::Object) } else { self.flags(Region::Object) };
        self.builder.ins().load(machine_type(ty), flags, address, slot_offset(slot))
    }

    /// The length of an array, the second word. Arrays of the environment keep theirs while the function runs.
    pub(super) fn length(&mut self, array: Operand) -> Value {
        let address = self.operand(array);
        let constant = matches!(array, Operand::Local(local) if self.function.environment.iter().any(|e| e.0 == local));
        let flags = if constant { self.constant_flags(Region::Object) } else { self.flags(Region::Object) };
        self.builder.ins().load(types::I64, flags, address, 8)
    }

    /// Whether the operand is the environment of a root.
    fn is_environment(&self, object: Operand) -> bool {
        !self.function.environment.is_empty()
            && self.function.params.first().is_some_and(|parameter| object == Operand::Local(*parameter))
    }

    /// Address and offset of a word of an element.
    pub(super) fn element(&mut self, array: Operand, index: Operand, width: u32, word: u32) -> (Value, i32) {
        let base = self.operand(array);
        let first = 16 + 8 * i64::from(word);
        if let Operand::Int(index) = index
            && let Ok(offset) = i32::try_from(index.wrapping_mul(8 * i64::from(width)).wrapping_add(first))
        {
            return (base, offset);
        }
        let index = self.operand(index);
        let bytes = self.builder.ins().imul_imm_s(index, 8 * i64::from(width));
        (self.builder.ins().iadd(base, bytes), first as i32)
    }

    /// The layout number in the upper half of the header.
    pub(crate) fn layout_of(&mut self, object: Value) -> Value {
        let flags = self.flags(Region::Header);
        let layout = self.builder.ins().load(types::I32, flags, object, 4);
        self.builder.ins().uextend(types::I64, layout)
    }

    /// The constructor index of a data value. Of an immediate the layout is read from the context instead, and not used.
    fn tag(&mut self, object: Operand, layouts: &[Option<LayoutId>]) -> Value {
        if let Operand::Immediate(constructor) = object {
            return self.word(i64::from(constructor));
        }
        let object = self.operand(object);
        let all_immediate = layouts.iter().all(Option::is_none);
        if all_immediate {
            return self.builder.ins().ushr_imm_u(object, 1);
        }
        if layouts.iter().all(Option::is_some) {
            let layout = self.layout_of(object);
            return self.constructor(layout, layouts);
        }
        let immediate = self.builder.ins().band_imm_u(object, 1);
        let readable = self.builder.ins().select(immediate, self.context, object);
        let layout = self.layout_of(readable);
        let boxed = self.constructor(layout, layouts);
        let constant = self.builder.ins().ushr_imm_u(object, 1);
        self.builder.ins().select(immediate, constant, boxed)
    }

    /// The index of a layout in the list: mostly they follow each other.
    fn constructor(&mut self, layout: Value, layouts: &[Option<LayoutId>]) -> Value {
        let known: Vec<(i64, i64)> =
            layouts.iter().zip(0..).filter_map(|(id, i)| id.map(|id| (i64::from(id.0), i))).collect();
        let (first, index) = known[0];
        if known.iter().all(|(layout, i)| layout - i == first - index) {
            return self.builder.ins().iadd_imm_s(layout, index - first);
        }
        let mut result = self.word(index);
        for (id, index) in &known[1..] {
            let equal = self.builder.ins().icmp_imm_s(IntCC::Equal, layout, *id);
            let index = self.word(*index);
            result = self.builder.ins().select(equal, index, result);
        }
        result
    }

    fn unary(&mut self, operation: Unary, operand: Operand) -> Value {
        let x = self.operand(operand);
        let ins = self.builder.ins();
        match operation {
            Unary::Negate => ins.fneg(x),
            Unary::Abs => ins.fabs(x),
            Unary::Sqrt => ins.sqrt(x),
            Unary::Not => ins.bxor_imm_u(x, 1),
            Unary::IntToReal => ins.fcvt_from_sint(types::F64, x),
            Unary::BoolToInt => ins.uextend(types::I64, x),
            Unary::IntToBool => ins.icmp_imm_s(IntCC::NotEqual, x, 0),
            Unary::Bits => ins.bitcast(types::I64, MemFlagsData::new(), x),
            Unary::FromBits => ins.bitcast(types::F64, MemFlagsData::new(), x),
            Unary::Address => x,
            Unary::IsNull => ins.icmp_imm_s(IntCC::Equal, x, 0),
        }
    }

    fn binary(&mut self, operation: Binary, left: Operand, right: Operand) -> Value {
        // A constant on the right is read from memory by the operation itself.
        let (left, right) = match (operation, left, right) {
            (Binary::Add | Binary::Mul, Operand::Real(_), Operand::Local(_)) => (right, left),
            _ => (left, right),
        };
        let (a, b) = (self.operand(left), self.operand(right));
        let ins = self.builder.ins();
        match operation {
            Binary::Add => ins.fadd(a, b),
            Binary::Sub => ins.fsub(a, b),
            Binary::Mul => ins.fmul(a, b),
            Binary::Div => ins.fdiv(a, b),
            Binary::Min => ins.fmin(a, b),
            Binary::Max => ins.fmax(a, b),
            Binary::Eq => ins.fcmp(FloatCC::Equal, a, b),
            Binary::Lt => ins.fcmp(FloatCC::LessThan, a, b),
            Binary::Le => ins.fcmp(FloatCC::LessThanOrEqual, a, b),
            Binary::AddInt => ins.iadd(a, b),
            Binary::SubInt => ins.isub(a, b),
            Binary::MulInt => ins.imul(a, b),
            Binary::MinInt => ins.smin(a, b),
            Binary::MaxInt => ins.smax(a, b),
            Binary::EqInt | Binary::EqBool => ins.icmp(IntCC::Equal, a, b),
            Binary::LtInt => ins.icmp(IntCC::SignedLessThan, a, b),
            Binary::LeInt => ins.icmp(IntCC::SignedLessThanOrEqual, a, b),
            Binary::LtUnsigned => ins.icmp(IntCC::UnsignedLessThan, a, b),
            Binary::Mix => {
                // Numbers are small: what is added spreads over all bits, and the order of the steps matters.
                let factor = self.builder.ins().iconst(types::I64, borel_abi::replay::FACTOR);
                let sum = self.builder.ins().bxor(a, b);
                let product = self.builder.ins().imul(sum, factor);
                self.builder.ins().rotl_imm_u(product, borel_abi::replay::ROTATION)
            }
            Binary::And => ins.band(a, b),
            Binary::Or => ins.bor(a, b),
        }
    }
}

/// The byte offset of a slot in an object.
pub(crate) fn slot_offset(slot: u32) -> i32 {
    8 + 8 * slot as i32
}
