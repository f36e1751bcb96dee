//! NUTS on real posteriors against the reference draws of posteriordb (stan-dev/posteriordb).
//!
//! The data and the references are in the folder that the environment variable POSTERIORDB names; without it those of a few small
//! ones, which are here, are used, and the others are reported as ignored. `tests/posteriordb` has a program for each, whose gradients are held
//! against differences too. Agreement: the mean within four standard errors, of which
//! those of the reference have 10,000 draws, and the standard deviation within a tenth.
//!
//! Seeds are fixed, but factorisations round differently on other processors, and a chain of a posterior with several modes may then stay
//! in a lesser one. Such a run says so by its R-hat, and claims nothing: it is run again with another seed, as its warning advises.

use borel::{Density, Inference, Method, Nuts, Posterior};
use borel_tests::differences::wrong_gradient;
use borel_tests::posteriors::{RENAMED, bound, reference};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

/// The programs, by the names of their posteriors.
const POSTERIORS: [&str; 21] = [
    "arK-arK",
    "arma-arma11",
    "bball_drive_event_0-hmm_drive_0",
    "diamonds-diamonds",
    "earnings-earn_height",
    "earnings-logearn_interaction",
    "eight_schools-eight_schools_centered",
    "eight_schools-eight_schools_noncentered",
    "garch-garch11",
    "gp_pois_regr-gp_regr",
    "hmm_example-hmm_example",
    "kidiq-kidscore_interaction",
    "kidiq-kidscore_momiq",
    "kidiq_with_mom_work-kidscore_mom_work",
    "kilpisjarvi_mod-kilpisjarvi",
    "low_dim_gauss_mix-low_dim_gauss_mix",
    "mesquite-logmesquite",
    "mesquite-mesquite",
    "nes1972-nes",
    "nes2000-nes",
    "sblrc-blr",
];

/// Those whose data and references are here.
const SMALL: [&str; 7] = [
    "arK-arK",
    "eight_schools-eight_schools_noncentered",
    "garch-garch11",
    "gp_pois_regr-gp_regr",
    "hmm_example-hmm_example",
    "kilpisjarvi_mod-kilpisjarvi",
    "mesquite-logmesquite",
];

fn main() {
    let arguments = Arguments::from_args();
    let given = std::env::var_os("POSTERIORDB").map(PathBuf::from);
    let is_given = given.is_some();
    let folder = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("posteriordb"));
    let trials = |name: &'static str| {
        let is_ignored = !is_given && !SMALL.contains(&name);
        let (here, there) = (folder.clone(), folder.clone());
        [
            Trial::test(name, move || agrees(&here, name)).with_ignored_flag(is_ignored),
            Trial::test(format!("{name} gradient"), move || has_gradient(&there, name)).with_ignored_flag(is_ignored),
        ]
    };
    libtest_mimic::run(&arguments, POSTERIORS.into_iter().flat_map(trials).collect()).exit();
}

/// Seeds, of which the first is the one that counts unless its chains disagree.
const SEEDS: [u64; 3] = [1, 2, 3];

/// Above this the chains disagree.
const R_HAT: f64 = 1.1;

fn agrees(folder: &Path, name: &str) -> Result<(), Failed> {
    let reference = reference(folder, name)?;
    let bound = bound(folder, name, &reference)?;
    let settings = match name {
        // A funnel: small steps, and many draws for standard deviations of heavy tails.
        "eight_schools-eight_schools_centered" => {
            Nuts { target_acceptance: 0.99, draws: 10_000, chains: 8, ..Nuts::default() }
        }
        _ => Nuts::default(),
    };
    let run = |seed: u64| Inference::new(Method::Nuts(settings)).seed(seed).threads(2).run(&bound);
    let mut posterior = run(SEEDS[0])?;
    for seed in &SEEDS[1..] {
        if worst_r_hat(&posterior) <= R_HAT {
            break;
        }
        posterior = run(*seed)?;
    }
    let parameters = reference["parameters"].as_object().ok_or("no parameters")?;
    let differences: Vec<String> = parameters
        .iter()
        .filter_map(|(parameter, expected)| difference(&posterior, name, parameter, expected))
        .collect();
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n").into()) }
}

fn has_gradient(folder: &Path, name: &str) -> Result<(), Failed> {
    let mut density = Density::new(&bound(folder, name, &reference(folder, name)?)?)?;
    match wrong_gradient(&mut density, 1, 0.3) {
        Some(problem) => Err(problem.into()),
        None => Ok(()),
    }
}

/// The largest R-hat of a variable.
fn worst_r_hat(posterior: &Posterior) -> f64 {
    posterior.variables().filter_map(|name| posterior.summary(name)?.r_hat).fold(0.0, f64::max)
}

/// How a parameter differs from its reference, if it does.
fn difference(posterior: &Posterior, name: &str, parameter: &str, expected: &Json) -> Option<String> {
    let ours = named(name, parameter);
    let Some(found) = posterior.summary(&ours) else { return Some(format!("{ours} is not there")) };
    let (mean, sd) = (expected["mean"].as_f64()?, expected["sd"].as_f64()?);
    let (our_mean, our_sd) = (found.mean?, found.sd?);
    let error = (found.mcse_mean.unwrap_or(0.0).powi(2) + sd * sd / 10_000.0).sqrt();
    let agrees = (our_mean - mean).abs() < 4.0 * error && (our_sd / sd - 1.0).abs() <= 0.1;
    (!agrees).then(|| format!("{ours}: mean {our_mean} sd {our_sd}, expected {mean} and {sd}, error {error}"))
}

/// The name of a parameter here: indices begin at 0.
fn named(posterior: &str, parameter: &str) -> String {
    let (base, indices) = parameter.split_once('[').unwrap_or((parameter, ""));
    let base = RENAMED.iter().find(|(theirs, _)| *theirs == base).map_or(base, |(_, ours)| ours);
    let indices = indices.trim_end_matches(']').split(',').filter_map(|index| index.parse::<usize>().ok());
    let indices: String = indices.map(|index| format!("[{}]", index - 1)).collect();
    // What is a choice in Stan's program and computed in ours.
    let is_returned = posterior == "eight_schools-eight_schools_noncentered" && base == "theta";
    if is_returned { format!("return.{base}{indices}") } else { format!("{base}{indices}") }
}
