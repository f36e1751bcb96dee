//! Compiled programs, stood in for by functions of Rust with the same conventions: particles that own objects, exact enumeration,
//! nested inference, distributions that are values.

#![allow(unsafe_code)]

use borel_abi::arena::Environment;
use borel_abi::layout::{Layout, LayoutId, LayoutKind, Role, Slot, builtin, builtin_layouts};
use borel_abi::module::{ChoiceInfo, DONE, Machine, Module, Root, State};
use borel_abi::object::{self, words};
use borel_abi::shape::{Shape, ShapeId};
use borel_abi::{Ctx, ErrorKind, Host, Value, Worker};
use borel_distributions::Kind;
use borel_inference::compiled::{Captured, View};
use borel_inference::distribution::Distribution;
use borel_inference::{
    CHUNK, CompiledModel, Control, Enumerate, ExactModel, Importance, Smc, Team, enumerate, importance, smc,
    thread_pool,
};
use std::mem::transmute;
use std::sync::Arc;

const EMPTY: LayoutId = LayoutId(builtin::COUNT);
const CONS: LayoutId = LayoutId(builtin::COUNT + 1);
const CATEGORICAL: LayoutId = LayoutId(builtin::COUNT + 2);
const POISSON: LayoutId = LayoutId(builtin::COUNT + 3);
const NORMAL: LayoutId = LayoutId(builtin::COUNT + 4);
const EMPIRICAL: LayoutId = LayoutId(builtin::COUNT + 5);

const REAL: ShapeId = ShapeId(0);
const LIST: ShapeId = ShapeId(1);
const INT: ShapeId = ShapeId(2);

fn module(result: ShapeId) -> Module {
    let mut layouts = builtin_layouts();
    let mut add = |slots: Vec<Slot>, role| {
        layouts.push(Layout { name: format!("{role:?}"), kind: LayoutKind::Fields(slots), role });
    };
    add(vec![], Role::Closure(0));
    add(vec![Slot::Real, Slot::Pointer], Role::Constructor(0));
    add(vec![Slot::Pointer], Role::Distribution(Kind::Categorical as u32));
    add(vec![Slot::Real], Role::Distribution(Kind::Poisson as u32));
    add(vec![Slot::Real, Slot::Real], Role::Distribution(Kind::Normal as u32));
    add(vec![Slot::Pointer, Slot::Pointer], Role::Empirical);
    let list = vec![("Cons".to_string(), vec![REAL, LIST], CONS), ("Nil".to_string(), vec![], CONS)];
    let shapes = vec![Shape::Real, Shape::Data("List".into(), list), Shape::Int];
    let root = Root {
        name: "root".into(),
        environment: EMPTY,
        parameters: vec![],
        result,
        simulate: None,
        weigh: None,
        density: None,
        replay: None,
        gradient: None,
        step_start: Some(0),
        enumerate_start: Some(0),
        traced_start: None,
        batches: [None; 2],
        observes: true,
    };
    let choices = vec![ChoiceInfo { name: "x".into() }];
    Module { layouts, shapes, choices, roots: vec![root], ..Module::default() }
}

fn machine(advance: borel_abi::module::Advance, stride: usize, ambient: bool, pointers: Vec<Vec<u32>>) -> Machine {
    let states = pointers.into_iter().map(|pointers| State { pointers, site: Some(7) }).collect();
    Machine { advance, stride, ambient, states }
}

fn closure(module: &Module) -> Captured {
    Captured::Environment(Environment::bind(module, 0, &[]).expect("no parameters"))
}

/// A new object with these words, in the heap of the context's worker.
unsafe fn make(ctx: *mut Ctx, layout: LayoutId, words: &[u64]) -> u64 {
    unsafe {
        let object = Worker::of(ctx).allocate(layout.0, 8 + 8 * words.len()).expect("memory");
        std::ptr::copy_nonoverlapping(words.as_ptr(), object.add(1), words.len());
        object as u64
    }
}

const STEPS: u64 = 10;

/// Draws uniforms on a list that each particle shares with its relatives, scored by the newest; records each one.
/// Words: state, log weight, trace, memo, scope, mems, list, step.
unsafe extern "C" fn grow_lists(ctx: *mut Ctx, _: *const u64, particles: *mut u64, count: i64) {
    unsafe {
        for i in 0..count as usize {
            let particle = std::slice::from_raw_parts_mut(particles.add(8 * i), 8);
            if particle[0] == DONE {
                continue;
            }
            let x = (*ctx).stream.uniform();
            let tail = if particle[0] == 0 { 3 } else { particle[6] };
            let index = particle[7];
            particle[6] = make(ctx, CONS, &[x.to_bits(), tail]);
            particle[2] = make(ctx, builtin::RECORD, &[particle[2], 0, 0, index, 0, x.to_bits(), x.to_bits()]);
            particle[1] = x.ln().to_bits();
            particle[7] += 1;
            particle[0] = if particle[7] == STEPS { DONE } else { 1 };
        }
    }
}

fn lists() -> Arc<Module> {
    let mut module = module(LIST);
    module.step = Some(machine(grow_lists, 8, true, vec![vec![], vec![6]]));
    Arc::new(module)
}

#[test]
fn particles_that_own_objects_move_between_workers() {
    let module = lists();
    let run = |threads: usize| {
        let host = Host::default();
        let model = CompiledModel::new(&module, 0, closure(&module), View::Step, &host).expect("compiled for it");
        let pool = thread_pool(threads);
        let mut team = Team::new((0..threads).map(|_| model.worker()).collect(), pool.as_ref());
        let settings = Smc { particles: 3 * CHUNK + 1000, seed: 4, ..Smc::default() };
        let result = smc(&model, &mut team, &settings, &Control::default()).expect("it runs");
        let draws = result.draws(&model);
        assert!(result.resamplings > 1);
        let (log_evidence, value) = (result.log_evidence, model.result(&result.chunks[1], 17));
        result.discard(&model, &mut team);
        for worker in team.workers() {
            assert_eq!(worker.get().live_objects(), 0);
        }
        drop(team);
        assert_eq!(host.budget.used(), 0);
        let columns: Vec<_> =
            draws.columns().iter().map(|column| (column.name.clone(), column.values.clone())).collect();
        (log_evidence, value, columns)
    };
    let (log_evidence, value, columns) = run(1);
    assert!((log_evidence - STEPS as f64 * 0.5f64.ln()).abs() < 0.1);
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[..3], ["x[0]", "x[1]", "x[2]"]);
    assert_eq!(names.len(), STEPS as usize + 1);
    let several = run(3);
    assert_eq!((log_evidence, value), (several.0, several.1));
    for ((name, one), (_, three)) in columns.iter().zip(&several.2) {
        assert_eq!(one, three, "{name}");
    }
}

#[test]
fn importance_sampling_leaves_nothing_behind() {
    let (module, host) = (lists(), Host::default());
    let model = CompiledModel::new(&module, 0, closure(&module), View::Step, &host).expect("compiled for it");
    let mut team = Team::single(model.worker());
    let settings = Importance { draws: CHUNK + 10, seed: 4 };
    let result = importance(&model, &mut team, &settings, &Control::default()).expect("it runs");
    assert_eq!(result.weights.len(), CHUNK + 10);
    assert!(matches!(model.result(&result.chunks[0], 3), Value::Data { .. }));
    result.discard(&model, &mut team);
    assert_eq!(team.workers()[0].get().live_objects(), 0);
}

#[test]
fn too_many_particles_are_an_error() {
    let (module, host) = (lists(), Host::new(1 << 20, Box::new(|_| {})));
    let model = CompiledModel::new(&module, 0, closure(&module), View::Step, &host).expect("compiled for it");
    let mut team = Team::single(model.worker());
    let settings = Smc { particles: 1_000_000, seed: 4, ..Smc::default() };
    let error = smc(&model, &mut team, &settings, &Control::default()).err().expect("it fails");
    assert_eq!(error.kind, ErrorKind::OutOfMemory { limit: 1 << 20 });
}

const TRANSITION: [[f64; 3]; 3] = [[0.9, 0.1, 0.0], [0.2, 0.5, 0.3], [0.05, 0.15, 0.8]];
const SCORE: [f64; 3] = [0.5, 0.2, 1.4];
const LENGTH: u64 = 60;

unsafe fn categorical(ctx: *mut Ctx, probabilities: &[f64]) -> u64 {
    unsafe {
        let array = Worker::of(ctx).allocate_array(builtin::REALS.0, probabilities.len()).expect("memory");
        std::ptr::copy_nonoverlapping(probabilities.as_ptr(), array.add(2) as *mut f64, probabilities.len());
        make(ctx, CATEGORICAL, &[array as u64])
    }
}

/// A hidden Markov model that chooses each state; words: state, log weight, hidden, step.
unsafe extern "C" fn markov(ctx: *mut Ctx, _: *const u64, words: *mut u64, _: i64) {
    unsafe {
        let particle = std::slice::from_raw_parts_mut(words, 4);
        particle[1] = 0f64.to_bits();
        if particle[0] == 1 {
            particle[2] = (*ctx).input as u64;
            particle[1] = SCORE[particle[2] as usize].ln().to_bits();
            particle[3] += 1;
        }
        if particle[3] == LENGTH {
            particle[0] = DONE;
            return;
        }
        let hidden = particle[2] as usize;
        (*ctx).pending = categorical(ctx, &TRANSITION[hidden]) as *mut u64;
        particle[0] = 1;
    }
}

fn hidden_markov() -> Arc<Module> {
    let mut module = module(INT);
    module.enumerate = Some(machine(markov, 4, false, vec![vec![], vec![]]));
    Arc::new(module)
}

/// The forward algorithm (Rabiner 1989): the log evidence and the distribution of the last state.
fn forward() -> (f64, [f64; 3]) {
    let (mut alpha, mut log_evidence) = ([1.0, 0.0, 0.0], 0.0);
    for _ in 0..LENGTH {
        let mut next = [0.0; 3];
        for (from, a) in alpha.iter().enumerate() {
            (0..3).for_each(|to| next[to] += a * TRANSITION[from][to] * SCORE[to]);
        }
        let total: f64 = next.iter().sum();
        log_evidence += total.ln();
        alpha = next.map(|a| a / total);
    }
    (log_evidence, alpha)
}

#[test]
fn equal_states_are_joined() {
    let (module, host) = (hidden_markov(), Host::default());
    let model = ExactModel::new(&module, 0, closure(&module)).expect("compiled for it");
    let mut worker = model.worker(&host);
    for mass in [1.0, 1.0 - 1e-9] {
        let settings = Enumerate { mass, ..Enumerate::default() };
        let found = enumerate(&model, &mut worker, &settings, &Control::default()).expect("it runs");
        let (log_evidence, alpha) = forward();
        assert!((found.log_evidence - log_evidence).abs() < 1e-7, "{} {log_evidence}", found.log_evidence);
        assert!(found.unexplored <= 1.0 - mass);
        assert!(found.executions < 600, "{}", found.executions);
        let draws = found.draws(&model, &host);
        let column = draws.column("return").expect("the result");
        for (row, value) in column.rows.iter().zip(&column.values) {
            assert!((draws.weights[*row as usize] - alpha[*value as usize]).abs() < 1e-7);
        }
        found.discard(&model, &mut worker);
        assert_eq!(worker.live_objects(), 0);
    }
}

#[test]
fn an_exploration_can_be_limited() {
    let (module, host) = (hidden_markov(), Host::default());
    let model = ExactModel::new(&module, 0, closure(&module)).expect("compiled for it");
    let mut worker = model.worker(&host);
    let settings = Enumerate { most_executions: 50, ..Enumerate::default() };
    let error = enumerate(&model, &mut worker, &settings, &Control::default()).err().expect("nothing is finished");
    assert_eq!(error.kind, ErrorKind::Interrupted);
    assert_eq!(worker.live_objects(), 0);
}

/// Two counts, observed to add up to 3; words: state, log weight, first count.
unsafe extern "C" fn two_counts(ctx: *mut Ctx, _: *const u64, words: *mut u64, _: i64) {
    unsafe {
        let particle = std::slice::from_raw_parts_mut(words, 3);
        particle[1] = 0f64.to_bits();
        match particle[0] {
            DONE => return,
            0 => particle[0] = 1,
            1 => (particle[0], particle[2]) = (2, (*ctx).input as u64),
            _ => {
                let holds = particle[2] as i64 + (*ctx).input == 3;
                particle[1] = (if holds { 0.0 } else { f64::NEG_INFINITY }).to_bits();
                particle[0] = DONE;
                return;
            }
        }
        let rate: f64 = if particle[0] == 1 { 1.0 } else { 2.5 };
        (*ctx).pending = make(ctx, POISSON, &[rate.to_bits()]) as *mut u64;
    }
}

#[test]
fn countable_choices_are_explored_up_to_a_mass() {
    let (mut module, host) = (module(INT), Host::default());
    module.enumerate = Some(machine(two_counts, 3, false, vec![vec![]; 3]));
    let module = Arc::new(module);
    let model = ExactModel::new(&module, 0, closure(&module)).expect("compiled for it");
    let mut worker = model.worker(&host);
    for mass in [0.99, 1.0 - 1e-6, 1.0 - 1e-9, 1.0] {
        let settings = Enumerate { mass, ..Enumerate::default() };
        let found = enumerate(&model, &mut worker, &settings, &Control::default()).expect("it runs");
        // The sum is Poisson with rate 3.5.
        let exact = -3.5 + 3.0 * 3.5f64.ln() - 6f64.ln();
        assert!(found.unexplored <= 1.0 - mass);
        assert!((found.log_evidence.exp() - exact.exp()).abs() <= (1.0 - mass).max(1e-14), "{mass}");
        let mean: f64 =
            found.particles.iter().zip(&found.weights).map(|(words, weight)| weight * words[2] as f64).sum();
        // The first given the sum is binomial.
        assert!((mean - 3.0 / 3.5).abs() < 20.0 * (1.0 - mass) + 1e-12, "{mass} {mean}");
        found.discard(&model, &mut worker);
        assert_eq!(worker.live_objects(), 0);
    }
}

type Infer = unsafe extern "C" fn(*mut Ctx, i64, *const u64, i64, i64, i64, f64, f64);

fn infer_symbol() -> Infer {
    let found = borel_inference::symbols().into_iter().find(|(name, _)| *name == "borel_infer").expect("the symbol");
    unsafe { transmute(found.1) }
}

#[test]
fn inference_nests() {
    let mut program = module(LIST);
    program.step = lists().step.clone();
    let module = Arc::new(program);
    let mut worker = Worker::new(module.clone(), Host::default(), 1);
    let infer = infer_symbol();
    unsafe {
        let closure = make(worker.ctx_pointer(), EMPTY, &[]);
        worker.ctx().log_weight = -3.0;
        worker.ctx().scope = 5;
        let error =
            worker.enter(move |ctx| infer(ctx, 11, closure as *const u64, 2, -1, 0, 0.5, 1.0)).expect_err("a count");
        assert_eq!((error.kind, error.site), (ErrorKind::Negative(-1), Some(11)));
        // An array of pointers holds the lists.
        worker.enter(move |ctx| infer(ctx, 11, closure as *const u64, 2, 500, 0, 0.5, 1.0)).expect("it runs");
        let [draws, weights, log_evidence] = [0, 1, 2].map(|i| worker.ctx().results[i]);
        assert_eq!((worker.ctx().log_weight, worker.ctx().scope), (-3.0, 5));
        assert_eq!(words(draws as *const u64).len(), 500);
        let total: f64 = object::reals(weights as *const u64).iter().sum();
        assert!((total - 1.0).abs() < 1e-9);
        assert!((f64::from_bits(log_evidence) - STEPS as f64 * 0.5f64.ln()).abs() < 0.5);
        for pointer in [draws, weights, closure] {
            worker.release(pointer);
        }
    }
    assert_eq!(worker.live_objects(), 0);
}

#[test]
fn exact_inference_nests() {
    let module = hidden_markov();
    let mut worker = Worker::new(module.clone(), Host::default(), 1);
    let infer = infer_symbol();
    unsafe {
        let closure = make(worker.ctx_pointer(), EMPTY, &[]);
        worker.enter(move |ctx| infer(ctx, 11, closure as *const u64, 0, 0, 0, 0.5, 1.0)).expect("it runs");
        let [draws, weights, log_evidence] = [0, 1, 2].map(|i| worker.ctx().results[i]);
        assert_eq!(words(draws as *const u64).len(), 3);
        assert!((f64::from_bits(log_evidence) - forward().0).abs() < 1e-12);
        for pointer in [draws, weights, closure] {
            worker.release(pointer);
        }
    }
    assert_eq!(worker.live_objects(), 0);
}

#[test]
fn distributions_that_can_be_listed() {
    let module = Arc::new(module(INT));
    let mut worker = Worker::new(module, Host::default(), 1);
    let ctx = worker.ctx_pointer();
    let layouts = worker.layouts().clone();
    unsafe {
        let view = |pointer: u64| Distribution::new(&layouts, pointer as *const u64);
        let values = worker.allocate_array(builtin::INTS.0, 3).expect("memory");
        let weights = worker.allocate_array(builtin::REALS.0, 3).expect("memory");
        for (i, (value, weight)) in [(5u64, 0.25f64), (6, 0.5), (5, 0.25)].into_iter().enumerate() {
            *values.add(2 + i) = value;
            *weights.add(2 + i) = weight.to_bits();
        }
        let empirical = make(ctx, EMPIRICAL, &[values as u64, weights as u64]);
        assert!(view(empirical).choices().expect("three").last == Some(2));
        let normal = make(ctx, NORMAL, &[2f64.to_bits(), 1f64.to_bits()]);
        assert_eq!(view(normal).choices().err(), Some(ErrorKind::Refused));
        let wrong = make(ctx, POISSON, &[(-1f64).to_bits()]);
        assert!(matches!(view(wrong).choices().err(), Some(ErrorKind::Parameter { parameter: 0, .. })));
        for pointer in [empirical, normal, wrong] {
            worker.release(pointer);
        }
    }
    assert_eq!(worker.live_objects(), 0);
}
