//! Addresses of compiled functions as functions of Rust.

#![allow(unsafe_code)]

use crate::code::Code;
use crate::machine::Built;
use borel_abi::module::{Advance, Machine, Run};
use cranelift_module::FuncId;

/// A wrapper that `plain::define_run` made.
pub(crate) fn run(code: &Code, id: FuncId) -> Option<Run> {
    // SAFETY: the wrapper has the signature of `Run`.
    code.address(id).map(|address| unsafe { std::mem::transmute::<*const u8, Run>(address) })
}

/// A machine that `machine::define` made.
pub(crate) fn machine(code: &Code, built: Built) -> Option<Machine> {
    let address = code.address(built.advance)?;
    // SAFETY: the machine has the signature of `Advance`.
    let advance = unsafe { std::mem::transmute::<*const u8, Advance>(address) };
    Some(Machine { advance, stride: built.stride, ambient: built.ambient, states: built.states })
}
