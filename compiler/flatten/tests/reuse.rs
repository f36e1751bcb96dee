//! Objects that are taken apart, and new ones made in their memory.

mod common;

use borel_flatten::Request;
use borel_flow::{Block, Module, Stmt, View};
use common::{EVERYTHING, flow};

const SIMULATE: Request = Request { simulate: true, ..Request::NONE };

/// What there is of objects in a function: taken apart, made anew, made in the memory of another.
fn objects(module: &Module, name: &str) -> [usize; 3] {
    let mut counts = [0; 3];
    for function in module.functions.iter().filter(|function| function.name.starts_with(name)) {
        count(&function.body, &mut counts);
    }
    counts
}

fn count(block: &Block, counts: &mut [usize; 3]) {
    for stmt in block {
        match stmt {
            Stmt::Take(..) => counts[0] += 1,
            Stmt::New(..) => counts[1] += 1,
            Stmt::Renew(..) => counts[2] += 1,
            _ => {}
        }
        stmt.blocks().into_iter().for_each(|inner| count(inner, counts));
    }
}

const LISTS: &str = "
type List = Nil | Cons(Int, List)
fn map_list(xs: List, f: Int -> Int) -> List => match xs { Nil => Nil, Cons(x, rest) => Cons(f(x), map_list(rest, f)) }
fn sum_list(xs: List) -> Int => match xs { Nil => 0, Cons(x, rest) => x + sum_list(rest) }
fn only_odd(xs: List) -> List => match xs {
  Nil => Nil,
  Cons(x, rest) => if x % 2 == 1 { Cons(x, only_odd(rest)) } else { only_odd(rest) }
}
fn main() {
  let xs = Cons(1, Cons(2, Nil))
  print(sum_list(map_list(only_odd(xs), fn(x) => x + 1)))
}";

#[test]
fn a_cell_that_is_matched_and_built_again_is_reused() {
    let module = flow(LISTS, "main", false, &SIMULATE);
    assert_eq!(objects(&module, "map_list"), [1, 0, 1]);
    assert_eq!(objects(&module, "sum_list"), [0, 0, 0], "what only reads borrows");
    assert_eq!(objects(&module, "only_odd"), [1, 0, 1], "where it is not needed it is given back");
}

#[test]
fn an_object_of_another_size_is_made_anew() {
    let text =
        LISTS.replace("=> Cons(f(x), map_list(rest, f))", "{ let more = map_list(rest, f)\n Wide(x, x, x, more) }");
    let text = text.replace("Nil | Cons(Int, List)", "Nil | Cons(Int, List) | Wide(Int, Int, Int, List)");
    let text = text.replace("Cons(x, rest) => x +", "Wide(x, _, _, rest) => x + sum_list(rest), Cons(x, rest) => x +");
    let text = text.replace("Nil => Nil", "Nil => Nil, Wide(_, _, _, rest) => rest");
    let module = flow(&text, "main", false, &SIMULATE);
    assert_eq!(objects(&module, "map_list")[1..], [1, 0]);
}

const CHAIN: &str = "
type State = State(Real, Real, Int)
fn step(s: State, y: Real) ~> State {
  match s {
    State(x, v, n) {
      let next = sample Normal(x + v, 1)
      observe y ~ Normal(next, 1)
      State(next, next - x, n + 1)
    }
  }
}
model chain(ys: [Real]) {
  var s = State(0, 0, 0)
  for y in ys { s = step(s, y) }
  match s { State(x, _, _) => x }
}";

#[test]
fn no_token_lives_across_a_suspension() {
    let module = flow(CHAIN, "chain", true, &EVERYTHING);
    let reused = |view: View| {
        let mut counts = [0; 3];
        module.functions.iter().filter(|f| f.view == view).for_each(|f| count(&f.body, &mut counts));
        counts[2]
    };
    assert_eq!(reused(View::Step), 0);
    assert_eq!(borel_flow::verify::verify(&module), Vec::<String>::new());
}
