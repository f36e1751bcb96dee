//! Kernels of Markov chains on finite programs, with their own randomness gone through: the states are the traces of the program, and the
//! matrix of transition probabilities is that of the very code that inference runs.

use borel::Bound;
use borel::replay::{Choice, Proposal, Replay, SingleSite, Stream, acceptance};
use borel_distributions::{Kind, ValueKind};
use std::collections::HashMap;

/// Values that are tried for a choice of Ints: the programs choose among these.
const VALUES: std::ops::Range<i64> = -2..7;

/// The choices of an execution, by address and value.
pub type State = Vec<(i64, u64)>;

/// All executions with a weight.
pub struct Space {
    /// The traces.
    pub states: Vec<State>,
    /// Their posterior probabilities.
    pub probabilities: Vec<f64>,
    /// The log of the sum of their weights.
    pub log_evidence: f64,
    /// The words that lead to each.
    scripts: Vec<Vec<u64>>,
    index: HashMap<State, usize>,
}

/// Why there is nothing to say.
#[derive(Debug, PartialEq)]
pub enum Unfit {
    /// There are too many executions.
    TooMany,
    /// The program stops with an error.
    Stops(String),
}

/// One way in which an execution can go.
struct Way {
    script: Vec<u64>,
    /// The probability of what was drawn.
    probability: f64,
    /// How it ended.
    proposal: Proposal,
}

/// Goes through all that an execution can draw: `run` makes it, with the words that it is given, and says how it ended. Gives what `see`
/// says of each way.
fn each_way(
    replay: &mut Replay,
    most: usize,
    mut run: impl FnMut(&mut Replay) -> Result<Proposal, String>,
    mut see: impl FnMut(&mut Replay, Way),
) -> Result<(), Unfit> {
    let mut pending = vec![Vec::new()];
    let mut count = 0;
    while let Some(script) = pending.pop() {
        count += 1;
        if count > most {
            return Err(Unfit::TooMany);
        }
        replay.follow(Some(script.clone()));
        let ended = run(replay).map_err(Unfit::Stops)?;
        let asked = replay.scripted();
        if let Some(next) = asked.get(script.len()) {
            let kind = replay.draws()[next.draw as usize].distribution.and_then(Kind::from_u32);
            let is_bool = kind.is_some_and(|kind| kind.entry().value == ValueKind::Bool);
            replay.reject();
            for value in if is_bool { 0..2 } else { VALUES } {
                pending.push(script.iter().copied().chain([value as u64]).collect());
            }
            continue;
        }
        see(replay, Way { script, probability: ended.log_drawn.exp(), proposal: ended });
    }
    replay.follow(None);
    Ok(())
}

fn state_of(choices: &[Choice]) -> State {
    choices.iter().map(|choice| (choice.address, choice.word)).collect()
}

/// The executions of a model, at most so many.
pub fn space(replay: &mut Replay, most: usize) -> Result<Space, Unfit> {
    let mut found: Vec<(State, Vec<u64>, f64)> = Vec::new();
    let mut stream = Stream::new(0);
    each_way(
        replay,
        most,
        |replay| replay.restart(&mut stream).map_err(|error| error.to_string()),
        |replay, way| {
            let log_weight = way.proposal.log_ratio;
            if way.probability > 0.0 && log_weight > f64::NEG_INFINITY {
                found.push((state_of(replay.proposed()), way.script, log_weight + way.probability.ln()));
            }
            replay.reject();
        },
    )?;
    let largest = found.iter().map(|(.., weight)| *weight).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = found.iter().map(|(.., weight)| (weight - largest).exp()).sum();
    let log_evidence = largest + total.ln();
    let probabilities = found.iter().map(|(.., weight)| (weight - log_evidence).exp()).collect();
    let index = found.iter().enumerate().map(|(i, (state, ..))| (state.clone(), i)).collect();
    let (states, scripts) = found.into_iter().map(|(state, script, _)| (state, script)).unzip();
    Ok(Space { states, probabilities, log_evidence, scripts, index })
}

/// The transition matrix of the kernel that changes a choice at a time.
pub fn single_site(
    replay: &mut Replay,
    space: &Space,
    kernel: &SingleSite,
    most: usize,
) -> Result<Vec<Vec<f64>>, Unfit> {
    let count = space.states.len();
    let mut matrix = vec![vec![0.0; count]; count];
    let mut stream = Stream::new(0);
    for (from, script) in space.scripts.iter().enumerate() {
        replay.follow(Some(script.clone()));
        replay.restart(&mut stream).map_err(|error| Unfit::Stops(error.to_string()))?;
        replay.accept();
        let choices = replay.choices().to_vec();
        let mut row = vec![0.0; count];
        for (place, choice) in choices.iter().enumerate() {
            for chosen in kernel.moves(place, *choice) {
                let share = 0.25 / choices.len() as f64;
                let mut total = 0.0;
                each_way(
                    replay,
                    most,
                    |replay| replay.propose(chosen.change, &mut stream).map_err(|error| error.to_string()),
                    |replay, way| {
                        total += way.probability;
                        let log_ratio = way.proposal.log_ratio + chosen.log_proposal_ratio;
                        let acceptance = acceptance(log_ratio, choices.len(), way.proposal.length);
                        let to = space.index.get(&state_of(replay.proposed()));
                        assert!(
                            to.is_some() || acceptance == 0.0 || way.probability == 0.0,
                            "there is no such execution"
                        );
                        if let Some(to) = to {
                            row[*to] += share * way.probability * acceptance;
                        }
                        replay.reject();
                    },
                )?;
                assert!((total - 1.0).abs() < 1e-12, "what is drawn has probability {total} in all");
            }
        }
        row[from] += 1.0 - row.iter().sum::<f64>();
        matrix[from] = row;
    }
    Ok(matrix)
}

/// By how much a distribution is not left alone by a matrix, and by how much the two are not reversible.
pub fn defects(probabilities: &[f64], matrix: &[Vec<f64>]) -> (f64, f64) {
    let count = probabilities.len();
    let mut after = vec![0.0; count];
    let mut imbalance = 0.0f64;
    for from in 0..count {
        for to in 0..count {
            let flow = probabilities[from] * matrix[from][to];
            after[to] += flow;
            imbalance = imbalance.max((flow - probabilities[to] * matrix[to][from]).abs());
        }
    }
    let change = after.iter().zip(probabilities).map(|(after, before)| (after - before).abs()).fold(0.0, f64::max);
    (change, imbalance)
}

/// The replay view of a model, as a text that says why not if there is none.
pub fn replay(bound: &Bound) -> Result<Replay, String> {
    Replay::new(bound).map_err(|error| error.to_string())
}
