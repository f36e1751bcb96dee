//! Which method runs a model where none is asked for, and what SMC says of a model that is not for it.

use borel::{Bound, Data, Inference, Method, Posterior, Program};

fn bind(text: &str, data: &Data) -> Bound {
    let program = Program::compile(text).unwrap_or_else(|error| panic!("{error}"));
    program.sole_model().and_then(|model| model.bind(data)).unwrap_or_else(|error| panic!("{error}"))
}

fn run(inference: Inference, text: &str) -> Posterior {
    inference.seed(1).run(&bind(text, &Data::new())).unwrap_or_else(|error| panic!("{error}"))
}

/// What is said of the choice, without the obstacles to other methods.
fn choice(text: &str) -> String {
    let posterior = run(Inference::automatic(), text);
    let choice = posterior.choice().expect("a choice");
    choice.split(" (").next().unwrap_or_default().to_string()
}

/// A count, and a number that is drawn with it: no density in Reals alone. All data are observed at once.
const AT_ONCE: &str = "model at_once(y: [Real] = [4.1, 0.5, 3.0]) {
  let k ~ Poisson(3)
  let x ~ Normal(0, 1)
  observe y ~ Normal([real(k), x, k - x], 1)
  return k
}";

/// The same, one by one.
const ONE_BY_ONE: &str = "model one_by_one(y: [Real] = [4.1, 0.5, 3.0]) {
  let k ~ Poisson(3)
  let x ~ Normal(0, 1)
  for (v, m) in zip(y, [real(k), x, k - x]) { observe v ~ Normal(m, 1) }
  return k
}";

#[test]
fn each_kind_of_model_has_its_method() {
    let coin = "model m() { let x ~ Bernoulli(0.25)\n return x }";
    assert!(choice(coin).starts_with("method: enumerate, since all choices are finite and few"));
    let real = "model m(y: Real = 1.0) { let x ~ Normal(0, 1)\n observe y ~ Normal(x, 1)\n return x }";
    assert!(choice(real).starts_with("method: nuts, 4 chains of 1000 draws"));
    let prior = "model m() { let x ~ Normal(0, 1)\n return x }";
    assert_eq!(choice(prior), "method: importance, 10000 draws, since nothing is observed");
    let improper = "model m() { let x ~ distribution(log_density = fn(x: Real) => -x * x)\n return x }";
    assert!(choice(improper).starts_with("method: nuts, 4 chains of 1000 draws"));
    assert_eq!(choice(ONE_BY_ONE), "method: smc, 2000 particles, since the model observes");
    let once = "method: mh, 4 chains of 1000 draws, since an execution is weighed only once, where smc would be importance sampling";
    assert_eq!(choice(AT_ONCE), once);
    // Executions of this one are weighed in different places, but each of them once.
    let branches = "model m() {
      let k ~ Poisson(3)
      let x ~ Normal(0, 1)
      if k > 2 { observe 2.0 ~ Normal(x, 1) } else { factor(-x * x) }
      return x
    }";
    assert_eq!(choice(branches), once);
}

/// The number of observations is random: a few executions tell, whatever the seed of the run is.
#[test]
fn the_choice_does_not_depend_on_the_seed() {
    let text = "model m() {
      var x = 0.0
      var n = 0
      while n == 0 || sample Bernoulli(0.1) {
        x ~ Normal(x, 1)
        observe 1.0 ~ Normal(x, 1)
        n = n + 1
      }
      return x
    }";
    let bound = bind(text, &Data::new());
    for seed in 0..20 {
        let posterior = Inference::automatic().seed(seed).run(&bound).unwrap_or_else(|error| panic!("{error}"));
        assert!(posterior.choice().is_some_and(|why| why.starts_with("method: smc")), "{:?}", posterior.choice());
    }
}

/// The mean of k by Metropolis-Hastings: given k all is normal, so that the exact figure is a sum over k.
#[test]
fn what_is_chosen_for_one_observation_is_right() {
    let (mut factorial, mut total, mut moment) = (1.0, 0.0, 0.0);
    for k in 0..40 {
        let k = f64::from(k);
        factorial *= k.max(1.0);
        // x is seen three times: as 0, as 0.5 and as k - 3, each with variance 1.
        let seen = -0.5 * (0.5f64.powi(2) + (k - 3.0).powi(2)) + (0.5 + k - 3.0).powi(2) / 6.0;
        let weight = 3f64.powf(k) / factorial * (seen - 0.5 * (4.1 - k).powi(2)).exp();
        (total, moment) = (total + weight, moment + weight * k);
    }
    let posterior = run(Inference::automatic(), AT_ONCE);
    let summary = posterior.summary("k").expect("a summary");
    let (mean, error) = (summary.mean.expect("a mean"), summary.mcse_mean.expect("an error"));
    assert!((mean - moment / total).abs() < 5.0 * error, "{mean}, not {} +- {error}", moment / total);
}

/// What goes wrong while a method is looked for is said as the run says it.
#[test]
fn errors_are_those_of_the_run() {
    let failing = "model m() {
      let k ~ Poisson(3)
      let x ~ Normal(0, 1)
      observe 1.0 ~ Normal(x, k - 1)
      return x
    }";
    let impossible = "model m() {
      let k ~ Poisson(3)
      let x ~ Uniform(0, 1)
      condition(k + x < 0)
      return x
    }";
    for text in [failing, impossible] {
        let bound = bind(text, &Data::new());
        let error = |inference: Inference| inference.run(&bound).err().expect("an error").to_string();
        assert_eq!(error(Inference::automatic()), error(Inference::smc(Method::PARTICLES)), "{text}");
    }
}

fn codes(posterior: &Posterior) -> Vec<&str> {
    posterior.warnings().iter().map(|warning| warning.code).collect()
}

#[test]
fn smc_says_where_it_is_importance_sampling() {
    let posterior = run(Inference::smc(2000), AT_ONCE);
    assert_eq!(codes(&posterior), ["W0413"], "{}", posterior.warnings());
    let text = posterior.warnings().to_string();
    for part in [
        "only once",
        "2000 particles were worth",
        "observe y ~ Normal([real(k), x, k - x], 1)",
        "for (x, y) in zip(xs, ys)",
    ] {
        assert!(text.contains(part), "{text}");
    }
    // A condition that leaves few is a score like others, and one in a tail of a function too.
    for score in ["condition(x > 1.5)", "factor(-50 * x * x)"] {
        let text =
            format!("fn f(x: Real) ~> Unit {{ {score} }}\nmodel m() {{ let x ~ Normal(0, 1)\n f(x)\n return x }}");
        let posterior = run(Inference::smc(1000), &text);
        assert_eq!(codes(&posterior), ["W0413"], "{text}\n{}", posterior.warnings());
    }
}

#[test]
fn smc_does_not_say_so_where_nothing_is_lost() {
    assert!(!codes(&run(Inference::smc(2000), ONE_BY_ONE)).contains(&"W0413"));
    // Most particles count: another method has nothing to gain.
    let vague = "model m() { let x ~ Normal(0, 1)\n observe 0.5 ~ Normal(x, 2)\n return x }";
    assert!(codes(&run(Inference::smc(2000), vague)).is_empty());
    // Who asks for importance sampling knows.
    assert_eq!(codes(&run(Inference::importance(2000), AT_ONCE)), Vec::<&str>::new());
}
