//! Everything between a text and native code, in order, for one program.
//!
//! Takes a text and a loader of modules; gives a checked program ([`front`]), native code for one use of one of its functions
//! ([`back`]), or what a phase makes of it as text ([`emit`]). Errors are diagnostics; [`stop`] makes diagnostics of the
//! errors of running programs. No file system, clock or terminal here.

pub mod back;
pub mod emit;
pub mod front;
pub mod library;
pub mod loader;
pub mod stop;
pub mod timings;
