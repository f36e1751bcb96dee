//! Leaving compiled code from the middle: the only non-local control in the runtime.
//!
//! [`enter`] calls a function and remembers where the stack was; [`leave`] goes back there. No unwinding takes place, so
//! nothing on the stack in between is dropped: see [`crate::ctx::raise`] for who may call it.

#![allow(unsafe_code)]

use std::ffi::c_void;

/// Where to go back to: the stack pointer under which the callee-saved registers lie.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct JumpBuffer {
    stack_pointer: usize,
}

impl JumpBuffer {
    /// One that has not been entered.
    pub(crate) fn new() -> JumpBuffer {
        JumpBuffer { stack_pointer: 0 }
    }
}

unsafe extern "C" {
    /// Calls the function with the argument; 0 when it returns, 1 when [`leave`] ended it.
    #[link_name = "borel_jump_enter"]
    pub(crate) fn enter(
        buffer: *mut JumpBuffer,
        function: unsafe extern "C" fn(*mut c_void),
        argument: *mut c_void,
    ) -> u64;

    /// Returns 1 from the [`enter`] that filled the buffer.
    #[link_name = "borel_jump_leave"]
    pub(crate) fn leave(buffer: *const JumpBuffer) -> !;
}

// System V: rbx, rbp, r12-r15 belong to the caller. At entry rsp is 8 modulo 16; six pushes and 8 more align it.
#[cfg(target_arch = "x86_64")]
std::arch::global_asm!(
    ".text",
    ".p2align 4",
    ".hidden borel_jump_enter",
    ".globl borel_jump_enter",
    "borel_jump_enter:",
    "push rbp",
    "push rbx",
    "push r12",
    "push r13",
    "push r14",
    "push r15",
    "sub rsp, 8",
    "mov qword ptr [rdi], rsp",
    "mov rdi, rdx",
    "call rsi",
    "xor eax, eax",
    "2:",
    "add rsp, 8",
    "pop r15",
    "pop r14",
    "pop r13",
    "pop r12",
    "pop rbx",
    "pop rbp",
    "ret",
    ".p2align 4",
    ".hidden borel_jump_leave",
    ".globl borel_jump_leave",
    "borel_jump_leave:",
    "mov rsp, qword ptr [rdi]",
    "mov eax, 1",
    "jmp 2b",
);

// AAPCS64: x19-x28, x29, x30 and the low halves of v8-v15 belong to the caller.
#[cfg(target_arch = "aarch64")]
std::arch::global_asm!(
    ".text",
    ".p2align 2",
    ".globl borel_jump_enter",
    "borel_jump_enter:",
    "stp x29, x30, [sp, #-160]!",
    "stp x19, x20, [sp, #16]",
    "stp x21, x22, [sp, #32]",
    "stp x23, x24, [sp, #48]",
    "stp x25, x26, [sp, #64]",
    "stp x27, x28, [sp, #80]",
    "stp d8, d9, [sp, #96]",
    "stp d10, d11, [sp, #112]",
    "stp d12, d13, [sp, #128]",
    "stp d14, d15, [sp, #144]",
    "mov x9, sp",
    "str x9, [x0]",
    "mov x0, x2",
    "blr x1",
    "mov x0, #0",
    "2:",
    "ldp x19, x20, [sp, #16]",
    "ldp x21, x22, [sp, #32]",
    "ldp x23, x24, [sp, #48]",
    "ldp x25, x26, [sp, #64]",
    "ldp x27, x28, [sp, #80]",
    "ldp d8, d9, [sp, #96]",
    "ldp d10, d11, [sp, #112]",
    "ldp d12, d13, [sp, #128]",
    "ldp d14, d15, [sp, #144]",
    "ldp x29, x30, [sp], #160",
    "ret",
    ".p2align 2",
    ".globl borel_jump_leave",
    "borel_jump_leave:",
    "ldr x9, [x0]",
    "mov sp, x9",
    "mov x0, #1",
    "b 2b",
);
