//! Where objects come from: the heap of a worker, or an arena of immortal ones.

#![allow(unsafe_code)]

use crate::error::ErrorKind;
use crate::layout::{IMMORTAL, LayoutId};
use crate::module::Module;
use crate::object::{self, LayoutInfo};
use crate::value::{Mismatch, Value};
use crate::worker::Worker;
use std::sync::Arc;

/// Makes objects.
pub trait Allocate {
    /// Memory for an object with this layout and of this many bytes: the header is set, the words are undefined.
    fn object(&mut self, layout: LayoutId, bytes: usize) -> Result<*mut u64, ErrorKind>;
}

impl Allocate for Worker {
    fn object(&mut self, layout: LayoutId, bytes: usize) -> Result<*mut u64, ErrorKind> {
        self.allocate(layout.0, bytes)
    }
}

/// Objects that are never freed one by one, and that all workers may read: data, and what is kept after a run.
#[derive(Default)]
pub struct Arena {
    objects: Vec<Box<[u64]>>,
}

impl Allocate for Arena {
    fn object(&mut self, layout: LayoutId, bytes: usize) -> Result<*mut u64, ErrorKind> {
        let mut words = vec![0u64; bytes.div_ceil(8).max(2)].into_boxed_slice();
        words[0] = object::header(IMMORTAL | 1, layout.0);
        let address = words.as_mut_ptr();
        self.objects.push(words);
        Ok(address)
    }
}

/// The environment of a root: its data, immortal and shared by all workers.
#[derive(Clone)]
pub struct Environment {
    object: *const u64,
    _arena: Arc<Arena>,
}

// SAFETY: the objects are immortal: nothing writes them after they are made.
unsafe impl Send for Environment {}
// SAFETY: as above.
unsafe impl Sync for Environment {}

impl Environment {
    /// The environment of a root with these values of its parameters, in their order.
    pub fn bind(module: &Module, root: usize, arguments: &[Value]) -> Result<Environment, Mismatch> {
        let mut arena = Arena::default();
        let info = module.roots.get(root).ok_or_else(|| Mismatch::new("the program has no such root"))?;
        if arguments.len() != info.parameters.len() {
            return Err(Mismatch::new("a value is needed for each parameter"));
        }
        let mut words = Vec::new();
        for ((name, shape), value) in info.parameters.iter().zip(arguments) {
            value.write(module, *shape, &mut arena, &mut words).map_err(|error| error.within(name))?;
        }
        let object = arena.object(info.environment, 8 + 8 * words.len()).map_err(Mismatch::memory)?;
        for (i, word) in words.iter().enumerate() {
            // SAFETY: the object has room for these words.
            unsafe { *object.add(1 + i) = *word };
        }
        debug_assert!(LayoutInfo::of(&module.layouts[info.environment.0 as usize]).stride == words.len());
        Ok(Environment { object, _arena: Arc::new(arena) })
    }

    /// The object, as compiled code takes it.
    pub fn pointer(&self) -> *const u64 {
        self.object
    }
}
