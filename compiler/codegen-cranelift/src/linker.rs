//! Where functions are declared, defined and linked: the Cranelift module, runtime symbols, and the texts for people.
//!
//! Functions are built one after the other, and compiled together at the end, on as many threads as there are cores: that is where
//! most of the time goes.

use crate::code::{Code, host_module};
use crate::signature;
use borel_flow::Ty;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{FuncRef, Function, Signature, UserFuncName};
use cranelift_codegen::isa::{CallConv, TargetFrontendConfig, TargetIsa};
use cranelift_codegen::{CodegenError, Context};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::JITModule;
use cranelift_module::{FuncId, Linkage, Module, ModuleError, ModuleReloc};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

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
    built: Vec<Built>,
    texts: bool,
}

/// A function that is built, but not compiled.
struct Built {
    id: FuncId,
    name: String,
    context: Context,
}

/// The stack of a thread that compiles.
const STACK: usize = 64 << 20;

/// With fewer instructions in all, compiling is done before a thread has started.
const WORTH_A_THREAD: usize = 500;

impl Linker {
    /// For code that may call these symbols.
    pub(crate) fn new(symbols: &[(&'static str, *const u8)], texts: bool) -> Result<Linker, String> {
        Ok(Linker {
            module: host_module(symbols)?,
            available: symbols.iter().map(|symbol| symbol.0).collect(),
            imports: HashMap::new(),
            missing: BTreeSet::new(),
            builder_context: FunctionBuilderContext::new(),
            built: Vec::new(),
            texts,
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

    /// Builds a declared function.
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
        let mut context = Context::for_function(function);
        context.set_disasm(self.texts);
        self.built.push(Built { id, name: name.to_string(), context });
        Ok(())
    }

    /// Compiles the functions and makes the code executable.
    pub(crate) fn finish(mut self) -> Result<(Code, Texts), String> {
        if !self.missing.is_empty() {
            let names: Vec<&str> = self.missing.iter().copied().collect();
            return Err(format!("the runtime has no {}", names.join(", ")));
        }
        let mut texts = Texts::default();
        let mut built = std::mem::take(&mut self.built);
        if self.texts {
            for Built { name, context, .. } in &built {
                let _ = writeln!(texts.clif, "; {name}\n{}", context.func.display());
            }
        }
        compile(self.module.isa(), &mut built)?;
        for Built { id, name, context } in &built {
            let code = context.compiled_code().ok_or_else(|| format!("{name}: not compiled"))?;
            let relocations = code.buffer.relocs().iter();
            let relocations: Vec<_> =
                relocations.map(|one| ModuleReloc::from_mach_reloc(one, &context.func, *id)).collect();
            let alignment = u64::from(code.buffer.alignment);
            let defined = self.module.define_function_bytes(*id, alignment, code.code_buffer(), &relocations);
            defined.map_err(|error| format!("{name}: {}", describe(error)))?;
            if self.texts {
                let _ = writeln!(texts.assembly, "; {name}\n{}", code.vcode.as_deref().unwrap_or_default());
            }
        }
        self.module.finalize_definitions().map_err(describe)?;
        Ok((Code::new(self.module), texts))
    }
}

/// Compiles functions, the largest first, on as many threads as there are cores.
fn compile(isa: &dyn TargetIsa, built: &mut [Built]) -> Result<(), String> {
    let size = |one: &Built| one.context.func.dfg.num_insts();
    let threads = if built.iter().map(size).sum::<usize>() < WORTH_A_THREAD {
        1
    } else {
        thread::available_parallelism().map_or(1, usize::from).min(built.len())
    };
    let mut queue: Vec<Mutex<&mut Built>> = built.iter_mut().map(Mutex::new).collect();
    queue.sort_by_key(|one| std::cmp::Reverse(one.lock().map_or(0, |one| size(&one))));
    let next = AtomicUsize::new(0);
    let work = || -> Result<(), String> {
        while let Some(one) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut one = one.lock().map_err(|_| "a thread that compiled has failed".to_string())?;
            let Built { name, context, .. } = &mut **one;
            let compiled = context.compile(isa, &mut ControlPlane::default());
            compiled.map_err(|error| format!("{name}: {}", describe(error.into())))?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        // A thread that cannot be had is made up for by the others.
        let helpers: Vec<_> = (1..threads)
            .filter_map(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok())
            .collect();
        let own = work();
        let others = helpers.into_iter().map(|helper| match helper.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        others.fold(own, Result::and)
    })
}

/// An error of Cranelift with its details.
fn describe(error: ModuleError) -> String {
    match error {
        ModuleError::Compilation(CodegenError::Verifier(errors)) => format!("invalid code: {errors}"),
        other => other.to_string(),
    }
}
