//! Where functions are declared, defined and linked: the Cranelift module, runtime symbols, and the texts for people.

use crate::code::{Code, host_module};
use crate::signature;
use borel_flow::Ty;
use cranelift_codegen::ir::{FuncRef, Function, Signature, UserFuncName};
use cranelift_codegen::isa::{CallConv, TargetFrontendConfig};
use cranelift_codegen::{CodegenError, Context};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::JITModule;
use cranelift_module::{FuncId, Linkage, Module, ModuleError};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write;

/// What the functions of a module became, as text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    pub(crate) clif: String,
    pub(crate) assembly: String,
}

/// Declares, defines and links functions.
pub(crate) struct Linker {
    module: JITModule,
    available: HashSet<&'static str>,
    imports: HashMap<&'static str, FuncId>,
    missing: BTreeSet<&'static str>,
    builder_context: FunctionBuilderContext,
    context: Context,
    texts: Option<Texts>,
}

impl Linker {
    /// For code that may call these symbols.
    pub(crate) fn new(symbols: &[(&'static str, *const u8)], texts: bool) -> Result<Linker, String> {
        let mut context = Context::new();
        context.set_disasm(texts);
        Ok(Linker {
            module: host_module(symbols)?,
            available: symbols.iter().map(|symbol| symbol.0).collect(),
            imports: HashMap::new(),
            missing: BTreeSet::new(),
            builder_context: FunctionBuilderContext::new(),
            context,
            texts: texts.then(Texts::default),
        })
    }

    /// How functions of compiled code and of the runtime are called.
    pub(crate) fn convention(&self) -> CallConv {
        self.module.isa().default_call_conv()
    }

    /// What the builder of functions has to know of the target.
    pub(crate) fn target(&self) -> TargetFrontendConfig {
        self.module.target_config()
    }

    /// A function to be defined later.
    pub(crate) fn declare(&mut self, name: &str, signature: &Signature) -> Result<FuncId, String> {
        self.module.declare_function(name, Linkage::Local, signature).map_err(describe)
    }

    /// A runtime function for use in a function; a symbol that was not given is reported by [`Linker::finish`].
    pub(crate) fn import(&mut self, symbol: &'static str, arguments: &[Ty], results: &[Ty]) -> Result<FuncId, String> {
        if let Some(id) = self.imports.get(symbol) {
            return Ok(*id);
        }
        if !self.available.contains(symbol) {
            self.missing.insert(symbol);
        }
        let signature = signature::of_types(self.convention(), arguments, results);
        let id = self.module.declare_function(symbol, Linkage::Import, &signature).map_err(describe)?;
        self.imports.insert(symbol, id);
        Ok(id)
    }

    /// The name of a declared function inside another one.
    pub(crate) fn reference(&mut self, id: FuncId, function: &mut Function) -> FuncRef {
        self.module.declare_func_in_func(id, function)
    }

    /// Builds and compiles a declared function.
    pub(crate) fn define(
        &mut self,
        id: FuncId,
        name: &str,
        signature: Signature,
        build: impl FnOnce(FunctionBuilder<'_>, &mut Linker) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut function = Function::with_name_signature(UserFuncName::user(0, id.as_u32()), signature);
        let mut builder_context = std::mem::take(&mut self.builder_context);
        build(FunctionBuilder::new(&mut function, &mut builder_context), self)?;
        self.builder_context = builder_context;
        self.context.func = function;
        if let Some(texts) = &mut self.texts {
            let _ = writeln!(texts.clif, "; {name}\n{}", self.context.func.display());
        }
        let defined = self.module.define_function(id, &mut self.context);
        defined.map_err(|error| format!("{name}: {}", describe(error)))?;
        if let Some(texts) = &mut self.texts {
            let compiled = self.context.compiled_code().and_then(|code| code.vcode.as_deref());
            let _ = writeln!(texts.assembly, "; {name}\n{}", compiled.unwrap_or_default());
        }
        let disassemble = self.texts.is_some();
        self.context.clear();
        self.context.set_disasm(disassemble);
        Ok(())
    }

    /// Makes the code executable.
    pub(crate) fn finish(mut self) -> Result<(Code, Texts), String> {
        if !self.missing.is_empty() {
            let names: Vec<&str> = self.missing.iter().copied().collect();
            return Err(format!("the runtime has no {}", names.join(", ")));
        }
        self.module.finalize_definitions().map_err(describe)?;
        Ok((Code::new(self.module), self.texts.unwrap_or_default()))
    }
}

/// An error of Cranelift with its details.
fn describe(error: ModuleError) -> String {
    match error {
        ModuleError::Compilation(CodegenError::Verifier(errors)) => format!("invalid code: {errors}"),
        other => other.to_string(),
    }
}
