//! The memory of compiled code: made for the host, freed on drop.

#![allow(unsafe_code)]

use cranelift_codegen::settings::{self, Configurable};
use cranelift_jit::{ArenaMemoryProvider, JITBuilder, JITModule};
use cranelift_module::{FuncId, default_libcall_names};
use std::sync::{Mutex, PoisonError};

/// Address space for the code of one module, so that calls between its functions are short ones.
const RESERVED: usize = 64 << 20;

/// What Cranelift is told, besides the features of the host.
const FLAGS: &[(&str, &str)] = &[
    ("opt_level", "speed"),
    ("use_colocated_libcalls", "false"),
    ("is_pic", "false"),
    ("enable_probestack", "true"),
    ("probestack_strategy", "inline"),
    ("unwind_info", "false"),
    ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
];

/// A Cranelift module for the host, whose functions may call the symbols.
pub(crate) fn host_module(symbols: &[(&'static str, *const u8)]) -> Result<JITModule, String> {
    let mut flags = settings::builder();
    for (name, value) in FLAGS {
        flags.set(name, value).map_err(|error| error.to_string())?;
    }
    let host = cranelift_native::builder().map_err(|message| format!("this processor is not supported: {message}"))?;
    let target = host.finish(settings::Flags::new(flags)).map_err(|error| error.to_string())?;
    let mut builder = JITBuilder::with_isa(target, default_libcall_names());
    builder.symbols(symbols.iter().copied());
    if let Ok(arena) = ArenaMemoryProvider::new_with_size(RESERVED) {
        builder.memory_provider(Box::new(arena));
    }
    Ok(JITModule::new(builder))
}

/// Finished code. The lock is there to share it between threads: running the code does not need it.
pub(crate) struct Code(Mutex<Option<JITModule>>);

impl Code {
    /// Of a module whose definitions are finalised.
    pub(crate) fn new(module: JITModule) -> Code {
        Code(Mutex::new(Some(module)))
    }

    /// The address of a function.
    pub(crate) fn address(&self, id: FuncId) -> Option<*const u8> {
        let module = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        module.as_ref().map(|module| module.get_finalized_function(id))
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        let module = self.0.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(module) = module {
            // SAFETY: whoever runs the code keeps the `Compiled` that owns this alive, as its documentation asks.
            unsafe { module.free_memory() };
        }
    }
}
