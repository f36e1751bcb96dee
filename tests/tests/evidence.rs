//! Evidence and posterior moments of sequential Monte Carlo against exact filters: seeds are fixed, and each bound is at
//! five standard errors, so that a right implementation fails one of these with a probability below 1e-5.

use borel::{Data, Inference, Method, Mh, Model, Posterior, Program, Resampling};

const LOCAL_LEVEL: &str = "
model local_level(y: [Real], s_level: Real, s_obs: Real) {
  var level = sample Normal(0, 1)
  for t in 0..len(y) {
    level ~ Normal(level, s_level)
    observe y[t] ~ Normal(level, s_obs)
  }
  return level
}";

const HMM: &str = "
fn row(state: Int) -> [Real] => if state == 0 { [0.7, 0.2, 0.1] } else if state == 1 { [0.1, 0.8, 0.1] } else { [0.3, 0.3, 0.4] }
model hmm(y: [Int]) {
  var state = sample Categorical([0.5, 0.25, 0.25])
  for t in 0..len(y) {
    state ~ Categorical(row(state))
    observe y[t] ~ Poisson([1.0, 4.0, 9.0][state])
  }
  return state
}";

const MIXTURE: &str = "
model mixture(y: [Real]) {
  let share ~ Categorical([0.25, 0.25, 0.5])
  let p = [0.1, 0.5, 0.9][share]
  var high = 0
  for v in y {
    let z = sample Bernoulli(p)
    observe v ~ Normal(if z { 3.0 } else { 0.0 }, 1.0)
    if z { high = high + 1 }
  }
  return { p, high }
}";

const OBSERVED: [f64; 8] = [0.3, -0.4, 1.1, 2.0, 1.7, 2.4, 0.9, 1.3];

fn sole(text: &str) -> Model {
    Program::compile(text).expect("a right program").sole_model().expect("one model")
}

/// The mean and standard error of `exp(log_evidence - exact)` over repeats: unbiased means near 1.
fn relative_evidence(runs: &[Posterior], exact: f64) -> (f64, f64) {
    let ratios: Vec<f64> = runs.iter().map(|p| (p.log_evidence().expect("an estimate") - exact).exp()).collect();
    mean_and_error(&ratios)
}

fn mean_and_error(xs: &[f64]) -> (f64, f64) {
    let n = xs.len() as f64;
    let mean = xs.iter().sum::<f64>() / n;
    let variance = xs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

fn assert_near(what: &str, (mean, error): (f64, f64), exact: f64) {
    assert!((mean - exact).abs() < 5.0 * error + 1e-12, "{what}: {mean} +- {error}, exactly {exact}");
}

/// Log evidence, mean and variance of the last level, by the Kalman filter.
fn kalman(y: &[f64], s_level: f64, s_obs: f64) -> (f64, f64, f64) {
    let (mut m, mut p, mut log) = (0.0, 1.0, 0.0);
    for v in y {
        p += s_level * s_level;
        let s = p + s_obs * s_obs;
        log += -0.5 * (std::f64::consts::TAU * s).ln() - 0.5 * (v - m) * (v - m) / s;
        let k = p / s;
        m += k * (v - m);
        p *= 1.0 - k;
    }
    (log, m, p)
}

#[test]
fn linear_gaussian_state_space_against_the_kalman_filter() {
    let data = Data::new().reals("y", &OBSERVED).real("s_level", 0.7).real("s_obs", 0.8);
    let model = sole(LOCAL_LEVEL).bind(&data).expect("data that fit");
    let (log, mean, variance) = kalman(&OBSERVED, 0.7, 0.8);
    for name in ["systematic", "stratified", "multinomial", "residual"] {
        let resampling = Resampling::from_name(name).expect("a scheme");
        let method = Method::Smc { particles: 200, resampling, threshold: 0.5 };
        let run = |seed| Inference::new(method).seed(seed).run(&model).expect("a posterior");
        let runs: Vec<Posterior> = (0..300).map(run).collect();
        assert_near(name, relative_evidence(&runs, log), 1.0);
        let weigh = |f: &dyn Fn(&Posterior) -> f64| {
            // Ratio estimates weighed by evidence are consistent: both parts are unbiased.
            let parts = runs.iter().map(|p| (p.log_evidence().unwrap_or(f64::NAN) - log).exp() * (f(p) - mean));
            mean_and_error(&parts.collect::<Vec<_>>())
        };
        assert_near(name, weigh(&|p| p.mean("return").unwrap_or(f64::NAN)), 0.0);
        let second = |p: &Posterior| {
            let (m, s) = (p.mean("return").unwrap_or(f64::NAN), p.standard_deviation("return").unwrap_or(f64::NAN));
            s * s + (m - mean) * (m - mean) - variance + mean
        };
        assert_near(name, weigh(&second), 0.0);
    }
}

#[test]
fn hidden_markov_model_against_the_forward_algorithm() {
    let y = [0i64, 1, 5, 4, 10, 7, 2];
    let transition = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]];
    let rates = [1.0f64, 4.0, 9.0];
    let mut p = [0.5, 0.25, 0.25];
    let mut log = 0.0;
    for v in y {
        let mut next = [0.0; 3];
        for (from, row) in transition.iter().enumerate() {
            for (to, q) in row.iter().enumerate() {
                next[to] += p[from] * q;
            }
        }
        for (state, rate) in rates.iter().enumerate() {
            let factorial: f64 = (1..=v).map(|k| k as f64).product();
            next[state] *= rate.powi(v as i32) * (-rate).exp() / factorial;
        }
        let total: f64 = next.iter().sum();
        log += total.ln();
        p = next.map(|x| x / total);
    }
    let model = sole(HMM).bind(&Data::new().ints("y", &y)).expect("data that fit");
    let exact = Inference::enumerate().run(&model).expect("a posterior");
    assert!((exact.log_evidence().expect("exact") - log).abs() < 1e-9);
    assert!((exact.mean("return").expect("the state") - p[1] - 2.0 * p[2]).abs() < 1e-9);
    let runs: Vec<Posterior> = (0..300).map(|seed| Inference::smc(100).seed(seed).run(&model).expect("one")).collect();
    assert_near("evidence", relative_evidence(&runs, log), 1.0);
    let importance = Inference::importance(200_000).seed(1).run(&model).expect("a posterior");
    assert!((importance.log_evidence().expect("an estimate") - log).abs() < 0.1);
}

#[test]
fn mixture_against_enumeration() {
    let data = Data::new().reals("y", &OBSERVED);
    let model = sole(MIXTURE).bind(&data).expect("data that fit");
    let density = |v: f64, mean: f64| (-0.5 * (v - mean) * (v - mean)).exp() / std::f64::consts::TAU.sqrt();
    let parts = [(0.25, 0.1), (0.25, 0.5), (0.5, 0.9)].map(|(prior, p)| {
        (prior * OBSERVED.iter().map(|v| p * density(*v, 3.0) + (1.0 - p) * density(*v, 0.0)).product::<f64>(), p)
    });
    let evidence: f64 = parts.iter().map(|x| x.0).sum();
    let mean_p = parts.iter().map(|x| x.0 * x.1).sum::<f64>() / evidence;
    let exact = Inference::enumerate().run(&model).expect("a posterior");
    assert!((exact.log_evidence().expect("exact") - evidence.ln()).abs() < 1e-10);
    assert!((exact.mean("return.p").expect("p") - mean_p).abs() < 1e-10);
    let runs: Vec<Posterior> = (0..300).map(|seed| Inference::smc(200).seed(seed).run(&model).expect("one")).collect();
    assert_near("evidence", relative_evidence(&runs, evidence.ln()), 1.0);
}

#[test]
fn the_genealogy_tells_the_ancestors_of_each_resampling() {
    let data = Data::new().reals("y", &OBSERVED).real("s_level", 0.7).real("s_obs", 0.8);
    let model = sole(LOCAL_LEVEL).bind(&data).expect("data that fit");
    let inference = Inference::new(Method::Smc { particles: 50, resampling: Resampling::Systematic, threshold: 1.0 });
    assert!(inference.run(&model).expect("a posterior").genealogy().is_empty());
    let posterior = inference.genealogy(true).run(&model).expect("a posterior");
    // One after each observation, the last too: after it the particles run to their end.
    assert_eq!(posterior.genealogy().len(), OBSERVED.len());
    for ancestors in posterior.genealogy() {
        assert_eq!(ancestors.len(), 50);
        assert!(ancestors.iter().all(|ancestor| *ancestor < 50) && ancestors.is_sorted());
    }
    // The draws of the first level that are left are those of the ancestors of the last particles.
    let roots =
        |i: usize| posterior.genealogy().iter().rev().fold(i, |particle, ancestors| ancestors[particle] as usize);
    let distinct: std::collections::BTreeSet<usize> = (0..50).map(roots).collect();
    let first = posterior.texts("level[0]").expect("the first level");
    let values: std::collections::BTreeSet<&str> = first.iter().map(|(value, _)| value.as_str()).collect();
    assert_eq!(values.len(), distinct.len());
}

#[test]
fn draws_do_not_depend_on_threads_or_on_the_run() {
    let data = Data::new().reals("y", &OBSERVED).real("s_level", 0.7).real("s_obs", 0.8);
    let model = sole(LOCAL_LEVEL).bind(&data).expect("data that fit");
    let run = |threads| Inference::smc(20_000).seed(7).threads(threads).run(&model).expect("a posterior");
    let (one, again, two) = (run(1), run(1), run(2));
    for other in [&again, &two] {
        assert_eq!(one.log_evidence(), other.log_evidence());
        assert_eq!(one.draws_csv(), other.draws_csv());
    }
    let run = |threads| Inference::importance(20_000).seed(7).threads(threads).run(&model).expect("a posterior");
    assert_eq!(run(1).draws_csv(), run(2).draws_csv());
}

/// The exact answers about `examples/disasters.ppl`: log evidence, the probability of each number of segments (from 0), the mean of the last rate.
fn change_points(counts: &[i64]) -> (f64, Vec<f64>, f64) {
    let (n, change) = (counts.len(), 0.02f64);
    let log_factorial = |k: i64| (1..=k).map(|i| (i as f64).ln()).sum::<f64>();
    // The log probability of the counts from i up to but without j in one segment, rate integrated out, and the mean of the rate.
    let segment = |i: usize, j: usize| {
        let (sum, years) = (counts[i..j].iter().sum::<i64>(), (j - i) as f64);
        let rate_power = (2 + sum) as f64 * (1.0 + years).ln();
        let log = log_factorial(1 + sum) - rate_power - counts[i..j].iter().map(|k| log_factorial(*k)).sum::<f64>();
        (log + (years - 1.0) * (1.0 - change).ln(), (2 + sum) as f64 / (1.0 + years))
    };
    // before[j][k]: the counts up to j, in k segments of which one ends there.
    let mut before = vec![vec![0.0; n + 1]; n + 1];
    before[0][0] = 1.0;
    let mut last_rate = 0.0;
    for j in 1..=n {
        for i in 0..j {
            let (log, rate) = segment(i, j);
            let weight = log.exp() * if i > 0 { change } else { 1.0 };
            for k in 1..=n {
                let term = before[i][k - 1] * weight;
                before[j][k] += term;
                last_rate += if j == n { term * rate } else { 0.0 };
            }
        }
    }
    let total: f64 = before[n].iter().sum();
    (total.ln(), before[n].iter().map(|weight| weight / total).collect(), last_rate / total)
}

/// A series with a random number of segments, by filters and by chains whose traces grow and shrink.
#[test]
fn a_random_number_of_segments_against_dynamic_programming() {
    let table = include_str!("../../examples/data/disasters.csv");
    let counts: Vec<i64> = table.lines().skip(1).filter_map(|line| line.split(',').nth(1)?.parse().ok()).collect();
    let (log, probabilities, last_rate) = change_points(&counts);
    let segments: f64 = probabilities.iter().enumerate().map(|(k, p)| k as f64 * p).sum();
    let exact = [("return.segments", segments), ("return.three", probabilities[3]), ("return.rate_at_end", last_rate)];
    let stated = [-176.0042629, 3.9312538, 0.3008685, 0.5961333];
    for (found, stated) in [log, segments, probabilities[3], last_rate].into_iter().zip(stated) {
        assert!((found - stated).abs() < 5e-8, "{found}, and not {stated} as the example says");
    }

    let data = Data::from_csv("disasters.csv", table).expect("data");
    let model = sole(include_str!("../../examples/disasters.ppl")).bind(&data).expect("data that fit");
    let run = |seed| Inference::smc(2000).record(false).seed(seed).run(&model).expect("a posterior");
    let runs: Vec<Posterior> = (0..100).map(run).collect();
    assert_near("evidence", relative_evidence(&runs, log), 1.0);
    for (name, value) in exact {
        let parts = runs
            .iter()
            .map(|p| (p.log_evidence().unwrap_or(f64::NAN) - log).exp() * (p.mean(name).unwrap_or(f64::NAN) - value));
        assert_near(name, mean_and_error(&parts.collect::<Vec<_>>()), 0.0);
    }

    let mh = Method::Mh(Mh { draws: 4000, ..Mh::default() });
    let chains = Inference::new(mh).record(false).seed(1).run(&model).expect("a posterior");
    for (name, value) in exact {
        let summary = chains.summary(name).expect("a summary");
        let found = (summary.mean.expect("a mean"), summary.mcse_mean.expect("an error"));
        assert_near(name, found, value);
        assert!(
            summary.r_hat.is_some_and(|r_hat| r_hat < 1.02) && found.1 < 0.05 * value.max(0.3),
            "{name}: {found:?}"
        );
    }
}
