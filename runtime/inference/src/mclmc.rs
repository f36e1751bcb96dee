//! Unadjusted microcanonical Langevin Monte Carlo (Robnik, De Luca, Silverstein and Seljak, JMLR 2023), by the crate `nuts-rs`, whose authors
//! call it experimental. No step is ever rejected: draws are cheap, and biased by what the steps are off.

use crate::chains::ChainOfDraws;
use crate::control::Control;
use crate::density::Density;
use crate::nuts::Metric;
use crate::sampler::{Figures, Start, sample};
use borel_abi::{ErrorKind, RuntimeError};
use nuts_rs::{DiagMclmcSettings, LowRankMclmcSettings};

/// Settings.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mclmc {
    /// The metric; none: what suits the dimension.
    pub metric: Option<Metric>,
    /// Draws of each chain after the warmup.
    pub draws: usize,
    /// Draws of each chain during which the metric is found, and which are thrown away.
    pub warmup: usize,
    /// How many chains.
    pub chains: usize,
    /// How far a step goes, where the posterior has unit scale.
    pub step_size: f64,
    /// How far it is, in the same unit, until the direction is forgotten; a draw is taken each time.
    pub decoherence_length: f64,
}

/// One chain. Its draws depend on the seed and its number alone.
pub fn chain(
    mut density: Density,
    settings: &Mclmc,
    seed: u64,
    number: u64,
    control: &Control<'_>,
) -> Result<ChainOfDraws, RuntimeError> {
    if density.dimension() < 2 {
        let message = "mclmc needs two numbers or more to move in, and the density has one: use nuts";
        return Err(RuntimeError::new(ErrorKind::Message(message.to_string())));
    }
    if ![settings.step_size, settings.decoherence_length].iter().all(|length| length.is_finite() && *length > 0.0) {
        let message = "mclmc needs a step size and a decoherence length above 0";
        return Err(RuntimeError::new(ErrorKind::Message(message.to_string())));
    }
    // There is no energy that a chain keeps, and no trajectory that could be too long.
    let figures = Figures { energy: f64::NAN, saturated: false };
    match settings.metric.unwrap_or(Metric::suited(density.dimension())) {
        Metric::Diagonal => {
            let chosen = DiagMclmcSettings {
                step_size: settings.step_size,
                momentum_decoherence_length: settings.decoherence_length,
                num_tune: settings.warmup as u64,
                num_draws: settings.draws as u64,
                ..DiagMclmcSettings::default()
            };
            sample(&chosen, density, Start::ONLY, (seed, number), control, |_| figures)
        }
        Metric::LowRank => {
            let chosen = LowRankMclmcSettings {
                step_size: settings.step_size,
                momentum_decoherence_length: settings.decoherence_length,
                num_tune: settings.warmup as u64,
                num_draws: settings.draws as u64,
                ..LowRankMclmcSettings::default()
            };
            sample(&chosen, density, Start::ONLY, (seed, number), control, |_| figures)
        }
    }
}
