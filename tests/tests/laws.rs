//! The laws of inference: each transformation and each composition of the library leaves the measure of a program as it is, and each kernel the posterior. Programs are finite, and
//! everything that is drawn is gone through, by the algorithms too; so the measures are the same but for rounding.

use borel_tests::laws::{Measure, Search, Unfit, bind, difference, measure};

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
const TRANSFORMATIONS: [(&str, &str, usize); 10] = [
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
        2,
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

/// Particle Markov chain Monte Carlo.
const PARTICLE: [(&str, &str, usize); 4] = [
    (
        "conditional filter",
        "let given = particle.along(spawn_traced(fn() => m(), 1))
         let end = given[len(given) - 1]
         factor(log_weights(end)[0])
         if log_weights(end)[0] == -infinity { fail(\"impossible\") }
         let path = particle.conditional(spawn_traced(fn() => m(), 1), given, false, population.one_by_one)
         return results(path[len(path) - 1])[0]",
        4,
    ),
    (
        "conditional filter with ancestors",
        "let given = particle.along(spawn_traced(fn() => m(), 1))
         let end = given[len(given) - 1]
         factor(log_weights(end)[0])
         if log_weights(end)[0] == -infinity { fail(\"impossible\") }
         let path = particle.conditional(spawn_traced(fn() => m(), 1), given, true, population.one_by_one)
         return results(path[len(path) - 1])[0]",
        4,
    ),
    (
        "twice",
        "let given = particle.along(spawn_traced(fn() => m(), 1))
         let end = given[len(given) - 1]
         factor(log_weights(end)[0])
         if log_weights(end)[0] == -infinity { fail(\"impossible\") }
         let one = particle.conditional(spawn_traced(fn() => m(), 1), given, false, population.one_by_one)
         let path = particle.conditional(spawn_traced(fn() => m(), 1), one, true, population.one_by_one)
         return results(path[len(path) - 1])[0]",
        4,
    ),
    (
        "independent",
        "let start = spawn_traced(fn() => m(), 2)
         let p = smc.bootstrap(start, 2, population.one_by_one)
         let evidence = population.log_evidence(p)
         factor(evidence)
         if evidence == -infinity { fail(\"impossible\") }
         let now = { filter: p, value: population.draw(p) }
         return particle.independent_step(start, now, 2, population.one_by_one).value",
        1,
    ),
];

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

const WITH_PARAMETERS: [(&str, &str, &str); 3] = [
    (
        "marginal",
        "m",
        "let (s, _) = finish(spawn_traced(parameter, 1))
         let states = fn(k: Int) => spawn_traced(fn() => series(k), 2)
         let p = smc.bootstrap(states(results(s)[0]), 2, population.one_by_one)
         factor(population.log_evidence(p))
         let now = { parameters: s, filtered: { filter: p, value: population.draw(p) } }
         let next = particle.marginal_step(states, mcmc.walk(1), now, 2, population.one_by_one)
         return (results(next.parameters)[0], next.filtered.value)",
    ),
    (
        "squared, weighted",
        "m",
        "let states = fn(k: Int) => spawn_traced(fn() => series(k), 1)
         let post = particle.squared(parameter, states, mcmc.one_from_prior, 2, [false], 0, population.one_by_one)
         factor(log_evidence(post))
         return draws(post)[sample Categorical(weights(post))]",
    ),
    (
        "squared, moved",
        "without_choices",
        "let states = fn(k: Int) => spawn_traced(fn() => plain(k), 1)
         let post = particle.squared(parameter, states, mcmc.one_from_prior, 2, [true], 0, population.one_by_one)
         factor(log_evidence(post))
         return draws(post)[sample Categorical(weights(post))]",
    ),
];

fn whole(program: &str, law: &str) -> String {
    format!("{IMPORTS}{program}\n{law}\n")
}

fn body(text: &str) -> String {
    format!("model law() {{\n{text}\n}}")
}

fn of(text: &str, model: &str, search: Search) -> Result<Measure, Unfit> {
    measure(&bind(text, model).map_err(Unfit::Stops)?, search)
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
    for (name, law, at_least) in PARTICLE {
        holds(name, &body(law), at_least);
    }
    for (name, model, law) in WITH_PARAMETERS {
        let found = defect(SERIES, model, &body(law), Search { most: 1_000_000, ..Search::default() });
        assert!(matches!(found, Ok(found) if found < ROUNDING), "{name}: {found:?}");
    }
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
