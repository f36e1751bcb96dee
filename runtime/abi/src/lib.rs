//! What compiled code and the runtime agree on: objects and their layouts, the context, random streams, entry points.
//!
//! Invariants:
//! 1. A value of a type is a fixed sequence of 64-bit words (its [`shape::Shape`] says which): scalars are unboxed,
//!    tuples and records are flattened, everything else is one word that points to an object.
//! 2. Objects are immutable unless their reference count is one, and acyclic; counts are not atomic, an object belongs to
//!    the heap of one worker, except immortal ones, whose count never changes.
//! 3. Errors in compiled code leave it by [`ctx::raise`] and reach Rust as a value ([`Worker::enter`]); no Rust frame
//!    that owns anything is between the two.

pub mod arena;
pub mod batch;
pub mod copy;
pub mod ctx;
pub mod entry;
pub mod error;
mod heap;
mod jump;
pub mod layout;
mod memo;
pub mod module;
pub mod mutation;
pub mod object;
pub mod point;
pub mod replay;
pub mod scopes;
pub mod shape;
pub mod show;
pub mod stack;
pub mod stream;
pub mod structure;
mod tape;
pub mod value;
mod worker;

pub use ctx::{Ctx, or_raise, raise, raise_parameter};
pub use entry::symbols;
pub use error::{ErrorKind, RuntimeError};
pub use heap::Budget;
pub use value::Value;
pub use worker::{Host, Output, Worker};
