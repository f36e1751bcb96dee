//! The densities that gradient-based methods work on, and the points they begin at.

use crate::density::Density;
use crate::run::Job;
use borel_abi::stream::Stream;
use borel_abi::{ErrorKind, Host, RuntimeError};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How many random points are tried as the first one, as in Stan.
const ATTEMPTS: u64 = 100;

/// A density as a method sees it: what cannot be evaluated is a point to be rejected, and is counted.
pub struct Target<'a> {
    density: Density,
    stop: Option<&'a AtomicBool>,
    /// What has happened so far.
    pub record: Arc<Record>,
}

/// What has happened in the evaluations of a density.
#[derive(Debug, Default)]
pub struct Record {
    /// How often the gradient was evaluated.
    pub evaluations: AtomicU64,
    /// How many evaluations were rejected: of density 0, not a number, or with an error that comes from the values of numbers.
    pub rejections: AtomicU64,
    /// The last such error.
    pub last: Mutex<Option<RuntimeError>>,
    /// The error that ended the run.
    pub fatal: Mutex<Option<RuntimeError>>,
}

impl Record {
    /// An error that was noted, if there is one.
    pub fn take(slot: &Mutex<Option<RuntimeError>>) -> Option<RuntimeError> {
        slot.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn note(slot: &Mutex<Option<RuntimeError>>, error: RuntimeError) {
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

/// Why there is no value.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Another point may be better
    Rejected,
    /// The run ends: it was asked to, or the record says why
    Fatal,
}

impl<'a> Target<'a> {
    /// Of a density that knows its dimension; evaluations fail once the flag is set.
    pub fn new(density: Density, stop: Option<&'a AtomicBool>) -> Target<'a> {
        Target { density, stop, record: Arc::default() }
    }

    /// How many numbers a point has.
    pub fn dimension(&mut self) -> usize {
        self.density.dimension()
    }

    /// The log density, and its gradient; both are finite.
    pub fn evaluate(&mut self, point: &[f64], gradient: &mut [f64]) -> Result<f64, Failure> {
        if self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            return Err(Failure::Fatal);
        }
        self.record.evaluations.fetch_add(1, Ordering::Relaxed);
        let rejected = || {
            self.record.rejections.fetch_add(1, Ordering::Relaxed);
            Err(Failure::Rejected)
        };
        match self.density.value_and_gradient(point, gradient) {
            Ok(value) if value.is_finite() && gradient.iter().all(|slope| slope.is_finite()) => Ok(value),
            Ok(_) => rejected(),
            Err(error) if error.kind.is_numeric() => {
                Record::note(&self.record.last, error);
                rejected()
            }
            Err(error) => {
                Record::note(&self.record.fatal, error);
                Err(Failure::Fatal)
            }
        }
    }

    /// A first point where density and gradient are finite, found among random ones between -2 and 2; other ones for each start.
    pub fn first_point(&mut self, seed: u64, chain: u64, start: u64) -> Result<Vec<f64>, RuntimeError> {
        let mut gradient = vec![0.0; self.dimension()];
        for attempt in 0..ATTEMPTS {
            let mut stream = Stream::derive(seed, chain, start * ATTEMPTS + attempt);
            let point: Vec<f64> = gradient.iter().map(|_| 4.0 * stream.uniform() - 2.0).collect();
            match self.evaluate(&point, &mut gradient) {
                Ok(_) => return Ok(point),
                Err(Failure::Rejected) => {}
                Err(Failure::Fatal) => break,
            }
        }
        let error = Record::take(&self.record.fatal).or_else(|| Record::take(&self.record.last));
        Err(error.unwrap_or(RuntimeError::new(ErrorKind::ZeroDensity)))
    }
}

/// How many other points a density is evaluated at to see whether it makes the same choices.
const LOOKS: u64 = 10;

/// The dimension of a density, if it could be evaluated and made the same choices at several random points.
pub fn steady_dimension(job: &Job, host: &Host, seed: u64) -> Option<usize> {
    let mut density = Density::new(job, host).ok()?;
    discover(&mut density, seed).ok()?;
    let dimension = density.dimension();
    for look in 0..LOOKS {
        let mut stream = Stream::derive(seed, u64::MAX - 1, look);
        let point: Vec<f64> = (0..dimension).map(|_| 4.0 * stream.uniform() - 2.0).collect();
        match density.log_density(&point) {
            Err(error) if !error.kind.is_numeric() => return None,
            _ => {}
        }
    }
    Some(dimension)
}

/// Evaluates a density for the first time, at random points, until one has no error that comes from the values of numbers.
pub fn discover(density: &mut Density, seed: u64) -> Result<(), RuntimeError> {
    let mut attempt = 0;
    loop {
        match density.discover(Stream::derive(seed, u64::MAX, attempt)) {
            Ok(_) => return Ok(()),
            Err(error) if attempt + 1 < ATTEMPTS && error.kind.is_numeric() => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}
