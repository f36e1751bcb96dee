//! Draws by their ranks among all.

use borel_math::normal;

/// Normal scores: the quantile of the standard normal for the rank of each draw among those of all chains (equal ones share
/// theirs), with the offset of Blom (equation 14 of the paper).
pub(super) fn normal_scores(chains: &[&[f64]]) -> Vec<Vec<f64>> {
    let count: usize = chains.iter().map(|chain| chain.len()).sum();
    let mut places: Vec<(f64, usize, usize)> = Vec::with_capacity(count);
    for (chain, values) in chains.iter().enumerate() {
        places.extend(values.iter().enumerate().map(|(draw, value)| (*value, chain, draw)));
    }
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut scores: Vec<Vec<f64>> = chains.iter().map(|chain| vec![0.0; chain.len()]).collect();
    let mut before = 0;
    for equal in places.chunk_by(|a, b| a.0 == b.0) {
        let rank = before as f64 + 0.5 * (equal.len() as f64 + 1.0);
        let score = normal::quantile((rank - 0.375) / (count as f64 + 0.25));
        equal.iter().for_each(|(_, chain, draw)| scores[*chain][*draw] = score);
        before += equal.len();
    }
    scores
}
