//! Inference: a method with its settings and limits.

use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::method::Method;
use crate::model::Bound;
use crate::posterior::Posterior;
use crate::run;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How to infer, and within what limits.
///
/// ```
/// use borel::{Data, Inference, Program};
/// let program = Program::compile("model m() { let x ~ Bernoulli(0.25)\n return x }")?;
/// let bound = program.sole_model()?.bind(&Data::new())?;
/// let posterior = Inference::enumerate().run(&bound)?;
/// assert_eq!(posterior.mean("x"), Some(0.25));
/// # Ok::<(), borel::Error>(())
/// ```
#[derive(Clone)]
pub struct Inference {
    pub(crate) method: Option<Method>,
    pub(crate) seed: u64,
    pub(crate) threads: usize,
    pub(crate) record: bool,
    pub(crate) repeats: usize,
    pub(crate) genealogy: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_memory: Option<u64>,
    pub(crate) interrupt: Interrupt,
    pub(crate) progress: Option<Watcher>,
}

/// What is told how far a run is.
pub(crate) type Watcher = Arc<dyn Fn(&Progress) + Send + Sync>;

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// What is counted.
    pub what: &'static str,
    /// How many are done.
    pub done: u64,
    /// How many there will be, where that is known.
    pub total: Option<u64>,
    /// Of methods with chains: which chain this is about, and how it is.
    pub chain: Option<ChainProgress>,
}

/// How a chain is.
#[derive(Clone, Copy, Debug)]
pub struct ChainProgress {
    /// Its number, from 0.
    pub chain: usize,
    /// How many trajectories have diverged after the warmup.
    pub divergences: u64,
    /// The step size.
    pub step_size: f64,
    /// Whether it is still warming up.
    pub is_warmup: bool,
}

impl Inference {
    /// With a method.
    pub fn new(method: Method) -> Inference {
        Inference { method: Some(method), ..Inference::automatic() }
    }

    /// With the method that suits the model: exact if its choices are finite and few; importance sampling if it observes nothing; NUTS if its density
    /// is differentiable; else SMC, or Metropolis-Hastings where executions are weighed only once. [`Posterior::choice`] says which it was and why.
    pub fn automatic() -> Inference {
        let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
        Inference {
            method: None,
            seed: 1,
            threads,
            record: true,
            repeats: 1,
            genealogy: false,
            timeout: None,
            max_memory: None,
            interrupt: Interrupt::new(),
            progress: None,
        }
    }

    /// Sequential Monte Carlo with this many particles.
    pub fn smc(particles: usize) -> Inference {
        Inference::new(Method::smc(particles))
    }

    /// Importance sampling with this many draws from the prior.
    pub fn importance(draws: usize) -> Inference {
        Inference::new(Method::importance(draws))
    }

    /// Exact enumeration.
    pub fn enumerate() -> Inference {
        Inference::new(Method::enumerate())
    }

    /// The No-U-Turn sampler with the usual settings.
    pub fn nuts() -> Inference {
        Inference::new(Method::nuts())
    }

    /// With a seed; 1 where nothing is said. The result depends on it, and not on the number of threads.
    pub fn seed(mut self, seed: u64) -> Inference {
        self.seed = seed;
        self
    }

    /// With this many threads; as many as the machine has where nothing is said.
    pub fn threads(mut self, threads: usize) -> Inference {
        self.threads = threads.max(1);
        self
    }

    /// Whether the named choices are kept, besides the returned value.
    pub fn record(mut self, record: bool) -> Inference {
        self.record = record;
        self
    }

    /// With independent repetitions, for the standard error of the log evidence.
    pub fn repeats(mut self, repeats: usize) -> Inference {
        self.repeats = repeats.max(1);
        self
    }

    /// Whether SMC keeps which particle descends from which: [`Posterior::genealogy`]. Four bytes a particle and resampling.
    pub fn genealogy(mut self, genealogy: bool) -> Inference {
        self.genealogy = genealogy;
        self
    }

    /// Stopped after this time, with what there is then.
    pub fn timeout(mut self, timeout: Duration) -> Inference {
        self.timeout = Some(timeout);
        self
    }

    /// Stopped with an error when it needs more memory than this, in bytes.
    pub fn max_memory(mut self, bytes: u64) -> Inference {
        self.max_memory = Some(bytes);
        self
    }

    /// With a way to stop it from outside, with what there is then.
    pub fn interrupt(mut self, interrupt: &Interrupt) -> Inference {
        self.interrupt = interrupt.clone();
        self
    }

    /// With a function that is told how far the run is. It is called often and should be quick.
    pub fn progress(mut self, watcher: impl Fn(&Progress) + Send + Sync + 'static) -> Inference {
        self.progress = Some(Arc::new(watcher));
        self
    }

    /// The method, unless it is chosen by the model.
    pub fn method(&self) -> Option<Method> {
        self.method
    }

    /// The method, to change its settings.
    pub fn method_mut(&mut self) -> Option<&mut Method> {
        self.method.as_mut()
    }

    /// Infers.
    pub fn run(&self, bound: &Bound) -> Result<Posterior, Error> {
        run::infer(self, bound)
    }
}

impl fmt::Debug for Inference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inference { method, seed, threads, record, repeats, timeout, max_memory, .. } = self;
        write!(f, "Inference {{ method: {method:?}, seed: {seed}, threads: {threads}, record: {record}, ")?;
        write!(f, "repeats: {repeats}, timeout: {timeout:?}, max_memory: {max_memory:?} }}")
    }
}
