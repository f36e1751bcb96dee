//! Speed as ratios: Borel and hand-written Rust run in turns in one process, and the medians are compared.

pub mod gradients;
pub mod hand_written;

use std::time::{Duration, Instant};

/// The medians of computations that run in turns, `rounds` times each, after one round unmeasured.
pub fn in_turns<const N: usize>(rounds: usize, mut computations: [&mut dyn FnMut(); N]) -> [Duration; N] {
    let mut times = [const { Vec::new() }; N];
    for round in 0..=rounds {
        for (computation, times) in computations.iter_mut().zip(&mut times) {
            let start = Instant::now();
            computation();
            if round > 0 {
                times.push(start.elapsed());
            }
        }
    }
    times.map(|mut times| {
        times.sort();
        times[rounds / 2]
    })
}

/// Prints one line of results.
pub fn report(name: &str, unit: &str, count: f64, borel: Duration, hand: Duration) {
    let each = |d: Duration| d.as_nanos() as f64 / count;
    println!(
        "{name:<44} borel {:>9.2} ns/{unit}   hand-written {:>9.2} ns/{unit}   ratio {:>6.2}",
        each(borel),
        each(hand),
        each(borel) / each(hand)
    );
}
