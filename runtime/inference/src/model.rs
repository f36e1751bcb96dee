//! What an algorithm needs of a model.
//!
//! A model is a random process that stops at each of its scores. Particles are executions of it, handled by the chunk, so
//! that one call advances thousands. See [`crate::rust_model`] for how to write one in Rust.

use borel_abi::RuntimeError;
use borel_abi::stream::Stream;
use borel_posterior::Draws;

/// Particles in a chunk. Each chunk has random streams of its own, so this is part of what a seed means.
pub const CHUNK: usize = 1024;

/// A model.
pub trait Model: Sync {
    /// What a thread keeps for itself: of compiled programs the heap.
    type Worker: Send;
    /// Some particles that belong to one worker.
    type Particles: Send + Sync;

    /// Particles that have not begun.
    fn begin(&self, worker: &mut Self::Worker, count: usize) -> Result<Self::Particles, RuntimeError>;

    /// Advances each particle that has not finished to its next score or its end. `gains` gets what each has gained in
    /// log weight on the way (0 for those that had finished). Gives how many are not finished.
    fn advance(
        &self,
        worker: &mut Self::Worker,
        particles: &mut Self::Particles,
        stream: &mut Stream,
        gains: &mut [f64],
    ) -> Result<usize, RuntimeError>;

    /// Gives up a particle of weight zero: it counts as finished, and is not read or copied again.
    fn retire(&self, worker: &mut Self::Worker, particles: &mut Self::Particles, index: usize);

    /// Whether a particle has finished.
    fn finished(&self, particles: &Self::Particles, index: usize) -> bool;

    /// The place in the program at which a particle stands, for messages.
    fn site(&self, _particles: &Self::Particles, _index: usize) -> Option<u32> {
        None
    }

    /// Fills `target` (discarded before, or new) with copies of particles, as far as this can be done while other workers do the same.
    fn gather(&self, worker: &mut Self::Worker, sources: &Sources<'_, Self>, target: &mut Self::Particles);

    /// Completes [`Model::gather`] when all workers are through with it: copies what belongs to other workers.
    fn adopt(
        &self,
        _worker: &mut Self::Worker,
        _sources: &Sources<'_, Self>,
        _target: &mut Self::Particles,
    ) -> Result<(), RuntimeError> {
        Ok(())
    }

    /// Releases what particles own; their memory may be used as a target again.
    fn discard(&self, _worker: &mut Self::Worker, _particles: &mut Self::Particles) {}

    /// Whether particles own memory, so that [`Model::adopt`] and [`Model::discard`] have something to do.
    fn owns_memory(&self) -> bool {
        false
    }

    /// Adds the variables of the particles to draws, from row `first` on; those with weight 0 are left out.
    fn collect(&self, particles: &Self::Particles, first: usize, draws: &mut Draws);
}

/// Where the particles of a new chunk come from.
pub struct Sources<'a, M: Model + ?Sized> {
    /// All chunks.
    pub chunks: &'a [&'a M::Particles],
    /// The worker that each belongs to.
    pub owners: &'a [usize],
    /// The number of the worker that asks.
    pub worker: usize,
    /// For each new particle its ancestor, by its number in all chunks together.
    pub ancestors: &'a [u32],
}

impl<'a, M: Model + ?Sized> Sources<'a, M> {
    /// The chunk of an ancestor, its index in it, and whether it belongs to the worker that asks.
    #[inline]
    pub fn find(&self, ancestor: u32) -> (&'a M::Particles, usize, bool) {
        let chunk = ancestor as usize / CHUNK;
        (self.chunks[chunk], ancestor as usize % CHUNK, self.owners[chunk] == self.worker)
    }
}
