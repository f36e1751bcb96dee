//! What becomes of a program in the views: who suspends, and where.

mod common;

use borel_flatten::Request;
use borel_flow::{Block, Module, Stmt, View};
use common::{EVERYTHING, flow};

fn suspensions(block: &Block) -> usize {
    let here = |stmt: &Stmt| usize::from(matches!(stmt, Stmt::Suspend(..)));
    block.iter().map(|stmt| here(stmt) + stmt.blocks().into_iter().map(suspensions).sum::<usize>()).sum()
}

/// The names of the functions of a view that may suspend.
fn suspending(module: &Module, view: View) -> Vec<&str> {
    let functions = module.functions.iter().filter(|function| function.view == view && function.suspends);
    functions.map(|function| function.name.as_str()).collect()
}

const TREES: &str = "
type Tree = Leaf(Real) | Node(Tree, Tree)
fn size(t: Tree) -> Int { match t { Leaf(_) => 1, Node(l, r) => size(l) + size(r) } }
fn walk(t: Tree) ~> Real {
  match t {
    Leaf(x) {
      observe x ~ Normal(0, 1)
      x
    }
    Node(l, r) { walk(l) + walk(r) }
  }
}
fn grow(depth: Int) ~> Tree {
  if depth == 0 || sample Bernoulli(0.3) { Leaf(sample Normal(0, 1)) } else { Node(grow(depth - 1), grow(depth - 1)) }
}
model trees() {
  let t = grow(3)
  return walk(t) + real(size(t))
}";

#[test]
fn only_what_scores_suspends_between_observations() {
    let module = flow(TREES, "trees", true, &EVERYTHING);
    let names = suspending(&module, View::Step);
    assert!(names.iter().any(|name| name.starts_with("walk")) && names.iter().any(|name| name.starts_with("trees")));
    assert!(!names.iter().any(|name| name.starts_with("size") || name.starts_with("grow")), "{names:?}");
    assert!(suspending(&module, View::Weigh).is_empty() && suspending(&module, View::Simulate).is_empty());
}

#[test]
fn enumeration_suspends_at_choices_and_not_at_scores() {
    let discrete = TREES.replace("sample Normal(0, 1)", "real(sample Categorical([0.5, 0.5]))");
    let enumerate = Request { enumerate: true, ..Request::default() };
    let module = flow(&discrete, "trees", true, &enumerate);
    let names = suspending(&module, View::Enumerate);
    assert!(names.iter().any(|name| name.starts_with("grow")) && !names.iter().any(|name| name.starts_with("walk")));
}

#[test]
fn an_observation_in_a_closure_given_to_a_library_function_suspends() {
    let text = "model m(ys: [Real]) { let mu ~ Normal(0, 1)\n map(fn(y) { observe y ~ Normal(mu, 1)\n y }, ys) }";
    for specialised in [false, true] {
        let module = flow(text, "m", specialised, &EVERYTHING);
        let step = module.functions.iter().filter(|function| function.view == View::Step);
        assert_eq!(step.map(|function| suspensions(&function.body)).sum::<usize>(), 1);
        let weigh = module.functions.iter().filter(|function| function.view == View::Weigh);
        assert_eq!(weigh.map(|function| suspensions(&function.body)).sum::<usize>(), 0);
    }
}

#[test]
fn a_loop_over_scalars_neither_allocates_nor_calls() {
    let text = "model m(xs: [Real], ys: [Real]) {
  let a ~ Normal(0, 1)
  return fold(fn(t, (x, y)) => t + a * x * y, 0.0, zip(map(fn(x) => x + 1, xs), ys))
}";
    let module = flow(text, "m", true, &Request { weigh: true, ..Request::default() });
    let text = borel_flow::print::module(&module);
    let body = &text[text.find("loop").expect("a loop")..];
    assert!(!body.contains("new") && !body.contains("call") && !body.contains("borel_"), "{text}");
}
