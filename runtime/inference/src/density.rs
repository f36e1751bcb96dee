//! The log density of a model on unconstrained numbers, with its gradient.
//!
//! Takes a root compiled with the density view; gives functions of a point. The first evaluation reads as many numbers as the model has
//! choices for; from then on the dimension is known, and every evaluation is held to it: a model whose choices depend on the values of
//! others is an error, never a wrong result.

#![allow(unsafe_code)]

use crate::compiled::{Captured, CompiledModel, Handle, View, is_impossible};
use crate::model::Model;
use crate::particles::Particles;
use crate::run::Job;
use borel_abi::module::Run;
use borel_abi::point::Point;
use borel_abi::stream::Stream;
use borel_abi::{ErrorKind, Host, RuntimeError};
use borel_posterior::Draws;

/// The density of a model with its data. One thread uses it; others have [`Density::another`].
pub struct Density {
    job: Job,
    host: Host,
    model: CompiledModel,
    worker: Handle,
}

// SAFETY: it holds an environment, which is immortal, never a closure of a caller; the worker is its own.
unsafe impl Send for Density {}

impl Density {
    /// Of a root compiled for it, at no point yet.
    pub fn new(job: &Job, host: &Host) -> Result<Density, RuntimeError> {
        let captured = Captured::Environment(job.environment.clone());
        let model = CompiledModel::new(&job.module, job.root, captured, View::Density, host)
            .ok_or(RuntimeError::new(ErrorKind::Refused))?;
        let worker = model.worker();
        Ok(Density { job: job.clone(), host: host.clone(), model, worker })
    }

    /// The same for another thread: held to the same choices.
    pub fn another(&mut self) -> Result<Density, RuntimeError> {
        let mut other = Density::new(&self.job, &self.host)?;
        *other.point() = self.point().clone();
        Ok(other)
    }

    fn point(&mut self) -> &mut Point {
        self.worker.get().point()
    }

    /// Evaluates the density at random numbers, between -2 and 2, as many as it turns out to need. What it reads
    /// here is what later evaluations are held to.
    pub fn discover(&mut self, stream: Stream) -> Result<f64, RuntimeError> {
        self.point().discover(stream);
        let value = self.evaluate(None);
        self.point().settle();
        value
    }

    /// The point.
    pub fn values(&mut self) -> &[f64] {
        self.point().values()
    }

    /// How many numbers a point has.
    pub fn dimension(&mut self) -> usize {
        self.point().values().len()
    }

    /// For each number of the point, the place of its choice.
    pub fn sites(&mut self) -> Vec<i64> {
        self.point().sites()
    }

    /// The log density at a point; -inf where the program fails after a score of zero.
    ///
    /// # Panics
    /// If the point has another dimension.
    pub fn log_density(&mut self, point: &[f64]) -> Result<f64, RuntimeError> {
        self.point().move_to(point);
        self.held(None)
    }

    /// Of a density on the values of choices: what their transforms add to the log density of the unconstrained numbers, in the last
    /// evaluation.
    pub fn log_jacobian(&mut self) -> f64 {
        self.point().log_jacobian()
    }

    /// Where the log density stopped being finite in the last evaluation: of a density that records named choices.
    pub fn blamed(&mut self) -> Option<i64> {
        self.point().blamed()
    }

    /// The log density at a point; named choices and the value of the model go into a row of draws.
    ///
    /// # Panics
    /// As [`Density::log_density`].
    pub fn draw(&mut self, point: &[f64], row: usize, draws: &mut Draws) -> Result<f64, RuntimeError> {
        self.point().move_to(point);
        self.held(Some((row, draws)))
    }

    fn held(&mut self, keep: Option<(usize, &mut Draws)>) -> Result<f64, RuntimeError> {
        let value = self.evaluate(keep)?;
        self.check_end(value)?;
        Ok(value)
    }

    fn evaluate(&mut self, keep: Option<(usize, &mut Draws)>) -> Result<f64, RuntimeError> {
        let mut particles = self.model.begin(&mut self.worker, 1)?;
        let mut log_density = [0.0];
        // Nothing is drawn from the stream; but what is recorded says where it is, and rows are no copies of each other.
        let row = keep.as_ref().map_or(0, |(row, _)| *row as u64);
        let mut stream = Stream::derive(0, row, 0);
        let ended = self.model.advance(&mut self.worker, &mut particles, &mut stream, &mut log_density);
        if let Err(error) = ended {
            self.renew();
            return Err(error);
        }
        if let Some((row, draws)) = keep {
            self.model.collect(&particles, row, draws);
        }
        self.end(&mut particles);
        Ok(log_density[0])
    }

    fn end(&mut self, particles: &mut Particles) {
        self.model.discard(&mut self.worker, particles);
    }

    /// The log density at a point, and its gradient there; where the log density is -inf the gradient is of no use.
    ///
    /// # Panics
    /// As [`Density::log_density`]; so does the gradient.
    pub fn value_and_gradient(&mut self, point: &[f64], gradient: &mut [f64]) -> Result<f64, RuntimeError> {
        let run = self.gradient().ok_or(RuntimeError::new(ErrorKind::Refused))?;
        let environment = self.model.environment();
        let worker = self.worker.get();
        worker.point().move_to(point);
        gradient.fill(0.0);
        // SAFETY: it is borrowed for longer than the evaluation.
        unsafe { worker.begin_gradient(gradient) };
        // SAFETY: the environment is alive, and there is no result; the closure captures pointers only.
        let ended = unsafe { worker.enter(move |ctx| run(ctx, environment, std::ptr::null_mut())) };
        let value = worker.ctx().log_weight;
        if let Err(error) = ended {
            // What the evaluation had made is gone with the heap.
            self.renew();
            return if is_impossible(&error, value) { Ok(value) } else { Err(error) };
        }
        self.check_end(value)?;
        Ok(value)
    }

    fn gradient(&self) -> Option<Run> {
        self.job.module.roots.get(self.job.root)?.gradient
    }

    /// Another worker, whose heap is empty.
    fn renew(&mut self) {
        let point = std::mem::take(self.point());
        self.worker = self.model.worker();
        *self.point() = point;
    }

    /// All numbers of the point have been read, unless the value is known to be 0 anyway.
    fn check_end(&mut self, value: f64) -> Result<(), RuntimeError> {
        let worker = self.worker.get();
        let position = worker.ctx().position;
        if value == f64::NEG_INFINITY || worker.point().is_read(position) {
            return Ok(());
        }
        let missing = worker.point().sites().get(position as usize).copied().unwrap_or(-1);
        Err(RuntimeError::at(ErrorKind::StructureChanged, missing))
    }

    /// How many objects are left on the heap: none, unless reference counts are wrong.
    pub fn live_objects(&mut self) -> usize {
        self.worker.get().live_objects()
    }
}
