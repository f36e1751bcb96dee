//! The laws of inference: each transformation and each composition of the library leaves the measure of a program as it is, and each kernel the posterior. Programs are finite, and
//! everything that is drawn is gone through, by the algorithms too; so the measures are the same but for rounding.

use borel::{MemoryLoader, Program, RunOptions};
use borel_abi::mutation::{self, Mutation};
use borel_tests::chance::{is_plausible, p_of_counts};
use borel_tests::faults::faulty;
use borel_tests::generate::program;
use borel_tests::laws::{Measure, bind, difference, measure};
use borel_tests::ways::{Search, Unfit};
use std::collections::BTreeMap;

/// The largest difference that rounding makes.
const ROUNDING: f64 = 1e-12;

const IMPORTS: &str = "import infer.population\nimport infer.smc\nimport infer.mcmc\nimport infer.particle\n";

/// Programs with a model `m`, each with something that algorithms go wrong about.
const PROGRAMS: [(&str, &str); 8] = [
    (
        "one choice",
        "model m() {
           let a ~ Bernoulli(0.3)
           factor(if a { -0.2 } else { 0.4 })
           return a
         }",
    ),
    (
        "a choice after the observation",
        "model m() {
           let a ~ Bernoulli(0.3)
           condition(a || sample Bernoulli(0.7))
           let b ~ Bernoulli(if a { 0.9 } else { 0.4 })
           return (a, b)
         }",
    ),
    (
        "two observations",
        "model m() {
           let a ~ Bernoulli(0.3)
           factor(if a { -0.2 } else { 0.4 })
           let b ~ Bernoulli(if a { 0.9 } else { 0.4 })
           observe 1 ~ Binomial(2, if b { 0.3 } else { 0.8 })
           return (a, b)
         }",
    ),
    (
        "different numbers of observations",
        "model m() {
           var n = 0
           while n < 2 && sample Bernoulli(0.6) {
             factor(-0.5 * n - 0.3)
             n = n + 1
           }
           let last ~ Bernoulli(0.5)
           return (n, last)
         }",
    ),
    (
        "impossible executions",
        "model m() {
           let a ~ Bernoulli(0.4)
           condition(a || sample Bernoulli(0.5))
           let b ~ Bernoulli(0.7)
           condition(a != b)
           return a
         }",
    ),
    (
        "recursion and a function that is drawn",
        "fn deep(p: Real, most: Int) ~> Int {
           if most == 0 { return 0 }
           let more = sample Bernoulli(p)
           factor(if more { 0.3 } else { -0.1 })
           if more { 1 + deep(p, most - 1) } else { 0 }
         }
         model m() {
           let f = if sample Bernoulli(0.5) { fn() => deep(0.5, 2) } else { fn() => 0 }
           return f()
         }",
    ),
    (
        "memoised choices",
        "model m() {
           let colour = mem(fn(i: Int) => sample Bernoulli(0.3))
           factor(if colour(0) { 0.5 } else { 0 })
           let i = if colour(0) { 0 } else { 1 }
           factor(if colour(i) { -0.4 } else { 0.2 })
           return (colour(0), colour(1))
         }",
    ),
    (
        "values that are objects",
        "type Tree = Leaf | Node(Tree, Int, Tree)
         model m() {
           let a ~ Bernoulli(0.3)
           let tree = if a { Node(Leaf, 1, Leaf) } else { Leaf }
           observe a ~ Bernoulli(0.6)
           let xs = [int(sample Bernoulli(0.5)) for i in 0..2]
           factor(-0.3 * sum(xs))
           return (tree, xs)
         }",
    ),
];

/// A way to run `m` whose measure is that of `m`: its name, and the body of a model.
type Law = (&'static str, &'static str);

/// What is done to executions without kernels.
const TRANSFORMATIONS: [(&str, &str, usize); 13] = [
    (
        "spawn, finish",
        "population.finished(population.of(spawn_traced(fn() => m(), 2)))",
        8,
    ),
    (
        "spawn, advance",
        "smc.bootstrap(spawn_traced(fn() => m(), 2), 0)",
        8,
    ),
    (
        "select, join",
        "population.finished(population.of(select(join(spawn_traced(fn() => m(), 1), spawn_traced(fn() => m(), 1)), [1, 0])))",
        8,
    ),
    (
        "select_joined",
        "population.finished(population.of(select_joined(spawn_traced(fn() => m(), 1), spawn_traced(fn() => m(), 1), [1, 1])))",
        8,
    ),
    (
        "hoist",
        "population.finished(population.hoist(mcmc.on(\"\", mcmc.single_site), population.advanced(population.of(spawn_traced(fn() => m(), 2)))))",
        2,
    ),
    (
        "resample",
        "population.finished(smc.step(population.of(spawn_traced(fn() => m(), 3)), 2, population.one_by_one))",
        6,
    ),
    (
        "smc",
        "smc.bootstrap(spawn_traced(fn() => m(), 2), 2, population.one_by_one)",
        5,
    ),
    (
        "smc, when needed",
        "smc.bootstrap(spawn_traced(fn() => m(), 2), 0.95, population.one_by_one)",
        6,
    ),
    (
        "resample, move",
        "smc.resample_move(spawn_traced(fn() => m(), 2), mcmc.on(\"\", mcmc.single_site), [true, true], population.one_by_one)",
        1,
    ),
    (
        "one moved",
        "smc.resample_move(spawn_traced(fn() => m(), 1), mcmc.on(\"\", mcmc.single_site), [true, true], population.one_by_one)",
        4,
    ),
    (
        "waste-free",
        "smc.waste_free(spawn_traced(fn() => m(), 2), mcmc.on(\"\", mcmc.single_site), 2, 1, population.one_by_one)",
        2,
    ),
    (
        "annealed",
        "smc.annealed(
           spawn_traced(fn() => m(), 2), fn(s, t) => mcmc.metropolis(mcmc.one_from_prior, t)(s, \"\"), [0.5, 1], 2, population.one_by_one
         )",
        1,
    ),
    (
        "one annealed",
        "smc.annealed(
           spawn_traced(fn() => m(), 1), fn(s, t) => mcmc.metropolis(mcmc.one_from_prior, t)(s, \"\"), [0.5, 1], 2, population.one_by_one
         )",
        4,
    ),
];

/// A population to a model: the estimate of the evidence, and a value by the weights.
fn of_population(expression: &str) -> String {
    format!(
        "model law() {{
           let p = {expression}
           let evidence = population.log_evidence(p)
           factor(evidence)
           if evidence == -infinity {{ fail(\"no execution is possible\") }}
           return population.draw(p)
         }}"
    )
}

/// Kernels, which go from executions of the posterior to such.
const KERNELS: [Law; 8] = [
    ("single site", "mcmc.on(\"\", mcmc.single_site)"),
    ("from the prior", "mcmc.on(\"\", mcmc.metropolis(mcmc.from_prior))"),
    ("the prior of some", "mcmc.on(\"a\", mcmc.metropolis(mcmc.from_prior))"),
    ("walk", "mcmc.on(\"\", mcmc.metropolis(mcmc.walk(1)))"),
    ("gibbs", "mcmc.on(\"\", mcmc.gibbs)"),
    ("cycle", "mcmc.cycle([mcmc.on(\"a\", mcmc.gibbs), mcmc.on(\"\", mcmc.single_site)])"),
    ("mix", "mcmc.mix([0.3, 0.7], [mcmc.on(\"\", mcmc.gibbs), mcmc.on(\"\", mcmc.single_site)])"),
    ("repeat", "mcmc.repeat(2, mcmc.on(\"\", mcmc.single_site))"),
];

fn of_kernel(kernel: &str) -> String {
    format!(
        "model law() {{
           let (s, gained) = finish(spawn_traced(fn() => m(), 1))
           factor(gained[0])
           if gained[0] == -infinity {{ fail(\"impossible\") }}
           let kernel = {kernel}
           let t = kernel(s)
           return results(t)[0]
         }}"
    )
}

/// What goes from `given`, the path of an execution of the posterior, to another such path: conditional particle filters.
const CONDITIONAL: [Law; 4] = [
    (
        "conditional filter",
        "particle.conditional(spawn_traced(fn() => m(), 1), given, false, 2, population.one_by_one)",
    ),
    (
        "conditional filter with ancestors",
        "particle.conditional(spawn_traced(fn() => m(), 1), given, true, 2, population.one_by_one)",
    ),
    (
        "conditional filter with ancestors, of one closure",
        "particle.conditional(spawn_traced(f, 1), given, true, 2, population.one_by_one)",
    ),
    (
        "twice",
        "particle.conditional(
           spawn_traced(fn() => m(), 1),
           particle.conditional(spawn_traced(fn() => m(), 1), given, false, 2, population.one_by_one),
           true, 0.95, population.one_by_one
         )",
    ),
];

fn of_path(next: &str) -> String {
    body(&format!(
        "let f = fn() => m()
         let given = particle.along(spawn_traced(f, 1))
         let log_weight = log_weights(given[len(given) - 1])[0]
         factor(log_weight)
         if log_weight == -infinity {{ fail(\"impossible\") }}
         let path = {next}
         return results(path[len(path) - 1])[0]"
    ))
}

const INDEPENDENT: &str = "
    let start = spawn_traced(fn() => m(), 2)
    let p = smc.bootstrap(start, 2, population.one_by_one)
    let evidence = population.log_evidence(p)
    factor(evidence)
    if evidence == -infinity { fail(\"impossible\") }
    let now = particle.chosen(p)
    return results(particle.independent_step(start, now, 2, population.one_by_one).outcome)[0]";

/// Models of their own: parameters with a series given them.
const SERIES: &str = "fn parameter() ~> Int {
    let k ~ Binomial(1, 0.3)
    k
  }
  fn series(k: Int) ~> Bool {
    let a ~ Bernoulli(if k == 1 { 0.8 } else { 0.3 })
    factor(if a { 0.3 } else { -0.4 })
    a
  }
  fn plain(k: Int) ~> Bool {
    factor(if k == 1 { 0.3 } else { -0.4 })
    true
  }
  model m() {
    let k = parameter()
    return (k, series(k))
  }
  model without_choices() {
    let k = parameter()
    return (k, plain(k))
  }";

const MARGINAL: &str = "
    let (s, _) = finish(spawn_traced(parameter, 1))
    let states = fn(s) => spawn_traced(fn() => series(results(s)[0]), 2)
    let p = smc.bootstrap(states(s), 2, population.one_by_one)
    factor(population.log_evidence(p))
    let now = { parameters: s, filtered: particle.chosen(p) }
    let next = particle.marginal_step(states, mcmc.walk(1), now, 2, population.one_by_one)
    return (results(next.parameters)[0], results(next.filtered.outcome)[0])";

/// SMC^2 with this series, of which the parameters are moved after the only step or not.
fn squared(series: &str, moves: bool) -> String {
    format!(
        "let states = fn(s) => spawn_traced(fn() => {series}(results(s)[0]), 1)
         let (s, _) = finish(spawn_traced(parameter, 2))
         let post = particle.posterior(particle.squared(population.of(s), states, mcmc.one_from_prior, [{moves}], 0, population.one_by_one))
         factor(log_evidence(post))
         return draws(post)[sample Categorical(weights(post))]"
    )
}

fn whole(program: &str, law: &str) -> String {
    format!("{IMPORTS}{program}\n{law}\n")
}

fn body(text: &str) -> String {
    format!("model law() {{\n{text}\n}}")
}

fn of(text: &str, model: &str, search: Search) -> Result<Measure, Unfit> {
    with_modules(text, model, search, &MemoryLoader::new())
}

fn with_modules(text: &str, model: &str, search: Search, modules: &MemoryLoader) -> Result<Measure, Unfit> {
    measure(&bind(text, model, modules).map_err(Unfit::Stops)?, search)
}

/// By how much the measure of a law is another one than that of a model of the program.
fn defect(program: &str, model: &str, law: &str, search: Search) -> Result<f64, Unfit> {
    let text = whole(program, law);
    let (own, found) = (of(&text, model, Search::default())?, of(&text, "law", search)?);
    Ok(difference(&own, &found))
}

/// Asserts a law of the programs that are small enough for it, which are so many at least.
fn holds(name: &str, law: &str, at_least: usize) {
    let mut fit = 0;
    for (title, program) in PROGRAMS {
        match defect(program, "m", law, Search::default()) {
            Ok(found) => assert!(found < ROUNDING, "{name} of {title}: the measure differs by {found}"),
            Err(Unfit::TooMany) => continue,
            Err(unfit) => panic!("{name} of {title}: {unfit:?}"),
        }
        fit += 1;
    }
    assert!(fit >= at_least, "{name}: only {fit} programs are small enough");
}

#[test]
fn transformations_keep_measures() {
    for (name, expression, at_least) in TRANSFORMATIONS {
        holds(name, &of_population(expression), at_least);
    }
}

#[test]
fn kernels_keep_posteriors() {
    for (name, kernel) in KERNELS {
        holds(name, &of_kernel(kernel), 6);
    }
}

#[test]
fn particle_kernels_keep_posteriors() {
    for (name, next) in CONDITIONAL {
        holds(name, &of_path(next), 4);
    }
    holds("independent", &body(INDEPENDENT), 1);
    let with_parameters = [
        ("marginal", "m", MARGINAL),
        ("squared, weighted", "m", &squared("series", false)),
        ("squared, moved", "without_choices", &squared("plain", true)),
    ];
    for (name, model, law) in with_parameters {
        let found = defect(SERIES, model, &body(law), Search { most: 1_000_000, ..Search::default() });
        assert!(matches!(found, Ok(found) if found < ROUNDING), "{name}: {found:?}");
    }
}

/// Executions in which a choice is set stand for the measure where it is so.
#[test]
fn constraints_keep_what_they_allow() {
    let text = |condition: &str| {
        format!(
            "fn f() ~> (Bool, Bool) {{
               let a ~ Bernoulli(0.3)
               let b ~ Bernoulli(if a {{ 0.9 }} else {{ 0.4 }})
               {condition}
               observe 1 ~ Binomial(2, if a == b {{ 0.3 }} else {{ 0.8 }})
               (a, b)
             }}
             model m() {{ return f() }}"
        )
    };
    let found = of(&whole(&text(""), &of_population("mcmc.constrained(f, 2, \"b\", [1])")), "law", Search::default());
    let own = of(&whole(&text("condition(b)"), ""), "m", Search::default());
    let defect = difference(&own.expect("a measure"), &found.expect("a measure"));
    assert!(defect < ROUNDING, "the measure differs by {defect}");
}

/// The alive filter may try for ever: what is less probable than exp(-30) is left out.
#[test]
fn the_alive_filter_keeps_measures() {
    let program = "model m() {
      let a ~ Bernoulli(0.7)
      condition(a || sample Bernoulli(0.9))
      let b ~ Bernoulli(0.5)
      factor(if b { 0.2 } else { -0.3 })
      return (a, b)
    }";
    let law = of_population("smc.alive(spawn_traced(fn() => m(), 1))");
    let found = defect(program, "m", &law, Search { least: -30.0, ..Search::default() });
    assert!(matches!(found, Ok(found) if found < ROUNDING), "{found:?}");
}

/// Random programs: those that are small enough.
#[test]
fn random_programs_keep_their_measures() {
    let laws = [TRANSFORMATIONS[0], TRANSFORMATIONS[1], TRANSFORMATIONS[5]];
    let laws = laws.map(|(name, expression, _)| (name, of_population(expression)));
    let kernel = (KERNELS[0].0, of_kernel(KERNELS[0].1));
    let conditional = (CONDITIONAL[1].0, of_path(CONDITIONAL[1].1));
    let laws: Vec<(&str, String)> = laws.into_iter().chain([kernel, conditional]).collect();
    let small = Search { most: 2000, ..Search::default() };
    let (mut fit, mut seeds) = (0, 0);
    for seed in 0..120 {
        let text = program(seed).replace("model test(", "model m(");
        seeds += 1;
        let own = match of(&whole(&text, &body("return is_finished(spawn_traced(fn() => m(), 1))")), "m", small) {
            Ok(own) if own.len() < 8 => own,
            _ => continue,
        };
        for (name, law) in &laws {
            match of(&whole(&text, law), "law", small) {
                Ok(found) => {
                    fit += 1;
                    let defect = difference(&own, &found);
                    assert!(defect < ROUNDING, "{name} of seed {seed}: the measure differs by {defect}\n{text}");
                }
                Err(Unfit::TooMany) => {}
                Err(Unfit::Stops(error)) => panic!("{name} of seed {seed}: {error}\n{text}"),
            }
        }
    }
    assert!(fit > seeds / 2, "only {fit} laws of {seeds} programs were fit");
}

/// Weights that ancestors are chosen by.
const WEIGHTS: [f64; 4] = [0.125, 0.5, 0.0, 0.375];

/// An ancestor chosen at random among those that a scheme gives is the i-th with the probability that is its weight.
#[test]
fn schemes_are_unbiased() {
    for (scheme, cells) in [("systematic", 8), ("stratified", 8), ("residual", 0), ("one_by_one", 0)] {
        let law = format!(
            "model law() {{
               let numbers = population.{scheme}({WEIGHTS:?}, 3)
               return numbers[sample DiscreteUniform(0, 2)]
             }}"
        );
        let found = of(&whole("", &law), "law", Search { cells, ..Search::default() }).expect(scheme);
        for (i, weight) in WEIGHTS.iter().enumerate() {
            let mass = found.get(&format!("Int({i})")).copied().unwrap_or(0.0);
            assert!((mass - weight).abs() < ROUNDING, "{scheme}: {found:?}");
        }
    }
}

/// How often a scheme gives each triple of ancestors, in ascending order.
fn triples(scheme: &str, modules: &MemoryLoader, seed: u64) -> BTreeMap<String, usize> {
    let main = format!("fn main() {{ for i in 0..30000 {{ print(sort(population.{scheme}({WEIGHTS:?}, 3))) }} }}");
    let program = Program::compile_with("<program>", &whole("", &main), modules).expect("a program");
    let mut counts = BTreeMap::new();
    let count = |triple: &str| *counts.entry(triple.to_string()).or_insert(0) += 1;
    program.run_main(&RunOptions::new().seed(seed), count).expect("a run");
    counts
}

/// The probabilities of triples of independent ancestors, as `triples` has them.
fn independent_triples() -> BTreeMap<String, f64> {
    let possible: Vec<usize> = (0..WEIGHTS.len()).filter(|i| WEIGHTS[*i] > 0.0).collect();
    let mut probabilities = BTreeMap::new();
    for &i in &possible {
        for &j in &possible {
            for &k in &possible {
                let mut triple = [i, j, k];
                triple.sort();
                *probabilities.entry(format!("{triple:?}")).or_insert(0.0) += WEIGHTS[i] * WEIGHTS[j] * WEIGHTS[k];
            }
        }
    }
    probabilities
}

/// Ancestors from sums of exponentials, which cannot be gone through: their triples are counted. They are those of independent ancestors, and those of other schemes are not.
#[test]
fn multinomial_resampling_is_multinomial() {
    let probabilities = independent_triples();
    let is_multinomial = |scheme: &str, modules: &MemoryLoader| {
        is_plausible(|seed| p_of_counts(&triples(scheme, modules, seed), &probabilities))
    };
    let library = MemoryLoader::new();
    for scheme in ["multinomial", "one_by_one"] {
        assert!(is_multinomial(scheme, &library), "{scheme}");
    }
    for scheme in ["systematic", "stratified", "residual"] {
        assert!(!is_multinomial(scheme, &library), "{scheme}");
    }
    let of_other_sums = faulty("infer.population", "sample Exponential(1)", "sample Uniform(0, 1)");
    assert!(!is_multinomial("multinomial", &of_other_sums), "sums of uniform numbers");
}

/// Faults of the library: a module, what stands there, and what is put in its place.
const FAULTS: [(&str, &str, &str, &str); 8] = [
    (
        "the weight after resampling",
        "infer.population",
        "log_weights: replicate(n, log_mean(w)) }",
        "log_weights: [w.log_largest + log(w.relative[k]) for k in ancestors] }",
    ),
    (
        "the ratio of the numbers of choices",
        "infer.mcmc",
        "(next, ratios + selection(numbers, choices(next, name)))",
        "(next, ratios)",
    ),
    (
        "another execution in the place of the given one",
        "infer.particle",
        "select_joined(own[t], next, chosen)",
        "select_joined(select(next, [0]), next, chosen)",
    ),
    (
        "an ancestor one too low",
        "infer.particle",
        "select_joined(own[t], next, chosen)",
        "select_joined(own[t], next, [max(k - 1, 0) for k in chosen])",
    ),
    ("the gain of the given execution", "infer.particle", "[path_gain(given, t)] ++ gained", "[gained[0]] ++ gained"),
    ("the likelihood of what is annealed", "infer.mcmc", "(1 - temperature) * (after[i] - before[i])", "0.0"),
    ("one try less", "infer.smc", "log(n / (tries - 1))", "log(n / tries)"),
    ("the future of an ancestor", "infer.particle", "gained[i] + sum(after[i]) - sum(before[i])", "gained[i]"),
];

/// The laws find faults.
#[test]
fn faults_are_found() {
    let transformations = TRANSFORMATIONS.map(|(_, expression, _)| of_population(expression));
    let kernels = [KERNELS[0], KERNELS[4]].map(|(_, kernel)| of_kernel(kernel));
    let paths = CONDITIONAL.map(|(_, next)| of_path(next));
    let others = [body(INDEPENDENT), of_population("smc.alive(spawn_traced(fn() => m(), 1))")];
    let laws: Vec<String> = transformations.into_iter().chain(kernels).chain(paths).chain(others).collect();
    let search = Search { most: 20_000, least: -30.0, ..Search::default() };
    let is_found = |modules: &MemoryLoader, (_, program): &(&str, &str)| {
        let own = of(&whole(program, ""), "m", search).expect("a measure");
        laws.iter().any(|law| {
            let found = with_modules(&whole(program, law), "law", search, modules);
            found.is_ok_and(|found| difference(&own, &found) > 1e-6)
        })
    };
    for (name, module, from, to) in FAULTS {
        let modules = faulty(module, from, to);
        assert!(PROGRAMS.iter().any(|program| is_found(&modules, program)), "{name} is not found");
    }
    let stale = |program| mutation::with(Mutation::StaleAddress, || is_found(&MemoryLoader::new(), program));
    assert!(PROGRAMS.iter().any(stale), "a stale address is not found");
}

/// Traces cost time and change nothing else: the same seed gives the same executions with and without.
#[test]
fn traces_change_nothing() {
    for (name, program) in PROGRAMS {
        let run = |spawn: &str| {
            let law = format!(
                "fn main() {{ let p = smc.bootstrap({spawn}(fn() => m(), 50))\n print(p.log_weights, results(select(p.executions, [i for i in 0..50 if p.log_weights[i] > -infinity]))) }}"
            );
            let program = Program::compile(&whole(program, &law)).expect("a program");
            let mut lines = Vec::new();
            program.run_main(&RunOptions::new().seed(3), |line| lines.push(line.to_string())).expect("a run");
            lines
        };
        assert_eq!(run("spawn"), run("spawn_traced"), "{name}");
    }
}
