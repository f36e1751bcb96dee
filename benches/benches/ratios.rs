//! `cargo bench -p borel-benches`: ratios against hand-written Rust, in one run.

use borel::{Bound, Data, Inference, Program, RunOptions};
use borel_benches::{hand_written, in_turns, report};
use std::hint::black_box;

const LOCAL_LEVEL: &str = "
model local_level(y: [Real], s_level: Real, s_obs: Real) {
  var level = sample Normal(1000, 300)
  for t in 0..len(y) {
    level = sample Normal(level, s_level)
    observe y[t] ~ Normal(level, s_obs)
  }
  return level
}";

const CONJUGATE: &str = "
model conjugate() {
  let m ~ Normal(0, 1)
  observe [1.5, 2.0] ~ Normal(m, 1)
  return m
}";

const RECURSION: &str = "
type Tree = Leaf(Real) | Node(Tree, Tree)
fn full(depth: Int, value: Real) -> Tree =>
  if depth == 0 { Leaf(value) } else { Node(full(depth - 1, value * 0.5), full(depth - 1, value * 0.25)) }
fn total(tree: Tree, f: Real -> Real) -> Real {
  match tree { Leaf(x) => f(x), Node(left, right) => total(left, f) + total(right, f) }
}
fn fibonacci(n: Int) -> Int => if n < 2 { n } else { fibonacci(n - 1) + fibonacci(n - 2) }
fn numbers() { print(fibonacci(32)) }
fn trees() {
  let scale = real(fibonacci(3))
  print(total(full(20, 1.0), fn(x) => x * scale))
}";

const REUSE: &str = "
type Color = Red | Black
type Tree = Leaf | Node(Color, Tree, Int, Tree)

fn balance_left(l: Tree, k: Int, r: Tree) -> Tree =>
  match l {
    Node(Red, Node(Red, a, x, b), y, c) => Node(Red, Node(Black, a, x, b), y, Node(Black, c, k, r)),
    Node(Red, a, x, Node(Red, b, y, c)) => Node(Red, Node(Black, a, x, b), y, Node(Black, c, k, r)),
    _ => Node(Black, l, k, r)
  }
fn balance_right(l: Tree, k: Int, r: Tree) -> Tree =>
  match r {
    Node(Red, Node(Red, b, y, c), z, d) => Node(Red, Node(Black, l, k, b), y, Node(Black, c, z, d)),
    Node(Red, b, y, Node(Red, c, z, d)) => Node(Red, Node(Black, l, k, b), y, Node(Black, c, z, d)),
    _ => Node(Black, l, k, r)
  }
fn ins(t: Tree, x: Int) -> Tree =>
  match t {
    Leaf => Node(Red, Leaf, x, Leaf),
    Node(Red, l, k, r) => if x < k { Node(Red, ins(l, x), k, r) } else if k < x { Node(Red, l, k, ins(r, x)) } else { t },
    Node(Black, l, k, r) => if x < k { balance_left(ins(l, x), k, r) } else if k < x { balance_right(l, k, ins(r, x)) } else { t }
  }
fn insert(t: Tree, x: Int) -> Tree =>
  match ins(t, x) {
    Node(_, l, k, r) => Node(Black, l, k, r),
    Leaf => Leaf
  }
fn size(t: Tree) -> Int => match t { Leaf => 0, Node(_, l, _, r) => size(l) + 1 + size(r) }
type List = Nil | Cons(Int, List)
fn below(n: Int) -> List {
  var xs = Nil
  for i in 0..n { xs = Cons(i, xs) }
  xs
}
fn map(xs: List, f: Int -> Int) -> List => match xs { Nil => Nil, Cons(x, rest) => Cons(f(x), map(rest, f)) }
fn sum(xs: List, acc: Int) -> Int => match xs { Nil => acc, Cons(x, rest) => sum(rest, acc + x) }
fn reverse(xs: List, acc: List) -> List => match xs { Nil => acc, Cons(x, rest) => reverse(rest, Cons(x, acc)) }
fn lists() {
  var xs = below(1000)
  for i in 0..1000 { xs = map(reverse(xs, Nil), fn(x) => x + i) }
  print(sum(xs, 0))
}
fn trees() {
  var t = Leaf
  var x = 1
  for _ in 0..100000 {
    t = insert(t, x)
    x = x * 48271 % 2147483647
  }
  print(size(t))
}
";

/// Calls of `fibonacci(32)`.
const FIBONACCI_CALLS: f64 = 7_049_155.0;

fn bind(text: &str, data: &Data) -> Bound {
    let program = Program::compile(text).expect("a right program");
    program.sole_model().and_then(|model| model.bind(data)).expect("a model with its data")
}

/// So that the optimiser does not remove what computes it.
fn keep<T>(value: T) {
    let _ = black_box(value);
}

fn main() {
    filter();
    recursion();
    reuse();
    importance();
}

fn filter() {
    let y: Vec<f64> = (0..100).map(|t| 1000.0 + 100.0 * (t as f64 * 0.3).sin()).collect();
    for (particles, steps) in [(100_000, 100), (10_000, 100), (100_000, 25)] {
        let y = &y[..steps];
        let model = bind(LOCAL_LEVEL, &Data::new().reals("y", y).real("s_level", 40.0).real("s_obs", 120.0));
        let inference = Inference::smc(particles).record(false);
        let run = |threads| inference.clone().threads(threads).run(&model).expect("a posterior").log_evidence();
        let hand = || hand_written::local_level(y, particles, 40.0, 120.0, 1);
        let (found, expected) = (run(1).expect("an estimate"), hand());
        assert!((found - expected).abs() < 0.2, "the two filters differ: {found} {expected}");
        let [borel, by_hand] = in_turns(7, [&mut || keep(run(1)), &mut || keep(hand())]);
        let count = (particles * steps) as f64;
        report(&format!("local level, {particles} particles x {steps}"), "particle-step", count, borel, by_hand);
        if particles * steps == 10_000_000 {
            threads(&run);
        }
    }
}

/// One run on two threads, and what the machine gives two runs that have nothing to do with each other.
fn threads(run: &(impl Fn(usize) -> Option<f64> + Sync)) {
    let apart = || {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| keep(run(1)));
            keep(run(1));
            other.join().expect("no panic");
        });
    };
    let times = in_turns(11, [&mut || keep(run(1)), &mut || keep(run(2)), &mut || apart()]);
    let [one, two, apart] = times.map(|time| time.as_secs_f64());
    println!("{:<44} {:.2} times one thread", "the same on 2 threads", one / two);
    println!("{:<44} {:.2} times one", "two runs of their own side by side", 2.0 * one / apart);
}

fn recursion() {
    let program = Program::compile(RECURSION).expect("a right program");
    let run = |name: &str| program.run_function(name, &RunOptions::new(), |line| keep(line.len())).expect("a run");
    let [borel, hand] = in_turns(7, [&mut || run("numbers"), &mut || keep(hand_written::fibonacci(black_box(32)))]);
    report("recursion: fibonacci(32)", "call", FIBONACCI_CALLS, borel, hand);
    println!("{:<44} {:.0} M calls a second", "", FIBONACCI_CALLS / borel.as_secs_f64() / 1e6);
    let by_hand = || {
        let scale = black_box(2.0);
        keep(hand_written::total(&hand_written::full(20, 1.0), &|x| x * scale));
    };
    let [borel, hand] = in_turns(7, [&mut || run("trees"), &mut || by_hand()]);
    // 2^21 - 1 calls of `full`, as many of `total`, 2^20 of the closure.
    report("data types and closures: a tree of 2^20 leaves", "call", 5.0 * f64::from(1 << 20), borel, hand);
}

/// Structures that are taken apart and built again: unique ones are updated in place.
fn reuse() {
    let program = Program::compile(REUSE).expect("a right program");
    let run = |name: &str| program.run_function(name, &RunOptions::new(), |line| keep(line.len())).expect("a run");
    let [borel, hand] =
        in_turns(11, [&mut || run("trees"), &mut || keep(hand_written::insertions(black_box(100_000)))]);
    report("red-black tree: 100,000 insertions", "insertion", 1e5, borel, hand);
    let by_hand = || keep(hand_written::list_rounds(black_box(1000), 1000));
    let [borel, hand] = in_turns(11, [&mut || run("lists"), &mut || by_hand()]);
    report("a list of 1000, 1000 times reversed and mapped", "cell", 2e6, borel, hand);
}

fn importance() {
    let model = bind(CONJUGATE, &Data::new());
    let inference = Inference::importance(10_000).threads(1);
    let run = || keep(inference.run(&model).expect("a posterior").log_evidence());
    let [borel, hand] = in_turns(21, [&mut || run(), &mut || keep(hand_written::conjugate(10_000, 1))]);
    report("importance, 10,000 draws of three lines", "draw", 1e4, borel, hand);
    println!("{:<44} {:.2} ms in all", "", borel.as_secs_f64() * 1e3);
}
