//! All ways in which an execution can go: it is run again and again, each time with other words in the place of what it would draw.

use borel::replay::{Proposal, Replay};
use borel_distributions::{Kind, ValueKind};
use std::fmt::Display;

/// Values that are tried for a choice of Ints whose support is not known or too large: the programs choose among these.
const VALUES: std::ops::Range<i64> = -2..7;

/// How to go through draws.
#[derive(Clone, Copy)]
pub struct Search {
    /// At most so many ways.
    pub most: usize,
    /// A draw from the uniform distribution between 0 and 1 is taken to be one of the middles of so many parts: right where nothing else depends on it.
    pub cells: usize,
    /// Ways whose beginnings are less probable than this, as a log, are not gone through.
    pub least: f64,
}

impl Default for Search {
    fn default() -> Search {
        Search { most: 40_000, cells: 0, least: f64::MIN }
    }
}

/// Why there is nothing to say.
#[derive(Debug, PartialEq)]
pub enum Unfit {
    /// There are too many ways.
    TooMany,
    /// The program stops with an error.
    Stops(String),
}

/// One way in which an execution can go.
pub struct Way<T> {
    /// The words that it got.
    pub script: Vec<u64>,
    /// The probability of what was drawn.
    pub probability: f64,
    /// How it ended.
    pub proposal: Proposal,
    /// What it gave.
    pub value: T,
}

/// Goes through all that an execution can draw: `run` makes it, with the words that it is given. Gives each way to `see`, while its trace is proposed.
pub fn each_way<T, E: Display>(
    replay: &mut Replay,
    search: Search,
    mut run: impl FnMut(&mut Replay) -> Result<(Proposal, T), E>,
    mut see: impl FnMut(&mut Replay, Way<T>),
) -> Result<(), Unfit> {
    // Beginnings, and the share of the cells that they are.
    let mut pending = vec![(Vec::new(), 1.0)];
    let mut count = 0;
    while let Some((script, share)) = pending.pop() {
        replay.follow(Some(script.clone()));
        let (proposal, value) = run(replay).map_err(|error| Unfit::Stops(error.to_string()))?;
        if let Some(next) = replay.scripted().get(script.len()) {
            // What is impossible by then stays so.
            if next.log_drawn >= search.least {
                let kind = replay.draws()[next.draw as usize].distribution.and_then(Kind::from_u32);
                let kind = kind.map(|kind| kind.entry().value);
                let share = if kind == Some(ValueKind::Real) { share / search.cells as f64 } else { share };
                let longer = |word| (script.iter().copied().chain([word]).collect(), share);
                pending.extend(words(kind, next.support, search.cells).into_iter().map(longer));
            }
        } else {
            count += 1;
            if count > search.most {
                return Err(Unfit::TooMany);
            }
            see(replay, Way { script, probability: share * proposal.log_drawn.exp(), proposal, value });
        }
        replay.reject();
    }
    replay.follow(None);
    Ok(())
}

fn words(kind: Option<ValueKind>, support: (f64, f64), cells: usize) -> Vec<u64> {
    match kind {
        Some(ValueKind::Bool) => vec![0, 1],
        Some(ValueKind::Real) => (0..cells).map(|i| ((i as f64 + 0.5) / cells as f64).to_bits()).collect(),
        _ if support.1 - support.0 < 100.0 => (support.0 as i64..=support.1 as i64).map(|value| value as u64).collect(),
        _ => VALUES.map(|value| value as u64).collect(),
    }
}
