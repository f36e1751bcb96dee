//! Calls of the runtime with the arguments that its functions expect: arrays and matrices are taken apart.

use super::{Body, Region};
use borel_abi::ctx::offset;
use borel_abi::layout::{LayoutId, builtin};
use borel_distributions::{Kind, ParameterKind, ValueKind};
use borel_flow::runtime::{Arg, Named};
use borel_flow::{Local, Operand, Runtime, Site, Ty};
use cranelift_codegen::ir::{InstBuilder, Value};

/// Bytes before the elements of an array.
const ARRAY_ELEMENTS: i64 = 16;
/// Bytes before the elements of a matrix.
const MATRIX_ELEMENTS: i64 = 24;

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
            Runtime::Sample(kind) => {
                let value = self.sample(kind, arguments, site);
                results.iter().for_each(|local| self.assign(*local, value));
            }
            Runtime::LogDensity(kind) => {
                let mut passed = Arguments::default();
                if let Some((value, parameters)) = arguments.split_first() {
                    self.pass_value(&mut passed, kind, *value);
                    self.pass_parameters(&mut passed, kind, parameters);
                }
                let symbol = runtime.symbol();
                let value = self.call_runtime(symbol, &passed.types, &[Ty::Real], &passed.values);
                results.iter().zip(value).for_each(|(local, value)| self.assign(*local, value));
            }
            Runtime::Check(kind) => {
                let mut passed = Arguments::default();
                passed.push(Ty::Int, self.word(i64::from(site.0)));
                self.pass_parameters(&mut passed, kind, arguments);
                self.call_runtime(runtime.symbol(), &passed.types, &[], &passed.values);
            }
            Runtime::Named(named) => self.named(results, named, arguments, site),
        }
    }

    /// A draw. An array is made here for the runtime to fill.
    fn sample(&mut self, kind: Kind, parameters: &[Operand], site: Site) -> Value {
        let mut passed = Arguments::default();
        self.pass_parameters(&mut passed, kind, parameters);
        let symbol = kind.entry().sample_symbol;
        let result = match kind.entry().value {
            ValueKind::Real => Ty::Real,
            ValueKind::Int => Ty::Int,
            ValueKind::Bool => Ty::Bool,
            ValueKind::RealArray => {
                let length = self.dimension(kind, parameters);
                let array = self.new_array(builtin::REALS, length, site);
                let elements = self.builder.ins().iadd_imm_s(array, ARRAY_ELEMENTS);
                passed.push(Ty::Pointer, elements);
                self.call_runtime(symbol, &passed.types, &[], &passed.values);
                return array;
            }
        };
        self.call_runtime(symbol, &passed.types, &[result], &passed.values)[0]
    }

    /// How many elements a value has: as many as the first parameter that is an array.
    fn dimension(&mut self, kind: Kind, parameters: &[Operand]) -> Value {
        let kinds = kind.entry().parameters.iter().map(|parameter| parameter.kind);
        let array = kinds.zip(parameters).find(|(kind, _)| *kind == ParameterKind::RealArray);
        match array {
            Some((_, operand)) => self.length(*operand),
            None => self.word(1),
        }
    }

    fn pass_value(&mut self, passed: &mut Arguments, kind: Kind, operand: Operand) {
        match kind.entry().value {
            ValueKind::Real => passed.push(Ty::Real, self.operand(operand)),
            ValueKind::Int => passed.push(Ty::Int, self.operand(operand)),
            ValueKind::Bool => passed.push(Ty::Bool, self.operand(operand)),
            ValueKind::RealArray => self.pass_array(passed, operand),
        }
    }

    fn pass_parameters(&mut self, passed: &mut Arguments, kind: Kind, operands: &[Operand]) {
        for (parameter, operand) in kind.entry().parameters.iter().zip(operands) {
            match parameter.kind {
                ParameterKind::Real => passed.push(Ty::Real, self.operand(*operand)),
                ParameterKind::Int => passed.push(Ty::Int, self.operand(*operand)),
                ParameterKind::RealArray => self.pass_array(passed, *operand),
                ParameterKind::Matrix => self.pass_matrix(passed, *operand),
            }
        }
    }

    fn pass_array(&mut self, passed: &mut Arguments, operand: Operand) {
        let array = self.operand(operand);
        passed.push(Ty::Pointer, self.builder.ins().iadd_imm_s(array, ARRAY_ELEMENTS));
        passed.push(Ty::Int, self.length(operand));
    }

    fn pass_matrix(&mut self, passed: &mut Arguments, operand: Operand) {
        let matrix = self.operand(operand);
        passed.push(Ty::Pointer, self.builder.ins().iadd_imm_s(matrix, MATRIX_ELEMENTS));
        passed.push(Ty::Int, self.load(Ty::Int, Region::Object, matrix, 8));
        passed.push(Ty::Int, self.load(Ty::Int, Region::Object, matrix, 16));
    }

    /// Any other runtime function.
    fn named(&mut self, results: &[Local], named: Named, operands: &[Operand], site: Site) {
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
        let infers = named == Named::Infer;
        if infers {
            self.flush_log_weight();
        }
        let values = self.call_named(signature.symbol, &passed, signature.results);
        for (local, value) in results.iter().zip(values) {
            self.assign(*local, value);
        }
        if infers {
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
        let (layout, site) = (self.word(i64::from(layout.0)), self.word(i64::from(site.0)));
        self.call_runtime("borel_new_array", &[Ty::Int; 3], &[Ty::Pointer], &[layout, length, site])[0]
    }
}
