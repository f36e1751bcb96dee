//! Continuous programs, by statistics: kernels leave the joint distribution of choices and data as it is (Geweke, "Getting it right", 2004), and methods have the evidence and the
//! moments of posteriors that are known in closed form.

use borel::{Program, RunOptions};
use borel_math::gamma::{lgamma, log_beta};
use borel_tests::chance::assert_plausible;

const IMPORTS: &str = "import infer.population\nimport infer.smc\nimport infer.mcmc\nimport infer.particle\n";

/// What a program prints, as numbers.
fn numbers(text: &str, seed: u64) -> Vec<f64> {
    let program = Program::compile(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut found = Vec::new();
    let print = |line: &str| found.extend(line.split_whitespace().filter_map(|word| word.parse::<f64>().ok()));
    program.run_main(&RunOptions::new().seed(seed), print).unwrap_or_else(|error| panic!("{error}\n{text}"));
    found
}

/// How many executions, and for how many rounds each gets new data and moves.
const CHAINS: usize = 1500;
const ROUNDS: usize = 6;

/// A model with choices of several kinds, and the functions of choices and data that are looked at, with what they are in the mean under the joint distribution.
const JOINT: &str = "
  type Seen = { k: Bool, mu: Real, s: Real, y: Real }
  fn model_of(y: Real) ~> (Bool, Real, Real) {
    let k ~ Bernoulli(0.3)
    let mu ~ Normal(0, 1)
    let s ~ Gamma(3, 2)
    observe y ~ Normal(mu + int(k), s)
    (k, mu, s)
  }
  fn data_of(p: (Bool, Real, Real)) ~> Real => sample Normal(p.1 + int(p.0), p.2)
  fn functions(p: (Bool, Real, Real), y: Real) -> [Real] =>
    [int(p.0) - 0.3, p.1, p.1 * p.1 - 1, p.2 - 1.5, p.2 * p.2 - 3, y - 0.3, y * p.1 - 1, y * y - (1 + 0.3 + 3)]
";

/// A model whose number of choices is one.
const JUMPING: &str = "
  fn model_of(y: Real) ~> (Bool, Real, Real) {
    let k ~ Bernoulli(0.3)
    let x ~ iid(Normal(0, 1), if k { 2 } else { 1 })
    observe y ~ Normal(sum(x), 1)
    (k, sum(x), x[0])
  }
  fn data_of(p: (Bool, Real, Real)) ~> Real => sample Normal(p.1, 1)
  fn functions(p: (Bool, Real, Real), y: Real) -> [Real] =>
    [int(p.0) - 0.3, p.1, p.1 * p.1 - 1.3, p.2, p.2 * p.2 - 1, y * p.1 - 1.3, y * y - 2.3, int(p.0) * p.1 * p.1 - 0.6]
";

/// Executions drawn from the prior get data drawn from the model given their choices, and move given these data, again and again: if the kernel is right, they still are draws from the prior.
fn rounds(program: &str, kernel: &str) -> String {
    format!(
        "{IMPORTS}{program}
        fn main() {{
          let kernel = {kernel}
          let (begun, _) = finish(spawn_traced(fn() => model_of(0), {CHAINS}))
          var s = begun
          var ys = [data_of(p) for p in results(s)]
          for round in 0..{ROUNDS} {{
            let (next, _) = finish(follow(population.joined(spawn_traced(fn() => model_of(0), 0), [spawn_traced(fn() => model_of(y), 1) for y in ys]), s))
            s = kernel(next)
            ys = [data_of(p) for p in results(s)]
          }}
          let values = results(s)
          let rows = [functions(values[i], ys[i]) for i in 0..{CHAINS}]
          for j in 0..len(rows[0]) {{
            let column = [row[j] for row in rows]
            print(mean(column) / (stddev(column) / sqrt({CHAINS})))
          }}
        }}"
    )
}

/// Kernels for the first program.
const KERNELS: [(&str, &str); 11] = [
    (
        "Hamiltonian Monte Carlo, and Gibbs for the rest",
        "mcmc.cycle([mcmc.on(\"\", mcmc.hmc(0.3, 3)), mcmc.on(\"k\", mcmc.gibbs)])",
    ),
    ("single site", "mcmc.on(\"\", mcmc.single_site)"),
    ("walk", "mcmc.on(\"\", mcmc.metropolis(mcmc.walk(0.7)))"),
    ("from the prior", "mcmc.on(\"mu\", mcmc.metropolis(mcmc.from_prior))"),
    ("gibbs", "mcmc.on(\"k\", mcmc.gibbs)"),
    ("slice", "mcmc.cycle([mcmc.on(\"mu\", mcmc.slice(0.8)), mcmc.on(\"s\", mcmc.slice(0.5))])"),
    ("elliptical slice", "mcmc.on(\"mu\", mcmc.elliptical(0))"),
    ("a proposal of its own", "mcmc.on(\"s\", mcmc.metropolis(mcmc.drawn_from(fn(x) => LogNormal(log(x), 0.5))))"),
    ("involution", "mcmc.on(\"mu\", mcmc.involution(fn(x) => Normal(0.5 * x, 1), fn(x, u) => (u, x)))"),
    (
        "involution that stretches",
        "mcmc.on(\"s\", mcmc.involution(fn(x) => Normal([0.0], 0.3), fn(x, u) => (x * exp(u), -u)))",
    ),
    (
        "mixtures and cycles",
        "mcmc.mix([0.5, 0.5], [
           mcmc.cycle([mcmc.on(\"k\", mcmc.gibbs), mcmc.on(\"mu\", mcmc.slice(1))]), mcmc.repeat(2, mcmc.on(\"\", mcmc.single_site))
         ])",
    ),
];

const JUMP: &str = "mcmc.cycle([
    mcmc.on(\"x\", mcmc.jump(
      \"k\", fn(k) => 1 - k,
      fn(k, x) => iid(Normal(0, 0.8), if k == 0 { 1 } else { 0 }),
      fn(k, x, u) => if k == 0 { ([0.5 * x[0] + u[0], 0.5 * x[0] - u[0]], []) } else { ([x[0] + x[1]], [(x[0] - x[1]) / 2]) }
    )),
    mcmc.on(\"x\", mcmc.metropolis(mcmc.walk(0.5)))
  ])";

#[test]
fn kernels_leave_joint_distributions_alone() {
    for (name, kernel) in KERNELS {
        assert_plausible(name, |seed| numbers(&rounds(JOINT, kernel), seed));
    }
    assert_plausible("reversible jump", |seed| numbers(&rounds(JUMPING, JUMP), seed));
}

/// Faults are found: a Jacobian that is wrong, a proposal whose density does not count.
#[test]
fn faults_in_continuous_kernels_are_found() {
    let found = |program: &str, kernel: &str| {
        let deviations = numbers(&rounds(program, kernel), 1);
        deviations.iter().any(|z| z.abs() > 6.0)
    };
    let no_jacobian = "fn(s) {
      let own = choices(s, \"s\")
      let xs = [values(s)[i][own[i][0]] for i in 0..size(s)]
      let us = [sample Normal(0, 0.6) for x in xs]
      let (next, ratios) = revise(s, own, [[xs[i] * exp(us[i])] for i in 0..len(xs)])
      mcmc.accepted(s, next, ratios)
    }";
    assert!(found(JOINT, no_jacobian), "a wrong Jacobian is not found");
    let one_way = "fn(s) {
      let own = choices(s, \"mu\")
      let xs = [values(s)[i][own[i][0]] for i in 0..size(s)]
      let (next, ratios) = revise(s, own, [[sample Normal(0.3 * x, 1)] for x in xs])
      mcmc.accepted(s, next, ratios)
    }";
    assert!(found(JOINT, one_way), "a proposal that is not symmetric is not found");
}

/// A program whose log evidence is known, and the mean and the standard deviation of its value.
struct Known {
    title: &'static str,
    program: &'static str,
    log_evidence: f64,
    mean: f64,
    sd: f64,
}

/// A linear-Gaussian state-space model, by the Kalman filter, and three conjugate models.
fn known() -> [Known; 4] {
    [
        Known {
            title: "linear-Gaussian series",
            program: "fn m() ~> Real {
              var x = sample Normal(0, 1)
              for y in [0.3, 0.9, 1.4] {
                x = sample Normal(x, 1)
                observe y ~ Normal(x, 0.5)
              }
              x
            }",
            log_evidence: -3.826_892_592_823_184,
            mean: 1.295_792_878_259_9,
            sd: 0.455_104_099_189_858_57,
        },
        Known {
            title: "normal mean",
            program: "fn m() ~> Real { let x ~ Normal(0, 2)\n for y in [1.2, 0.1, 2.4] { observe y ~ Normal(x, 1) }\n x }",
            log_evidence: -5.538_136_432_190_94,
            mean: 1.138_461_538_461_538_5,
            sd: 0.554_700_196_225_229_1,
        },
        Known {
            title: "Poisson rate",
            program: "fn m() ~> Real { let x ~ Gamma(2, 1)\n for y in [3, 0, 2, 4] { observe y ~ Poisson(x) }\n x }",
            // G(2 + 9) / G(2) 1^2 / 5^11 / (3! 0! 2! 4!)
            log_evidence: lgamma(11.0) - lgamma(2.0) - 11.0 * 5.0f64.ln() - (6.0f64 * 2.0 * 24.0).ln(),
            mean: 2.2,
            sd: 0.663_324_958_071_08,
        },
        Known {
            title: "coin",
            program: "fn m() ~> Real { let x ~ Beta(2, 3)\n for y in [true, true, false] { observe y ~ Bernoulli(x) }\n x }",
            // B(2 + 2, 3 + 1) / B(2, 3)
            log_evidence: log_beta(4.0, 4.0) - log_beta(2.0, 3.0),
            mean: 0.5,
            sd: 0.166_666_666_666_666_66,
        },
    ]
}

/// Ways to a population.
const METHODS: [(&str, &str); 6] = [
    ("bootstrap", "smc.bootstrap(spawn(m, 60))"),
    ("multinomial", "smc.bootstrap(spawn(m, 60), 2, population.multinomial)"),
    ("residual", "smc.bootstrap(spawn(m, 60), 2, population.residual)"),
    (
        "resample-move",
        "smc.resample_move(spawn_traced(m, 30), mcmc.on(\"\", mcmc.metropolis(mcmc.walk(0.5))), smc.schedule(spawn(m, 30)))",
    ),
    ("waste-free", "smc.waste_free(spawn_traced(m, 30), mcmc.on(\"\", mcmc.metropolis(mcmc.walk(0.5))), 3, 3)"),
    (
        "annealed",
        "smc.annealed(spawn_traced(m, 30), fn(s, t) => mcmc.metropolis(mcmc.walk(0.5), t)(s, \"\"), [0.2, 0.5, 1])",
    ),
];

/// Of independent runs, the deviations of the mean evidence, and of the mean of the evidence times the first and the second power of the value: all are unbiased.
fn evidence(known: &Known, method: &str) -> String {
    let Known { program, log_evidence, mean, sd, .. } = known;
    format!(
        "{IMPORTS}{program}
        fn main() {{
          let runs = 400
          var rows: [[Real]] = []
          for run in 0..runs {{
            let p = {method}
            let share = exp(population.log_evidence(p) - {log_evidence:?})
            let z = (population.draw(p) - {mean:?}) / {sd:?}
            rows = rows ++ [[share - 1, share * z, share * (z * z - 1)]]
          }}
          for j in 0..3 {{
            let column = [row[j] for row in rows]
            print(mean(column) / (stddev(column) / sqrt(runs)))
          }}
        }}"
    )
}

#[test]
fn evidences_and_moments_are_those_of_closed_forms() {
    for known in known() {
        for (name, method) in METHODS {
            let text = evidence(&known, method);
            assert_plausible(&format!("{name} of {}", known.title), |seed| numbers(&text, seed));
        }
    }
}
