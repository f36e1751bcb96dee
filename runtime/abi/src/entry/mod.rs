//! The functions that compiled code calls, and their names. Types and ownership are those of the compiler's table.
//!
//! Each that can fail is an outer function of C type around an inner one that gives a `Result`: the inner one has dropped
//! everything it owned when the outer one raises.

#![allow(unsafe_code)]

mod adjoint;
mod arrays;
mod errors;
mod gradient;
mod math;
mod matrix;
mod memory;
mod particle;
mod replay;
mod text;

/// Name and address of every function here.
pub fn symbols() -> Vec<(&'static str, *const u8)> {
    let modules = [
        errors::symbols,
        adjoint::symbols,
        gradient::symbols,
        memory::symbols,
        arrays::symbols,
        math::symbols,
        text::symbols,
        matrix::symbols,
        replay::symbols,
    ];
    let mut symbols = particle::symbols();
    symbols.extend(modules.iter().flat_map(|module| module()));
    symbols
}

/// A list of names and addresses of functions.
macro_rules! table {
    ($($name:ident),* $(,)?) => {
        /// Name and address of every function of this module.
        pub(super) fn symbols() -> Vec<(&'static str, *const u8)> {
            vec![$((stringify!($name), $name as *const u8)),*]
        }
    };
}
use table;

pub(crate) use arrays::lengthen;
