//! `POSTERIORDB=<folder> cargo bench -p borel-benches --bench posteriors`: NUTS on real posteriors, one thread, 4 chains of 1000 draws after
//! a warmup of 1000: microseconds for a density with its gradient, and for a step of NUTS with all that it does; the smallest bulk effective
//! sample size of the choices over the time of the run, with compilation apart.

use borel::{Bound, Density, Inference, Method, Metric, Nuts, Posterior};
use borel_tests::posteriors::{bound, reference};
use std::path::PathBuf;
use std::time::Instant;

const POSTERIORS: [&str; 12] = [
    "eight_schools-eight_schools_noncentered",
    "kidiq-kidscore_interaction",
    "nes2000-nes",
    "arK-arK",
    "garch-garch11",
    "low_dim_gauss_mix-low_dim_gauss_mix",
    "hmm_example-hmm_example",
    "bball_drive_event_0-hmm_drive_0",
    "earnings-logearn_interaction",
    "diamonds-diamonds",
    "gp_pois_regr-gp_regr",
    "arma-arma11",
];

/// How often each is run, and the median counts; but what takes longer than this many seconds is run once.
const RUNS: u64 = 3;
const LONG: f64 = 20.0;

fn main() {
    let Some(folder) = std::env::var_os("POSTERIORDB").map(PathBuf::from) else {
        println!("POSTERIORDB names no folder with posteriors: nothing to do");
        return;
    };
    println!(
        "{:<42} {:>9} {:>11} {:>10} {:>11} {:>10}",
        "", "gradient", "diagonal us", "ESS/s", "low-rank us", "ESS/s"
    );
    // A word on the command line chooses those with it in their names.
    let word = std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default();
    for name in POSTERIORS.into_iter().filter(|name| name.contains(&word)) {
        let reference = reference(&folder, name).unwrap_or_else(|error| panic!("{error}"));
        let bound = bound(&folder, name, &reference).unwrap_or_else(|error| panic!("{error}"));
        let [diagonal, low_rank] = [Metric::Diagonal, Metric::LowRank].map(|metric| sampled(&bound, metric));
        println!(
            "{name:<42} {:>9.2} {:>11.2} {:>10.0} {:>11.2} {:>10.0}",
            gradient(&bound),
            diagonal.step,
            diagonal.effective,
            low_rank.step,
            low_rank.effective
        );
    }
}

/// Microseconds for a density with its gradient, at a point near the origin.
fn gradient(bound: &Bound) -> f64 {
    let mut density = Density::new(bound).unwrap_or_else(|error| panic!("{error}"));
    let point: Vec<f64> = (0..density.dimension()).map(|i| 0.1 * (i as f64).sin()).collect();
    let mut slopes = vec![0.0; point.len()];
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let (start, mut count) = (Instant::now(), 0);
            while start.elapsed().as_secs_f64() < 0.1 {
                for _ in 0..10 {
                    density.value_and_gradient(&point, &mut slopes).unwrap_or_else(|error| panic!("{error}"));
                }
                count += 10;
            }
            1e6 * start.elapsed().as_secs_f64() / f64::from(count)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[2]
}

/// Of runs of NUTS: microseconds for a step, and effective draws in a second.
#[derive(Clone, Copy)]
struct Sampled {
    step: f64,
    effective: f64,
}

fn sampled(bound: &Bound, metric: Metric) -> Sampled {
    let mut runs = Vec::new();
    for seed in 1..=RUNS {
        let inference = Inference::new(Method::Nuts(Nuts { metric, ..Nuts::default() })).seed(seed).threads(1);
        let posterior = inference.run(bound).unwrap_or_else(|error| panic!("{error}"));
        let json = posterior.json();
        let number = |group: &str, name: &str| json[group][name].as_f64().unwrap_or(0.0);
        let seconds = number("seconds", "warmup") + number("seconds", "sampling");
        let step = 1e6 * seconds / number("diagnostics", "gradient_evaluations");
        runs.push(Sampled { step, effective: smallest(&posterior) / seconds });
        if seconds > LONG {
            break;
        }
    }
    runs.sort_by(|a, b| a.effective.total_cmp(&b.effective));
    runs[runs.len() / 2]
}

/// The smallest bulk effective sample size of a choice.
fn smallest(posterior: &Posterior) -> f64 {
    let choices = posterior.variables().filter(|name| !name.starts_with("return"));
    let sizes = choices.filter_map(|name| posterior.summary(name)?.ess_bulk);
    sizes.fold(f64::INFINITY, f64::min)
}
