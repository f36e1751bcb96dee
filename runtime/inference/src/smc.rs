//! Sequential Monte Carlo: the bootstrap particle filter (Gordon, Salmond and Smith 1993) of a program's own scores, with resampling
//! when the effective sample size is low (Liu and Chen 1998). The estimate of the evidence is unbiased (Del Moral 2004, section 7.4.2).
//!
//! Particles advance to their next score, wherever it is in the program, or to their end; finished and unfinished
//! ones are resampled together, by their weights so far. Memory does not grow with the number of steps.

use crate::control::Control;
use crate::model::{CHUNK, Model, Sources};
use crate::resample::{Points, Resampling, resample};
use crate::team::Team;
use crate::weights::WeightSum;
use borel_abi::mutation::{self, Mutation};
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
    /// The steps that changed weights.
    pub weighings: Weighings,
    /// Log weights that were not a number, and counted as zero weight.
    pub not_numbers: u64,
    /// The ancestors of each resampling, if they were to be kept.
    pub genealogy: Vec<Vec<u32>>,
    /// Whether the run was stopped before its end.
    pub partial: bool,
}

/// The steps that changed the weight of some particle. Where there is one, resampling has nothing to choose between: all weight comes at once, as in
/// importance sampling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weighings {
    /// How many.
    pub count: u64,
    /// The place in the program of the last one, where that is known.
    pub site: Option<u32>,
}

/// The weights of a chunk.
pub(crate) struct ChunkWeights {
    pub(crate) log_weights: Vec<f64>,
    /// exp(log weight - largest of the chunk)
    pub(crate) scaled: Vec<f64>,
    pub(crate) sum: WeightSum,
    gains: Vec<f64>,
    pub(crate) unfinished: usize,
    pub(crate) not_numbers: u64,
    /// The site of a particle that has just become impossible
    zero_site: Option<u32>,
    /// Whether the last step changed weights, and the site of a particle whose weight it changed
    weighed: Option<Option<u32>>,
}

/// The sums of all chunks.
pub(crate) fn join_all(chunks: &[ChunkWeights]) -> WeightSum {
    chunks.iter().fold(WeightSum::EMPTY, |sum, chunk| sum.join(chunk.sum))
}

/// How many particles the chunk with this number has.
pub(crate) fn chunk_size(particles: usize, chunk: usize) -> usize {
    CHUNK.min(particles - chunk * CHUNK)
}

impl ChunkWeights {
    /// Of particles that have not begun.
    pub(crate) fn new(count: usize) -> ChunkWeights {
        let sum = WeightSum::equal(count);
        ChunkWeights {
            log_weights: vec![0.0; count],
            scaled: vec![1.0; count],
            sum,
            gains: vec![0.0; count],
            unfinished: count,
            not_numbers: 0,
            zero_site: None,
            weighed: None,
        }
    }

    /// Advances the particles by one step, and weighs them.
    pub(crate) fn step<M: Model>(
        &mut self,
        model: &M,
        worker: &mut M::Worker,
        particles: &mut M::Particles,
        stream: &mut Stream,
    ) -> Result<(), RuntimeError> {
        self.unfinished = model.advance(worker, particles, stream, &mut self.gains)?;
        let weighed = self.gains.iter().position(|gain| *gain != 0.0);
        self.weighed = weighed.map(|index| model.site(particles, index));
        for i in 0..self.gains.len() {
            let mut gain = self.gains[i];
            if gain.is_nan() {
                self.not_numbers += 1;
                gain = f64::NEG_INFINITY;
            }
            self.log_weights[i] += gain;
            if gain == f64::NEG_INFINITY {
                self.zero_site = model.site(particles, i).or(self.zero_site);
                self.unfinished -= usize::from(!model.finished(particles, i));
                model.retire(worker, particles, i);
            }
        }
        self.sum = WeightSum::of(&self.log_weights, &mut self.scaled);
        Ok(())
    }

    /// The particles have been replaced by these, with equal weights.
    fn start_anew<M: Model>(&mut self, model: &M, particles: &M::Particles) {
        self.unfinished = (0..self.log_weights.len()).filter(|i| !model.finished(particles, *i)).count();
        self.sum = WeightSum::equal(self.log_weights.len());
        self.scaled.fill(1.0);
        if !mutation::is_active(Mutation::WeightAfterResampling) {
            self.log_weights.fill(0.0);
        }
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
    Ok(filter.finish())
}

/// The state of a run.
struct Filter<'a, 'p, M: Model> {
    model: &'a M,
    team: &'a mut Team<'p, M::Worker>,
    settings: &'a Smc,
    /// The particles in chunks
    particles: Vec<M::Particles>,
    /// The other half of the double buffer
    spare: Vec<M::Particles>,
    chunks: Vec<ChunkWeights>,
    owners: Vec<usize>,
    sum: WeightSum,
    log_evidence: f64,
    steps: u64,
    resamplings: u64,
    smallest_effective_sample_size: f64,
    weighings: Weighings,
    ancestors: Vec<u32>,
    genealogy: Vec<Vec<u32>>,
    partial: bool,
}

/// Particles that have not begun, in chunks, each made by the worker that owns it.
fn begin<M: Model>(
    model: &M,
    team: &mut Team<'_, M::Worker>,
    particles: usize,
) -> Result<Vec<M::Particles>, RuntimeError> {
    let mut chunks: Vec<Option<M::Particles>> = (0..particles.div_ceil(CHUNK)).map(|_| None).collect();
    team.each(&mut chunks, |_, worker, number, chunk| {
        *chunk = Some(model.begin(worker, chunk_size(particles, number))?);
        Ok(())
    })?;
    Ok(chunks.into_iter().flatten().collect())
}

impl<'a, 'p, M: Model> Filter<'a, 'p, M> {
    fn new(model: &'a M, team: &'a mut Team<'p, M::Worker>, settings: &'a Smc) -> Result<Self, RuntimeError> {
        let count = settings.particles.max(1);
        let particles = begin(model, team, count)?;
        let chunks: Vec<_> = (0..particles.len()).map(|chunk| ChunkWeights::new(chunk_size(count, chunk))).collect();
        Ok(Filter {
            model,
            settings,
            owners: team.owners(chunks.len()),
            team,
            particles,
            spare: Vec::new(),
            sum: join_all(&chunks),
            chunks,
            log_evidence: 0.0,
            steps: 0,
            resamplings: 0,
            smallest_effective_sample_size: count as f64,
            weighings: Weighings::default(),
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

    /// Does something to all chunks: each by its owner where particles own memory, else by whoever comes first.
    fn all<T: Send>(
        team: &mut Team<'_, M::Worker>,
        model: &M,
        chunks: &mut [T],
        function: impl Fn(&mut M::Worker, usize, &mut T) -> Result<(), RuntimeError> + Sync,
    ) -> Result<(), RuntimeError> {
        if model.owns_memory() {
            team.each(chunks, |_, worker, number, chunk| function(worker, number, chunk))
        } else {
            team.share(chunks, function)
        }
    }

    /// Advances all particles to their next scores.
    fn step(&mut self) -> Result<(), RuntimeError> {
        let (model, seed, step) = (self.model, self.settings.seed, self.steps + 1);
        let mut chunks: Vec<_> = self.particles.iter_mut().zip(&mut self.chunks).collect();
        Self::all(self.team, model, &mut chunks, |worker, number, (particles, chunk)| {
            if chunk.unfinished == 0 {
                chunk.weighed = None;
                return Ok(());
            }
            chunk.step(model, worker, particles, &mut Stream::derive(seed, number as u64, step))
        })?;
        self.steps = step;
        self.sum = join_all(&self.chunks);
        if self.sum.sum == 0.0 {
            let site = self.chunks.iter().find_map(|chunk| chunk.zero_site);
            return Err(RuntimeError { kind: ErrorKind::ZeroWeight, site });
        }
        if let Some(site) = self.chunks.iter().find_map(|chunk| chunk.weighed) {
            self.weighings = Weighings { count: self.weighings.count + 1, site };
        }
        let size = self.sum.effective_sample_size();
        self.smallest_effective_sample_size = self.smallest_effective_sample_size.min(size);
        Ok(())
    }

    /// Weights of all particles, scaled so that the largest is 1.
    fn scaled_weights(&self) -> Vec<f64> {
        let mut weights = Vec::with_capacity(self.count());
        for chunk in &self.chunks {
            let factor = chunk.sum.factor(self.sum.largest);
            weights.extend(chunk.scaled.iter().map(|scaled| scaled * factor));
        }
        weights
    }

    /// The log of the mean weight.
    fn log_mean_weight(&self) -> f64 {
        self.sum.log_sum() - (self.count() as f64).ln()
    }

    /// Replaces the particles by as many drawn from them by weight, with equal weights.
    fn resample(&mut self) -> Result<(), RuntimeError> {
        let mut stream = Stream::derive(self.settings.seed, RESAMPLING_STREAM, self.steps);
        let count = self.count();
        match self.settings.resampling {
            Resampling::Systematic => self.systematic(&mut stream)?,
            other => resample(other, &self.scaled_weights(), count, &mut stream, &mut self.ancestors),
        }
        self.log_evidence += self.log_mean_weight();
        self.resamplings += 1;
        self.move_particles()?;
        if self.settings.genealogy {
            self.genealogy.push(self.ancestors.clone());
        }
        Ok(())
    }

    /// Draws the ancestors, those in each chunk at once with those in others.
    fn systematic(&mut self, stream: &mut Stream) -> Result<(), RuntimeError> {
        let factors = self.chunks.iter().map(|chunk| chunk.sum.factor(self.sum.largest));
        let points = Points::new(self.count(), self.sum.sum, stream);
        self.ancestors.resize(self.count(), 0);
        let last = self.chunks.iter().rposition(|chunk| chunk.sum.sum > 0.0).unwrap_or(0);
        let (mut cumulated, mut begin, mut rest) = (0.0, 0, &mut self.ancestors[..]);
        let mut parts = Vec::with_capacity(self.chunks.len());
        for (number, (chunk, factor)) in self.chunks.iter().zip(factors).enumerate() {
            let next = cumulated + chunk.sum.sum * factor;
            // Whatever the rounding of the sums, all points have an ancestor.
            let end = if number < last { points.below(next) } else { self.settings.particles.max(1) };
            let (own, others) = rest.split_at_mut(end - begin);
            parts.push((chunk, factor, cumulated, own));
            (cumulated, begin, rest) = (next, end, others);
        }
        self.team.share(&mut parts, |_, number, (chunk, factor, cumulated, own)| {
            let weights = chunk.scaled.iter().map(|scaled| scaled * *factor);
            points.ancestors(weights, *cumulated, (number * CHUNK) as u32, own);
            Ok(())
        })
    }

    /// Gathers the descendants in the spare buffers, and exchanges them for the particles.
    fn move_particles(&mut self) -> Result<(), RuntimeError> {
        let (model, count) = (self.model, self.count());
        if mutation::is_active(Mutation::AncestorOffByOne) {
            self.ancestors.iter_mut().for_each(|ancestor| *ancestor = (*ancestor + 1) % count as u32);
        }
        if self.spare.is_empty() {
            self.spare = begin(model, self.team, count)?;
        }
        let particles: Vec<&M::Particles> = self.particles.iter().collect();
        let (owners, ancestors) = (&self.owners, &self.ancestors);
        let sources = |chunk: usize| {
            let ancestors = &ancestors[chunk * CHUNK..][..chunk_size(count, chunk)];
            Sources { chunks: &particles, owners, worker: owners[chunk], ancestors }
        };
        let mut targets: Vec<_> = self.spare.iter_mut().zip(&mut self.chunks).collect();
        Self::all(self.team, model, &mut targets, |worker, number, (target, chunk)| {
            model.gather(worker, &sources(number), target);
            chunk.start_anew(model, target);
            Ok(())
        })?;
        if model.owns_memory() {
            // While objects are copied from another worker's heap nobody may change counts there: hence a phase of its own.
            self.team
                .each(&mut self.spare, |_, worker, number, target| model.adopt(worker, &sources(number), target))?;
            self.team.each(&mut self.particles, |_, worker, _, old| {
                model.discard(worker, old);
                Ok(())
            })?;
        }
        std::mem::swap(&mut self.particles, &mut self.spare);
        Ok(())
    }

    fn finish(self) -> Population<M> {
        let mut weights = self.scaled_weights();
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= total);
        Population {
            log_evidence: self.log_evidence + self.log_mean_weight(),
            not_numbers: self.chunks.iter().map(|chunk| chunk.not_numbers).sum(),
            chunks: self.particles,
            weights,
            steps: self.steps,
            resamplings: self.resamplings,
            smallest_effective_sample_size: self.smallest_effective_sample_size,
            weighings: self.weighings,
            genealogy: self.genealogy,
            partial: self.partial,
        }
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
