//! Hamiltonian Monte Carlo with trajectories of a fixed number of steps (Neal, "MCMC using Hamiltonian dynamics", 2011). Step size and
//! diagonal metric are found in the warmup: the one by dual averaging (Hoffman and Gelman, JMLR 2014, section 3.2), the other from the
//! variances of windows that double in length, as in Stan.

use crate::chains::ChainOfDraws;
use crate::control::{ChainProgress, Control, Progress};
use crate::density::Density;
use crate::target::{Failure, Record, Target};
use borel_abi::stream::Stream;
use borel_abi::{ErrorKind, RuntimeError};
use borel_distributions::random::normal;
use std::sync::atomic::Ordering;

/// Settings.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Hmc {
    /// Leapfrog steps of each trajectory.
    pub steps: usize,
    /// Draws of each chain after the warmup.
    pub draws: usize,
    /// Draws of each chain during which step size and metric are found, and which are thrown away.
    pub warmup: usize,
    /// How many chains.
    pub chains: usize,
    /// The acceptance probability that the step size is made for.
    pub target_acceptance: f64,
}

/// An energy that changes by more than this is a divergence.
const DIVERGENT: f64 = 1000.0;

/// Step sizes are drawn from this part of theirs on both sides: trajectories of one length would come back to where they began in some
/// direction.
const JITTER: f64 = 0.2;

/// The parts of the warmup, of 1000 draws: before the first window of the metric, the first window, and after the last one.
const BEFORE: usize = 75;
const WINDOW: usize = 25;
const AFTER: usize = 50;

/// One chain. Its draws depend on the seed and its number alone.
pub fn chain(
    density: Density,
    settings: &Hmc,
    seed: u64,
    number: u64,
    control: &Control<'_>,
) -> Result<ChainOfDraws, RuntimeError> {
    let start = std::time::Instant::now();
    let mut target = Target::new(density, control.stop);
    let mut found = ChainOfDraws::default();
    let point = match target.first_point(seed, number, 0) {
        Ok(point) => point,
        Err(_) if control.stopped() => return Ok(ChainOfDraws { partial: true, ..found }),
        Err(error) => return Err(error),
    };
    let record = target.record.clone();
    let ended = |_: Failure| Record::take(&record.fatal).unwrap_or(RuntimeError::new(ErrorKind::Unreachable));
    let mut state = State::new(&mut target, point, Stream::derive(seed, number, u64::MAX)).map_err(ended)?;
    let mut averaging = DualAveraging::new(state.first_step(&mut target), settings.target_acceptance);
    let mut windows = Windows::new(settings.warmup, state.point.len());
    let total = settings.warmup + settings.draws;
    for draw in 0..total {
        if control.stopped() {
            found.partial = true;
            break;
        }
        let is_warmup = draw < settings.warmup;
        let step = if is_warmup { averaging.step() } else { averaging.averaged() };
        let moved = match state.transition(&mut target, step, settings.steps) {
            Ok(moved) => moved,
            Err(_) if control.stopped() => {
                found.partial = true;
                break;
            }
            Err(failure) => return Err(ended(failure)),
        };
        if is_warmup {
            averaging.update(moved.acceptance);
            if windows.update(draw, &state.point, &mut state.variance) {
                averaging = DualAveraging::new(state.first_step(&mut target), settings.target_acceptance);
            }
            if draw + 1 == settings.warmup {
                found.warmup_seconds = start.elapsed().as_secs_f64();
            }
        } else {
            found.points.extend_from_slice(&state.point);
            found.energies.push(moved.energy);
            found.divergences += u64::from(moved.is_divergent);
        }
        found.step_size = step;
        control.tell(Progress {
            chain: Some(ChainProgress {
                chain: number as usize,
                divergences: found.divergences,
                step_size: step,
                is_warmup,
            }),
            ..Progress::new(draw as u64 + 1, Some(total as u64))
        });
    }
    found.evaluations = record.evaluations.load(Ordering::Relaxed);
    found.rejections = record.rejections.load(Ordering::Relaxed);
    found.last = Record::take(&record.last);
    Ok(found)
}

/// Where a chain is.
struct State {
    point: Vec<f64>,
    log_density: f64,
    gradient: Vec<f64>,
    /// The inverse of the metric: the variances as they are known.
    variance: Vec<f64>,
    random: Stream,
}

/// What a transition has come to.
struct Moved {
    acceptance: f64,
    energy: f64,
    is_divergent: bool,
}

impl State {
    fn new(target: &mut Target<'_>, point: Vec<f64>, random: Stream) -> Result<State, Failure> {
        let mut gradient = vec![0.0; point.len()];
        let log_density = target.evaluate(&point, &mut gradient)?;
        let variance = vec![1.0; point.len()];
        Ok(State { point, log_density, gradient, variance, random })
    }

    fn momentum(&mut self) -> Vec<f64> {
        self.variance.iter().map(|variance| normal(&mut self.random) / variance.sqrt()).collect()
    }

    fn kinetic(&self, momentum: &[f64]) -> f64 {
        0.5 * momentum.iter().zip(&self.variance).map(|(p, variance)| p * p * variance).sum::<f64>()
    }

    /// Steps along a trajectory; the log density at its end, or nothing if it leaves the support.
    fn leapfrog(
        &self,
        target: &mut Target<'_>,
        (point, momentum, gradient): (&mut [f64], &mut [f64], &mut [f64]),
        step: f64,
        count: usize,
    ) -> Result<Option<f64>, Failure> {
        let kick = |momentum: &mut [f64], gradient: &[f64]| {
            momentum.iter_mut().zip(gradient).for_each(|(p, slope)| *p += 0.5 * step * slope);
        };
        let mut log_density = self.log_density;
        for _ in 0..count {
            kick(momentum, gradient);
            for ((x, p), variance) in point.iter_mut().zip(momentum.iter()).zip(&self.variance) {
                *x += step * variance * p;
            }
            log_density = match target.evaluate(point, gradient) {
                Ok(log_density) => log_density,
                Err(Failure::Rejected) => return Ok(None),
                Err(Failure::Fatal) => return Err(Failure::Fatal),
            };
            kick(momentum, gradient);
        }
        Ok(Some(log_density))
    }

    fn transition(&mut self, target: &mut Target<'_>, step: f64, steps: usize) -> Result<Moved, Failure> {
        let step = step * (1.0 + JITTER * (2.0 * self.random.uniform() - 1.0));
        let mut momentum = self.momentum();
        let before = self.kinetic(&momentum) - self.log_density;
        let (mut point, mut gradient) = (self.point.clone(), self.gradient.clone());
        let end = self.leapfrog(target, (&mut point, &mut momentum, &mut gradient), step, steps)?;
        let after = end.map_or(f64::INFINITY, |log_density| self.kinetic(&momentum) - log_density);
        let change = after - before;
        let acceptance = if change.is_nan() { 0.0 } else { (-change).exp().min(1.0) };
        let mut energy = before;
        if let Some(log_density) = end
            && self.random.uniform() < acceptance
        {
            (self.point, self.gradient, self.log_density, energy) = (point, gradient, log_density, after);
        }
        Ok(Moved { acceptance, energy, is_divergent: change.is_nan() || change > DIVERGENT })
    }

    /// A step size whose acceptance probability is about 0.8 (Hoffman and Gelman, algorithm 4).
    fn first_step(&mut self, target: &mut Target<'_>) -> f64 {
        let mut step = 0.1;
        let mut direction = 0.0;
        for _ in 0..50 {
            let mut momentum = self.momentum();
            let before = self.kinetic(&momentum) - self.log_density;
            let (mut point, mut gradient) = (self.point.clone(), self.gradient.clone());
            let end = self.leapfrog(target, (&mut point, &mut momentum, &mut gradient), step, 1);
            let end = end.ok().flatten();
            let change = end.map_or(f64::INFINITY, |log_density| self.kinetic(&momentum) - log_density) - before;
            let wanted = if -change > 0.8f64.ln() { 1.0 } else { -1.0 };
            if direction == 0.0 {
                direction = wanted;
            } else if wanted != direction {
                break;
            }
            step *= 2f64.powf(direction);
        }
        step
    }
}

/// Nesterov's dual averaging of the logarithm of the step size.
struct DualAveraging {
    centre: f64,
    target: f64,
    count: f64,
    error: f64,
    log_step: f64,
    averaged: f64,
}

impl DualAveraging {
    fn new(step: f64, target: f64) -> DualAveraging {
        DualAveraging {
            centre: (10.0 * step).ln(),
            target,
            count: 0.0,
            error: 0.0,
            log_step: step.ln(),
            averaged: step.ln(),
        }
    }

    fn step(&self) -> f64 {
        self.log_step.exp()
    }

    fn averaged(&self) -> f64 {
        self.averaged.exp()
    }

    fn update(&mut self, acceptance: f64) {
        let (gamma, offset, kappa) = (0.05, 10.0, 0.75);
        self.count += 1.0;
        let share = 1.0 / (self.count + offset);
        self.error = (1.0 - share) * self.error + share * (self.target - acceptance);
        self.log_step = self.centre - self.count.sqrt() / gamma * self.error;
        let share = self.count.powf(-kappa);
        self.averaged = share * self.log_step + (1.0 - share) * self.averaged;
    }
}

/// The windows that the metric is estimated in.
struct Windows {
    begin: usize,
    end: usize,
    length: usize,
    last: usize,
    count: f64,
    mean: Vec<f64>,
    squares: Vec<f64>,
}

impl Windows {
    fn new(warmup: usize, dimension: usize) -> Windows {
        let part = |draws: usize| draws * warmup / 1000;
        let (begin, length, last) = (part(BEFORE), part(WINDOW).max(5), warmup - part(AFTER).min(warmup));
        let mut windows = Windows {
            begin,
            end: 0,
            length,
            last,
            count: 0.0,
            mean: vec![0.0; dimension],
            squares: vec![0.0; dimension],
        };
        windows.end = windows.end_of(begin);
        windows
    }

    /// Where the window that begins here ends: the last one takes the rest.
    fn end_of(&self, begin: usize) -> usize {
        let end = begin + self.length;
        if end + 2 * self.length > self.last { self.last } else { end }
    }

    /// Takes a draw of the warmup; whether there are new variances.
    fn update(&mut self, draw: usize, point: &[f64], variance: &mut [f64]) -> bool {
        if draw < self.begin || draw >= self.last {
            return false;
        }
        self.count += 1.0;
        for ((mean, squares), x) in self.mean.iter_mut().zip(&mut self.squares).zip(point) {
            let difference = x - *mean;
            *mean += difference / self.count;
            *squares += difference * (x - *mean);
        }
        if draw + 1 < self.end || self.count < 2.0 {
            return false;
        }
        for (variance, squares) in variance.iter_mut().zip(&self.squares) {
            let share = self.count / (self.count + 5.0);
            *variance = share * squares / (self.count - 1.0) + (1.0 - share) * 1e-3;
        }
        self.begin = self.end;
        self.length *= 2;
        self.end = self.end_of(self.begin);
        self.count = 0.0;
        self.mean.fill(0.0);
        self.squares.fill(0.0);
        true
    }
}
