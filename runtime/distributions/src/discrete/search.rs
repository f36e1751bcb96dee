//! Quantiles of distributions over Ints, from their distribution functions.

/// The smallest x from `low` to `high` for which `holds`, which is false up to there and true from there on; `high` if there is none below.
/// `guess` is where to begin. i64::MIN if the probability is none.
pub(super) fn smallest(holds: impl Fn(i64) -> bool, low: i64, high: i64, guess: i64, probability: f64) -> i64 {
    if !(0.0..=1.0).contains(&probability) {
        return i64::MIN;
    }
    let start = guess.clamp(low, high);
    // Outwards from the guess in steps that double, then by bisection: `holds` at the right end, not at the left.
    let (mut left, mut right, mut step) = (start, start, 1i64);
    if holds(start) {
        while left > low {
            left = left.saturating_sub(step).max(low);
            if !holds(left) {
                break;
            }
            (right, step) = (left, step.saturating_mul(2));
        }
        if left == low && holds(low) {
            return low;
        }
    } else {
        while right < high {
            right = right.saturating_add(step).min(high);
            if holds(right) {
                break;
            }
            (left, step) = (right, step.saturating_mul(2));
        }
        if right == high && !holds(high) {
            return high;
        }
    }
    while right.wrapping_sub(left) as u64 > 1 {
        let middle = (left & right) + ((left ^ right) >> 1);
        if holds(middle) { right = middle } else { left = middle }
    }
    right
}
