//! Workers that do the same thing to all chunks at once.

use borel_abi::{RuntimeError, stack};
use rayon::ThreadPool;

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
    /// chunks. Each worker stops at its first error; of several the one of the first chunk counts, so that it does not depend on
    /// the number of threads.
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
            parts.push((number, worker, first, own, Ok(())));
            (rest, first) = (others, end);
        }
        let work =
            |(number, worker, first, own, result): &mut (usize, &mut W, usize, &mut [T], Result<(), RuntimeError>)| {
                let mut chunks = own.iter_mut().enumerate();
                *result = chunks.try_for_each(|(i, chunk)| function(*number, worker, *first + i, chunk));
            };
        // To wake a thread takes longer than many a step of a few particles.
        let busy = parts.iter().filter(|(_, _, _, own, _)| !own.is_empty()).count();
        match self.pool {
            Some(pool) if busy > 1 => pool.scope(|scope| {
                for part in &mut parts {
                    scope.spawn(|_| work(part));
                }
            }),
            _ => parts.iter_mut().for_each(work),
        }
        parts.into_iter().find_map(|part| part.4.err()).map_or(Ok(()), Err)
    }
}
