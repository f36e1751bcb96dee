//! Gradient-based methods against closed forms, and what they warn of.

use borel::{
    Advi, Bound, Data, Family, Hmc, Inference, Interrupt, Laplace, Mclmc, Method, Metric, Mh, Nuts, Optimize,
    Posterior, Program,
};

fn bind(text: &str, data: &Data) -> Bound {
    let program = Program::compile(text).unwrap_or_else(|error| panic!("{error}"));
    program.sole_model().and_then(|model| model.bind(data)).unwrap_or_else(|error| panic!("{error}"))
}

fn run(bound: &Bound, method: Method) -> Posterior {
    Inference::new(method).seed(1).run(bound).unwrap_or_else(|error| panic!("{error}"))
}

fn warns(posterior: &Posterior, code: &str) -> bool {
    posterior.warnings().iter().any(|warning| warning.code == code)
}

fn diagnostic(posterior: &Posterior, name: &str) -> f64 {
    posterior.json()["diagnostics"][name].as_f64().unwrap_or_else(|| panic!("there is no {name}"))
}

/// Two coefficients of a line through five points: the posterior is normal, and the evidence that of a normal distribution.
const LINE: &str = "model line(x: [Real], y: [Real]) {
  let a ~ Normal(0, 2)
  let b ~ Normal(0, 2)
  observe y ~ Normal(a + b * x, 1)
}";

fn line() -> Bound {
    bind(LINE, &Data::new().reals("x", &[1.0, 2.0, 3.0, 4.0, 5.0]).reals("y", &[1.1, 1.8, 3.2, 3.9, 5.3]))
}

/// Means, standard deviations, log evidence.
struct Exact {
    mean: [f64; 2],
    sd: [f64; 2],
    log_evidence: f64,
}

fn exact() -> Exact {
    let (x, y) = ([1.0, 2.0, 3.0, 4.0, 5.0], [1.1, 1.8, 3.2, 3.9, 5.3]);
    let sum = |f: &dyn Fn(usize) -> f64| (0..5).map(f).sum::<f64>();
    let (aa, ab, bb) = (5.0 + 0.25, sum(&|i| x[i]), sum(&|i| x[i] * x[i]) + 0.25);
    let (a, b) = (sum(&|i| y[i]), sum(&|i| x[i] * y[i]));
    let det = aa * bb - ab * ab;
    let mean = [(bb * a - ab * b) / det, (aa * b - ab * a) / det];
    // log p(y) = log p(y, m) - log q(m) at the posterior mean m.
    let tau = std::f64::consts::TAU;
    let residual = sum(&|i| (y[i] - mean[0] - mean[1] * x[i]).powi(2));
    let joint = -0.5 * residual - 0.125 * (mean[0].powi(2) + mean[1].powi(2)) - 3.5 * tau.ln() - 2.0 * 2f64.ln();
    Exact { mean, sd: [(bb / det).sqrt(), (aa / det).sqrt()], log_evidence: joint + tau.ln() - 0.5 * det.ln() }
}

fn near(found: Option<f64>, expected: f64, tolerance: f64) {
    let found = found.expect("a value");
    assert!((found - expected).abs() <= tolerance, "{found}, not {expected}");
}

/// Five standard errors: one test in a million is wrong about it.
fn has_moments(posterior: &Posterior) {
    let exact = exact();
    for (index, name) in ["a", "b"].into_iter().enumerate() {
        let summary = posterior.summary(name).expect("a summary");
        near(summary.mean, exact.mean[index], 5.0 * summary.mcse_mean.expect("an error"));
        near(summary.sd, exact.sd[index], 0.1 * exact.sd[index]);
    }
}

#[test]
fn chains_have_the_moments_of_a_normal_posterior() {
    let bound = line();
    for metric in [Metric::Diagonal, Metric::LowRank] {
        has_moments(&run(&bound, Method::Nuts(Nuts { metric, ..Nuts::default() })));
    }
    let posterior = run(&bound, Method::Hmc(Hmc::default()));
    has_moments(&posterior);
    assert!(posterior.warnings().is_empty(), "{}", posterior.warnings());
}

/// With small steps the bias is below what the draws tell. Every run says that its draws are not exact.
#[test]
fn microcanonical_chains_are_nearly_right_and_say_so() {
    let exact = exact();
    let sd_of_b = |metric, step_size| {
        let posterior = run(&line(), Method::Mclmc(Mclmc { metric, step_size, draws: 2000, ..Mclmc::default() }));
        assert!(warns(&posterior, "W0410") && !warns(&posterior, "W0407"), "{}", posterior.warnings());
        let summary = posterior.summary("b").expect("a summary");
        near(summary.mean, exact.mean[1], 5.0 * summary.mcse_mean.expect("an error"));
        summary.sd.expect("a deviation") / exact.sd[1]
    };
    for metric in [Metric::Diagonal, Metric::LowRank] {
        near(Some(sd_of_b(metric, 0.1)), 1.0, 0.05);
    }
    let text = "model m() {\n  let x ~ Normal(0, 1)\n  return x\n}";
    let error = Inference::new(Method::Mclmc(Mclmc::default())).run(&bind(text, &Data::new())).err();
    assert!(error.is_some_and(|error| error.to_string().contains("mclmc needs two numbers or more")));
}

/// The posterior of a scale: not normal, bounded below. Its distribution function is that of an inverse gamma distribution.
#[test]
fn hmc_draws_from_a_bounded_posterior() {
    let text = "model m(y: [Real] = [0.4, -1.2, 2.0, 0.3]) {\n  let v ~ InverseGamma(3, 2)\n  observe y ~ Normal(0, sqrt(v))\n}";
    let posterior = run(&bind(text, &Data::new()), Method::Hmc(Hmc { draws: 2500, ..Hmc::default() }));
    // Shape 3 + 2, scale 2 + 5.69 / 2.
    let (shape, scale) = (5.0, 2.0 + 5.69 / 2.0);
    let summary = posterior.summary("v").expect("a summary");
    near(summary.mean, scale / (shape - 1.0), 5.0 * summary.mcse_mean.expect("an error"));
    near(summary.q50, 1.037_276, 0.06);
}

#[test]
fn laplace_is_exact_where_the_posterior_is_normal() {
    let posterior = run(&line(), Method::Laplace(Laplace { draws: 4000, ..Laplace::default() }));
    has_moments(&posterior);
    near(posterior.log_evidence(), exact().log_evidence, 1e-6);
    assert!(!warns(&posterior, "W0409"));
    assert!(diagnostic(&posterior, "agreeing_starts") == 4.0);
}

#[test]
fn variational_inference_finds_a_normal_posterior() {
    let exact = exact();
    let full = run(&line(), Method::Advi(Advi { family: Family::FullRank, draws: 4000, ..Advi::default() }));
    for (index, name) in ["a", "b"].into_iter().enumerate() {
        near(full.mean(name), exact.mean[index], 0.1 * exact.sd[index]);
        near(full.standard_deviation(name), exact.sd[index], 0.1 * exact.sd[index]);
    }
    // The bound is reached where the family has the posterior.
    near(Some(diagnostic(&full, "elbo")), exact.log_evidence, 0.01);
    // With independent coordinates the best precisions are those of one coordinate given the other.
    let independent = run(&line(), Method::Advi(Advi { draws: 4000, ..Advi::default() }));
    near(independent.mean("a"), exact.mean[0], 0.1 * exact.sd[0]);
    near(independent.standard_deviation("a"), 1.0 / 5.25f64.sqrt(), 0.05);
    near(independent.standard_deviation("b"), 1.0 / 55.25f64.sqrt(), 0.02);
    assert!(diagnostic(&independent, "elbo") < exact.log_evidence);
}

#[test]
fn modes_with_and_without_the_jacobian() {
    let coin = "model coin(heads: [Bool]) {\n  let p ~ Beta(2, 3)\n  observe heads ~ Bernoulli(p)\n}";
    let bound = bind(coin, &Data::new().bools("heads", &[true, false, true, true, false, true]));
    // The posterior is Beta(6, 5): its mode, and that of its logit.
    let mode = run(&bound, Method::Optimize(Optimize::default()));
    near(mode.mean("p"), 5.0 / 9.0, 1e-6);
    assert_eq!(mode.standard_deviation("p"), None);
    let of_logit = run(&bound, Method::Optimize(Optimize { jacobian: true, ..Optimize::default() }));
    near(of_logit.mean("p"), 6.0 / 11.0, 1e-6);
    let simplex = bind("model m() { let p ~ Dirichlet([2, 3, 5])\n return p }", &Data::new());
    let mode = run(&simplex, Method::Optimize(Optimize::default()));
    for (index, expected) in [1.0 / 7.0, 2.0 / 7.0, 4.0 / 7.0].into_iter().enumerate() {
        near(mode.mean(&format!("p[{index}]")), expected, 1e-6);
    }
}

#[test]
fn what_approximations_warn_of() {
    let funnel = "model funnel() {\n  let s ~ Normal(0, 3)\n  let x ~ iid(Normal(0, exp(s / 2)), 9)\n  return s\n}";
    let posterior = run(&bind(funnel, &Data::new()), Method::Advi(Advi::default()));
    assert!(warns(&posterior, "W0409"));
    let growing = "model m(y: [Real] = [1.0, 2.0, 3.0]) {
  let mu ~ Normal(0, 10)
  let tau ~ Flat(lower = 0)
  let theta ~ iid(Normal(mu, tau), 3)
  observe y ~ Normal(theta, 1)
}";
    let posterior = run(&bind(growing, &Data::new()), Method::Optimize(Optimize::default()));
    assert!(warns(&posterior, "W0408"));
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let bound = line();
    let few = |chains, draws| Nuts { chains, draws, warmup: 200, ..Nuts::default() };
    for method in [
        Method::Nuts(few(3, 100)),
        Method::Hmc(Hmc { chains: 3, draws: 100, warmup: 200, ..Hmc::default() }),
        Method::Mclmc(Mclmc { chains: 3, draws: 100, warmup: 200, ..Mclmc::default() }),
        Method::Optimize(Optimize::default()),
        Method::Laplace(Laplace { draws: 100, ..Laplace::default() }),
    ] {
        let with = |threads| Inference::new(method).seed(7).threads(threads).run(&bound).unwrap().draws_csv();
        assert_eq!(with(1), with(3), "{}", method.name());
    }
    // Nor does a chain depend on how many others there are.
    let first = |chains| {
        let all = run(&bound, Method::Nuts(few(chains, 10))).draws_csv();
        all.lines()
            .skip(1)
            .take(10)
            .map(|line| line.rsplit_once(',').map_or(line, |(head, _)| head).to_string())
            .collect::<Vec<_>>()
    };
    let values = |lines: Vec<String>| -> Vec<String> {
        lines.iter().map(|line| line.split(',').skip(1).collect::<Vec<_>>().join(",")).collect()
    };
    assert_eq!(values(first(1)), values(first(4)));
}

#[test]
fn what_is_stopped_says_so() {
    let interrupt = Interrupt::new();
    interrupt.stop();
    let bound = line();
    for name in ["nuts", "hmc", "mclmc", "mh", "optimize", "laplace", "advi"] {
        let method = Method::from_name(name).expect("a method");
        let stopped = Inference::new(method).interrupt(&interrupt).run(&bound);
        let message = stopped.err().map_or(String::new(), |error| error.to_string());
        assert!(message.contains("the run was interrupted"), "{name}: {message}");
    }
    let nuts = Method::Nuts(Nuts { draws: 10_000_000, ..Nuts::default() });
    // More chains than threads: some have not begun.
    let mh = Method::Mh(Mh { draws: 10_000_000, ..Mh::default() });
    for method in [nuts, mh] {
        let long = Inference::new(method).threads(2);
        let posterior = long.timeout(std::time::Duration::from_millis(400)).run(&bound).unwrap();
        assert!(posterior.stopped().is_some());
        near(posterior.mean("b"), exact().mean[1], 0.1);
    }
}

#[test]
fn a_density_that_is_zero_everywhere_says_where() {
    let text = "model m(y: Real = -1.0) {\n  let a ~ Normal(0, 1)\n  observe y ~ Exponential(exp(a))\n}";
    let error = Inference::nuts().run(&bind(text, &Data::new())).err().expect("an error").to_string();
    assert!(error.contains("E0620") && error.contains("observe y ~ Exponential(exp(a))"), "{error}");
    let changing = "model m() {\n  let x ~ Normal(0, 1)\n  if x > 0 {\n    let y ~ Normal(x, 1)\n    observe 1.0 ~ Normal(y, 1)\n  }\n}";
    let error = Inference::nuts().run(&bind(changing, &Data::new())).err().expect("an error").to_string();
    assert!(error.contains("E0615") && error.contains("let y ~ Normal(x, 1)"), "{error}");
}

/// A moving average explodes where its coefficient is above 1: chains that come to the edge of that with their first steps cannot get
/// away from it. They begin anew.
#[test]
fn chains_that_are_stuck_begin_anew() {
    let text = include_str!("../posteriordb/arma_arma11.ppl");
    let bound = bind(text, &Data::from_csv("arma.csv", include_str!("../../examples/data/arma.csv")).expect("data"));
    for seed in [31, 40] {
        let nuts = Nuts { draws: 100, warmup: 300, ..Nuts::default() };
        let posterior = Inference::new(Method::Nuts(nuts)).seed(seed).run(&bound).expect("a posterior");
        assert!(!warns(&posterior, "W0403"), "seed {seed}: {}", posterior.warnings());
    }
}

/// Where a matrix has no factor the density has no value. A run that meets many such points names the matrix.
#[test]
fn rejected_evaluations_say_why() {
    let text = "model m(y: [Real] = [1.0, 2.0]) {
      let s ~ Normal(0, 1)
      let l = cholesky(matrix([[1.0, s], [s, 1.0]]))
      observe y ~ Normal(l @ [s, s], 1)
    }";
    let posterior = run(&bind(text, &Data::new()), Method::nuts());
    let warning = posterior.warnings().iter().find(|warning| warning.code == "W0411").expect("a warning");
    assert!(warning.message.contains("not symmetric positive definite"), "{}", warning.message);
    let text = posterior.warnings().to_string();
    assert!(text.contains("let l = cholesky(matrix"), "{text}");
}

#[test]
fn chains_that_cannot_move_say_so() {
    let text = "model m() {
      let a ~ DiscreteUniform(1, 50)
      let b ~ DiscreteUniform(1, 50)
      condition(a == b)
      return a
    }";
    let posterior = run(&bind(text, &Data::new()), Method::Mh(Mh { draws: 500, warmup: 100, ..Mh::default() }));
    assert!(warns(&posterior, "W0412") && warns(&posterior, "W0404"), "{}", posterior.warnings());
    let fine = run(&line(), Method::Mh(Mh::default()));
    assert!(!warns(&fine, "W0412"), "{}", fine.warnings());
}

/// What no execution can meet is named, as by other methods.
#[test]
fn chains_that_cannot_begin_name_the_observation() {
    let text = "model m() {\n  let a ~ Uniform(0, 1)\n  condition(a > 2)\n  return a\n}";
    let error = Inference::new(Method::Mh(Mh::default())).run(&bind(text, &Data::new())).err().expect("an error");
    assert!(error.to_string().contains("condition(a > 2)"), "{error}");
}

/// The line again, with both coefficients drawn at once.
#[test]
fn single_site_chains_walk_in_arrays() {
    let text = LINE.replace("let a ~ Normal(0, 2)", "let c ~ MvNormal([0.0, 0.0], diagonal([4.0, 4.0]))");
    let text = text.replace("let b ~ Normal(0, 2)\n", "").replace("a + b * x", "c[0] + c[1] * x");
    let data = Data::new().reals("x", &[1.0, 2.0, 3.0, 4.0, 5.0]).reals("y", &[1.1, 1.8, 3.2, 3.9, 5.3]);
    let settings = Mh { draws: 40_000, warmup: 2000, ..Mh::default() };
    let posterior = run(&bind(&text, &data), Method::Mh(settings));
    let exact = exact();
    for (i, name) in ["c[0]", "c[1]"].into_iter().enumerate() {
        // Five standard errors of a chain that walks to and fro.
        near(posterior.mean(name), exact.mean[i], 0.06 * exact.sd[i]);
        near(posterior.standard_deviation(name), exact.sd[i], 0.06 * exact.sd[i]);
    }
}
