//! Values to words and back, text, memo tables, records and copies between heaps.

#![allow(unsafe_code)]

use borel_abi::arena::{Allocate, Arena};
use borel_abi::copy::Copier;
use borel_abi::layout::{Layout, LayoutId, LayoutKind, Role, Slot, builtin, builtin_layouts};
use borel_abi::module::Module;
use borel_abi::object;
use borel_abi::shape::{Shape, ShapeId};
use borel_abi::show::show;
use borel_abi::value::word_count;
use borel_abi::{Ctx, Host, Value, Worker};
use std::sync::Arc;

const CONS: LayoutId = LayoutId(builtin::COUNT);
const PAIRS: LayoutId = LayoutId(builtin::COUNT + 1);
const KEY: LayoutId = LayoutId(builtin::COUNT + 2);

/// 0 Int, 1 Real, 2 String, 3 [Real], 4 list of Int, 5 (Int, String), 6 [(Int, String)], 7 a record of all, 8 Matrix
fn module() -> Arc<Module> {
    let mut layouts = builtin_layouts();
    let mut add = |name: &str, kind, role| layouts.push(Layout { name: name.into(), kind, role });
    add("Cons", LayoutKind::Fields(vec![Slot::Int, Slot::Pointer]), Role::Constructor(0));
    add("pairs", LayoutKind::Array(vec![Slot::Int, Slot::Pointer]), Role::Plain);
    add("key", LayoutKind::Fields(vec![Slot::Int, Slot::Real, Slot::Pointer]), Role::Plain);
    let list = vec![("Cons".to_string(), vec![ShapeId(0), ShapeId(4)], CONS), ("Nil".to_string(), vec![], CONS)];
    let fields = [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 6), ("f", 8)];
    let shapes = vec![
        Shape::Int,
        Shape::Real,
        Shape::String,
        Shape::Array(ShapeId(1), builtin::REALS),
        Shape::Data("List".into(), list),
        Shape::Tuple(vec![ShapeId(0), ShapeId(2)]),
        Shape::Array(ShapeId(5), PAIRS),
        Shape::Record(fields.iter().map(|(name, shape)| (name.to_string(), ShapeId(*shape))).collect()),
        Shape::Matrix,
    ];
    Arc::new(Module { layouts, shapes, ..Module::default() })
}

fn worker() -> Worker {
    Worker::new(module(), Host::default(), 1)
}

fn list(items: &[i64]) -> Value {
    let nil = Value::Data { constructor: "Nil".into(), fields: vec![] };
    items
        .iter()
        .rev()
        .fold(nil, |tail, head| Value::Data { constructor: "Cons".into(), fields: vec![Value::Int(*head), tail] })
}

fn everything() -> Value {
    let pair = |i: i64, text: &str| Value::Tuple(vec![Value::Int(i), Value::String(text.into())]);
    let record = [
        ("a", Value::Real(2.0)),
        ("b", Value::String("x\"y".into())),
        ("c", Value::Reals(vec![1.0, 0.1])),
        ("d", list(&[1, 2])),
        ("e", Value::Array(vec![pair(1, "one"), pair(2, "two")])),
        ("f", Value::Matrix { rows: 2, columns: 1, elements: vec![1.0, 2.0] }),
    ];
    Value::Record(record.into_iter().map(|(name, value)| (name.to_string(), value)).collect())
}

const EVERYTHING: &str =
    r#"{ a: 2.0, b: "x\"y", c: [1.0, 0.1], d: Cons(1, Cons(2, Nil)), e: [(1, "one"), (2, "two")], f: [[1.0], [2.0]] }"#;

#[test]
fn values_survive_writing_and_reading() {
    let (module, mut arena, mut words) = (module(), Arena::default(), Vec::new());
    everything().write(&module, ShapeId(7), &mut arena, &mut words).expect("it has the type");
    assert_eq!(words.len(), word_count(&module, ShapeId(7)));
    assert_eq!(unsafe { Value::read(&module, ShapeId(7), &words) }, everything());
    assert_eq!(unsafe { show(&module, ShapeId(7), words.as_ptr(), true) }, EVERYTHING);
    assert_eq!(everything().to_string(), EVERYTHING);
}

#[test]
fn a_value_of_another_type_is_refused_with_its_place() {
    let (module, mut arena, mut words) = (module(), Arena::default(), Vec::new());
    let wrong = Value::Array(vec![Value::Tuple(vec![Value::Int(1), Value::Int(2)])]);
    let error = wrong.write(&module, ShapeId(6), &mut arena, &mut words).expect_err("it has not");
    assert_eq!(error.to_string(), "[0].1: the value has another type");
}

#[test]
fn copies_keep_sharing_and_free_cleanly() {
    let (mut from, mut to) = (worker(), worker());
    let mut words = Vec::new();
    everything().write(&module(), ShapeId(7), &mut from, &mut words).expect("it has the type");
    let pairs = from.object(builtin::POINTERS, 16 + 8 * 2).expect("memory");
    unsafe {
        *pairs.add(1) = 2;
        *pairs.add(2) = words[4];
        *pairs.add(3) = words[4];
        object::retain(words[4]);
        object::retain(words[4]);
        let copied = Copier::new(to.layouts().clone()).copy(pairs as u64, &mut to).expect("memory");
        let elements = object::words(copied as *const u64);
        assert_eq!(elements[0], elements[1]);
        assert_eq!(object::count_of(elements[0] as *const u64), 2);
        assert_eq!(to.live_objects(), 4);
        to.release(copied);
        from.release(pairs as u64);
        words[1..].iter().for_each(|word| from.release(*word));
    }
    assert_eq!((from.live_objects(), to.live_objects()), (0, 0));
}

#[test]
fn a_long_list_is_shown_compared_and_copied() {
    let (mut worker, mut other) = (worker(), worker());
    let mut value = 3;
    for i in 0..1_000_000u64 {
        let cell = worker.object(CONS, 24).expect("memory");
        unsafe { std::ptr::copy_nonoverlapping([i, value].as_ptr(), cell.add(1), 2) };
        value = cell as u64;
    }
    unsafe {
        assert!(show(worker.module(), ShapeId(4), &value, false).starts_with("Cons(999999, Cons(999998, "));
        let copied = Copier::new(other.layouts().clone()).copy(value, &mut other).expect("memory");
        let equal: unsafe extern "C" fn(*mut Ctx, u64, u64) -> u8 = std::mem::transmute(symbol("borel_equal"));
        assert_eq!(equal(worker.ctx_pointer(), value, copied), 1);
        *(copied as *mut u64).add(1) = 7;
        assert_eq!(equal(worker.ctx_pointer(), value, copied), 0);
        worker.release(value);
        other.release(copied);
    }
    assert_eq!((worker.live_objects(), other.live_objects()), (0, 0));
}

fn symbol(name: &str) -> *const u8 {
    borel_abi::symbols().into_iter().find(|(symbol, _)| *symbol == name).expect("a symbol of this name").1
}

fn key(worker: &mut Worker, number: i64, real: f64, text: &str) -> u64 {
    let mut words = vec![number as u64, real.to_bits()];
    Value::String(text.into()).write(&module(), ShapeId(2), worker, &mut words).expect("a text");
    let object = worker.object(KEY, 32).expect("memory");
    unsafe { std::ptr::copy_nonoverlapping(words.as_ptr(), object.add(1), 3) };
    object as u64
}

#[test]
fn memo_tables_are_persistent() {
    let find: unsafe extern "C" fn(*mut Ctx, u64) -> u64 = unsafe { std::mem::transmute(symbol("borel_mem_find")) };
    let insert: unsafe extern "C" fn(*mut Ctx, u64, u64) = unsafe { std::mem::transmute(symbol("borel_mem_insert")) };
    let mut worker = worker();
    let look = |worker: &mut Worker, i: i64| unsafe {
        let key = key(worker, i, if i % 2 == 0 { f64::NAN } else { 0.0 }, "key");
        let found = find(worker.ctx_pointer(), key);
        worker.release(key);
        let number = (found != 0).then(|| object::word(found as *const u64, 0));
        worker.release(found);
        number
    };
    let mut half = std::ptr::null_mut();
    for i in 0..2000 {
        if i == 1000 {
            half = worker.ctx().memo;
            unsafe { object::retain(half as u64) };
        }
        let real = if i % 2 == 0 { -f64::NAN } else { -0.0 };
        let (key, value) = (key(&mut worker, i, real, "key"), key(&mut worker, 10 * i, 0.0, "value"));
        unsafe { insert(worker.ctx_pointer(), key, value) };
    }
    for i in 0..2000 {
        assert_eq!(look(&mut worker, i), Some(10 * i as u64));
    }
    let all = std::mem::replace(&mut worker.ctx().memo, half);
    for i in 0..2000 {
        assert_eq!(look(&mut worker, i), (i < 1000).then_some(10 * i as u64));
    }
    unsafe {
        worker.release(all as u64);
        worker.release(half as u64);
    }
    assert_eq!(worker.live_objects(), 0);
}

#[test]
fn cells_change_for_one_of_those_that_share_them() {
    let take: unsafe extern "C" fn(*mut Ctx, u64) -> u64 = unsafe { std::mem::transmute(symbol("borel_cell_take")) };
    let put: unsafe extern "C" fn(*mut Ctx, u64, u64) = unsafe { std::mem::transmute(symbol("borel_cell_put")) };
    let mut worker = worker();
    let set = |worker: &mut Worker, i: i64, number: i64| unsafe {
        let (key, value) = (key(worker, i, 0.0, "key"), key(worker, number, 0.0, "value"));
        put(worker.ctx_pointer(), key, value);
    };
    let get = |worker: &mut Worker, i: i64| unsafe {
        let key = key(worker, i, 0.0, "key");
        let taken = take(worker.ctx_pointer(), key);
        assert_eq!(take(worker.ctx_pointer(), key), 0, "taken already");
        let number = object::word(taken as *const u64, 0);
        put(worker.ctx_pointer(), key, taken);
        number as i64
    };
    (0..100).for_each(|i| set(&mut worker, i, i));
    let before = worker.ctx().memo;
    unsafe { object::retain(before as u64) };
    (0..50).for_each(|i| set(&mut worker, i, -i));
    (0..100).for_each(|i| assert_eq!(get(&mut worker, i), if i < 50 { -i } else { i }));
    let after = std::mem::replace(&mut worker.ctx().memo, before);
    (0..100).for_each(|i| assert_eq!(get(&mut worker, i), i));
    let before = worker.ctx().memo;
    unsafe {
        worker.release(before as u64);
        worker.release(after as u64);
    }
    assert_eq!(worker.live_objects(), 0);
}

#[test]
fn scopes_have_one_number_on_all_workers() {
    let enter: unsafe extern "C" fn(*mut Ctx, i64, i64) -> i64 =
        unsafe { std::mem::transmute(symbol("borel_scope_enter")) };
    let host = Host::default();
    let mut workers = [Worker::new(module(), host.clone(), 1), Worker::new(module(), host.clone(), 2)];
    let scopes = workers.each_mut().map(|worker| unsafe {
        enter(worker.ctx_pointer(), 3, -1);
        assert_ne!(enter(worker.ctx_pointer(), 4, 2), 0);
        worker.ctx().scope
    });
    assert_eq!(scopes[0], scopes[1]);
    let path: Vec<_> = host.scopes.path(scopes[0]).iter().map(|entry| (entry.choice, entry.index)).collect();
    assert_eq!(path, [(3, -1), (4, 2)]);
}
