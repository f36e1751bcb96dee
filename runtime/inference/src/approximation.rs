//! Methods that climb: the mode, and normal distributions in the place of the posterior, with what tells how good they are.

use crate::advi::{self, Family};
use crate::control::Control;
use crate::densities::{Densities, Recorded};
use crate::density::Density;
use crate::gaussian::Gaussian;
use crate::optimize::{Mode, mode};
use crate::run::Outcome;
use crate::target::{Failure, Record, Target};
use borel_abi::stream::Stream;
use borel_abi::{ErrorKind, RuntimeError};
use borel_posterior::diagnostics::smooth;
use std::sync::atomic::Ordering;

/// Settings of the search for the mode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Optimize {
    /// How many random points it begins at.
    pub starts: usize,
    /// Iterations from each.
    pub iterations: usize,
}

/// Settings of Laplace's approximation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Laplace {
    /// How the mode is found.
    pub optimize: Optimize,
    /// How many draws of the approximation are taken.
    pub draws: usize,
}

/// Settings of variational inference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Advi {
    /// Which distributions.
    pub family: Family,
    /// Steps of the climb.
    pub iterations: usize,
    /// How many draws of the approximation are taken.
    pub draws: usize,
}

/// Modes whose log densities differ by less than this count as one.
const SAME: f64 = 1e-3;

/// The number of the stream that approximations are drawn from.
const APPROXIMATION: u64 = u64::MAX - 2;

/// The best of the modes that are found, and what they say together.
struct Modes {
    best: Mode,
    agreeing: usize,
    evaluations: u64,
}

fn modes(densities: &Densities<'_>, settings: &Optimize, control: &Control<'_>) -> Result<Modes, RuntimeError> {
    let found = densities.each(settings.starts, |(number, density)| {
        let mut target = Target::new(density, control.stop);
        let first = target.first_point(densities.seed, number as u64, 0);
        let first = first.map_err(|error| if control.stopped() { interrupted() } else { error })?;
        let found = mode(&mut target, first, settings.iterations)?;
        control.report(number as u64 + 1, Some(settings.starts as u64), None);
        Ok((found, target.record.evaluations.load(Ordering::Relaxed)))
    })?;
    let evaluations = found.iter().map(|(_, evaluations)| evaluations).sum();
    // The first of several that are equally good, so that the result does not depend on rounding.
    let top = found.iter().map(|(mode, _)| mode.log_density).fold(f64::NEG_INFINITY, f64::max);
    let agreeing = found.iter().filter(|(mode, _)| mode.log_density >= top - SAME).count();
    let best = found.into_iter().map(|(mode, _)| mode).max_by(|a, b| a.log_density.total_cmp(&b.log_density));
    Ok(Modes { best: best.ok_or(RuntimeError::new(ErrorKind::ZeroDensity))?, agreeing, evaluations })
}

fn interrupted() -> RuntimeError {
    RuntimeError::new(ErrorKind::Interrupted)
}

fn figures(modes: &Modes, starts: usize) -> Vec<(&'static str, f64)> {
    vec![
        ("log_density", modes.best.log_density),
        ("largest_derivative", modes.best.steepest),
        ("converged", f64::from(u8::from(modes.best.converged))),
        ("starts", starts as f64),
        ("agreeing_starts", modes.agreeing as f64),
        ("gradient_evaluations", modes.evaluations as f64),
    ]
}

/// The mode: one row of draws.
pub fn optimize(
    densities: &Densities<'_>,
    settings: &Optimize,
    control: &Control<'_>,
) -> Result<Outcome, RuntimeError> {
    let modes = modes(densities, settings, control)?;
    let Recorded { mut draws, live_objects, .. } = densities.record(&modes.best.point)?;
    draws.arrange();
    Ok(Outcome { draws, diagnostics: figures(&modes, settings.starts), live_objects, ..Outcome::default() })
}

/// The normal distribution at the mode whose precision is minus the Hessian there.
pub fn laplace(densities: &Densities<'_>, settings: &Laplace, control: &Control<'_>) -> Result<Outcome, RuntimeError> {
    let modes = modes(densities, &settings.optimize, control)?;
    let point = modes.best.point.clone();
    let fitted = densities.each(1, |(_, density)| {
        let mut target = Target::new(density, control.stop);
        let precision = precision(&mut target, &point)?;
        let gaussian = Gaussian::by_precision(point.clone(), &precision).ok_or_else(|| {
            let message = "the log density is not curved downwards at its mode in all directions: there is no normal approximation";
            RuntimeError::new(ErrorKind::Message(message.into()))
        })?;
        let n = point.len() as f64;
        let log_evidence = modes.best.log_density + 0.5 * n * std::f64::consts::TAU.ln() + gaussian.log_scale();
        Ok((draws(&mut target, &gaussian, settings.draws, densities.seed, control)?, log_evidence))
    })?;
    let Some((drawn, log_evidence)) = fitted.into_iter().next() else { return Err(interrupted()) };
    let mut outcome = approximated(densities, &drawn)?;
    outcome.log_evidence = Some(log_evidence);
    outcome.diagnostics.splice(0..0, figures(&modes, settings.optimize.starts));
    Ok(outcome)
}

/// Minus the Hessian, by central differences of the gradient.
fn precision(target: &mut Target<'_>, point: &[f64]) -> Result<Vec<f64>, RuntimeError> {
    let n = point.len();
    let mut hessian = vec![0.0; n * n];
    let (mut above, mut below) = (vec![0.0; n], vec![0.0; n]);
    let mut moved = point.to_vec();
    let record = target.record.clone();
    for i in 0..n {
        let step = 1e-4 * point[i].abs().max(1.0);
        for (place, gradient) in [(point[i] + step, &mut above), (point[i] - step, &mut below)] {
            moved[i] = place;
            target.evaluate(&moved, gradient).map_err(|failure| match failure {
                Failure::Fatal => Record::take(&record.fatal).unwrap_or_else(interrupted),
                Failure::Rejected => RuntimeError::new(ErrorKind::ZeroDensity),
            })?;
        }
        moved[i] = point[i];
        for j in 0..n {
            let slope = -(above[j] - below[j]) / (2.0 * step);
            hessian[i * n + j] += 0.5 * slope;
            hessian[j * n + i] += 0.5 * slope;
        }
    }
    Ok(hessian)
}

/// Draws of an approximation, and the logarithms of how much more the density gives to each.
struct Drawn {
    points: Vec<f64>,
    log_ratios: Vec<f64>,
    evaluations: u64,
}

fn draws(
    target: &mut Target<'_>,
    gaussian: &Gaussian,
    count: usize,
    seed: u64,
    control: &Control<'_>,
) -> Result<Drawn, RuntimeError> {
    let mut random = Stream::derive(seed, APPROXIMATION, 0);
    let mut drawn = Drawn { points: Vec::new(), log_ratios: Vec::new(), evaluations: 0 };
    let mut slopes = vec![0.0; gaussian.mean.len()];
    for _ in 0..count {
        let z = Gaussian::standard(gaussian.mean.len(), &mut random);
        let point = gaussian.point(&z);
        let log_density = match target.evaluate(&point, &mut slopes) {
            Ok(log_density) => log_density,
            // The approximation goes where there is no density: such a draw has no value.
            Err(Failure::Rejected) => continue,
            Err(Failure::Fatal) if control.stopped() => break,
            Err(Failure::Fatal) => {
                return Err(Record::take(&target.record.fatal).unwrap_or_else(interrupted));
            }
        };
        drawn.log_ratios.push(log_density - gaussian.log_density(&z));
        drawn.points.extend(point);
    }
    drawn.evaluations = target.record.evaluations.load(Ordering::Relaxed);
    Ok(drawn)
}

/// The draws of an approximation as a result, with the shape of the tail of their importance ratios.
fn approximated(densities: &Densities<'_>, drawn: &Drawn) -> Result<Outcome, RuntimeError> {
    if drawn.points.is_empty() {
        return Err(interrupted());
    }
    let Recorded { mut draws, live_objects, .. } = densities.record(&drawn.points)?;
    draws.arrange();
    let mean = drawn.log_ratios.iter().sum::<f64>() / drawn.log_ratios.len() as f64;
    let diagnostics = vec![("pareto_k", smooth(&drawn.log_ratios, 1.0).shape), ("elbo", mean)];
    Ok(Outcome { draws, diagnostics, live_objects, ..Outcome::default() })
}

/// Variational inference.
pub fn advi(densities: &Densities<'_>, settings: &Advi, control: &Control<'_>) -> Result<Outcome, RuntimeError> {
    let drawn = densities.each(1, |(_, density): (usize, Density)| {
        let mut target = Target::new(density, control.stop);
        let first = target.first_point(densities.seed, 0, 0);
        let first = first.map_err(|error| if control.stopped() { interrupted() } else { error })?;
        let random = Stream::derive(densities.seed, APPROXIMATION, 1);
        let fitted = advi::fit(&mut target, first, settings.family, settings.iterations, random, control);
        let record = target.record.clone();
        let gaussian = fitted.map_err(|failure| match failure {
            Failure::Fatal => Record::take(&record.fatal).unwrap_or_else(interrupted),
            Failure::Rejected => Record::take(&record.last).unwrap_or(RuntimeError::new(ErrorKind::ZeroDensity)),
        })?;
        draws(&mut target, &gaussian, settings.draws, densities.seed, control)
    })?;
    let Some(drawn) = drawn.into_iter().next() else { return Err(interrupted()) };
    let mut outcome = approximated(densities, &drawn)?;
    outcome.diagnostics.push(("gradient_evaluations", drawn.evaluations as f64));
    Ok(outcome)
}
