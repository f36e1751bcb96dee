//! Sequential Monte Carlo: the bootstrap particle filter (Gordon, Salmond and Smith 1993) of a program's own scores, with resampling
//! when the effective sample size is low (Liu and Chen 1998). The estimate of the evidence is unbiased (Del Moral 2004, section 7.4.2).
//!
//! Particles advance to their next score, wherever it is in the program, or to their end; finished and unfinished
//! ones are resampled together, by their weights so far. Memory does not grow with the number of steps.

use crate::control::Control;
use crate::model::{CHUNK, Model, Sources};
use crate::resample::{Resampling, resample};
use crate::team::Team;
use crate::weights::WeightSum;
use borel_abi::stream::Stream;
use borel_abi::{ErrorKind, RuntimeError};
use borel_posterior::Draws;

/// The chunk number of the stream that resampling uses.
const RESAMPLING_STREAM: u64 = u64::MAX;

/// Settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Smc {
    /// How many particles.
    pub particles: usize,
    /// How to resample.
    pub resampling: Resampling,
    /// Resample when the effective sample size is below this times the number of particles: 0 is never, above 1 always.
    pub threshold: f64,
    /// The seed.
    pub seed: u64,
    /// Whether to keep the ancestors of each resampling.
    pub genealogy: bool,
}

impl Default for Smc {
    fn default() -> Smc {
        Smc { particles: 1000, resampling: Resampling::Systematic, threshold: 0.5, seed: 0, genealogy: false }
    }
}

/// Weighted particles, and how they came about.
pub struct Population<M: Model> {
    /// The particles in chunks.
    pub chunks: Vec<M::Particles>,
    /// Their normalised weights.
    pub weights: Vec<f64>,
    /// The estimate of the log evidence.
    pub log_evidence: f64,
    /// Steps that were taken.
    pub steps: u64,
    /// How often particles were resampled.
    pub resamplings: u64,
    /// The smallest effective sample size of any step.
    pub smallest_effective_sample_size: f64,
    /// Log weights that were not a number, and counted as zero weight.
    pub not_numbers: u64,
    /// The ancestors of each resampling, if they were to be kept.
    pub genealogy: Vec<Vec<u32>>,
    /// Whether the run was stopped before its end.
    pub partial: bool,
}

/// A chunk with its weights.
pub(crate) struct Chunk<P> {
    pub(crate) particles: P,
    pub(crate) log_weights: Vec<f64>,
    /// exp(log weight - largest of the chunk)
    pub(crate) scaled: Vec<f64>,
    pub(crate) sum: WeightSum,
    gains: Vec<f64>,
    pub(crate) unfinished: usize,
    pub(crate) not_numbers: u64,
    /// The site of a particle that has just become impossible
    zero_site: Option<u32>,
}

/// How many particles the chunk with this number has.
pub(crate) fn chunk_size(particles: usize, chunk: usize) -> usize {
    CHUNK.min(particles - chunk * CHUNK)
}

impl<P> Chunk<P> {
    pub(crate) fn new(particles: P, count: usize) -> Chunk<P> {
        let sum = WeightSum::equal(count);
        Chunk {
            particles,
            log_weights: vec![0.0; count],
            scaled: vec![1.0; count],
            sum,
            gains: vec![0.0; count],
            unfinished: count,
            not_numbers: 0,
            zero_site: None,
        }
    }

    /// Advances the particles by one step, and weighs them.
    pub(crate) fn step<M: Model<Particles = P>>(
        &mut self,
        model: &M,
        worker: &mut M::Worker,
        stream: &mut Stream,
    ) -> Result<(), RuntimeError> {
        self.unfinished = model.advance(worker, &mut self.particles, stream, &mut self.gains)?;
        for i in 0..self.gains.len() {
            let mut gain = self.gains[i];
            if gain.is_nan() {
                self.not_numbers += 1;
                gain = f64::NEG_INFINITY;
            }
            self.log_weights[i] += gain;
            if gain == f64::NEG_INFINITY {
                self.zero_site = model.site(&self.particles, i).or(self.zero_site);
                self.unfinished -= usize::from(!model.finished(&self.particles, i));
                model.retire(worker, &mut self.particles, i);
            }
        }
        self.sum = WeightSum::of(&self.log_weights, &mut self.scaled);
        Ok(())
    }

    /// The site of a particle that became impossible.
    pub(crate) fn zero_site(&self) -> Option<u32> {
        self.zero_site
    }
}

/// Runs the filter until all particles have finished.
pub fn smc<M: Model>(
    model: &M,
    team: &mut Team<'_, M::Worker>,
    settings: &Smc,
    control: &Control<'_>,
) -> Result<Population<M>, RuntimeError> {
    let mut filter = Filter::new(model, team, settings)?;
    loop {
        if control.stopped() {
            filter.partial = true;
            break;
        }
        filter.step()?;
        let size = filter.sum.effective_sample_size();
        control.report(filter.steps, None, Some(size));
        if filter.unfinished() == 0 {
            break;
        }
        if size < settings.threshold * settings.particles as f64 {
            filter.resample()?;
        }
    }
    filter.finish()
}

/// The state of a run.
struct Filter<'a, 'p, M: Model> {
    model: &'a M,
    team: &'a mut Team<'p, M::Worker>,
    settings: &'a Smc,
    chunks: Vec<Chunk<M::Particles>>,
    /// The other half of the double buffer
    spare: Vec<M::Particles>,
    owners: Vec<usize>,
    sum: WeightSum,
    log_evidence: f64,
    steps: u64,
    resamplings: u64,
    smallest_effective_sample_size: f64,
    weights: Vec<f64>,
    ancestors: Vec<u32>,
    genealogy: Vec<Vec<u32>>,
    partial: bool,
}

/// Makes something for each chunk.
pub(crate) fn make_chunks<W: Send, T: Send>(
    team: &mut Team<'_, W>,
    count: usize,
    make: impl Fn(&mut W, usize) -> Result<T, RuntimeError> + Sync,
) -> Result<Vec<T>, RuntimeError> {
    let mut slots: Vec<Option<T>> = (0..count).map(|_| None).collect();
    team.each(&mut slots, |_, worker, number, slot| {
        *slot = Some(make(worker, number)?);
        Ok(())
    })?;
    Ok(slots.into_iter().flatten().collect())
}

impl<'a, 'p, M: Model> Filter<'a, 'p, M> {
    fn new(model: &'a M, team: &'a mut Team<'p, M::Worker>, settings: &'a Smc) -> Result<Self, RuntimeError> {
        let particles = settings.particles.max(1);
        let count = particles.div_ceil(CHUNK);
        let begin = |worker: &mut M::Worker, chunk: usize| model.begin(worker, chunk_size(particles, chunk));
        let chunks = make_chunks(team, count, |worker, chunk| {
            Ok(Chunk::new(begin(worker, chunk)?, chunk_size(particles, chunk)))
        })?;
        let owners = team.owners(count);
        Ok(Filter {
            model,
            team,
            settings,
            chunks,
            spare: Vec::new(),
            owners,
            sum: WeightSum::EMPTY,
            log_evidence: 0.0,
            steps: 0,
            resamplings: 0,
            smallest_effective_sample_size: particles as f64,
            weights: Vec::new(),
            ancestors: Vec::new(),
            genealogy: Vec::new(),
            partial: false,
        })
    }

    fn count(&self) -> usize {
        self.settings.particles.max(1)
    }

    fn unfinished(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.unfinished).sum()
    }

    /// Advances all particles to their next scores.
    fn step(&mut self) -> Result<(), RuntimeError> {
        let (model, seed, step) = (self.model, self.settings.seed, self.steps + 1);
        self.team.each(&mut self.chunks, |_, worker, number, chunk| {
            if chunk.unfinished == 0 {
                return Ok(());
            }
            chunk.step(model, worker, &mut Stream::derive(seed, number as u64, step))
        })?;
        self.steps = step;
        self.sum = self.chunks.iter().fold(WeightSum::EMPTY, |sum, chunk| sum.join(chunk.sum));
        if self.sum.sum == 0.0 {
            let site = self.chunks.iter().find_map(|chunk| chunk.zero_site);
            return Err(RuntimeError { kind: ErrorKind::ZeroWeight, site });
        }
        let size = self.sum.effective_sample_size();
        self.smallest_effective_sample_size = self.smallest_effective_sample_size.min(size);
        Ok(())
    }

    /// Weights of all particles, scaled so that the largest is 1.
    fn scaled_weights(&mut self) -> Result<(), RuntimeError> {
        let largest = self.sum.largest;
        self.weights.resize(self.settings.particles.max(1), 0.0);
        let mut parts: Vec<_> = self.chunks.iter().zip(self.weights.chunks_mut(CHUNK)).collect();
        self.team.each(&mut parts, |_, _, _, (chunk, weights)| {
            let factor = chunk.sum.factor(largest);
            weights.iter_mut().zip(&chunk.scaled).for_each(|(weight, scaled)| *weight = scaled * factor);
            Ok(())
        })
    }

    /// The log of the mean weight.
    fn log_mean_weight(&self) -> f64 {
        self.sum.log_sum() - (self.count() as f64).ln()
    }

    /// Replaces the particles by as many drawn from them by weight, with equal weights.
    fn resample(&mut self) -> Result<(), RuntimeError> {
        self.scaled_weights()?;
        let mut stream = Stream::derive(self.settings.seed, RESAMPLING_STREAM, self.steps);
        let count = self.count();
        resample(self.settings.resampling, &self.weights, count, &mut stream, &mut self.ancestors);
        self.log_evidence += self.log_mean_weight();
        self.resamplings += 1;
        self.move_particles()?;
        if self.settings.genealogy {
            self.genealogy.push(self.ancestors.clone());
        }
        Ok(())
    }

    /// Gathers the descendants in the spare buffers, and exchanges them for the particles.
    fn move_particles(&mut self) -> Result<(), RuntimeError> {
        let (model, count) = (self.model, self.count());
        if self.spare.is_empty() {
            let begin = |worker: &mut M::Worker, chunk: usize| model.begin(worker, chunk_size(count, chunk));
            self.spare = make_chunks(self.team, self.chunks.len(), begin)?;
        }
        let (owners, ancestors) = (&self.owners, &self.ancestors);
        let particles: Vec<&M::Particles> = self.chunks.iter().map(|chunk| &chunk.particles).collect();
        let sources = |worker: usize, chunk: usize| {
            let ancestors = &ancestors[chunk * CHUNK..][..chunk_size(count, chunk)];
            Sources { chunks: &particles, owners, worker, ancestors }
        };
        self.team.each(&mut self.spare, |number, worker, chunk, target| {
            model.gather(worker, &sources(number, chunk), target);
            Ok(())
        })?;
        if model.owns_memory() {
            // While objects are copied from another worker's heap nobody may change counts there: hence a phase of its own.
            self.team.each(&mut self.spare, |number, worker, chunk, target| {
                model.adopt(worker, &sources(number, chunk), target)
            })?;
        }
        for (chunk, spare) in self.chunks.iter_mut().zip(&mut self.spare) {
            std::mem::swap(&mut chunk.particles, spare);
        }
        if model.owns_memory() {
            self.team.each(&mut self.spare, |_, worker, _, old| {
                model.discard(worker, old);
                Ok(())
            })?;
        }
        self.start_anew()
    }

    /// The particles that have been gathered have equal weights.
    fn start_anew(&mut self) -> Result<(), RuntimeError> {
        let model = self.model;
        self.team.each(&mut self.chunks, |_, _, _, chunk| {
            let unfinished = (0..chunk.log_weights.len()).filter(|i| !model.finished(&chunk.particles, *i));
            chunk.unfinished = unfinished.count();
            chunk.sum = WeightSum::equal(chunk.log_weights.len());
            chunk.scaled.fill(1.0);
            chunk.log_weights.fill(0.0);
            Ok(())
        })
    }

    fn finish(mut self) -> Result<Population<M>, RuntimeError> {
        if self.steps == 0 {
            self.sum = self.chunks.iter().fold(WeightSum::EMPTY, |sum, chunk| sum.join(chunk.sum));
        }
        self.scaled_weights()?;
        let total: f64 = self.weights.iter().sum();
        self.weights.iter_mut().for_each(|weight| *weight /= total);
        Ok(Population {
            log_evidence: self.log_evidence + self.log_mean_weight(),
            not_numbers: self.chunks.iter().map(|chunk| chunk.not_numbers).sum(),
            chunks: self.chunks.into_iter().map(|chunk| chunk.particles).collect(),
            weights: self.weights,
            steps: self.steps,
            resamplings: self.resamplings,
            smallest_effective_sample_size: self.smallest_effective_sample_size,
            genealogy: self.genealogy,
            partial: self.partial,
        })
    }
}

impl<M: Model> Population<M> {
    /// The variables of the particles.
    pub fn draws(&self, model: &M) -> Draws {
        let mut draws = Draws::new();
        draws.weights = self.weights.clone();
        let mut first = 0;
        for chunk in &self.chunks {
            model.collect(chunk, first, &mut draws);
            first += CHUNK;
        }
        draws.arrange();
        draws
    }

    /// Releases what the particles own. Without it they go with the heaps of their workers.
    pub fn discard(mut self, model: &M, team: &mut Team<'_, M::Worker>) {
        let discarded = team.each(&mut self.chunks, |_, worker, _, particles| {
            model.discard(worker, particles);
            Ok(())
        });
        debug_assert!(discarded.is_ok(), "discarding cannot fail");
    }
}
