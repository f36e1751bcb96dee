//! Nanoseconds per particle and step of a local-level model, and the time to compile it.
//!
//! `cargo bench -p borel-codegen-cranelift`; with BOREL_TEXTS set, the code is printed.

#![allow(unsafe_code)]

#[path = "../tests/support/mod.rs"]
mod support;

use borel_abi::ctx::offset;
use borel_abi::layout::{Slot, builtin};
use borel_distributions::Kind;
use borel_flow::Ty::{Bool, Int, Pointer, Real};
use borel_flow::{Binary, Expr, Function, Local, Operand, Runtime, Stmt, Suspension, Trap, View};
use std::time::Instant;
use support::{Build, Program, SITE, use_of};

const PARTICLES: usize = 10_000;
const STEPS: usize = 100;

fn sample(build: &mut Build, kind: Kind, arguments: &[Operand]) -> (Local, Vec<Stmt>) {
    let value = build.local(Real);
    let block = vec![
        Stmt::Runtime(
            vec![],
            Runtime::Distribution(kind, borel_distributions::Function::Check),
            arguments.to_vec(),
            SITE,
        ),
        Stmt::Runtime(
            vec![value],
            Runtime::Distribution(kind, borel_distributions::Function::Sample),
            arguments.to_vec(),
            SITE,
        ),
    ];
    (value, block)
}

/// `s_level ~ HalfNormal(50); s_obs ~ HalfNormal(150); level ~ Normal(1000, 300);
/// for t in 0..len(y) { level ~ Normal(level, s_level); observe y[t] ~ Normal(level, s_obs) }; return level`
fn local_level() -> Function {
    let (mut root, y) = Build::root("local_level", View::Step, &[Pointer], &[Real]);
    let (s_level, block) = sample(&mut root, Kind::HalfNormal, &[Operand::Real(50.0)]);
    root.add(block);
    let (s_obs, block) = sample(&mut root, Kind::HalfNormal, &[Operand::Real(150.0)]);
    root.add(block);
    let (first, block) = sample(&mut root, Kind::Normal, &[Operand::Real(1000.0), Operand::Real(300.0)]);
    root.add(block);
    let [t, length] = [root.local(Int), root.local(Int)];
    let [more, inside] = [root.local(Bool), root.local(Bool)];
    let [level, observed, density, before, after] = [Real; 5].map(|ty| root.local(ty));
    let (outer, inner) = (root.label(), root.label());
    root.add([Stmt::Let(level, Expr::Use(use_of(first))), Stmt::Let(t, Expr::Use(Operand::Int(0)))]);
    let mut body = vec![
        Stmt::Let(length, Expr::Length(use_of(y[0]))),
        Stmt::Let(more, Expr::Binary(Binary::LtInt, use_of(t), use_of(length))),
        Stmt::If(use_of(more), vec![], vec![Stmt::Break(outer)]),
    ];
    let (next, block) = sample(&mut root, Kind::Normal, &[use_of(level), use_of(s_level)]);
    body.extend(block);
    let density_of = [use_of(observed), use_of(next), use_of(s_obs)];
    body.extend([
        Stmt::Let(inside, Expr::Binary(Binary::LtUnsigned, use_of(t), use_of(length))),
        Stmt::If(use_of(inside), vec![], vec![Stmt::Trap(Trap::OutOfBounds, vec![use_of(t), use_of(length)], SITE)]),
        Stmt::Let(observed, Expr::LoadElement(use_of(y[0]), use_of(t), 1, 0)),
        Stmt::Runtime(
            vec![],
            Runtime::Distribution(Kind::Normal, borel_distributions::Function::Check),
            density_of[1..].to_vec(),
            SITE,
        ),
        Stmt::Runtime(
            vec![density],
            Runtime::Distribution(Kind::Normal, borel_distributions::Function::LogDensity),
            density_of.to_vec(),
            SITE,
        ),
        Stmt::Let(before, Expr::Context(offset::LOG_WEIGHT)),
        Stmt::Let(after, Expr::Binary(Binary::Add, use_of(before), use_of(density))),
        Stmt::SetContext(offset::LOG_WEIGHT, use_of(after)),
        Stmt::Suspend(Suspension::Score, SITE),
        Stmt::Let(level, Expr::Use(use_of(next))),
        Stmt::Let(t, Expr::Binary(Binary::AddInt, use_of(t), Operand::Int(1))),
        Stmt::Continue(inner),
    ]);
    root.add([Stmt::Block(outer, vec![Stmt::Loop(inner, body)]), Stmt::Return(vec![use_of(level)])]);
    root.suspending()
}

fn main() {
    let mut program = Program::new(&[Slot::Pointer]);
    let id = program.function(local_level());
    program.module.roots[0].step = Some(id);
    for _ in 0..3 {
        let start = Instant::now();
        program.compile();
        println!("compiled in {:?}", start.elapsed());
    }
    let mut running = program.compile();
    let machine = running.step_machine();
    let start = running.compiled.module().roots[0].step_start.expect("a step view");
    let y = running.worker.allocate_array(builtin::REALS.0, STEPS).expect("memory");
    for t in 0..STEPS {
        unsafe { *y.add(2 + t) = (1000.0 + (t as f64)).to_bits() };
    }
    let environment = running.environment(&[y as u64]);
    let mut best = f64::INFINITY;
    for _ in 0..10 {
        let mut particles = vec![0u64; machine.stride * PARTICLES];
        particles.iter_mut().step_by(machine.stride).for_each(|state| *state = start);
        let begin = Instant::now();
        for _ in 0..STEPS {
            running.advance(&machine, environment, &mut particles).expect("no error");
        }
        best = best.min(begin.elapsed().as_secs_f64() * 1e9 / (PARTICLES * STEPS) as f64);
    }
    println!("{best:.1} ns per particle and step, {} words a particle", machine.stride);
}
