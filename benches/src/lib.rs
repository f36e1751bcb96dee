//! Speed as ratios: Borel and hand-written Rust run in turns in one process, and the medians are compared.

pub mod hand_written;

use std::time::{Duration, Instant};

/// The medians of two computations that ran in turns, `rounds` times each, after one round unmeasured.
pub fn in_turns(rounds: usize, mut first: impl FnMut(), mut second: impl FnMut()) -> (Duration, Duration) {
    let time = |f: &mut dyn FnMut()| {
        let start = Instant::now();
        f();
        start.elapsed()
    };
    first();
    second();
    let (mut a, mut b): (Vec<_>, Vec<_>) = (0..rounds).map(|_| (time(&mut first), time(&mut second))).unzip();
    a.sort();
    b.sort();
    (a[rounds / 2], b[rounds / 2])
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
