//! What the derivatives of several distributions share: those of laws that are moved and scaled, of functions of an exponential,
//! and, where nothing better is known, differences.
//!
//! Derivatives are laid out as [`crate::Scalar::gradient`] says.

use crate::{Domain, ParameterKind, Scalar, ScalarValue, ValueKind};
use borel_math::difference::derivative;

/// A side of a point: the values up to it, or those above it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// The values up to the point
    Below,
    /// The values above it
    Above,
}

impl Side {
    /// The sign of the derivative of the mass on this side with respect to the point.
    #[inline]
    pub(crate) fn sign(self) -> f64 {
        if self == Side::Below { 1.0 } else { -1.0 }
    }

    /// The other side.
    pub(crate) fn other(self) -> Side {
        if self == Side::Below { Side::Above } else { Side::Below }
    }

    /// The logarithm of the mass on this side.
    pub(crate) fn log_mass<D: Scalar>(self, d: &D, x: D::Value) -> f64 {
        if self == Side::Below { d.log_cdf(x) } else { d.log_ccdf(x) }
    }
}

/// a / b, and 0 where a is 0.
#[inline]
pub(crate) fn quotient(a: f64, b: f64) -> f64 {
    if a == 0.0 && !b.is_nan() { 0.0 } else { a / b }
}

/// a b, and 0 where either is 0.
#[inline]
pub(crate) fn product(a: f64, b: f64) -> f64 {
    if (a == 0.0 || b == 0.0) && !(a.is_nan() || b.is_nan()) { 0.0 } else { a * b }
}

/// The derivatives of a log density of z = (x - location) / scale, over the scale, with respect to x, location and scale, from its
/// slope in z.
#[inline]
pub(crate) fn located(z: f64, scale: f64, slope: f64) -> [f64; 3] {
    [slope / scale, -slope / scale, -(1.0 + product(z, slope)) / scale]
}

/// The same of the logarithm of a mass up to z, which is not divided by the scale.
#[inline]
pub(crate) fn located_mass(z: f64, scale: f64, slope: f64) -> [f64; 3] {
    [slope / scale, -slope / scale, -product(z, slope) / scale]
}

/// The derivative, in y > 0, of the logarithm of P(E <= y) or P(E > y) for a standard exponential E.
#[inline]
pub(crate) fn exponential_slope(y: f64, side: Side) -> f64 {
    if side == Side::Below { y.exp_m1().recip() } else { -1.0 }
}

/// The same in log y.
#[inline]
pub(crate) fn exponential_log_slope(log_y: f64, side: Side) -> f64 {
    let y = log_y.exp();
    match side {
        Side::Above => -y,
        // Its limits: y / (exp(y) - 1) is 1 at 0, and 0 at infinity.
        Side::Below if y < f64::MIN_POSITIVE => 1.0,
        Side::Below if y > 800.0 => 0.0,
        Side::Below => y / y.exp_m1(),
    }
}

/// The derivative of the logarithm of the mass on a side with respect to the point; 0 of Ints and Bools.
pub(crate) fn of_point<D: Scalar>(d: &D, x: D::Value, side: Side) -> f64 {
    if D::Value::KIND != ValueKind::Real {
        return 0.0;
    }
    side.sign() * share(d.log_density(x), side.log_mass(d, x))
}

/// The same where the mass is neither 0 nor 1.
pub(crate) fn slope_within<D: Scalar>(d: &D, x: D::Value, side: Side) -> Option<f64> {
    is_proper(d, x, side).then(|| of_point(d, x, side))
}

/// exp(log_part - log_mass), and 0 where there is no part.
pub(crate) fn share(log_part: f64, log_mass: f64) -> f64 {
    if log_part == f64::NEG_INFINITY && !log_mass.is_nan() { 0.0 } else { (log_part - log_mass).exp() }
}

/// The derivatives of the logarithm of a mass, those with respect to the parameters by differences.
pub(crate) fn of_mass<D: Scalar>(d: &D, x: D::Value, side: Side, out: &mut [f64]) {
    out.fill(0.0);
    if !is_proper(d, x, side) {
        return;
    }
    out[0] = of_point(d, x, side);
    let real = |parameter: &usize| D::ENTRY.parameters[*parameter].kind == ParameterKind::Real;
    for (slot, parameter) in out[1..].iter_mut().zip((0..D::ENTRY.parameters.len()).filter(real)) {
        *slot = by_differences(d, x, side, parameter);
    }
}

/// Whether the mass on a side is neither 0 nor 1 (or NaN).
pub(crate) fn is_proper<D: Scalar>(d: &D, x: D::Value, side: Side) -> bool {
    let log_mass = side.log_mass(d, x);
    log_mass != f64::NEG_INFINITY && log_mass != 0.0
}

/// The derivative of the logarithm of a mass with respect to a Real parameter, by differences.
pub(crate) fn by_differences<D: Scalar>(d: &D, x: D::Value, side: Side, parameter: usize) -> f64 {
    let value = d.real(parameter);
    let domain = D::ENTRY.parameters[parameter].domain;
    derivative(|value| side.log_mass(&d.with_real(parameter, value), x), value, room(domain, value))
}

/// How far a parameter can be moved to either side within its domain.
fn room(domain: Domain, value: f64) -> f64 {
    match domain {
        Domain::Probability | Domain::OpenProbability | Domain::PositiveProbability => value.min(1.0 - value),
        Domain::AboveOne => value - 1.0,
        Domain::Positive | Domain::NonNegative => value,
        _ => 1.0 + value.abs(),
    }
}
