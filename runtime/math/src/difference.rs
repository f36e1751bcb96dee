//! Derivatives by differences, of functions that have no other.

/// The derivative of a smooth function at a point around which it is defined within `room`: central differences at three
/// steps, each half of the one before, extrapolated to none (Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", Advances in
/// Engineering Software 4, 1982). The first step shrinks until two orders of extrapolation agree; where none do, as
/// where rounding prevails, the closest pair is taken.
///
/// ```
/// let slope = borel_math::difference::derivative(f64::ln, 2.0, 2.0);
/// assert!((slope - 0.5).abs() < 1e-10);
/// ```
pub fn derivative(f: impl Fn(f64) -> f64, at: f64, room: f64) -> f64 {
    let central = |step: f64| {
        let (above, below) = (at + step, at - step);
        (f(above) - f(below)) / (above - below)
    };
    let (mut best, mut least) = (f64::NAN, f64::INFINITY);
    let (size, mut step) = (f(at).abs(), 0.125 * room);
    for _ in 0..20 {
        let (first, second, third) = (central(step), central(0.5 * step), central(0.25 * step));
        let (early, late) = ((4.0 * second - first) / 3.0, (4.0 * third - second) / 3.0);
        let found = (16.0 * late - early) / 15.0;
        // Where rounding prevails, differences may agree by chance.
        let error = (found - late).abs() + f64::EPSILON * size / step;
        if error < least || best.is_nan() {
            (best, least) = (found, error);
        }
        if error <= 1e-10 * found.abs() {
            break;
        }
        step *= 0.25;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::derivative;

    #[test]
    fn differences_find_the_scale_themselves() {
        let close = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-9, "{a} {b}");
        close(derivative(f64::ln, 3.0, 3.0), 1.0 / 3.0);
        close(derivative(|x| (1e4 * x).sin(), 1.0, 1.0), 1e4 * 1e4f64.cos());
        close(derivative(|x| x.powf(0.3), 1e-20, 1e-20), 0.3 * 1e-20f64.powf(-0.7));
    }
}
