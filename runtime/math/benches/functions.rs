//! The hot functions against std's and libm's, over a slice and one by one: medians of runs that take turns.
//! `cargo bench -p borel-math`.

use borel_math::{elementary, gamma, normal, slices};
use std::hint::black_box;
use std::time::{Duration, Instant};

const COUNT: usize = 4096;
const ROUNDS: usize = 201;

/// The medians of computations that run in turns, after one round unmeasured.
fn in_turns<const N: usize>(mut computations: [&mut dyn FnMut(); N]) -> [Duration; N] {
    let mut times = [const { Vec::new() }; N];
    for round in 0..=ROUNDS {
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
        times[ROUNDS / 2]
    })
}

/// One line: nanoseconds an element of the slice function, of ours in a plain loop, and of the reference in a plain loop.
fn compare(name: &str, range: (f64, f64), slice: fn(&mut [f64]), ours: fn(f64) -> f64, reference: fn(f64) -> f64) {
    let input: Vec<f64> =
        (0..COUNT).map(|i| range.0 + (range.1 - range.0) * (i * 2_654_435_761 % COUNT) as f64 / COUNT as f64).collect();
    let (mut a, mut b, mut c) = (input.clone(), input.clone(), input.clone());
    let medians = in_turns([
        &mut || {
            a.copy_from_slice(&input);
            slice(black_box(&mut a));
        },
        &mut || b.iter_mut().zip(&input).for_each(|(y, &x)| *y = black_box(ours(black_box(x)))),
        &mut || c.iter_mut().zip(&input).for_each(|(y, &x)| *y = black_box(reference(black_box(x)))),
    ]);
    let [slice, ours, reference] = medians.map(|d| d.as_nanos() as f64 / COUNT as f64);
    println!("{name:<12} slice {slice:>7.2} ns   scalar {ours:>7.2} ns   reference {reference:>7.2} ns");
}

fn main() {
    compare("exp", (-20.0, 20.0), slices::exp, elementary::exp, f64::exp);
    compare("exp_m1", (-5.0, 5.0), slices::exp_m1, elementary::exp_m1, f64::exp_m1);
    compare("ln", (1e-3, 100.0), slices::ln, elementary::ln, f64::ln);
    compare("ln_1p", (-0.9, 5.0), slices::ln_1p, elementary::ln_1p, f64::ln_1p);
    let half_erfc = |z: f64| 0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2);
    compare("normal cdf", (-8.0, 8.0), slices::normal_cdf, normal::cdf, half_erfc);
    let lgamma_loop = |xs: &mut [f64]| xs.iter_mut().for_each(|x| *x = gamma::lgamma(*x));
    compare("lgamma", (0.1, 30.0), lgamma_loop, gamma::lgamma, libm::lgamma);
    let digamma_loop = |xs: &mut [f64]| xs.iter_mut().for_each(|x| *x = gamma::digamma(*x));
    compare("digamma", (0.1, 30.0), digamma_loop, gamma::digamma, gamma::digamma);
}
