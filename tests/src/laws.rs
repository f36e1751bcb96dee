//! The measure that a random program denotes, by going through all that it can draw: also what the algorithms in it draw, and the executions of batches with traces that it
//! makes. So an algorithm written in the language has a law that can be looked at: the measure of a program that runs it.

use crate::ways::{Search, Unfit, each_way};
use borel::replay::{Replay, Stream};
use borel::{Bound, Data, MemoryLoader, Program};
use std::collections::BTreeMap;

/// The mass of each value, as text.
pub type Measure = BTreeMap<String, f64>;

/// The model with a name of a program, without data; modules of the library may be replaced by others.
pub fn bind(text: &str, name: &str, modules: &MemoryLoader) -> Result<Bound, String> {
    let program = Program::compile_with("<program>", text, modules).map_err(|error| error.to_string())?;
    program.model(name).and_then(|model| model.bind(&Data::new())).map_err(|error| error.to_string())
}

/// The measure of a model.
pub fn measure(bound: &Bound, search: Search) -> Result<Measure, Unfit> {
    let mut replay = Replay::new(bound).map_err(|error| Unfit::Stops(error.to_string()))?;
    let mut stream = Stream::new(0);
    let mut measure = Measure::new();
    each_way(
        &mut replay,
        search,
        |replay| replay.restart_for_value(&mut stream),
        |_, way| {
            let mass = way.probability * way.proposal.log_ratio.exp();
            if let (Some(value), true) = (way.value, mass > 0.0) {
                *measure.entry(format!("{value:?}")).or_insert(0.0) += mass;
            }
        },
    )?;
    Ok(measure)
}

/// By how much two measures differ at most, anywhere.
pub fn difference(left: &Measure, right: &Measure) -> f64 {
    let at = |measure: &Measure, value: &String| measure.get(value).copied().unwrap_or(0.0);
    let values = left.keys().chain(right.keys());
    values.map(|value| (at(left, value) - at(right, value)).abs()).fold(0.0, f64::max)
}
