//! Several chains of a gradient-based method, and the draws that their points stand for.

use crate::control::Control;
use crate::density::Density;
use crate::nuts::{self, ChainOfDraws, Nuts};
use crate::run::{Job, Outcome};
use crate::target::discover;
use crate::team::thread_pool;
use borel_abi::{ErrorKind, Host, RuntimeError};
use borel_posterior::Draws;
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

/// What the chains of a run have in common.
pub struct Chains<'a> {
    /// The root with its gradient.
    pub gradient: &'a Job,
    /// The same root, recording its named choices.
    pub recording: &'a Job,
    /// How the program lives in its host.
    pub host: &'a Host,
    /// The seed.
    pub seed: u64,
    /// How many threads; the result does not depend on it.
    pub threads: usize,
}

/// A chain, with its draws.
struct Sampled {
    chain: ChainOfDraws,
    draws: Draws,
    live_objects: usize,
}

impl Chains<'_> {
    /// Runs NUTS.
    pub fn nuts(&self, settings: &Nuts, control: &Control<'_>) -> Result<Outcome, RuntimeError> {
        let mut density = Density::new(self.gradient, self.host)?;
        discover(&mut density, self.seed)?;
        if density.dimension() == 0 {
            let message = "the model makes no choices: there is nothing to draw";
            return Err(RuntimeError::new(ErrorKind::Message(message.into())));
        }
        let densities: Result<Vec<Density>, RuntimeError> = (0..settings.chains).map(|_| density.another()).collect();
        let run = |(number, density): (usize, Density)| {
            let chain = nuts::chain(density, settings, self.seed, number as u64, control)?;
            self.draws(chain)
        };
        let sampled = self.each(densities?, run).map_err(|error| self.located(error))?;
        joined(sampled, settings)
    }

    /// Where the density is zero, if that is why there is no first point: where it stops being finite at a random one.
    fn located(&self, error: RuntimeError) -> RuntimeError {
        if error.kind != ErrorKind::ZeroDensity {
            return error;
        }
        let Ok(mut density) = Density::new(self.recording, self.host) else { return error };
        let found = discover(&mut density, self.seed).ok().and_then(|()| density.blamed());
        RuntimeError { site: found.and_then(|site| u32::try_from(site).ok()), ..error }
    }

    /// One thing after the other, or on a pool of threads; of several errors the first one counts.
    fn each<T: Send>(
        &self,
        densities: Vec<Density>,
        run: impl Fn((usize, Density)) -> Result<T, RuntimeError> + Send + Sync,
    ) -> Result<Vec<T>, RuntimeError> {
        let threads = self.threads.min(densities.len());
        match if threads > 1 { thread_pool(threads) } else { None } {
            Some(pool) => {
                let all: Vec<Result<T, RuntimeError>> =
                    pool.install(|| densities.into_par_iter().enumerate().map(run).collect());
                all.into_iter().collect()
            }
            None => densities.into_iter().enumerate().map(run).collect(),
        }
    }

    /// The named choices and the value of the model at each point of a chain.
    fn draws(&self, mut chain: ChainOfDraws) -> Result<Sampled, RuntimeError> {
        let mut density = Density::new(self.recording, self.host)?;
        discover(&mut density, self.seed)?;
        let mut draws = Draws::new();
        let count = chain.energies.len();
        draws.weights = vec![1.0 / count as f64; count];
        for (row, point) in chain.points.chunks_exact(density.dimension()).enumerate() {
            match density.draw(point, row, &mut draws) {
                Ok(_) => {}
                // What is there by then.
                Err(error) if error.kind == ErrorKind::Interrupted => {
                    chain.energies.truncate(row);
                    chain.partial = true;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        let live_objects = density.live_objects();
        Ok(Sampled { chain, draws, live_objects })
    }
}

/// How many draws of each chain are kept: chains that were stopped end where others do, so that they can be compared, and those that had
/// hardly begun are left out where more draws remain so.
fn common_length(sampled: &[Sampled]) -> usize {
    let mut lengths: Vec<usize> = sampled.iter().map(|one| one.chain.energies.len()).collect();
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    let best = (1..=lengths.len()).max_by_key(|count| count * lengths[count - 1]);
    best.map_or(0, |count| lengths[count - 1])
}

/// The chains together, each with the same share; an error if there are no draws yet.
fn joined(sampled: Vec<Sampled>, settings: &Nuts) -> Result<Outcome, RuntimeError> {
    let mut outcome = Outcome::default();
    let shortest = common_length(&sampled);
    let sum = |f: fn(&ChainOfDraws) -> f64| sampled.iter().map(|one| f(&one.chain)).sum::<f64>();
    outcome.diagnostics = vec![
        ("chains", settings.chains as f64),
        ("warmup", settings.warmup as f64),
        ("divergences", sum(|chain| chain.divergences as f64)),
        ("saturated_tree_depth", sum(|chain| chain.saturated as f64)),
        ("step_size", sum(|chain| chain.step_size) / sampled.len() as f64),
        ("gradient_evaluations", sum(|chain| chain.evaluations as f64)),
        ("rejected_evaluations", sum(|chain| chain.rejections as f64)),
    ];
    outcome.warmup_seconds = sampled.iter().map(|one| one.chain.warmup_seconds).reduce(f64::max);
    outcome.partial = sampled.iter().any(|one| one.chain.partial);
    outcome.rejection = sampled.iter().find_map(|one| one.chain.last.clone());
    outcome.energies = sampled
        .iter()
        .filter(|one| one.chain.energies.len() >= shortest)
        .map(|one| one.chain.energies[..shortest].to_vec())
        .collect();
    outcome.live_objects = sampled.iter().map(|one| one.live_objects).sum();
    if shortest == 0 {
        return Err(RuntimeError::new(ErrorKind::Interrupted));
    }
    for one in sampled.iter().filter(|one| one.chain.energies.len() >= shortest) {
        outcome.draws.chains += 1;
        outcome.draws.merge(&one.draws.first(shortest), 1.0 / outcome.draws.chains as f64);
    }
    outcome.draws.arrange();
    Ok(outcome)
}
