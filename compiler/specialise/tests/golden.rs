//! Small programs and what becomes of them, as text.

mod common;

use std::collections::HashMap;

use common::specialised;

fn becomes(text: &str, root: &str, expected: &str) {
    let found = renumbered(&borel_core::print::program(&specialised(text, root)));
    assert_eq!(found.trim(), expected.trim(), "\n{found}");
}

fn is_between(c: char) -> bool {
    !(c.is_alphanumeric() || "_.'".contains(c))
}

/// The text with variables (`name.12`) and labels (`'3`) numbered in the order in which they are met.
fn renumbered(text: &str) -> String {
    let mut numbers: [HashMap<&str, usize>; 2] = Default::default();
    let mut result = String::new();
    for word in text.split_inclusive(is_between) {
        let end = word.find(is_between).unwrap_or(word.len());
        let (name, rest) = word.split_at(end);
        let (kind, stem, number) = match (name.strip_prefix('\''), name.split_once('.')) {
            (Some(label), _) => (1, "'", label),
            (None, Some((stem, number))) if !stem.starts_with(|c: char| c.is_ascii_digit()) => (0, stem, number),
            _ => {
                result.push_str(word);
                continue;
            }
        };
        let next = numbers[kind].len();
        let number = numbers[kind].entry(number).or_insert(next);
        let dot = if kind == 0 { "." } else { "" };
        result.push_str(&format!("{stem}{dot}{number}{rest}"));
    }
    result
}

#[test]
fn a_fold_is_a_loop() {
    becomes(
        "fn total(xs: [Real], k: Real) => fold(fn(total, x) => total + k * x, 0.0, xs)
model m(xs: [Real]) { total(xs, 2) }",
        "m",
        "
model m#0(xs.0: [Real]) -> Real {
  t.1: Int = Len(xs.0)
  t.2: Real = loop '0 (i.3: Int = 0, result.4: Real = 0.0) {
    t.5: Bool = LtInt(i.3, t.1)
    _.6: Unit = if t.5 {
      x.7: Real = IndexUnchecked(xs.0, i.3)
      t.8: Real = Mul(2.0, x.7)
      t.9: Real = Add(result.4, t.8)
      t.10: Int = NextInt(i.3)
      continue '0 (t.10, t.9)
    } else {
      break '0 result.4
    }
    unreachable
  }
  yield t.2
}
root m#0
",
    );
}

#[test]
fn a_state_space_model_draws_and_observes() {
    becomes(
        "fn step(x: Real, s: Real) => Normal(x, s)
model walk(y: [Real]) {
  var x = 0.0
  for t in 0..len(y) {
    x ~ step(x, 2)
    observe y[t] ~ step(x, 1)
  }
  x
}",
        "walk",
        "
model walk#0(y.0: [Real]) -> Real {
  t.1: Int = Len(y.0)
  normaliser.2: Real = normaliser Normal(0.0, 1.0)
  t.3: Real = loop '0 (i.4: Int = 0, x.5: Real = 0.0) {
    t.6: Bool = LtInt(i.4, t.1)
    _.7: Unit = if t.6 {
      x.8: Real = sample Normal(x.5, 2.0) as x#0
      t.9: Real = IndexUnchecked(y.0, i.4)
      log_density.10: Real = log_density Normal(x.8, 1.0) at t.9 given normaliser.2
      _.11: Unit = factor log_density.10
      t.12: Int = NextInt(i.4)
      continue '0 (t.12, x.8)
    } else {
      break '0 x.5
    }
    unreachable
  }
  yield t.3
}
root walk#0
",
    );
}

#[test]
fn a_random_function_is_called_in_place() {
    becomes(
        "fn line() ~> (Real -> Real) { let a ~ Normal(0, 1)\n let b ~ Normal(0, 1)\n fn(x) => a + b * x }
model through() { let f ~ line()\n f(10) }",
        "through",
        "
model through#0() -> Real {
  parts.0: (Real, Real) = scoped f#0 {
    a.1: Real = sample Normal(0.0, 1.0) as a#1
    b.2: Real = sample Normal(0.0, 1.0) as b#2
    parts.3: (Real, Real) = tuple(b.2, a.1)
    yield parts.3
  }
  b.4: Real = project parts.0 0
  a.5: Real = project parts.0 1
  t.6: Real = Mul(b.4, 10.0)
  t.7: Real = Add(a.5, t.6)
  yield t.7
}
root through#0
",
    );
}

#[test]
fn a_recursive_function_is_copied_for_its_closure() {
    becomes(
        "type Tree = Leaf(Real) | Node(Tree, Tree)
fn total(t: Tree, f: Real -> Real) -> Real { match t { Leaf(x) => f(x), Node(l, r) => total(l, f) + total(r, f) } }
model m(t: Real) { total(Node(Leaf(1), Leaf(t)), fn(x) => x * t) }",
        "m",
        "
data Tree#0 \"Tree\" = Leaf(Real) | Node(Tree#0, Tree#0)
model m#0(t.0: Real) -> Real {
  t.1: Tree#0 = construct Tree#0 0(1.0)
  t.2: Tree#0 = construct Tree#0 0(t.0)
  t.3: Tree#0 = construct Tree#0 1(t.1, t.2)
  t.4: Real = call total#1(t.3, t.0)
  yield t.4
}
fn total#1(t.5: Tree#0, t.6: Real) -> Real {
  t.7: Real = match t.5 {
    0(x.8: Real) {
      t.9: Real = Mul(x.8, t.6)
      yield t.9
    }
    1(l.10: Tree#0, r.11: Tree#0) {
      t.12: Real = call total#1(l.10, t.6)
      t.13: Real = call total#1(r.11, t.6)
      t.14: Real = Add(t.12, t.13)
      yield t.14
    }
  }
  yield t.7
}
root m#0
",
    );
}
