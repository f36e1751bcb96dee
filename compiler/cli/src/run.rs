//! `borel run`.

use crate::arguments::{self, Format, Run};
use crate::progress::Bars;
use crate::{Status, interrupt, output, report};
use borel::{
    Advi, Algorithm, Bound, Data, Diagnostics, Error, Family, Hmc, Inference, Interrupt, Laplace, Library, Mclmc,
    Method, Metric, Mh, Optimize, Program, Resampling, RunOptions,
};
use std::path::PathBuf;

/// Infers with a model of the file, or runs its `main`.
pub(crate) fn run(options: &Run) -> Status {
    let method = match method(options) {
        Ok(method) => method,
        Err(problem) => {
            output::error(&format!("error: {problem}"));
            return Status::Usage;
        }
    };
    let result = match Program::compile_file(&options.file) {
        Ok(program) => {
            output::diagnostics(program.warnings());
            if options.model.is_none() && program.has_main() {
                run_main(&program, options)
            } else {
                infer(&program, method, options)
            }
        }
        Err(diagnostics) => Err(diagnostics.into()),
    };
    result.unwrap_or_else(|error| failed(&error))
}

/// Shows why there is no result.
pub(crate) fn failed(error: &Error) -> Status {
    output::diagnostics(error.diagnostics());
    match error {
        Error::Program(_) | Error::Refused(_) => Status::Wrong,
        Error::Inference(_) => Status::Failed,
    }
}

fn run_main(program: &Program, options: &Run) -> Result<Status, Error> {
    if let Some(path) = options.data.first() {
        let message = format!("{} is not used: `main` takes no data", path.display());
        output::error(&format!("warning: {message}\nhelp: --model NAME infers with a model of the file"));
    }
    let interrupt = interrupt::on_signals();
    let mut limits = RunOptions::new().seed(options.seed).interrupt(&interrupt);
    if let Some(timeout) = options.timeout {
        limits = limits.timeout(timeout);
    }
    if let Some(bytes) = options.max_memory {
        limits = limits.max_memory(bytes);
    }
    program.run_main(&limits, |line| output::print(&format!("{line}\n")))?;
    report::timings(program.timings(), options.timings);
    Ok(Status::Done)
}

fn infer(program: &Program, method: Option<Method>, options: &Run) -> Result<Status, Error> {
    let model = match &options.model {
        Some(name) => program.model(name)?,
        None => program.sole_model()?,
    };
    let bound = model.bind(&data(&options.data)?)?;
    output::diagnostics(bound.warnings());
    let interrupt = interrupt::on_signals();
    let posterior = inference(method, options, &interrupt, &bound)?;
    output::diagnostics(posterior.warnings());
    if let Some(why) = posterior.choice().filter(|_| !options.quiet) {
        output::error(why);
    }
    report::timings(posterior.timings(), options.timings);
    let draws = options.out.as_ref().map(|path| report::write_draws(&posterior, path));
    let genealogy = options.genealogy.as_ref().map(|path| report::write_genealogy(&posterior, path));
    if let Some(Err(problem)) = draws.into_iter().chain(genealogy).find(Result::is_err) {
        output::error(&format!("error: {problem}"));
        return Ok(Status::Wrong);
    }
    let predictive =
        match options.log_likelihood.as_deref().map(|name| report::predictive(&posterior, name)).transpose() {
            Ok(predictive) => predictive,
            Err(problem) => {
                output::error(&format!("error: {problem}"));
                return Ok(Status::Wrong);
            }
        };
    output::print(&match options.format {
        Format::Table => posterior.table() + &predictive.map_or(String::new(), |predictive| predictive.text()),
        Format::Json => {
            let mut json = posterior.json();
            if let Some(predictive) = predictive {
                json["predictive"] = predictive.json();
            }
            format!("{json:#}\n")
        }
    });
    match posterior.stopped() {
        Some(why) => {
            output::error(&format!("the run was stopped ({why}): this is what there was"));
            Ok(Status::Failed)
        }
        None => Ok(Status::Done),
    }
}

fn inference(
    method: Option<Method>,
    options: &Run,
    interrupt: &Interrupt,
    bound: &Bound,
) -> Result<borel::Posterior, Error> {
    let bar = Bars::new(!options.quiet);
    let shown = bar.clone();
    let mut inference = method.map_or_else(Inference::automatic, Inference::new);
    inference = inference.seed(options.seed).record(!options.no_record).interrupt(interrupt);
    inference = inference.genealogy(options.genealogy.is_some());
    inference = inference.progress(move |progress| shown.show(progress));
    if let Some(threads) = options.threads {
        inference = inference.threads(threads);
    }
    if let Some(timeout) = options.timeout {
        inference = inference.timeout(timeout);
    }
    if let Some(bytes) = options.max_memory {
        inference = inference.max_memory(bytes);
    }
    if let Some(repeats) = options.repeats {
        inference = inference.repeats(repeats);
    }
    let result = inference.run(bound);
    bar.clear();
    result
}

/// All the data files, merged.
pub(crate) fn data(files: &[PathBuf]) -> Result<Data, Diagnostics> {
    files.iter().try_fold(Data::new(), |data, path| data.merge(Data::from_file(path)?))
}

/// The method with the settings that nothing else is said of.
pub(crate) fn default_method(method: arguments::Method) -> Method {
    match method {
        arguments::Method::Enumerate => Method::enumerate(),
        arguments::Method::Importance => Method::importance(Method::DRAWS),
        arguments::Method::Smc => Method::smc(Method::PARTICLES),
        arguments::Method::Nuts => Method::nuts(),
        arguments::Method::Hmc => Method::Hmc(Hmc::default()),
        arguments::Method::Mclmc => Method::Mclmc(Mclmc::default()),
        arguments::Method::Mh => Method::Mh(Mh::default()),
        arguments::Method::Optimize => Method::Optimize(Optimize::default()),
        arguments::Method::Laplace => Method::Laplace(Laplace::default()),
        arguments::Method::Advi => Method::Advi(Advi::default()),
        arguments::Method::Rmsmc => Method::Library(Library::new(Algorithm::ResampleMove)),
        arguments::Method::Pimh => Method::Library(Library::new(Algorithm::Independent)),
        arguments::Method::Pmmh => Method::Library(Library::new(Algorithm::Marginal)),
        arguments::Method::ParticleGibbs => Method::Library(Library::new(Algorithm::Gibbs)),
        arguments::Method::Smc2 => Method::Library(Library::new(Algorithm::Squared)),
    }
}

/// The method that the command line asks for; a setting of a method implies it.
fn method(options: &Run) -> Result<Option<Method>, String> {
    use arguments::Method::{Advi, Enumerate, Hmc, Importance, Laplace, Mclmc, Mh, Nuts, Optimize, Smc};
    use arguments::Method::{ParticleGibbs, Pimh, Pmmh, Rmsmc, Smc2};
    let settings: [(&str, bool, &[arguments::Method]); 19] = [
        ("--particles", options.particles.is_some(), &[Smc, Rmsmc, Pimh, Pmmh, ParticleGibbs, Smc2]),
        ("--resampling", options.resampling.is_some(), &[Smc]),
        ("--ess-threshold", options.ess_threshold.is_some(), &[Smc, Rmsmc]),
        ("--genealogy", options.genealogy.is_some(), &[Smc]),
        ("--mass", options.mass.is_some(), &[Enumerate]),
        ("--steps", options.steps.is_some(), &[Hmc]),
        ("--step-size", options.step_size.is_some(), &[Mclmc]),
        ("--decoherence-length", options.decoherence_length.is_some(), &[Mclmc]),
        ("--family", options.family.is_some(), &[Advi]),
        ("--jacobian", options.jacobian, &[Optimize]),
        ("--starts", options.starts.is_some(), &[Optimize, Laplace]),
        ("--iterations", options.iterations.is_some(), &[Optimize, Laplace, Advi]),
        ("--thin", options.thin.is_some(), &[Mh, Rmsmc]),
        ("--warmup", options.warmup.is_some(), &[Nuts, Hmc, Mclmc, Mh, Pimh, Pmmh, ParticleGibbs]),
        ("--chains", options.chains.is_some(), &[Nuts, Hmc, Mclmc, Mh, Pimh, Pmmh, ParticleGibbs]),
        ("--metric", options.metric.is_some(), &[Nuts, Mclmc]),
        ("--target-acceptance", options.target_acceptance.is_some(), &[Nuts, Hmc]),
        ("--max-depth", options.max_depth.is_some(), &[Nuts]),
        (
            "--draws",
            options.draws.is_some(),
            &[Importance, Nuts, Hmc, Mclmc, Mh, Laplace, Advi, Pimh, Pmmh, ParticleGibbs, Smc2],
        ),
    ];
    let mut given = settings.iter().filter(|(_, given, _)| *given);
    let Some(asked) = options.method.or_else(|| given.clone().next().map(|(.., methods)| methods[0])) else {
        return Ok(None);
    };
    if let Some((name, _, of)) = given.find(|(.., of)| !of.contains(&asked)) {
        let of: Vec<&str> = of.iter().map(|method| default_method(*method).name()).collect();
        let of = match of.split_last() {
            Some((last, [])) => last.to_string(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
            None => String::new(),
        };
        let asked = default_method(asked).name();
        return Err(format!("{name} is a setting of {of}, and the method is {asked} (borel explain E0405)"));
    }
    let mut method = default_method(asked);
    match &mut method {
        Method::Enumerate { mass } => *mass = options.mass.unwrap_or(*mass),
        Method::Importance { draws } => *draws = options.draws.unwrap_or(*draws),
        Method::Smc { particles, resampling, threshold } => {
            *particles = options.particles.unwrap_or(*particles);
            *threshold = options.ess_threshold.unwrap_or(*threshold);
            *resampling = options.resampling.map_or(*resampling, scheme);
        }
        Method::Nuts(nuts) => {
            nuts.draws = options.draws.unwrap_or(nuts.draws);
            nuts.warmup = options.warmup.unwrap_or(nuts.warmup);
            nuts.chains = options.chains.unwrap_or(nuts.chains);
            nuts.target_acceptance = options.target_acceptance.unwrap_or(nuts.target_acceptance);
            nuts.max_depth = options.max_depth.map_or(nuts.max_depth, |depth| depth as u64);
            nuts.metric = options.metric.map_or(nuts.metric, metric);
        }
        Method::Mclmc(mclmc) => {
            mclmc.draws = options.draws.unwrap_or(mclmc.draws);
            mclmc.warmup = options.warmup.unwrap_or(mclmc.warmup);
            mclmc.chains = options.chains.unwrap_or(mclmc.chains);
            mclmc.metric = options.metric.map_or(mclmc.metric, metric);
            mclmc.step_size = options.step_size.unwrap_or(mclmc.step_size);
            mclmc.decoherence_length = options.decoherence_length.unwrap_or(mclmc.decoherence_length);
        }
        Method::Hmc(hmc) => {
            hmc.steps = options.steps.unwrap_or(hmc.steps);
            hmc.draws = options.draws.unwrap_or(hmc.draws);
            hmc.warmup = options.warmup.unwrap_or(hmc.warmup);
            hmc.chains = options.chains.unwrap_or(hmc.chains);
            hmc.target_acceptance = options.target_acceptance.unwrap_or(hmc.target_acceptance);
        }
        Method::Mh(mh) => {
            mh.draws = options.draws.unwrap_or(mh.draws);
            mh.warmup = options.warmup.unwrap_or(mh.warmup);
            mh.chains = options.chains.unwrap_or(mh.chains);
            mh.thin = options.thin.or(mh.thin);
        }
        Method::Library(library) => {
            library.particles = options.particles.unwrap_or(library.particles);
            library.draws = options.draws.unwrap_or(library.draws);
            library.warmup = options.warmup.unwrap_or(library.warmup);
            library.chains = options.chains.unwrap_or(library.chains);
            library.moves = options.thin.unwrap_or(library.moves);
            library.threshold = options.ess_threshold.unwrap_or(library.threshold);
        }
        Method::Optimize(optimize) => {
            optimize.starts = options.starts.unwrap_or(optimize.starts);
            optimize.iterations = options.iterations.unwrap_or(optimize.iterations);
            optimize.jacobian = options.jacobian;
        }
        Method::Laplace(laplace) => {
            laplace.starts = options.starts.unwrap_or(laplace.starts);
            laplace.iterations = options.iterations.unwrap_or(laplace.iterations);
            laplace.draws = options.draws.unwrap_or(laplace.draws);
        }
        Method::Advi(advi) => {
            advi.iterations = options.iterations.unwrap_or(advi.iterations);
            advi.draws = options.draws.unwrap_or(advi.draws);
            advi.family = options.family.map_or(advi.family, |family| match family {
                arguments::Family::MeanField => Family::MeanField,
                arguments::Family::FullRank => Family::FullRank,
            });
        }
    }
    Ok(Some(method))
}

fn metric(metric: arguments::Metric) -> Metric {
    match metric {
        arguments::Metric::Auto => Metric::Automatic,
        arguments::Metric::Diagonal => Metric::Diagonal,
        arguments::Metric::LowRank => Metric::LowRank,
    }
}

fn scheme(resampling: arguments::Resampling) -> Resampling {
    match resampling {
        arguments::Resampling::Systematic => Resampling::Systematic,
        arguments::Resampling::Stratified => Resampling::Stratified,
        arguments::Resampling::Multinomial => Resampling::Multinomial,
        arguments::Resampling::Residual => Resampling::Residual,
    }
}
