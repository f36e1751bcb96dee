//! The memo table of a particle: a persistent AVL tree (Adelson-Velsky and Landis 1962) of MEMO objects, in the order of the keys'
//! hashes, then of their structure. Particles that come from one share what they have in common; a tree that belongs to one
//! particle alone is changed in place.

#![allow(unsafe_code)]

use crate::error::ErrorKind;
use crate::layout::builtin;
use crate::object::{self, LayoutInfo, retain};
use crate::structure::{self, Equality};
use crate::worker::Worker;
use std::cmp::Ordering;

// Words of a node, after its header.
const KEY: usize = 1;
const VALUE: usize = 2;
const LEFT: usize = 3;
const RIGHT: usize = 4;
const HASH: usize = 5;
const HEIGHT: usize = 6;
const BYTES: usize = 8 * 7;

type Node = *mut u64;

/// The value of a key (borrowed from the table), or 0.
///
/// # Safety
/// A live table and a live key of a worker with these layouts.
pub(crate) unsafe fn find(layouts: &[LayoutInfo], table: *const u64, key: u64) -> u64 {
    // SAFETY: by the contract; the words of nodes are as above.
    unsafe {
        let hash = structure::hash(layouts, key);
        let mut node = table;
        while !node.is_null() {
            match order(layouts, hash, key, node) {
                Ordering::Equal => return *node.add(VALUE),
                Ordering::Less => node = *node.add(LEFT) as *const u64,
                Ordering::Greater => node = *node.add(RIGHT) as *const u64,
            }
        }
        0
    }
}

/// The table with a key and its value; all three are owned by the table after. A key that is there already keeps its first value.
///
/// # Safety
/// A table, key and value of this worker that the caller owns.
pub(crate) unsafe fn insert(worker: &mut Worker, table: Node, key: u64, value: u64) -> Result<Node, ErrorKind> {
    // SAFETY: by the contract.
    unsafe {
        let entry = Entry { hash: structure::hash(worker.layouts(), key), key, value };
        insert_below(worker, table, entry, &mut None)
    }
}

/// The same, but the new value replaces that of a key that is there already. Gives the table, and the old value or 0 (now the
/// caller's).
///
/// # Safety
/// As for [`insert`]; the value may be 0.
pub(crate) unsafe fn exchange(
    worker: &mut Worker,
    table: Node,
    key: u64,
    value: u64,
) -> Result<(Node, u64), ErrorKind> {
    // SAFETY: by the contract.
    unsafe {
        let entry = Entry { hash: structure::hash(worker.layouts(), key), key, value };
        let mut old = Some(0);
        let table = insert_below(worker, table, entry, &mut old)?;
        Ok((table, old.unwrap_or(0)))
    }
}

/// What is put into a table, with the hash of its key.
#[derive(Clone, Copy)]
struct Entry {
    hash: u64,
    key: u64,
    value: u64,
}

unsafe fn order(layouts: &[LayoutInfo], hash: u64, key: u64, node: *const u64) -> Ordering {
    // SAFETY: a live node and key.
    unsafe {
        let by_hash = hash.cmp(&*node.add(HASH));
        by_hash.then_with(|| structure::compare(layouts, key, *node.add(KEY), Equality::Key))
    }
}

/// If the old value is wanted, the new one replaces it, else the old one stays. The depth is at most 1.44 times the logarithm
/// of the size, so this may recurse.
unsafe fn insert_below(
    worker: &mut Worker,
    node: Node,
    entry: Entry,
    old: &mut Option<u64>,
) -> Result<Node, ErrorKind> {
    // SAFETY: owned by the caller.
    unsafe {
        if node.is_null() {
            return leaf(worker, entry);
        }
        let side = match order(worker.layouts(), entry.hash, entry.key, node) {
            Ordering::Less => LEFT,
            Ordering::Greater => RIGHT,
            Ordering::Equal => {
                worker.release(entry.key);
                let Some(old) = old else {
                    worker.release(entry.value);
                    return Ok(node);
                };
                let node = own(worker, node)?;
                *old = std::mem::replace(&mut *node.add(VALUE), entry.value);
                return Ok(node);
            }
        };
        let node = own(worker, node)?;
        let child = insert_below(worker, *node.add(side) as Node, entry, old)?;
        *node.add(side) = child as u64;
        balance(worker, node)
    }
}

unsafe fn leaf(worker: &mut Worker, entry: Entry) -> Result<Node, ErrorKind> {
    let node = worker.allocate(builtin::MEMO.0, BYTES)?;
    // SAFETY: a new node with these words.
    unsafe {
        std::ptr::copy_nonoverlapping([entry.key, entry.value, 0, 0, entry.hash, 1].as_ptr(), node.add(1), 6);
    }
    Ok(node)
}

/// The node itself if nobody else refers to it, else a copy.
unsafe fn own(worker: &mut Worker, node: Node) -> Result<Node, ErrorKind> {
    // SAFETY: a live node that the caller owns.
    unsafe {
        if object::is_unique(node) {
            return Ok(node);
        }
        let copy = worker.allocate(builtin::MEMO.0, BYTES)?;
        std::ptr::copy_nonoverlapping(node.add(1), copy.add(1), 6);
        for pointer in [KEY, VALUE, LEFT, RIGHT] {
            retain(*node.add(pointer));
        }
        worker.release(node as u64);
        Ok(copy)
    }
}

unsafe fn height(node: u64) -> u64 {
    // SAFETY: a live node or 0.
    if node == 0 { 0 } else { unsafe { *(node as *const u64).add(HEIGHT) } }
}

unsafe fn set_height(node: Node) {
    // SAFETY: a node that may be written.
    unsafe { *node.add(HEIGHT) = 1 + height(*node.add(LEFT)).max(height(*node.add(RIGHT))) }
}

/// Restores the balance of a node (which may be written) whose children are balanced.
unsafe fn balance(worker: &mut Worker, node: Node) -> Result<Node, ErrorKind> {
    // SAFETY: the node may be written; children are made so before they are.
    unsafe {
        let (left, right) = (height(*node.add(LEFT)), height(*node.add(RIGHT)));
        if left > right + 1 {
            return rotate(worker, node, LEFT, RIGHT);
        }
        if right > left + 1 {
            return rotate(worker, node, RIGHT, LEFT);
        }
        set_height(node);
        Ok(node)
    }
}

/// Lifts the child on the heavy side (or its inner child, if that is the higher one).
unsafe fn rotate(worker: &mut Worker, node: Node, heavy: usize, light: usize) -> Result<Node, ErrorKind> {
    // SAFETY: the node may be written, and has a child on the heavy side.
    unsafe {
        let mut child = own(worker, *node.add(heavy) as Node)?;
        if height(*child.add(light)) > height(*child.add(heavy)) {
            let inner = own(worker, *child.add(light) as Node)?;
            *child.add(light) = *inner.add(heavy);
            *inner.add(heavy) = child as u64;
            set_height(child);
            child = inner;
        }
        *node.add(heavy) = *child.add(light);
        *child.add(light) = node as u64;
        set_height(node);
        set_height(child);
        Ok(child)
    }
}
