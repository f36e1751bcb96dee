//! What gradient-based methods have in common: the density with its gradient, and the draws that points stand for.

use crate::density::Density;
use crate::run::Job;
use crate::target::discover;
use crate::team::on_threads;
use borel_abi::{ErrorKind, Host, RuntimeError};
use borel_posterior::Draws;

/// The density of a model with its data.
pub struct Densities<'a> {
    /// The root with its gradient.
    pub gradient: &'a Job,
    /// The same root, recording its named choices.
    pub recording: &'a Job,
    /// How the program lives in its host.
    pub host: &'a Host,
    /// The seed.
    pub seed: u64,
    /// How many threads; the result does not depend on it.
    pub threads: usize,
}

/// The named choices and the value of the model at points.
pub struct Recorded {
    /// A row for each point, all of one weight.
    pub draws: Draws,
    /// How many rows there are: fewer than points if the run was stopped.
    pub count: usize,
    /// Objects that are left.
    pub live_objects: usize,
}

impl Densities<'_> {
    /// Runs something for each of several copies of the density, which is evaluated first: one after the other, or on a pool of threads. Of
    /// several errors the first one counts.
    pub fn each<T: Send>(
        &self,
        count: usize,
        run: impl Fn((usize, Density)) -> Result<T, RuntimeError> + Send + Sync,
    ) -> Result<Vec<T>, RuntimeError> {
        let mut density = Density::new(self.gradient, self.host)?;
        discover(&mut density, self.seed)?;
        if density.dimension() == 0 {
            let message = "the model makes no choices: there is nothing to draw";
            return Err(RuntimeError::new(ErrorKind::Message(message.into())));
        }
        let densities: Result<Vec<Density>, RuntimeError> = (0..count).map(|_| density.another()).collect();
        let densities = densities?;
        let all = on_threads(self.threads, densities, run);
        all.map_err(|error| self.located(error))
    }

    /// Where the density is zero, if that is why there is no first point: where it stops being finite at a random one.
    fn located(&self, error: RuntimeError) -> RuntimeError {
        if error.kind != ErrorKind::ZeroDensity {
            return error;
        }
        let Ok(mut density) = Density::new(self.recording, self.host) else { return error };
        let found = discover(&mut density, self.seed).ok().and_then(|()| density.blamed());
        RuntimeError { site: found.and_then(|site| u32::try_from(site).ok()), ..error }
    }

    /// The named choices and the value of the model at points, which lie one after the other.
    pub fn record(&self, points: &[f64]) -> Result<Recorded, RuntimeError> {
        let mut density = Density::new(self.recording, self.host)?;
        discover(&mut density, self.seed)?;
        let mut draws = Draws::new();
        let dimension = density.dimension();
        let mut count = points.len() / dimension;
        draws.weights = vec![1.0 / count as f64; count];
        for (row, point) in points.chunks_exact(dimension).enumerate() {
            match density.draw(point, row, &mut draws) {
                Ok(_) => {}
                // What is there by then.
                Err(error) if error.kind == ErrorKind::Interrupted => {
                    count = row;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Recorded { draws, count, live_objects: density.live_objects() })
    }
}
