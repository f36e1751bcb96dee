//! Methods of the library for models: rmsmc, pimh, pmmh, particle_gibbs, smc2.

use borel::{Algorithm, Bound, Data, Error, Inference, Library, MemoryLoader, Method, Program};
use std::time::Duration;

/// A series with a scale, whose posterior is known by integrating over the scale: the mean of the scale, of the last state, and the log evidence.
const SERIES: &str = "model level(y: [Real]) {
  let s ~ HalfNormal(1)
  checkpoint()
  var x = 0.0
  for t in 0..len(y) {
    x ~ Normal(x, s)
    observe y[t] ~ Normal(x, 1)
  }
  return x
}";
const EXACT: (f64, f64, f64) = (0.624_497_7, 1.153_113_5, -7.238_438_7);

fn bind(text: &str, data: &Data) -> Bound {
    let program = Program::compile(text).unwrap_or_else(|error| panic!("{error}"));
    program.sole_model().and_then(|model| model.bind(data)).unwrap_or_else(|error| panic!("{error}"))
}

fn series() -> Bound {
    bind(SERIES, &Data::new().reals("y", &[0.3, 0.9, 1.4, 0.8, 1.9]))
}

fn settings(algorithm: Algorithm) -> Library {
    let usual = Library::new(algorithm);
    match algorithm {
        Algorithm::ResampleMove => Library { particles: 3000, ..usual },
        Algorithm::Squared => Library { particles: 50, draws: 800, ..usual },
        _ => Library { particles: 60, draws: 2500, chains: 2, warmup: 50, ..usual },
    }
}

#[test]
fn posteriors_are_the_exact_ones() {
    for algorithm in Algorithm::ALL {
        let inference = Inference::new(Method::Library(settings(algorithm))).seed(5);
        let posterior = inference.run(&series()).unwrap_or_else(|error| panic!("{}: {error}", algorithm.name()));
        let near = |what: &str, found: Option<f64>, expected: f64, tolerance: f64| {
            let found = found.unwrap_or_else(|| panic!("{}: no {what}", algorithm.name()));
            assert!((found - expected).abs() < tolerance, "{}: {what} is {found}, not {expected}", algorithm.name());
        };
        near("mean of s", posterior.mean("s"), EXACT.0, 0.05);
        near("mean of the state", posterior.mean("return"), EXACT.1, 0.07);
        near("mean of the named state", posterior.mean("x[4]"), EXACT.1, 0.07);
        let has_evidence = matches!(algorithm, Algorithm::ResampleMove | Algorithm::Squared);
        assert_eq!(posterior.log_evidence().is_some(), has_evidence, "{}", algorithm.name());
        if has_evidence {
            near("log evidence", posterior.log_evidence(), EXACT.2, 0.12);
        }
        assert_eq!(posterior.stopped(), None);
    }
}

#[test]
fn results_do_not_depend_on_threads() {
    let library = Library { draws: 60, warmup: 10, ..Library::new(Algorithm::Gibbs) };
    let run = |threads| Inference::new(Method::Library(library)).threads(threads).run(&series()).expect("a posterior");
    assert_eq!(run(1).draws("s"), run(2).draws("s"));
}

#[test]
fn repeats_give_a_standard_error() {
    let library = Library { particles: 200, ..Library::new(Algorithm::ResampleMove) };
    let posterior = Inference::new(Method::Library(library)).repeats(8).run(&series()).expect("a posterior");
    let json = posterior.json();
    let error = json["log_evidence_error"].as_f64().or_else(|| json["log_evidence_mcse"].as_f64());
    assert!(error.is_none_or(|error| error > 0.0 && error < 0.3), "{json}");
    assert!((posterior.log_evidence().expect("an evidence") - EXACT.2).abs() < 0.2);
}

/// What cannot be is said where it is, and not somewhere in the library.
#[test]
fn impossible_observations_are_named() {
    let text = "model m(k: Int) {\n  let x ~ Bernoulli(0.5)\n  condition(x && k > 3)\n  return x\n}";
    for algorithm in Algorithm::ALL {
        let library = Library { particles: 20, draws: 10, warmup: 5, chains: 1, ..Library::new(algorithm) };
        let error = Inference::new(Method::Library(library)).run(&bind(text, &Data::new().int("k", 1)));
        let Err(Error::Inference(found)) = error else { panic!("{}: no failure", algorithm.name()) };
        let text = found.render(false);
        assert!(text.contains("E0620") && text.contains(":3:3"), "{}: {text}", algorithm.name());
    }
}

#[test]
fn errors_of_the_program_are_at_their_places() {
    let text = "model m(k: Int) {\n  let x ~ Normal(0, 1)\n  observe 0.5 ~ Normal(x, k)\n  return x\n}";
    for algorithm in Algorithm::ALL {
        let error =
            Inference::new(Method::Library(Library::new(algorithm))).run(&bind(text, &Data::new().int("k", -1)));
        let Err(Error::Program(found)) = error else { panic!("{}: no failure", algorithm.name()) };
        let text = found.render(false);
        assert!(text.contains("E0606") && text.contains(":3:3"), "{}: {text}", algorithm.name());
    }
}

#[test]
fn a_module_of_that_name_is_refused() {
    let loader = MemoryLoader::new().with("methods", "fn one() -> Int => 1\n");
    let text = "import methods\nmodel m() {\n  let x ~ Normal(methods.one(), 1)\n  return x\n}";
    let program = Program::compile_with("m.ppl", text, &loader).expect("a program");
    let bound = program.sole_model().and_then(|model| model.bind(&Data::new())).expect("a model");
    let error = Inference::new(Method::Library(Library::new(Algorithm::Gibbs))).run(&bound).err();
    assert!(error.is_some_and(|error| error.to_string().contains("give that another name")));
}

/// Also modules in which there is nothing.
#[test]
fn models_keep_their_modules() {
    let loader = MemoryLoader::new().with("empty", "// nothing yet\n").with("one", "fn one() -> Int => 1\n");
    let text = "import empty\nimport one\nmodel m() {\n  let x ~ Normal(one.one(), 1)\n  return x\n}";
    let program = Program::compile_with("m.ppl", text, &loader).expect("a program");
    let bound = program.sole_model().and_then(|model| model.bind(&Data::new())).expect("a model");
    let library = Library { draws: 10, warmup: 1, chains: 1, ..Library::new(Algorithm::Gibbs) };
    assert!(Inference::new(Method::Library(library)).run(&bound).is_ok());
}

/// Chains that are stopped give what they have.
#[test]
fn stopped_chains_keep_their_draws() {
    let library = Library { draws: 10_000_000, warmup: 1, chains: 1, ..Library::new(Algorithm::Gibbs) };
    let inference = Inference::new(Method::Library(library)).timeout(Duration::from_millis(700));
    let posterior = inference.run(&series()).expect("draws");
    assert!(posterior.stopped().is_some() && posterior.mean("s").is_some());
}
