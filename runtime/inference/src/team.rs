//! Workers that do the same thing to all chunks at once.

use borel_abi::{RuntimeError, stack};
use rayon::ThreadPool;
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use std::sync::{Mutex, PoisonError};

/// The stack of each thread of a pool. Only reserved: what is not used costs nothing.
const STACK: usize = 256 << 20;

/// Workers, each with chunks of its own (a contiguous range), and the threads they run on.
pub struct Team<'p, W> {
    workers: Vec<W>,
    pool: Option<&'p ThreadPool>,
}

/// A pool of threads with large stacks; none if the system refuses them.
pub fn thread_pool(threads: usize) -> Option<ThreadPool> {
    let builder = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK);
    builder.start_handler(|_| stack::register(STACK)).build().ok()
}

impl<'p, W: Send> Team<'p, W> {
    /// Workers on a pool.
    pub fn new(workers: Vec<W>, pool: Option<&'p ThreadPool>) -> Team<'p, W> {
        Team { workers, pool }
    }

    /// One worker on the calling thread.
    pub fn single(worker: W) -> Team<'p, W> {
        Team { workers: vec![worker], pool: None }
    }

    /// The workers.
    pub fn workers(&mut self) -> &mut [W] {
        &mut self.workers
    }

    /// The worker that each of some chunks belongs to.
    pub fn owners(&self, chunks: usize) -> Vec<usize> {
        let mut owners = Vec::with_capacity(chunks);
        for worker in 0..self.workers.len() {
            owners.resize((worker + 1) * chunks / self.workers.len(), worker);
        }
        owners
    }

    /// Calls the function with the number of the worker, the worker, the number of the chunk and the chunk, for all
    /// chunks, each by the worker that owns it.
    ///
    /// Each worker stops at its first error; of several the one of the first chunk counts, so that it does not depend on the
    /// number of threads.
    pub fn each<T: Send>(
        &mut self,
        chunks: &mut [T],
        function: impl Fn(usize, &mut W, usize, &mut T) -> Result<(), RuntimeError> + Sync,
    ) -> Result<(), RuntimeError> {
        let (total, count) = (chunks.len(), self.workers.len());
        let mut parts = Vec::with_capacity(count);
        let mut rest = chunks;
        let mut first = 0;
        for (number, worker) in self.workers.iter_mut().enumerate() {
            let end = (number + 1) * total / count;
            let (own, others) = rest.split_at_mut(end - first);
            parts.push((number, worker, first, own));
            (rest, first) = (others, end);
        }
        parts.retain(|(_, _, _, own)| !own.is_empty());
        side_by_side(self.pool, parts, |(number, worker, first, own)| {
            (first..).zip(own).try_for_each(|(i, chunk)| function(number, worker, i, chunk).map_err(|error| (i, error)))
        })
    }

    /// As [`Team::each`], but each chunk by whoever comes first: for chunks that nobody owns. A worker that the system holds
    /// up does not hold up the others then.
    pub fn share<T: Send>(
        &mut self,
        chunks: &mut [T],
        function: impl Fn(&mut W, usize, &mut T) -> Result<(), RuntimeError> + Sync,
    ) -> Result<(), RuntimeError> {
        let needed = chunks.len();
        let queue = Mutex::new(chunks.iter_mut().enumerate());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        side_by_side(self.pool, self.workers.iter_mut().take(needed).collect(), |worker| {
            std::iter::from_fn(next).try_for_each(|(i, chunk)| function(worker, i, chunk).map_err(|error| (i, error)))
        })
    }
}

/// Does each part of some work on a thread of its own; gives the error of the lowest number.
fn side_by_side<P: Send>(
    pool: Option<&ThreadPool>,
    parts: Vec<P>,
    work: impl Fn(P) -> Result<(), (usize, RuntimeError)> + Sync,
) -> Result<(), RuntimeError> {
    let mut errors: Vec<Option<(usize, RuntimeError)>> = match pool {
        // To wake a thread takes longer than many a step of a few particles.
        Some(pool) if parts.len() > 1 => {
            pool.install(|| parts.into_par_iter().with_max_len(1).map(|part| work(part).err()).collect())
        }
        _ => parts.into_iter().map(|part| work(part).err()).collect(),
    };
    errors.sort_by_key(|error| error.as_ref().map_or(usize::MAX, |(number, _)| *number));
    errors.into_iter().flatten().next().map_or(Ok(()), |(_, error)| Err(error))
}

/// Runs something for each of several, with its number: one after the other, or on a pool of threads. Of several errors the first one counts.
pub(crate) fn on_threads<T: Send, R: Send>(
    threads: usize,
    all: Vec<T>,
    run: impl Fn((usize, T)) -> Result<R, RuntimeError> + Send + Sync,
) -> Result<Vec<R>, RuntimeError> {
    let threads = threads.min(all.len());
    match if threads > 1 { thread_pool(threads) } else { None } {
        Some(pool) => {
            let results: Vec<Result<R, RuntimeError>> =
                pool.install(|| all.into_par_iter().enumerate().map(run).collect());
            results.into_iter().collect()
        }
        None => all.into_iter().enumerate().map(run).collect(),
    }
}
