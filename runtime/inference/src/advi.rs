//! Automatic differentiation variational inference: the normal distribution over unconstrained numbers that maximises the evidence lower
//! bound (Kucukelbir, Tran, Ranganath, Gelman and Blei, JMLR 2017). Gradients are by reparameterisation, without the part whose mean is 0
//! (Roeder, Wu and Duvenaud, "Sticking the landing", 2017); steps are those of Adam (Kingma and Ba 2015), ever smaller, and the last
//! quarter of the iterates is averaged.

use crate::control::{Control, Progress};
use crate::gaussian::{Gaussian, Scale};
use crate::target::{Failure, Target};
use borel_abi::stream::Stream;
use borel_math::linear::backward_substitute;

/// Which normal distributions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    /// With independent coordinates
    MeanField,
    /// All
    FullRank,
}

/// The step size at first.
const STEP: f64 = 0.1;

/// It falls to this part of that.
const FALL: f64 = 0.01;

/// Draws for each estimate of the gradient.
const DRAWS: usize = 10;

/// Fits a distribution to a target, from a point on.
pub fn fit(
    target: &mut Target<'_>,
    first: Vec<f64>,
    family: Family,
    iterations: usize,
    mut random: Stream,
    control: &Control<'_>,
) -> Result<Gaussian, Failure> {
    let n = first.len();
    let mut free = Free { family, dimension: n, values: first };
    // Standard deviations of 1, by their logarithms.
    free.values.resize(n + free.scales(), 0.0);
    let mut adam = Adam::new(free.values.len());
    let mut sum = vec![0.0; free.values.len()];
    let averaged_from = iterations - iterations / 4 - 1;
    for iteration in 0..iterations {
        if control.stopped() {
            return Err(Failure::Fatal);
        }
        let gradient = free.gradient(target, &mut random)?;
        let step = STEP * FALL.powf(iteration as f64 / iterations as f64);
        adam.climb(&mut free.values, &gradient, step);
        if iteration >= averaged_from {
            sum.iter_mut().zip(&free.values).for_each(|(sum, value)| *sum += value);
        }
        if iteration % 100 == 0 {
            control.tell(Progress::new(iteration as u64, Some(iterations as u64)));
        }
    }
    let count = (iterations - averaged_from) as f64;
    free.values = sum.into_iter().map(|sum| sum / count).collect();
    Ok(free.gaussian())
}

/// The numbers that say which distribution it is: the mean, then the logarithms of the scales or, of a factor, its rows, with the
/// logarithms of the diagonal.
struct Free {
    family: Family,
    dimension: usize,
    values: Vec<f64>,
}

impl Free {
    fn scales(&self) -> usize {
        match self.family {
            Family::MeanField => self.dimension,
            Family::FullRank => self.dimension * (self.dimension + 1) / 2,
        }
    }

    fn gaussian(&self) -> Gaussian {
        let n = self.dimension;
        let (mean, scales) = self.values.split_at(n);
        let scale = match self.family {
            Family::MeanField => Scale::Diagonal(scales.iter().map(|log| log.exp()).collect()),
            Family::FullRank => {
                let mut lower = vec![0.0; n * n];
                let mut at = 0;
                for i in 0..n {
                    for j in 0..=i {
                        lower[i * n + j] = if i == j { scales[at].exp() } else { scales[at] };
                        at += 1;
                    }
                }
                Scale::Full(lower)
            }
        };
        Gaussian { mean: mean.to_vec(), scale }
    }

    /// An estimate of the gradient of the bound: of the mean log p(x) - log q(x) over x = mean + scale z, with the numbers in log q held.
    fn gradient(&self, target: &mut Target<'_>, random: &mut Stream) -> Result<Vec<f64>, Failure> {
        let n = self.dimension;
        let gaussian = self.gaussian();
        let mut sum = vec![0.0; self.values.len()];
        let mut slopes = vec![0.0; n];
        let mut used = 0.0;
        for _ in 0..DRAWS {
            let z = Gaussian::standard(n, random);
            match target.evaluate(&gaussian.point(&z), &mut slopes) {
                Ok(_) => used += 1.0,
                Err(Failure::Rejected) => continue,
                Err(Failure::Fatal) => return Err(Failure::Fatal),
            }
            // - d log q / dx = scale^-T z
            let mut direction = z.clone();
            match &gaussian.scale {
                Scale::Diagonal(sd) => direction.iter_mut().zip(sd).for_each(|(x, sd)| *x /= sd),
                Scale::Full(lower) => backward_substitute(lower, n, &mut direction),
            }
            direction.iter_mut().zip(&slopes).for_each(|(x, slope)| *x += slope);
            sum[..n].iter_mut().zip(&direction).for_each(|(sum, x)| *sum += x);
            match &gaussian.scale {
                Scale::Diagonal(sd) => {
                    for i in 0..n {
                        sum[n + i] += direction[i] * z[i] * sd[i];
                    }
                }
                Scale::Full(lower) => {
                    let below = (0..n).flat_map(|i| (0..=i).map(move |j| (i, j)));
                    for (sum, (i, j)) in sum[n..].iter_mut().zip(below) {
                        let scale = if i == j { lower[i * n + i] } else { 1.0 };
                        *sum += direction[i] * z[j] * scale;
                    }
                }
            }
        }
        if used == 0.0 {
            return Err(Failure::Rejected);
        }
        sum.iter_mut().for_each(|sum| *sum /= used);
        Ok(sum)
    }
}

/// Steps by running means of the gradient and of its squares.
struct Adam {
    mean: Vec<f64>,
    square: Vec<f64>,
    count: i32,
}

impl Adam {
    fn new(count: usize) -> Adam {
        Adam { mean: vec![0.0; count], square: vec![0.0; count], count: 0 }
    }

    fn climb(&mut self, values: &mut [f64], gradient: &[f64], step: f64) {
        let (slow, slower) = (0.9, 0.99);
        self.count += 1;
        let (share, share_of_square) = (1.0 - f64::powi(slow, self.count), 1.0 - f64::powi(slower, self.count));
        for (i, slope) in gradient.iter().enumerate() {
            self.mean[i] = slow * self.mean[i] + (1.0 - slow) * slope;
            self.square[i] = slower * self.square[i] + (1.0 - slower) * slope * slope;
            values[i] += step * (self.mean[i] / share) / ((self.square[i] / share_of_square).sqrt() + 1e-8);
        }
    }
}
