//! Functions that do not suspend.

#![allow(unsafe_code)]

mod support;

use borel_abi::ErrorKind;
use borel_abi::layout::{Role, Slot, builtin};
use borel_distributions::Kind;
use borel_flow::Ty::{Bool, Int, Pointer, Real};
use borel_flow::runtime::Named;
use borel_flow::{Binary, Checked, Expr, FunctionId, Operand, Runtime, Static, Stmt, Trap, Unary, View};
use support::{Build, Program, Running, SITE, simulation, use_of};

fn int_function(inputs: usize, make: impl FnOnce(&[Operand]) -> Expr) -> Running {
    simulation(&vec![Int; inputs], &[Int], |build, locals| {
        let operands: Vec<Operand> = locals.iter().map(|local| use_of(*local)).collect();
        let result = build.local(Int);
        vec![Stmt::Let(result, make(&operands)), Stmt::Return(vec![use_of(result)])]
    })
}

fn checked(operation: Checked) -> Running {
    int_function(2, |x| Expr::Checked(operation, x[0], x[1], SITE))
}

fn kind(result: Result<i64, borel_abi::RuntimeError>) -> ErrorKind {
    result.expect_err("an error").kind
}

#[test]
fn checked_arithmetic_gives_results_and_errors() {
    let mut add = checked(Checked::Add);
    assert_eq!(add.int(&[2, 3]), Ok(5));
    assert_eq!(kind(add.int(&[i64::MAX, 1])), ErrorKind::Overflow);
    assert_eq!(add.int(&[i64::MAX, -1]), Ok(i64::MAX - 1));
    let mut sub = checked(Checked::Sub);
    assert_eq!(kind(sub.int(&[i64::MIN, 1])), ErrorKind::Overflow);
    let mut mul = checked(Checked::Mul);
    assert_eq!(mul.int(&[-4, 5]), Ok(-20));
    assert_eq!(kind(mul.int(&[1 << 40, 1 << 40])), ErrorKind::Overflow);
}

#[test]
fn division_rounds_down_and_remainders_have_the_sign_of_the_divisor() {
    let (mut div, mut rem) = (checked(Checked::Div), checked(Checked::Rem));
    for (a, b) in [(7, 2), (-7, 2), (7, -2), (-7, -2), (6, 3), (-6, 3), (0, 5), (i64::MIN, 2), (i64::MAX, -1)] {
        let floor = (a as i128).div_euclid(b as i128) - i128::from(b < 0 && (a as i128).rem_euclid(b as i128) != 0);
        assert_eq!(div.int(&[a, b]), Ok(floor as i64), "{a} / {b}");
        assert_eq!(rem.int(&[a, b]), Ok((a as i128 - floor * b as i128) as i64), "{a} % {b}");
    }
    assert_eq!(kind(div.int(&[1, 0])), ErrorKind::DivisionByZero);
    assert_eq!(kind(rem.int(&[1, 0])), ErrorKind::DivisionByZero);
    assert_eq!(kind(div.int(&[i64::MIN, -1])), ErrorKind::Overflow);
    assert_eq!(rem.int(&[i64::MIN, -1]), Ok(0));
}

#[test]
fn constant_divisors_agree_with_variable_ones() {
    for b in [1, 2, 8, 3, -1, -4, 1 << 62] {
        let mut div = int_function(1, |x| Expr::Checked(Checked::Div, x[0], Operand::Int(b), SITE));
        let mut rem = int_function(1, |x| Expr::Checked(Checked::Rem, x[0], Operand::Int(b), SITE));
        let (mut any_div, mut any_rem) = (checked(Checked::Div), checked(Checked::Rem));
        for a in [-9, -8, -1, 0, 1, 7, 8, i64::MAX, i64::MIN + 1] {
            assert_eq!(div.int(&[a]), any_div.int(&[a, b]), "{a} / {b}");
            assert_eq!(rem.int(&[a]), any_rem.int(&[a, b]), "{a} % {b}");
        }
    }
    let mut div = int_function(1, |x| Expr::Checked(Checked::Div, x[0], Operand::Int(-1), SITE));
    assert_eq!(kind(div.int(&[i64::MIN])), ErrorKind::Overflow);
}

#[test]
fn real_operations_are_those_of_ieee() {
    let real = |operation| {
        simulation(&[Real, Real], &[Real], |build, x| {
            let result = build.local(Real);
            let expression = Expr::Binary(operation, use_of(x[0]), use_of(x[1]));
            vec![Stmt::Let(result, expression), Stmt::Return(vec![use_of(result)])]
        })
    };
    let mut min = real(Binary::Min);
    assert_eq!(min.real(&[1.0, 2.0]), Ok(1.0));
    assert!(min.real(&[1.0, f64::NAN]).is_ok_and(f64::is_nan));
    assert!(real(Binary::Max).real(&[f64::NAN, 1.0]).is_ok_and(f64::is_nan));
    assert_eq!(real(Binary::Div).real(&[1.0, 0.0]), Ok(f64::INFINITY));
    let mut compare = simulation(&[Real, Real], &[Bool, Bool, Bool], |build, x| {
        let results = [build.local(Bool), build.local(Bool), build.local(Bool)];
        let operations = [Binary::Eq, Binary::Lt, Binary::Le];
        let mut block: Vec<Stmt> = results
            .iter()
            .zip(operations)
            .map(|(local, operation)| Stmt::Let(*local, Expr::Binary(operation, use_of(x[0]), use_of(x[1]))))
            .collect();
        block.push(Stmt::Return(results.iter().map(|local| use_of(*local)).collect()));
        block
    });
    let mut run = |a: f64, b: f64| compare.run(&[a.to_bits(), b.to_bits()]).map(|words| words[..3].to_vec());
    assert_eq!(run(1.0, 1.0), Ok(vec![1, 0, 1]));
    assert_eq!(run(1.0, 2.0), Ok(vec![0, 1, 1]));
    assert_eq!(run(f64::NAN, f64::NAN), Ok(vec![0, 0, 0]));
}

#[test]
fn unary_operations() {
    let mut run = simulation(&[Real, Int, Bool], &[Real, Real, Real, Bool, Real, Int, Bool, Int], |build, x| {
        let cases = [
            (Real, Unary::Negate, x[0]),
            (Real, Unary::Abs, x[0]),
            (Real, Unary::Sqrt, x[0]),
            (Bool, Unary::Not, x[2]),
            (Real, Unary::IntToReal, x[1]),
            (Int, Unary::BoolToInt, x[2]),
            (Bool, Unary::IntToBool, x[1]),
            (Int, Unary::Bits, x[0]),
        ];
        let mut block = Vec::new();
        let mut words = Vec::new();
        for (ty, operation, operand) in cases {
            let local = build.local(ty);
            block.push(Stmt::Let(local, Expr::Unary(operation, use_of(operand))));
            words.push(use_of(local));
        }
        block.push(Stmt::Return(words));
        block
    });
    let words = run.run(&[4.0f64.to_bits(), -3i64 as u64, 1]).expect("a result");
    let expected =
        [(-4.0f64).to_bits(), 4.0f64.to_bits(), 2.0f64.to_bits(), 0, (-3.0f64).to_bits(), 1, 1, 4.0f64.to_bits()];
    assert_eq!(words[..8], expected);
}

/// Sums 0..n in a loop that an outer block can leave early.
fn sum_loop() -> Running {
    simulation(&[Int], &[Int], |build, x| {
        let (i, total, done, outer, inner) =
            (build.local(Int), build.local(Int), build.local(Bool), build.label(), build.label());
        let body = vec![
            Stmt::Let(done, Expr::Binary(Binary::LeInt, use_of(x[0]), use_of(i))),
            Stmt::If(use_of(done), vec![Stmt::Break(outer)], vec![]),
            Stmt::Let(total, Expr::Checked(Checked::Add, use_of(total), use_of(i), SITE)),
            Stmt::Let(i, Expr::Binary(Binary::AddInt, use_of(i), Operand::Int(1))),
            Stmt::Continue(inner),
        ];
        vec![
            Stmt::Let(i, Expr::Use(Operand::Int(0))),
            Stmt::Let(total, Expr::Use(Operand::Int(0))),
            Stmt::Block(outer, vec![Stmt::Loop(inner, body)]),
            Stmt::Return(vec![use_of(total)]),
        ]
    })
}

#[test]
fn loops_and_interrupts() {
    let mut sum = sum_loop();
    assert_eq!(sum.int(&[1000]), Ok(499_500));
    sum.worker.host().interrupt.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(kind(sum.int(&[1000])), ErrorKind::Interrupted);
}

#[test]
fn switches_also_on_negative_values() {
    let mut run = simulation(&[Int], &[Int], |build, x| {
        let result = build.local(Int);
        let set = |value| vec![Stmt::Let(result, Expr::Use(Operand::Int(value)))];
        let cases = vec![(0, set(10)), (1, set(11)), (-5, set(12)), (2, vec![Stmt::Return(vec![Operand::Int(13)])])];
        vec![Stmt::Switch(use_of(x[0]), cases, set(14)), Stmt::Return(vec![use_of(result)])]
    });
    for (value, expected) in [(0, 10), (1, 11), (-5, 12), (2, 13), (3, 14)] {
        assert_eq!(run.int(&[value]), Ok(expected));
    }
}

#[test]
fn calls_give_many_results() {
    let mut program = Program::new(&[Slot::Int]);
    let types = [Int, Real, Bool, Int, Real];
    let mut many = Build::new("many", View::Pure, &[Int], &types);
    let n = use_of(many.param(0));
    let (r, b) = (many.local(Real), many.local(Bool));
    many.add([
        Stmt::Let(r, Expr::Unary(Unary::IntToReal, n)),
        Stmt::Let(b, Expr::Binary(Binary::LtInt, Operand::Int(0), n)),
        Stmt::Return(vec![n, use_of(r), use_of(b), Operand::Int(7), Operand::Real(0.5)]),
    ]);
    let many = program.function(many.function);
    let (mut root, x) = Build::root("root", View::Simulate, &[Int], &types);
    let results: Vec<_> = types.iter().map(|ty| root.local(*ty)).collect();
    root.add([
        Stmt::Call(results.clone(), many, vec![use_of(x[0])]),
        Stmt::Return(results.iter().map(|local| use_of(*local)).collect()),
    ]);
    let root = program.function(root.function);
    program.module.roots[0].simulate = Some(root);
    let words = program.compile().run(&[3]).expect("results");
    assert_eq!(words[..5], [3, 3.0f64.to_bits(), 1, 7, 0.5f64.to_bits()]);
}

/// `count(n, a) = if n == 0 { a } else { count(n - 1, a + 1) }`, as a tail call or with something after the call.
fn counting(tail: bool) -> Running {
    let mut program = Program::new(&[Slot::Int]);
    let mut count = Build::new("count", View::Pure, &[Int, Int], &[Int]);
    let (n, a) = (count.param(0), count.param(1));
    let (zero, less, more, result) = (count.local(Bool), count.local(Int), count.local(Int), count.local(Int));
    let mut otherwise = vec![
        Stmt::Let(less, Expr::Binary(Binary::SubInt, use_of(n), Operand::Int(1))),
        Stmt::Let(more, Expr::Binary(Binary::AddInt, use_of(a), Operand::Int(1))),
        Stmt::Call(vec![result], FunctionId(0), vec![use_of(less), use_of(more)]),
    ];
    if !tail {
        otherwise.push(Stmt::Let(result, Expr::Binary(Binary::AddInt, use_of(result), Operand::Int(1))));
    }
    count.add([
        Stmt::Let(zero, Expr::Binary(Binary::EqInt, use_of(n), Operand::Int(0))),
        Stmt::If(use_of(zero), vec![Stmt::Let(result, Expr::Use(use_of(a)))], otherwise),
        Stmt::Return(vec![use_of(result)]),
    ]);
    let count = program.function(count.function);
    let (mut root, x) = Build::root("root", View::Simulate, &[Int], &[Int]);
    let result = root.local(Int);
    root.add([
        Stmt::Call(vec![result], count, vec![use_of(x[0]), Operand::Int(0)]),
        Stmt::Return(vec![use_of(result)]),
    ]);
    let root = program.function(root.function);
    program.module.roots[0].simulate = Some(root);
    program.compile()
}

#[test]
fn recursion_that_is_too_deep_is_an_error() {
    let mut deep = counting(false);
    assert_eq!(deep.int(&[1000]), Ok(2000));
    assert_eq!(kind(deep.int(&[100_000_000])), ErrorKind::StackOverflow);
    assert_eq!(deep.int(&[10]), Ok(20));
}

#[test]
fn tail_calls_of_a_function_by_itself_need_no_stack() {
    assert_eq!(counting(true).int(&[100_000_000]), Ok(100_000_000));
}

#[test]
fn objects_are_made_counted_and_freed() {
    let mut program = Program::new(&[Slot::Int]);
    let cons = program.layout(&[Slot::Int, Slot::Pointer, Slot::Bool], Role::Constructor(1));
    let (mut root, x) = Build::root("root", View::Simulate, &[Int], &[Int, Int, Bool]);
    let [list, next, element] = [root.local(Pointer), root.local(Pointer), root.local(Int)];
    let [i, done, outer_tag, inner_tag, flag] =
        [root.local(Int), root.local(Bool), root.local(Int), root.local(Int), root.local(Bool)];
    let (outer, inner) = (root.label(), root.label());
    let constructors = vec![None, Some(cons)];
    root.add([
        Stmt::Let(list, Expr::Use(Operand::Immediate(0))),
        Stmt::Let(outer_tag, Expr::Tag(use_of(list), constructors.clone())),
        Stmt::Let(i, Expr::Use(Operand::Int(0))),
        Stmt::Block(
            outer,
            vec![Stmt::Loop(
                inner,
                vec![
                    Stmt::Let(done, Expr::Binary(Binary::LeInt, use_of(x[0]), use_of(i))),
                    Stmt::If(use_of(done), vec![Stmt::Break(outer)], vec![]),
                    Stmt::New(next, cons, vec![use_of(i), use_of(list), Operand::Bool(true)]),
                    Stmt::Let(list, Expr::Use(use_of(next))),
                    Stmt::Let(i, Expr::Binary(Binary::AddInt, use_of(i), Operand::Int(1))),
                    Stmt::Continue(inner),
                ],
            )],
        ),
        Stmt::Retain(use_of(list)),
        Stmt::Release(use_of(list)),
        Stmt::Let(element, Expr::Load(use_of(list), cons, 0)),
        Stmt::Let(flag, Expr::Load(use_of(list), cons, 2)),
        Stmt::Let(inner_tag, Expr::Tag(use_of(list), constructors)),
        Stmt::Release(use_of(list)),
        Stmt::Let(element, Expr::Binary(Binary::AddInt, use_of(element), Operand::Int(100))),
        Stmt::Let(inner_tag, Expr::Binary(Binary::AddInt, use_of(inner_tag), use_of(outer_tag))),
        Stmt::Return(vec![use_of(element), use_of(inner_tag), use_of(flag)]),
    ]);
    let root = program.function(root.function);
    program.module.roots[0].simulate = Some(root);
    let mut running = program.compile();
    assert_eq!(running.run(&[5]).map(|words| words[..3].to_vec()), Ok(vec![104, 1, 1]));
    assert_eq!(running.run(&[100_000]).map(|words| words[0]), Ok(100_099));
    assert_eq!(running.worker.live_objects(), 2, "only the two environments are left");
}

#[test]
fn objects_of_many_slots_are_made_and_freed() {
    let mut program = Program::new(&[Slot::Int]);
    let wide = program.layout(&[Slot::Int; 100], Role::Plain);
    let (mut root, x) = Build::root("root", View::Simulate, &[Int], &[Int]);
    let (object, result) = (root.local(Pointer), root.local(Int));
    root.add([
        Stmt::New(object, wide, vec![use_of(x[0]); 100]),
        Stmt::Let(result, Expr::Load(use_of(object), wide, 99)),
        Stmt::Release(use_of(object)),
        Stmt::Return(vec![use_of(result)]),
    ]);
    let root = program.function(root.function);
    program.module.roots[0].simulate = Some(root);
    let mut running = program.compile();
    assert_eq!(running.int(&[42]), Ok(42));
    assert_eq!(running.worker.live_objects(), 1);
}

#[test]
fn arrays_are_checked_filled_and_read() {
    let mut running = simulation(&[Int, Int], &[Int, Int], |build, x| {
        let (array, length, element, inside) =
            (build.local(Pointer), build.local(Int), build.local(Int), build.local(Bool));
        let index = use_of(x[1]);
        vec![
            Stmt::NewArray(array, builtin::INTS, use_of(x[0]), SITE),
            Stmt::Let(length, Expr::Length(use_of(array))),
            Stmt::Let(inside, Expr::Binary(Binary::LtUnsigned, index, use_of(length))),
            Stmt::If(use_of(inside), vec![], vec![Stmt::Trap(Trap::OutOfBounds, vec![index, use_of(length)], SITE)]),
            Stmt::StoreElement(use_of(array), index, 1, 0, Operand::Int(9)),
            Stmt::Let(element, Expr::LoadElement(use_of(array), index, 1, 0)),
            Stmt::Release(use_of(array)),
            Stmt::Return(vec![use_of(element), use_of(length)]),
        ]
    });
    assert_eq!(running.run(&[4, 3]).map(|words| words[..2].to_vec()), Ok(vec![9, 4]));
    assert_eq!(kind(running.int(&[4, 4])), ErrorKind::OutOfBounds { index: 4, length: 4 });
    assert_eq!(kind(running.int(&[4, -1])), ErrorKind::OutOfBounds { index: -1, length: 4 });
    assert_eq!(kind(running.int(&[-2, 0])), ErrorKind::Negative(-2));
}

#[test]
fn closures_are_told_apart_by_their_layout() {
    let mut program = Program::new(&[Slot::Int]);
    let adds = program.layout(&[Slot::Int], Role::Closure(0));
    let multiplies = program.layout(&[Slot::Int], Role::Closure(1));
    let (mut root, x) = Build::root("root", View::Simulate, &[Int], &[Int]);
    let [closure, positive, layout] = [root.local(Pointer), root.local(Bool), root.local(Int)];
    let [captured, result] = [root.local(Int), root.local(Int)];
    let apply = |layout, operation| {
        vec![
            Stmt::Let(captured, Expr::Load(use_of(closure), layout, 0)),
            Stmt::Let(result, Expr::Checked(operation, use_of(x[0]), use_of(captured), SITE)),
        ]
    };
    root.add([
        Stmt::Let(positive, Expr::Binary(Binary::LtInt, Operand::Int(0), use_of(x[0]))),
        Stmt::If(
            use_of(positive),
            vec![Stmt::New(closure, adds, vec![Operand::Int(100)])],
            vec![Stmt::New(closure, multiplies, vec![Operand::Int(100)])],
        ),
        Stmt::Let(layout, Expr::LayoutOf(use_of(closure))),
        Stmt::Switch(
            use_of(layout),
            vec![
                (i64::from(adds.0), apply(adds, Checked::Add)),
                (i64::from(multiplies.0), apply(multiplies, Checked::Mul)),
            ],
            vec![Stmt::Trap(Trap::Unreachable, vec![], SITE)],
        ),
        Stmt::Release(use_of(closure)),
        Stmt::Return(vec![use_of(result)]),
    ]);
    let root = program.function(root.function);
    program.module.roots[0].simulate = Some(root);
    let mut running = program.compile();
    assert_eq!(running.int(&[5]), Ok(105));
    assert_eq!(running.int(&[-5]), Ok(-500));
    assert_eq!(running.worker.live_objects(), 2);
}

#[test]
fn distributions_take_scalars_arrays_and_give_both() {
    let types = [Real, Real, Bool, Int];
    let mut running = simulation(&[Real], &[Real, Real, Int], |build, x| {
        let [draw, density, flag, index] = types.map(|ty| build.local(ty));
        let [weights, theta, length] = [build.local(Pointer), build.local(Pointer), build.local(Int)];
        let sample = |local, kind, arguments: Vec<Operand>| {
            Stmt::Runtime(
                vec![local],
                Runtime::Distribution(kind, borel_distributions::Function::Sample),
                arguments,
                SITE,
            )
        };
        vec![
            Stmt::Runtime(
                vec![],
                Runtime::Distribution(Kind::Normal, borel_distributions::Function::Check),
                vec![Operand::Real(0.0), use_of(x[0])],
                SITE,
            ),
            sample(draw, Kind::Normal, vec![Operand::Real(1e6), use_of(x[0])]),
            sample(flag, Kind::Bernoulli, vec![Operand::Real(1.0)]),
            Stmt::NewArray(weights, builtin::REALS, Operand::Int(3), SITE),
            Stmt::StoreElement(use_of(weights), Operand::Int(0), 1, 0, Operand::Real(0.5)),
            Stmt::StoreElement(use_of(weights), Operand::Int(1), 1, 0, Operand::Real(0.5)),
            Stmt::StoreElement(use_of(weights), Operand::Int(2), 1, 0, Operand::Real(1e-9)),
            sample(theta, Kind::Dirichlet, vec![use_of(weights)]),
            Stmt::Let(length, Expr::Length(use_of(theta))),
            sample(index, Kind::Categorical, vec![use_of(theta)]),
            Stmt::Runtime(
                vec![density],
                Runtime::Distribution(Kind::Bernoulli, borel_distributions::Function::LogDensity),
                vec![use_of(flag), Operand::Real(0.5)],
                SITE,
            ),
            Stmt::Release(use_of(theta)),
            Stmt::Release(use_of(weights)),
            Stmt::Return(vec![use_of(draw), use_of(density), use_of(length)]),
        ]
    });
    let words = running.run(&[1.0f64.to_bits()]).expect("a result");
    assert!((f64::from_bits(words[0]) - 1e6).abs() < 10.0);
    assert_eq!(f64::from_bits(words[1]), 0.5f64.ln());
    assert_eq!(words[2], 3);
    assert_eq!(running.worker.live_objects(), 1);
    let error = running.run(&[(-1.0f64).to_bits()]).expect_err("a parameter is wrong");
    assert!(matches!(error.kind, ErrorKind::Parameter { parameter: 1, .. }), "{error:?}");
}

#[test]
fn constants_of_text_reach_the_runtime() {
    let mut program = Program::new(&[Slot::Int]);
    program.module.statics = vec![Static::Text("hello, ".into()), Static::Text("world".into())];
    let (mut root, _) = Build::root("root", View::Simulate, &[Int], &[Int]);
    let (text, length) = (root.local(Pointer), root.local(Int));
    let named = |results, named, arguments| Stmt::Runtime(results, Runtime::Named(named), arguments, SITE);
    root.add([
        named(vec![text], Named::ConcatText, vec![Operand::Static(0), Operand::Static(1)]),
        named(vec![length], Named::LengthText, vec![use_of(text)]),
        Stmt::Release(use_of(text)),
        Stmt::Retain(Operand::Static(0)),
        Stmt::Return(vec![use_of(length)]),
    ]);
    let root = program.function(root.function);
    program.module.roots[0].simulate = Some(root);
    let mut running = program.compile();
    assert_eq!(running.int(&[0]), Ok(12));
}

#[test]
fn failures_carry_their_message_and_place() {
    let mut program = Program::new(&[]);
    program.module.statics = vec![Static::Text("no such thing".into())];
    let (mut root, _) = Build::root("root", View::Simulate, &[], &[]);
    root.add([Stmt::Trap(Trap::Message, vec![Operand::Static(0)], borel_flow::Site(5))]);
    let root = program.function(root.function);
    program.module.roots[0].simulate = Some(root);
    let error = program.compile().run(&[]).expect_err("a failure");
    assert_eq!(error.kind, ErrorKind::Message("no such thing".into()));
    assert_eq!(error.site, Some(5));
}

#[test]
fn a_missing_symbol_is_reported() {
    let mut program = Program::new(&[]);
    let (mut root, _) = Build::root("root", View::Simulate, &[], &[]);
    root.add([Stmt::Trap(Trap::Unreachable, vec![], SITE)]);
    let root = program.function(root.function);
    program.module.roots[0].simulate = Some(root);
    let error = borel_codegen_cranelift::compile(&program.module, &[], &Default::default()).err();
    assert_eq!(error.as_deref(), Some("the runtime has no borel_trap"));
}

#[test]
fn compiled_modules_are_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<borel_codegen_cranelift::Compiled>();
}
