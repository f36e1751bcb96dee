//! The measure that a random program denotes, by going through all that it can draw: also what the algorithms in it draw, and the executions of batches with traces that it
//! makes. So an algorithm written in the language has a law that can be looked at: the measure of a program that runs it.

use borel::replay::{Proposal, Replay, Stream};
use borel::{Bound, Data, MemoryLoader, Program};
use borel_distributions::{Kind, ValueKind};
use std::collections::BTreeMap;

/// Values that are tried for a choice of Ints: the programs choose among these.
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

/// The mass of each value, as text.
pub type Measure = BTreeMap<String, f64>;

/// Why there is nothing to say.
#[derive(Debug, PartialEq)]
pub enum Unfit {
    /// There are too many ways.
    TooMany,
    /// The program stops with an error.
    Stops(String),
}

/// The model with a name of a program, without data; modules of the library may be replaced by others.
pub fn bind(text: &str, name: &str, modules: &MemoryLoader) -> Result<Bound, String> {
    let program = Program::compile_with("<program>", text, modules).map_err(|error| error.to_string())?;
    program.model(name).and_then(|model| model.bind(&Data::new())).map_err(|error| error.to_string())
}

/// The measure of a model.
pub fn measure(bound: &Bound, search: Search) -> Result<Measure, Unfit> {
    let stops = |error: String| Unfit::Stops(error);
    let mut replay = Replay::new(bound).map_err(|error| stops(error.to_string()))?;
    let mut stream = Stream::new(0);
    let mut measure = Measure::new();
    let mut pending: Vec<Vec<u64>> = vec![Vec::new()];
    let mut count = 0;
    while let Some(script) = pending.pop() {
        replay.follow(Some(script.clone()));
        let (proposal, value) = replay.restart_for_value(&mut stream).map_err(|error| stops(error.to_string()))?;
        let asked = replay.scripted();
        let kinds: Vec<Option<ValueKind>> = asked.iter().map(|asked| kind(&replay, asked.draw)).collect();
        replay.reject();
        let cells = kinds[..script.len()].iter().filter(|kind| **kind == Some(ValueKind::Real)).count();
        // What follows after an impossible draw is not gone through: all of it has probability 0.
        let probability = proposal.log_drawn.exp() / (search.cells.max(1) as f64).powi(cells as i32);
        if let Some(kind) = kinds.get(script.len()) {
            // What is impossible by then stays so.
            if asked[script.len()].log_drawn < search.least {
                continue;
            }
            for word in words(*kind, asked[script.len()].support, search.cells) {
                pending.push(script.iter().copied().chain([word]).collect());
            }
            continue;
        }
        count += 1;
        if count > search.most {
            return Err(Unfit::TooMany);
        }
        add(&mut measure, &proposal, value.map(|value| format!("{value:?}")), probability);
    }
    Ok(measure)
}

fn kind(replay: &Replay, place: u32) -> Option<ValueKind> {
    replay.draws()[place as usize].distribution.and_then(Kind::from_u32).map(|kind| kind.entry().value)
}

fn words(kind: Option<ValueKind>, support: (f64, f64), cells: usize) -> Vec<u64> {
    match kind {
        Some(ValueKind::Bool) => vec![0, 1],
        Some(ValueKind::Real) => (0..cells).map(|i| ((i as f64 + 0.5) / cells as f64).to_bits()).collect(),
        _ if support.1 - support.0 < 100.0 => (support.0 as i64..=support.1 as i64).map(|value| value as u64).collect(),
        _ => VALUES.map(|value| value as u64).collect(),
    }
}

fn add(measure: &mut Measure, proposal: &Proposal, value: Option<String>, probability: f64) {
    let mass = probability * proposal.log_ratio.exp();
    if let (Some(value), true) = (value, mass > 0.0) {
        *measure.entry(value).or_insert(0.0) += mass;
    }
}

/// By how much two measures differ at most, anywhere.
pub fn difference(left: &Measure, right: &Measure) -> f64 {
    let at = |measure: &Measure, value: &String| measure.get(value).copied().unwrap_or(0.0);
    let values = left.keys().chain(right.keys());
    values.map(|value| (at(left, value) - at(right, value)).abs()).fold(0.0, f64::max)
}
