//! Simulation-based calibration of the methods that sample (Talts, Betancourt, Simpson, Vehtari and Gelman, "Validating Bayesian
//! inference algorithms with simulation-based calibration", 2018): where parameters are drawn from the prior and data from the parameters,
//! the rank of the parameters among draws of the posterior is uniform.

use borel::{Algorithm, Data, Hmc, Inference, Library, Method, Mh, Nuts, Program};
use borel_tests::faults::faulty;
use std::collections::BTreeMap;

/// How often parameters and data are drawn for each model.
const SIMULATIONS: usize = 240;

/// Draws that ranks are among, after thinning: ranks from 0 to this.
const DRAWS: usize = 79;

/// Draws of a chain for each of those.
const THINNING: usize = 8;

/// Bins of ranks.
const BINS: usize = 8;

/// The test fails for a false reason once in a million runs over all models and parameters of a method: the quantile of a chi-squared
/// distribution with 7 degrees of freedom at 1 - 1e-6 / 30.
const LARGEST: f64 = 48.1;

/// A name, a model that draws parameters and data, and the posterior of the parameters given the data.
type Model = (&'static str, &'static str, &'static str);

const MODELS: [Model; 11] = [
    (
        "normal mean and scale",
        "let mu ~ Normal(1, 2)\n let sigma ~ HalfNormal(2)\n let y = [draw(Normal(mu, sigma)) for i in 0..5]\n return { mu, sigma, y }",
        "let mu ~ Normal(1, 2)\n let sigma ~ HalfNormal(2)\n observe y ~ Normal(mu, sigma)",
    ),
    (
        "line",
        "let a ~ Normal(0, 1)\n let b ~ Normal(0, 1)\n let y = [draw(Normal(a + b * i, 1)) for i in 0..6]\n return { a, b, y }",
        "let a ~ Normal(0, 1)\n let b ~ Normal(0, 1)\n for i in 0..6 { observe y[i] ~ Normal(a + b * i, 1) }",
    ),
    (
        "probability",
        "let p ~ Beta(2, 1)\n let y = [if draw(Bernoulli(p)) { 1.0 } else { 0.0 } for i in 0..12]\n return { p, y }",
        "let p ~ Beta(2, 1)\n for v in y { observe v > 0.5 ~ Bernoulli(p) }",
    ),
    (
        "rate",
        "let rate ~ Gamma(3, 2)\n let y = [draw(Exponential(rate)) for i in 0..6]\n return { rate, y }",
        "let rate ~ Gamma(3, 2)\n observe y ~ Exponential(rate)",
    ),
    (
        "groups, scaled afterwards",
        "let tau ~ HalfNormal(1)\n let z ~ iid(Normal(0, 1), 4)\n let y = [draw(Normal(tau * u, 1)) for u in z]\n return { tau, first: z[0], y }",
        "let tau ~ HalfNormal(1)\n let z ~ iid(Normal(0, 1), 4)\n observe y ~ Normal(tau * z, 1)\n let first = z[0]",
    ),
    (
        "bounds that depend on a choice",
        "let low ~ Normal(0, 1)\n let x ~ Uniform(low, low + 2)\n let y = [draw(Normal(x, 0.5)) for i in 0..2]\n return { low, x, y }",
        "let low ~ Normal(0, 1)\n let x ~ Uniform(low, low + 2)\n observe y ~ Normal(x, 0.5)",
    ),
    (
        "simplex",
        "let share ~ Dirichlet([1, 2, 3])\n let y = [real(draw(Categorical(share))) for i in 0..10]\n return { first: share[0], last: share[2], y }",
        "let share ~ Dirichlet([1, 2, 3])\n for v in y { observe round(v) ~ Categorical(share) }\n let first = share[0]\n let last = share[2]",
    ),
    (
        "correlation",
        "let l ~ LKJCholesky(2, 1.5)\n let y = draw(MvNormalCholesky([0, 0], l)) ++ draw(MvNormalCholesky([0, 0], l)) ++ draw(MvNormalCholesky([0, 0], l))
         let r = l[1, 0]\n return { r, y }",
        "let l ~ LKJCholesky(2, 1.5)\n for k in 0..3 { observe [y[2 * k], y[2 * k + 1]] ~ MvNormalCholesky([0, 0], l) }\n let r = l[1, 0]",
    ),
    (
        "hidden states",
        "let phi ~ Uniform(-1, 1)\n let sigma ~ HalfNormal(1)\n var h = 0.0\n var y = []
         for t in 0..6 { h = draw(Normal(phi * h, sigma))\n y = y ++ [draw(Normal(h, 0.5))] }\n return { phi, sigma, y }",
        "let phi ~ Uniform(-1, 1)\n let sigma ~ HalfNormal(1)\n var h = 0.0\n for v in y { h ~ Normal(phi * h, sigma)\n observe v ~ Normal(h, 0.5) }",
    ),
    (
        "measured better and better",
        "let x ~ Normal(0, 1)\n let y = [draw(Normal(draw(Normal(x, s)), s)) for s in [0.5, 0.2, 0.08]]\n return { x, y }",
        "let x ~ Normal(0, 1)\n checkpoint()
         for (v, s) in zip(y, [0.5, 0.2, 0.08]) { let seen ~ Normal(x, s)\n observe v ~ Normal(seen, s) }",
    ),
    (
        "mixture",
        "let mu ~ Normal(0, 2)\n let share ~ Beta(2, 2)\n let y = [draw(Mixture([share, 1 - share], [Normal(mu, 0.5), Normal(3, 1)])) for i in 0..6]\n return { mu, share, y }",
        "let mu ~ Normal(0, 2)\n let share ~ Beta(2, 2)\n observe y ~ Mixture([share, 1 - share], [Normal(mu, 0.5), Normal(3, 1)])",
    ),
];

const DRAW: &str = "fn draw[A](d: Dist[A]) ~> A {\n  let x ~ d\n  return x\n}\n";

/// A fault of the library: a module, what stands there, and what is put in its place.
type Fault = (&'static str, &'static str, &'static str);

/// How a model is analysed.
#[derive(Clone, Copy)]
struct Analysis {
    method: Method,
    /// Draws of a chain for each that ranks are among.
    thinning: usize,
    /// What the library is made to do wrong.
    fault: Option<Fault>,
}

#[test]
fn ranks_among_draws_of_nuts_are_uniform() {
    let draws = DRAWS * THINNING;
    let nuts = Nuts { chains: 1, warmup: 400, draws, target_acceptance: 0.9, ..Nuts::default() };
    are_uniform(&MODELS, Analysis { method: Method::Nuts(nuts), thinning: THINNING, fault: None });
}

/// Steps that change one choice forget slowly: there are many between two draws.
#[test]
fn ranks_among_draws_of_single_site_chains_are_uniform() {
    let mh = Mh { chains: 1, warmup: 40, draws: DRAWS, thin: Some(300) };
    are_uniform(&MODELS, Analysis { method: Method::Mh(mh), thinning: 1, fault: None });
}

/// Methods of the library, on models whose chains mix quickly: these have filters inside of them.
#[test]
fn ranks_among_draws_of_methods_of_the_library_are_uniform() {
    for (algorithm, particles, thinning) in
        [(Algorithm::Independent, 60, 2), (Algorithm::Marginal, 10, 12), (Algorithm::Gibbs, 60, 2)]
    {
        let draws = DRAWS * thinning;
        let library = Library { particles, draws, warmup: 20, chains: 1, ..Library::new(algorithm) };
        let analysis = Analysis { method: Method::Library(library), thinning, fault: None };
        are_uniform(&models(&["rate", "hidden states"]), analysis);
    }
}

#[test]
fn ranks_among_draws_of_trajectories_are_uniform() {
    let hmc = Hmc { chains: 1, warmup: 400, draws: DRAWS * THINNING, ..Hmc::default() };
    let analysis = Analysis { method: Method::Hmc(hmc), thinning: THINNING, fault: None };
    are_uniform(&models(&["normal mean and scale", "line", "rate", "simplex"]), analysis);
}

#[test]
fn ranks_among_weighted_draws_and_particles_are_uniform() {
    for method in [Method::importance(5000), Method::smc(2000)] {
        let analysis = Analysis { method, thinning: 1, fault: None };
        are_uniform(&models(&["probability", "rate", "hidden states", "measured better and better"]), analysis);
    }
}

/// Resampled and moved after each observation.
#[test]
fn ranks_among_particles_of_resample_move_are_uniform() {
    let library = Library { particles: 500, moves: 5, threshold: 1.0, ..Library::new(Algorithm::ResampleMove) };
    are_uniform_but_for(library, ("infer.mcmc", "sample Bernoulli(exp(min(0.0, r)))", "true"));
}

#[test]
fn ranks_among_parameters_of_squared_smc_are_uniform() {
    let library = Library { particles: 10, draws: 300, ..Library::new(Algorithm::Squared) };
    are_uniform_but_for(library, ("infer.particle", "sample Bernoulli(exp(min(0.0, log_ratio)))", "true"));
}

/// Asserts that ranks among the draws of a method that weighs and moves are uniform, and that with a fault of its moves they are not. Weighted draws depend on each other, and are only nearly
/// from the posterior: ranks among them are the nearer to uniform the more there are, and there are far more than bins. The fault is looked for in a model whose last observation says so much
/// that moves come after it.
fn are_uniform_but_for(library: Library, fault: Fault) {
    let analysis = Analysis { method: Method::Library(library), thinning: 1, fault: None };
    are_uniform(&models(&["hidden states", "measured better and better"]), analysis);
    let [sensitive] = models(&["measured better and better"])[..] else { panic!("one model") };
    let found = not_uniform(&sensitive, Analysis { fault: Some(fault), ..analysis });
    assert!(!found.is_empty(), "the fault {fault:?} is not found");
}

fn models(names: &[&str]) -> Vec<Model> {
    names.iter().map(|name| *MODELS.iter().find(|(known, ..)| known == name).expect(name)).collect()
}

fn are_uniform(models: &[Model], analysis: Analysis) {
    let problems: Vec<String> = std::thread::scope(|scope| {
        let half =
            |half: usize| models.iter().skip(half).step_by(2).flat_map(move |model| not_uniform(model, analysis));
        let threads = [0, 1].map(|number| scope.spawn(move || half(number).collect::<Vec<String>>()));
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The parameters of a model whose ranks are not uniform.
fn not_uniform((name, prior, posterior): &Model, Analysis { method, thinning, fault }: Analysis) -> Vec<String> {
    let modules = fault.map(|(module, from, to)| faulty(module, from, to)).unwrap_or_default();
    let program = |text: String| {
        Program::compile_with("<program>", &text, &modules).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let prior = program(format!("{DRAW}model prior() {{\n {prior}\n}}"));
    let simulated = prior.sole_model().and_then(|model| model.bind(&Data::new())).expect("no data");
    let simulated =
        Inference::importance(SIMULATIONS).seed(11).run(&simulated).unwrap_or_else(|e| panic!("{name}: {e}"));
    let column = |variable: &str| -> Vec<f64> {
        simulated.draws(variable).unwrap_or_default().into_iter().map(|(value, _)| value).collect()
    };
    let fields: Vec<String> =
        simulated.variables().filter_map(|v| v.strip_prefix("return.")).map(str::to_string).collect();
    let data: Vec<Vec<f64>> =
        fields.iter().filter(|field| field.starts_with("y[")).map(|field| column(&format!("return.{field}"))).collect();
    let parameters: Vec<&String> = fields.iter().filter(|field| !field.starts_with('y')).collect();
    let returned: Vec<&str> = parameters.iter().map(|name| name.as_str()).collect();
    // Methods of the library get the modules that the program has imported, so also one with a fault.
    let import = fault.map_or(String::new(), |(module, ..)| format!("import {module}\n"));
    let returned = returned.join(", ");
    let posterior =
        program(format!("{import}model posterior(y: [Real]) {{\n {posterior}\n return {{ {returned} }}\n}}"));
    let model = posterior.sole_model().expect("a model");
    let mut counts: BTreeMap<&str, [usize; BINS]> = BTreeMap::new();
    let truth: Vec<Vec<f64>> = parameters.iter().map(|parameter| column(&format!("return.{parameter}"))).collect();
    for simulation in 0..SIMULATIONS {
        let y: Vec<f64> = data.iter().map(|values| values[simulation]).collect();
        let bound = model.bind(&Data::new().reals("y", &y)).expect("data");
        let drawn = Inference::new(method).seed(simulation as u64).threads(1).run(&bound);
        let drawn = drawn.unwrap_or_else(|error| panic!("{name}: {error}"));
        for (parameter, truth) in parameters.iter().zip(&truth) {
            let draws = drawn.draws(&format!("return.{parameter}")).expect("draws");
            // Where all weights are the same, this is the rank.
            let kept = || draws.iter().step_by(thinning);
            let weight: f64 = kept().map(|(_, weight)| weight).sum();
            let below: f64 = kept().filter(|(value, _)| *value < truth[simulation]).map(|(_, weight)| weight).sum();
            let bin = (below / weight * BINS as f64) as usize;
            counts.entry(parameter.as_str()).or_default()[bin.min(BINS - 1)] += 1;
        }
    }
    let expected = SIMULATIONS as f64 / BINS as f64;
    let squares =
        |counts: &[usize; BINS]| counts.iter().map(|n| (*n as f64 - expected).powi(2) / expected).sum::<f64>();
    let wrong = counts.iter().filter(|(_, counts)| squares(counts) > LARGEST);
    wrong.map(|(parameter, counts)| format!("{name}: ranks of {parameter}: {counts:?}")).collect()
}
