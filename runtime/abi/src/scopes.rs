//! Scopes of names: where in the calls and loops of a program a choice was made, as one number.
//!
//! A scope is 0 (the root) or a handle of an entry (parent, choice, index). The table is shared by the workers of a run,
//! so a handle means the same to all of them; each keeps a cache, so that the lock is seldom taken.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, PoisonError};

/// One step on the way from the root to a scope.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ScopeEntry {
    /// The scope it is in.
    pub parent: i64,
    /// The choice that names it, or -1: an iteration of a loop only.
    pub choice: i64,
    /// The index of the iteration, or -1.
    pub index: i64,
}

/// The scopes of a run.
#[derive(Default, Debug)]
pub struct Scopes {
    table: Mutex<Table>,
}

#[derive(Default, Debug)]
struct Table {
    entries: Vec<ScopeEntry>,
    handles: HashMap<ScopeEntry, i64>,
}

impl Scopes {
    /// The handle of an entry.
    pub fn intern(&self, entry: ScopeEntry) -> i64 {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&handle) = table.handles.get(&entry) {
            return handle;
        }
        table.entries.push(entry);
        let handle = table.entries.len() as i64;
        table.handles.insert(entry, handle);
        handle
    }

    /// The entries from the root to a scope.
    pub fn path(&self, scope: i64) -> Vec<ScopeEntry> {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let mut path = Vec::new();
        let mut scope = scope;
        while let Some(entry) = usize::try_from(scope - 1).ok().and_then(|i| table.entries.get(i)) {
            path.push(*entry);
            scope = entry.parent;
        }
        path.reverse();
        path
    }
}

/// Handles that a worker has seen.
pub(crate) type ScopeCache = HashMap<ScopeEntry, i64, BuildHasherDefault<Mixer>>;

/// A fast hash of a few integers.
#[derive(Default, Clone)]
pub(crate) struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(23) ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_i64(&mut self, value: i64) {
        self.write_u64(value as u64);
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }
}
