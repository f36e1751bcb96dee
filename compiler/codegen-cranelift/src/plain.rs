//! Functions that do not suspend, and the wrappers through which the runtime calls roots.

use crate::body::{Body, Exit};
use crate::callgraph::touches_log_weight;
use crate::linker::Linker;
use crate::signature::{self, machine_type, results_in_memory};
use crate::unit::Unit;
use borel_flow::{Function, FunctionId, Ty};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, types};
use cranelift_frontend::FunctionBuilder;
use cranelift_module::FuncId;

/// Compiles a function that does not suspend.
pub(crate) fn define(unit: &Unit<'_>, linker: &mut Linker, id: FunctionId, native: FuncId) -> Result<(), String> {
    let function = unit.function(id);
    let signature = signature::of_function(linker.convention(), function);
    let recursive = unit.graph.recursive(id);
    linker.define(native, &function.name, signature, |builder, linker| {
        translate(builder, linker, unit, function, recursive)
    })
}

fn translate<'f>(
    mut builder: FunctionBuilder<'f>,
    linker: &'f mut Linker,
    unit: &'f Unit<'f>,
    function: &'f Function,
    recursive: bool,
) -> Result<(), String> {
    let start = builder.create_block();
    builder.append_block_params_for_function_params(start);
    builder.switch_to_block(start);
    builder.seal_block(start);
    let values = builder.block_params(start).to_vec();
    let first = 1 + usize::from(results_in_memory(function));
    let entry = builder.create_block();
    let exit = Exit::Plain { results: results_in_memory(function).then(|| values[1]), entry };
    let mut body = Body::new(builder, unit, linker, function, values[0], exit);
    for (parameter, value) in function.params.iter().zip(&values[first..]) {
        body.assign(*parameter, *value);
    }
    if touches_log_weight(function) {
        body.log_weight = Some(body.builder.declare_var(machine_type(Ty::Real)));
        body.reload_log_weight();
    }
    if recursive {
        body.check_stack();
    }
    body.builder.ins().jump(entry, &[]);
    body.builder.switch_to_block(entry);
    if recursive {
        body.check_interrupt();
    }
    if body.block(&function.body) {
        body.fail(format!("control gets to the end of {}", function.name));
    }
    body.finish()
}

/// Compiles a function of the runtime's type `Run` that calls a root and stores its results.
pub(crate) fn define_run(unit: &Unit<'_>, linker: &mut Linker, id: FunctionId) -> Result<FuncId, String> {
    let function = unit.function(id);
    let name = format!("run {}#{}", function.name, id.0);
    let callee = unit.function_id(id).ok_or_else(|| format!("{} cannot be run: it suspends", function.name))?;
    let signature = signature::of_types(linker.convention(), &[Ty::Pointer, Ty::Int], &[]);
    let native = linker.declare(&name, &signature)?;
    linker.define(native, &name, signature, |mut builder, linker| {
        let start = builder.create_block();
        builder.append_block_params_for_function_params(start);
        builder.switch_to_block(start);
        builder.seal_block(start);
        let values = builder.block_params(start).to_vec();
        let (context, environment, out) = (values[0], values[1], values[2]);
        let callee = linker.reference(callee, builder.func);
        if results_in_memory(function) {
            builder.ins().call(callee, &[context, out, environment]);
        } else {
            let call = builder.ins().call(callee, &[context, environment]);
            for (i, value) in (0..).zip(builder.inst_results(call).to_vec()) {
                let byte = builder.func.dfg.value_type(value) == types::I8;
                let word = if byte { builder.ins().uextend(types::I64, value) } else { value };
                builder.ins().store(MemFlagsData::trusted(), word, out, 8 * i);
            }
        }
        builder.ins().return_(&[]);
        builder.finalize(linker.target());
        Ok(())
    })?;
    Ok(native)
}
