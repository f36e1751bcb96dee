//! The heap, and leaving compiled code: every object is freed once, errors come back as values, nothing is too deep.

#![allow(unsafe_code)]

use borel_abi::layout::{Layout, LayoutKind, Role, Slot, builtin, builtin_layouts};
use borel_abi::module::Module;
use borel_abi::{Ctx, ErrorKind, Host, Worker, raise, stack};
use std::sync::Arc;

const CELL: u32 = builtin::COUNT;

fn module() -> Arc<Module> {
    let mut layouts = builtin_layouts();
    let cell = LayoutKind::Fields(vec![Slot::Pointer, Slot::Int, Slot::Pointer]);
    layouts.push(Layout { name: "cell".into(), kind: cell, role: Role::Plain });
    Arc::new(Module { layouts, ..Module::default() })
}

fn worker() -> Worker {
    Worker::new(module(), Host::default(), 1)
}

fn symbol(name: &str) -> *const u8 {
    borel_abi::symbols().into_iter().find(|(symbol, _)| *symbol == name).expect("a symbol of this name").1
}

fn cell(worker: &mut Worker, left: u64, right: u64) -> u64 {
    let object = worker.allocate(CELL, 32).expect("memory");
    unsafe {
        *object.add(1) = left;
        *object.add(2) = 7;
        *object.add(3) = right;
    }
    object as u64
}

type Grow = unsafe extern "C" fn(*mut Ctx, i64, *mut u64) -> *mut u64;

#[test]
fn deep_structures_are_freed_without_recursion() {
    let mut worker = worker();
    for side in 0..3 {
        let mut list = 1;
        for i in 0..2_000_000 {
            list = match (side + i * (side / 2)) % 2 {
                0 => cell(&mut worker, list, 3),
                _ => cell(&mut worker, 3, list),
            };
        }
        assert_eq!(worker.live_objects(), 2_000_000);
        unsafe { worker.release(list) };
        assert_eq!(worker.live_objects(), 0);
    }
}

#[test]
fn shared_parts_are_freed_with_their_last_owner() {
    let mut worker = worker();
    let leaf = cell(&mut worker, 1, 1);
    unsafe { borel_abi::object::retain(leaf) };
    let a = cell(&mut worker, leaf, 1);
    let b = cell(&mut worker, 1, leaf);
    unsafe { worker.release(a) };
    assert_eq!(worker.live_objects(), 2);
    unsafe { worker.release(b) };
    assert_eq!(worker.live_objects(), 0);
}

#[test]
fn an_array_that_grows_is_moved_logarithmically_often() {
    let mut worker = worker();
    let grow: Grow = unsafe { std::mem::transmute(symbol("borel_grow")) };
    let mut array = worker.allocate_array(builtin::INTS.0, 0).expect("memory");
    let mut moves = 0;
    for i in 0..1_000_000u64 {
        let ctx = worker.ctx_pointer();
        let before = array;
        array = unsafe { grow(ctx, 0, array) };
        moves += usize::from(before != array);
        unsafe { *array.add(2 + i as usize) = i };
    }
    assert!(moves < 150, "{moves} moves");
    assert!(unsafe { borel_abi::object::words(array) }.iter().zip(0..).all(|(a, b)| *a == b));
    assert_eq!(worker.live_objects(), 1);
    unsafe { worker.release(array as u64) };
    assert_eq!(worker.live_objects(), 0);
}

#[test]
fn a_shared_array_is_copied_before_it_grows() {
    let mut worker = worker();
    let grow: Grow = unsafe { std::mem::transmute(symbol("borel_grow")) };
    let leaf = cell(&mut worker, 1, 1);
    let array = worker.allocate_array(builtin::POINTERS.0, 1).expect("memory");
    unsafe {
        *array.add(2) = leaf;
        borel_abi::object::retain(array as u64);
        let grown = grow(worker.ctx_pointer(), 0, array);
        assert_ne!(array, grown);
        assert_eq!(borel_abi::object::words(grown), [leaf, 0]);
        worker.release(grown as u64);
        assert_eq!(worker.live_objects(), 2);
        worker.release(array as u64);
    }
    assert_eq!(worker.live_objects(), 0);
}

#[test]
fn memory_is_limited() {
    let mut worker = Worker::new(module(), Host::new(1 << 20, Box::new(|_| {})), 1);
    let mut count = 0;
    let error = loop {
        match worker.allocate(CELL, 32) {
            Ok(_) => count += 1,
            Err(kind) => break kind,
        }
    };
    assert_eq!(error, ErrorKind::OutOfMemory { limit: 1 << 20 });
    assert!(count > 10_000);
    assert!(worker.allocate_array(builtin::INTS.0, 1 << 40).is_err());
    let budget = worker.host().budget.clone();
    drop(worker);
    assert_eq!(budget.used(), 0);
}

#[test]
fn freed_large_objects_are_the_next_ones() {
    let mut worker = Worker::new(module(), Host::new(8_000_000, Box::new(|_| {})), 1);
    let budget = worker.host().budget.clone();
    let first = worker.reserve_array(builtin::INTS.0, 100_000).expect("memory");
    let used = budget.used();
    unsafe { worker.release(first as u64) };
    assert_eq!((worker.live_objects(), budget.used()), (0, used));
    // Of the same class of sizes.
    let second = worker.reserve_array(builtin::INTS.0, 99_000).expect("memory");
    assert_eq!((second, worker.live_objects(), budget.used()), (first, 1, used));
    unsafe { worker.release(second as u64) };
    // What is kept makes room for what does not fit beside it.
    let large = worker.reserve_array(builtin::INTS.0, 900_000).expect("memory");
    assert_eq!(worker.live_objects(), 1);
    unsafe { worker.release(large as u64) };
    drop(worker);
    assert_eq!(budget.used(), 0);
}

/// Stands for compiled code: recursion that ends in an error.
unsafe extern "C" fn fails_below(ctx: *mut Ctx, depth: i64) -> i64 {
    if depth == 0 {
        unsafe { raise(ctx, 5, ErrorKind::OutOfBounds { index: 3, length: 2 }) }
    }
    1 + unsafe { fails_below(ctx, depth - 1) }
}

#[test]
fn an_error_comes_back_from_any_depth() {
    let mut worker = worker();
    for depth in [0, 1, 1000] {
        let error = unsafe { worker.enter(move |ctx| fails_below(ctx, depth)) }.expect_err("it raises");
        assert_eq!(error.site, Some(5));
        assert_eq!(error.to_string(), "index 3 is out of bounds: the length is 2, so indices go from 0 to 1");
    }
    assert_eq!(unsafe { worker.enter(|_| 42) }, Ok(42));
}

/// Enters again, fails inside, and then itself.
unsafe extern "C" fn nested(ctx: *mut Ctx) -> i64 {
    let inner = unsafe { Worker::of(ctx).enter(|ctx| fails_below(ctx, 3)) };
    if inner.is_err() { unsafe { raise(ctx, 9, ErrorKind::Overflow) } } else { 0 }
}

#[test]
fn entries_nest() {
    let mut worker = worker();
    let error = unsafe { worker.enter(|ctx| nested(ctx)) }.expect_err("it raises");
    assert_eq!((error.kind, error.site), (ErrorKind::Overflow, Some(9)));
}

/// Recurses until the stack is used up, as compiled code checks it.
unsafe extern "C" fn dives(ctx: *mut Ctx, depth: i64) -> i64 {
    let mark = depth;
    if (&raw const mark as usize) < unsafe { (*ctx).stack_limit } {
        unsafe { raise(ctx, -1, ErrorKind::StackOverflow) }
    }
    1 + unsafe { dives(ctx, std::hint::black_box(depth) + 1) }
}

#[test]
fn deep_recursion_is_an_error() {
    for bytes in [0, 64 << 20] {
        let dive = || {
            let mut worker = worker();
            unsafe { worker.enter(|ctx| dives(ctx, 0)) }.expect_err("it raises").kind
        };
        let kind = if bytes == 0 { dive() } else { stack::with_stack(bytes, dive) };
        assert_eq!(kind, ErrorKind::StackOverflow);
    }
}
