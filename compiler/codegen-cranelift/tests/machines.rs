//! Machines: particles that suspend, are copied, resume and finish.

#![allow(unsafe_code)]

mod support;

use borel_abi::ctx::offset;
use borel_abi::layout::{Layout, Role, Slot};
use borel_abi::module::DONE;
use borel_flow::Ty::{Bool, Int, Pointer, Real};
use borel_flow::{Binary, Checked, Expr, Function, FunctionId, Local, Operand, Site, Stmt, Suspension, Unary, View};
use support::{Build, Program, Running, SITE, use_of};

/// Adds to the log weight and suspends.
fn score(build: &mut Build, amount: Operand, site: u32) -> Vec<Stmt> {
    let (before, after) = (build.local(Real), build.local(Real));
    vec![
        Stmt::Let(before, Expr::Context(offset::LOG_WEIGHT)),
        Stmt::Let(after, Expr::Binary(Binary::Add, use_of(before), amount)),
        Stmt::SetContext(offset::LOG_WEIGHT, use_of(after)),
        Stmt::Suspend(Suspension::Score, Site(site)),
    ]
}

/// Scores an Int.
fn score_int(build: &mut Build, amount: Operand, site: u32) -> Vec<Stmt> {
    let real = build.local(Real);
    let mut block = vec![Stmt::Let(real, Expr::Unary(Unary::IntToReal, amount))];
    block.extend(score(build, use_of(real), site));
    block
}

fn compile(mut program: Program, root: Function) -> Running {
    let id = program.function(root);
    program.module.roots[0].step = Some(id);
    program.compile()
}

/// New particles of a machine.
fn particles(running: &Running, count: usize) -> Vec<u64> {
    let machine = running.step_machine();
    let mut words = vec![0; machine.stride * count];
    let start = running.compiled.module().roots[0].step_start.expect("a step view");
    words.iter_mut().step_by(machine.stride).for_each(|state| *state = start);
    words
}

/// Advances one particle to its end; its log weights on the way, and the first words of its frame.
fn finish(running: &mut Running, environment: &[u64]) -> (Vec<f64>, Vec<u64>) {
    let machine = running.step_machine();
    let mut particle = particles(running, 1);
    let environment = running.environment(environment);
    let mut weights = Vec::new();
    while particle[0] != DONE {
        running.advance(&machine, environment, &mut particle).expect("no error");
        weights.push(f64::from_bits(particle[1]));
    }
    (weights, particle[borel_abi::module::frame_start(machine.ambient)..].to_vec())
}

/// `for i in 0..n { score(i); total = total + i }; total * 2`, n from the environment.
fn plain_loop() -> Running {
    let program = Program::new(&[Slot::Int]);
    let (mut root, x) = Build::root("loop", View::Step, &[Int], &[Int, Bool]);
    let (i, total, done, outer, inner) =
        (root.local(Int), root.local(Int), root.local(Bool), root.label(), root.label());
    let mut body = vec![
        Stmt::Let(done, Expr::Binary(Binary::LeInt, use_of(x[0]), use_of(i))),
        Stmt::If(use_of(done), vec![Stmt::Break(outer)], vec![]),
    ];
    body.extend(score_int(&mut root, use_of(i), 3));
    body.extend([
        Stmt::Let(total, Expr::Binary(Binary::AddInt, use_of(total), use_of(i))),
        Stmt::Let(i, Expr::Binary(Binary::AddInt, use_of(i), Operand::Int(1))),
        Stmt::Continue(inner),
    ]);
    root.add([
        Stmt::Let(i, Expr::Use(Operand::Int(0))),
        Stmt::Let(total, Expr::Use(Operand::Int(0))),
        Stmt::Block(outer, vec![Stmt::Loop(inner, body)]),
        Stmt::Let(total, Expr::Checked(Checked::Mul, use_of(total), Operand::Int(2), SITE)),
        Stmt::Return(vec![use_of(total), Operand::Bool(true)]),
    ]);
    compile(program, root.suspending())
}

#[test]
fn a_loop_suspends_with_its_live_locals_only() {
    let mut running = plain_loop();
    let (weights, result) = finish(&mut running, &[4]);
    assert_eq!(weights, [0.0, 1.0, 2.0, 3.0, 0.0]);
    assert_eq!(result[..2], [12, 1]);
    let machine = running.step_machine();
    assert_eq!(machine.stride, 4, "state, log weight, i, total");
    assert_eq!(machine.states.len(), 2);
    assert_eq!(machine.states[1].site, Some(3));
    assert!(machine.states.iter().all(|state| state.pointers.is_empty()));
}

#[test]
fn particles_advance_together_and_finished_ones_stay() {
    let mut running = plain_loop();
    let machine = running.step_machine();
    let mut words = particles(&running, 3);
    let environment = running.environment(&[1]);
    words[machine.stride] = DONE;
    words[machine.stride + 2] = 77;
    for _ in 0..3 {
        running.advance(&machine, environment, &mut words).expect("no error");
    }
    let states: Vec<u64> = words.iter().copied().step_by(machine.stride).collect();
    assert_eq!(states, [DONE; 3]);
    assert_eq!(words[machine.stride + 2], 77);
    assert_eq!((words[2], words[2 * machine.stride + 2]), (0, 0));
}

/// `tree(depth, tag) = { score(tag); if depth == 0 { 1 } else { tree(depth - 1, ..) + tree(depth - 1, ..) + tag.field } }`,
/// with a boxed number as the tag, so that frames hold pointers.
fn tree() -> Running {
    let mut program = Program::new(&[Slot::Int]);
    let boxed = program.layout(&[Slot::Int], Role::Plain);
    let mut tree = Build::new("tree", View::Step, &[Int, Pointer], &[Int]);
    let (depth, tag) = (tree.param(0), tree.param(1));
    let [leaf, number, less, left, right, sum] = [Bool, Int, Int, Int, Int, Int].map(|ty| tree.local(ty));
    let [tag_left, tag_right] = [tree.local(Pointer), tree.local(Pointer)];
    tree.add([Stmt::Let(number, Expr::Load(use_of(tag), boxed, 0))]);
    let scored = score_int(&mut tree, use_of(number), 1);
    tree.add(scored);
    let recurse = |result, tag| Stmt::Call(vec![result], FunctionId(0), vec![use_of(less), use_of(tag)]);
    tree.add([
        Stmt::Let(leaf, Expr::Binary(Binary::EqInt, use_of(depth), Operand::Int(0))),
        Stmt::If(
            use_of(leaf),
            vec![Stmt::Release(use_of(tag)), Stmt::Return(vec![Operand::Int(1)])],
            vec![
                Stmt::Let(less, Expr::Binary(Binary::SubInt, use_of(depth), Operand::Int(1))),
                Stmt::New(tag_left, boxed, vec![use_of(less)]),
                recurse(left, tag_left),
                Stmt::Let(tag_right, Expr::Use(use_of(tag))),
                Stmt::Retain(use_of(tag_right)),
                recurse(right, tag_right),
                Stmt::Let(number, Expr::Load(use_of(tag), boxed, 0)),
                Stmt::Release(use_of(tag)),
                Stmt::Let(sum, Expr::Binary(Binary::AddInt, use_of(left), use_of(right))),
                Stmt::Let(sum, Expr::Binary(Binary::AddInt, use_of(sum), use_of(number))),
                Stmt::Return(vec![use_of(sum)]),
            ],
        ),
    ]);
    let tree = program.function(tree.suspending());
    let (mut root, x) = Build::root("root", View::Step, &[Int], &[Int, Int]);
    let (tag, result) = (root.local(Pointer), root.local(Int));
    root.add([
        Stmt::New(tag, boxed, vec![Operand::Int(7)]),
        Stmt::Call(vec![result], tree, vec![use_of(x[0]), use_of(tag)]),
        Stmt::Return(vec![use_of(result), use_of(x[0])]),
    ]);
    compile(program, root.suspending())
}

/// What `tree` computes.
fn tree_value(depth: i64, tag: i64) -> i64 {
    if depth == 0 { 1 } else { tree_value(depth - 1, depth - 1) + tree_value(depth - 1, tag) + tag }
}

#[test]
fn recursion_keeps_its_frames_on_the_heap() {
    let mut running = tree();
    let (weights, result) = finish(&mut running, &[6]);
    assert_eq!(weights.len(), 128);
    assert_eq!(result[..2], [tree_value(6, 7) as u64, 6]);
    assert_eq!(running.worker.live_objects(), 1, "only the environment is left");
}

#[test]
fn copies_of_a_particle_share_frames_and_go_their_own_ways() {
    let mut running = tree();
    let machine = running.step_machine();
    let environment = running.environment(&[5]);
    for steps in 1..40 {
        let mut particle = particles(&running, 1);
        for _ in 0..steps {
            running.advance(&machine, environment, &mut particle).expect("no error");
        }
        let mut all = Vec::new();
        for _ in 0..3 {
            all.extend(running.clone_particle(&machine, &particle));
        }
        running.drop_particle(&machine, &particle);
        let dropped = all.split_off(2 * machine.stride);
        running.drop_particle(&machine, &dropped);
        while all.iter().step_by(machine.stride).any(|state| *state != DONE) {
            running.advance(&machine, environment, &mut all).expect("no error");
        }
        for copy in all.chunks(machine.stride) {
            assert_eq!(copy[2..4], [tree_value(5, 7) as u64, 5], "after {steps} steps");
        }
        assert_eq!(running.worker.live_objects(), 1, "after {steps} steps");
    }
}

/// Two functions that call each other in tail position, through branches and copies:
/// `even(n) = { score(n); if n == 0 { 1 } else { odd(n - 1) } }`, and `odd` alike.
fn even_odd() -> Running {
    let mut program = Program::new(&[Slot::Int]);
    let part = |name: &str, other: u32, end: i64| {
        let mut part = Build::new(name, View::Step, &[Int], &[Int]);
        let n = part.param(0);
        let [zero, less, result, copy] = [Bool, Int, Int, Int].map(|ty| part.local(ty));
        let outer = part.label();
        let scored = score_int(&mut part, use_of(n), 0);
        part.add(scored);
        part.add([
            Stmt::Let(zero, Expr::Binary(Binary::EqInt, use_of(n), Operand::Int(0))),
            Stmt::Block(
                outer,
                vec![Stmt::If(
                    use_of(zero),
                    vec![Stmt::Let(result, Expr::Use(Operand::Int(end))), Stmt::Break(outer)],
                    vec![
                        Stmt::Let(less, Expr::Binary(Binary::SubInt, use_of(n), Operand::Int(1))),
                        Stmt::Call(vec![result], FunctionId(other), vec![use_of(less)]),
                    ],
                )],
            ),
            Stmt::Let(copy, Expr::Use(use_of(result))),
            Stmt::Return(vec![use_of(copy)]),
        ]);
        part.suspending()
    };
    program.function(part("even", 1, 1));
    program.function(part("odd", 0, 0));
    let (mut root, x) = Build::root("root", View::Step, &[Int], &[Int]);
    let result = root.local(Int);
    root.add([Stmt::Call(vec![result], FunctionId(0), vec![use_of(x[0])]), Stmt::Return(vec![use_of(result)])]);
    compile(program, root.suspending())
}

#[test]
fn tail_calls_run_in_constant_space() {
    let mut running = even_odd();
    let machine = running.step_machine();
    let environment = running.environment(&[1_000_000]);
    let mut particle = particles(&running, 1);
    let mut suspensions = 0;
    while particle[0] != DONE {
        running.advance(&machine, environment, &mut particle).expect("no error");
        suspensions += 1;
        assert!(running.worker.live_objects() <= 2);
    }
    assert_eq!(suspensions, 1_000_002);
    assert_eq!(particle[2], 1);
}

/// A helper that scores and is called twice, in the middle of things; it is inlined.
#[test]
fn calls_without_recursion_need_no_frames() {
    let mut program = Program::new(&[Slot::Int]);
    let mut helper = Build::new("helper", View::Step, &[Int], &[Int, Real]);
    let (n, double, real) = (helper.param(0), helper.local(Int), helper.local(Real));
    helper.add([Stmt::Let(double, Expr::Binary(Binary::AddInt, use_of(n), use_of(n)))]);
    let scored = score_int(&mut helper, use_of(double), 2);
    helper.add(scored);
    helper.add([
        Stmt::Let(real, Expr::Unary(Unary::IntToReal, use_of(n))),
        Stmt::Return(vec![use_of(double), use_of(real)]),
    ]);
    let helper = program.function(helper.suspending());
    let (mut root, x) = Build::root("root", View::Step, &[Int], &[Int, Real]);
    let [a, b, sum] = [Int; 3].map(|ty| root.local(ty));
    let [r, s, t] = [Real; 3].map(|ty| root.local(ty));
    root.add([
        Stmt::Call(vec![a, r], helper, vec![use_of(x[0])]),
        Stmt::Call(vec![b, s], helper, vec![use_of(a)]),
        Stmt::Let(sum, Expr::Binary(Binary::AddInt, use_of(a), use_of(b))),
        Stmt::Let(t, Expr::Binary(Binary::Sub, use_of(s), use_of(r))),
        Stmt::Return(vec![use_of(sum), use_of(t)]),
    ]);
    let frames = |layouts: &[Layout]| layouts.iter().filter(|layout| layout.role == Role::Frame).count();
    let mut running = compile(program, root.suspending());
    let (weights, result) = finish(&mut running, &[5]);
    assert_eq!(weights, [10.0, 20.0, 0.0]);
    assert_eq!(result[..2], [30, 5.0f64.to_bits()]);
    assert_eq!(frames(&running.compiled.module().layouts), 0);
}

/// Functions that score without suspending see and change the log weight of the particle.
#[test]
fn the_log_weight_passes_through_calls() {
    let mut program = Program::new(&[Slot::Int]);
    let mut adds = Build::new("adds", View::Enumerate, &[Real], &[]);
    let amount = use_of(adds.param(0));
    let (before, after) = (adds.local(Real), adds.local(Real));
    adds.add([
        Stmt::Let(before, Expr::Context(offset::LOG_WEIGHT)),
        Stmt::Let(after, Expr::Binary(Binary::Add, use_of(before), amount)),
        Stmt::SetContext(offset::LOG_WEIGHT, use_of(after)),
        Stmt::Return(vec![]),
    ]);
    let adds = program.function(adds.function);
    let (mut root, _) = Build::root("root", View::Step, &[Int], &[]);
    let scored = score(&mut root, Operand::Real(1.0), 0);
    root.add(scored[..3].to_vec());
    root.add([Stmt::Call(vec![], adds, vec![Operand::Real(0.25)])]);
    let scored = score(&mut root, Operand::Real(1.0), 0);
    root.add(scored);
    root.add([Stmt::Call(vec![], adds, vec![Operand::Real(0.5)]), Stmt::Return(vec![])]);
    let mut running = compile(program, root.suspending());
    assert_eq!(finish(&mut running, &[0]).0, [2.25, 0.5]);
}

/// `a ~ choice; b ~ choice; return a * 10 + b`: the explorer supplies the values.
#[test]
fn choices_hand_out_the_distribution_and_take_a_value() {
    let mut program = Program::new(&[Slot::Int]);
    let bernoulli = program.layout(&[Slot::Real], Role::Distribution(borel_distributions::Kind::Bernoulli as u32));
    let (mut root, _) = Build::root("root", View::Enumerate, &[Int], &[Int]);
    let (d, e) = (root.local(Pointer), root.local(Pointer));
    let [a, b, result]: [Local; 3] = [Int; 3].map(|ty| root.local(ty));
    root.add([
        Stmt::New(d, bernoulli, vec![Operand::Real(0.5)]),
        Stmt::Suspend(Suspension::Choice(use_of(d), a), Site(1)),
        Stmt::New(e, bernoulli, vec![Operand::Real(0.25)]),
        Stmt::Suspend(Suspension::Choice(use_of(e), b), Site(2)),
        Stmt::Let(result, Expr::Binary(Binary::MulInt, use_of(a), Operand::Int(10))),
        Stmt::Let(result, Expr::Binary(Binary::AddInt, use_of(result), use_of(b))),
        Stmt::Return(vec![use_of(result)]),
    ]);
    let id = program.function(root.suspending());
    program.module.roots[0].enumerate = Some(id);
    let mut running = program.compile();
    let machine = running.compiled.module().enumerate.clone().expect("an enumerate view");
    let start = running.compiled.module().roots[0].enumerate_start.expect("a start");
    let environment = running.environment(&[0]);
    let mut particle = vec![0; machine.stride];
    particle[0] = start;
    for (input, probability) in [(6, 0.5), (3, 0.25)] {
        running.advance(&machine, environment, &mut particle).expect("no error");
        let pending = running.worker.ctx().pending;
        assert_eq!(f64::from_bits(unsafe { *pending.add(1) }), probability);
        unsafe { running.worker.release(pending as u64) };
        running.worker.ctx().input = input;
    }
    running.advance(&machine, environment, &mut particle).expect("no error");
    assert_eq!((particle[0], particle[2]), (DONE, 63));
    assert_eq!(running.worker.live_objects(), 1);
}

/// What travels with particles is put into the context and taken back.
#[test]
fn ambient_words_travel_with_the_particle() {
    let mut program = Program::new(&[Slot::Int]);
    program.module.ambient = true;
    let (mut root, _) = Build::root("root", View::Step, &[Int], &[Int]);
    let (mems, more) = (root.local(Int), root.local(Int));
    for _ in 0..2 {
        let scored = score(&mut root, Operand::Real(0.0), 0);
        root.add([
            Stmt::Let(mems, Expr::Context(offset::MEMS)),
            Stmt::Let(more, Expr::Binary(Binary::AddInt, use_of(mems), Operand::Int(1))),
            Stmt::SetContext(offset::MEMS, use_of(more)),
        ]);
        root.add(scored);
    }
    root.add([Stmt::Let(mems, Expr::Context(offset::MEMS)), Stmt::Return(vec![use_of(mems)])]);
    let mut running = compile(program, root.suspending());
    let machine = running.step_machine();
    assert!(machine.ambient);
    let environment = running.environment(&[0]);
    let mut words = particles(&running, 2);
    words[5] = 10;
    words[machine.stride + 5] = 20;
    for _ in 0..3 {
        running.advance(&machine, environment, &mut words).expect("no error");
    }
    assert_eq!((words[5], words[6]), (12, 12));
    assert_eq!((words[machine.stride + 5], words[machine.stride + 6]), (22, 22));
}
