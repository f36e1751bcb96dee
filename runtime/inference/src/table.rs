//! Executions by state: those in the same state become one.

#![allow(unsafe_code)]

use crate::enumerate::Node;
use crate::particles::{Format, LOG_WEIGHT};
use crate::weights::log_add;
use borel_abi::Worker;
use borel_abi::object::LayoutInfo;
use borel_abi::structure::{self, Equality};
use std::cmp::Ordering;
use std::collections::HashMap;

/// Nodes in different states, in the order in which they came.
#[derive(Default)]
pub(crate) struct StateTable {
    nodes: Vec<Node>,
    by_hash: HashMap<u64, Vec<u32>>,
}

impl StateTable {
    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Takes all nodes out.
    pub(crate) fn drain(&mut self) -> Vec<Node> {
        self.by_hash.clear();
        std::mem::take(&mut self.nodes)
    }

    /// Adds a node; if one in the same state is there, the two become one, and what the new one owns is released.
    ///
    /// # Safety
    /// The node owns its pointers, which are of this worker.
    pub(crate) unsafe fn add(&mut self, format: &Format, worker: &mut Worker, node: Node) {
        // SAFETY: live words of this worker.
        unsafe {
            let hash = hash(format, worker.layouts(), &node);
            let same = self.by_hash.entry(hash).or_default();
            for index in same.iter() {
                let other = &mut self.nodes[*index as usize];
                if equal(format, worker.layouts(), other, &node) {
                    other.mass += node.mass;
                    other.log_joint = log_add(other.log_joint, node.log_joint);
                    other.join_rest(&node);
                    format.release(worker, &node.words);
                    worker.release(node.pending);
                    return;
                }
            }
            same.push(self.nodes.len() as u32);
            self.nodes.push(node);
        }
    }
}

/// The words that make the state, and for each whether it is a pointer.
fn state_words<'a>(format: &'a Format, node: &'a Node) -> impl Iterator<Item = (u64, bool)> + 'a {
    let pointers = format.pointers(&node.words);
    let words = node.words.iter().enumerate().filter(|(at, _)| *at != LOG_WEIGHT);
    let words = words.map(move |(at, word)| (*word, pointers.contains(&(at as u32))));
    words.chain([(node.pending, true)])
}

/// # Safety
/// Live words.
unsafe fn hash(format: &Format, layouts: &[LayoutInfo], node: &Node) -> u64 {
    let mut state = 0x13_19_8A_2E_03_70_73_44u64;
    for (word, pointer) in state_words(format, node) {
        // SAFETY: a live pointer.
        let part = if pointer { unsafe { structure::hash(layouts, word) } } else { word };
        state = (state.rotate_left(19) ^ part).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
    state ^ (state >> 32)
}

/// # Safety
/// Live words.
unsafe fn equal(format: &Format, layouts: &[LayoutInfo], left: &Node, right: &Node) -> bool {
    let pairs = state_words(format, left).zip(state_words(format, right));
    left.words[0] == right.words[0]
        && pairs.into_iter().all(|((a, pointer), (b, _))| {
            // SAFETY: live pointers of one type, as the states are the same.
            a == b || pointer && unsafe { structure::compare(layouts, a, b, Equality::Key) == Ordering::Equal }
        })
}
