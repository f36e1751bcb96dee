//! Masses of intervals by quadrature of a density, on a line of coordinates where the mass is spread out.

/// Where the mass of a continuous distribution is spread out: a map from a line to its values.
#[derive(Clone, Copy, Debug)]
pub enum Coordinate {
    /// x = centre + scale t
    Line(f64, f64),
    /// x = centre + scale sinh(t), for heavy tails
    Sinh(f64, f64),
    /// x = exp(t)
    Exp,
    /// x = 1 / (1 + exp(-t))
    Logistic,
}

impl Coordinate {
    /// The value at t.
    pub fn value(self, t: f64) -> f64 {
        match self {
            Coordinate::Line(centre, scale) => centre + scale * t,
            Coordinate::Sinh(centre, scale) => centre + scale * t.sinh(),
            Coordinate::Exp => t.exp(),
            Coordinate::Logistic => 1.0 / (1.0 + (-t).exp()),
        }
    }

    /// The logarithm of its derivative.
    fn log_derivative(self, t: f64) -> f64 {
        match self {
            Coordinate::Line(_, scale) => scale.ln(),
            Coordinate::Sinh(_, scale) => scale.ln() + t.cosh().ln(),
            Coordinate::Exp => t,
            Coordinate::Logistic => -t.abs() - 2.0 * (-t.abs()).exp().ln_1p(),
        }
    }
}

/// Nodes and weights of the Gauss-Legendre rule with five points on (-1, 1).
const GAUSS: [(f64, f64); 5] = [
    (0.0, 128.0 / 225.0),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
    (-0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
    (0.906_179_845_938_664, 0.236_926_885_056_189_08),
    (-0.906_179_845_938_664, 0.236_926_885_056_189_08),
];

/// The masses of `panels` equal panels of coordinates from `from` to `to`.
pub fn panel_masses(
    log_density: impl Fn(f64) -> f64,
    coordinate: Coordinate,
    (from, to): (f64, f64),
    panels: usize,
) -> Vec<f64> {
    let half = 0.5 * (to - from) / panels as f64;
    let mass = |panel: usize| -> f64 {
        let middle = from + half * (2 * panel + 1) as f64;
        let at = |t: f64| (log_density(coordinate.value(t)) + coordinate.log_derivative(t)).exp();
        GAUSS.iter().map(|(node, weight)| half * weight * at(middle + half * node)).sum()
    };
    (0..panels).map(mass).collect()
}
