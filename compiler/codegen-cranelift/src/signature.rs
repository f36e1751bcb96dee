//! Machine types and signatures of compiled functions.

use borel_flow::{Function, Ty};
use cranelift_codegen::ir::{AbiParam, Signature, Type, types};
use cranelift_codegen::isa::CallConv;

/// How many words come back in registers; a function with more of them writes all to an address that it is given.
pub(crate) const REGISTER_RESULTS: usize = 2;

/// The type of a local in registers.
pub(crate) fn machine_type(ty: Ty) -> Type {
    match ty {
        Ty::Int | Ty::Pointer | Ty::Token(_) => types::I64,
        Ty::Real => types::F64,
        Ty::Bool => types::I8,
    }
}

/// A parameter; C expects bytes to be extended.
pub(crate) fn parameter(ty: Ty) -> AbiParam {
    match ty {
        Ty::Bool => AbiParam::new(types::I8).uext(),
        other => AbiParam::new(machine_type(other)),
    }
}

/// The context, words and pointers, then results: the signature of a runtime function.
pub(crate) fn of_types(convention: CallConv, arguments: &[Ty], results: &[Ty]) -> Signature {
    let mut signature = Signature::new(convention);
    signature.params.push(AbiParam::new(types::I64));
    signature.params.extend(arguments.iter().map(|ty| parameter(*ty)));
    signature.returns.extend(results.iter().map(|ty| AbiParam::new(machine_type(*ty))));
    signature
}

/// Whether the results of a function are written to an address that it is given after the context.
pub(crate) fn results_in_memory(function: &Function) -> bool {
    function.results.len() > REGISTER_RESULTS
}

/// The signature of a function of the module: the context, the address for results if there are many, the parameters.
pub(crate) fn of_function(convention: CallConv, function: &Function) -> Signature {
    let mut arguments = Vec::with_capacity(function.params.len() + 1);
    let in_memory = results_in_memory(function);
    if in_memory {
        arguments.push(Ty::Int);
    }
    arguments.extend(function.params.iter().map(|local| function.locals[local.0 as usize].ty));
    of_types(convention, &arguments, if in_memory { &[] } else { &function.results })
}
