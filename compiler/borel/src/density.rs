//! The log density of a model as a function of unconstrained numbers.

use crate::error::Error;
use crate::interrupt::Interrupt;
use crate::model::Bound;
use crate::run;
use borel_abi::{Host, RuntimeError};
use borel_driver::back::{Executable, Target, Use};
use std::sync::Arc;

/// The log density of a model with its data, and its gradient, on a vector of unconstrained numbers: what gradient-based methods
/// work on. Choices between bounds are read from it through the transforms that the specification lists, and the logarithms of their
/// Jacobians are part of the density.
///
/// ```
/// use borel::{Data, Density, Program};
/// let program = Program::compile("model m(y: Real) { let mu ~ Normal(0, 2)\n observe y ~ Normal(mu, 1)\n return mu }")?;
/// let bound = program.sole_model()?.bind(&Data::new().real("y", 3.0))?;
/// let mut density = Density::new(&bound)?;
/// let mut gradient = [0.0];
/// density.value_and_gradient(&[1.0], &mut gradient)?;
/// assert_eq!(gradient, [-1.0 / 4.0 + 2.0]);
/// # Ok::<(), borel::Error>(())
/// ```
pub struct Density {
    bound: Bound,
    executable: Arc<Executable>,
    inner: borel_inference::Density,
}

/// The seed of the numbers at which densities are evaluated for the first time.
pub(crate) const DISCOVERY: u64 = 0;

impl Density {
    /// Compiles it, and finds how many numbers it takes by evaluating it once.
    pub fn new(bound: &Bound) -> Result<Density, Error> {
        let executable = executable(bound, Use::Density, false)?;
        let host = Host::new(usize::MAX / 2, Box::new(|_| {}));
        let failed = |error: RuntimeError| run::failure(bound.model.program(), &executable, &error, &Interrupt::new());
        let job = run::job(&executable, &bound.values).map_err(failed)?;
        let mut inner = borel_inference::Density::new(&job, &host).map_err(failed)?;
        borel_inference::discover(&mut inner, DISCOVERY).map_err(failed)?;
        Ok(Density { bound: bound.clone(), executable, inner })
    }

    /// How many numbers it takes.
    pub fn dimension(&mut self) -> usize {
        self.inner.dimension()
    }

    /// The log density at a point; -inf where it is 0.
    ///
    /// # Panics
    /// If the point has another dimension.
    pub fn log_density(&mut self, point: &[f64]) -> Result<f64, Error> {
        let value = self.inner.log_density(point);
        value.map_err(|error| self.failed(&error))
    }

    /// The log density at a point; its gradient is written to `gradient`.
    ///
    /// # Panics
    /// If the point or the gradient has another dimension.
    pub fn value_and_gradient(&mut self, point: &[f64], gradient: &mut [f64]) -> Result<f64, Error> {
        let value = self.inner.value_and_gradient(point, gradient);
        value.map_err(|error| self.failed(&error))
    }

    /// How many objects are left on the heap: none, unless reference counts are wrong.
    pub fn live_objects(&mut self) -> usize {
        self.inner.live_objects()
    }

    fn failed(&self, error: &RuntimeError) -> Error {
        run::failure(self.bound.model.program(), &self.executable, error, &Interrupt::new())
    }
}

/// Native code of the density: with its gradient, or with what records named choices.
pub(crate) fn executable(bound: &Bound, purpose: Use, record: bool) -> Result<Arc<Executable>, Error> {
    let program = bound.model.program();
    let optimise = program.optimises();
    let target = Target { function: bound.model.function_id(), purpose, record, optimise };
    program.executable(target).map_err(|list| Error::Refused(program.diagnostics(list)))
}
