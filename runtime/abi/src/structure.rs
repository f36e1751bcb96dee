//! Structural comparison and hashing of objects, by their layouts. No recursion: an explicit stack of pairs.

#![allow(unsafe_code)]

use crate::layout::Slot;
use crate::object::{self, Arrangement, LayoutInfo, is_object};
use std::cmp::Ordering;

/// When two Reals are the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Equality {
    /// As `==` in programs: NaN is not equal to itself
    Program,
    /// As keys: NaN is a key like any other, and the two zeros are one
    Key,
}

/// The order of two pointer words of one type. Objects of different layouts are in the order of those.
///
/// # Safety
/// Both are live values, their layouts in the table.
pub unsafe fn compare(layouts: &[LayoutInfo], left: u64, right: u64, equality: Equality) -> Ordering {
    let mut pending = vec![(left, right)];
    while let Some((left, right)) = pending.pop() {
        // Objects are finite and acyclic. A shared object may hold a NaN, so it is the same only as a key.
        if left == right && (equality == Equality::Key || !is_object(left)) {
            continue;
        }
        if !is_object(left) || !is_object(right) {
            return (is_object(left), left).cmp(&(is_object(right), right));
        }
        // SAFETY: live objects.
        let order =
            unsafe { compare_objects(layouts, left as *const u64, right as *const u64, equality, &mut pending) };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// Compares what is in two objects but for pointers, which are left to do.
unsafe fn compare_objects(
    layouts: &[LayoutInfo],
    left: *const u64,
    right: *const u64,
    equality: Equality,
    pending: &mut Vec<(u64, u64)>,
) -> Ordering {
    // SAFETY: live objects; sizes are compared before contents.
    unsafe {
        let layout = object::layout_of(left);
        let order = layout.cmp(&object::layout_of(right));
        if order != Ordering::Equal {
            return order;
        }
        let info = &layouts[layout as usize];
        match info.arrangement {
            Arrangement::Text => return object::text(left).cmp(object::text(right)),
            Arrangement::Matrix => {
                let ((a, b, x), (c, d, y)) = (object::matrix(left), object::matrix(right));
                return (a, b).cmp(&(c, d)).then_with(|| compare_reals(x, y, equality));
            }
            Arrangement::Fields | Arrangement::Array => {}
            // Programs do not compare these.
            Arrangement::Batch => return left.cmp(&right),
        }
        let count = info.repeats(left);
        let order = count.cmp(&info.repeats(right));
        if order != Ordering::Equal {
            return order;
        }
        for i in 0..count * info.stride {
            let (a, b) = (*left.add(info.start() + i), *right.add(info.start() + i));
            let order = match info.slots[i % info.stride] {
                Slot::Real => compare_real(f64::from_bits(a), f64::from_bits(b), equality),
                Slot::Pointer => {
                    pending.push((a, b));
                    Ordering::Equal
                }
                Slot::Int | Slot::Bool => a.cmp(&b),
            };
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }
}

fn compare_reals(left: &[f64], right: &[f64], equality: Equality) -> Ordering {
    let orders = left.iter().zip(right).map(|(a, b)| compare_real(*a, *b, equality));
    orders.into_iter().find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
}

#[inline]
fn compare_real(left: f64, right: f64, equality: Equality) -> Ordering {
    if left == right || (equality == Equality::Key && left.is_nan() && right.is_nan()) {
        return Ordering::Equal;
    }
    // Two NaNs come out equal here only in bits: any order but Equal will do.
    left.total_cmp(&right).then(Ordering::Less)
}

/// A hash of a pointer word, equal for words that are equal as keys.
///
/// # Safety
/// A live value, its layouts in the table.
pub unsafe fn hash(layouts: &[LayoutInfo], value: u64) -> u64 {
    let mut state = 0x243F_6A88_85A3_08D3;
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        if !is_object(value) {
            mix(&mut state, value);
            continue;
        }
        let object = value as *const u64;
        // SAFETY: a live object.
        unsafe {
            let info = &layouts[object::layout_of(object) as usize];
            mix(&mut state, u64::from(object::layout_of(object)));
            match info.arrangement {
                Arrangement::Text => object::text(object).bytes().for_each(|byte| mix(&mut state, u64::from(byte))),
                Arrangement::Matrix => object::matrix(object).2.iter().for_each(|x| mix(&mut state, real_key(*x))),
                Arrangement::Batch => mix(&mut state, object as u64),
                Arrangement::Fields | Arrangement::Array => {
                    for i in 0..info.repeats(object) * info.stride {
                        let word = *object.add(info.start() + i);
                        match info.slots[i % info.stride] {
                            Slot::Real => mix(&mut state, real_key(f64::from_bits(word))),
                            Slot::Pointer => pending.push(word),
                            Slot::Int | Slot::Bool => mix(&mut state, word),
                        }
                    }
                }
            }
        }
    }
    state
}

/// Bits that are the same for all Reals that are equal as keys.
fn real_key(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

#[inline]
fn mix(state: &mut u64, word: u64) {
    *state = (state.rotate_left(25) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    *state ^= *state >> 31;
}
