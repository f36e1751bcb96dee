//! `cargo bench -p borel-benches --bench inference`: how many proposals a second Metropolis-Hastings makes a choice at a time, and what methods of the library cost, in runs of
//! the particle filter that is built in or of the library's own; on one core. With a text after `--`, only what has it in its name.

use borel::replay::Stream;
use borel::{Data, Program, Replay, RunOptions};
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
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    println!("| program | proposals a second | accepted |\n|---|---|---|");
    for (name, text, data) in cases.into_iter().filter(|(name, ..)| name.contains(&wanted)) {
        let (rate, accepted) = measure(text, &data);
        println!("| {name} | {:.2} million | {:.0} % |", rate / 1e6, 100.0 * accepted);
    }
    println!("\n| method | ms | in runs of | ratio |\n|---|---|---|---|");
    for (name, what, yardstick) in LIBRARY.into_iter().filter(|(name, ..)| name.contains(&wanted)) {
        let (own, other) = compare(what, yardstick);
        println!("| {name} | {:.2} | {:.2} ms | {:.2} |", own * 1e3, other * 1e3, own / other);
    }
}

/// A local level model with 100 observations, as a random function and as one given its scales.
const SERIES: &str = "import infer.population
import infer.smc
import infer.mcmc
import infer.particle
fn level(s_level: Real, s_obs: Real, y: [Real]) ~> Real {
  var x = sample Normal(1000, 300)
  for v in y {
    x = sample Normal(x, s_level)
    observe v ~ Normal(x, s_obs)
  }
  x
}
fn ten() ~> Real {
  let x = [sample Normal(0, 1) for i in 0..10]
  for i in 0..10 { observe i / 5 - 1.0 ~ Normal(x[i], 0.5) }
  x[0]
}
fn scales() ~> (Real, Real) {
  let s_level ~ HalfNormal(50)
  let s_obs ~ HalfNormal(150)
  (s_level, s_obs)
}
";

/// Methods with as many filters or proposals as the yardstick: name, method, yardstick. (`f` is the series with fixed scales.)
const LIBRARY: [(&str, &str, &str); 6] = [
    (
        "5 times smc of the library, 10,000 particles, against the built-in one",
        "sum([population.log_evidence(smc.bootstrap(spawn(f, 10000))) for i in 0..5])",
        "sum([log_evidence(infer(f, smc(10000))) for i in 0..5])",
    ),
    (
        "50 times the same with 1,000 particles",
        "sum([population.log_evidence(smc.bootstrap(spawn(f, 1000))) for i in 0..50])",
        "sum([log_evidence(infer(f, smc(1000))) for i in 0..50])",
    ),
    (
        "pmmh, 20 draws, against 20 filters of 1,000",
        "sum([p.1 for p in particle.marginal(scales, fn(s) => spawn(fn() => level(s.0, s.1, y), 1000), mcmc.walk(0.1), 20)])",
        "sum([population.log_evidence(smc.bootstrap(spawn(f, 1000))) for i in 0..20])",
    ),
    (
        "particle Gibbs, 20 draws after a first path, against 21 filters of 1,000",
        "sum(results(particle.gibbs(spawn(f, 1000), 20)))",
        "sum([population.log_evidence(smc.bootstrap(spawn(f, 1000))) for i in 0..21])",
    ),
    (
        "the same, against filters with its own scheme, multinomial",
        "sum(results(particle.gibbs(spawn(f, 1000), 20)))",
        "sum([population.log_evidence(smc.bootstrap(spawn(f, 1000), 0.5, population.multinomial)) for i in 0..21])",
    ),
    (
        "50,000 proposals of the library's single-site kernel for ten choices, against mh",
        "size(fold(fn(s, i) => mcmc.on(\"\", mcmc.single_site)(s), mcmc.chains(ten, 100), [i for i in 0..500]))",
        "len(draws(infer(ten, mh(draws = 50000, warmup = 0, thin = 1))))",
    ),
];

/// The median seconds of runs of two expressions, in turns.
fn compare(what: &str, yardstick: &str) -> (f64, f64) {
    let run = |expression: &str| {
        let text = format!(
            "{SERIES}fn main() {{
              let y = [1000 + 100 * sin(t / 5) for t in 0..100]
              let f = fn() => level(40, 120, y)
              print({expression})
            }}"
        );
        Program::compile(&text).expect("a program")
    };
    let programs = [run(what), run(yardstick)];
    let mut seconds = [Vec::new(), Vec::new()];
    // The first round compiles.
    for round in 0..=ROUNDS {
        for (program, seconds) in programs.iter().zip(&mut seconds) {
            let start = Instant::now();
            program.run_main(&RunOptions::new().seed(round as u64), |_| {}).expect("a run");
            if round > 0 {
                seconds.push(start.elapsed().as_secs_f64());
            }
        }
    }
    let [own, other] = seconds.map(|mut all| {
        all.sort_by(f64::total_cmp);
        all[ROUNDS / 2]
    });
    (own, other)
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
