//! Newton's method on the logarithm of a tail, in the logarithm of its argument.
//!
//! The densities of a log-gamma and of a logistic-beta variate are log-concave, hence so are their tails: from wherever it
//! starts, the method lies on the far side of the solution after one step and approaches it monotonically.

use super::Scaled;

/// The positive x at which a tail is `target`, from a start. `evaluate` gives the tail at x and its derivative with respect
/// to log x, without the sign; `direction` is 1 for a lower tail and -1 for an upper one. `longest` bounds a step upwards.
pub fn solve(start: f64, target: f64, direction: f64, longest: f64, evaluate: impl Fn(f64) -> (Scaled, Scaled)) -> f64 {
    let log_target = target.ln();
    let (mut x, mut last) = (start, f64::INFINITY);
    for _ in 0..MOST_STEPS {
        if x == 0.0 || x == f64::INFINITY {
            break;
        }
        let (tail, slope) = evaluate(x);
        let value = tail.value();
        // Near the solution the difference has digits that the logarithms have lost.
        let near = value > 0.5 * target && value < 2.0 * target && target > f64::MIN_POSITIVE;
        let error = if near { ((value - target) / target).ln_1p() } else { tail.ln() - log_target };
        let step = (direction * error / slope.over(tail)).clamp(-longest, LONGEST_DOWN);
        if !step.is_finite() {
            break;
        }
        x *= (-step).exp();
        if step.abs() < 1e-16 || (step.abs() < 1e-6 && step.abs() >= 0.5 * last) {
            break;
        }
        last = step.abs();
    }
    x
}

/// Enough for the worst start; a handful is usual.
const MOST_STEPS: usize = 200;

/// A longer step would leave the doubles.
const LONGEST_DOWN: f64 = 50.0;
