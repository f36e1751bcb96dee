//! Executions of a model on traces, for Rust programs.

use crate::density::executable;
use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::model::Bound;
use crate::run;
use borel_abi::{Host, RuntimeError};
use borel_driver::back::{Executable, Use};
use std::sync::Arc;

pub use borel_abi::module::Draw;
pub use borel_abi::replay::{Change, Choice};
pub use borel_abi::stream::Stream;
pub use borel_inference::mh::{Move, SingleSite, acceptance};
pub use borel_inference::replay::Proposal;

/// Executions of a model with its data on traces: a trace has the choices of an execution by where they are made; others are proposed by
/// changing a choice. It dereferences to what kernels of Metropolis-Hastings are made of.
///
/// ```
/// use borel::{Data, Program, Replay};
/// use borel::replay::{Change, Stream};
/// let program = Program::compile("model m(y: Real) { let mu ~ Normal(0, 2)\n observe y ~ Normal(mu, 1)\n return mu }")?;
/// let bound = program.sole_model()?.bind(&Data::new().real("y", 3.0))?;
/// let (mut replay, mut stream) = (Replay::new(&bound)?, Stream::new(1));
/// replay.begin(&mut stream).expect("an execution");
/// let mu = f64::from_bits(replay.choices()[0].word);
/// let proposal = replay.propose(Change::Set(0, (mu + 1.0).to_bits()), &mut stream).expect("an execution");
/// let log_density = |mu: f64| -mu * mu / 8.0 - (3.0 - mu) * (3.0 - mu) / 2.0;
/// assert!((proposal.log_ratio - (log_density(mu + 1.0) - log_density(mu))).abs() < 1e-12);
/// replay.accept();
/// # Ok::<(), borel::Error>(())
/// ```
pub struct Replay {
    executable: Arc<Executable>,
    inner: borel_inference::Replay,
}

impl Replay {
    /// Compiles it; there is no trace yet.
    pub fn new(bound: &Bound) -> Result<Replay, Error> {
        let executable = executable(bound, Use::Replay, true)?;
        let host = Host::new(usize::MAX / 2, Box::new(|_| {}));
        let failed = |error: RuntimeError| run::failure(bound.model.program(), &executable, &error, &Interrupt::new());
        let job = run::job(&executable, &bound.values).map_err(failed)?;
        let inner = borel_inference::Replay::new(&job, &host).map_err(failed)?;
        Ok(Replay { executable, inner })
    }

    /// The places where the program draws, which choices name by their numbers.
    pub fn draws(&self) -> &[Draw] {
        &self.executable.module().draws
    }

    /// The kernel that changes a choice at a time.
    pub fn single_site(&self) -> SingleSite {
        SingleSite::new(self.executable.module())
    }
}

impl std::ops::Deref for Replay {
    type Target = borel_inference::Replay;

    fn deref(&self) -> &borel_inference::Replay {
        &self.inner
    }
}

impl std::ops::DerefMut for Replay {
    fn deref_mut(&mut self) -> &mut borel_inference::Replay {
        &mut self.inner
    }
}
