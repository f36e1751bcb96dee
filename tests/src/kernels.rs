//! Kernels of Markov chains on finite programs, with their own randomness gone through: the states are the traces of the program, and the
//! matrix of transition probabilities is that of the very code that inference runs.

use crate::ways::{Search, Unfit, each_way};
use borel::Bound;
use borel::replay::{Choice, Replay, SingleSite, Stream, acceptance};
use std::collections::HashMap;

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

fn state_of(choices: &[Choice]) -> State {
    choices.iter().map(|choice| (choice.address, choice.word)).collect()
}

/// The executions of a model.
pub fn space(replay: &mut Replay, search: Search) -> Result<Space, Unfit> {
    let mut found: Vec<(State, Vec<u64>, f64)> = Vec::new();
    let mut stream = Stream::new(0);
    each_way(
        replay,
        search,
        |replay| replay.restart(&mut stream).map(|proposal| (proposal, ())),
        |replay, way| {
            let log_weight = way.proposal.log_ratio;
            if way.probability > 0.0 && log_weight > f64::NEG_INFINITY {
                found.push((state_of(replay.proposed()), way.script, log_weight + way.probability.ln()));
            }
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
    search: Search,
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
                    search,
                    |replay| replay.propose(chosen.change, &mut stream).map(|proposal| (proposal, ())),
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
