//! Calls of the runtime with the arguments that its functions expect.

use super::{Body, Region};
use borel_abi::ctx::offset;
use borel_abi::layout::LayoutId;
use borel_distributions::{Function, Kind};
use borel_flow::runtime::{Arg, Named, distribution_signature};
use borel_flow::{Local, Operand, Runtime, Site, Ty};
use cranelift_codegen::ir::Value;

/// Arguments of a call, in the making.
#[derive(Default)]
struct Arguments {
    types: Vec<Ty>,
    values: Vec<Value>,
}

impl Arguments {
    fn push(&mut self, ty: Ty, value: Value) {
        self.types.push(ty);
        self.values.push(value);
    }
}

impl Body<'_> {
    /// A call of the runtime.
    pub(super) fn runtime(&mut self, results: &[Local], runtime: Runtime, arguments: &[Operand], site: Site) {
        match runtime {
            Runtime::Distribution(kind, function) => self.distribution(results, (kind, function), arguments, site),
            Runtime::Special(special) => {
                let values: Vec<Value> = arguments.iter().map(|argument| self.operand(*argument)).collect();
                let types = vec![Ty::Real; values.len()];
                let value = self.call_runtime(special.symbol(), &types, &[Ty::Real], &values);
                results.iter().zip(value).for_each(|(local, value)| self.assign(*local, value));
            }
            Runtime::Named(named) => self.named(results, named, arguments, site),
        }
    }

    fn distribution(
        &mut self,
        results: &[Local],
        (kind, function): (Kind, Function),
        operands: &[Operand],
        site: Site,
    ) {
        let (types, wanted) = distribution_signature(kind, function);
        let mut passed = Arguments::default();
        if function == Function::Check {
            self.flush_log_weight();
            passed.push(Ty::Int, self.word(i64::from(site.0)));
        }
        for (ty, operand) in types.iter().zip(operands) {
            passed.push(*ty, self.operand(*operand));
        }
        if function.is_gradient() {
            self.call_runtime(kind.symbol(function), &passed.types, &[], &passed.values);
            for (local, at) in results.iter().zip(0..) {
                let value = self.load(Ty::Real, Region::Context, self.context, offset::RESULTS + 8 * at);
                self.assign(*local, value);
            }
            return;
        }
        let values = self.call_runtime(kind.symbol(function), &passed.types, &wanted, &passed.values);
        results.iter().zip(values).for_each(|(local, value)| self.assign(*local, value));
    }

    /// Any other runtime function.
    fn named(&mut self, results: &[Local], named: Named, operands: &[Operand], site: Site) {
        if let (Named::Unique, [result], [array]) = (named, results, operands) {
            let array = self.operand(*array);
            let unique = self.unique(array);
            return self.assign(*result, unique);
        }
        let signature = named.signature();
        let mut passed = Arguments::default();
        if signature.site {
            passed.push(Ty::Int, self.word(i64::from(site.0)));
        }
        for (argument, operand) in signature.args.iter().zip(operands) {
            let ty = match argument {
                Arg::Word(ty) => *ty,
                Arg::Borrowed | Arg::Owned => Ty::Pointer,
            };
            let value = self.operand(*operand);
            let value = if ty == Ty::Int { self.bits(value) } else { value };
            passed.push(ty, value);
        }
        if signature.site {
            self.flush_log_weight();
        }
        let values = self.call_named(signature.symbol, &passed, signature.results);
        for (local, value) in results.iter().zip(values) {
            self.assign(*local, value);
        }
        if matches!(named, Named::Infer | Named::Advance | Named::Finish | Named::Revise | Named::Redraw) {
            self.reload_log_weight();
        }
    }

    /// One result comes back in a register, several in the context.
    fn call_named(&mut self, symbol: &'static str, passed: &Arguments, results: &[Ty]) -> Vec<Value> {
        if results.len() <= 1 {
            return self.call_runtime(symbol, &passed.types, results, &passed.values);
        }
        self.call_runtime(symbol, &passed.types, &[], &passed.values);
        (0..)
            .zip(results)
            .map(|(i, ty)| self.load(*ty, Region::Context, self.context, offset::RESULTS + 8 * i))
            .collect()
    }

    /// A new array, its words 0.
    pub(super) fn new_array(&mut self, layout: LayoutId, length: Value, site: Site) -> Value {
        self.flush_log_weight();
        let (layout, site) = (self.word(i64::from(layout.0)), self.word(i64::from(site.0)));
        self.call_runtime("borel_new_array", &[Ty::Int; 3], &[Ty::Pointer], &[layout, length, site])[0]
    }
}
