//! What is known of the module while its functions are compiled.

use crate::callgraph::CallGraph;
use crate::linker::Linker;
use crate::signature;
use crate::statics::Statics;
use crate::tail;
use borel_flow::{Function, FunctionId, Module};
use cranelift_module::FuncId;
use std::borrow::Cow;

/// The module being compiled.
pub(crate) struct Unit<'a> {
    pub(crate) module: &'a Module,
    pub(crate) graph: CallGraph,
    pub(crate) statics: &'a Statics,
    /// Functions as they are translated.
    functions: Vec<Cow<'a, Function>>,
    /// What those that are compiled by themselves are called.
    ids: Vec<Option<FuncId>>,
}

impl<'a> Unit<'a> {
    /// Declares the functions that do not suspend.
    pub(crate) fn new(module: &'a Module, statics: &'a Statics, linker: &mut Linker) -> Result<Unit<'a>, String> {
        let graph = CallGraph::new(module);
        let mut functions = Vec::with_capacity(module.functions.len());
        let mut ids = Vec::with_capacity(module.functions.len());
        for (function, index) in module.functions.iter().zip(0..) {
            let recursive = graph.recursive(FunctionId(index));
            functions.push(match recursive {
                true => Cow::Owned(tail::sink_returns(function.clone())),
                false => Cow::Borrowed(function),
            });
            let signature = signature::of_function(linker.convention(), function);
            let name = format!("{}#{index}", function.name);
            ids.push(if function.suspends { None } else { Some(linker.declare(&name, &signature)?) });
        }
        Ok(Unit { module, graph, statics, functions, ids })
    }

    /// A function as it is translated.
    pub(crate) fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// What a function is called, unless it is part of machines.
    pub(crate) fn function_id(&self, id: FunctionId) -> Option<FuncId> {
        self.ids[id.0 as usize]
    }

    /// Whether a function may suspend.
    pub(crate) fn suspends(&self, id: FunctionId) -> bool {
        self.function(id).suspends
    }

    /// All functions.
    pub(crate) fn function_numbers(&self) -> impl Iterator<Item = FunctionId> + use<> {
        (0..self.functions.len() as u32).map(FunctionId)
    }
}
