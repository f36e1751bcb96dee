//! What a careful programmer would write by hand: flat arrays, no allocation in loops, the same algorithms.

use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::cmp::Ordering;

/// The bootstrap filter of the local level model with fixed scales: the log evidence of `y`.
pub fn local_level(y: &[f64], particles: usize, s_level: f64, s_obs: f64, seed: u64) -> f64 {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut level: Vec<f64> =
        (0..particles).map(|_| 1000.0 + 300.0 * random.sample::<f64, _>(StandardNormal)).collect();
    let mut next = vec![0.0; particles];
    let mut log_weight = vec![0.0; particles];
    let mut log_evidence = 0.0;
    let constant = -s_obs.ln() - 0.5 * (2.0 * std::f64::consts::PI).ln();
    for &flow in y {
        let mut largest = f64::NEG_INFINITY;
        for (x, w) in level.iter_mut().zip(&mut log_weight) {
            *x += s_level * random.sample::<f64, _>(StandardNormal);
            let z = (flow - *x) / s_obs;
            *w = constant - 0.5 * z * z;
            largest = largest.max(*w);
        }
        let mut total = 0.0;
        for w in &mut log_weight {
            *w = (*w - largest).exp();
            total += *w;
        }
        log_evidence += largest + (total / particles as f64).ln();
        systematic(&log_weight, total, &level, &mut next, random.random::<f64>());
        std::mem::swap(&mut level, &mut next);
    }
    log_evidence
}

/// Systematic resampling of `from` into `into` by `weights`.
fn systematic(weights: &[f64], total: f64, from: &[f64], into: &mut [f64], uniform: f64) {
    let step = total / into.len() as f64;
    let mut threshold = uniform * step;
    let (mut sum, mut i) = (weights[0], 0);
    for slot in into {
        while sum < threshold && i + 1 < weights.len() {
            i += 1;
            sum += weights[i];
        }
        *slot = from[i];
        threshold += step;
    }
}

/// A binary tree.
pub enum Tree {
    /// A value
    Leaf(f64),
    /// Two trees
    Node(Box<Tree>, Box<Tree>),
}

/// The full tree of a depth.
pub fn full(depth: i64, value: f64) -> Tree {
    if depth == 0 {
        Tree::Leaf(value)
    } else {
        Tree::Node(Box::new(full(depth - 1, value * 0.5)), Box::new(full(depth - 1, value * 0.25)))
    }
}

/// The sum of `f` over the leaves.
pub fn total(tree: &Tree, f: &dyn Fn(f64) -> f64) -> f64 {
    match tree {
        Tree::Leaf(x) => f(*x),
        Tree::Node(left, right) => total(left, f) + total(right, f),
    }
}

/// Fibonacci numbers by recursion: one call each, nothing else.
pub fn fibonacci(n: i64) -> i64 {
    if n < 2 { n } else { fibonacci(n - 1).checked_add(fibonacci(n - 2)).unwrap_or(0) }
}

/// Importance sampling of a conjugate normal with weights: the log evidence.
pub fn conjugate(draws: usize, seed: u64) -> f64 {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let log_weights: Vec<f64> = (0..draws)
        .map(|_| {
            let m: f64 = random.sample::<f64, _>(StandardNormal);
            let density = |y: f64| -0.5 * (y - m) * (y - m) - 0.5 * (2.0 * std::f64::consts::PI).ln();
            density(1.5) + density(2.0)
        })
        .collect();
    let largest = log_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + (log_weights.iter().map(|w| (w - largest).exp()).sum::<f64>() / draws as f64).ln()
}

/// A red-black tree, updated in place.
type Ordered = Option<Box<OrderedNode>>;

struct OrderedNode {
    red: bool,
    left: Ordered,
    key: i64,
    right: Ordered,
}

/// How many different numbers there are among those of a linear congruential generator, by insertion into a red-black tree.
pub fn insertions(count: usize) -> usize {
    let (mut tree, mut x) = (None, 1);
    for _ in 0..count {
        let mut root = inserted(tree, x);
        root.red = false;
        tree = Some(root);
        x = x * 48271 % 2_147_483_647;
    }
    size(&tree)
}

fn size(tree: &Ordered) -> usize {
    tree.as_ref().map_or(0, |node| size(&node.left) + 1 + size(&node.right))
}

fn inserted(tree: Ordered, key: i64) -> Box<OrderedNode> {
    let Some(mut node) = tree else { return Box::new(OrderedNode { red: true, left: None, key, right: None }) };
    match key.cmp(&node.key) {
        Ordering::Less => {
            node.left = Some(inserted(node.left.take(), key));
            if node.red { node } else { balanced_left(node) }
        }
        Ordering::Greater => {
            node.right = Some(inserted(node.right.take(), key));
            if node.red { node } else { balanced_right(node) }
        }
        Ordering::Equal => node,
    }
}

fn balanced_left(mut node: Box<OrderedNode>) -> Box<OrderedNode> {
    let Some(mut left) = node.left.take_if(|left| left.red) else { return node };
    if let Some(outer) = left.left.as_mut().filter(|outer| outer.red) {
        outer.red = false;
        node.left = left.right.take();
        left.right = Some(node);
        return left;
    }
    if let Some(mut middle) = left.right.take_if(|middle| middle.red) {
        left.red = false;
        left.right = middle.left.take();
        node.left = middle.right.take();
        middle.left = Some(left);
        middle.right = Some(node);
        return middle;
    }
    node.left = Some(left);
    node
}

fn balanced_right(mut node: Box<OrderedNode>) -> Box<OrderedNode> {
    let Some(mut right) = node.right.take_if(|right| right.red) else { return node };
    if let Some(mut middle) = right.left.take_if(|middle| middle.red) {
        right.red = false;
        right.left = middle.right.take();
        node.right = middle.left.take();
        middle.left = Some(node);
        middle.right = Some(right);
        return middle;
    }
    if let Some(outer) = right.right.as_mut().filter(|outer| outer.red) {
        outer.red = false;
        node.right = right.left.take();
        right.left = Some(node);
        return right;
    }
    node.right = Some(right);
    node
}

/// A linked list.
type List = Option<Box<Cell>>;

struct Cell {
    value: i64,
    rest: List,
}

/// The sum of a list of `0..length` after `rounds` rounds of reversing it and adding the number of the round to each element.
pub fn list_rounds(length: i64, rounds: i64) -> i64 {
    let mut list: List = None;
    for value in 0..length {
        list = Some(Box::new(Cell { value, rest: list }));
    }
    for round in 0..rounds {
        list = added(reversed(list), round);
    }
    let mut total = 0;
    while let Some(mut cell) = list {
        total += cell.value;
        list = cell.rest.take();
    }
    total
}

fn reversed(mut list: List) -> List {
    let mut result = None;
    while let Some(mut cell) = list {
        list = std::mem::replace(&mut cell.rest, result);
        result = Some(cell);
    }
    result
}

fn added(mut list: List, amount: i64) -> List {
    let mut at = &mut list;
    while let Some(cell) = at {
        cell.value += amount;
        at = &mut cell.rest;
    }
    list
}
