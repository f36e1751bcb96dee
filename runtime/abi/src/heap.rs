//! The heap of a worker: cells of fixed sizes from chunks, larger blocks from the system allocator.
//!
//! Class c of small objects has cells of 16 * (c + 1) bytes; free ones are linked through their second word from
//! [`Ctx::free`], where compiled code pops and pushes them itself. Larger objects have four classes for each power of two.
//! The capacity of an array is that of the class of its size, so growing by one element is O(1) amortised, and nothing
//! but the length needs to be stored. Dropping the heap frees everything, also what an error left behind.

#![allow(unsafe_code)]

use crate::ctx::{Ctx, SMALL_CLASSES};
use crate::error::ErrorKind;
use std::alloc::Layout;
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Objects of more bytes than this are large.
const SMALL_LIMIT: usize = 16 * SMALL_CLASSES;
const FIRST_CHUNK: usize = 64 << 10;
const LAST_CHUNK: usize = 4 << 20;
/// How many bytes of cells are put on a free list at once.
const BATCH: usize = 4 << 10;
/// No object is larger.
const LARGEST: usize = 1 << 46;
/// How many bytes of freed large objects are kept for the next ones of their sizes: what goes back to the system comes
/// from there again page by page.
const KEPT: usize = 64 << 20;

/// How much memory the workers of a run may use together.
#[derive(Debug)]
pub struct Budget {
    limit: usize,
    used: AtomicUsize,
}

impl Budget {
    /// At most this many bytes.
    pub fn new(limit: usize) -> Budget {
        Budget { limit, used: AtomicUsize::new(0) }
    }

    /// Takes bytes from the budget, or fails.
    pub fn take(&self, bytes: usize) -> Result<(), ErrorKind> {
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > self.limit {
            self.used.fetch_sub(bytes, Ordering::Relaxed);
            return Err(ErrorKind::OutOfMemory { limit: self.limit });
        }
        Ok(())
    }

    /// Gives bytes back.
    pub fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Bytes in use.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }
}

/// Stands before each large object; all of a heap are in a list.
#[repr(C, align(16))]
struct Large {
    previous: *mut Large,
    next: *mut Large,
    total: usize,
}

/// Bytes before the object.
const LARGE_HEADER: usize = size_of::<Large>();

/// The memory of a worker.
pub(crate) struct Heap {
    chunks: Vec<(*mut u8, usize)>,
    bump: *mut u8,
    end: *mut u8,
    next_chunk: usize,
    carved: [usize; SMALL_CLASSES],
    large: *mut Large,
    large_count: usize,
    kept: Kept,
    budget: Arc<Budget>,
}

/// Freed blocks of large objects, those of each class linked by `next`.
struct Kept {
    first: Vec<*mut Large>,
    bytes: usize,
}

impl Kept {
    /// Which list blocks for large objects of these bytes are in, which are the capacity of a class.
    fn class(bytes: usize) -> usize {
        let log = bytes.ilog2();
        4 * log as usize + ((bytes >> (log - 2)) & 3)
    }

    /// A block for an object with this capacity.
    fn take(&mut self, bytes: usize) -> Option<*mut Large> {
        let first = self.first.get_mut(Kept::class(bytes)).filter(|first| !first.is_null())?;
        let block = *first;
        self.bytes -= bytes + LARGE_HEADER;
        // SAFETY: blocks in the lists belong to nobody else.
        *first = unsafe { (*block).next };
        Some(block)
    }

    /// Keeps a block, unless there is enough.
    fn put(&mut self, block: *mut Large, total: usize) -> bool {
        if self.bytes + total > KEPT {
            return false;
        }
        let class = Kept::class(total - LARGE_HEADER);
        if self.first.len() <= class {
            self.first.resize(class + 1, null_mut());
        }
        self.bytes += total;
        // SAFETY: the caller gives the block away.
        unsafe { (*block).next = std::mem::replace(&mut self.first[class], block) };
        true
    }

    /// Gives all blocks back to the system, and says how many bytes that were.
    fn give_back(&mut self) -> usize {
        for first in std::mem::take(&mut self.first) {
            let mut block = first;
            while !block.is_null() {
                // SAFETY: blocks in the lists are alive and belong to nobody else.
                unsafe {
                    let next = (*block).next;
                    std::alloc::dealloc(block as *mut u8, chunk_layout((*block).total));
                    block = next;
                }
            }
        }
        std::mem::take(&mut self.bytes)
    }
}

/// The class of small objects of this many bytes.
#[inline]
fn small_class(bytes: usize) -> usize {
    bytes.div_ceil(16) - 1
}

/// Asks for the cell that will be the next one: cells that came back one by one lie anywhere, and the wait for one is
/// what an allocation would cost otherwise.
#[inline]
fn prefetch(cell: *const u64) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which takes any address.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(cell as *const i8);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = cell;
}

/// How many bytes are set aside for an object of this many.
#[inline]
pub(crate) fn capacity(bytes: usize) -> usize {
    if bytes <= SMALL_LIMIT {
        return bytes.div_ceil(16) * 16;
    }
    // Four classes from one power of two to the next: at most a fifth is not used.
    let step = 1usize << ((bytes - 1).ilog2() - 2);
    bytes.div_ceil(step) * step
}

impl Heap {
    pub(crate) fn new(budget: Arc<Budget>) -> Heap {
        Heap {
            chunks: Vec::new(),
            bump: null_mut(),
            end: null_mut(),
            next_chunk: FIRST_CHUNK,
            carved: [0; SMALL_CLASSES],
            large: null_mut(),
            large_count: 0,
            kept: Kept { first: Vec::new(), bytes: 0 },
            budget,
        }
    }

    /// A cell of a small class, its words undefined.
    pub(crate) fn cell(&mut self, ctx: *mut Ctx, class: usize) -> Result<*mut u64, ErrorKind> {
        // SAFETY: ctx is the context of the worker that owns this heap, so the lists hold free cells of their class.
        unsafe {
            if (*ctx).free[class].is_null() {
                self.refill(ctx, class)?;
            }
            let cell = (*ctx).free[class];
            let next = *cell.add(1) as *mut u64;
            (*ctx).free[class] = next;
            prefetch(next);
            Ok(cell)
        }
    }

    /// Puts a batch of new cells on the (empty) free list of a class.
    #[cold]
    fn refill(&mut self, ctx: *mut Ctx, class: usize) -> Result<(), ErrorKind> {
        let size = 16 * (class + 1);
        if (self.end as usize) - (self.bump as usize) < size {
            self.add_chunk()?;
        }
        let room = (self.end as usize) - (self.bump as usize);
        let count = (BATCH / size).clamp(1, room / size);
        // SAFETY: the cells lie between bump and end, inside the newest chunk.
        unsafe {
            let first = self.bump;
            for i in 0..count {
                let cell = first.add(i * size) as *mut u64;
                let next = if i + 1 < count { first.add((i + 1) * size) } else { null_mut() };
                *cell = 0;
                *cell.add(1) = next as u64;
            }
            self.bump = first.add(count * size);
            (*ctx).free[class] = first as *mut u64;
        }
        self.carved[class] += count;
        Ok(())
    }

    fn add_chunk(&mut self) -> Result<(), ErrorKind> {
        let bytes = self.next_chunk;
        self.take(bytes)?;
        // SAFETY: the size is not zero.
        let chunk = unsafe { std::alloc::alloc(chunk_layout(bytes)) };
        if chunk.is_null() {
            self.budget.give_back(bytes);
            return Err(self.exhausted());
        }
        self.chunks.push((chunk, bytes));
        self.bump = chunk;
        // SAFETY: one past the chunk.
        self.end = unsafe { chunk.add(bytes) };
        self.next_chunk = (bytes * 2).min(LAST_CHUNK);
        Ok(())
    }

    /// The error that there is no memory.
    pub(crate) fn exhausted(&self) -> ErrorKind {
        ErrorKind::OutOfMemory { limit: self.budget.limit }
    }

    /// Memory for an object of this many bytes, its words undefined.
    pub(crate) fn allocate(&mut self, ctx: *mut Ctx, bytes: usize) -> Result<*mut u64, ErrorKind> {
        if bytes <= SMALL_LIMIT { self.cell(ctx, small_class(bytes)) } else { self.allocate_large(capacity(bytes)) }
    }

    fn allocate_large(&mut self, bytes: usize) -> Result<*mut u64, ErrorKind> {
        if bytes > LARGEST {
            return Err(self.exhausted());
        }
        let total = bytes + LARGE_HEADER;
        let block = match self.kept.take(bytes) {
            Some(block) => block,
            None => self.new_block(total)?,
        };
        // SAFETY: the new block is linked into the list of live ones, which this heap owns.
        unsafe {
            (*block).total = total;
            (*block).previous = null_mut();
            (*block).next = self.large;
            if !self.large.is_null() {
                (*self.large).previous = block;
            }
            self.large = block;
            self.large_count += 1;
            Ok((block as *mut u8).add(LARGE_HEADER) as *mut u64)
        }
    }

    #[cold]
    fn new_block(&mut self, total: usize) -> Result<*mut Large, ErrorKind> {
        self.take(total)?;
        // SAFETY: the size is not zero.
        let block = unsafe { std::alloc::alloc(chunk_layout(total)) } as *mut Large;
        if block.is_null() {
            self.budget.give_back(total);
            return Err(self.exhausted());
        }
        Ok(block)
    }

    /// Takes bytes from the budget; what is kept goes before the budget is found to be too small.
    fn take(&mut self, bytes: usize) -> Result<(), ErrorKind> {
        self.budget.take(bytes).or_else(|_| {
            self.budget.give_back(self.kept.give_back());
            self.budget.take(bytes)
        })
    }

    /// Takes back the memory of an object that had this many bytes.
    ///
    /// # Safety
    /// The object came from this heap with these bytes (or fewer of the same class), and is not used again.
    pub(crate) unsafe fn release(&mut self, ctx: *mut Ctx, object: *mut u64, bytes: usize) {
        // SAFETY: by the contract.
        unsafe {
            if bytes <= SMALL_LIMIT {
                let class = small_class(bytes);
                poison(object, 16 * (class + 1));
                *object = 0;
                *object.add(1) = (*ctx).free[class] as u64;
                (*ctx).free[class] = object;
            } else {
                self.release_large(object);
            }
        }
    }

    /// # Safety
    /// As [`Heap::release`].
    unsafe fn release_large(&mut self, object: *mut u64) {
        let total;
        // SAFETY: by the contract the block is live and in the list.
        unsafe {
            let block = (object as *mut u8).sub(LARGE_HEADER) as *mut Large;
            total = (*block).total;
            if (*block).previous.is_null() {
                self.large = (*block).next;
            } else {
                (*(*block).previous).next = (*block).next;
            }
            if !(*block).next.is_null() {
                (*(*block).next).previous = (*block).previous;
            }
            self.large_count -= 1;
            if !self.kept.put(block, total) {
                std::alloc::dealloc(block as *mut u8, chunk_layout(total));
                self.budget.give_back(total);
            }
        }
    }
}

impl Heap {
    /// How many objects are live: what was carved or allocated less what is free.
    pub(crate) fn live_objects(&self, ctx: &Ctx) -> usize {
        let carved: usize = self.carved.iter().sum();
        let free: usize = ctx.free.iter().map(|&head| chain_length(head)).sum();
        carved + self.large_count - free
    }

    /// Bytes taken from the system, but for those kept for the next large objects.
    pub(crate) fn reserved(&self) -> usize {
        let mut bytes: usize = self.chunks.iter().map(|(_, bytes)| bytes).sum();
        let mut block = self.large;
        while !block.is_null() {
            // SAFETY: blocks in the list are live.
            unsafe {
                bytes += (*block).total;
                block = (*block).next;
            }
        }
        bytes
    }
}

/// How many cells are linked from here.
fn chain_length(mut cell: *mut u64) -> usize {
    let mut count = 0;
    while !cell.is_null() {
        count += 1;
        // SAFETY: free cells are linked through their second word.
        cell = unsafe { *cell.add(1) } as *mut u64;
    }
    count
}

impl Drop for Heap {
    fn drop(&mut self) {
        self.budget.give_back(self.kept.give_back());
        // SAFETY: these are all the blocks that the heap has allocated and not given back, with their sizes.
        unsafe {
            while !self.large.is_null() {
                let block = self.large;
                self.large = (*block).next;
                self.budget.give_back((*block).total);
                std::alloc::dealloc(block as *mut u8, chunk_layout((*block).total));
            }
            for &(chunk, bytes) in &self.chunks {
                self.budget.give_back(bytes);
                std::alloc::dealloc(chunk, chunk_layout(bytes));
            }
        }
    }
}

/// All blocks are aligned to 16 bytes.
fn chunk_layout(bytes: usize) -> Layout {
    Layout::from_size_align(bytes, 16).unwrap_or(Layout::new::<u128>())
}

/// Fills a freed cell with a value that no program makes, so that a use after it shows.
#[inline]
fn poison(object: *mut u64, bytes: usize) {
    if cfg!(debug_assertions) {
        for i in 0..bytes / 8 {
            // SAFETY: the caller owns the cell.
            unsafe { *object.add(i) = 0xDEAD_DEAD_DEAD_DEAD };
        }
    }
}
