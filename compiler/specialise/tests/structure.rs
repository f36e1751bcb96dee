//! What is left of programs: closures, calls and distributions as values are gone where they are known.

mod common;

use borel_core::{End, Op, Prim, Program};
use borel_specialise::Options;
use common::{count, none, specialised, specialised_with};

fn no_closures(program: &Program) {
    none(program, "closures", |op| matches!(op, Op::Lambda(_)));
    none(program, "applications", |op| matches!(op, Op::Apply(..)));
}

fn first_order(main: &str) -> Program {
    let program = specialised(main, "main");
    no_closures(&program);
    program
}

fn only_root(program: &Program) {
    let names: Vec<_> = program.functions.iter().map(|function| function.name.to_string()).collect();
    assert_eq!(names.len(), 1, "{names:?} are left");
}

#[test]
fn functions_of_arrays_become_loops() {
    let programs = [
        "fn main() { let k = 2.0\n print(map(fn(x) => x * k, [1.0, 2.0])) }",
        "fn main() { print(fold(fn(total, x) => total + x, 0.0, [1.0, 2.0])) }",
        "fn main() { print(filter(fn(x) => x > 1, [1, 2, 3])) }",
        "fn main() { print(map(fn((a, b)) => a + b, zip([1, 2], [3, 4]))) }",
        "fn main() { print(count(fn(x) => x > 1, filter(fn(x) => x < 3, map(fn(x) => x + 1, [1, 2, 3])))) }",
        "fn main() { print(array(3, fn(i) => i * i)) }",
    ];
    for program in programs {
        only_root(&first_order(program));
    }
}

#[test]
fn a_closure_given_twice_is_copied() {
    only_root(&first_order("fn main() { let f = fn(x) => x + 1\n print(map(f, [1]), map(f, [2])) }"));
}

#[test]
fn composition_is_inlined() {
    let text = "fn compose(f, g) => fn(x) => f(g(x))
fn main() { let h = compose(fn(x) => x + 1, fn(x) => x * 2)\n print(h(3)) }";
    let program = first_order(text);
    only_root(&program);
    none(&program, "arithmetic", |op| matches!(op, Op::Prim(Prim::AddInt | Prim::MulInt, _)));
}

#[test]
fn recursive_functions_get_copies_for_their_closures() {
    let text = "type Tree = Leaf(Real) | Node(Tree, Tree)
fn total(t: Tree, f: Real -> Real) -> Real { match t { Leaf(x) => f(x), Node(l, r) => total(l, f) + total(r, f) } }
fn main() {
  let k = sample Normal(0, 1)
  let t = Node(Leaf(1), Leaf(k))
  print(total(t, fn(x) => x * k), total(t, fn(x) => x + 1))
}";
    let program = first_order(text);
    assert_eq!(program.functions.len(), 3);
}

#[test]
fn closures_made_anew_in_each_call_come_to_an_end() {
    let text =
        "fn grow(n: Int, f: Int -> Int) -> Int { if n == 0 { f(0) } else { grow(n - 1, fn(x) => f(x + n) + f(x)) } }
fn main() { print(grow(3, fn(x) => x * 2)) }";
    let program = specialised(text, "main");
    assert!(count(&program, |_| true) < 3000);
}

#[test]
fn a_closure_that_gets_to_itself_through_data_comes_to_an_end() {
    let text = "type Self = Self((Self -> Int))
fn main() { let f = fn(s: Self) => match s { Self(g) => g(s) }\n print(f(Self(f))) }";
    let program = specialised(text, "main");
    assert!(count(&program, |_| true) < 3000);
}

#[test]
fn distributions_are_known_where_they_are_used() {
    let text = "model walk(y: [Real]) {
  let s ~ HalfNormal(1)
  var x = 0.0
  for t in 0..len(y) {
    x ~ Normal(x, s)
    observe y[t] ~ Normal(x, 1)
  }
  x
}";
    let program = specialised(text, "walk");
    none(&program, "distribution values", |op| matches!(op, Op::Dist(..) | Op::Structural(..)));
    assert_eq!(count(&program, |op| matches!(op, Op::Sample(_, Some(_)))), 2);
}

#[test]
fn random_functions_are_inlined_under_their_names() {
    let text = "fn line() ~> (Real -> Real) { let a ~ Normal(0, 1)\n let b ~ Normal(0, 1)\n fn(x) => a + b * x }
model through(xs: [Real], ys: [Real]) {
  let f ~ line()
  for i in 0..len(xs) { observe ys[i] ~ Normal(f(xs[i]), 0.5) }
  f(10)
}";
    let program = specialised(text, "through");
    no_closures(&program);
    only_root(&program);
    assert_eq!(count(&program, |op| matches!(op, Op::Scoped(..))), 1);
}

const NAMED_IN_A_LOOP: &str = "fn step(x: Real) ~> Real { let z ~ Normal(x, 1)\n z }
model steps() { var x = 0.0\n for i in 0..3 { x = step(x) }\n x }";

#[test]
fn names_keep_calls_in_loops() {
    let program = specialised(NAMED_IN_A_LOOP, "steps");
    assert_eq!(count(&program, |op| matches!(op, Op::Call(..))), 1);
}

#[test]
fn without_names_everything_is_inlined() {
    let program = specialised_with(NAMED_IN_A_LOOP, "steps", Options { names: false, ..Options::default() });
    only_root(&program);
    none(&program, "names", |op| matches!(op, Op::Sample(_, Some(_)) | Op::Record(..) | Op::Scoped(..)));
}

#[test]
fn a_constant_under_a_name_is_still_recorded() {
    let text = "model m() { let x ~ Delta(2.0)\n x }";
    let program = specialised(text, "m");
    assert_eq!(count(&program, |op| matches!(op, Op::Record(_, borel_core::Atom::Var(_)))), 1);
}

#[test]
fn known_cases_are_taken() {
    let text = "fn half(x: Int) -> Option[Int] { if x % 2 == 0 { Some(x * 2) } else { None } }
fn main() { match half(4) { Some(x) => print(x), None => print(0) } }";
    let program = first_order(text);
    none(&program, "data", |op| matches!(op, Op::Match(..) | Op::Construct(..)));
}

#[test]
fn draws_that_nothing_needs_stay() {
    let text = "fn main() { let a = sample Normal(0, 1)\n let b = [sample Normal(0, 1) for i in 0..3]\n print(1) }";
    let program = first_order(text);
    assert_eq!(count(&program, |op| matches!(op, Op::Sample(..))), 2);
}

#[test]
fn what_fails_is_not_folded_away() {
    let text = "fn main() { let a = 1 % 0\n let b = [1, 2][5]\n let c = 9223372036854775807 + 1\n print(1) }";
    let program = first_order(text);
    assert_eq!(count(&program, |op| matches!(op, Op::Prim(Prim::RemInt | Prim::Index | Prim::AddInt, _))), 3);
}

#[test]
fn off_leaves_the_program_alone() {
    let text = "fn main() { print(map(fn(x) => x + 1, [1])) }";
    let program = specialised_with(text, "main", Options { optimise: false, ..Options::default() });
    assert!(count(&program, |op| matches!(op, Op::Apply(..))) > 0);
}

#[test]
fn early_returns_of_inlined_functions_leave_a_block() {
    let text = "fn first(xs: [Int], k: Int) -> Int { for x in xs { if x > k { return x } }\n 0 - 1 }
fn main() { let k = sample Poisson(3)\n print(first([1, 2, 3], k) + 1) }";
    let program = first_order(text);
    only_root(&program);
    let ends = program.functions[0].body.end.clone();
    assert!(matches!(ends, End::Yield(_)));
}
