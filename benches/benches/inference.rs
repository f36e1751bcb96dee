//! `cargo bench -p borel-benches --bench inference`: how many proposals a second Metropolis-Hastings makes a choice at a time, on one core.

use borel::replay::Stream;
use borel::{Data, Program, Replay};
use std::time::Instant;

/// Proposals of one timing.
const PROPOSALS: usize = 500_000;

/// How often each is timed.
const ROUNDS: usize = 11;

const TEN_CHOICES: &str = "model ten(y: [Real]) {
  let x = [sample Normal(0, 1) for i in 0..10]
  for i in 0..10 { observe y[i] ~ Normal(x[i], 0.5) }
  return x[0]
}";

const GEOMETRIC: &str = "fn geometric(p: Real) ~> Int { if sample Bernoulli(p) { 0 } else { 1 + geometric(p) } }
model m() {
  return geometric(0.5)
}";

const GRAMMAR: &str = "type Tree = Leaf(Int) | Node(Tree, Tree)
fn tree() ~> Tree { if sample Bernoulli(0.6) { Leaf(sample DiscreteUniform(0, 9)) } else { Node(tree(), tree()) } }
fn total(t: Tree) -> Int { match t { Leaf(n) => n, Node(l, r) => total(l) + total(r) } }
model grammar() {
  let t = tree()
  observe 12.0 ~ Normal(total(t), 2)
  return total(t)
}";

fn main() {
    let y: Vec<f64> = (0..10).map(|i| f64::from(i) / 5.0 - 1.0).collect();
    let cases = [
        ("ten choices, ten observations", TEN_CHOICES, Data::new().reals("y", &y)),
        ("geometric", GEOMETRIC, Data::new()),
        ("a grammar", GRAMMAR, Data::new()),
    ];
    println!("| program | proposals a second | accepted |\n|---|---|---|");
    for (name, text, data) in cases {
        let (rate, accepted) = measure(text, &data);
        println!("| {name} | {:.2} million | {:.0} % |", rate / 1e6, 100.0 * accepted);
    }
}

/// The median rate, and the share of proposals that were accepted.
fn measure(text: &str, data: &Data) -> (f64, f64) {
    let program = Program::compile(text).expect("a program");
    let bound = program.sole_model().and_then(|model| model.bind(data)).expect("a model");
    let mut replay = Replay::new(&bound).expect("a replay view");
    let mut kernel = replay.single_site();
    let mut stream = Stream::new(1);
    replay.begin(&mut stream).expect("an execution");
    let mut steps = |count: usize| {
        for _ in 0..count {
            kernel.step(&mut replay, &mut stream).expect("a step");
        }
    };
    steps(PROPOSALS / 10);
    let mut rates: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            steps(PROPOSALS);
            PROPOSALS as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    (rates[ROUNDS / 2], kernel.accepted as f64 / kernel.proposals as f64)
}
