//! Everything between a text and native code, in order, for one program.

pub mod loader;
pub mod stop;
pub mod timings;
