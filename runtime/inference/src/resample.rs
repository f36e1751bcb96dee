//! Resampling: ancestors drawn by weight, so that particle i has n * w_i descendants in expectation.
//!
//! Takes weights (not negative, finite, not all 0; they need not sum to 1); gives ancestors in ascending order. The
//! randomness is a source of uniforms, so that tests can go through all of it. Douc, Cappe and Moulines (2005) compare the schemes.

use borel_abi::stream::Stream;

/// How to resample.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Resampling {
    /// One uniform, points at equal distances (Carpenter, Clifford and Fearnhead 1999).
    #[default]
    Systematic,
    /// One uniform in each of n equal intervals (Kitagawa 1996).
    Stratified,
    /// Independent points (Gordon, Salmond and Smith 1993).
    Multinomial,
    /// The whole part of n * w_i for certain, the rest multinomially (Liu and Chen 1998).
    Residual,
}

impl Resampling {
    /// By its number in compiled code.
    pub fn from_number(number: i64) -> Option<Resampling> {
        [Self::Systematic, Self::Stratified, Self::Multinomial, Self::Residual]
            .get(usize::try_from(number).ok()?)
            .copied()
    }

    /// By name.
    pub fn from_name(name: &str) -> Option<Resampling> {
        match name {
            "systematic" => Some(Resampling::Systematic),
            "stratified" => Some(Resampling::Stratified),
            "multinomial" => Some(Resampling::Multinomial),
            "residual" => Some(Resampling::Residual),
            _ => None,
        }
    }
}

/// A source of uniforms in the open interval (0, 1).
pub trait Uniforms {
    /// The next one.
    fn uniform(&mut self) -> f64;
}

impl Uniforms for Stream {
    fn uniform(&mut self) -> f64 {
        Stream::uniform(self)
    }
}

/// Draws `count` ancestors into `ancestors`.
pub fn resample(
    method: Resampling,
    weights: &[f64],
    count: usize,
    uniforms: &mut impl Uniforms,
    ancestors: &mut Vec<u32>,
) {
    match method {
        Resampling::Systematic => systematic(weights, count, uniforms, ancestors),
        Resampling::Stratified => {
            let mut next = 0.0;
            by_points(weights, count, ancestors, |n| {
                let point = next + uniforms.uniform();
                next += 1.0;
                point / n
            });
        }
        Resampling::Multinomial => {
            let points = sorted_uniforms(count, uniforms);
            let mut points = points.iter().rev();
            by_points(weights, count, ancestors, |_| points.next().copied().unwrap_or(1.0));
        }
        Resampling::Residual => residual(weights, count, uniforms, ancestors),
    }
}

/// The last index with a positive weight: rounding of the sums must not go beyond it.
fn last_positive(weights: &[f64]) -> u32 {
    weights.iter().rposition(|weight| *weight > 0.0).unwrap_or(0) as u32
}

fn systematic(weights: &[f64], count: usize, uniforms: &mut impl Uniforms, ancestors: &mut Vec<u32>) {
    let points = Points::new(count, weights.iter().sum(), uniforms);
    ancestors.clear();
    ancestors.resize(count, 0);
    points.ancestors(weights.iter().copied(), 0.0, 0, ancestors);
}

/// The points of systematic resampling: one uniform, and on from it at equal distances. Weights that come in parts can be resampled
/// part by part, each with what the parts before it sum to.
pub(crate) struct Points {
    count: usize,
    /// Points for each unit of weight
    scale: f64,
    offset: f64,
}

impl Points {
    /// As many points, over weights of this total.
    pub(crate) fn new(count: usize, total: f64, uniforms: &mut impl Uniforms) -> Points {
        Points { count, scale: count as f64 / total, offset: 1.0 - uniforms.uniform() }
    }

    /// How many points are at most this cumulated weight.
    pub(crate) fn below(&self, cumulated: f64) -> usize {
        ((cumulated * self.scale + self.offset) as usize).min(self.count)
    }

    /// The ancestors of the points that fall to a part of the weights. The particles of the part are numbered from `first`; the weights
    /// before it sum to `cumulated`.
    ///
    /// Branch-free: marks where the descendants of the next particle begin, then takes running maxima.
    pub(crate) fn ancestors(
        &self,
        weights: impl ExactSizeIterator<Item = f64>,
        mut cumulated: f64,
        first: u32,
        ancestors: &mut [u32],
    ) {
        if ancestors.is_empty() {
            return;
        }
        let begin = self.below(cumulated);
        let mut last = first;
        ancestors.fill(first);
        for (weight, number) in weights.zip(first..) {
            cumulated += weight;
            last = if weight > 0.0 { number } else { last };
            if let Some(mark) = ancestors.get_mut(self.below(cumulated) - begin) {
                *mark = number + 1;
            }
        }
        let mut largest = first;
        for ancestor in ancestors {
            largest = largest.max(*ancestor);
            // Rounding of the sums must not go beyond the last particle that has a weight.
            *ancestor = largest.min(last);
        }
    }
}

/// Ancestors of ascending points in (0, 1).
fn by_points(weights: &[f64], count: usize, ancestors: &mut Vec<u32>, mut point: impl FnMut(f64) -> f64) {
    let total: f64 = weights.iter().sum();
    let last = last_positive(weights);
    let (mut index, mut cumulated) = (0, weights[0]);
    ancestors.clear();
    for _ in 0..count {
        let point = point(count as f64) * total;
        while index < last && cumulated <= point {
            index += 1;
            cumulated += weights[index as usize];
        }
        ancestors.push(index);
    }
}

/// Uniforms in descending order, without sorting: the largest of k is the k-th root of a uniform (Bentley and Saxe 1980).
fn sorted_uniforms(count: usize, uniforms: &mut impl Uniforms) -> Vec<f64> {
    let mut largest = 1.0;
    let descending = (1..=count).rev().map(|k| {
        largest *= uniforms.uniform().powf(1.0 / k as f64);
        largest
    });
    descending.collect()
}

fn residual(weights: &[f64], count: usize, uniforms: &mut impl Uniforms, ancestors: &mut Vec<u32>) {
    let total: f64 = weights.iter().sum();
    let expected: Vec<f64> = weights.iter().map(|weight| weight * count as f64 / total).collect();
    let certain: usize = expected.iter().map(|expected| *expected as usize).sum();
    let mut drawn = Vec::new();
    if certain < count {
        let rest: Vec<f64> = expected.iter().map(|expected| expected.fract()).collect();
        resample(Resampling::Multinomial, &rest, count - certain, uniforms, &mut drawn);
    }
    ancestors.clear();
    let mut drawn = drawn.into_iter().peekable();
    for (index, expected) in (0..).zip(&expected) {
        ancestors.extend(std::iter::repeat_n(index, *expected as usize));
        while drawn.next_if_eq(&index).is_some() {
            ancestors.push(index);
        }
    }
    ancestors.truncate(count);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uniforms that are given.
    struct Given<'a>(std::slice::Iter<'a, f64>);

    impl Uniforms for Given<'_> {
        fn uniform(&mut self) -> f64 {
            self.0.next().copied().expect("as many as are used")
        }
    }

    fn counts(method: Resampling, weights: &[f64], n: usize, uniforms: &[f64]) -> Vec<f64> {
        let mut ancestors = Vec::new();
        resample(method, weights, n, &mut Given(uniforms.iter()), &mut ancestors);
        assert_eq!(ancestors.len(), n);
        assert!(ancestors.is_sorted());
        let mut counts = vec![0.0; weights.len()];
        ancestors.iter().for_each(|ancestor| counts[*ancestor as usize] += 1.0);
        counts
    }

    const WEIGHTS: [&[f64]; 5] =
        [&[0.1, 0.2, 0.3, 0.4], &[5.0, 0.0, 1.0], &[0.0, 0.0, 7.0, 0.0], &[1.0; 7], &[1e-300, 3e-300]];

    /// Expected counts by integration over one uniform: exact on a grid that has all the jumps.
    #[test]
    fn systematic_and_stratified_are_unbiased() {
        for weights in WEIGHTS {
            let total: f64 = weights.iter().sum();
            for n in [1, 2, 5, 10] {
                // The jumps are where the cumulated weight is a whole number of points and u more.
                let mut jumps = vec![0.0, 1.0];
                let mut cumulated = 0.0;
                for weight in weights {
                    cumulated += weight / total * n as f64;
                    jumps.push(cumulated.fract());
                }
                jumps.sort_by(f64::total_cmp);
                let mut systematic = vec![0.0; weights.len()];
                let mut stratified = vec![0.0; weights.len()];
                for pair in jumps.windows(2).filter(|pair| pair[1] - pair[0] > 1e-14) {
                    let u = (pair[0] + pair[1]) / 2.0;
                    // In stratified resampling each stratum counts for itself: all with the same uniform have the same expectation.
                    for (sums, method) in
                        [(&mut systematic, Resampling::Systematic), (&mut stratified, Resampling::Stratified)]
                    {
                        for (sum, count) in sums.iter_mut().zip(counts(method, weights, n, &vec![u; n])) {
                            *sum += count * (pair[1] - pair[0]);
                        }
                    }
                }
                for i in 0..weights.len() {
                    let expected = n as f64 * weights[i] / total;
                    assert!((systematic[i] - expected).abs() < 1e-12, "{weights:?} {n} {systematic:?}");
                    assert!((stratified[i] - expected).abs() < 1e-12, "{weights:?} {n} {stratified:?}");
                }
            }
        }
    }

    /// The first of two points is the larger; for each value of it the second has one jump, whose place is known.
    #[test]
    fn multinomial_is_unbiased() {
        for w in [0.1, 0.5, 0.8] {
            let weights = [w, 1.0 - w];
            let steps = 200_000;
            let mut expected = 0.0;
            for step in 0..steps {
                let u = (f64::from(step) + 0.5) / f64::from(steps);
                // Given the larger point sqrt(u), the smaller is below w with probability min(1, w / sqrt(u)).
                let edge = (w / u.sqrt()).min(1.0);
                let low = counts(Resampling::Multinomial, &weights, 2, &[u, edge * 0.5])[0];
                let high = if edge < 1.0 {
                    counts(Resampling::Multinomial, &weights, 2, &[u, (1.0 + edge) / 2.0])[0]
                } else {
                    0.0
                };
                expected += (edge * low + (1.0 - edge) * high) / f64::from(steps);
            }
            assert!((expected - 2.0 * w).abs() < 2e-5, "{expected}");
        }
    }

    #[test]
    fn residual_keeps_the_whole_parts() {
        let weights = [0.5, 0.3, 0.2];
        let steps = 1000;
        let mut sums = [0.0; 3];
        for step in 0..steps {
            let u = (f64::from(step) + 0.5) / f64::from(steps);
            let counts = counts(Resampling::Residual, &weights, 7, &[u.powf(2.0), 0.5, 0.5]);
            assert!(counts[0] >= 3.0 && counts[1] >= 2.0 && counts[2] >= 1.0);
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        let whole = counts(Resampling::Residual, &[0.5, 0.25, 0.25], 8, &[]);
        assert_eq!(whole, [4.0, 2.0, 2.0]);
    }

    #[test]
    fn many_draws_have_the_right_means() {
        let weights = [0.05, 0.0, 0.25, 0.7];
        for method in [Resampling::Systematic, Resampling::Stratified, Resampling::Multinomial, Resampling::Residual] {
            let mut stream = Stream::new(1);
            let mut sums = [0.0; 4];
            let mut ancestors = Vec::new();
            for _ in 0..20_000 {
                resample(method, &weights, 3, &mut stream, &mut ancestors);
                ancestors.iter().for_each(|ancestor| sums[*ancestor as usize] += 1.0 / 20_000.0);
            }
            for (sum, weight) in sums.iter().zip(weights) {
                assert!((sum - 3.0 * weight).abs() < 0.05, "{method:?} {sums:?}");
            }
        }
    }
}
