//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  borel run examples/nile.ppl --data examples/data/nile.csv --method smc --particles 5000 --seed 1
  borel run examples/sprinkler.ppl                 exact: every choice is finite
  borel run model.ppl --model regression --data small.json --data large.csv --format json
  borel check model.ppl                            only look for errors
  borel emit model.ppl --stage types               the types that were inferred
  borel explain E0203                              what an error means, with an example
  borel explain Normal                             a distribution, its parameters and their domains";

/// Borel: probabilistic programs, compiled to native code.
#[derive(Parser, Debug)]
#[command(name = "borel", version, about, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Infer with a model, or run a program's `main`
    Run(Box<Run>),
    /// Look for errors in programs
    Check(Check),
    /// Print what a phase of the compiler gives
    Emit(Emit),
    /// Print the log density of a model at given values of its choices, with its gradient
    Density(Density),
    /// Explain an error code, a distribution or a function
    Explain(Explain),
    /// Format programs
    Fmt(Fmt),
    /// Type programs line by line
    Repl(Repl),
}

const RUN_EXAMPLES: &str = "\
A file with `main` and no --model runs its main. Else the model is the one of the file, or --model says which. Data are
the model's parameters by name: a JSON object, or a CSV table whose columns are arrays.

Without --method, borel chooses: enumeration if all choices are finite and few; importance sampling if nothing is
observed; NUTS if the density is differentiable; else SMC, or mh where executions are weighed only once. It says on
standard error what it chose and why.

Examples:
  borel run nile.ppl --data nile.csv --method smc --particles 10000 --threads 2
  borel run sprinkler.ppl --method enumerate
  borel run nile.ppl --data nile.csv --seed 7 --format json --out draws.csv > posterior.json

Ctrl-C stops a run and reports what there is; a second Ctrl-C ends it at once.";

/// Options of `borel run`.
#[derive(Args, Debug)]
#[command(after_help = RUN_EXAMPLES)]
pub(crate) struct Run {
    /// The program
    pub(crate) file: PathBuf,
    /// The model to infer with, where the file has several
    #[arg(long, value_name = "NAME", help_heading = "Model and data")]
    pub(crate) model: Option<String>,
    /// Data, .json or .csv; may be given several times
    #[arg(long, value_name = "FILE", help_heading = "Model and data")]
    pub(crate) data: Vec<PathBuf>,

    /// How to infer
    #[arg(long, value_enum, help_heading = "Inference")]
    pub(crate) method: Option<Method>,
    /// Draws: of importance sampling [default: 10000]; of each chain after its warmup, of an approximation, or parameters of smc2 [default: 1000]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "Inference")]
    pub(crate) draws: Option<usize>,
    /// Draws of each chain that are thrown away, in which nuts, hmc, mclmc and mh find their settings [default: 1000; 200 of pimh, pmmh, particle_gibbs]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "Inference")]
    pub(crate) warmup: Option<usize>,
    /// Chains, of methods that have them [default: 4]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "Inference")]
    pub(crate) chains: Option<usize>,
    /// Steps of mh for each draw [default: as many as there are choices]; moves of rmsmc after each resampling [default: 10]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "Inference")]
    pub(crate) thin: Option<usize>,
    /// How nuts and mclmc measure distances [default: auto]
    #[arg(long, value_enum, help_heading = "Inference")]
    pub(crate) metric: Option<Metric>,
    /// The acceptance probability that the step size is made for; more makes smaller steps [default: 0.8]
    #[arg(long, value_name = "P", value_parser = fraction, help_heading = "Inference")]
    pub(crate) target_acceptance: Option<f64>,
    /// Trajectories of nuts have less than 2 to this power steps [default: 10]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "Inference")]
    pub(crate) max_depth: Option<usize>,
    /// Leapfrog steps of each trajectory of hmc [default: 20]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "Inference")]
    pub(crate) steps: Option<usize>,
    /// Steps of mclmc, where the posterior has unit scale; its draws are off by about the square [default: 0.5]
    #[arg(long, value_name = "LENGTH", value_parser = positive_real, help_heading = "Inference")]
    pub(crate) step_size: Option<f64>,
    /// How far mclmc goes, in the same unit, until it has forgotten its direction [default: 3]
    #[arg(long, value_name = "LENGTH", value_parser = positive_real, help_heading = "Inference")]
    pub(crate) decoherence_length: Option<f64>,
    /// Random points that optimize and laplace climb from [default: 4]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "Inference")]
    pub(crate) starts: Option<usize>,
    /// Iterations of optimize, laplace and advi, at most [default: 2000]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "Inference")]
    pub(crate) iterations: Option<usize>,
    /// The mode of the density of unconstrained numbers, and not of the values of the choices
    #[arg(long, help_heading = "Inference")]
    pub(crate) jacobian: bool,
    /// Which approximations advi chooses from [default: mean-field]
    #[arg(long, value_enum, help_heading = "Inference")]
    pub(crate) family: Option<Family>,
    /// Particles [default: 2000 of smc, 1000 of rmsmc, 100 of each filter of pimh, pmmh, particle_gibbs and smc2]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "Inference")]
    pub(crate) particles: Option<usize>,
    /// How SMC resamples [default: systematic]
    #[arg(long, value_enum, help_heading = "Inference")]
    pub(crate) resampling: Option<Resampling>,
    /// SMC resamples when the effective sample size is below this fraction of the particles [default: 0.5]
    #[arg(long, value_name = "FRACTION", value_parser = fraction, help_heading = "Inference")]
    pub(crate) ess_threshold: Option<f64>,
    /// Independent runs, for the standard error of the log evidence [default: 1]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "Inference")]
    pub(crate) repeats: Option<usize>,
    /// Enumeration stops when it has explored this prior mass [default: 1 - 1e-9]
    #[arg(long, value_name = "P", value_parser = fraction, help_heading = "Inference")]
    pub(crate) mass: Option<f64>,
    /// The seed of the random numbers; the same seed gives the same result with any number of threads
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Inference")]
    pub(crate) seed: u64,

    /// Threads [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = positive, help_heading = "Limits")]
    pub(crate) threads: Option<usize>,
    /// Stop after this time and report what there is: 10s, 1.5m, 2h
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Limits")]
    pub(crate) timeout: Option<Duration>,
    /// Stop with an error when the run needs more memory: 500M, 4G
    #[arg(long, value_name = "BYTES", value_parser = bytes, help_heading = "Limits")]
    pub(crate) max_memory: Option<u64>,

    /// Table for people, or one JSON object on standard output
    #[arg(long, value_enum, default_value_t = Format::Table, help_heading = "Output")]
    pub(crate) format: Format,
    /// Write the weighted draws to a .csv or .json file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Write who descends from whom in SMC to a .json file: for each resampling, the ancestor of each particle
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) genealogy: Option<PathBuf>,
    /// The array (such as return.log_lik) with the log likelihood of each observation: predictive accuracy by PSIS-LOO and WAIC
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    pub(crate) log_likelihood: Option<String>,
    /// Keep only the returned value, not the named choices: faster, and in less memory
    #[arg(long, help_heading = "Output")]
    pub(crate) no_record: bool,
    /// Say how long each phase took
    #[arg(long, help_heading = "Output")]
    pub(crate) timings: bool,
    /// Nothing on standard error but errors and warnings
    #[arg(long, short, help_heading = "Output")]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// Exact: explores every finite choice
    Enumerate,
    /// Draws from the prior, weighed by the observations
    Importance,
    /// Sequential Monte Carlo: weighs and resamples at every observation
    Smc,
    /// Resample-move SMC: smc whose particles Metropolis-Hastings moves after each resampling
    Rmsmc,
    /// Particle independent Metropolis-Hastings: each proposal is an outcome of smc
    Pimh,
    /// Particle marginal Metropolis-Hastings: a chain of what is chosen before the first score or checkpoint, with smc for the rest
    Pmmh,
    /// Particle Gibbs: each draw is an outcome of smc given the one before
    #[value(name = "particle_gibbs")]
    ParticleGibbs,
    /// SMC^2: smc of what is chosen before the first score or checkpoint, each with smc for the rest
    Smc2,
    /// The No-U-Turn sampler: for models whose density is differentiable
    Nuts,
    /// Hamiltonian Monte Carlo with trajectories of a fixed number of steps
    Hmc,
    /// Microcanonical Langevin Monte Carlo without rejections: cheap draws with a bias (experimental)
    Mclmc,
    /// Metropolis-Hastings, a choice at a time: for any model
    Mh,
    /// The mode of the posterior density
    Optimize,
    /// A normal approximation at the mode
    Laplace,
    /// A normal approximation by variational inference
    Advi,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Metric {
    /// Of low rank where the dimension is not large, else diagonal
    Auto,
    /// A diagonal matrix
    Diagonal,
    /// A diagonal matrix and the directions in which the posterior is correlated
    LowRank,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Family {
    /// Normal distributions with independent coordinates
    MeanField,
    /// All normal distributions
    FullRank,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Resampling {
    Systematic,
    Stratified,
    Multinomial,
    Residual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
}

/// Options of `borel check`.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Programs
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Also say which methods can run each model, and what decides
    #[arg(long)]
    pub(crate) methods: bool,
}

/// Options of `borel emit`.
#[derive(Args, Debug)]
pub(crate) struct Emit {
    /// The program
    pub(crate) file: PathBuf,
    /// Which phase
    #[arg(long, value_enum)]
    pub(crate) stage: Stage,
    /// The model (or `main`) to compile, where the file has several
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// The method whose views are compiled [default: smc]
    #[arg(long, value_enum)]
    pub(crate) method: Option<Method>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stage {
    /// The syntax tree
    Ast,
    /// Types and effects of every definition, and the typed tree
    Types,
    /// Core as lowering gives it
    CoreLowered,
    /// Core after specialisation
    Core,
    /// First-order code with explicit memory
    Flow,
    /// First-order code of the log density of a model, and of its gradient
    Gradient,
    /// The back end's intermediate language
    Clif,
    /// Machine code
    Asm,
}

const DENSITY_EXAMPLES: &str = "\
The point has a number for each scalar of each named choice: { \"tau\": 1.5, \"theta\": [0.1, -2.0] }. Printed are, as one JSON
object, the log density with respect to these values, its gradient in the form of the point, and what the transforms to
unconstrained numbers add to the log density that NUTS works on.

Example:
  borel density schools.ppl --data schools.json --at point.json";

/// Options of `borel density`.
#[derive(Args, Debug)]
#[command(after_help = DENSITY_EXAMPLES)]
pub(crate) struct Density {
    /// The program
    pub(crate) file: PathBuf,
    /// The model, where the file has several
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// Data, .json or .csv; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Vec<PathBuf>,
    /// The values of the choices, .json
    #[arg(long, value_name = "FILE")]
    pub(crate) at: PathBuf,
}

/// Options of `borel explain`.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// An error code such as E0203, a distribution, or a function of the language or its library
    pub(crate) subject: String,
}

/// Options of `borel fmt`.
#[derive(Args, Debug)]
pub(crate) struct Fmt {
    /// Programs
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Change nothing; fail if a file is not formatted
    #[arg(long)]
    pub(crate) check: bool,
}

/// Options of `borel repl`.
#[derive(Args, Debug)]
pub(crate) struct Repl {
    /// A program to start with
    pub(crate) file: Option<PathBuf>,
}

fn positive(text: &str) -> Result<usize, String> {
    match text.replace('_', "").parse::<usize>() {
        Ok(0) | Err(_) => Err("expected a whole number above 0".into()),
        Ok(value) => Ok(value),
    }
}

fn fraction(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 1".into()),
    }
}

fn positive_real(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("expected a number above 0".into()),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let scale = match unit {
        "" | "s" => 1.0,
        "ms" => 1e-3,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err("expected a time such as 10s, 1.5m or 2h".into()),
    };
    let seconds = number.parse::<f64>().ok().map(|value| value * scale).filter(|value| *value > 0.0);
    let seconds = seconds.and_then(|value| Duration::try_from_secs_f64(value).ok());
    seconds.ok_or_else(|| "expected a time above 0 such as 10s, 1.5m or 2h".into())
}

fn bytes(text: &str) -> Result<u64, String> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let scale = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => 1.0,
        "K" | "KB" | "KIB" => 1024.0,
        "M" | "MB" | "MIB" => 1024.0 * 1024.0,
        "G" | "GB" | "GIB" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err("expected a size such as 500M or 4G".into()),
    };
    match number.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok((value * scale) as u64),
        _ => Err("expected a size above 0 such as 500M or 4G".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn quantities() {
        assert_eq!(duration("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("20"), Ok(Duration::from_secs(20)));
        assert!(duration("0s").is_err() && duration("1 fortnight").is_err() && duration("1e300h").is_err());
        assert_eq!(bytes("2K"), Ok(2048));
        assert_eq!(bytes("1.5g"), Ok(3 << 29));
        assert!(bytes("-1G").is_err() && bytes("G").is_err());
        assert_eq!(positive("10_000"), Ok(10_000));
        assert!(positive("0").is_err() && fraction("1.5").is_err() && fraction("NaN").is_err());
    }
}
