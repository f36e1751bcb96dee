//! Methods of the standard library: `infer.methods` has them as functions of the language. A model is inferred with by a program that has one model more, which
//! calls the function.

use crate::data::bind::type_text;
use crate::diagnostics::Diagnostics;
use crate::model::Bound;
use crate::program::Program;
use borel_driver::loader::{MemoryLoader, dotted};
use borel_source::{FileId, Name};

/// An algorithm of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Resample-move SMC.
    ResampleMove,
    /// Particle independent Metropolis-Hastings.
    Independent,
    /// Particle marginal Metropolis-Hastings.
    Marginal,
    /// Particle Gibbs.
    Gibbs,
    /// SMC^2.
    Squared,
}

/// Settings of a method of the library.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Library {
    /// Which.
    pub algorithm: Algorithm,
    /// Particles of each filter, or of resample-move SMC.
    pub particles: usize,
    /// Draws of each chain; of SMC^2, how many parameters.
    pub draws: usize,
    /// Draws of each chain before those, which are thrown away.
    pub warmup: usize,
    /// How many chains.
    pub chains: usize,
    /// Moves of one choice of each particle after a resampling, in resample-move SMC.
    pub moves: usize,
    /// Resample-move SMC resamples where the effective sample size is expected to be below this fraction of the particles.
    pub threshold: f64,
}

impl Library {
    /// An algorithm with the usual settings.
    pub fn new(algorithm: Algorithm) -> Library {
        let particles = if algorithm == Algorithm::ResampleMove { 1000 } else { 100 };
        Library { algorithm, particles, draws: 1000, warmup: 200, chains: 4, moves: 10, threshold: 0.5 }
    }

    /// Whether its draws are Markov chains.
    pub(crate) fn has_chains(&self) -> bool {
        matches!(self.algorithm, Algorithm::Independent | Algorithm::Marginal | Algorithm::Gibbs)
    }

    /// The call of the function of the library for a random function without parameters.
    fn call(&self, model: &str) -> String {
        let Library { particles, draws, warmup, moves, threshold, .. } = self;
        let name = self.algorithm.name();
        match self.algorithm {
            Algorithm::ResampleMove => format!("{name}({model}, {particles}, {moves}, {threshold:?})"),
            Algorithm::Squared => format!("{name}({model}, {particles}, {draws})"),
            _ => format!("{name}({model}, {particles}, {draws}, {warmup})"),
        }
    }
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Algorithm; 5] =
        [Algorithm::ResampleMove, Algorithm::Independent, Algorithm::Marginal, Algorithm::Gibbs, Algorithm::Squared];

    /// The name of the method and of the function.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::ResampleMove => "rmsmc",
            Algorithm::Independent => "pimh",
            Algorithm::Marginal => "pmmh",
            Algorithm::Gibbs => "particle_gibbs",
            Algorithm::Squared => "smc2",
        }
    }
}

/// The model that infers with a model: no program has one of this name.
const MODEL: &str = "borel_method_";

/// The model that runs a method on a model, with the data of that.
pub(crate) fn inferring(bound: &Bound, library: &Library) -> Result<Bound, Diagnostics> {
    let program = bound.model.program();
    let front = program.front();
    let types = bound.model.definition().params.iter().map(|param| &front.program.locals[param.0 as usize].ty);
    let types: Vec<String> = types.map(|ty| type_text(ty, &front.program)).collect();
    let names: Vec<String> = (0..types.len()).map(|i| format!("{MODEL}{i}")).collect();
    let parameters: Vec<String> = names.iter().zip(&types).map(|(name, ty)| format!("{name}: {ty}")).collect();
    let is_other = |path: &[Name]| path.last().is_some_and(|last| last.as_str() == "methods") && path.len() != 2;
    if let Some(other) = front.modules.iter().find(|module| is_other(&module.path)) {
        let message = format!(
            "the method is in the library's module `infer.methods`, and the program has a module `{}`",
            dotted(&other.path)
        );
        return Err(Diagnostics::message("E0104", message, "give that another name"));
    }
    let root = front.sources.file(FileId(0));
    let text = format!(
        "{}\nimport infer.methods\nmodel {MODEL}({}) {{ return methods.{} }}\n",
        root.text,
        parameters.join(", "),
        library.call(&format!("fn() => {}({})", bound.model.name(), names.join(", ")))
    );
    let inferring = program.continued(text, |text| {
        // Modules and files are in the same order.
        let modules = (0..).zip(&front.modules).filter(|(_, module)| !module.path.is_empty());
        let loader = modules.fold(MemoryLoader::new(), |loader, (file, module)| {
            loader.with(&dotted(&module.path), &front.sources.file(FileId(file)).text)
        });
        Program::compile_with(&root.name, text, &loader)
    })?;
    let inferring = inferring.optimised(program.optimises());
    Ok(Bound { model: inferring.model(MODEL)?, ..bound.clone() })
}
