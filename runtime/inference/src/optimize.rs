//! The mode of a density, by L-BFGS (Nocedal, "Updating quasi-Newton matrices with limited storage", 1980) of the crate `argmin`, with the
//! line search of More and Thuente. This file is all that knows of the crate.

use crate::target::{Failure, Record, Target};
use argmin::core::{CostFunction, Error, Executor, Gradient};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use borel_abi::{ErrorKind, RuntimeError};
use std::cell::RefCell;

/// How many updates the approximation of the Hessian is made of.
const MEMORY: usize = 10;

/// A line search that ends without success may only have an approximation that is no good: it begins again with none, so often.
const AGAIN: usize = 20;

/// What counts as flat: the gradient, relative to the size of the log density.
const FLAT: f64 = 1e-6;

/// A mode, as far as it was found.
#[derive(Clone, Debug)]
pub struct Mode {
    /// The point.
    pub point: Vec<f64>,
    /// The log density there.
    pub log_density: f64,
    /// The largest derivative there, by its absolute value.
    pub steepest: f64,
    /// Whether that is as good as 0.
    pub converged: bool,
}

/// Climbs from a point, with at most so many iterations.
pub fn mode(target: &mut Target<'_>, first: Vec<f64>, iterations: usize) -> Result<Mode, RuntimeError> {
    let record = target.record.clone();
    let problem = Problem { inner: RefCell::new(Inner { target, last: None, best: None, is_ended: false }) };
    let mut point = first;
    let mut before = f64::NEG_INFINITY;
    for _ in 0..AGAIN {
        let line_search = MoreThuenteLineSearch::new();
        let solver =
            LBFGS::new(line_search, MEMORY).with_tolerance_grad(1e-9).and_then(|s| s.with_tolerance_cost(1e-14));
        let solver = solver.map_err(|_| RuntimeError::new(ErrorKind::Unreachable))?;
        let start = point.clone();
        let ran =
            Executor::new(&problem, solver).configure(|state| state.param(start).max_iters(iterations as u64)).run();
        // What it found before an error counts.
        drop(ran);
        let inner = problem.inner.borrow();
        if inner.is_ended {
            return Err(Record::take(&record.fatal).unwrap_or(RuntimeError::new(ErrorKind::Interrupted)));
        }
        let Some(best) = &inner.best else { break };
        point = best.point.clone();
        if best.is_flat() || best.log_density <= before + 1e-10 * before.abs().min(1.0) {
            break;
        }
        before = best.log_density;
    }
    let best = problem.inner.into_inner().best.ok_or(RuntimeError::new(ErrorKind::ZeroDensity))?;
    Ok(Mode { steepest: best.steepest(), converged: best.is_flat(), log_density: best.log_density, point: best.point })
}

/// A point with what is known of it.
#[derive(Clone)]
struct Evaluated {
    point: Vec<f64>,
    log_density: f64,
    gradient: Vec<f64>,
}

impl Evaluated {
    fn steepest(&self) -> f64 {
        self.gradient.iter().fold(0.0, |most, slope| slope.abs().max(most))
    }

    fn is_flat(&self) -> bool {
        self.steepest() <= FLAT * self.log_density.abs().max(1.0)
    }
}

struct Inner<'t, 'a> {
    target: &'t mut Target<'a>,
    /// The last point, since cost and gradient are asked for one after the other.
    last: Option<Evaluated>,
    best: Option<Evaluated>,
    is_ended: bool,
}

struct Problem<'t, 'a> {
    inner: RefCell<Inner<'t, 'a>>,
}

impl Problem<'_, '_> {
    fn at(&self, point: &[f64]) -> Result<Evaluated, Error> {
        let mut inner = self.inner.borrow_mut();
        if let Some(last) = inner.last.as_ref().filter(|last| last.point == point) {
            return Ok(last.clone());
        }
        let mut gradient = vec![0.0; point.len()];
        let found = match inner.target.evaluate(point, &mut gradient) {
            Ok(log_density) => {
                let found = Evaluated { point: point.to_vec(), log_density, gradient };
                if inner.best.as_ref().is_none_or(|best| best.log_density < log_density) {
                    inner.best = Some(found.clone());
                }
                found
            }
            // A wall, which the line search steps back from: an infinite one would be an error to it.
            Err(Failure::Rejected) => {
                let best = inner.best.as_ref().map_or(0.0, |best| best.log_density);
                let log_density = best - 1e3 * (1.0 + best.abs());
                Evaluated { point: point.to_vec(), log_density, gradient: vec![0.0; point.len()] }
            }
            Err(Failure::Fatal) => {
                inner.is_ended = true;
                return Err(Error::msg("ended"));
            }
        };
        inner.last = Some(found.clone());
        Ok(found)
    }
}

impl CostFunction for &Problem<'_, '_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, point: &Vec<f64>) -> Result<f64, Error> {
        Ok(-self.at(point)?.log_density)
    }
}

impl Gradient for &Problem<'_, '_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, point: &Vec<f64>) -> Result<Vec<f64>, Error> {
        Ok(self.at(point)?.gradient.iter().map(|slope| -slope).collect())
    }
}
