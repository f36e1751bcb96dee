//! Int arithmetic that can fail.

use super::Body;
use borel_flow::{Checked, Operand, Site, Trap};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

impl Body<'_> {
    /// The result; what is wrong traps at the site.
    pub(super) fn checked(&mut self, operation: Checked, left: Operand, right: Operand, site: Site) -> Value {
        let (a, b) = (self.operand(left), self.operand(right));
        match operation {
            Checked::Add => {
                let (sum, overflow) = self.builder.ins().sadd_overflow(a, b);
                self.trap_if(overflow, Trap::Overflow, &[], site);
                sum
            }
            Checked::Sub => {
                let (difference, overflow) = self.builder.ins().ssub_overflow(a, b);
                self.trap_if(overflow, Trap::Overflow, &[], site);
                difference
            }
            Checked::Mul => {
                let (product, overflow) = self.builder.ins().smul_overflow(a, b);
                self.trap_if(overflow, Trap::Overflow, &[], site);
                product
            }
            Checked::Div => match power_of_two(right) {
                Some(exponent) => self.builder.ins().sshr_imm_u(a, exponent),
                None => self.divide(a, b, right, site),
            },
            Checked::Rem => match power_of_two(right) {
                Some(exponent) => {
                    let mask = self.word((1 << exponent) - 1);
                    self.builder.ins().band(a, mask)
                }
                None => self.remainder(a, b, right, site),
            },
        }
    }

    /// Rounded towards minus infinity.
    fn divide(&mut self, a: Value, b: Value, divisor: Operand, site: Site) -> Value {
        self.trap_on_zero(b, divisor, site);
        if matches!(divisor, Operand::Local(_) | Operand::Int(-1)) {
            let least = self.builder.ins().icmp_imm_s(IntCC::Equal, a, i64::MIN);
            let negates = self.builder.ins().icmp_imm_s(IntCC::Equal, b, -1);
            let overflow = self.builder.ins().band(least, negates);
            self.trap_if(overflow, Trap::Overflow, &[], site);
        }
        let quotient = self.builder.ins().sdiv(a, b);
        let product = self.builder.ins().imul(quotient, b);
        let rest = self.builder.ins().isub(a, product);
        let adjust = self.signs_differ(rest, b);
        let below = self.builder.ins().iadd_imm_s(quotient, -1);
        self.builder.ins().select(adjust, below, quotient)
    }

    /// With the sign of the divisor.
    fn remainder(&mut self, a: Value, b: Value, divisor: Operand, site: Site) -> Value {
        self.trap_on_zero(b, divisor, site);
        let rest = self.builder.ins().srem(a, b);
        let adjust = self.signs_differ(rest, b);
        let adjusted = self.builder.ins().iadd(rest, b);
        self.builder.ins().select(adjust, adjusted, rest)
    }

    fn trap_on_zero(&mut self, b: Value, divisor: Operand, site: Site) {
        if matches!(divisor, Operand::Local(_) | Operand::Int(0)) {
            let zero = self.builder.ins().icmp_imm_s(IntCC::Equal, b, 0);
            self.trap_if(zero, Trap::DivisionByZero, &[], site);
        }
    }

    /// Whether a remainder is neither zero nor of the sign of the divisor.
    fn signs_differ(&mut self, rest: Value, divisor: Value) -> Value {
        let signs = self.builder.ins().bxor(rest, divisor);
        let differ = self.builder.ins().icmp_imm_s(IntCC::SignedLessThan, signs, 0);
        let nonzero = self.builder.ins().icmp_imm_s(IntCC::NotEqual, rest, 0);
        self.builder.ins().band(differ, nonzero)
    }
}

/// The exponent of a constant that is a power of two.
fn power_of_two(operand: Operand) -> Option<i64> {
    match operand {
        Operand::Int(value) if value > 0 && value & (value - 1) == 0 => Some(i64::from(value.trailing_zeros())),
        _ => None,
    }
}
