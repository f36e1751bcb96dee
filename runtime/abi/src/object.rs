//! Objects: reading their parts, and counting references.
//!
//! Takes words and addresses as compiled code has them; [`crate::layout`] says how objects are arranged. Freeing and
//! copying never recurse, so no structure is too deep for them.

#![allow(unsafe_code)]

use crate::batch::Batch;
use crate::layout::{BatchLayout, IMMORTAL, Layout, LayoutKind, Role, Slot, builtin};
use std::sync::Arc;

/// What the heap needs to know of a layout.
#[derive(Clone, Debug)]
pub struct LayoutInfo {
    /// How the words are arranged.
    pub arrangement: Arrangement,
    /// Words of the object, or of each element.
    pub stride: usize,
    /// Which of these words are pointers.
    pub pointers: Box<[u32]>,
    /// What each of these words is.
    pub slots: Box<[Slot]>,
    /// What the object represents.
    pub role: Role,
    /// Of a batch, how its particles are arranged. (Its pointer that the heap knows of is the first environment.)
    pub batch: Option<Arc<BatchLayout>>,
}

/// How the words of an object are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// Slots
    Fields,
    /// Length, elements
    Array,
    /// Length, bytes
    Text,
    /// Rows, columns, reals
    Matrix,
    /// How many, executions
    Batch,
}

impl LayoutInfo {
    /// Of a layout.
    pub fn of(layout: &Layout) -> LayoutInfo {
        let (arrangement, slots) = match &layout.kind {
            LayoutKind::Fields(slots) => (Arrangement::Fields, slots.as_slice()),
            LayoutKind::Array(slots) => (Arrangement::Array, slots.as_slice()),
            LayoutKind::Text => (Arrangement::Text, [].as_slice()),
            LayoutKind::Matrix => (Arrangement::Matrix, [].as_slice()),
            LayoutKind::Batch(_) => (Arrangement::Batch, [Slot::Pointer].as_slice()),
        };
        let batch = match &layout.kind {
            LayoutKind::Batch(batch) => Some(Arc::new(batch.clone())),
            _ => None,
        };
        let pointers = slots.iter().zip(0..).filter(|(slot, _)| **slot == Slot::Pointer).map(|(_, i)| i).collect();
        LayoutInfo { arrangement, stride: slots.len(), pointers, slots: slots.into(), role: layout.role, batch }
    }

    /// Words before the (first) element.
    #[inline]
    pub fn start(&self) -> usize {
        match self.arrangement {
            Arrangement::Fields => 1,
            Arrangement::Array | Arrangement::Text | Arrangement::Batch => 2,
            Arrangement::Matrix => 3,
        }
    }

    /// How many times the slots are repeated in an object.
    ///
    /// # Safety
    /// The object has this layout.
    #[inline]
    pub unsafe fn repeats(&self, object: *const u64) -> usize {
        match self.arrangement {
            Arrangement::Fields => 1,
            // SAFETY: arrays have their length in the second word.
            Arrangement::Array | Arrangement::Batch => unsafe { *object.add(1) as usize },
            Arrangement::Text | Arrangement::Matrix => 0,
        }
    }

    /// How many bytes an object has.
    ///
    /// # Safety
    /// The object has this layout.
    #[inline]
    pub unsafe fn bytes(&self, object: *const u64) -> usize {
        // SAFETY: the sizes stand in these words.
        unsafe {
            match self.arrangement {
                Arrangement::Fields => 8 + 8 * self.stride,
                Arrangement::Array => 16 + 8 * self.stride * *object.add(1) as usize,
                Arrangement::Text => 16 + *object.add(1) as usize,
                Arrangement::Batch => {
                    8 + 8 * self.batch.as_ref().map_or(1, |batch| batch.words(*object.add(1) as usize))
                }
                Arrangement::Matrix => 24 + 8 * *object.add(1) as usize * *object.add(2) as usize,
            }
        }
    }
}

impl LayoutInfo {
    /// Calls a function with the place of each pointer word of an object, in their order.
    ///
    /// # Safety
    /// The object has this layout.
    pub unsafe fn each_pointer(&self, object: *mut u64, f: &mut dyn FnMut(*mut u64)) {
        // SAFETY: by the contract.
        unsafe {
            if let Some(layout) = &self.batch {
                return Batch::of(object, layout).each_pointer(layout, f);
            }
            for repeat in 0..self.repeats(object) {
                let element = object.add(self.start() + repeat * self.stride);
                for &pointer in &self.pointers {
                    f(element.add(pointer as usize));
                }
            }
        }
    }
}

/// Whether a pointer word is the address of an object (and not an immediate or 0).
#[inline]
pub fn is_object(word: u64) -> bool {
    word & 1 == 0 && word != 0
}

/// The header of a new object.
#[inline]
pub fn header(count: u32, layout: u32) -> u64 {
    u64::from(count) | u64::from(layout) << 32
}

/// The layout number of an object.
///
/// # Safety
/// The object is live.
#[inline]
pub unsafe fn layout_of(object: *const u64) -> u32 {
    // SAFETY: the upper half of the header; read alone, since another worker may change the count of its own objects.
    unsafe { *(object as *const u32).add(1) }
}

/// The count of an object.
///
/// # Safety
/// The object is live and belongs to this worker or is immortal.
#[inline]
pub unsafe fn count_of(object: *const u64) -> u32 {
    // SAFETY: the lower half of the header.
    unsafe { *(object as *const u32) }
}

/// Whether an object of this worker may be written.
///
/// # Safety
/// As [`count_of`].
#[inline]
pub unsafe fn is_unique(object: *const u64) -> bool {
    // SAFETY: by the contract.
    unsafe { count_of(object) == 1 }
}

/// Adds references to what a pointer word refers to.
///
/// # Safety
/// The word is a pointer of this worker (or immortal).
#[inline]
pub unsafe fn retain_times(word: u64, times: u32) {
    if is_object(word) {
        let count = word as *mut u32;
        // SAFETY: the lower half of the header of a live object.
        unsafe {
            if *count & IMMORTAL == 0 {
                *count += times;
            }
        }
    }
}

/// Adds a reference.
///
/// # Safety
/// As [`retain_times`].
#[inline]
pub unsafe fn retain(word: u64) {
    // SAFETY: by the contract.
    unsafe { retain_times(word, 1) }
}

/// A word of an object: 0 is the first after the header.
///
/// # Safety
/// The object is live and has the word.
#[inline]
pub unsafe fn word(object: *const u64, index: usize) -> u64 {
    // SAFETY: by the contract.
    unsafe { *object.add(1 + index) }
}

/// The elements of a `[Real]`.
///
/// # Safety
/// The object is a live array of one-word elements, and stays so while the slice is used.
#[inline]
pub unsafe fn reals<'a>(array: *const u64) -> &'a [f64] {
    // SAFETY: by the contract.
    unsafe { std::slice::from_raw_parts(array.add(2) as *const f64, word(array, 0) as usize) }
}

/// The elements of a `[Real]`, to be written.
///
/// # Safety
/// As [`reals`], and nobody else uses the array meanwhile.
#[inline]
pub unsafe fn reals_mut<'a>(array: *mut u64) -> &'a mut [f64] {
    // SAFETY: by the contract.
    unsafe { std::slice::from_raw_parts_mut(array.add(2) as *mut f64, word(array, 0) as usize) }
}

/// The words of the elements of an array of one-word elements.
///
/// # Safety
/// As [`reals`].
#[inline]
pub unsafe fn words<'a>(array: *const u64) -> &'a [u64] {
    // SAFETY: by the contract.
    unsafe { std::slice::from_raw_parts(array.add(2), word(array, 0) as usize) }
}

/// The text of a text object.
///
/// # Safety
/// The object is a live text, and stays so while the slice is used.
pub unsafe fn text<'a>(object: *const u64) -> &'a str {
    // SAFETY: by the contract; texts are made from `str`s and cut at character boundaries only.
    unsafe {
        let bytes = std::slice::from_raw_parts(object.add(2) as *const u8, word(object, 0) as usize);
        std::str::from_utf8_unchecked(bytes)
    }
}

/// The elements of an array or matrix of numbers, those that are counted by their bits.
///
/// # Safety
/// The object is a live one.
pub unsafe fn numbers<'a>(object: *const u64) -> &'a [f64] {
    // SAFETY: by the contract.
    unsafe { if layout_of(object) == builtin::MATRIX.0 { matrix(object).2 } else { reals(object) } }
}

/// The same, to be written.
///
/// # Safety
/// As [`numbers`], and nobody else uses the object meanwhile.
pub unsafe fn numbers_mut<'a>(object: *mut u64) -> &'a mut [f64] {
    // SAFETY: by the contract.
    unsafe {
        let numbers = numbers(object);
        std::slice::from_raw_parts_mut(numbers.as_ptr().cast_mut(), numbers.len())
    }
}

/// Rows, columns and elements of a matrix.
///
/// # Safety
/// The object is a live matrix, and stays so while the slice is used.
pub unsafe fn matrix<'a>(object: *const u64) -> (usize, usize, &'a [f64]) {
    // SAFETY: by the contract.
    unsafe {
        let (rows, columns) = (word(object, 0) as usize, word(object, 1) as usize);
        (rows, columns, std::slice::from_raw_parts(object.add(3) as *const f64, rows * columns))
    }
}
