//! Simulation-based calibration of NUTS, Metropolis-Hastings and particle Markov chain Monte Carlo (Talts, Betancourt, Simpson, Vehtari and Gelman, "Validating Bayesian inference algorithms with
//! simulation-based calibration", 2018): where parameters are drawn from the prior and data from the parameters, the rank of the
//! parameters among draws of the posterior is uniform.

use borel::{Algorithm, Data, Inference, Library, Method, Mh, Nuts, Program};
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

/// A model that draws parameters and data, and the posterior of the parameters given the data.
const MODELS: [(&str, &str, &str); 10] = [
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
        "mixture",
        "let mu ~ Normal(0, 2)\n let share ~ Beta(2, 2)\n let y = [draw(Mixture([share, 1 - share], [Normal(mu, 0.5), Normal(3, 1)])) for i in 0..6]\n return { mu, share, y }",
        "let mu ~ Normal(0, 2)\n let share ~ Beta(2, 2)\n observe y ~ Mixture([share, 1 - share], [Normal(mu, 0.5), Normal(3, 1)])",
    ),
];

const DRAW: &str = "fn draw[A](d: Dist[A]) ~> A {\n  let x ~ d\n  return x\n}\n";

#[test]
fn ranks_among_draws_of_nuts_are_uniform() {
    let draws = DRAWS * THINNING;
    let nuts = Nuts { chains: 1, warmup: 400, draws, target_acceptance: 0.9, ..Nuts::default() };
    all_are_uniform(Method::Nuts(nuts), THINNING);
}

/// Steps that change one choice forget slowly: there are many between two draws.
#[test]
fn ranks_among_draws_of_single_site_chains_are_uniform() {
    all_are_uniform(Method::Mh(Mh { chains: 1, warmup: 40, draws: DRAWS, thin: Some(300) }), 1);
}

/// Methods of the library, on models whose chains mix quickly: these have filters inside of them.
#[test]
fn ranks_among_draws_of_methods_of_the_library_are_uniform() {
    let quick = |(name, ..): &&(&str, &str, &str)| matches!(*name, "rate" | "hidden states");
    let models: Vec<_> = MODELS.iter().filter(quick).copied().collect();
    for (algorithm, particles, thinning) in
        [(Algorithm::Independent, 60, 2), (Algorithm::Marginal, 10, 12), (Algorithm::Gibbs, 60, 2)]
    {
        let draws = DRAWS * thinning;
        let library = Library { particles, draws, warmup: 20, chains: 1, ..Library::new(algorithm) };
        are_uniform(&models, Method::Library(library), thinning);
    }
}

fn all_are_uniform(method: Method, thinning: usize) {
    are_uniform(&MODELS, method, thinning);
}

fn are_uniform(models: &[(&str, &str, &str)], method: Method, thinning: usize) {
    let problems: Vec<String> = std::thread::scope(|scope| {
        let half =
            |half: usize| models.iter().skip(half).step_by(2).flat_map(|model| not_uniform(model, (method, thinning)));
        let threads = [0, 1].map(|number| scope.spawn(move || half(number).collect::<Vec<String>>()));
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The parameters of a model whose ranks are not uniform.
fn not_uniform((name, prior, posterior): &(&str, &str, &str), (method, thinning): (Method, usize)) -> Vec<String> {
    let program = |text: String| Program::compile(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
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
    let posterior =
        program(format!("model posterior(y: [Real]) {{\n {posterior}\n return {{ {} }}\n}}", returned.join(", ")));
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
            let below = draws.iter().step_by(thinning).filter(|(value, _)| *value < truth[simulation]).count();
            counts.entry(parameter.as_str()).or_default()[below * BINS / (DRAWS + 1)] += 1;
        }
    }
    let expected = SIMULATIONS as f64 / BINS as f64;
    let squares =
        |counts: &[usize; BINS]| counts.iter().map(|n| (*n as f64 - expected).powi(2) / expected).sum::<f64>();
    let wrong = counts.iter().filter(|(_, counts)| squares(counts) > LARGEST);
    wrong.map(|(parameter, counts)| format!("{name}: ranks of {parameter}: {counts:?}")).collect()
}
