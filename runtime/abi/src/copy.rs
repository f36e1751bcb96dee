//! Copies of object graphs, to another worker's heap or to an arena, with their sharing.

#![allow(unsafe_code)]

use crate::arena::Allocate;
use crate::error::ErrorKind;
use crate::layout::{IMMORTAL, LayoutId};
use crate::object::{self, LayoutInfo, is_object};
use std::collections::HashMap;
use std::sync::Arc;

/// Copies objects; what was copied before is shared. To be used while nothing changes or frees the originals, and
/// for one allocator only.
pub struct Copier {
    layouts: Arc<[LayoutInfo]>,
    copies: HashMap<u64, u64>,
    pending: Vec<*mut u64>,
}

impl Copier {
    /// For objects with these layouts.
    pub fn new(layouts: Arc<[LayoutInfo]>) -> Copier {
        Copier { layouts, copies: HashMap::new(), pending: Vec::new() }
    }

    /// The same value as made of objects of the allocator (and immortal ones); the caller owns the reference.
    ///
    /// # Safety
    /// The word is a live pointer of the program with the layouts, and so are all it leads to.
    pub unsafe fn copy(&mut self, word: u64, allocator: &mut impl Allocate) -> Result<u64, ErrorKind> {
        // SAFETY: by the contract.
        unsafe {
            let copied = self.copy_one(word, allocator)?;
            while let Some(object) = self.pending.pop() {
                let layouts = self.layouts.clone();
                let info = &layouts[object::layout_of(object) as usize];
                let mut failed = None;
                info.each_pointer(object, &mut |slot| match self.copy_one(*slot, allocator) {
                    Ok(copied) => *slot = copied,
                    Err(error) => failed = Some(error),
                });
                if let Some(error) = failed {
                    return Err(error);
                }
            }
            Ok(copied)
        }
    }

    /// Copies one object; its pointers are left to do.
    unsafe fn copy_one(&mut self, word: u64, allocator: &mut impl Allocate) -> Result<u64, ErrorKind> {
        let source = word as *const u64;
        // SAFETY: a live object; the count is read for the immortal bit alone, and nobody changes it meanwhile.
        unsafe {
            if !is_object(word) || object::count_of(source) & IMMORTAL != 0 {
                return Ok(word);
            }
            if let Some(&copied) = self.copies.get(&word) {
                object::retain(copied);
                return Ok(copied);
            }
            let layout = object::layout_of(source);
            let info = &self.layouts[layout as usize];
            let bytes = info.bytes(source);
            let target = allocator.object(LayoutId(layout), bytes)?;
            std::ptr::copy_nonoverlapping((source as *const u8).add(8), (target as *mut u8).add(8), bytes - 8);
            if !info.pointers.is_empty() {
                self.pending.push(target);
            }
            self.copies.insert(word, target as u64);
            Ok(target as u64)
        }
    }

    /// Forgets what was copied: the originals may change from here on.
    pub fn forget(&mut self) {
        self.copies.clear();
    }
}
