//! Autocovariances by the fast Fourier transform: linear in memory, n log n in time.

use realfft::RealFftPlanner;

/// The autocovariances of each chain at all lags, divided by the number of draws, averaged over the chains.
pub(super) fn mean_autocovariances(chains: &[&[f64]]) -> Vec<f64> {
    let length = chains.first().map_or(0, |chain| chain.len());
    let size = (2 * length).next_power_of_two().max(2);
    let mut planner = RealFftPlanner::<f64>::new();
    let (forward, backward) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
    let (mut values, mut spectrum) = (forward.make_input_vec(), forward.make_output_vec());
    let mut sums = vec![0.0; length];
    for chain in chains {
        let mean = super::mean(chain.iter().copied());
        values.fill(0.0);
        values.iter_mut().zip(*chain).for_each(|(to, x)| *to = x - mean);
        // The buffers are of the planned sizes, so neither transform fails.
        if forward.process(&mut values, &mut spectrum).is_err() {
            return vec![f64::NAN; length];
        }
        spectrum.iter_mut().for_each(|c| *c = (c.norm_sqr()).into());
        if backward.process(&mut spectrum, &mut values).is_err() {
            return vec![f64::NAN; length];
        }
        let scale = 1.0 / (size as f64 * length as f64 * chains.len() as f64);
        sums.iter_mut().zip(&values).for_each(|(sum, x)| *sum += x * scale);
    }
    sums
}
