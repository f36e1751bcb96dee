//! Gradients of densities against differences.

use borel::Density;

/// The derivative in one direction by central differences of three step lengths, extrapolated; and how far two orders are apart.
fn difference(density: &mut Density, point: &[f64], index: usize) -> (f64, f64) {
    let mut moved = point.to_vec();
    let mut at = |x: f64| {
        moved[index] = x;
        density.log_density(&moved).unwrap_or_else(|error| panic!("{error}"))
    };
    let x = point[index];
    let mut best = (f64::NAN, f64::INFINITY);
    for power in 3..9 {
        let h = 2f64.powi(-2 * power + 3);
        let mut central = |h: f64| (at(x + h) - at(x - h)) / (2.0 * h);
        let (a, b, c) = (central(h), central(h / 2.0), central(h / 4.0));
        let (early, late) = ((4.0 * b - a) / 3.0, (4.0 * c - b) / 3.0);
        let found = (16.0 * late - early) / 15.0;
        if (found - late).abs() < best.1 {
            best = (found, (found - late).abs());
        }
    }
    best
}

/// What is wrong with the gradient at some points, and with the density found with it; none if it is right to a relative 1e-7.
pub fn wrong_gradient(density: &mut Density, points: usize, spread: f64) -> Option<String> {
    let dimension = density.dimension();
    let mut gradient = vec![0.0; dimension];
    for point in 0..points {
        let wave = |i: usize| spread * (1.7 * i as f64 + 2.3 * point as f64 + 0.4).sin();
        let point: Vec<f64> = (0..dimension).map(wave).collect();
        let evaluated = density
            .value_and_gradient(&point, &mut gradient)
            .and_then(|value| Ok((value, density.log_density(&point)?)));
        let (value, plain) = match evaluated {
            Ok(values) => values,
            Err(error) => return Some(error.to_string()),
        };
        if !value.is_finite() || (value - plain).abs() > 1e-12 * (1.0 + plain.abs()) {
            return Some(format!("{value} with the gradient, {plain} without, at {point:?}"));
        }
        for (index, found) in gradient.iter().enumerate() {
            let (expected, error) = difference(density, &point, index);
            // What differences of values of this size can tell.
            let scale = expected.abs().max(1e-2 * value.abs()).max(1.0);
            if error >= 1e-7 * scale {
                return Some(format!("the differences are no good: {expected} +- {error} of {index} at {point:?}"));
            }
            if (found - expected).abs() > 1e-7 * scale {
                return Some(format!("d[{index}] at {point:?}: {found}, not {expected}"));
            }
        }
    }
    (density.live_objects() > 0).then(|| "objects are left".to_string())
}
