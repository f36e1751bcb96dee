//! Sequential Monte Carlo on models written in Rust, against exact answers.

use borel_abi::mutation::{self, Mutation};
use borel_abi::stream::Stream;
use borel_abi::{ErrorKind, RuntimeError, Value};
use borel_inference::model::Sources;
use borel_inference::rust_model::{InRust, Process, Step};
use borel_inference::{CHUNK, Control, Importance, Model, Resampling, Smc, Team, importance, smc, thread_pool};
use borel_posterior::Draws;
use borel_posterior::draws::Origin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

const METHODS: [Resampling; 4] =
    [Resampling::Systematic, Resampling::Stratified, Resampling::Multinomial, Resampling::Residual];

/// Box and Muller (1958).
fn normal(stream: &mut Stream) -> f64 {
    (-2.0 * stream.uniform().ln()).sqrt() * (std::f64::consts::TAU * stream.uniform()).cos()
}

fn log_normal_density(x: f64, mean: f64, sd: f64) -> f64 {
    let z = (x - mean) / sd;
    -0.5 * z * z - sd.ln() - 0.5 * std::f64::consts::TAU.ln()
}

/// A random walk that is observed with noise.
struct LocalLevel {
    y: Vec<f64>,
}

const LEVEL: f64 = 0.7;
const NOISE: f64 = 1.3;

impl LocalLevel {
    fn new() -> LocalLevel {
        LocalLevel { y: vec![0.3, 1.9, 2.1, -0.4, -1.0, 0.2, 0.9, 3.0, 2.2, 1.1] }
    }

    /// The filter of Kalman (1960): log evidence, mean and variance of the last level.
    fn exact(&self) -> (f64, f64, f64) {
        let (mut log_evidence, mut mean, mut variance) = (0.0, 0.0, 4.0);
        for y in &self.y {
            variance += LEVEL * LEVEL;
            let total = variance + NOISE * NOISE;
            log_evidence += log_normal_density(*y, mean, total.sqrt());
            mean += variance / total * (y - mean);
            variance *= NOISE * NOISE / total;
        }
        (log_evidence, mean, variance)
    }
}

impl Process for LocalLevel {
    type State = (usize, f64);

    fn begin(&self) -> (usize, f64) {
        (0, 0.0)
    }

    fn step(&self, (t, level): &mut (usize, f64), stream: &mut Stream) -> Step {
        if *t == 0 {
            *level = 2.0 * normal(stream);
        }
        *level += LEVEL * normal(stream);
        let log_weight = log_normal_density(self.y[*t], *level, NOISE);
        *t += 1;
        if *t == self.y.len() { Step::End(log_weight) } else { Step::Score(log_weight) }
    }

    fn collect(&self, (_, level): &(usize, f64), row: u32, draws: &mut Draws) {
        draws.push_value("level", row, &Value::Real(*level), Origin::Computed);
    }
}

#[test]
fn the_filter_agrees_with_kalmans() {
    let model = InRust(LocalLevel::new());
    let (log_evidence, mean, variance) = model.0.exact();
    for resampling in METHODS {
        let settings = Smc { particles: 50_000, resampling, seed: 1, ..Smc::default() };
        let result = smc(&model, &mut Team::single(()), &settings, &Control::default()).expect("it runs");
        // Over seeds the standard deviation of the estimate is 0.0125: five of them.
        assert!((result.log_evidence - log_evidence).abs() < 0.0625, "{} {log_evidence}", result.log_evidence);
        let draws = result.draws(&model);
        let column = draws.column("level").expect("the variable");
        let summary = borel_posterior::summary::summarise(&draws, column);
        assert!((summary.mean.unwrap() - mean).abs() < 0.03);
        assert!((summary.sd.unwrap() - variance.sqrt()).abs() < 0.03);
        assert!(result.resamplings > 0 && result.steps == 10);
    }
}

#[test]
fn the_estimate_of_the_evidence_is_unbiased() {
    let model = InRust(LocalLevel::new());
    let exact = model.0.exact().0;
    for (i, resampling) in METHODS.into_iter().enumerate() {
        let ratios: Vec<f64> = (0..4000)
            .map(|seed| {
                let settings = Smc { particles: 20, resampling, seed: seed + 10_000 * i as u64, ..Smc::default() };
                let result = smc(&model, &mut Team::single(()), &settings, &Control::default()).expect("it runs");
                (result.log_evidence - exact).exp()
            })
            .collect();
        let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
        let variance = ratios.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / ratios.len() as f64;
        let error = (variance / ratios.len() as f64).sqrt();
        assert!((mean - 1.0).abs() < 5.0 * error, "{resampling:?} {mean} +- {error}");
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let model = InRust(LocalLevel::new());
    let settings = Smc { particles: 5 * CHUNK + 100, seed: 3, genealogy: true, ..Smc::default() };
    let run = |threads: usize| {
        let pool = thread_pool(threads);
        let mut team = Team::new(vec![(); threads], pool.as_ref());
        let result = smc(&model, &mut team, &settings, &Control::default()).expect("it runs");
        let draws = result.draws(&model);
        (result.log_evidence, result.weights, result.genealogy, draws.column("level").expect("a column").values.clone())
    };
    let one = run(1);
    assert_eq!(one, run(3));
    assert_eq!(one, run(8));
}

/// A process whose every step may be the last: the evidence is a geometric series.
struct Ends;

impl Process for Ends {
    type State = u32;

    fn begin(&self) -> u32 {
        0
    }

    fn step(&self, n: &mut u32, stream: &mut Stream) -> Step {
        if stream.uniform() < 0.5 {
            return Step::End(1.5f64.ln());
        }
        *n += 1;
        Step::Score(0.8f64.ln())
    }

    fn collect(&self, n: &u32, row: u32, draws: &mut Draws) {
        draws.push_value("n", row, &Value::Int(i64::from(*n)), Origin::Computed);
    }
}

#[test]
fn particles_may_finish_at_different_steps() {
    // Z = sum of 0.5 * 1.5 * (0.5 * 0.8)^n; the posterior of n is geometric with ratio 0.4.
    let (evidence, mean) = (0.75 / 0.6, 0.4 / 0.6);
    for resampling in METHODS {
        for threshold in [0.0, 0.5, 0.9, 2.0] {
            let settings = Smc { particles: 40_000, resampling, threshold, seed: 5, ..Smc::default() };
            let result = smc(&InRust(Ends), &mut Team::single(()), &settings, &Control::default()).expect("it runs");
            assert!((result.log_evidence - f64::ln(evidence)).abs() < 0.02, "{resampling:?} {threshold}");
            let draws = result.draws(&InRust(Ends));
            let column = draws.column("n").expect("a column");
            let found: f64 =
                column.rows.iter().zip(&column.values).map(|(row, n)| draws.weights[*row as usize] * n).sum();
            assert!((found - mean).abs() < 0.03, "{resampling:?} {threshold} {found}");
        }
    }
}

#[test]
fn importance_sampling_weighs_whole_executions() {
    let settings = Importance { draws: 3 * CHUNK, seed: 1 };
    let result = importance(&InRust(Ends), &mut Team::single(()), &settings, &Control::default()).expect("it runs");
    assert!((result.log_evidence - 1.25f64.ln()).abs() < 0.02);
    assert!((result.weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    assert!(!result.partial);
}

/// A particle of a model in which what is drawn is laid down beforehand: a chain of two bits.
#[derive(Clone)]
struct Chain {
    step: usize,
    bits: [usize; 2],
}

const FIRST: [f64; 2] = [0.3, 0.7];
const NEXT: [[f64; 2]; 2] = [[0.9, 0.1], [0.25, 0.75]];
const SCORES: [[f64; 2]; 2] = [[0.2, 1.1], [0.8, 0.35]];

/// Two particles; `script[t][i]` is the bit that particle i draws at step t.
struct Scripted {
    script: [[usize; 2]; 2],
}

struct Pair(Vec<Chain>);

impl Model for Scripted {
    type Worker = ();
    type Particles = Pair;

    fn begin(&self, _: &mut (), count: usize) -> Result<Pair, RuntimeError> {
        Ok(Pair(vec![Chain { step: 0, bits: [0, 0] }; count]))
    }

    fn advance(&self, _: &mut (), pair: &mut Pair, _: &mut Stream, gains: &mut [f64]) -> Result<usize, RuntimeError> {
        for (i, (chain, gain)) in pair.0.iter_mut().zip(gains).enumerate() {
            let bit = self.script[chain.step][i];
            chain.bits[chain.step] = bit;
            *gain = SCORES[chain.step][bit].ln();
            chain.step += 1;
        }
        Ok(pair.0.iter().filter(|chain| chain.step < 2).count())
    }

    fn retire(&self, _: &mut (), _: &mut Pair, _: usize) {}

    fn finished(&self, pair: &Pair, index: usize) -> bool {
        pair.0[index].step == 2
    }

    fn gather(&self, _: &mut (), sources: &Sources<'_, Self>, target: &mut Pair) {
        target.0 =
            sources.ancestors.iter().map(|ancestor| sources.find(*ancestor).0.0[*ancestor as usize].clone()).collect();
    }

    fn collect(&self, _: &Pair, _: usize, _: &mut Draws) {}
}

/// A seed for which the uniform of the resampling at step 1 lies in an interval.
fn seed_in(low: f64, high: f64) -> u64 {
    let inside = |seed: &u64| {
        let u = Stream::derive(*seed, u64::MAX, 1).uniform();
        low < u && u < high
    };
    (0..1_000_000).find(inside).expect("some seed")
}

#[test]
fn two_particles_have_the_exact_measure_in_expectation() {
    assert!(defect_of_two_particles() < 1e-12);
}

/// The test above finds faults.
#[test]
fn two_particles_tell_faults() {
    for fault in [Mutation::WeightAfterResampling, Mutation::AncestorOffByOne] {
        assert!(mutation::with(fault, defect_of_two_particles) > 1e-3, "{fault:?}");
    }
}

/// By how much the measure of the paths (weight times evidence) is wrong in expectation over everything random in a run: two bits, the
/// resampling, two bits.
fn defect_of_two_particles() -> f64 {
    let mut found = [[0.0; 2]; 2];
    for first in bit_pairs() {
        let weights = first.map(|bit| SCORES[0][bit]);
        // Two points u and u + 1 against the cumulated weight of the first particle, scaled to a total of 2.
        let jump = (2.0 * weights[0] / (weights[0] + weights[1])).fract();
        let intervals = [(0.0, jump), (jump, 1.0)];
        for (low, high) in intervals.into_iter().filter(|(low, high)| high - low > 1e-12) {
            let seed = seed_in(low, high);
            for second in bit_pairs() {
                let model = Scripted { script: [first, second] };
                let settings = Smc { particles: 2, threshold: 2.0, seed, ..Smc::default() };
                let result = smc(&model, &mut Team::single(()), &settings, &Control::default()).expect("it runs");
                let chains = &result.chunks[0].0;
                let probability: f64 =
                    (0..2).map(|i| FIRST[first[i]] * NEXT[chains[i].bits[0]][second[i]]).product::<f64>()
                        * (high - low);
                for (chain, weight) in chains.iter().zip(&result.weights) {
                    found[chain.bits[0]][chain.bits[1]] += probability * weight * result.log_evidence.exp();
                }
            }
        }
    }
    let mut defect = 0.0f64;
    for (a, row) in found.iter().enumerate() {
        for (b, found) in row.iter().enumerate() {
            let exact = FIRST[a] * SCORES[0][a] * NEXT[a][b] * SCORES[1][b];
            defect = defect.max((found - exact).abs());
        }
    }
    defect
}

fn bit_pairs() -> [[usize; 2]; 4] {
    [[0, 0], [0, 1], [1, 0], [1, 1]]
}

/// A process with bad scores.
struct Bad(f64);

impl Process for Bad {
    type State = bool;

    fn begin(&self) -> bool {
        false
    }

    fn step(&self, first: &mut bool, stream: &mut Stream) -> Step {
        if std::mem::replace(first, true) {
            return Step::End(0.0);
        }
        Step::Score(if stream.uniform() < self.0 { f64::NAN } else { 0.0 })
    }

    fn collect(&self, _: &bool, _: u32, _: &mut Draws) {}
}

#[test]
fn weights_that_are_not_numbers_count_as_zero() {
    let settings = Smc { particles: 10_000, seed: 1, ..Smc::default() };
    let result = smc(&InRust(Bad(0.25)), &mut Team::single(()), &settings, &Control::default()).expect("it runs");
    assert!((result.log_evidence - 0.75f64.ln()).abs() < 0.02);
    assert!(result.not_numbers.abs_diff(2500) < 300);
    let result = smc(&InRust(Bad(1.0)), &mut Team::single(()), &settings, &Control::default());
    assert_eq!(result.err().map(|error| error.kind), Some(ErrorKind::ZeroWeight));
}

#[test]
fn a_run_that_is_stopped_gives_what_there_is() {
    let (stop, steps) = (AtomicBool::new(false), Mutex::new(0));
    let progress = |progress: borel_inference::Progress| {
        *steps.lock().expect("the lock") = progress.done;
        stop.store(progress.done >= 4, Ordering::Relaxed);
    };
    let control = Control { stop: Some(&stop), progress: Some(&progress) };
    let settings = Smc { particles: 100, seed: 1, ..Smc::default() };
    let result = smc(&InRust(LocalLevel::new()), &mut Team::single(()), &settings, &control).expect("it runs");
    assert!(result.partial);
    assert_eq!((result.steps, *steps.lock().expect("the lock")), (4, 4));
    assert!((result.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
}
